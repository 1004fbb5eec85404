// WSQ encoder: grey pixels in, one stream out. Pure; called from worker threads. Knows no files and no records.

import { Fault } from '../../../protocol/fault.js'
import { analyse } from './analysis.js'
import { encodeTokens, tokenise, worstBytes } from './entropy.js'
import { standardFilters } from './filters.js'
import { buildTable, encoderCodes } from './huffman.js'
import { type BinWidths, binWidths, keptCount, quantise, subbandVariances } from './quantiser.js'
import {
  largestSidePx,
  marker,
  SegmentWriter,
  writeComment,
  writeFrame,
  writeHuffmanTable,
  writeQuantisationTable,
  writeTransformTable,
} from './segments.js'
import { blockBounds, type WaveletTree, waveletTree } from './tree.js'

export interface WsqEncodeOptions {
  /** Bit rate: 0.75 is the 15:1 class, 2.25 the 5:1 class. It steers the quantiser and is no promise of a size. 0.01 to 16. */
  readonly rate: number
  /** Resolution, written into the NISTCOM comment; WSQ itself is defined for 500. */
  readonly ppi: number
  /** More comments, each at most 65533 Latin-1 characters. */
  readonly comments?: readonly string[]
}

interface Block {
  readonly tableId: number
  readonly tokens: Uint32Array
  readonly count: number
}

/**
 * Compresses an 8-bit grey image as NBIS `cwsq` does (IAFIS-IC-0110 v3).
 * @param grey  row-major, `widthPx * heightPx` bytes, 0 black
 * @throws Fault `wsq.unsupported` for sizes outside 1..4096 and options outside their range
 */
export function encodeWsq(grey: Uint8Array, widthPx: number, heightPx: number, options: WsqEncodeOptions): Uint8Array {
  checkInput(grey, widthPx, heightPx, options)
  const tree = waveletTree(widthPx, heightPx)
  const filters = standardFilters()
  const plane = new Float32Array(widthPx * heightPx)
  const { mean, scale } = normalise(grey, plane)
  analyse(plane, new Float32Array(plane.length), widthPx, tree, filters)
  const bins = binWidths(subbandVariances(plane, widthPx, tree), options.rate)

  const writer = new SegmentWriter()
  writer.u16(marker.startOfImage)
  writeComment(writer, nistComment(widthPx, heightPx, options))
  for (const comment of options.comments ?? []) writeComment(writer, comment)
  writeTransformTable(writer, filters)
  writeQuantisationTable(writer, bins)
  writeFrame(writer, { widthPx, heightPx, mean, scale })
  writeBlocks(writer, plane, widthPx, tree, bins)
  writer.u16(marker.endOfImage)
  return writer.finish()
}

function checkInput(grey: Uint8Array, widthPx: number, heightPx: number, options: WsqEncodeOptions): void {
  const refuse = (field: string, found: number): never => {
    throw new Fault('wsq.unsupported', { field, found })
  }
  for (const [field, side] of [['widthPx', widthPx] as const, ['heightPx', heightPx] as const]) {
    if (!Number.isInteger(side) || side < 1 || side > largestSidePx) refuse(field, side)
  }
  if (grey.length !== widthPx * heightPx) refuse('grey', grey.length)
  if (!(options.rate >= 0.01 && options.rate <= 16)) refuse('rate', options.rate)
  if (!Number.isInteger(options.ppi) || options.ppi < 1 || options.ppi > 65_535) refuse('ppi', options.ppi)
  for (const comment of options.comments ?? []) if (comment.length > 65_533) refuse('comments', comment.length)
}

/** Shifts by the mean and scales to about +-128. A constant image keeps scale 1. */
function normalise(grey: Uint8Array, plane: Float32Array): { mean: number; scale: number } {
  let sum = 0
  let lowest = 255
  let highest = 0
  for (let i = 0; i < grey.length; i++) {
    const value = grey[i]!
    sum += value
    if (value < lowest) lowest = value
    if (value > highest) highest = value
  }
  const mean = Math.fround(sum / grey.length)
  const scale = Math.fround(Math.max(mean - lowest, highest - mean) / 128) || 1
  const byValue = new Float32Array(256)
  for (let value = 0; value < 256; value++) byValue[value] = (value - mean) / scale
  for (let i = 0; i < grey.length; i++) plane[i] = byValue[grey[i]!]!
  return { mean, scale }
}

/** The NISTCOM text of ANSI/NIST files: the only place of a WSQ stream that holds the resolution. */
function nistComment(widthPx: number, heightPx: number, options: WsqEncodeOptions): string {
  return [
    'NIST_COM 9',
    `PIX_WIDTH ${widthPx}`,
    `PIX_HEIGHT ${heightPx}`,
    'PIX_DEPTH 8',
    `PPI ${options.ppi}`,
    'LOSSY 1',
    'COLORSPACE GRAY',
    'COMPRESSION WSQ',
    `WSQ_BITRATE ${options.rate.toFixed(6)}`,
  ].join('\n')
}

/** Block 1 has its own Huffman table; blocks 2 and 3 share one, built on their pooled statistics. */
function writeBlocks(writer: SegmentWriter, plane: Float32Array, stride: number, tree: WaveletTree, bins: BinWidths): void {
  const histograms = [new Uint32Array(256), new Uint32Array(256)]
  const blocks: Block[] = []
  for (let b = 0; b < 3; b++) {
    const first = blockBounds[b]!
    const end = blockBounds[b + 1]!
    const indices = new Int16Array(keptCount(tree, bins.q, first, end))
    quantise(plane, stride, tree, bins, first, end, indices)
    const tokens = new Uint32Array(indices.length)
    const tableId = b === 0 ? 0 : 1
    blocks.push({ tableId, tokens, count: tokenise(indices, indices.length, tokens, histograms[tableId]!) })
  }
  const tables = histograms.map(buildTable)
  const codes = tables.map(encoderCodes)
  let lastTable = -1
  for (const { tableId, tokens, count } of blocks) {
    if (tableId !== lastTable) writeHuffmanTable(writer, tableId, tables[tableId]!)
    lastTable = tableId
    writer.u16(marker.startOfBlock)
    writer.u16(3)
    writer.u8(tableId)
    const room = worstBytes(histograms[tableId]!, codes[tableId]!)
    writer.fill(room, (bytes, at) => encodeTokens(tokens, count, codes[tableId]!, bytes, at))
  }
}
