// BER-TLV as cards use it (ISO/IEC 7816-4 clause 5.2.2): tags of one or two bytes, definite lengths. Written up to 65,535 bytes, read from anybody.

import type { RecordReader } from './cursor.js'

export interface Tlv {
  /** One or two bytes, e.g. 0x82 or 0x7f61. */
  readonly tag: number
  readonly value: Uint8Array
  /** Where the value begins in the bytes that were read; for faults. */
  readonly offset: number
}

/** Reads objects up to the end of the reader's window. @throws Fault `record.corrupt` {field, offset} */
export function readTlvs(reader: RecordReader): readonly Tlv[] {
  const found: Tlv[] = []
  while (reader.left > 0) found.push(readTlv(reader))
  return found
}

function readTlv(reader: RecordReader): Tlv {
  const start = reader.at
  let tag = reader.u8('tag')
  if ((tag & 0x1f) === 0x1f) {
    const second = reader.u8('tag')
    if (second > 0x7f) throw reader.corrupt('tag', { reason: 'longer than two bytes' }, start)
    tag = tag * 0x100 + second
  }
  const length = readLength(reader)
  const offset = reader.at
  return { tag, value: reader.take(length, 'value'), offset }
}

function readLength(reader: RecordReader): number {
  const first = reader.u8('length')
  switch (first) {
    case 0x81:
      return reader.u8('length')
    case 0x82:
      return reader.u16('length')
    case 0x83:
      return reader.u24('length')
    default:
      if (first > 0x7f) throw reader.corrupt('length', { found: first }, reader.at - 1)
      return first
  }
}

export function tlv(tag: number, value: Uint8Array): Uint8Array {
  const head = [...(tag > 0xff ? [tag >> 8, tag & 0xff] : [tag]), ...berLength(value.length)]
  const out = new Uint8Array(head.length + value.length)
  out.set(head)
  out.set(value, head.length)
  return out
}

function berLength(length: number): readonly number[] {
  if (length < 0x80) return [length]
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
