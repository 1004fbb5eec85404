// Finds the fingertips of a slap. A simple first version for upright hands whose slap is known: the best separate windows full of ridges.
// Says how many it found; fewer than the slap has are not named.

import { blockPx, type RidgeMap, ridgeMap } from './ridge-map.js'

/** ISO/IEC 19794-4 finger positions of each slap, from left to right in the image. */
export const slapPositions = {
  right_four: [2, 3, 4, 5],
  left_four: [10, 9, 8, 7],
  thumbs: [6, 1],
} as const
export type Slap = keyof typeof slapPositions

export interface FingerSegment {
  /** ISO/IEC 19794-4 code; 0 when it cannot be told. */
  readonly position: number
  /** Centre of the upright or tilted box, pixels from the upper left corner of the image. */
  readonly cx: number
  readonly cy: number
  /** Across and along the finger. */
  readonly width: number
  readonly height: number
  /** Positive when the upper edge rises to the right: the finger is tilted counter-clockwise. */
  readonly angleDeg: number
  readonly codes?: readonly SegmentCode[]
}

/** What is wrong with a slap or with one of its fingers. */
export type SegmentCode =
  | 'blank'
  | 'not_a_finger'
  | 'too_few'
  | 'too_many'
  | 'count_mismatch'
  | 'wrong_hand'
  | 'hand_unsure'
  | 'touching_fingers'
  | 'off_edge'
  | 'tilted'
  | 'halo'
  | 'ghost_prints'

export interface SegmentHints {
  readonly slap?: Slap
  /** Positions that the person does not have or cannot show. */
  readonly missing?: readonly number[]
}

export interface Segmentation {
  readonly slap: Slap | 'single_finger' | 'unknown'
  /** From left to right. */
  readonly fingers: readonly FingerSegment[]
  readonly codes: readonly SegmentCode[]
}

/** A fingertip's core in blocks (about 200 × 320 px at 500 ppi), how full of ridges it must be and how much these must run in lines. */
const core = { width: 13, height: 20, least: 0.55, leastCoherence: 0.27 } as const
/** Axes of neighbouring fingers are at least this many blocks apart. */
const leastSpacing = 13
/** A row or column belongs to the fingertip while this share of the core's width or height is ridge. */
const edgeShare = 0.3
const widest = 26
const tallest = 36

interface Core {
  readonly column: number
  readonly row: number
  readonly sum: number
}

/** @param grey 8-bit grey, row-major, 500 ppi, dark ridges */
export function segmentSlap(grey: Uint8Array, widthPx: number, heightPx: number, { slap = 'right_four' }: SegmentHints): Segmentation {
  return { slap, fingers: segmentMap(ridgeMap(grey, widthPx, heightPx), slap), codes: [] }
}

/** @returns the finger upright, white where the box leaves the image */
export function cutFinger(
  grey: Uint8Array,
  widthPx: number,
  heightPx: number,
  { cx, cy, width, height, angleDeg }: Omit<FingerSegment, 'position' | 'codes'>,
): { readonly grey: Uint8Array; readonly widthPx: number; readonly heightPx: number } {
  const out = new Uint8Array(width * height).fill(255)
  const cos = Math.cos((angleDeg * Math.PI) / 180)
  const sin = Math.sin((angleDeg * Math.PI) / 180)
  for (let v = 0; v < height; v++) {
    for (let u = 0; u < width; u++) {
      const x = Math.round(cx + (u - width / 2) * cos + (v - height / 2) * sin)
      const y = Math.round(cy - (u - width / 2) * sin + (v - height / 2) * cos)
      if (x >= 0 && y >= 0 && x < widthPx && y < heightPx) out[v * width + u] = grey[y * widthPx + x]!
    }
  }
  return { grey: out, widthPx: width, heightPx: height }
}

export function segmentMap(map: RidgeMap, slap: Slap): readonly FingerSegment[] {
  const positions = slapPositions[slap]
  const cores = bestCores(map, positions.length)
  return cores.map((each, i) => {
    const left = cores[i - 1]
    const right = cores[i + 1]
    // A finger reaches at most to the middle between its axis and its neighbour's.
    const from = left ? Math.ceil((left.column + each.column) / 2 + core.width / 2) : 0
    const until = right ? Math.floor((right.column + each.column) / 2 + core.width / 2) : map.columns
    return toSegment(map, each, from, until, cores.length === positions.length ? (positions[i] ?? 0) : 0)
  })
}

/** The fullest windows, one per axis; of equally full ones the upper, because the tip lies above the second joint. */
function bestCores(map: RidgeMap, count: number): readonly Core[] {
  const sums = integral(map)
  const found: Core[] = []
  for (let row = 0; row + core.height <= map.rows; row++) {
    for (let column = 0; column + core.width <= map.columns; column++) {
      const sum = windowSum(sums, map.columns, column, row, core.width, core.height)
      if (sum >= core.least * core.width * core.height) found.push({ column, row, sum })
    }
  }
  found.sort((a, b) => b.sum - a.sum || a.row - b.row)
  const best: Core[] = []
  for (const each of found) {
    if (best.length === count) break
    if (best.every((other) => Math.abs(other.column - each.column) >= leastSpacing) && runsInLines(map, each)) best.push(each)
  }
  return best.sort((a, b) => a.column - b.column)
}

function runsInLines(map: RidgeMap, { column, row }: Core): boolean {
  let sum = 0
  let count = 0
  for (let y = row; y < row + core.height; y++) {
    for (let x = column; x < column + core.width; x++) {
      const coherence = map.coherence[y * map.columns + x] ?? 0
      sum += coherence
      if (coherence > 0) count++
    }
  }
  return sum >= core.leastCoherence * count
}

function toSegment(map: RidgeMap, at: Core, from: number, until: number, position: number): FingerSegment {
  const columnShare = (column: number) => share(map, column, at.row, 1, core.height)
  const rowShare = (row: number) => share(map, at.column, row, core.width, 1)
  let left = at.column
  let right = at.column + core.width
  let top = at.row
  let bottom = at.row + core.height
  while (left > from && right - left < widest && columnShare(left - 1) > edgeShare) left--
  while (right < until && right - left < widest && columnShare(right) > edgeShare) right++
  while (top > 0 && bottom - top < tallest && rowShare(top - 1) > edgeShare) top--
  while (bottom < map.rows && bottom - top < tallest && rowShare(bottom) > edgeShare) bottom++
  return {
    position,
    cx: ((left + right) / 2) * blockPx,
    cy: ((top + bottom) / 2) * blockPx,
    width: (right - left) * blockPx,
    height: (bottom - top) * blockPx,
    angleDeg: 0,
  }
}

function share(map: RidgeMap, column: number, row: number, width: number, height: number): number {
  let sum = 0
  for (let y = row; y < row + height; y++) for (let x = column; x < column + width; x++) sum += map.ridges[y * map.columns + x] ?? 0
  return sum / (width * height)
}

function integral(map: RidgeMap): Int32Array {
  const stride = map.columns + 1
  const sums = new Int32Array(stride * (map.rows + 1))
  for (let row = 0; row < map.rows; row++) {
    let line = 0
    for (let column = 0; column < map.columns; column++) {
      line += map.ridges[row * map.columns + column] ?? 0
      sums[(row + 1) * stride + column + 1] = (sums[row * stride + column + 1] ?? 0) + line
    }
  }
  return sums
}

function windowSum(sums: Int32Array, columns: number, column: number, row: number, width: number, height: number): number {
  const stride = columns + 1
  const at = (x: number, y: number) => sums[y * stride + x] ?? 0
  return at(column + width, row + height) - at(column, row + height) - at(column + width, row) + at(column, row)
}
