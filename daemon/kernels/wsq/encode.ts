// WSQ encoder: grey pixels in, one stream out. Pure; called from worker threads. Knows no files and no records.

import { Fault } from '../../../protocol/fault.js'
import type { Simd } from '../simd/simd.js'
import { referenceEncoder } from './encode-reference.js'
import { twinEncoder } from './encode-twin.js'
import { standardFilters } from './filters.js'
import { buildTable, encoderCodes } from './huffman.js'
import type { EncoderPasses } from './passes.js'
import { type BinWidths, binWidths, subbandVariances } from './quantiser.js'
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

/**
 * Compresses an 8-bit grey image as NBIS `cwsq` does (IAFIS-IC-0110 v3).
 * @param grey  row-major, `widthPx * heightPx` bytes, 0 black
 * @param simd  runs the twins; a coefficient at the very edge of a bin may then fall on its other side
 * @throws Fault `wsq.unsupported` for sizes outside 1..4096 and options outside their range
 */
export function encodeWsq(grey: Uint8Array, widthPx: number, heightPx: number, options: WsqEncodeOptions, simd?: Simd): Uint8Array {
  checkInput(grey, widthPx, heightPx, options)
  const tree = waveletTree(widthPx, heightPx)
  if (simd) return simd.lease((take) => writeStream(twinEncoder(simd, take, grey, tree), tree, options))
  return writeStream(referenceEncoder(grey, tree), tree, options)
}

function writeStream(passes: EncoderPasses, tree: WaveletTree, options: WsqEncodeOptions): Uint8Array {
  const { width: widthPx, height: heightPx } = tree.nodes[0]!
  const { mean, scale } = passes.analyse()
  const bins = binWidths(
    subbandVariances(tree, (subband, area) => passes.sumsOf(subband, area)),
    options.rate,
  )
  const writer = new SegmentWriter()
  writer.u16(marker.startOfImage)
  writeComment(writer, nistComment(widthPx, heightPx, options))
  for (const comment of options.comments ?? []) writeComment(writer, comment)
  writeTransformTable(writer, standardFilters())
  writeQuantisationTable(writer, bins)
  writeFrame(writer, { widthPx, heightPx, mean, scale })
  writeBlocks(writer, passes, bins)
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
function writeBlocks(writer: SegmentWriter, passes: EncoderPasses, bins: BinWidths): void {
  const tableOf = [0, 1, 1] as const
  const histograms = [new Uint32Array(256), new Uint32Array(256)] as const
  for (const [block, id] of tableOf.entries()) passes.quantise(block, bins, blockBounds[block]!, blockBounds[block + 1]!, histograms[id])
  const tables = histograms.map(buildTable)
  const codes = tables.map(encoderCodes)
  let lastId = -1
  for (const [block, id] of tableOf.entries()) {
    if (id !== lastId) writeHuffmanTable(writer, id, tables[id]!)
    lastId = id
    writer.u16(marker.startOfBlock)
    writer.u16(3)
    writer.u8(id)
    passes.write(block, codes[id]!, histograms[id], writer)
  }
}
