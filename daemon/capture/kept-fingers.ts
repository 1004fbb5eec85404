// What is found in the picture of a slap, and what of it the station keeps until the record is sealed. Types and one list; biometric.

import type { FingerSegment, SegmentCode } from '../kernels/finger/segment.js'
import type { FingerCapture } from '../kernels/finger/sequence.js'
import type { FingerTemplate } from '../kernels/finger/template.js'

export interface ExaminedFinger {
  /** In pixels of the frame. */
  readonly segment: FingerSegment
  /** 0 to 100, absent when there is nothing to assess. */
  readonly quality?: number
  readonly codes: readonly string[]
  readonly template: FingerTemplate
  /** Whose picture it is in. */
  readonly attempt: number
}

/** What the station keeps of a capture for the comparison with later ones: sealed like the record itself. */
export interface KeptFingers {
  readonly capture: FingerCapture
  readonly takenAtMs: number
  readonly tries: number
  /** The attempt whose picture stands for the slap as a whole, and what is to be said of that picture. */
  readonly attempt: number
  readonly codes: readonly SegmentCode[]
  readonly fingers: readonly ExaminedFinger[]
}

/** What is wrong with the picture as a whole, and makes it a weak one. The hand, the count and a tilt are judged elsewhere or do no harm. */
export const weakening: readonly SegmentCode[] = ['blank', 'not_a_finger', 'touching_fingers', 'off_edge', 'halo', 'ghost_prints']
