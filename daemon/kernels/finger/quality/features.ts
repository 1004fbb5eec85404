// All 69 features of NFIQ 2 v2.2.0 of one cut image, in the order of `featureNames`. FingerJet's minutiae are replaced by our own.

import type { Simd } from '../../simd/simd.js'
import type { Minutia } from '../template.js'
import { allRidges, type BlockSums, blockSums, coarser, moments, pixelsOf, ridgeMask } from './block-sums.js'
import { gradientSums, orientationCertainty, ridgeNormal } from './gradients.js'
import { featureAt, featureNames, ValueList } from './histogram.js'
import { minutiaeFeatures } from './minutiae-features.js'
import { orientationFlow } from './orientation-flow.js'
import { type RidgeFacts, RidgeGrid } from './plausible.js'
import { regionFacts, regionOfInterest } from './region.js'
import { circle32, frequencyShare, localClarity, neighbourhoodPx, ridgeValleyRatios, slantedScratch } from './slanted.js'

export interface QualityFeatures {
  /** In the order of `featureNames`. */
  readonly values: Float64Array
  /** Population standard deviation of the image's grey. */
  readonly deviation: number
  /** Pixels of the region of interest, and how many of them are black or white to the end of the scale. */
  readonly regionPx: number
  readonly clippedPx: number
  readonly ridges: RidgeFacts
}

const blockPx = 32

/** @param grey  cut by `withoutFrame`, at least 36 × 36; minutiae in its coordinates */
export function qualityFeatures(
  grey: Uint8Array,
  widthPx: number,
  heightPx: number,
  minutiae: readonly Minutia[],
  simd?: Simd,
): QualityFeatures {
  const values = new Float64Array(featureNames.length)
  const fine = blockSums(grey, widthPx, heightPx, blockPx / 2)
  const blocks = coarser(fine)
  const { mean, deviation } = moments(fine)
  values[featureAt.mean] = mean
  values[featureAt.meanOfBlocks] = meanOfBlocks(blocks)
  certainty(grey, widthPx, heightPx, values)
  const ridges = slantedBlocks(grey, blocks, values)
  const flow = new ValueList()
  orientationFlow(grey, fine, flow)
  flow.intoFeatures(values, 'OF')
  const region = regionFacts(grey, widthPx, heightPx, regionOfInterest(grey, widthPx, heightPx, simd))
  values[featureAt.roiMean] = region.meanGrey
  values[featureAt.coherenceRelative] = region.coherenceMean
  values[featureAt.coherenceSum] = region.coherenceSum
  minutiaeFeatures(grey, widthPx, heightPx, minutiae, mean, deviation, values)
  return { values, deviation, regionPx: region.pixels, clippedPx: region.clipped, ridges }
}

function meanOfBlocks(blocks: BlockSums): number {
  let sum = 0
  for (let row = 0; row < blocks.rows; row++) {
    for (let column = 0; column < blocks.columns; column++) {
      sum += blocks.sum[row * blocks.columns + column]! / pixelsOf(blocks, column, row)
    }
  }
  return sum / blocks.sum.length
}

/** Orientation certainty of whole blocks; those without any gradient are left out. */
function certainty(grey: Uint8Array, widthPx: number, heightPx: number, features: Float64Array): void {
  const sums = new Float64Array(3)
  const values = new ValueList()
  for (let top = 0; top + blockPx <= heightPx; top += blockPx) {
    for (let left = 0; left + blockPx <= widthPx; left += blockPx) {
      gradientSums(grey, widthPx, left, top, blockPx, blockPx, sums)
      const value = orientationCertainty(sums)
      if (!Number.isNaN(value)) values.add(value)
    }
  }
  values.intoFeatures(features, 'OCL')
}

/** Frequency, clarity and width ratios of blocks that lie on ridges alone; a neighbourhood reaches two pixels beyond its block. */
function slantedBlocks(grey: Uint8Array, blocks: BlockSums, features: Float64Array): RidgeFacts {
  const { widthPx, heightPx } = blocks
  const offset = (neighbourhoodPx - blockPx) / 2
  const mask = ridgeMask(blocks)
  const sums = new Float64Array(3)
  const scratch = slantedScratch()
  const circle = circle32()
  const grid = new RidgeGrid(blocks.columns, blocks.rows)
  const frequency = new ValueList()
  const clarity = new ValueList()
  const ratios = new ValueList()
  for (let top = 0; top + neighbourhoodPx <= heightPx; top += blockPx) {
    for (let left = 0; left + neighbourhoodPx <= widthPx; left += blockPx) {
      if (!allRidges(mask, blocks, left + offset, top + offset)) continue
      gradientSums(grey, widthPx, left + offset, top + offset, blockPx, blockPx, sums)
      const normal = ridgeNormal(sums)
      const share = frequencyShare(grey, widthPx, left, top, normal, scratch, circle)
      const clear = localClarity(grey, widthPx, left, top, normal, scratch)
      frequency.add(share)
      clarity.add(clear)
      grid.add(left / blockPx, top / blockPx, sums, share, clear)
      ridgeValleyRatios(grey, widthPx, left, top, normal, scratch, ratios)
    }
  }
  frequency.intoFeatures(features, 'FDA')
  clarity.intoFeatures(features, 'LCS')
  ratios.intoFeatures(features, 'RVUP')
  return grid.facts()
}
