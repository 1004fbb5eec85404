// WSQ decoder: one stream in, grey pixels out. Pure; survives any bytes with a named fault. Knows no files and no records.

import { Fault } from '../../../protocol/fault.js'
import type { Simd } from '../simd/simd.js'
import { referenceDecoder } from './decode-reference.js'
import { twinDecoder } from './decode-twin.js'
import { type AnalysisFilters, isNineSeven } from './filters.js'
import { type DecoderCodes, decoderCodes } from './huffman.js'
import type { DecoderPasses, DecoderTables } from './passes.js'
import { keptCount } from './quantiser.js'
import {
  type Frame,
  marker,
  readComment,
  readFrame,
  readHuffmanTables,
  readQuantisationTable,
  readTransformTable,
  SegmentReader,
} from './segments.js'
import { codedSubbands, waveletTree } from './tree.js'

export interface WsqImage {
  /** Row-major, `widthPx * heightPx` bytes, 0 black. */
  readonly grey: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
  /** From the NISTCOM comment; undefined when there is none or it says unknown. */
  readonly ppi: number | undefined
  readonly comments: readonly string[]
}

export interface WsqHeader {
  readonly widthPx: number
  readonly heightPx: number
  readonly ppi: number | undefined
  /** WSQ_BITRATE of the NISTCOM comment. */
  readonly rate: number | undefined
}

const mostComments = 64
/** The twin holds a stream twice in its memory. Noise of 4096 x 4096 at the highest rate stays below. */
const mostTwinBytes = 64 * 1024 * 1024
/** The longest run, 65535 zeros, takes a code of at least one bit and 16 more. */
const mostPerByte = (65_535 * 8) / 17
const corrupt = (offset: number, reason: string) => new Fault('wsq.corrupt', { offset, reason })

interface Stream {
  readonly comments: string[]
  readonly tables: (DecoderCodes | undefined)[]
  frame?: Frame
  filters?: AnalysisFilters
  bins?: DecoderTables['bins']
  /** From the first block on. */
  data?: { readonly passes: DecoderPasses; readonly total: number }
  filled: number
}

/**
 * @param simd  runs the twins; files with filters other than 9/7 are decoded by the reference all the same
 * @throws Fault `wsq.corrupt` {offset, reason} for anything malformed, `wsq.unsupported` for sizes above 4096 and very long filters
 */
export function decodeWsq(bytes: Uint8Array, simd?: Simd): WsqImage {
  if (!simd) return decodeStream(bytes, (tables) => referenceDecoder(bytes, tables))
  return simd.lease((take) =>
    decodeStream(bytes, (tables) => (suitsTwin(bytes, tables) ? twinDecoder(simd, take, bytes, tables) : referenceDecoder(bytes, tables))),
  )
}

const suitsTwin = (bytes: Uint8Array, { filters }: DecoderTables): boolean => isNineSeven(filters) && bytes.length <= mostTwinBytes

function decodeStream(bytes: Uint8Array, open: (tables: DecoderTables) => DecoderPasses): WsqImage {
  const { frame, data, comments } = readStream(bytes, open)
  if (!frame || !data) throw corrupt(bytes.length, 'no_image_data')
  return { grey: data.passes.picture(), widthPx: frame.widthPx, heightPx: frame.heightPx, ppi: nistFields(comments).ppi, comments }
}

/** True when the bytes begin as a WSQ stream does. */
export const looksLikeWsq = (bytes: Uint8Array): boolean => bytes.length > 4 && bytes[0] === 0xff && bytes[1] === 0xa0 && bytes[2] === 0xff

/** What stands in front of the first entropy-coded block: cheap, decodes nothing. @throws Fault `wsq.corrupt` */
export function readWsqHeader(bytes: Uint8Array): WsqHeader {
  const stream = readStream(bytes)
  if (!stream.frame) throw corrupt(bytes.length, 'no_frame')
  return { widthPx: stream.frame.widthPx, heightPx: stream.frame.heightPx, ...nistFields(stream.comments) }
}

/** @param open what decodes the blocks; without it only what stands in front of them is read */
function readStream(bytes: Uint8Array, open?: (tables: DecoderTables) => DecoderPasses): Stream {
  const reader = new SegmentReader(bytes)
  const stream: Stream = { comments: [], tables: [], filled: 0 }
  if (reader.marker() !== marker.startOfImage) throw corrupt(0, 'no_start_of_image')
  for (;;) {
    const start = reader.at
    const code = reader.marker()
    if (code === marker.endOfImage) break
    if (code === marker.startOfBlock) {
      if (!open) break
      readBlock(bytes, reader, stream, open)
    } else readTable(code, start, reader, stream)
  }
  if (stream.data && stream.filled !== stream.data.total) throw corrupt(reader.at, 'missing_coefficients')
  return stream
}

function readTable(code: number, start: number, reader: SegmentReader, stream: Stream): void {
  const fixed = stream.data !== undefined
  switch (code) {
    case marker.comment:
      if (stream.comments.length >= mostComments) throw corrupt(start, 'too_many_comments')
      stream.comments.push(readComment(reader))
      return
    case marker.huffmanTable:
      readHuffmanTables(reader, (id, table, offset) => {
        stream.tables[id] = decoderCodes(table, offset)
      })
      return
    case marker.restartInterval:
      // The markers themselves are recognised inside the blocks; their distance need not be known to decode.
      reader.enter()
      reader.u16()
      reader.leave()
      return
    case marker.startOfFrame:
      if (fixed || stream.frame) throw corrupt(start, 'second_frame')
      stream.frame = readFrame(reader)
      return
    case marker.transformTable:
      if (fixed) throw corrupt(start, 'table_behind_data')
      stream.filters = readTransformTable(reader)
      return
    case marker.quantisationTable:
      if (fixed) throw corrupt(start, 'table_behind_data')
      stream.bins = readQuantisationTable(reader)
      return
    default:
      throw corrupt(start, 'unknown_marker')
  }
}

function readBlock(bytes: Uint8Array, reader: SegmentReader, stream: Stream, open: (tables: DecoderTables) => DecoderPasses): void {
  const start = reader.at
  reader.enter()
  const id = reader.u8()
  reader.leave()
  const { frame, filters, bins } = stream
  if (!frame || !bins || !filters) throw corrupt(start, 'block_before_tables')
  const codes = stream.tables[id]
  if (!codes) throw corrupt(start, 'no_huffman_table')
  stream.data ??= openData({ frame, filters, bins }, bytes.length - start, start, open)
  const done = stream.data.passes.decodeBlock(reader.at, codes, stream.filled)
  reader.at = done.at
  stream.filled = done.filled
}

/** @throws Fault `wsq.corrupt` before any memory is taken, when so few bytes cannot make so large an image */
function openData(
  { frame, filters, bins }: Pick<DecoderTables, 'frame' | 'filters' | 'bins'>,
  bytesLeft: number,
  offset: number,
  open: (tables: DecoderTables) => DecoderPasses,
): NonNullable<Stream['data']> {
  const tree = waveletTree(frame.widthPx, frame.heightPx)
  const total = keptCount(tree, bins.q, 0, codedSubbands)
  if (total > bytesLeft * mostPerByte) throw corrupt(offset, 'missing_coefficients')
  return { passes: open({ frame, filters, bins, tree, total }), total }
}

function nistFields(comments: readonly string[]): { ppi: number | undefined; rate: number | undefined } {
  const lines = comments.filter((text) => text.startsWith('NIST_COM')).flatMap((text) => text.split(/[\n\0]/))
  const number = (name: string) => {
    const line = lines.find((text) => text.startsWith(`${name} `))
    const value = line === undefined ? Number.NaN : Number(line.slice(name.length + 1).trim())
    return Number.isFinite(value) && value > 0 ? value : undefined
  }
  const ppi = number('PPI')
  // 255 is how writers that keep -1 in a byte say unknown.
  return { ppi: ppi === 255 || ppi === undefined || !Number.isInteger(ppi) ? undefined : ppi, rate: number('WSQ_BITRATE') }
}
