// A look at one frame: simple live measures with an advice. Pure; runs in the analysis worker and in tests.
// These are presence and steadiness measures, not biometric quality: names and numbers must not be shown as such.

import { type LiveHints, liveAdvice, measureLive } from '../kernels/finger/live.js'
import type { Simd } from '../kernels/simd/simd.js'
import type { FingerBox, Modality } from '../state.js'

export interface Look {
  /** Somebody or something is there to be captured. */
  readonly present: boolean
  /** 0 to 100; good enough from the plan's threshold on. */
  readonly measure: number
  /** Stable advice name, '' when fine. */
  readonly advice: Advice | ''
  readonly boxes: readonly FingerBox[]
  /** A coarse signature of the picture: frames whose signatures differ little hold still. */
  readonly signature: Uint8Array
}

export const adviceNames = [...liveAdvice, 'look_at_camera', 'come_closer', 'hold_still'] as const
export type Advice = (typeof adviceNames)[number]

const signatureSide = 16
/** Which finger it is cannot be seen, only that it is one. */
const oneFinger = { slap: 'right_four', missing: [3, 4, 5] } as const

/** What is looked for: a modality of the record, or one finger by itself as at handover. */
export type LookTarget = Modality | 'one_finger'

/**
 * @param grey 8-bit grey, row-major; for MJPEG cameras the decoded luma at reduced size
 */
export function lookAt(modality: LookTarget, grey: Uint8Array, widthPx: number, heightPx: number, simd?: Simd): Look {
  switch (modality) {
    case 'right_four':
    case 'left_four':
    case 'thumbs':
      return lookAtSlap({ slap: modality }, grey, widthPx, heightPx, simd)
    case 'index_fingers':
      // Two single fingers side by side, as two thumbs lie.
      return asIndexFingers(lookAtSlap({ slap: 'thumbs' }, grey, widthPx, heightPx, simd))
    case 'one_finger':
      return lookAtSlap(oneFinger, grey, widthPx, heightPx, simd)
    case 'irises':
      return lookAtEye(grey, widthPx, heightPx)
    case 'face':
    case 'signature':
      return lookAtScene(grey, widthPx, heightPx)
  }
}

const indexByThumb: Readonly<Record<number, number>> = { 6: 7, 1: 2 }

function asIndexFingers(look: Look): Look {
  return { ...look, boxes: look.boxes.map((box) => ({ ...box, position: indexByThumb[box.position] ?? 0 })) }
}

function lookAtSlap(hints: LiveHints, grey: Uint8Array, widthPx: number, heightPx: number, simd: Simd | undefined): Look {
  const { present, measure, advice, fingers } = measureLive(grey, widthPx, heightPx, hints, simd)
  const boxes = fingers.map(({ position, cx, cy, width, height, angleDeg }) => ({ position, cx, cy, width, height, angleDeg }))
  return { present, measure, advice, boxes, signature: shrink(grey, widthPx, heightPx) }
}

/** An eye in near infrared has a dark pupil and fine detail; without either nobody looks into the camera. */
function lookAtEye(grey: Uint8Array, widthPx: number, heightPx: number): Look {
  const stats = statistics(grey, widthPx, heightPx)
  const present = stats.darkShare > 0.004 && stats.deviation > 12
  const measure = present ? Math.min(100, Math.round(stats.detail * 20)) : 0
  const advice = present ? (measure < 25 ? 'hold_still' : '') : 'look_at_camera'
  return { present, measure, advice, boxes: [], signature: shrink(grey, widthPx, heightPx) }
}

/** A person before the backdrop: the middle of the picture is lively, the cloth beside the head is not. No face is detected here. */
function lookAtScene(grey: Uint8Array, widthPx: number, heightPx: number): Look {
  const middle = statistics(
    part(grey, widthPx, (widthPx * 3) >> 3, heightPx >> 3, widthPx >> 2, (heightPx * 3) >> 2),
    widthPx >> 2,
    (heightPx * 3) >> 2,
  )
  const present = middle.deviation > 18
  const measure = present ? Math.min(100, Math.round(30 + middle.deviation)) : 0
  return { present, measure, advice: present ? '' : 'look_at_camera', boxes: [], signature: shrink(grey, widthPx, heightPx) }
}

function part(grey: Uint8Array, stride: number, left: number, top: number, width: number, height: number): Uint8Array {
  const out = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) out.set(grey.subarray((top + y) * stride + left, (top + y) * stride + left + width), y * width)
  return out
}

interface Statistics {
  readonly deviation: number
  readonly darkShare: number
  /** Mean absolute difference of neighbours, grey levels. */
  readonly detail: number
}

function statistics(grey: Uint8Array, widthPx: number, heightPx: number): Statistics {
  let sum = 0
  let squares = 0
  let dark = 0
  let detail = 0
  let count = 0
  for (let y = 0; y < heightPx; y += 2) {
    for (let x = 0; x < widthPx - 1; x += 2) {
      const at = y * widthPx + x
      const value = grey[at] ?? 0
      sum += value
      squares += value * value
      if (value < 45) dark++
      detail += Math.abs(value - (grey[at + 1] ?? 0))
      count++
    }
  }
  const mean = sum / count
  return { deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)), darkShare: dark / count, detail: detail / count }
}

/** Mean grey of a 16 × 16 grid, sampled every fourth pixel. */
function shrink(grey: Uint8Array, widthPx: number, heightPx: number): Uint8Array {
  const out = new Uint8Array(signatureSide ** 2)
  const cellWidth = widthPx / signatureSide
  const cellHeight = heightPx / signatureSide
  for (let row = 0; row < signatureSide; row++) {
    for (let column = 0; column < signatureSide; column++) {
      let sum = 0
      let count = 0
      for (let y = Math.floor(row * cellHeight); y < Math.floor((row + 1) * cellHeight); y += 4) {
        for (let x = Math.floor(column * cellWidth); x < Math.floor((column + 1) * cellWidth); x += 4) {
          sum += grey[y * widthPx + x] ?? 0
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
