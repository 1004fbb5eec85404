// The encoder's passes by the SIMD twins, in leased memory. Same results as encode-reference.ts but for float32 rounding.

import type { Simd } from '../simd/simd.js'
import { codeBits, extraBits } from './entropy.js'
import { standardFilters } from './filters.js'
import type { EncoderCodes } from './huffman.js'
import { type EncoderPasses, levelsOf } from './passes.js'
import { type Take, takePlanes } from './planes.js'
import { keptCount } from './quantiser.js'
import { codedSubbands, type WaveletTree } from './tree.js'

/** Kernels read up to 16 bytes behind grey and bits. */
const slackBytes = 16

export function twinEncoder(simd: Simd, take: Take, grey: Uint8Array, tree: WaveletTree): EncoderPasses {
  const { kernels, memory } = simd
  const greyAt = take(grey.length + slackBytes)
  const planes = takePlanes(simd, take, tree)
  const state = take(32)
  const counters = take(256 * 4)
  let tokensAt = 0
  const blocks: { from: number; end: number }[] = []
  return {
    analyse: () => {
      new Uint8Array(memory.buffer, greyAt, grey.length).set(grey)
      kernels.wsqGreyLevels(greyAt, grey.length, state)
      const [sum, lowest, highest] = new Float64Array(memory.buffer, state, 3)
      const levels = levelsOf(sum!, grey.length, lowest!, highest!)
      planes.analyse(greyAt, levels, standardFilters())
      return levels
    },
    sumsOf: (subband, area) => {
      kernels.wsqSums(planes.addressOf(subband, area), planes.stride, area.width, area.height, state)
      const [sum, squares] = new Float64Array(memory.buffer, state, 2)
      return { sum: sum!, squares: squares! }
    },
    quantise: (block, bins, first, end, histogram) => {
      if (block === 0) tokensAt = take(4 * keptCount(tree, bins.q, 0, codedSubbands))
      const from = blocks[block - 1]?.end ?? tokensAt
      const cursor = new Uint32Array(memory.buffer, state, 2)
      cursor.set([0, from])
      for (let k = first; k < end; k++) {
        const width = bins.q[k]!
        const band = tree.subbands[k]!
        if (width === 0) continue
        kernels.wsqQuantise(planes.addressOf(k, band), planes.stride, band.width, band.height, width, bins.z[k]! / 2, cursor[1]!, state)
      }
      const counted = new Uint32Array(memory.buffer, counters, 256)
      counted.set(histogram)
      blocks[block] = { from, end: kernels.wsqEndBlock(from, cursor[1]!, state, counters) }
      histogram.set(counted)
    },
    write: (block, codes, histogram, writer) => {
      const { from, end } = blocks[block]!
      simd.lease((takeMore) => {
        const bytes = Math.ceil(codeBits(histogram, codes) / 8) + slackBytes
        const table = takeMore(256 * 4)
        const packed = takeMore(bytes)
        const stuffed = takeMore(2 * bytes)
        setCodes(codes, new Uint32Array(memory.buffer, table, 256))
        const count = kernels.wsqStuff(packed, kernels.wsqPack(from, end, table, packed), stuffed)
        writer.bytes(new Uint8Array(memory.buffer, stuffed, count))
      })
    },
  }
}

function setCodes({ code, length }: EncoderCodes, table: Uint32Array): void {
  for (let symbol = 0; symbol < 256; symbol++) table[symbol] = (code[symbol]! << 16) | (extraBits(symbol) << 8) | length[symbol]!
}
