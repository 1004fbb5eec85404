// A look at one frame: simple live measures with an advice. Pure; runs in the analysis worker and in tests.
// These are presence and steadiness measures, not biometric quality: names and numbers must not be shown as such.

import { faceAdvice } from '../kernels/face/live.js'
import { type LiveHints, liveAdvice, measureLive } from '../kernels/finger/live.js'
import { type LiveEyeAdvice, measureEye } from '../kernels/iris/live.js'
import type { Circle } from '../kernels/iris/location.js'
import { irisAdvice } from '../kernels/iris/quality.js'
import type { Simd } from '../kernels/simd/simd.js'
import type { Backdrop, FingerBox, Guide, Modality } from '../state.js'
import type { Applicant } from './face-watch.js'

export interface Look {
  /** Somebody or something is there to be captured. */
  readonly present: boolean
  /** 0 to 100; good enough from the plan's threshold on. */
  readonly measure: number
  /** Stable advice name, '' when fine. */
  readonly advice: Advice | ''
  readonly boxes: readonly FingerBox[]
  /** What was found, to be drawn on the picture; `sensor` is filled in by who knows it. */
  readonly guides: readonly Guide[]
  /** Of a face. */
  readonly backdrop?: Backdrop
  /** A coarse signature of the picture: frames whose signatures differ little hold still. */
  readonly signature: Uint8Array
}

const adviceNames = [...new Set([...liveAdvice, 'look_into_camera' as const, ...irisAdvice, ...faceAdvice])]
export type Advice = (typeof liveAdvice)[number] | LiveEyeAdvice | (typeof faceAdvice)[number]

const signatureSide = 16
/** Which finger it is cannot be seen, only that it is one. */
const oneFinger = { slap: 'right_four', missing: [3, 4, 5] } as const

/** Of several sensors the advice that helps most: each kernel names its advice in that order. */
export const mostHelpful = (advice: readonly (Advice | '')[]): Advice | '' => adviceNames.find((name) => advice.includes(name)) ?? ''

/** What is looked for: a modality of the record, or one finger by itself as at handover. */
export type LookTarget = Modality | 'one_finger'

/** A look depends on what is looked for and, of a face, on who it should be. */
export interface LookTask {
  readonly target: LookTarget
  /** Counts captures: what was learnt from the frames of one is not carried into the next. */
  readonly captureId: number
  /** Finger positions that are not asked for this time. */
  readonly hidden?: readonly number[]
  readonly applicant?: Applicant
}

/**
 * @param grey 8-bit grey, row-major. Faces are looked at by face-watch.ts, in colour
 */
export function lookAt(
  { target, hidden: missing = [] }: Pick<LookTask, 'target' | 'hidden'>,
  grey: Uint8Array,
  widthPx: number,
  heightPx: number,
  simd?: Simd,
): Look {
  switch (target) {
    case 'right_four':
    case 'left_four':
    case 'thumbs':
      return lookAtSlap({ slap: target, missing }, grey, widthPx, heightPx, simd)
    case 'index_fingers':
      // Two single fingers side by side, as two thumbs lie.
      return asIndexFingers(
        lookAtSlap({ slap: 'thumbs', missing: missing.flatMap((each) => thumbByIndex[each] ?? []) }, grey, widthPx, heightPx, simd),
      )
    case 'one_finger':
      return lookAtSlap(oneFinger, grey, widthPx, heightPx, simd)
    case 'irises':
      return lookAtEye(grey, widthPx, heightPx, simd)
    case 'face':
    case 'evidence':
    case 'signature':
      throw new RangeError(`a ${target} is not looked for in a grey frame`)
  }
}

const indexByThumb: Readonly<Record<number, number>> = { 6: 7, 1: 2 }
const thumbByIndex: Readonly<Record<number, number>> = { 7: 6, 2: 1 }

function asIndexFingers(look: Look): Look {
  return { ...look, boxes: look.boxes.map((box) => ({ ...box, position: indexByThumb[box.position] ?? 0 })) }
}

function lookAtSlap(hints: LiveHints, grey: Uint8Array, widthPx: number, heightPx: number, simd: Simd | undefined): Look {
  const { present, measure, advice, fingers } = measureLive(grey, widthPx, heightPx, hints, simd)
  const boxes = fingers.map(({ position, cx, cy, width, height, angleDeg }) => ({ position, cx, cy, width, height, angleDeg }))
  return { present, measure, advice, boxes, guides: [], signature: coarsePicture(grey, widthPx, heightPx) }
}

/** One eye, as its sensor sees it. */
function lookAtEye(grey: Uint8Array, widthPx: number, heightPx: number, simd: Simd | undefined): Look {
  const { present, measure, advice, pupil, iris } = measureEye(grey, widthPx, heightPx, simd)
  const guides = pupil && iris ? circleGuides({ pupil, iris }) : []
  return { present, measure, advice, boxes: [], guides, signature: coarsePicture(grey, widthPx, heightPx) }
}

/** Whoever holds up both hands is shown as they are: only that they hold still is waited for. */
export const lookAtEvidence = (signature: Uint8Array): Look => ({
  present: true,
  measure: 100,
  advice: '',
  boxes: [],
  guides: [],
  signature,
})

/** Both circles, in pixels of the frame of that sensor. */
export function circleGuides({ pupil, iris }: { readonly pupil: Circle; readonly iris: Circle }, sensor = 0): readonly Guide[] {
  const guide = (shape: 'iris' | 'pupil', { x, y, r }: Circle): Guide => ({ sensor, shape, cx: x, cy: y, width: 2 * r, height: 2 * r })
  return [guide('iris', iris), guide('pupil', pupil)]
}

/**
 * Mean of a 16 × 16 grid, sampled every fourth pixel.
 * @param pixels row-major; of several interleaved channels one is looked at: green tells a motion as well as luminance does
 */
export function coarsePicture(pixels: Uint8Array, widthPx: number, heightPx: number, channels: 1 | 3 = 1): Uint8Array {
  const channel = channels >> 1
  const out = new Uint8Array(signatureSide ** 2)
  const cellWidth = widthPx / signatureSide
  const cellHeight = heightPx / signatureSide
  for (let row = 0; row < signatureSide; row++) {
    for (let column = 0; column < signatureSide; column++) {
      let sum = 0
      let count = 0
      for (let y = Math.floor(row * cellHeight); y < Math.floor((row + 1) * cellHeight); y += 4) {
        for (let x = Math.floor(column * cellWidth); x < Math.floor((column + 1) * cellWidth); x += 4) {
          sum += pixels[(y * widthPx + x) * channels + channel] ?? 0
          count++
        }
      }
      out[row * signatureSide + column] = count === 0 ? 0 : sum / count
    }
  }
  return out
}

/** Largest difference of two coarse signatures, grey levels. */
export function motion(a: Uint8Array, b: Uint8Array): number {
  let most = 0
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs((a[i] ?? 0) - (b[i] ?? 0)))
  return most
}
