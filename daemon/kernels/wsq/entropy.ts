// Entropy coding of WSQ: indices to run/escape symbols to bits, and back. Symbols as in IAFIS-IC-0110 v3, table of Huffman input symbols.

import { Fault } from '../../../protocol/fault.js'
import { type DecoderCodes, type EncoderCodes, longestCode, prefixBits } from './huffman.js'

const longestShortRun = 100
const largestShort = 74
const smallestShort = -73
const shortBias = 180
const longestRun = 65_535

const symbol = { plus8: 101, minus8: 102, plus16: 103, minus16: 104, run8: 105, run16: 106 } as const

/**
 * Turns indices into tokens `symbol | extra << 8` and counts the symbols.
 * @param tokens  caller allocates, at least `count` entries
 * @returns number of tokens
 */
export function tokenise(indices: Int16Array, count: number, tokens: Uint32Array, histogram: Uint32Array): number {
  let used = 0
  let run = 0
  for (let i = 0; i < count; i++) {
    const index = indices[i]!
    if (index === 0) {
      if (run === longestRun) {
        tokens[used++] = runToken(run)
        run = 0
      }
      run++
      continue
    }
    if (run > 0) {
      tokens[used++] = runToken(run)
      run = 0
    }
    tokens[used++] = index <= largestShort && index >= smallestShort ? index + shortBias : escapeToken(index)
  }
  if (run > 0) tokens[used++] = runToken(run)
  for (let i = 0; i < used; i++) {
    const which = tokens[i]! & 0xff
    histogram[which] = histogram[which]! + 1
  }
  return used
}

function runToken(run: number): number {
  if (run <= longestShortRun) return run
  return (run << 8) | (run <= 0xff ? symbol.run8 : symbol.run16)
}

function escapeToken(index: number): number {
  const magnitude = Math.abs(index)
  const wide = magnitude > 0xff
  if (index > 0) return (magnitude << 8) | (wide ? symbol.plus16 : symbol.plus8)
  return (magnitude << 8) | (wide ? symbol.minus16 : symbol.minus8)
}

export const extraBits = (which: number): number => {
  if (which < symbol.plus8 || which > symbol.run16) return 0
  return which === symbol.plus8 || which === symbol.minus8 || which === symbol.run8 ? 8 : 16
}

/** Bits of all the symbols in `histogram`, with what follows their codes. */
export function codeBits(histogram: Uint32Array, codes: EncoderCodes): number {
  let bits = 0
  for (let which = 0; which < 256; which++) bits += histogram[which]! * (codes.length[which]! + extraBits(which))
  return bits
}

/** An upper bound of what `encodeTokens` writes: every byte stuffed. */
export const worstBytes = (histogram: Uint32Array, codes: EncoderCodes): number => 2 * (Math.ceil(codeBits(histogram, codes) / 8) + 1)

/** Writes the bits of `count` tokens, stuffed and padded with ones, at `out[at]`. @returns the offset behind them */
export function encodeTokens(tokens: Uint32Array, count: number, codes: EncoderCodes, out: Uint8Array, start: number): number {
  let at = start
  let bits = 0
  let held = 0
  for (let i = 0; i < count; i++) {
    const token = tokens[i]!
    const which = token & 0xff
    const length = codes.length[which]!
    bits = (bits << length) | codes.code[which]!
    held += length
    for (let pass = 0; pass < 2; pass++) {
      while (held >= 8) {
        held -= 8
        const byte = (bits >>> held) & 0xff
        out[at++] = byte
        if (byte === 0xff) out[at++] = 0
      }
      const more = pass === 0 ? extraBits(which) : 0
      if (more === 0) break
      bits = (bits << more) | (token >>> 8)
      held += more
    }
  }
  if (held > 0) {
    const byte = ((bits << (8 - held)) | (0xff >> held)) & 0xff
    out[at++] = byte
    if (byte === 0xff) out[at++] = 0
  }
  return at
}

/**
 * Decodes one block: from `start` up to the next marker (restart markers are taken in passing).
 * @param indices   receives the indices from `filled` on; must not overflow
 * @returns `at`, the offset of the marker behind the block, and the new `filled`
 * @throws Fault `wsq.corrupt`
 */
export function decodeBlock(
  bytes: Uint8Array,
  start: number,
  codes: DecoderCodes,
  indices: Int32Array,
  filled: number,
): { at: number; filled: number } {
  const total = indices.length
  let at = start
  let out = filled
  let bits = 0
  let held = 0
  let restarts = 0
  for (;;) {
    // Refill to at least 25 bits while the block has bytes; FF 00 is a stuffed FF, any other FF begins a marker.
    while (held <= 24 && at < bytes.length) {
      const byte = bytes[at]!
      if (byte === 0xff) {
        if (bytes[at + 1] !== 0) break
        at++
      }
      at++
      bits = (bits << 8) | byte
      held += 8
    }
    // Fewer bits than the longest code are held only when the block has ended.
    if (held < longestCode && (onlyPadding(bits, held) || (out === total && held < 8))) {
      if (!isRestart(bytes, at)) break
      if ((bytes[at + 1]! & 7) !== (restarts & 7)) throw corrupt(at, 'restart_order')
      restarts++
      at += 2
      held = 0
      continue
    }
    const found = lookUp(
      codes,
      held >= prefixBits ? (bits >>> (held - prefixBits)) & 0xfff : (bits << (prefixBits - held)) & 0xfff,
      bits,
      held,
    )
    const length = found >> 8
    if (found === 0 || length > held) throw corrupt(at, 'huffman_code')
    held -= length
    const which = found & 0xff
    if (which > symbol.run16) {
      if (which === 255) throw corrupt(at, 'symbol')
      if (out >= total) throw corrupt(at, 'too_many_coefficients')
      indices[out++] = which - shortBias
      continue
    }
    if (which === 0) throw corrupt(at, 'symbol')
    let value = which
    const more = extraBits(which)
    if (more > 0) {
      while (held < more && at < bytes.length) {
        const byte = bytes[at]!
        if (byte === 0xff) {
          if (bytes[at + 1] !== 0) break
          at++
        }
        at++
        bits = (bits << 8) | byte
        held += 8
      }
      if (held < more) throw corrupt(at, 'truncated')
      held -= more
      value = (bits >>> held) & (more === 8 ? 0xff : 0xffff)
    }
    if (which >= symbol.plus8 && which <= symbol.minus16) {
      if (out >= total) throw corrupt(at, 'too_many_coefficients')
      indices[out++] = which === symbol.plus8 || which === symbol.plus16 ? value : -value
    } else {
      out += value
      if (out > total) throw corrupt(at, 'too_many_coefficients')
    }
  }
  return { at, filled: out }
}

/** Fewer than 8 bits, all ones, and nothing left to read: the padding of the block's last byte. */
const onlyPadding = (bits: number, held: number): boolean => held === 0 || (held < 8 && (bits & ((1 << held) - 1)) === (1 << held) - 1)

const isRestart = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0xff && (bytes[at + 1] ?? 0) >= 0xb0 && (bytes[at + 1] ?? 0) <= 0xb7

/** @returns length << 8 | symbol, 0 when no code fits */
function lookUp(codes: DecoderCodes, prefix: number, bits: number, held: number): number {
  const short = codes.prefixes[prefix]!
  if (short !== 0) return short
  for (let length = prefixBits + 1; length <= longestCode && length <= held; length++) {
    const code = (bits >>> (held - length)) & ((1 << length) - 1)
    if (code <= codes.lastCode[length]! && code >= codes.firstCode[length]!) {
      return (length << 8) | codes.symbols[code - codes.firstCode[length]! + codes.firstIndex[length]!]!
    }
  }
  return 0
}

const corrupt = (offset: number, reason: string) => new Fault('wsq.corrupt', { offset, reason })
