// The four features of NFIQ 2 that rest on minutiae: how many, how many near their centroid, and how good their surroundings are.

import type { Minutia } from '../template.js'
import { gradientSums, orientationCertainty } from './gradients.js'
import { featureAt } from './histogram.js'

const blockPx = 32
/** Half the side of the square around the centroid. */
const middleHalfPx = 100
/** Share of ridge direction, in percent, above which a minutia's block is clear. */
const clearPercent = 80

/** @param mean, deviation  of the image's grey. Without minutiae all four are 0; the image must be at least 32 × 32. */
export function minutiaeFeatures(
  grey: Uint8Array,
  widthPx: number,
  heightPx: number,
  minutiae: readonly Minutia[],
  mean: number,
  deviation: number,
  features: Float64Array,
): void {
  const count = minutiae.length
  if (count === 0 || widthPx < blockPx || heightPx < blockPx) return
  const centreX = Math.floor(minutiae.reduce((sum, { x }) => sum + Math.round(x), 0) / count)
  const centreY = Math.floor(minutiae.reduce((sum, { y }) => sum + Math.round(y), 0) / count)
  const sums = new Float64Array(3)
  let middle = 0
  let darker = 0
  let clear = 0
  for (const minutia of minutiae) {
    const x = Math.round(minutia.x)
    const y = Math.round(minutia.y)
    if (Math.abs(x - centreX) <= middleHalfPx && Math.abs(y - centreY) <= middleHalfPx) middle++
    const left = Math.max(0, x - blockPx / 2)
    const top = Math.max(0, y - blockPx / 2)
    const darkness =
      (mean - meanGrey(grey, widthPx, left, top, Math.min(widthPx, left + blockPx), Math.min(heightPx, top + blockPx))) / deviation
    if (darkness > 0 && darkness <= 0.5) darker++
    gradientSums(grey, widthPx, Math.min(left, widthPx - blockPx), Math.min(top, heightPx - blockPx), blockPx, blockPx, sums)
    // NaN where the block is flat: not clear.
    if (Math.floor(100 * orientationCertainty(sums) + 0.5) > clearPercent) clear++
  }
  features[featureAt.minutiaeInMiddle] = middle
  features[featureAt.minutiae] = count
  features[featureAt.minutiaeGrey] = darker / count
  features[featureAt.minutiaeClarity] = clear / count
}

function meanGrey(grey: Uint8Array, stride: number, left: number, top: number, right: number, bottom: number): number {
  let sum = 0
  for (let y = top; y < bottom; y++) for (let at = y * stride + left; at < y * stride + right; at++) sum += grey[at]!
  return sum / ((right - left) * (bottom - top))
}
