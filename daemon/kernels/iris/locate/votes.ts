// Candidates for dark discs: every edge votes for the centres that it may bound, each radius in a plane of its own
// (gradient Hough transform; Loy & Zelinsky 2003 vote alike). Finds pupils and whole irises, among much else.

import type { Circle } from '../location.js'
import type { PlaneMemory } from './memory.js'
import type { Plane } from './plane.js'

/** Centres are voted for in cells of 2 × 2 pixels; radii grow by this ratio. */
const cellPx = 2
const radiusRatio = 1.13
const widePx = 10
/** A full vote counts 64. Of gradients as Sobel sums, eight times the slope: those of 2.5 levels a pixel vote, and of 14 on fully, a sharper
 * edge is not more round. */
const fullVote = 64
const leastSquare = 20 ** 2
const fullSquare = 112 ** 2
const leastSupport = 0.25
/** Winners written down; a picture of noise has some hundreds. */
const mostWinners = 4096
const supportSteps = 2 ** 20

interface Disc extends Circle {
  /** About the share of the circle that edges support. */
  readonly support: number
}

/** @returns at most `most` discs an octave of radii, best first, from `leastPx` to `mostPx` in radius */
export function votedDiscs(plane: Plane, leastPx: number, mostPx: number, most: number): readonly Disc[] {
  const radii: number[] = []
  for (let r = leastPx; r <= mostPx; r *= radiusRatio) radii.push(Math.fround(r))
  const columns = Math.ceil(plane.widthPx / cellPx)
  // An edge is about two pixels thick.
  const scales = radii.map((r) => 1 / (fullVote * 2 * 2 * Math.PI * r))
  const winners = tally(plane, radii, scales)
  const found = new Float64Array(winners.length / 3)
  // Best first, then as found: whole numbers that hold support and place.
  for (let i = 0; i < found.length; i++)
    found[i] = i - Math.floor(winners[3 * i + 2]! * scales[winners[3 * i]!]! * supportSteps) * mostWinners
  found.sort()
  const kept: Disc[] = []
  // Small discs come by chance more often: each size class has places of its own.
  const places = new Uint8Array(32)
  for (const key of found) {
    const at = 3 * (((key % mostWinners) + mostWinners) % mostWinners)
    const r = radii[winners[at]!]!
    const size = 31 - Math.clz32(r)
    if (places[size] === most) continue
    const cell = winners[at + 1]!
    const disc = {
      x: (cell % columns) * cellPx,
      y: Math.floor(cell / columns) * cellPx,
      r,
      support: winners[at + 2]! * scales[winners[at]!]!,
    }
    if (kept.some((other) => isAlike(disc, other))) continue
    places[size]!++
    kept.push(disc)
  }
  return kept
}

/** Radius's index, cell and votes of each cell that has more than those about it. */
function tally(plane: Plane, radii: readonly number[], scales: readonly number[]): Int32Array {
  const found = radii.findIndex((r) => r > widePx)
  const wide = found < 0 ? radii.length : found
  const least = scales.map((scale) => Math.ceil(leastSupport / scale))
  if (plane.memory !== undefined) return tallyByTwin(plane, plane.memory, radii, wide, least)
  const columns = Math.ceil(plane.widthPx / cellPx)
  const rows = Math.ceil(plane.heightPx / cellPx)
  const votes = new Int32Array(columns * rows)
  const sums = new Int32Array(columns * rows)
  const winners: number[] = []
  let voters = gatherVoters(plane, false)
  for (const [i, r] of radii.entries()) {
    if (i === wide) voters = gatherVoters(plane, true)
    castVotes(voters, r, columns, rows, votes.fill(0))
    addNeighbours(votes, columns, rows, sums)
    findWinners(sums, columns, rows, i, least[i]!, winners)
  }
  return Int32Array.from(winners)
}

function tallyByTwin(
  { widthPx, heightPx }: Plane,
  { simd, take, at }: PlaneMemory,
  radii: readonly number[],
  wide: number,
  least: readonly number[],
): Int32Array {
  const cells = Math.ceil(widthPx / cellPx) * Math.ceil(heightPx / cellPx)
  const radiiAt = take(4 * radii.length)
  const leastAt = take(4 * radii.length)
  const scratch = take(20 * widthPx * heightPx + 8 * cells + 32)
  const out = take(12 * mostWinners)
  const { buffer } = simd.memory
  new Float32Array(buffer, radiiAt, radii.length).set(radii)
  new Int32Array(buffer, leastAt, radii.length).set(least)
  const count = simd.kernels.irisTally(at, widthPx, heightPx, radiiAt, radii.length, wide, leastAt, scratch, out, mostWinners)
  return new Int32Array(buffer, out, 3 * count)
}

interface Voters {
  readonly count: number
  /** Place and direction of the gradient, cells. */
  readonly x: Float32Array
  readonly y: Float32Array
  readonly ux: Float32Array
  readonly uy: Float32Array
  readonly votes: Uint8Array
}

/** @param halved  of long edges every second pixel votes, for two */
function gatherVoters({ grey, widthPx, heightPx }: Plane, halved: boolean): Voters {
  const [x, y, ux, uy] = [0, 1, 2, 3].map(() => new Float32Array(grey.length)) as [Float32Array, Float32Array, Float32Array, Float32Array]
  const votes = new Uint8Array(grey.length)
  let count = 0
  for (let py = 1; py < heightPx - 1; py++) {
    for (let px = halved ? 1 + ((py + 1) & 1) : 1; px < widthPx - 1; px += halved ? 2 : 1) {
      const at = py * widthPx + px
      const up = at - widthPx
      const down = at + widthPx
      const gx = 2 * (grey[at + 1]! - grey[at - 1]!) + grey[up + 1]! - grey[up - 1]! + grey[down + 1]! - grey[down - 1]!
      const gy = 2 * (grey[down]! - grey[up]!) + grey[down - 1]! - grey[up - 1]! + grey[down + 1]! - grey[up + 1]!
      const square = gx * gx + gy * gy
      if (square < leastSquare) continue
      const length = Math.sqrt(square)
      x[count] = px / cellPx + 0.5
      y[count] = py / cellPx + 0.5
      ux[count] = gx / (cellPx * length)
      uy[count] = gy / (cellPx * length)
      votes[count++] = Math.floor((square >= fullSquare ? fullVote : fullVote * Math.sqrt(length / 112)) + 0.5) << (halved ? 1 : 0)
    }
  }
  return { count, x, y, ux, uy, votes }
}

/** In single precision as the twin. */
function castVotes({ count, x, y, ux, uy, votes: each }: Voters, r: number, columns: number, rows: number, votes: Int32Array): void {
  for (let i = 0; i < count; i++) {
    const px = Math.fround(x[i]! - Math.fround(r * ux[i]!))
    const py = Math.fround(y[i]! - Math.fround(r * uy[i]!))
    if (px < 0 || py < 0 || px >= columns || py >= rows) continue
    const at = (py | 0) * columns + (px | 0)
    votes[at] = votes[at]! + each[i]!
  }
}

/** Sums of 3 × 3 cells; the outermost stay 0. */
function addNeighbours(votes: Int32Array, columns: number, rows: number, sums: Int32Array): void {
  for (let y = 1; y < rows - 1; y++) {
    const row = y * columns
    let before = 0
    let here = 0
    for (let x = -1; x < columns - 1; x++) {
      const next = row + x + 1
      const after = votes[next - columns]! + votes[next]! + votes[next + columns]!
      if (x > 0) sums[row + x] = before + here + after
      before = here
      here = after
    }
  }
}

function findWinners(sums: Int32Array, columns: number, rows: number, radius: number, least: number, winners: number[]): void {
  for (let y = 1; y < rows - 1; y++) {
    for (let x = 1; x < columns - 1; x++) {
      const at = y * columns + x
      const value = sums[at]!
      if (value < least || winners.length === 3 * mostWinners) continue
      if (value < sums[at - 1]! || value <= sums[at + 1]! || value < sums[at - columns]! || value <= sums[at + columns]!) continue
      winners.push(radius, at, value)
    }
  }
}

/** One a place and size. */
function isAlike(a: Circle, b: Circle): boolean {
  const [larger, smaller] = a.r > b.r ? [a.r, b.r] : [b.r, a.r]
  return larger < alikeRatio * smaller && (a.x - b.x) ** 2 + (a.y - b.y) ** 2 < (0.3 * larger) ** 2
}

const alikeRatio = 1.22
