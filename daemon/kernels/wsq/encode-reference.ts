// The encoder's passes in plain TypeScript: the reference that the SIMD twin is held to.

import { analyse } from './analysis.js'
import { encodeTokens, tokenise, worstBytes } from './entropy.js'
import { standardFilters } from './filters.js'
import { type EncoderPasses, type Levels, levelsOf } from './passes.js'
import { keptCount, quantise, sumsOf } from './quantiser.js'
import type { WaveletTree } from './tree.js'

export function referenceEncoder(grey: Uint8Array, tree: WaveletTree): EncoderPasses {
  const stride = tree.nodes[0]!.width
  const plane = new Float32Array(grey.length)
  const blocks: { tokens: Uint32Array; count: number }[] = []
  return {
    analyse: () => {
      const levels = normalise(grey, plane)
      analyse(plane, new Float32Array(plane.length), stride, tree, standardFilters())
      return levels
    },
    sumsOf: (_subband, area) => sumsOf(plane, stride, area),
    quantise: (block, bins, first, end, histogram) => {
      const indices = new Int16Array(keptCount(tree, bins.q, first, end))
      quantise(plane, stride, tree, bins, first, end, indices)
      const tokens = new Uint32Array(indices.length)
      blocks[block] = { tokens, count: tokenise(indices, indices.length, tokens, histogram) }
    },
    write: (block, codes, histogram, writer) => {
      const { tokens, count } = blocks[block]!
      writer.fill(worstBytes(histogram, codes), (bytes, at) => encodeTokens(tokens, count, codes, bytes, at))
    },
  }
}

function normalise(grey: Uint8Array, plane: Float32Array): Levels {
  let sum = 0
  let lowest = 255
  let highest = 0
  for (let i = 0; i < grey.length; i++) {
    const value = grey[i]!
    sum += value
    if (value < lowest) lowest = value
    if (value > highest) highest = value
  }
  const { mean, scale } = levelsOf(sum, grey.length, lowest, highest)
  const byValue = new Float32Array(256)
  for (let value = 0; value < 256; value++) byValue[value] = (value - mean) / scale
  for (let i = 0; i < grey.length; i++) plane[i] = byValue[grey[i]!]!
  return { mean, scale }
}
