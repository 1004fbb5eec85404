// Quality of one eye's image by ISO/IEC 29794-6, an overall number and the one advice that helps most. Pure; the clause texts were not at
// hand: formulas as BIQT-Iris documents them, without that program's known slips (docs/iris.md).

import type { Simd } from '../simd/simd.js'
import type { IrisLocation } from './location.js'
import { pupilContour } from './quality/contour.js'
import { type RegionGreys, regionGreys } from './quality/contrast.js'
import { directionality, irisBox, sharpness } from './quality/sharpness.js'

/** In the order in which they are said when they would help alike. */
export const irisAdvice = [
  'come_closer',
  'move_back',
  'center_eye',
  'open_wide',
  'look_straight',
  'avoid_reflections',
  'hold_still',
  'adjust_light',
] as const
export type IrisAdvice = (typeof irisAdvice)[number]

/** Why an image is not what it should be; stable names. */
export const irisQualityCodes = [
  'iris_too_small',
  'iris_too_large',
  'margin_too_small',
  'too_little_visible',
  'off_centre_gaze',
  'reflections',
  'blurred',
  'motion',
  'low_contrast',
  'pupil_size',
] as const
export type IrisQualityCode = (typeof irisQualityCodes)[number]

/** The metrics of ISO/IEC 29794-6 in its units: per cent but for the entropy. */
export interface IrisMetrics {
  readonly usableIrisArea: number
  readonly irisScleraContrast: number
  readonly irisPupilContrast: number
  readonly pupilBoundaryCircularity: number
  readonly greyScaleUtilisation: number
  readonly irisPupilRatio: number
  readonly irisPupilConcentricity: number
  readonly marginAdequacy: number
  readonly sharpness: number
  /** 100 for none; from one picture, see `directionality`. */
  readonly motion: number
}

export interface IrisQuality {
  /** 0 to 100: the product of how well each metric does. */
  readonly overall: number
  readonly metrics: IrisMetrics
  readonly irisDiameterPx: number
  readonly codes: readonly IrisQualityCode[]
  /** '' when nothing is to be said. */
  readonly advice: IrisAdvice | ''
}

/** Iris diameters in pixels: recommended for enrolment from 160 (medium) and 200 (high), ISO/IEC 19794-6:2005 as widely cited. */
const diameters = { least: 100, good: 170, most: 300, far: 380 } as const
/** Sharpness about the iris grows without a bound that means anything: at this it is worth 0.63, so that the sharper of two frames wins. */
const softSharpness = 8
/** A code below means that the metric does less well than this. */
const doesBadly = 0.6

/**
 * @param scope  `image`: sharpness over the whole picture as the standard has it; `iris`: about the iris only, which costs a tenth
 */
export function assessIris(
  grey: Uint8Array,
  widthPx: number,
  heightPx: number,
  location: IrisLocation,
  simd?: Simd,
  scope: 'image' | 'iris' = 'image',
): IrisQuality {
  const { pupil, iris } = location
  const regions = regionGreys(grey, widthPx, heightPx, location)
  const contour = pupilContour(grey, widthPx, heightPx, location)
  const near = irisBox(iris, widthPx, heightPx)
  const about = sharpness(grey, widthPx, near, simd)
  const metrics: IrisMetrics = {
    usableIrisArea: 100 * regions.usable,
    ...contrasts(regions),
    pupilBoundaryCircularity: contour.circularity,
    greyScaleUtilisation: regions.entropyBits,
    irisPupilRatio: Math.min(100, (100 * pupil.r) / iris.r),
    irisPupilConcentricity: 100 * Math.max(0, 1 - Math.hypot(pupil.x - iris.x, pupil.y - iris.y) / iris.r),
    marginAdequacy: margins(location, widthPx, heightPx),
    sharpness: scope === 'iris' ? about : sharpness(grey, widthPx, { left: 0, top: 0, right: widthPx, bottom: heightPx }, simd),
    motion: 100 * (1 - directionality(grey, widthPx, heightPx, location)),
  }
  const worths = worthsOf(metrics, { diameterPx: 2 * iris.r, about, axisRatio: contour.axisRatio, glare: regions.glare })
  const overall = Math.round(100 * worths.reduce((product, { worth }) => product * worth, 1))
  const bad = worths.filter(({ worth }) => worth < doesBadly)
  const [worst] = [...bad].filter(({ advice }) => advice !== '').sort((a, b) => a.worth - b.worth || rank(a.advice) - rank(b.advice))
  return {
    overall,
    metrics: rounded(metrics),
    irisDiameterPx: Math.round(20 * iris.r) / 10,
    codes: [...new Set(bad.map(({ code }) => code))],
    advice: worst?.advice ?? '',
  }
}

const rank = (advice: IrisAdvice | ''): number => (advice === '' ? irisAdvice.length : irisAdvice.indexOf(advice))

function contrasts({ pupil = 0, iris, sclera }: RegionGreys): { irisScleraContrast: number; irisPupilContrast: number } {
  if (iris === undefined) return { irisScleraContrast: 0, irisPupilContrast: 0 }
  const weber = Math.max(0, (iris - pupil) / (20 + pupil))
  const span = sclera === undefined ? 0 : sclera + iris - 2 * pupil
  return {
    irisScleraContrast: sclera === undefined || span <= 0 ? 0 : Math.min(100, (100 * Math.abs(sclera - iris)) / span),
    irisPupilContrast: (100 * weber) / (0.75 + weber),
  }
}

/** Room about the iris: 0.6 R at the sides, 0.2 R above and below. */
function margins({ iris: { x, y, r } }: IrisLocation, widthPx: number, heightPx: number): number {
  const sides = Math.min(x - r, widthPx - 1 - x - r) / (0.6 * r)
  const ends = Math.min(y - r, heightPx - 1 - y - r) / (0.2 * r)
  return 100 * Math.max(0, Math.min(1, sides, ends))
}

interface Worth {
  /** 0 useless to 1 as good as recommended. */
  readonly worth: number
  readonly code: IrisQualityCode
  /** '' where nobody at the camera can do anything. */
  readonly advice: IrisAdvice | ''
}

interface Beside {
  readonly diameterPx: number
  /** Sharpness about the iris alone: lashes are no proof of a sharp iris. */
  readonly about: number
  readonly axisRatio: number
  /** Share of the open iris that is as white as a lamp. */
  readonly glare: number
}

/** From useless at `none` to as recommended at `full`, straight between. */
const rise = (value: number, none: number, full: number): number => Math.max(0, Math.min(1, (value - none) / (full - none)))

function worthsOf(metrics: IrisMetrics, { diameterPx, about, axisRatio, glare }: Beside): readonly Worth[] {
  const ratio = metrics.irisPupilRatio
  return [
    { worth: rise(diameterPx, diameters.least / 2, diameters.good), code: 'iris_too_small', advice: 'come_closer' },
    { worth: 1 - rise(diameterPx, diameters.most, diameters.far), code: 'iris_too_large', advice: 'move_back' },
    { worth: 0.3 + 0.7 * rise(metrics.marginAdequacy, 0, 80), code: 'margin_too_small', advice: 'center_eye' },
    { worth: rise(metrics.usableIrisArea, 10, 90), code: 'too_little_visible', advice: 'open_wide' },
    { worth: rise(metrics.irisPupilConcentricity, 70, 90), code: 'off_centre_gaze', advice: 'look_straight' },
    { worth: rise(axisRatio, 0.85, 0.96), code: 'off_centre_gaze', advice: 'look_straight' },
    { worth: 1 - rise(glare, 0.01, 0.08), code: 'reflections', advice: 'avoid_reflections' },
    { worth: 1 - Math.exp(-about / softSharpness), code: 'blurred', advice: 'hold_still' },
    { worth: rise(metrics.motion, 20, 60), code: 'motion', advice: 'hold_still' },
    { worth: rise(metrics.irisPupilContrast, 0, 30), code: 'low_contrast', advice: 'adjust_light' },
    { worth: 0.3 + 0.7 * rise(metrics.irisScleraContrast, 0, 5), code: 'low_contrast', advice: 'adjust_light' },
    { worth: rise(metrics.greyScaleUtilisation, 2, 5), code: 'low_contrast', advice: 'adjust_light' },
    { worth: Math.min(rise(ratio, 5, 20), 1 - rise(ratio, 70, 90)), code: 'pupil_size', advice: 'adjust_light' },
    { worth: rise(metrics.pupilBoundaryCircularity, 0, 50), code: 'pupil_size', advice: '' },
  ]
}

function rounded(metrics: IrisMetrics): IrisMetrics {
  const tenth = (value: number): number => Math.round(10 * value) / 10
  return {
    usableIrisArea: tenth(metrics.usableIrisArea),
    irisScleraContrast: tenth(metrics.irisScleraContrast),
    irisPupilContrast: tenth(metrics.irisPupilContrast),
    pupilBoundaryCircularity: tenth(metrics.pupilBoundaryCircularity),
    greyScaleUtilisation: tenth(metrics.greyScaleUtilisation),
    irisPupilRatio: tenth(metrics.irisPupilRatio),
    irisPupilConcentricity: tenth(metrics.irisPupilConcentricity),
    marginAdequacy: tenth(metrics.marginAdequacy),
    sharpness: tenth(metrics.sharpness),
    motion: tenth(metrics.motion),
  }
}
