// WSQ decoder: one stream in, grey pixels out. Pure; survives any bytes with a named fault. Knows no files and no records.

import { Fault } from '../../../protocol/fault.js'
import { decodeBlock } from './entropy.js'
import type { AnalysisFilters } from './filters.js'
import { type DecoderCodes, decoderCodes } from './huffman.js'
import { type BinWidths, dequantise, keptCount } from './quantiser.js'
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
import { synthesise } from './synthesis.js'
import { codedSubbands, type WaveletTree, waveletTree } from './tree.js'

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
const corrupt = (offset: number, reason: string) => new Fault('wsq.corrupt', { offset, reason })

interface Stream {
  comments: string[]
  frame?: Frame
  filters?: AnalysisFilters
  bins?: BinWidths & { readonly centre: number }
  tables: (DecoderCodes | undefined)[]
  tree?: WaveletTree
  indices?: Int32Array
  filled: number
}

/** @throws Fault `wsq.corrupt` {offset, reason} for anything malformed, `wsq.unsupported` for sizes above 4096 and very long filters */
export function decodeWsq(bytes: Uint8Array): WsqImage {
  const stream = readStream(bytes)
  const { frame, filters, bins, tree, indices } = stream
  if (!frame || !filters || !bins || !tree || !indices) throw corrupt(bytes.length, 'no_image_data')
  const plane = new Float32Array(frame.widthPx * frame.heightPx)
  dequantise(indices, plane, frame.widthPx, tree, bins, bins.centre)
  synthesise(plane, new Float32Array(plane.length), frame.widthPx, tree, filters)
  const nist = nistFields(stream.comments)
  return { grey: toGrey(plane, frame), widthPx: frame.widthPx, heightPx: frame.heightPx, ppi: nist.ppi, comments: stream.comments }
}

/** True when the bytes begin as a WSQ stream does. */
export const looksLikeWsq = (bytes: Uint8Array): boolean => bytes.length > 4 && bytes[0] === 0xff && bytes[1] === 0xa0 && bytes[2] === 0xff

/** What stands in front of the first entropy-coded block: cheap, decodes nothing. @throws Fault `wsq.corrupt` */
export function readWsqHeader(bytes: Uint8Array): WsqHeader {
  const stream = readStream(bytes, true)
  if (!stream.frame) throw corrupt(bytes.length, 'no_frame')
  return { widthPx: stream.frame.widthPx, heightPx: stream.frame.heightPx, ...nistFields(stream.comments) }
}

function readStream(bytes: Uint8Array, headerOnly = false): Stream {
  const reader = new SegmentReader(bytes)
  const stream: Stream = { comments: [], tables: [], filled: 0 }
  if (reader.marker() !== marker.startOfImage) throw corrupt(0, 'no_start_of_image')
  for (;;) {
    const start = reader.at
    const code = reader.marker()
    if (code === marker.endOfImage) break
    if (code === marker.startOfBlock) {
      if (headerOnly) break
      readBlock(bytes, reader, stream)
    } else readTable(code, start, reader, stream)
  }
  if (!headerOnly && stream.indices && stream.filled !== stream.indices.length) throw corrupt(reader.at, 'missing_coefficients')
  return stream
}

function readTable(code: number, start: number, reader: SegmentReader, stream: Stream): void {
  const fixed = stream.indices !== undefined
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

function readBlock(bytes: Uint8Array, reader: SegmentReader, stream: Stream): void {
  const start = reader.at
  reader.enter()
  const id = reader.u8()
  reader.leave()
  if (!stream.frame || !stream.bins || !stream.filters) throw corrupt(start, 'block_before_tables')
  const codes = stream.tables[id]
  if (!codes) throw corrupt(start, 'no_huffman_table')
  stream.tree ??= waveletTree(stream.frame.widthPx, stream.frame.heightPx)
  stream.indices ??= new Int32Array(keptCount(stream.tree, stream.bins.q, 0, codedSubbands))
  const done = decodeBlock(bytes, reader.at, codes, stream.indices, stream.filled)
  reader.at = done.at
  stream.filled = done.filled
}

function toGrey(plane: Float32Array, frame: Frame): Uint8Array {
  const grey = new Uint8Array(plane.length)
  const { scale } = frame
  const shift = frame.mean + 0.5
  for (let i = 0; i < grey.length; i++) {
    const value = plane[i]! * scale + shift
    // Written so that NaN, which hostile tables can make, ends as black.
    grey[i] = value >= 255 ? 255 : value >= 1 ? value : 0
  }
  return grey
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
