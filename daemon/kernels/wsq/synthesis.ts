// Inverse wavelet transform of WSQ, in place over one plane: a fast kernel for 7/9 taps, a table-driven one for any other filters.

import { reflect } from './analysis.js'
import { type AnalysisFilters, isNineSeven, type SynthesisFilter, synthesisFilters } from './filters.js'
import { lowLength, type SplitNode, type WaveletTree } from './tree.js'

/** How one line is rebuilt: output `p` is the sum of `weights[k] * line[sources[k]]` for k in starts[p] .. starts[p + 1]. */
interface LineRecipe {
  readonly starts: Int32Array
  readonly sources: Int32Array
  readonly weights: Float64Array
}

/**
 * Rebuilds all 20 nodes, last first, in place.
 * @param plane    coefficients, row-major, `stride` floats a row; becomes normalised samples
 * @param scratch  as large as `plane`; its content is lost
 * @param general  use the table-driven kernel even for 7/9 taps (the tests hold the two to each other)
 */
export function synthesise(
  plane: Float32Array,
  scratch: Float32Array,
  stride: number,
  tree: WaveletTree,
  filters: AnalysisFilters,
  general = !isNineSeven(filters),
): void {
  const { low, high } = synthesisFilters(filters)
  const root = tree.nodes[0]!
  const line = new Float64Array(root.width + 16)
  const rows = new Int32Array(9)
  for (const node of tree.nodes.toReversed()) {
    if (node.width === 0 || node.height === 0) continue
    if (general || node.height === 1) {
      joinColumnsByRecipe(plane, scratch, stride, node, recipe(node.height, node.invertColumns, low, high))
    } else joinColumns(plane, scratch, stride, node, rows, low.taps, high.taps)
    if (general || node.width === 1) joinRowsByRecipe(scratch, plane, stride, node, recipe(node.width, node.invertRows, low, high))
    else for (let y = 0; y < node.height; y++) joinRow(scratch, plane, (node.y + y) * stride + node.x, node, line, low.taps, high.taps)
  }
}

function joinRow(
  from: Float32Array,
  to: Float32Array,
  start: number,
  node: SplitNode,
  line: Float64Array,
  low: Float64Array,
  high: Float64Array,
): void {
  const n = node.width
  const lowCount = lowLength(n)
  const highCount = n >> 1
  const lowAt = start + (node.invertRows ? highCount : 0)
  const highAt = start + (node.invertRows ? 0 : lowCount)
  // `line` is the interleaved signal with 4 reflected samples on each side: even places low, odd places high.
  for (let i = 0; i < highCount; i++) {
    line[4 + 2 * i] = from[lowAt + i]!
    line[5 + 2 * i] = from[highAt + i]!
  }
  if (lowCount > highCount) line[4 + 2 * highCount] = from[lowAt + highCount]!
  for (let k = 1; k <= 4; k++) {
    line[4 - k] = line[4 + reflect(-k, n)]!
    line[3 + n + k] = line[4 + reflect(n - 1 + k, n)]!
  }
  const a0 = low[3]!
  const a1 = low[4]!
  const a2 = low[5]!
  const a3 = low[6]!
  const b0 = high[4]!
  const b1 = high[5]!
  const b2 = high[6]!
  const b3 = high[7]!
  const b4 = high[8]!
  for (let i = 0; i < highCount; i++) {
    const p = 2 * i
    const m3 = line[p + 1]!
    const m2 = line[p + 2]!
    const m1 = line[p + 3]!
    const c = line[p + 4]!
    const p1 = line[p + 5]!
    const p2 = line[p + 6]!
    const p3 = line[p + 7]!
    const p4 = line[p + 8]!
    to[start + p] = a0 * c + a2 * (m2 + p2) + b1 * (m1 + p1) + b3 * (m3 + p3)
    to[start + p + 1] = a1 * (c + p2) + a3 * (m2 + p4) + b0 * p1 + b2 * (m1 + p3) + b4 * (m3 + line[p + 9]!)
  }
  if (lowCount > highCount) {
    const p = n - 1
    to[start + p] =
      a0 * line[p + 4]! + a2 * (line[p + 2]! + line[p + 6]!) + b1 * (line[p + 3]! + line[p + 5]!) + b3 * (line[p + 1]! + line[p + 7]!)
  }
}

function joinColumns(
  from: Float32Array,
  to: Float32Array,
  stride: number,
  node: SplitNode,
  rows: Int32Array,
  low: Float64Array,
  high: Float64Array,
): void {
  const n = node.height
  const lowCount = lowLength(n)
  const lowTop = node.y + (node.invertColumns ? n >> 1 : 0)
  const highTop = node.y + (node.invertColumns ? 0 : lowCount)
  for (let p = 0; p < n; p++) {
    for (let k = 0; k < 9; k++) {
      const place = reflect(p + k - 4, n)
      rows[k] = ((place & 1) === 0 ? lowTop + (place >> 1) : highTop + (place >> 1)) * stride + node.x
    }
    const out = (node.y + p) * stride + node.x
    if ((p & 1) === 0) evenRow(from, to, out, node.width, rows, low, high)
    else oddRow(from, to, out, node.width, rows, low, high)
  }
}

function evenRow(
  from: Float32Array,
  to: Float32Array,
  out: number,
  width: number,
  rows: Int32Array,
  low: Float64Array,
  high: Float64Array,
): void {
  const a0 = low[3]!
  const a2 = low[5]!
  const b1 = high[5]!
  const b3 = high[7]!
  const m3 = rows[1]!
  const m2 = rows[2]!
  const m1 = rows[3]!
  const c = rows[4]!
  const p1 = rows[5]!
  const p2 = rows[6]!
  const p3 = rows[7]!
  for (let x = 0; x < width; x++) {
    to[out + x] =
      a0 * from[c + x]! + a2 * (from[m2 + x]! + from[p2 + x]!) + b1 * (from[m1 + x]! + from[p1 + x]!) + b3 * (from[m3 + x]! + from[p3 + x]!)
  }
}

function oddRow(
  from: Float32Array,
  to: Float32Array,
  out: number,
  width: number,
  rows: Int32Array,
  low: Float64Array,
  high: Float64Array,
): void {
  const a1 = low[4]!
  const a3 = low[6]!
  const b0 = high[4]!
  const b2 = high[6]!
  const b4 = high[8]!
  const m4 = rows[0]!
  const m3 = rows[1]!
  const m2 = rows[2]!
  const m1 = rows[3]!
  const c = rows[4]!
  const p1 = rows[5]!
  const p2 = rows[6]!
  const p3 = rows[7]!
  const p4 = rows[8]!
  for (let x = 0; x < width; x++) {
    to[out + x] =
      b0 * from[c + x]! +
      a1 * (from[m1 + x]! + from[p1 + x]!) +
      b2 * (from[m2 + x]! + from[p2 + x]!) +
      a3 * (from[m3 + x]! + from[p3 + x]!) +
      b4 * (from[m4 + x]! + from[p4 + x]!)
  }
}

/** Writes down, for a line of `n` samples, which stored coefficients make each output sample. Any filter lengths, odd or even. */
function recipe(n: number, inverted: boolean, low: SynthesisFilter, high: SynthesisFilter): LineRecipe {
  const lowCount = lowLength(n)
  const highCount = n >> 1
  const lowAt = inverted ? highCount : 0
  const highAt = inverted ? 0 : lowCount
  const even = low.taps.length % 2 === 0
  const starts = new Int32Array(n + 1)
  const sources: number[] = []
  const weights: number[] = []
  // Coefficient i of a band is centred on sample 2i (low, odd filters), 2i + 1 (high, odd) or between the two (even filters).
  const add = (p: number, filter: SynthesisFilter, isHigh: boolean) => {
    const shift = isHigh && !even ? 1 : 0
    for (let k = 0; k < filter.taps.length; k++) {
      const twice = p - shift - (k - filter.centre)
      if ((twice & 1) !== 0) continue
      const found = even ? mirrorHalf(twice / 2, n, isHigh) : mirrorWhole(twice / 2, n, isHigh)
      if (found.sign === 0) continue
      sources.push((isHigh ? highAt : lowAt) + found.index)
      weights.push(filter.taps[k]! * found.sign)
    }
  }
  for (let p = 0; p < n; p++) {
    add(p, low, false)
    if (highCount > 0) add(p, high, true)
    starts[p + 1] = sources.length
  }
  return { starts, sources: Int32Array.from(sources), weights: Float64Array.from(weights) }
}

function mirrorWhole(i: number, n: number, isHigh: boolean): { index: number; sign: number } {
  return { index: reflect(isHigh ? 2 * i + 1 : 2 * i, n) >> 1, sign: 1 }
}

/** Half-sample symmetry: low mirrors evenly, high with opposite sign; on odd lengths the high sample on the border itself is zero. */
function mirrorHalf(i: number, n: number, isHigh: boolean): { index: number; sign: number } {
  const m = ((i % n) + n) % n
  const count = isHigh ? n >> 1 : lowLength(n)
  if (m < count) return { index: m, sign: 1 }
  const back = n - 1 - m
  if (back >= count) return { index: 0, sign: 0 }
  return { index: back, sign: isHigh ? -1 : 1 }
}

function joinRowsByRecipe(from: Float32Array, to: Float32Array, stride: number, node: SplitNode, line: LineRecipe): void {
  for (let y = 0; y < node.height; y++) {
    const start = (node.y + y) * stride + node.x
    for (let p = 0; p < node.width; p++) {
      let sum = 0
      for (let k = line.starts[p]!; k < line.starts[p + 1]!; k++) sum += line.weights[k]! * from[start + line.sources[k]!]!
      to[start + p] = sum
    }
  }
}

function joinColumnsByRecipe(from: Float32Array, to: Float32Array, stride: number, node: SplitNode, line: LineRecipe): void {
  for (let p = 0; p < node.height; p++) {
    const out = (node.y + p) * stride + node.x
    to.fill(0, out, out + node.width)
    for (let k = line.starts[p]!; k < line.starts[p + 1]!; k++) {
      const source = (node.y + line.sources[k]!) * stride + node.x
      const weight = line.weights[k]!
      for (let x = 0; x < node.width; x++) to[out + x] = to[out + x]! + weight * from[source + x]!
    }
  }
}
