// Binary records by cursor: big-endian, every field named, every fault says which field and where. Shared by all record formats; knows none of them.

import { Fault } from '../../protocol/fault.js'

/** Reads fields in order inside a window of the bytes; never reads outside. Faults are `record.corrupt` {field, offset}. */
export class RecordReader {
  at: number
  readonly bytes: Uint8Array
  readonly end: number

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes
    this.at = start
    this.end = end
  }

  get left(): number {
    return this.end - this.at
  }

  /** The fault for the field that begins at the cursor. */
  corrupt(field: string, facts: { reason?: string; expected?: number | string; found?: number | string } = {}, offset = this.at): Fault {
    return new Fault('record.corrupt', { field, offset, ...facts })
  }

  take(count: number, field: string): Uint8Array {
    if (count > this.left) throw this.corrupt(field, { reason: 'truncated', expected: count, found: this.left })
    this.at += count
    return this.bytes.subarray(this.at - count, this.at)
  }

  u8(field: string): number {
    if (this.at >= this.end) throw this.corrupt(field, { reason: 'truncated' })
    return this.bytes[this.at++]!
  }

  u16(field: string): number {
    if (this.left < 2) throw this.corrupt(field, { reason: 'truncated' })
    return this.u8(field) * 0x100 + this.u8(field)
  }

  u24(field: string): number {
    if (this.left < 3) throw this.corrupt(field, { reason: 'truncated' })
    return this.u8(field) * 0x10000 + this.u16(field)
  }

  u32(field: string): number {
    if (this.left < 4) throw this.corrupt(field, { reason: 'truncated' })
    return this.u16(field) * 0x10000 + this.u16(field)
  }

  u48(field: string): number {
    if (this.left < 6) throw this.corrupt(field, { reason: 'truncated' })
    return this.u16(field) * 0x1_0000_0000 + this.u32(field)
  }

  i16(field: string): number {
    const value = this.u16(field)
    return value < 0x8000 ? value : value - 0x10000
  }

  i8(field: string): number {
    const value = this.u8(field)
    return value < 0x80 ? value : value - 0x100
  }

  /** Format identifier and version: four bytes each, the last one zero. @throws `record.corrupt`, `record.unsupported` */
  header(identifier: string, versions: readonly string[]): string {
    const offset = this.at
    const found = latin1(this.take(4, 'formatIdentifier'))
    if (found !== `${identifier}\0`) throw this.corrupt('formatIdentifier', { expected: identifier }, offset)
    const version = latin1(this.take(4, 'version'))
    if (!versions.some((known) => version === `${known}\0`)) {
      throw new Fault('record.unsupported', { field: 'version', offset: offset + 4, reason: 'edition', expected: versions.join(' or ') })
    }
    return version.slice(0, 3)
  }
}

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

/** Writes fields in order. A value that does not fit its field is `record.unsupported` {field, found}: nothing is cut silently. */
export class RecordWriter {
  #bytes = new Uint8Array(1024)
  #at = 0

  get at(): number {
    return this.#at
  }

  #room(count: number): void {
    if (this.#at + count <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + count))
    larger.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = larger
  }

  #integer(value: number, size: number, field: string, lowest = 0): void {
    const limit = 2 ** (8 * size) - 1 + lowest
    if (!Number.isInteger(value) || value < lowest || value > limit) throw new Fault('record.unsupported', { field, found: value, limit })
    this.#room(size)
    for (let i = size - 1, rest = value - (value < 0 ? 2 * lowest : 0); i >= 0; i--, rest = Math.floor(rest / 256)) {
      this.#bytes[this.#at + i] = rest % 256
    }
    this.#at += size
  }

  u8(value: number, field: string): void {
    this.#integer(value, 1, field)
  }

  u16(value: number, field: string): void {
    this.#integer(value, 2, field)
  }

  u24(value: number, field: string): void {
    this.#integer(value, 3, field)
  }

  u32(value: number, field: string): void {
    this.#integer(value, 4, field)
  }

  i8(value: number, field: string): void {
    this.#integer(value, 1, field, -0x80)
  }

  i16(value: number, field: string): void {
    this.#integer(value, 2, field, -0x8000)
  }

  take(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** Identifier and version, each closed by a zero byte. */
  header(identifier: string, version: string): void {
    for (const char of `${identifier}\0${version}\0`) this.u8(char.charCodeAt(0), 'formatIdentifier')
  }

  /** Leaves room for a 32-bit length; the returned function fills in the bytes from here (the field included, `extra` added) up to where it is called. */
  length32(field: string, extra = 0): () => void {
    const start = this.#at
    this.u32(0, field)
    return () => {
      const end = this.#at
      this.#at = start
      this.u32(end - start + extra, field)
      this.#at = end
    }
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#at)
  }
}
