// The region of interest: where the finger lies, as NFIQ 2 v2.2.0 finds it; its mean grey and the coherence of its blocks.

import type { Simd } from '../../simd/simd.js'
import { fingerMask } from './blur.js'
import { fillContours, finger, paper } from './contours.js'
import { coherence, gradientSums } from './gradients.js'
import { fingerMaskSimd } from './kernels.js'
import { regionsOf } from './runs.js'

/** @returns 0 where the finger is, 255 elsewhere */
export function regionOfInterest(grey: Uint8Array, widthPx: number, heightPx: number, simd?: Simd): Uint8Array {
  const mask = simd ? fingerMaskSimd(grey, widthPx, heightPx, simd) : fingerMask(grey, widthPx, heightPx)
  fillContours(mask, widthPx, heightPx)
  keepLargest(mask, widthPx, heightPx)
  return mask
}

/** Of several regions the one with the largest bounding box stays; the first of equal ones. */
function keepLargest(mask: Uint8Array, widthPx: number, heightPx: number): void {
  const { row, from, to, regionOf, regions } = regionsOf(mask, widthPx, heightPx, finger, 0)
  const areas = regions.map(({ left, top, right, bottom }) => (right - left + 1) * (bottom - top + 1))
  const largest = areas.indexOf(areas.reduce((most, area) => Math.max(most, area), 0))
  regionOf.forEach((region, run) => {
    if (region !== largest) mask.fill(paper, row[run]! * widthPx + from[run]!, row[run]! * widthPx + to[run]! + 1)
  })
}

const blockPx = 16

/** Greys this near to either end of the scale tell nothing any more. */
const clippedBelow = 3
const clippedAbove = 252

export interface RegionFacts {
  readonly pixels: number
  readonly clipped: number
  /** 255 when there are no pixels. */
  readonly meanGrey: number
  readonly coherenceSum: number
  /** Sum over the number of blocks that hold a pixel of the region; 0 when there is none. */
  readonly coherenceMean: number
}

export function regionFacts(grey: Uint8Array, widthPx: number, heightPx: number, mask: Uint8Array): RegionFacts {
  const sums = new Float64Array(3)
  let pixels = 0
  let clipped = 0
  let greySum = 0
  let blocks = 0
  let coherenceSum = 0
  for (let top = 0; top < heightPx; top += blockPx) {
    const height = Math.min(blockPx, heightPx - top)
    for (let left = 0; left < widthPx; left += blockPx) {
      const width = Math.min(blockPx, widthPx - left)
      const before = pixels
      for (let y = top; y < top + height; y++) {
        for (let at = y * widthPx + left; at < y * widthPx + left + width; at++) {
          if (mask[at] !== finger) continue
          const value = grey[at]!
          pixels++
          greySum += value
          if (value < clippedBelow || value > clippedAbove) clipped++
        }
      }
      const count = width * height
      // A mean as OpenCV computes it: in some incomplete blocks of paper alone it falls just short of 255, and they count.
      if (paper * (count - (pixels - before)) * (1 / count) >= paper) continue
      blocks++
      gradientSums(grey, widthPx, left, top, width, height, sums)
      coherenceSum += coherence(sums)
    }
  }
  return {
    pixels,
    clipped,
    meanGrey: pixels === 0 ? 255 : greySum / pixels,
    coherenceSum,
    coherenceMean: blocks === 0 ? 0 : coherenceSum / blocks,
  }
}
