// Ridges to lines of one pixel: the parallel thinning of Guo and Hall (1989), 32 pixels at a time in the bits of words.

import { type Grid, marginPx, type Room } from './planes.js'

/** Bit i of word k of a line is pixel 32 (k − 4) + i: four empty words on either side, one empty line above and below. */
export interface Bits {
  readonly wordsPerLine: number
  readonly lines: number
  readonly words: Int32Array
}

/** Empty words on either side, and words are counted in these: 128 bits, what a SIMD register holds. */
const group = 4
/** No ridge is wider than what this many rounds of two passes peel off. */
const mostPasses = 20

/** Pixels of masked blocks whose value times `sign` is positive. */
export function bitsOf(plane: Int16Array, grid: Grid, mask: Uint8Array, sign: 1 | -1, room: Room): Bits {
  const { widthPx, heightPx, columns, stride } = grid
  const wordsPerLine = (Math.ceil(widthPx / 128) + 2) * group
  const words = room.i32(wordsPerLine * (heightPx + 2))
  const bits = { wordsPerLine, lines: heightPx + 2, words }
  if (room.simd) {
    const { kernels } = room.simd
    kernels.extractBits(plane.byteOffset, stride, widthPx, heightPx, columns, mask.byteOffset, sign, words.byteOffset, wordsPerLine)
    return bits
  }
  for (let y = 0; y < heightPx; y++) {
    const start = (y + marginPx) * stride + marginPx
    const line = (y + 1) * wordsPerLine + group
    const block = (y >> 3) * columns
    for (let column = 0; column < columns; column++) {
      if (mask[block + column] === 0) continue
      const from = start + 8 * column
      const until = Math.min(8, widthPx - 8 * column)
      let byte = 0
      for (let i = 0; i < until; i++) if (plane[from + i]! * sign > 0) byte |= 1 << i
      words[line + (column >> 2)]! |= byte << (8 * (column & 3))
    }
  }
  return bits
}

/** In place. Lines near which the last two passes changed nothing are left out. */
export function thin({ wordsPerLine, lines, words }: Bits, room: Room): void {
  const lastChange = room.i32(lines)
  const scratch = room.i32(2 * wordsPerLine)
  if (room.simd) {
    room.simd.kernels.extractThin(words.byteOffset, wordsPerLine, lines, mostPasses, lastChange.byteOffset, scratch.byteOffset)
    return
  }
  const above = scratch.subarray(0, wordsPerLine)
  const own = scratch.subarray(wordsPerLine)
  for (let pass = 2; pass < 2 + mostPasses; pass++) {
    let changed = false
    above.fill(0)
    for (let line = 1; line < lines - 1; line++) {
      const start = line * wordsPerLine
      own.set(words.subarray(start, start + wordsPerLine))
      const recent = Math.max(lastChange[line - 1]!, lastChange[line]!, lastChange[line + 1]!)
      if ((pass < 4 || recent >= pass - 2) && thinLine(words, start, wordsPerLine, above, own, (pass & 1) === 0)) {
        lastChange[line] = pass
        changed = true
      }
      above.set(own)
    }
    if (!changed && pass > 3) return
  }
}

/** `above` and `own` are the lines as they were before this pass; the line below has not been touched yet. */
function thinLine(words: Int32Array, start: number, count: number, above: Int32Array, own: Int32Array, odd: boolean): boolean {
  let changed = 0
  for (let i = group; i < count - group; i++) {
    const p = own[i]!
    if (p === 0) continue
    const below = start + count + i
    const n = above[i]!
    const s = words[below]!
    const ne = (n >>> 1) | (above[i + 1]! << 31)
    const nw = (n << 1) | (above[i - 1]! >>> 31)
    const e = (p >>> 1) | (own[i + 1]! << 31)
    const w = (p << 1) | (own[i - 1]! >>> 31)
    const se = (s >>> 1) | (words[below + 1]! << 31)
    const sw = (s << 1) | (words[below - 1]! >>> 31)
    // Exactly one group of neighbours: removing the pixel cuts nothing.
    const a = ~n & (ne | e)
    const b = ~e & (se | s)
    const c = ~s & (sw | w)
    const d = ~w & (nw | n)
    const one = (a ^ b ^ c ^ d) & ~((a & b) | (c & d))
    // Two or three neighbours, counted in either pairing: min(N1, N2) of the paper.
    const least = atLeastTwo(nw | n, ne | e, se | s, sw | w) & atLeastTwo(n | ne, e | se, s | sw, w | nw)
    const most = ~((nw | n) & (ne | e) & (se | s) & (sw | w)) | ~((n | ne) & (e | se) & (s | sw) & (w | nw))
    const keep = odd ? (n | ne | ~se) & e : (s | sw | ~nw) & w
    const peel = p & one & least & most & ~keep
    words[start + i] = p & ~peel
    changed |= peel
  }
  return changed !== 0
}

const atLeastTwo = (a: number, b: number, c: number, d: number): number => (a & b) | (c & d) | ((a | b) & (c | d))
