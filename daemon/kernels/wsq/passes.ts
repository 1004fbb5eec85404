// What encoder and decoder do over whole images and blocks. Done twice: in TypeScript (*-reference.ts) and by SIMD (*-twin.ts).

import type { AnalysisFilters } from './filters.js'
import type { DecoderCodes, EncoderCodes } from './huffman.js'
import type { BinWidths, Sums } from './quantiser.js'
import type { Frame, SegmentWriter } from './segments.js'
import type { Band, WaveletTree } from './tree.js'

/** Grey = sample * scale + mean. */
export interface Levels {
  readonly mean: number
  readonly scale: number
}

/** Called in this order. */
export interface EncoderPasses {
  /** Normalises the grey levels and splits them into subbands. */
  analyse(): Levels
  sumsOf(subband: number, area: Band): Sums
  /** Turns the kept subbands `first`..`end` into the tokens of block `block` and adds their symbols to `histogram`. */
  quantise(block: number, bins: BinWidths, first: number, end: number, histogram: Uint32Array): void
  /** Writes the bits of a block. @param histogram counts its symbols, and perhaps those of others */
  write(block: number, codes: EncoderCodes, histogram: Uint32Array, writer: SegmentWriter): void
}

/** What stands in front of the first block of a stream. */
export interface DecoderTables {
  readonly frame: Frame
  readonly filters: AnalysisFilters
  readonly bins: BinWidths & { readonly centre: number }
  readonly tree: WaveletTree
  /** Coefficients of all kept subbands. */
  readonly total: number
}

export interface DecoderPasses {
  /**
   * Decodes one block from byte `start` up to the next marker; restart markers are taken in passing.
   * @param filled coefficients decoded before
   * @returns `at`, the offset of the marker behind the block, and the new `filled` @throws Fault `wsq.corrupt`
   */
  decodeBlock(start: number, codes: DecoderCodes, filled: number): { readonly at: number; readonly filled: number }
  /** The image of what was decoded. */
  picture(): Uint8Array
}

/**
 * The mean is taken off and the rest scaled to about +-128. A constant image keeps scale 1.
 * @param sum  of `count` grey levels, of which `lowest` and `highest` are the extremes
 */
export function levelsOf(sum: number, count: number, lowest: number, highest: number): Levels {
  const mean = Math.fround(sum / count)
  return { mean, scale: Math.fround(Math.max(mean - lowest, highest - mean) / 128) || 1 }
}
