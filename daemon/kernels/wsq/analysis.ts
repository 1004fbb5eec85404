// Forward wavelet transform of WSQ with the 9/7 filters, in place over one plane: the reference of simd/wsq-split.as.ts.
// Float storage, double arithmetic, no allocation inside.

import type { AnalysisFilters } from './filters.js'
import { lowLength, type SplitNode, type WaveletTree } from './tree.js'

/** Samples kept free on both sides of the padded line. */
const pad = 4

/** Reflects index `i` into a line of `length` samples, whole-sample symmetry: -1 -> 1, length -> length - 2. */
export function reflect(i: number, length: number): number {
  if (length === 1) return 0
  const period = 2 * (length - 1)
  const m = ((i % period) + period) % period
  return m < length ? m : period - m
}

/**
 * Splits all 20 nodes, in place.
 * @param plane    normalised samples, row-major, `stride` floats a row; becomes coefficients
 * @param scratch  as large as `plane`; its content is lost
 */
export function analyse(plane: Float32Array, scratch: Float32Array, stride: number, tree: WaveletTree, filters: AnalysisFilters): void {
  const root = tree.nodes[0]!
  const line = new Float64Array(root.width + 2 * pad + 2)
  const rows = new Int32Array(9)
  const low = filters.low.half
  const high = filters.high.half
  for (const node of tree.nodes) {
    if (node.width === 0 || node.height === 0) continue
    for (let y = 0; y < node.height; y++) splitRow(plane, scratch, (node.y + y) * stride + node.x, node, line, low, high)
    splitColumns(scratch, plane, stride, node, rows, low, high)
  }
}

function splitRow(
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
  for (let x = 0; x < n; x++) line[pad + x] = from[start + x]!
  for (let k = 1; k <= pad; k++) {
    line[pad - k] = from[start + reflect(-k, n)]!
    line[pad + n - 1 + k] = from[start + reflect(n - 1 + k, n)]!
  }
  const l0 = low[0]!
  const l1 = low[1]!
  const l2 = low[2]!
  const l3 = low[3]!
  const l4 = low[4]!
  const h0 = high[0]!
  const h1 = high[1]!
  const h2 = high[2]!
  const h3 = high[3]!
  const lowAt = start + (node.invertRows ? highCount : 0)
  const highAt = start + (node.invertRows ? 0 : lowCount)
  for (let i = 0; i < highCount; i++) {
    const p = 2 * i
    const c = line[p + 2]!
    const d = line[p + 3]!
    const e = line[p + 4]!
    const f = line[p + 5]!
    const g = line[p + 6]!
    const b = line[p + 1]!
    const h = line[p + 7]!
    const j = line[p + 8]!
    to[lowAt + i] = l0 * e + l1 * (d + f) + l2 * (c + g) + l3 * (b + h) + l4 * (line[p]! + j)
    to[highAt + i] = h0 * f + h1 * (e + g) + h2 * (d + h) + h3 * (c + j)
  }
  if (lowCount > highCount) {
    const p = 2 * highCount
    to[lowAt + highCount] =
      l0 * line[p + 4]! +
      l1 * (line[p + 3]! + line[p + 5]!) +
      l2 * (line[p + 2]! + line[p + 6]!) +
      l3 * (line[p + 1]! + line[p + 7]!) +
      l4 * (line[p]! + line[p + 8]!)
  }
}

function splitColumns(
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
  const highCount = n >> 1
  const lowTop = node.y + (node.invertColumns ? highCount : 0)
  const highTop = node.y + (node.invertColumns ? 0 : lowCount)
  for (let i = 0; i < lowCount; i++) {
    for (let k = 0; k < 9; k++) rows[k] = (node.y + reflect(2 * i + k - 4, n)) * stride + node.x
    lowRow(from, to, (lowTop + i) * stride + node.x, node.width, rows, low)
    if (i < highCount) highRow(from, to, (highTop + i) * stride + node.x, node.width, rows, high)
  }
}

function lowRow(from: Float32Array, to: Float32Array, out: number, width: number, rows: Int32Array, low: Float64Array): void {
  const l0 = low[0]!
  const l1 = low[1]!
  const l2 = low[2]!
  const l3 = low[3]!
  const l4 = low[4]!
  const a = rows[0]!
  const b = rows[1]!
  const c = rows[2]!
  const d = rows[3]!
  const e = rows[4]!
  const f = rows[5]!
  const g = rows[6]!
  const h = rows[7]!
  const j = rows[8]!
  for (let x = 0; x < width; x++) {
    to[out + x] =
      l0 * from[e + x]! +
      l1 * (from[d + x]! + from[f + x]!) +
      l2 * (from[c + x]! + from[g + x]!) +
      l3 * (from[b + x]! + from[h + x]!) +
      l4 * (from[a + x]! + from[j + x]!)
  }
}

function highRow(from: Float32Array, to: Float32Array, out: number, width: number, rows: Int32Array, high: Float64Array): void {
  const h0 = high[0]!
  const h1 = high[1]!
  const h2 = high[2]!
  const h3 = high[3]!
  const c = rows[2]!
  const d = rows[3]!
  const e = rows[4]!
  const f = rows[5]!
  const g = rows[6]!
  const h = rows[7]!
  const j = rows[8]!
  for (let x = 0; x < width; x++) {
    to[out + x] =
      h0 * from[f + x]! + h1 * (from[e + x]! + from[g + x]!) + h2 * (from[d + x]! + from[h + x]!) + h3 * (from[c + x]! + from[j + x]!)
  }
}
