// Huffman tables of WSQ: optimal code lengths of at most 16 bits, built as JPEG does (ITU-T T.81 annex K.2), and canonical codes.

import { Fault } from '../../../protocol/fault.js'

export const longestCode = 16
const symbolCount = 256

/** A table as the file stores it: how many codes there are of each length 1..16, and the symbols by length, then value. */
export interface HuffmanTable {
  readonly counts: Uint8Array
  readonly symbols: Uint8Array
}

/** Code and length by symbol; length 0 means the symbol has no code. */
export interface EncoderCodes {
  readonly code: Uint16Array
  readonly length: Uint8Array
}

/** Two-step look-up: `prefixBits` bits at once, longer codes by comparing with the last code of each length. */
export interface DecoderCodes {
  /** Entry: length << 8 | symbol; 0 when the prefix belongs to a longer code or to none. */
  readonly prefixes: Uint16Array
  /** Largest code of each length, -1 when there is none. */
  readonly lastCode: Int32Array
  /** Index into `symbols` is `code - firstCode[length] + firstIndex[length]`. */
  readonly firstCode: Int32Array
  readonly firstIndex: Int32Array
  readonly symbols: Uint8Array
}

export const prefixBits = 12

/** @param histogram  how often each of the 256 symbols occurs; an empty one gives a table with one code */
export function buildTable(histogram: Uint32Array): HuffmanTable {
  const frequency = new Float64Array(symbolCount + 1)
  for (let i = 0; i < symbolCount; i++) frequency[i] = histogram[i]!
  // A table without any code would be refused by other decoders.
  if (frequency.every((count) => count === 0)) frequency[1] = 1
  // The 257th symbol takes the all-ones code, so that no real symbol gets it.
  frequency[symbolCount] = 1
  const sizes = codeSizes(frequency)
  const bits = limitedCounts(sizes)
  const used = Array.from({ length: symbolCount }, (_, symbol) => symbol).filter((symbol) => sizes[symbol]! > 0)
  // Stable: symbols of one size keep their order.
  const symbols = used.sort((a, b) => sizes[a]! - sizes[b]!)
  return { counts: Uint8Array.from(bits.slice(1, longestCode + 1)), symbols: Uint8Array.from(symbols) }
}

/** Merges the two rarest groups until one is left. On equal counts the higher symbol goes first. */
function codeSizes(frequency: Float64Array): Uint16Array {
  const sizes = new Uint16Array(frequency.length)
  const next = new Int16Array(frequency.length).fill(-1)
  const rarer = (a: number, b: number) => frequency[a]! - frequency[b]! || b - a
  // Groups by their first symbol, the rarest first.
  const groups = Array.from(frequency.keys())
    .filter((symbol) => frequency[symbol]! > 0)
    .sort(rarer)
  while (groups.length > 1) {
    const [first, second] = groups.splice(0, 2) as [number, number]
    frequency[first] = frequency[first]! + frequency[second]!
    let tail = first
    for (; next[tail]! >= 0; tail = next[tail]!) sizes[tail] = sizes[tail]! + 1
    sizes[tail] = sizes[tail]! + 1
    next[tail] = second
    for (tail = second; tail >= 0; tail = next[tail]!) sizes[tail] = sizes[tail]! + 1
    let from = 0
    for (let to = groups.length; from < to; ) {
      const middle = (from + to) >> 1
      if (rarer(groups[middle]!, first) < 0) from = middle + 1
      else to = middle
    }
    groups.splice(from, 0, first)
  }
  return sizes
}

/** Shortens codes above 16 bits (T.81 figure K.3) and gives back the artificial symbol's code. */
function limitedCounts(sizes: Uint16Array): number[] {
  const bits = new Array<number>(symbolCount + 2).fill(0)
  for (const size of sizes) if (size > 0) bits[size] = bits[size]! + 1
  for (let i = symbolCount; i > longestCode; i--) {
    while (bits[i]! > 0) {
      let j = i - 2
      while (bits[j] === 0) j--
      bits[i] = bits[i]! - 2
      bits[i - 1] = bits[i - 1]! + 1
      bits[j + 1] = bits[j + 1]! + 2
      bits[j] = bits[j]! - 1
    }
  }
  let longest = longestCode
  while (bits[longest] === 0) longest--
  bits[longest] = bits[longest]! - 1
  return bits
}

export function encoderCodes(table: HuffmanTable): EncoderCodes {
  const code = new Uint16Array(symbolCount)
  const length = new Uint8Array(symbolCount)
  let next = 0
  let index = 0
  for (let size = 1; size <= longestCode; size++) {
    for (let i = 0; i < table.counts[size - 1]!; i++) {
      const symbol = table.symbols[index++]!
      code[symbol] = next++
      length[symbol] = size
    }
    next *= 2
  }
  return { code, length }
}

/** @throws Fault `wsq.corrupt` when the counts describe more codes than fit */
export function decoderCodes(table: HuffmanTable, offset: number): DecoderCodes {
  const prefixes = new Uint16Array(1 << prefixBits)
  const lastCode = new Int32Array(longestCode + 1).fill(-1)
  const firstCode = new Int32Array(longestCode + 1)
  const firstIndex = new Int32Array(longestCode + 1)
  let next = 0
  let index = 0
  for (let size = 1; size <= longestCode; size++) {
    const count = table.counts[size - 1]!
    firstCode[size] = next
    firstIndex[size] = index
    if (next + count > 2 ** size) throw new Fault('wsq.corrupt', { offset, reason: 'huffman_oversubscribed' })
    if (count > 0) lastCode[size] = next + count - 1
    for (let i = 0; i < count && size <= prefixBits; i++) {
      const start = (next + i) << (prefixBits - size)
      prefixes.fill((size << 8) | table.symbols[index + i]!, start, start + (1 << (prefixBits - size)))
    }
    next = (next + count) * 2
    index += count
  }
  return { prefixes, lastCode, firstCode, firstIndex, symbols: table.symbols }
}
