// Marker segments of a WSQ stream, read and written (IAFIS-IC-0110 v3, compressed data format). Big-endian; scaled numbers are mantissa / 10^exponent.

import { Fault } from '../../../protocol/fault.js'
import type { AnalysisFilters, StoredFilter } from './filters.js'
import type { HuffmanTable } from './huffman.js'
import { longestCode } from './huffman.js'
import type { BinWidths } from './quantiser.js'
import { subbandCount } from './tree.js'

export const marker = {
  startOfImage: 0xffa0,
  endOfImage: 0xffa1,
  startOfFrame: 0xffa2,
  startOfBlock: 0xffa3,
  transformTable: 0xffa4,
  quantisationTable: 0xffa5,
  huffmanTable: 0xffa6,
  restartInterval: 0xffa7,
  comment: 0xffa8,
} as const

/** Longer filters than any in use would only serve to waste time. */
const longestFilter = 32
export const largestSidePx = 4096

export interface Frame {
  readonly widthPx: number
  readonly heightPx: number
  /** Added back and multiplied by on decoding: grey = value * scale + mean. */
  readonly mean: number
  readonly scale: number
}

const corrupt = (offset: number, reason: string) => new Fault('wsq.corrupt', { offset, reason })

/** Cursor over the segments of a stream; entropy-coded bytes are the decoder's. */
export class SegmentReader {
  at = 0
  readonly #bytes: Uint8Array
  #end: number

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#end = bytes.length
  }

  marker(): number {
    this.#end = this.#bytes.length
    return this.u16()
  }

  /** Enters a segment: everything read until `leave` must lie inside it. */
  enter(): void {
    const start = this.at
    const length = this.u16()
    if (length < 2 || start + length > this.#bytes.length) throw corrupt(start, 'segment_length')
    this.#end = start + length
  }

  /** @param exact the segment must have been read to its last byte */
  leave(exact = true): void {
    if (exact && this.at !== this.#end) throw corrupt(this.at, 'segment_length')
    this.at = this.#end
    this.#end = this.#bytes.length
  }

  get left(): number {
    return this.#end - this.at
  }

  u8(): number {
    if (this.at >= this.#end) throw corrupt(this.at, 'truncated')
    return this.#bytes[this.at++]!
  }

  u16(): number {
    return this.u8() * 256 + this.u8()
  }

  u32(): number {
    return this.u16() * 65_536 + this.u16()
  }

  take(count: number): Uint8Array {
    if (count > this.left) throw corrupt(this.at, 'truncated')
    this.at += count
    return this.#bytes.subarray(this.at - count, this.at)
  }

  scaled16(): number {
    const exponent = this.u8()
    return this.u16() / 10 ** exponent
  }
}

export function readFrame(reader: SegmentReader): Frame {
  const start = reader.at
  reader.enter()
  reader.take(2)
  const heightPx = reader.u16()
  const widthPx = reader.u16()
  const mean = reader.scaled16()
  const scale = reader.scaled16()
  reader.take(3)
  reader.leave()
  if (widthPx === 0 || heightPx === 0) throw corrupt(start, 'empty_image')
  if (widthPx > largestSidePx || heightPx > largestSidePx) {
    throw new Fault('wsq.unsupported', { offset: start, reason: 'image_size', size: Math.max(widthPx, heightPx), limit: largestSidePx })
  }
  return { widthPx, heightPx, mean, scale }
}

export function readTransformTable(reader: SegmentReader): AnalysisFilters {
  const start = reader.at
  reader.enter()
  const lowLength = reader.u8()
  const highLength = reader.u8()
  if (lowLength < 2 || highLength < 2 || (lowLength + highLength) % 2 !== 0) throw corrupt(start, 'filter_length')
  if (lowLength > longestFilter || highLength > longestFilter) {
    throw new Fault('wsq.unsupported', {
      offset: start,
      reason: 'filter_length',
      size: Math.max(lowLength, highLength),
      limit: longestFilter,
    })
  }
  const low = readFilter(reader, lowLength)
  const high = readFilter(reader, highLength)
  reader.leave()
  return { low, high }
}

function readFilter(reader: SegmentReader, length: number): StoredFilter {
  const half = new Float64Array((length + 1) >> 1)
  for (let k = 0; k < half.length; k++) {
    const sign = reader.u8() === 0 ? 1 : -1
    const exponent = reader.u8()
    half[k] = (sign * reader.u32()) / 10 ** exponent
  }
  return { length, half }
}

export function readQuantisationTable(reader: SegmentReader): BinWidths & { readonly centre: number } {
  reader.enter()
  const centre = reader.scaled16()
  const q = new Float64Array(subbandCount)
  const z = new Float64Array(subbandCount)
  for (let k = 0; k < subbandCount; k++) {
    q[k] = reader.scaled16()
    z[k] = reader.scaled16()
  }
  reader.leave()
  return { centre, q, z }
}

/** One segment may carry several tables, one behind the other. */
export function readHuffmanTables(reader: SegmentReader, into: (id: number, table: HuffmanTable, offset: number) => void): void {
  reader.enter()
  do {
    const start = reader.at
    const id = reader.u8()
    if (id > 7) throw corrupt(start, 'huffman_table_id')
    const counts = reader.take(longestCode).slice()
    const total = counts.reduce((sum, count) => sum + count, 0)
    if (total > 256) throw corrupt(start, 'huffman_symbol_count')
    into(id, { counts, symbols: reader.take(total).slice() }, start)
  } while (reader.left > 0)
  reader.leave()
}

export function readComment(reader: SegmentReader): string {
  reader.enter()
  const text = Buffer.from(reader.take(reader.left)).toString('latin1')
  reader.leave()
  return text
}

/** Grows on demand; the encoder's only output. */
export class SegmentWriter {
  #bytes = new Uint8Array(4096)
  #at = 0

  #room(count: number): void {
    if (this.#at + count <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + count))
    larger.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = larger
  }

  u8(value: number): void {
    this.#room(1)
    this.#bytes[this.#at++] = value
  }

  u16(value: number): void {
    this.u8(value >>> 8)
    this.u8(value & 0xff)
  }

  u32(value: number): void {
    this.u16(Math.floor(value / 65_536))
    this.u16(value % 65_536)
  }

  /** Largest exponent for which the mantissa stays below `limit`, rounded to nearest. */
  scaled(value: number, limit: number): { exponent: number; mantissa: number } {
    if (value === 0) return { exponent: 0, mantissa: 0 }
    let exponent = 0
    while (exponent < 255 && value * 10 ** (exponent + 1) < limit) exponent++
    return { exponent, mantissa: Math.min(limit, Math.round(value * 10 ** exponent)) }
  }

  scaled16(value: number): void {
    const { exponent, mantissa } = this.scaled(value, 65_535)
    this.u8(exponent)
    this.u16(mantissa)
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length)
    this.#bytes.set(value, this.#at)
    this.#at += value.length
  }

  /** Lets `fill` write at most `count` bytes in place; it returns the offset behind what it wrote. */
  fill(count: number, fill: (bytes: Uint8Array, at: number) => number): void {
    this.#room(count)
    this.#at = fill(this.#bytes, this.#at)
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#at)
  }
}

export function writeComment(writer: SegmentWriter, text: string): void {
  const bytes = Buffer.from(text, 'latin1')
  writer.u16(marker.comment)
  writer.u16(bytes.length + 2)
  writer.bytes(bytes)
}

export function writeTransformTable(writer: SegmentWriter, filters: AnalysisFilters): void {
  writer.u16(marker.transformTable)
  writer.u16(2 + 2 + 6 * (filters.low.half.length + filters.high.half.length))
  writer.u8(filters.low.length)
  writer.u8(filters.high.length)
  for (const tap of [...filters.low.half, ...filters.high.half]) {
    const { exponent, mantissa } = writer.scaled(Math.abs(tap), 4_294_967_295)
    writer.u8(tap < 0 ? 1 : 0)
    writer.u8(exponent)
    writer.u32(mantissa)
  }
}

export function writeQuantisationTable(writer: SegmentWriter, bins: BinWidths): void {
  writer.u16(marker.quantisationTable)
  writer.u16(389)
  // Bin centre 0.44, as the standard's decoder has it.
  writer.u8(2)
  writer.u16(44)
  for (let k = 0; k < subbandCount; k++) {
    writer.scaled16(bins.q[k]!)
    writer.scaled16(bins.z[k]!)
  }
}

export function writeFrame(writer: SegmentWriter, frame: Frame): void {
  writer.u16(marker.startOfFrame)
  writer.u16(17)
  writer.u8(0)
  writer.u8(255)
  writer.u16(frame.heightPx)
  writer.u16(frame.widthPx)
  writer.scaled16(frame.mean)
  writer.scaled16(frame.scale)
  // Encoder version 2 of the specification; software number 0 = not certified.
  writer.u8(2)
  writer.u16(0)
}

export function writeHuffmanTable(writer: SegmentWriter, id: number, table: HuffmanTable): void {
  writer.u16(marker.huffmanTable)
  writer.u16(2 + 1 + longestCode + table.symbols.length)
  writer.u8(id)
  writer.bytes(table.counts)
  writer.bytes(table.symbols)
}
