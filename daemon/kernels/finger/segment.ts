// Slap segmentation: how many fingers an image shows, whose hand and which fingers they are, and the tilted box of each. Pure.
// The steps are in segment/: find.ts leads from the pixels to fingertips, verdict.ts to names and codes.

import type { Simd } from '../simd/simd.js'
import { findTips } from './segment/find.js'
import type { Segmentation, SegmentHints } from './segment/verdict.js'
import { judge } from './segment/verdict.js'

export { cutFinger } from './segment/cut.js'
export { type Slap, slapPositions } from './segment/hand-model.js'
export type { FingerSegment, Segmentation, SegmentCode, SegmentHints } from './segment/verdict.js'

/**
 * Finds and names the fingers of a slap, of two thumbs or of a single finger. Hints narrow what is possible; without them the image decides.
 * @param grey 8-bit grey, row-major, 500 ppi, dark ridges on light ground; any size
 * @returns no fingers and a code for anything that is no hand
 */
export function segmentSlap(grey: Uint8Array, widthPx: number, heightPx: number, hints: SegmentHints = {}, simd?: Simd): Segmentation {
  return judge(findTips(grey, widthPx, heightPx, simd), hints)
}
