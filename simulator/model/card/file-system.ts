// The files of the card, laid out in one array of non-volatile bytes so that a torn write leaves exactly what a torn write leaves. No commands here.

import { parseTlvs, tlv } from './tlv.js'

/** ISO/IEC 7816-4 table 14, life cycle status byte. */
export const lifeCycle = { blank: 0x01, inPersonalisation: 0x03, locked: 0x07 } as const

/**
 * Where it lies: byte 0 the card's life cycle, then entries one after the other:
 * marker (0x00 none, 0x38 DF, 0x01 EF), FID 2, parent FID 2, SFI 1, size 2, and for a DF its names (`size` bytes of length-value), for an EF its content.
 * The marker is written last, so an entry torn while being created does not exist.
 */
const firstEntry = 1
const headerLength = 8
const masterFile = 0x3f00

export interface CardFile {
  readonly kind: 'df' | 'ef'
  readonly fid: number
  readonly parent: number
  /** Short EF identifier 1..30, 0 when none. */
  readonly sfi: number
  readonly names: readonly Uint8Array[]
  /** Where its content lies in the memory, and how long it is. */
  readonly start: number
  readonly size: number
}

/** Writes bytes to non-volatile memory; may stop in the middle by throwing. */
export type Write = (offset: number, bytes: Uint8Array) => void

export const master: CardFile = { kind: 'df', fid: masterFile, parent: 0, sfi: 0, names: [], start: 0, size: 0 }

function listFiles(memory: Uint8Array): { files: readonly CardFile[]; freeAt: number } {
  const files: CardFile[] = []
  let at = firstEntry
  while (at + headerLength <= memory.length && memory[at] !== 0) {
    const size = word(memory, at + 6)
    const start = at + headerLength
    const kind = memory[at] === 0x38 ? 'df' : 'ef'
    const names = kind === 'df' ? readNames(memory.subarray(start, start + size)) : []
    files.push({ kind, fid: word(memory, at + 1), parent: word(memory, at + 3), sfi: memory[at + 5]!, names, start, size })
    at = start + size
  }
  return { files, freeAt: at }
}

export function findChild(memory: Uint8Array, parent: number, fid: number): CardFile | undefined {
  return listFiles(memory).files.find((file) => file.parent === parent && file.fid === fid)
}

export function findBySfi(memory: Uint8Array, parent: number, sfi: number): CardFile | undefined {
  return listFiles(memory).files.find((file) => file.kind === 'ef' && file.parent === parent && file.sfi === sfi)
}

/** First DF one of whose names begins with `name`: selection by full or truncated DF name. */
export function findByName(memory: Uint8Array, name: Uint8Array): CardFile | undefined {
  return listFiles(memory).files.find((file) => file.names.some((full) => startsWith(full, name)))
}

export type CreateRefusal = 'bad_data' | 'exists' | 'no_space' | 'too_deep'

/** Creates what an FCP template (tag 62, ISO/IEC 7816-4 clause 7.4.3) describes, below the DF `parent`. New EFs read as zeros. */
export function createFile(memory: Uint8Array, parent: number, template: Uint8Array, write: Write): CardFile | CreateRefusal {
  const wanted = readTemplate(template)
  if (!wanted) return 'bad_data'
  // DFs lie directly below the MF, so a FID alone names a parent.
  if (wanted.kind === 'df' && parent !== masterFile) return 'too_deep'
  const { files, freeAt } = listFiles(memory)
  const siblings = files.filter((file) => file.parent === parent)
  if (wanted.fid === masterFile || siblings.some((file) => file.fid === wanted.fid)) return 'exists'
  if (wanted.sfi && siblings.some((file) => file.sfi === wanted.sfi)) return 'exists'
  if (wanted.names.some((name) => files.some((file) => file.names.some((other) => equal(name, other))))) return 'exists'
  const names = concat(wanted.names.map((name) => Uint8Array.of(name.length, ...name)))
  const size = wanted.kind === 'df' ? names.length : wanted.size
  // One byte stays free: it ends the list.
  if (freeAt + headerLength + size + 1 > memory.length) return 'no_space'
  const start = freeAt + headerLength
  write(freeAt + 1, Uint8Array.of(...be16(wanted.fid), ...be16(parent), wanted.sfi, ...be16(size)))
  write(start, wanted.kind === 'df' ? names : new Uint8Array(size))
  write(start + size, Uint8Array.of(0))
  write(freeAt, Uint8Array.of(wanted.kind === 'df' ? 0x38 : 0x01))
  return { ...wanted, parent, start, size }
}

/** File control parameters as SELECT returns them (tag 62). */
export function controlParameters(file: CardFile, cardLifeCycle: number): Uint8Array {
  const items = [tlv(0x82, [file.kind === 'df' ? 0x38 : 0x01]), tlv(0x83, be16(file.fid))]
  for (const name of file.names) items.push(tlv(0x84, name))
  if (file.kind === 'ef') items.push(tlv(0x80, be16(file.size)))
  if (file.sfi) items.push(tlv(0x88, [file.sfi << 3]))
  items.push(tlv(0x8a, [cardLifeCycle]))
  return tlv(0x62, concat(items))
}

interface Wanted {
  readonly kind: 'df' | 'ef'
  readonly fid: number
  readonly sfi: number
  readonly size: number
  readonly names: readonly Uint8Array[]
}

function readTemplate(template: Uint8Array): Wanted | null {
  const outer = parseTlvs(template)
  if (outer?.length !== 1 || outer[0]!.tag !== 0x62) return null
  const items = parseTlvs(outer[0]!.value)
  if (!items) return null
  const one = (tag: number) => items.find((item) => item.tag === tag)?.value
  const descriptor = one(0x82)?.[0]
  const fid = one(0x83)
  if (fid?.length !== 2 || (descriptor !== 0x38 && descriptor !== 0x01)) return null
  const names = items.filter((item) => item.tag === 0x84).map((item) => item.value.slice())
  const size = one(0x80)
  const sfi = one(0x88)
  if (names.some((name) => name.length < 1 || name.length > 16)) return null
  if (descriptor === 0x38) return names.length > 0 && !size && !sfi ? { kind: 'df', fid: word(fid, 0), sfi: 0, size: 0, names } : null
  if (size?.length !== 2 || names.length > 0 || (sfi && sfi.length !== 1)) return null
  const short = sfi ? sfi[0]! >> 3 : 0
  if (sfi && (short === 0 || short === 31 || sfi[0]! & 7)) return null
  return { kind: 'ef', fid: word(fid, 0), sfi: short, size: word(size, 0), names: [] }
}

function readNames(bytes: Uint8Array): Uint8Array[] {
  const names: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += 1 + bytes[at]!) names.push(bytes.slice(at + 1, at + 1 + bytes[at]!))
  return names
}

const word = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!
const be16 = (value: number): [number, number] => [value >> 8, value & 0xff]
const startsWith = (full: Uint8Array, start: Uint8Array): boolean =>
  start.length <= full.length && start.every((byte, i) => byte === full[i])
const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && startsWith(a, b)

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
