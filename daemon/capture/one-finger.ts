// One finger alone on the platen: where it lies and what of it is compared. Pure; runs in the record worker and in tests.

import { extractTemplate } from '../kernels/finger/extract.js'
import { cutFinger, type Slap, segmentSlap, slapPositions } from '../kernels/finger/segment.js'
import type { FingerTemplate } from '../kernels/finger/template.js'
import type { Simd } from '../kernels/simd/simd.js'
import { platenOf } from './fingers.js'
import type { RawFrame } from './make-record.js'

export interface OneFingerJob {
  readonly frame: RawFrame
  /** Which finger was asked for, ISO/IEC 19794-4. */
  readonly position: number
}

export interface FoundFinger {
  /** Absent when no finger is seen, or none that shows its ridges. */
  readonly template?: FingerTemplate
}

/** The largest finger in the picture counts. @throws never for a picture */
export function findOneFinger({ frame, position }: OneFingerJob, simd?: Simd): FoundFinger {
  const { grey, widthPx, heightPx } = platenOf(frame)
  const slap = slapOf(position)
  const missing = slapPositions[slap].filter((each) => each !== position)
  const [finger] = segmentSlap(grey, widthPx, heightPx, { slap, missing }, simd).fingers.toSorted((a, b) => area(b) - area(a))
  if (!finger) return {}
  const cut = cutFinger(grey, widthPx, heightPx, finger)
  const template = extractTemplate(cut.grey, cut.widthPx, cut.heightPx, {}, simd)
  return template.minutiae.length === 0 ? {} : { template }
}

const area = ({ width, height }: { width: number; height: number }) => width * height

/** Four of a hand or the thumbs: where a finger of this position lies. */
function slapOf(position: number): Slap {
  const found = (['right_four', 'left_four', 'thumbs'] as const).find((slap) => slapPositions[slap].some((each) => each === position))
  return found ?? 'right_four'
}
