// What a photo for the KTP-el must be: the policy as plain data with its defaults, and a picture judged by it. Measures nothing itself.

import type { FaceAssessment } from './assess.js'
import type { Background } from './background.js'
import type { AssessedComponent } from './components.js'
import type { HeadPose, RgbImage } from './face.js'
import { type Placement, type PortraitTemplate, placementOf, tokenTemplate } from './portrait.js'
import { ciede2000, type Lab, labOfHex } from './quality/colour.js'

/** `#rrggbb`. */
export type Hex = `#${string}`

export interface BackgroundRule {
  /** For citizens by their birth year. */
  readonly odd: Hex
  readonly even: Hex
  /** `birth_year`: as for citizens; `any`: the colour is not judged. */
  readonly foreigner: Hex | 'birth_year' | 'any'
  /** CIEDE2000 between the backdrop's mean colour and the expected one. */
  readonly mostDeltaE: number
  /** `Background.spread` and `Background.coverage`: from when on a backdrop is no plain cloth. */
  readonly mostSpread: number
  readonly leastCoverage: number
}

export interface PhotoPolicy {
  /** Mandatory components with the least scalar of each. What is not named is measured and shown, but decides nothing. */
  readonly least: Readonly<Partial<Record<AssessedComponent, number>>>
  /** Either way, degrees. The scalars of the pose are too coarse for a limit: 5° is 99, 15° is 93. */
  readonly mostYawDeg: number
  readonly mostPitchDeg: number
  readonly mostRollDeg: number
  /** Pixels between the eyes in the picture, yaw corrected. */
  readonly leastEyeDistancePx: number
  /** What is cut out for the record; from ears to shoulders. */
  readonly template: PortraitTemplate
  /** Share of the portrait that may lie outside of the picture. */
  readonly mostMissing: number
  readonly background: BackgroundRule
  /** A veil or a cap is a person's own business (KTP-el photos show them): there is no other value, and nothing measures a covered head. */
  readonly headCoverings: 'allowed'
}

/**
 * Defaults and where they come from. Scalars of 50 are OFIQ's own half points (ISO/IEC 29794-5); others are ours, chosen on drawn faces and to
 * be looked at again with a site's own pictures.
 * - `LuminanceMean` far below the half point: dark skin is dark in linear luminance, and a limit there would judge people in place of the light
 * - `EyesOpen` 80 is an opening of 0.034 T: midway between shut eyes (0.023 in OFIQ's table, which its half point lets pass; up to 0.016 here on
 *   drawn ones) and the narrowest open ones (0.051 in the table; a quarter open, 0.040 here)
 * - `MouthClosed` 92 is 0.057 T: lips at rest come to 0.050 in the table, an open mouth to 0.083, one drawn half open to 0.058 and more here
 * - `rekamEyesOpen` refuses eyes that are seen to be shut; where it cannot tell, nothing is refused and the look at the picture decides
 * - pose: ICAO 9303's ±5° plus the error of a pose from a mesh (median 2° of yaw, 4° of pitch on the conformance thumbnails)
 * - 90 px between the eyes: ICAO 9303's least
 * - colours: as quoted by offices of Dukcapil; no regulation with colour values was found. 20 ΔE00 holds lit and shaded cloth of that colour
 *   apart from orange, magenta, sky blue, navy, grey and white
 * - `HeadSize`, crops and margins are not mandatory: they judge a finished photo, while a camera's frame is cut by the template
 * - `NaturalColour` and `LuminanceVariance` are shown only: skin beside a lit red cloth takes on its colour
 */
export const defaultPhotoPolicy: PhotoPolicy = {
  least: {
    SingleFacePresent: 80,
    EyesOpen: 80,
    MouthClosed: 92,
    LuminanceMean: 10,
    UnderExposurePrevention: 50,
    OverExposurePrevention: 50,
    DynamicRange: 60,
    IlluminationUniformity: 40,
    rekamSharpness: 10,
    rekamEyesOpen: 30,
  },
  mostYawDeg: 8,
  mostPitchDeg: 12,
  mostRollDeg: 8,
  leastEyeDistancePx: 90,
  template: tokenTemplate(480),
  mostMissing: 0.02,
  background: { odd: '#db1514', even: '#0090ff', foreigner: 'birth_year', mostDeltaE: 20, mostSpread: 14, leastCoverage: 0.75 },
  headCoverings: 'allowed',
}

export interface Sitter {
  readonly birthYear: number
  readonly citizen: boolean
}

/** @returns undefined when any colour will do */
export function expectedBackground({ birthYear, citizen }: Sitter, rule: BackgroundRule): Hex | undefined {
  if (!citizen && rule.foreigner !== 'birth_year') return rule.foreigner === 'any' ? undefined : rule.foreigner
  return birthYear % 2 === 0 ? rule.even : rule.odd
}

export interface BackgroundVerdict {
  readonly expected: Hex | undefined
  readonly measured: { readonly red: number; readonly green: number; readonly blue: number; readonly lab: Lab }
  /** CIEDE2000 to the expected colour; 0 when any will do. */
  readonly deltaE: number
  readonly spread: number
  readonly coverage: number
  readonly plain: boolean
  readonly ok: boolean
  /** The right hue in the wrong light: the cloth is there, the lamp or the exposure is not. */
  readonly light?: 'too_dark' | 'too_light'
}

/** Hues closer than this, in degrees, are one cloth's; lightness further off than this, in L*, is the light's doing. */
const oneHueDeg = 20
const otherLight = 12

function lightOf(measured: Lab, expected: Lab): BackgroundVerdict['light'] {
  const hue = ({ a, b }: Lab) => (Math.atan2(b, a) * 180) / Math.PI
  const apart = Math.abs(((hue(measured) - hue(expected) + 540) % 360) - 180)
  if (apart > oneHueDeg || Math.hypot(measured.a, measured.b) < 15) return undefined
  if (measured.l < expected.l - otherLight) return 'too_dark'
  return measured.l > expected.l + otherLight ? 'too_light' : undefined
}

/** @returns undefined when no backdrop is in the picture */
export function judgeBackground(background: Background | undefined, sitter: Sitter, rule: BackgroundRule): BackgroundVerdict | undefined {
  if (background === undefined) return undefined
  const { red, green, blue, lab, spread, coverage } = background
  const expected = expectedBackground(sitter, rule)
  const deltaE = expected === undefined ? 0 : ciede2000(lab, labOfHex(expected))
  const light = expected === undefined ? undefined : lightOf(lab, labOfHex(expected))
  const plain = spread <= rule.mostSpread && coverage >= rule.leastCoverage
  const ok = plain && deltaE <= rule.mostDeltaE
  return { expected, measured: { red, green, blue, lab }, deltaE, spread, coverage, plain, ok, ...(light && { light }) }
}

/** Whether a scalar misses the policy's least one. Eyes that could not be judged miss nothing, everything else that could not be does. */
export function fallsShort(component: AssessedComponent, scalar: number, { least }: PhotoPolicy): boolean {
  if (component === 'rekamEyesOpen' && scalar < 0) return false
  return scalar < (least[component] ?? Number.NEGATIVE_INFINITY)
}

export type PhotoShortcoming = AssessedComponent | 'pose' | 'eye_distance' | 'framing' | 'background'

export interface PhotoVerdict {
  readonly ok: boolean
  /** What the policy asks for and the picture does not have. */
  readonly shortcomings: readonly PhotoShortcoming[]
  readonly background: BackgroundVerdict | undefined
  /** Where the portrait would be cut out. */
  readonly placement: Placement
}

const poseWithin = (pose: HeadPose, policy: PhotoPolicy): boolean =>
  Math.abs(pose.yawDeg) <= policy.mostYawDeg &&
  Math.abs(pose.pitchDeg) <= policy.mostPitchDeg &&
  Math.abs(pose.rollDeg) <= policy.mostRollDeg

export function judgePhoto(assessment: FaceAssessment, image: RgbImage, policy: PhotoPolicy, sitter: Sitter): PhotoVerdict {
  const { components, own, pose, face } = assessment
  const shortcomings: PhotoShortcoming[] = []
  const results = { ...components, ...own }
  for (const component of Object.keys(policy.least) as AssessedComponent[]) {
    const result = results[component]
    if (result === 'not_measured' || fallsShort(component, result.scalar, policy)) shortcomings.push(component)
  }
  if (!poseWithin(pose, policy)) shortcomings.push('pose')
  const distance = components.InterEyeDistance
  if (distance === 'not_measured' || distance.native < policy.leastEyeDistancePx) shortcomings.push('eye_distance')
  const placement = placementOf(image, face.geometry, policy.template)
  if (placement.missing > policy.mostMissing) shortcomings.push('framing')
  const background = judgeBackground(assessment.background, sitter, policy.background)
  if (!background?.ok) shortcomings.push('background')
  return { ok: shortcomings.length === 0, shortcomings, background, placement }
}
