// How good a finished finger image is: the 69 features of NFIQ 2 v2.2.0 (ISO/IEC 29794-4) and a score of 0 to 100 from them. The score is
// our own model, rekam-q; who has NIST's forest gets NFIQ 2. What is no finger gets codes and no score.

import type { Simd } from '../simd/simd.js'
import { extractTemplate } from './extract.js'
import { qualityFeatures } from './quality/features.js'
import { forestScore, type QualityForest } from './quality/forest.js'
import { type GreyCut, withoutFrame } from './quality/frame.js'
import type { RidgeFacts } from './quality/plausible.js'
import { rekamQ } from './quality/rekam-q.js'
import { rekamQModel } from './quality/rekam-q-model.js'
import type { FingerTemplate, Minutia } from './template.js'

export type { QualityForest } from './quality/forest.js'
export { featureNames } from './quality/histogram.js'

/**
 * Without a score come `too_small`, `too_large`, `uniform_image`, `empty_or_low_contrast`, `not_a_finger`, and `no_minutiae` when there is
 * not a single one. `small_foreground`, `saturated` and `no_minutiae` (fewer than five) are advice beside a score.
 */
export type QualityCode =
  | 'uniform_image'
  | 'empty_or_low_contrast'
  | 'no_minutiae'
  | 'small_foreground'
  | 'too_large'
  | 'too_small'
  | 'saturated'
  | 'not_a_finger'

export interface FingerQuality {
  /** 0 to 100, undefined when there is none to give. */
  readonly score: number | undefined
  readonly model: 'rekam-q' | 'nfiq2'
  readonly codes: readonly QualityCode[]
  /** In the order of `featureNames`; undefined when the image was refused before. */
  readonly features: Float64Array | undefined
}

/** Limits of the cut image in NFIQ 2 v2.2.0. */
const mostWidthPx = 800
const mostHeightPx = 1000
/** Five millimetres: three blocks, the least in which neighbours can agree. */
const leastSidePx = 96
const leastDeviation = 1
const paperGrey = 250
const blackGrey = 3
const whiteGrey = 252
const fewestMinutiae = 5
const leastForegroundPx = 50_000
/** The brightest of three sensors clips six tenths of a finger's pixels. */
const mostClippedShare = 0.7
/** Fewer agreeing blocks are chance: the worst of 265 fingers has two. */
const fewestAgreeing = 2
/** No finger of 265 is straighter than 0.83. Looked at where there is enough of it. */
const mostStraightness = 0.97
const straightBlocks = 12

/**
 * @param grey      8-bit grey, row-major, 500 ppi, dark ridges
 * @param options   `template`: minutiae of this image, to save finding them again; `model`: NIST's forest in place of rekam-q
 */
export function assessFinger(
  grey: Uint8Array,
  widthPx: number,
  heightPx: number,
  options: { readonly template?: FingerTemplate; readonly model?: QualityForest } = {},
  simd?: Simd,
): FingerQuality {
  const model = options.model ? 'nfiq2' : 'rekam-q'
  const refused = (...codes: QualityCode[]): FingerQuality => ({ score: undefined, model, codes, features: undefined })
  if (Math.min(widthPx, heightPx) < leastSidePx) return refused('too_small')
  const blank = blankCodes(grey)
  if (blank.length > 0) return refused(...blank)
  const cut = withoutFrame(grey, widthPx, heightPx)
  if (Math.min(cut.widthPx, cut.heightPx) < leastSidePx) return refused('too_small')
  if (cut.widthPx > mostWidthPx || cut.heightPx > mostHeightPx) return refused('too_large')
  const minutiae = options.template
    ? minutiaeIn(cut, options.template)
    : extractTemplate(cut.grey, cut.widthPx, cut.heightPx, {}, simd).minutiae
  const { values, regionPx, clippedPx, ridges } = qualityFeatures(cut.grey, cut.widthPx, cut.heightPx, minutiae, simd)
  const codes: QualityCode[] = []
  if (!isFinger(ridges)) codes.push('not_a_finger')
  if (minutiae.length < fewestMinutiae) codes.push('no_minutiae')
  if (regionPx < leastForegroundPx) codes.push('small_foreground')
  if (clippedPx > mostClippedShare * regionPx) codes.push('saturated')
  const withheld = codes.includes('not_a_finger') || minutiae.length === 0
  const score = options.model ? forestScore(options.model, values) : rekamQ(rekamQModel, values, ridges)
  return { score: withheld ? undefined : score, model, codes, features: values }
}

/** One grey all over; says too when that is paper, or an end of the scale. */
function blankCodes(grey: Uint8Array): readonly QualityCode[] {
  let sum = 0
  let squares = 0
  for (let at = 0; at < grey.length; at++) {
    const value = grey[at]!
    sum += value
    squares += value * value
  }
  const mean = sum / grey.length
  if (squares / grey.length - mean * mean >= leastDeviation * leastDeviation) return []
  const codes: QualityCode[] = ['uniform_image']
  if (mean > paperGrey) codes.push('empty_or_low_contrast')
  if (mean < blackGrey || mean > whiteGrey) codes.push('saturated')
  return codes
}

function minutiaeIn({ left, top, widthPx, heightPx }: GreyCut, template: FingerTemplate): readonly Minutia[] {
  return template.minutiae
    .map((minutia) => ({ ...minutia, x: minutia.x - left, y: minutia.y - top }))
    .filter(({ x, y }) => x >= 0 && y >= 0 && x < widthPx && y < heightPx)
}

const isFinger = ({ agreeing, straightness }: RidgeFacts): boolean =>
  agreeing >= fewestAgreeing && !(agreeing >= straightBlocks && straightness > mostStraightness)
