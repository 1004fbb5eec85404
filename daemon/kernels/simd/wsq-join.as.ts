// Twin of kernels/wsq/synthesis.ts for filters of 7 and 9 taps: one join of the wavelet from one plane to another, or to grey.
// Columns first, into two lines that stay in the cache, then along these lines.

import { highColumnsFirst, highRowsFirst, lineBorder, linePitch, reflect, reflectLine, ringAt, storeLanes } from './wsq-lines.as'


/**
 * Joins one node: reads the four quadrants in a rectangle of `from`, writes the samples to the same rectangle of `to`.
 * May read up to 12 bytes behind a row; writes nothing outside the rectangle.
 * @param stride    bytes from row to row of both planes
 * @param inverted  1: rows store their high half first; 2: columns do; 3: both
 * @param taps      9 f32: synthesis low-pass from the centre (4), high-pass from the centre (5)
 * @param lines     scratch of `wsqLineBytes(width)` bytes
 */
export function wsqJoin(
  from: usize, to: usize, stride: usize, x: i32, y: i32, width: i32, height: i32, inverted: i32, taps: usize, lines: usize,
): void {
  const start = <usize>y * stride + (<usize>x << 2)
  const pitch = linePitch(width)
  const line = lines + lineBorder
  for (let i = 0; 2 * i < height; i++) {
    joinRowPair(from + start, stride, i, width, height, inverted, false, taps, lines)
    const row = to + start + <usize>(2 * i) * stride
    joinLine(line, line + pitch, row, width, taps)
    if (2 * i + 1 < height) joinLine(line + 2 * pitch, line + 3 * pitch, row + stride, width, taps)
  }
}

/**
 * Joins the root to 8-bit grey (`width` bytes a row; up to 15 bytes more are written behind the last): grey = sample * scale + shift, cut.
 * The quadrant that is high in both directions is never coded; it is taken as zero and not read.
 */
export function wsqJoinGrey(
  from: usize, grey: usize, stride: usize, width: i32, height: i32, scale: f32, shift: f32, taps: usize, lines: usize,
): void {
  const pitch = linePitch(width)
  const line = lines + lineBorder
  const samples = lines + ringAt * pitch
  for (let i = 0; 2 * i < height; i++) {
    joinRowPair(from, stride, i, width, height, 0, true, taps, lines)
    const row = grey + <usize>(2 * i) * width
    joinLine(line, line + pitch, samples, width, taps)
    greyRow(samples, row, width, scale, shift)
    if (2 * i + 1 == height) return
    joinLine(line + 2 * pitch, line + 3 * pitch, samples, width, taps)
    greyRow(samples, row + width, width, scale, shift)
  }
}

/** Joins down the columns: rows 2i and 2i + 1, into four lines (row 2i even and odd samples, row 2i + 1 even and odd samples). */
function joinRowPair(
  from: usize, stride: usize, i: i32, width: i32, height: i32, inverted: i32, noCorner: bool, taps: usize, lines: usize,
): void {
  const lowCount = (width + 1) >> 1
  const highCount = width >> 1
  const lowAt: usize = inverted & highRowsFirst ? <usize>highCount << 2 : 0
  const highAt: usize = inverted & highRowsFirst ? 0 : <usize>lowCount << 2
  const pitch = linePitch(width)
  const even = lines + lineBorder
  const odd = even + pitch
  joinColumns(from + lowAt, stride, i, lowCount, height, inverted, even, even + 2 * pitch, taps)
  if (noCorner) joinLowColumns(from + highAt, stride, i, highCount, height, odd, odd + 2 * pitch, taps)
  else joinColumns(from + highAt, stride, i, highCount, height, inverted, odd, odd + 2 * pitch, taps)
  closeLine(even, odd, width)
  closeLine(even + 2 * pitch, odd + 2 * pitch, width)
}

/** A line of one sample has no odd samples: nothing is added by them. */
function closeLine(even: usize, odd: usize, width: i32): void {
  if (width == 1) memory.fill(odd - 16, 0, 32)
  reflectLine(even, odd, width)
  if (width == 1) memory.fill(odd - 16, 0, 32)
}

function joinColumns(
  from: usize, stride: usize, i: i32, count: i32, height: i32, inverted: i32, rowEven: usize, rowOdd: usize, taps: usize,
): void {
  if (height == 1) {
    joinLowColumns(from, stride, i, count, height, rowEven, rowOdd, taps)
    return
  }
  const lowTop = from + (inverted & highColumnsFirst ? <usize>(height >> 1) * stride : 0)
  const highTop = from + (inverted & highColumnsFirst ? 0 : <usize>((height + 1) >> 1) * stride)
  const c = 2 * i
  const l0 = lowTop + <usize>(reflect(c - 2, height) >> 1) * stride
  const l1 = lowTop + <usize>i * stride
  const l2 = lowTop + <usize>(reflect(c + 2, height) >> 1) * stride
  const l3 = lowTop + <usize>(reflect(c + 4, height) >> 1) * stride
  const h0 = highTop + <usize>(reflect(c - 3, height) >> 1) * stride
  const h1 = highTop + <usize>(reflect(c - 1, height) >> 1) * stride
  const h2 = highTop + <usize>(reflect(c + 1, height) >> 1) * stride
  const h3 = highTop + <usize>(reflect(c + 3, height) >> 1) * stride
  const h4 = highTop + <usize>(reflect(c + 5, height) >> 1) * stride
  const a0 = v128.load32_splat(taps)
  const a1 = v128.load32_splat(taps, 4)
  const a2 = v128.load32_splat(taps, 8)
  const a3 = v128.load32_splat(taps, 12)
  const b0 = v128.load32_splat(taps, 16)
  const b1 = v128.load32_splat(taps, 20)
  const b2 = v128.load32_splat(taps, 24)
  const b3 = v128.load32_splat(taps, 28)
  const b4 = v128.load32_splat(taps, 32)
  const end = <usize>count << 2
  for (let x: usize = 0; x < end; x += 16) {
    const lowA = v128.load(l0 + x)
    const lowB = v128.load(l1 + x)
    const lowC = v128.load(l2 + x)
    const lowD = v128.load(l3 + x)
    const highA = v128.load(h0 + x)
    const highB = v128.load(h1 + x)
    const highC = v128.load(h2 + x)
    const highD = v128.load(h3 + x)
    const highE = v128.load(h4 + x)
    v128.store(rowEven + x, evenOf(lowA, lowB, lowC, highA, highB, highC, highD, a0, a2, b1, b3))
    v128.store(rowOdd + x, oddOf(lowA, lowB, lowC, lowD, highA, highB, highC, highD, highE, a1, a3, b0, b2, b4))
  }
}

/** As `joinColumns`, where the high half of the columns is zero; only of nodes that are not inverted, or one sample high. */
function joinLowColumns(from: usize, stride: usize, i: i32, count: i32, height: i32, rowEven: usize, rowOdd: usize, taps: usize): void {
  const c = 2 * i
  const l0 = from + <usize>(reflect(c - 2, height) >> 1) * stride
  const l1 = from + <usize>i * stride
  const l2 = from + <usize>(reflect(c + 2, height) >> 1) * stride
  const l3 = from + <usize>(reflect(c + 4, height) >> 1) * stride
  const a0 = v128.load32_splat(taps)
  const a1 = v128.load32_splat(taps, 4)
  const a2 = v128.load32_splat(taps, 8)
  const a3 = v128.load32_splat(taps, 12)
  const end = <usize>count << 2
  for (let x: usize = 0; x < end; x += 16) {
    const lowA = v128.load(l0 + x)
    const lowB = v128.load(l1 + x)
    const lowC = v128.load(l2 + x)
    const lowD = v128.load(l3 + x)
    v128.store(rowEven + x, f32x4.add(f32x4.mul(a0, lowB), f32x4.mul(a2, f32x4.add(lowA, lowC))))
    v128.store(rowOdd + x, f32x4.add(f32x4.mul(a1, f32x4.add(lowB, lowC)), f32x4.mul(a3, f32x4.add(lowA, lowD))))
  }
}

/** Interleaves and filters one line of `width` samples to `to`. */
function joinLine(even: usize, odd: usize, to: usize, width: i32, taps: usize): void {
  const a0 = v128.load32_splat(taps)
  const a1 = v128.load32_splat(taps, 4)
  const a2 = v128.load32_splat(taps, 8)
  const a3 = v128.load32_splat(taps, 12)
  const b0 = v128.load32_splat(taps, 16)
  const b1 = v128.load32_splat(taps, 20)
  const b2 = v128.load32_splat(taps, 24)
  const b3 = v128.load32_splat(taps, 28)
  const b4 = v128.load32_splat(taps, 32)
  for (let left = width; left > 0; left -= 8, even += 16, odd += 16, to += 32) {
    const lowA = v128.load(even - 4)
    const lowB = v128.load(even)
    const lowC = v128.load(even, 4)
    const lowD = v128.load(even, 8)
    const highA = v128.load(odd - 8)
    const highB = v128.load(odd - 4)
    const highC = v128.load(odd)
    const highD = v128.load(odd, 4)
    const highE = v128.load(odd, 8)
    const evens = evenOf(lowA, lowB, lowC, highA, highB, highC, highD, a0, a2, b1, b3)
    const odds = oddOf(lowA, lowB, lowC, lowD, highA, highB, highC, highD, highE, a1, a3, b0, b2, b4)
    const first = v128.shuffle<f32>(evens, odds, 0, 4, 1, 5)
    const second = v128.shuffle<f32>(evens, odds, 2, 6, 3, 7)
    storeLanes(to, first, left)
    storeLanes(to + 16, second, left - 4)
  }
}

@inline
function evenOf(
  lowA: v128, lowB: v128, lowC: v128, highA: v128, highB: v128, highC: v128, highD: v128, a0: v128, a2: v128, b1: v128, b3: v128,
): v128 {
  const low = f32x4.add(f32x4.mul(a0, lowB), f32x4.mul(a2, f32x4.add(lowA, lowC)))
  return f32x4.add(low, f32x4.add(f32x4.mul(b1, f32x4.add(highB, highC)), f32x4.mul(b3, f32x4.add(highA, highD))))
}

@inline
function oddOf(
  lowA: v128, lowB: v128, lowC: v128, lowD: v128, highA: v128, highB: v128, highC: v128, highD: v128, highE: v128,
  a1: v128, a3: v128, b0: v128, b2: v128, b4: v128,
): v128 {
  const low = f32x4.add(f32x4.mul(a1, f32x4.add(lowB, lowC)), f32x4.mul(a3, f32x4.add(lowA, lowD)))
  const outer = f32x4.add(f32x4.mul(b2, f32x4.add(highB, highD)), f32x4.mul(b4, f32x4.add(highA, highE)))
  return f32x4.add(f32x4.add(low, f32x4.mul(b0, highC)), outer)
}

function greyRow(samples: usize, grey: usize, width: i32, scale: f32, shift: f32): void {
  const scales = f32x4.splat(scale)
  const shifts = f32x4.splat(shift)
  for (let x = 0; x < width; x += 16, samples += 64) {
    const a = wholeOf(v128.load(samples), scales, shifts)
    const b = wholeOf(v128.load(samples, 16), scales, shifts)
    const c = wholeOf(v128.load(samples, 32), scales, shifts)
    const d = wholeOf(v128.load(samples, 48), scales, shifts)
    v128.store(grey + x, i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)))
  }
}

/** Cut towards zero; not-a-number, which hostile tables can make, ends as 0. */
@inline
function wholeOf(samples: v128, scales: v128, shifts: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(samples, scales), shifts))
}
