// The live measure of one eye: is this frame worth taking, and what should the person do? For every frame of a camera. Pure.
// It is no biometric quality: numbers compare frames of one capture with each other, nothing else.

import type { Simd } from '../simd/simd.js'
import { locateIris } from './locate.js'
import { type Circle, leastConfidence } from './location.js'
import { assessIris, type IrisAdvice } from './quality.js'

export type LiveEyeAdvice = IrisAdvice | 'look_into_camera'

export interface EyeMeasure {
  readonly present: boolean
  /** 0 to 100. */
  readonly measure: number
  /** '' when nothing is to be said. */
  readonly advice: LiveEyeAdvice | ''
  readonly pupil?: Circle
  readonly iris?: Circle
}

/** @param grey 8-bit grey, row-major, near infrared */
export function measureEye(grey: Uint8Array, widthPx: number, heightPx: number, simd?: Simd): EyeMeasure {
  const location = locateIris(grey, widthPx, heightPx, simd)
  if (!location || location.confidence < leastConfidence) return { present: false, measure: 0, advice: 'look_into_camera' }
  const { overall, advice } = assessIris(grey, widthPx, heightPx, location, simd, 'iris')
  return { present: true, measure: overall, advice, pupil: location.pupil, iris: location.iris }
}
