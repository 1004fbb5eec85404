// Iris sequence control: two different eyes, each the one it was asked for, and the same as when captured before?
// Pure. It decides nothing: each finding says how sure it is and what it asks for. Limited as a check of presentation attacks, see docs/iris.md.

import type { Simd } from '../simd/simd.js'
import { codeColumns, codeLanes, type IrisCode } from './code-shape.js'
import { compareIris, type IrisComparison, irisPoints } from './match.js'
import type { EyeSide } from './side.js'

export type Eye = 'right' | 'left'

export interface CapturedEye {
  /** The subject's, as the dual camera's lens says. */
  readonly eye: Eye
  readonly code: IrisCode
  /** Overall, 0 to 100. */
  readonly quality: number
  /** What the picture itself says, where asked. */
  readonly side?: EyeSide
  /** How often this was captured, the present time included. */
  readonly tries: number
}

export const eyeCodes = [
  /** One eye stands for both. */
  'same_eye_twice',
  /** The right eye was given as the left one, or the other way round. */
  'swapped_eyes',
  /** An eye is not the one of the earlier capture, as far as can be seen. */
  'iris_recapture_mismatch',
  /** An eye stands on its head. */
  'inverted_iris',
] as const
export type EyeCode = (typeof eyeCodes)[number]

export interface EyeFinding {
  readonly code: EyeCode
  readonly certainty: 'sure' | 'unsure'
  readonly ask: 'nothing' | 'retake' | 'review'
  /** Those concerned, which a new try should replace. */
  readonly eyes: readonly Eye[]
}

/** Below this quality a high distance says little. */
const leastQuality = 25
/** Captured so often and still in doubt: another try will not settle it, a person must. */
const triesBeforeReview = 2

/**
 * @param captured what is accepted so far, each eye at most once; two eyes make one comparison
 * @param earlier  eyes of an earlier capture of the same person: up to four more, twice for eyes upside down
 * @returns nothing when all is well
 */
export function checkEyes(captured: readonly CapturedEye[], earlier: readonly CapturedEye[] = [], simd?: Simd): readonly EyeFinding[] {
  const right = captured.find(({ eye }) => eye === 'right')
  const left = captured.find(({ eye }) => eye === 'left')
  const found: EyeFinding[] = []
  if (right && left) {
    const both = compareIris(right.code, left.code, simd)
    if (both.distance <= irisPoints.fmr1in1000) found.push(finding('same_eye_twice', certain(both), [right, left]))
  }
  const crossed = captured.filter((each) => earlier.some((other) => other.eye !== each.eye && isSame(each, other, simd)))
  if (crossed.length > 0) found.push(finding('swapped_eyes', 'sure', crossed))
  else if (right?.side?.eye === 'left' && left?.side?.eye === 'right') found.push(finding('swapped_eyes', 'unsure', [right, left]))
  for (const each of captured) {
    const before = earlier.find(({ eye }) => eye === each.eye)
    const turned = before !== undefined && isSame({ code: upsideDown(each.code) }, before, simd)
    if (turned || each.side?.upright === 'inverted') found.push(finding('inverted_iris', turned ? 'sure' : 'unsure', [each]))
    if (!before || turned || crossed.includes(each)) continue
    const again = compareIris(each.code, before.code, simd)
    if (again.distance <= irisPoints.fmr1in1000) continue
    const plain = again.enough && again.distance > irisPoints.fmr1in100 && Math.min(each.quality, before.quality) >= leastQuality
    found.push(finding('iris_recapture_mismatch', plain ? 'sure' : 'unsure', [each]))
  }
  return found
}

const certain = ({ distance }: IrisComparison): 'sure' | 'unsure' => (distance <= irisPoints.fmr1in10000 ? 'sure' : 'unsure')

const isSame = (a: { code: IrisCode }, b: { code: IrisCode }, simd: Simd | undefined): boolean =>
  compareIris(a.code, b.code, simd).distance <= irisPoints.fmr1in10000

/** A doubt is first tried again, then judged by a person. */
const finding = (code: EyeCode, certainty: 'sure' | 'unsure', eyes: readonly CapturedEye[]): EyeFinding => ({
  code,
  certainty,
  ask: eyes.some(({ tries }) => tries < triesBeforeReview) ? 'retake' : 'review',
  eyes: eyes.map(({ eye }) => eye),
})

/** The code of the same eye turned by 180°. */
function upsideDown({ bits, mask }: IrisCode): IrisCode {
  const half = (codeColumns / 2) * codeLanes
  const turned = (from: Uint16Array): Uint16Array => {
    const to = new Uint16Array(from.length)
    to.set(from.subarray(half), 0)
    to.set(from.subarray(0, half), half)
    return to
  }
  return { bits: turned(bits), mask: turned(mask) }
}
