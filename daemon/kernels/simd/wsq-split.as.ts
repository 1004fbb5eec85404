// Twin of kernels/wsq/analysis.ts: one split of the 9/7 wavelet from one plane to another, four samples at a time.
// Columns first, into two lines that stay in the cache, then along these lines. The split is separable: the order only moves roundings.

import { highColumnsFirst, highRowsFirst, lineBorder, linePitch, reflect, reflectLine, ringAt, ringRows, storeLanes } from './wsq-lines.as'

const anyRow: i32 = 0xffff

/**
 * Splits one node: reads a rectangle of `from`, writes its four quadrants to the same rectangle of `to`.
 * May read up to 28 bytes behind a row; writes nothing outside the rectangle.
 * @param stride    bytes from row to row of both planes
 * @param inverted  1: rows store their high half first; 2: columns do; 3: both
 * @param taps      9 f32: low-pass from the centre (5), high-pass from the centre (4)
 * @param lines     scratch of `wsqLineBytes(width)` bytes
 */
export function wsqSplit(
  from: usize, to: usize, stride: usize, x: i32, y: i32, width: i32, height: i32, inverted: i32, taps: usize, lines: usize,
): void {
  const start = <usize>y * stride + (<usize>x << 2)
  for (let i = 0; 2 * i < height; i++) {
    splitRowPair(from + start, stride, anyRow, i, width, height, taps, lines)
    storeRowPair(to + start, stride, i, width, height, inverted, false, taps, lines)
  }
}

/**
 * Splits the root straight from 8-bit grey (`width` bytes a row): sample = (grey - mean) / scale.
 * The quadrant that is high in both directions is never coded and not written.
 */
export function wsqSplitGrey(
  grey: usize, to: usize, stride: usize, width: i32, height: i32, mean: f32, scale: f32, taps: usize, lines: usize,
): void {
  const pitch = linePitch(width)
  const ring = lines + ringAt * pitch
  const wrap = ringRows - 1
  let ready = 0
  for (let i = 0; 2 * i < height; i++) {
    for (; ready < height && ready <= 2 * i + 4; ready++) {
      normaliseRow(grey + <usize>ready * width, ring + <usize>(ready & wrap) * pitch, width, mean, scale)
    }
    splitRowPair(ring, pitch, wrap, i, width, height, taps, lines)
    storeRowPair(to, stride, i, width, height, 0, true, taps, lines)
  }
}

function normaliseRow(grey: usize, to: usize, width: i32, mean: f32, scale: f32): void {
  const means = f32x4.splat(mean)
  const scales = f32x4.splat(scale)
  for (let x = 0; x < width; x += 8) {
    const eight = v128.load8x8_u(grey + x)
    const at = to + (<usize>x << 2)
    v128.store(at, f32x4.div(f32x4.sub(f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(eight)), means), scales))
    v128.store(at, f32x4.div(f32x4.sub(f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(eight)), means), scales), 16)
  }
}

/** Filters down the columns: row `i` of the low and of the high half, into four lines (low even, low odd, high even, high odd). */
function splitRowPair(from: usize, stride: usize, wrap: i32, i: i32, width: i32, height: i32, taps: usize, lines: usize): void {
  const centre = 2 * i
  const a = from + <usize>(reflect(centre - 4, height) & wrap) * stride
  const b = from + <usize>(reflect(centre - 3, height) & wrap) * stride
  const c = from + <usize>(reflect(centre - 2, height) & wrap) * stride
  const d = from + <usize>(reflect(centre - 1, height) & wrap) * stride
  const e = from + <usize>(reflect(centre, height) & wrap) * stride
  const f = from + <usize>(reflect(centre + 1, height) & wrap) * stride
  const g = from + <usize>(reflect(centre + 2, height) & wrap) * stride
  const h = from + <usize>(reflect(centre + 3, height) & wrap) * stride
  const j = from + <usize>(reflect(centre + 4, height) & wrap) * stride
  const pitch = linePitch(width)
  let at = lines + lineBorder
  const l0 = v128.load32_splat(taps)
  const l1 = v128.load32_splat(taps, 4)
  const l2 = v128.load32_splat(taps, 8)
  const l3 = v128.load32_splat(taps, 12)
  const l4 = v128.load32_splat(taps, 16)
  const h0 = v128.load32_splat(taps, 20)
  const h1 = v128.load32_splat(taps, 24)
  const h2 = v128.load32_splat(taps, 28)
  const h3 = v128.load32_splat(taps, 32)
  const end = <usize>width << 2
  for (let x: usize = 0; x < end; x += 32, at += 16) {
    let c0 = v128.load(c + x)
    let d0 = v128.load(d + x)
    let e0 = v128.load(e + x)
    let f0 = v128.load(f + x)
    let g0 = v128.load(g + x)
    let h00 = v128.load(h + x)
    let j0 = v128.load(j + x)
    const low0 = lowOf(v128.load(a + x), v128.load(b + x), c0, d0, e0, f0, g0, h00, j0, l0, l1, l2, l3, l4)
    const high0 = highOf(c0, d0, e0, f0, g0, h00, j0, h0, h1, h2, h3)
    c0 = v128.load(c + x, 16)
    d0 = v128.load(d + x, 16)
    e0 = v128.load(e + x, 16)
    f0 = v128.load(f + x, 16)
    g0 = v128.load(g + x, 16)
    h00 = v128.load(h + x, 16)
    j0 = v128.load(j + x, 16)
    const low1 = lowOf(v128.load(a + x, 16), v128.load(b + x, 16), c0, d0, e0, f0, g0, h00, j0, l0, l1, l2, l3, l4)
    const high1 = highOf(c0, d0, e0, f0, g0, h00, j0, h0, h1, h2, h3)
    v128.store(at, v128.shuffle<f32>(low0, low1, 0, 2, 4, 6))
    v128.store(at + pitch, v128.shuffle<f32>(low0, low1, 1, 3, 5, 7))
    v128.store(at + 2 * pitch, v128.shuffle<f32>(high0, high1, 0, 2, 4, 6))
    v128.store(at + 3 * pitch, v128.shuffle<f32>(high0, high1, 1, 3, 5, 7))
  }
}

@inline
function lowOf(
  a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128, j: v128, l0: v128, l1: v128, l2: v128, l3: v128, l4: v128,
): v128 {
  const inner = f32x4.add(f32x4.mul(l0, e), f32x4.mul(l1, f32x4.add(d, f)))
  const outer = f32x4.add(f32x4.mul(l3, f32x4.add(b, h)), f32x4.mul(l4, f32x4.add(a, j)))
  return f32x4.add(f32x4.add(inner, f32x4.mul(l2, f32x4.add(c, g))), outer)
}

@inline
function highOf(c: v128, d: v128, e: v128, f: v128, g: v128, h: v128, j: v128, h0: v128, h1: v128, h2: v128, h3: v128): v128 {
  const inner = f32x4.add(f32x4.mul(h0, f), f32x4.mul(h1, f32x4.add(e, g)))
  return f32x4.add(inner, f32x4.add(f32x4.mul(h2, f32x4.add(d, h)), f32x4.mul(h3, f32x4.add(c, j))))
}

/** Filters along the four lines and stores what they give in the node's quadrants. @param to first byte of the node */
function storeRowPair(
  to: usize, stride: usize, i: i32, width: i32, height: i32, inverted: i32, noCorner: bool, taps: usize, lines: usize,
): void {
  const lowRows = (height + 1) >> 1
  const highRows = height >> 1
  const pitch = linePitch(width)
  const line = lines + lineBorder
  const highFirst = (inverted & highColumnsFirst) != 0
  const lowRow: i32 = i + (highFirst ? highRows : 0)
  const highRow: i32 = i + (highFirst ? 0 : lowRows)
  splitLine(line, line + pitch, to + <usize>lowRow * stride, width, inverted, false, taps)
  if (i < highRows) splitLine(line + 2 * pitch, line + 3 * pitch, to + <usize>highRow * stride, width, inverted, noCorner, taps)
}

function splitLine(even: usize, odd: usize, to: usize, width: i32, inverted: i32, lowOnly: bool, taps: usize): void {
  const lowCount = (width + 1) >> 1
  const highCount = width >> 1
  const highFirst = (inverted & highRowsFirst) != 0
  reflectLine(even, odd, width)
  filterLow(even, odd, to + (highFirst ? <usize>highCount << 2 : 0), lowCount, taps)
  if (!lowOnly) filterHigh(even, odd, to + (highFirst ? 0 : <usize>lowCount << 2), highCount, taps)
}

function filterLow(even: usize, odd: usize, to: usize, count: i32, taps: usize): void {
  const l0 = v128.load32_splat(taps)
  const l1 = v128.load32_splat(taps, 4)
  const l2 = v128.load32_splat(taps, 8)
  const l3 = v128.load32_splat(taps, 12)
  const l4 = v128.load32_splat(taps, 16)
  for (let i = 0; i < count; i += 4, even += 16, odd += 16, to += 16) {
    const a = v128.load(even - 8)
    const b = v128.load(odd - 8)
    const c = v128.load(even - 4)
    const d = v128.load(odd - 4)
    storeLanes(
      to,
      lowOf(a, b, c, d, v128.load(even), v128.load(odd), v128.load(even, 4), v128.load(odd, 4), v128.load(even, 8), l0, l1, l2, l3, l4),
      count - i,
    )
  }
}

function filterHigh(even: usize, odd: usize, to: usize, count: i32, taps: usize): void {
  const h0 = v128.load32_splat(taps, 20)
  const h1 = v128.load32_splat(taps, 24)
  const h2 = v128.load32_splat(taps, 28)
  const h3 = v128.load32_splat(taps, 32)
  for (let i = 0; i < count; i += 4, even += 16, odd += 16, to += 16) {
    const c = v128.load(even - 4)
    const d = v128.load(odd - 4)
    storeLanes(
      to,
      highOf(c, d, v128.load(even), v128.load(odd), v128.load(even, 4), v128.load(odd, 4), v128.load(even, 8), h0, h1, h2, h3),
      count - i,
    )
  }
}
