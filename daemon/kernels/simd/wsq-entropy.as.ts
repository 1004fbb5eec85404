// Twin of kernels/wsq/entropy.ts: tokens to bits and back. Scalar; gains by 64-bit buffers and by taking stuffing out of the bit loops.
// Anything irregular ends the decoder with `irregular`: the caller asks the reference, which names the fault.

import { minus16, minus8, plus16, plus8, run16, run8 } from './wsq-symbols.as'

const irregular: i32 = -1

/**
 * Packs tokens into bits, padded with ones, not yet stuffed.
 * @param codes  256 u32: code << 16 | extra bits << 8 | length
 * @param out    room for the bits and 8 bytes more
 * @returns the number of bytes
 */
export function wsqPack(tokens: usize, end: usize, codes: usize, out: usize): i32 {
  const start = out
  let bits: u64 = 0
  let held: u64 = 0
  for (; tokens < end; tokens += 4) {
    const token = load<u32>(tokens)
    const entry = load<u32>(codes + (<usize>(token & 0xff) << 2))
    const extra = (entry >> 8) & 0xff
    const length = (entry & 0xff) + extra
    bits = (bits << length) | <u64>(((entry >> 16) << extra) | (token >> 8))
    held += length
    if (held >= 32) {
      held -= 32
      store<u32>(out, bswap(<u32>(bits >> held)))
      out += 4
    }
  }
  const open = (8 - (held & 7)) & 7
  bits = (bits << open) | (((<u64>1) << open) - 1)
  for (held += open; held > 0; out++) {
    held -= 8
    store<u8>(out, <u8>(bits >> held))
  }
  return <i32>(out - start)
}

/** Copies `count` bytes and puts a 00 behind every FF; `to` has room for twice as many and 16. @returns how many were written */
export function wsqStuff(from: usize, count: i32, to: usize): i32 {
  const start = to
  const end = from + count
  while (from < end) {
    const sixteen = v128.load(from)
    if (from + 16 <= end && !v128.any_true(i8x16.eq(sixteen, i8x16.splat(-1)))) {
      v128.store(to, sixteen)
      from += 16
      to += 16
      continue
    }
    const stop = min(from + 16, end)
    for (; from < stop; from++) {
      const byte = load<u8>(from)
      store<u8>(to++, byte)
      if (byte == 0xff) store<u8>(to++, 0)
    }
  }
  return <i32>(to - start)
}

/**
 * Copies entropy-coded bytes up to the next marker or `end` and drops the stuffed zeros.
 * @param to    room for `end - from` bytes and 16
 * @param read  receives, as u32, the address where it stopped
 * @returns how many bytes were written
 */
export function wsqUnstuff(from: usize, end: usize, to: usize, read: usize): i32 {
  const start = to
  let marker = false
  while (from < end && !marker) {
    const sixteen = v128.load(from)
    if (from + 16 <= end && !v128.any_true(i8x16.eq(sixteen, i8x16.splat(-1)))) {
      v128.store(to, sixteen)
      from += 16
      to += 16
      continue
    }
    const stop = min(from + 16, end)
    while (from < stop) {
      const byte = load<u8>(from)
      if (byte == 0xff) {
        marker = from + 1 >= end || load<u8>(from + 1) != 0
        if (marker) break
        from++
      }
      from++
      store<u8>(to++, byte)
    }
  }
  store<u32>(read, <u32>from)
  return <i32>(to - start)
}

/**
 * Decodes bits to coefficients, straight into their places on the planes. Zeros are not written: the planes must be clear.
 * @param bits    unstuffed bytes; 8 more may be read
 * @param table   4096 u32 by the next 12 bits: (value << 16) | (advance << 8) | length of code; advance 0: an escape, `value` is its symbol;
 *                length 0: the code is longer. Behind it, as i32, first, last and index of first code of lengths 0 .. 16, and 256 symbols
 * @param bands   one row of 32 bytes a kept subband: u32 address of its first coefficient, i32 width, i32 height, unused, f64 bin width,
 *                f64 what is added to `index * bin width` of positive indices
 * @param filled  coefficients that were decoded before
 * @param total   coefficients of all bands
 * @returns the new `filled`, or -1
 */
export function wsqUnpack(
  bits: usize, byteCount: i32, table: usize, bands: usize, stride: usize, filled: i32, total: i32,
): i32 {
  let band = bands
  let x = filled
  let y = 0
  // When all is filled only padding may follow: no row ever ends.
  let width = i32.MAX_VALUE
  if (filled < total) {
    for (; x >= load<i32>(band, 4) * load<i32>(band, 8); band += 32) x -= load<i32>(band, 4) * load<i32>(band, 8)
    width = load<i32>(band, 4)
    y = x / width
    x %= width
  }
  let row: usize = <usize>load<u32>(band) + <usize>y * stride
  let height = load<i32>(band, 8)
  let bin = load<f64>(band, 16)
  let shift = load<f64>(band, 24)

  let at: i64 = 0
  const endAt = <i64>byteCount << 3
  for (;;) {
    const left = endAt - at
    const ahead = bswap(load<u64>(bits + <usize>(at >> 3))) << <u64>(at & 7)
    // Fewer than 8 bits, all ones: the padding of the last byte.
    if (left < 8 && (filled == total || left == 0 || ~ahead >> <u64>(64 - left) == 0)) break
    let entry = load<u32>(table + (<usize>(ahead >> 52) << 2))
    if ((entry & 0xff) == 0) {
      entry = longCode(<i32>(ahead >> 48), table + 4 * 4096)
      if (entry == 0) return irregular
    }
    at += entry & 0xff
    let value = <i32>entry >> 16
    let advance = <i32>((entry >> 8) & 0xff)
    if (advance == 0) {
      const which = <u32>value
      const wide = which == plus16 || which == minus16 || which == run16
      const extra = <i32>((ahead << (entry & 0xff)) >> (wide ? 48 : 56))
      at += wide ? 16 : 8
      if (which == run8 || which == run16) {
        value = 0
        advance = extra
      } else {
        value = which == plus8 || which == plus16 ? extra : -extra
        advance = 1
      }
    }
    filled += advance
    if (at > endAt || filled > total) return irregular
    if (value != 0) store<f32>(row + (<usize>x << 2), <f32>(<f64>value * bin + (value > 0 ? shift : -shift)))
    x += advance
    while (x >= width) {
      x -= width
      row += stride
      if (++y < height) continue
      if (filled == total && x == 0) {
        width = i32.MAX_VALUE
        break
      }
      band += 32
      width = load<i32>(band, 4)
      height = load<i32>(band, 8)
      bin = load<f64>(band, 16)
      shift = load<f64>(band, 24)
      row = <usize>load<u32>(band)
      y = 0
    }
  }
  return filled
}

/** Codes of 13 to 16 bits by canonical comparison. @returns an entry as of the table, 0 when there is none */
function longCode(sixteen: i32, lengths: usize): u32 {
  for (let length = 13; length <= 16; length++) {
    const code = sixteen >> (16 - length)
    const first = load<i32>(lengths + (length << 2))
    if (code < first || code > load<i32>(lengths + (length << 2), 4 * 17)) continue
    const entry = load<u32>(lengths + 4 * 51 + <usize>((code - first + load<i32>(lengths + (length << 2), 4 * 34)) << 2))
    return entry == 0 ? 0 : entry | length
  }
  return 0
}
