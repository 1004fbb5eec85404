// Candidates for dark discs: every edge votes for the centres that it may bound, each radius in a plane of its own
// (gradient Hough transform; Loy & Zelinsky 2003 vote alike). Finds pupils and whole irises, among much else.

import type { Circle } from '../location.js'
import type { Plane } from './plane.js'

/** Centres are voted for in cells of 2 × 2 pixels; radii grow by this ratio. */
const cellPx = 2
const radiusRatio = 1.13
const widePx = 10
const leastGradient = 2.5
/** Gradients above count no more: a sharp edge is not more round. */
const fullGradient = 14

interface Disc extends Circle {
  /** About the share of the circle that edges support. */
  readonly support: number
}

/** @returns at most `most` discs an octave of radii, best first, from `leastPx` to `mostPx` in radius */
export function votedDiscs(plane: Plane, leastPx: number, mostPx: number, most: number): readonly Disc[] {
  const radii: number[] = []
  for (let r = leastPx; r <= mostPx; r *= radiusRatio) radii.push(r)
  const columns = Math.ceil(plane.widthPx / cellPx)
  const rows = Math.ceil(plane.heightPx / cellPx)
  const votes = new Float32Array(columns * rows * radii.length)
  vote(plane, radii, columns, rows, votes)
  return peaks(votes, radii, columns, rows, most)
}

function vote({ grey, widthPx, heightPx }: Plane, radii: readonly number[], columns: number, rows: number, votes: Float32Array): void {
  const cells = columns * rows
  const found = radii.findIndex((r) => r > widePx)
  const wide = found < 0 ? radii.length : found
  for (let y = 1; y < heightPx - 1; y++) {
    for (let x = 1; x < widthPx - 1; x++) {
      const at = y * widthPx + x
      const up = at - widthPx
      const down = at + widthPx
      const gx = (2 * (grey[at + 1]! - grey[at - 1]!) + grey[up + 1]! - grey[up - 1]! + grey[down + 1]! - grey[down - 1]!) / 8
      const gy = (2 * (grey[down]! - grey[up]!) + grey[down - 1]! - grey[up - 1]! + grey[down + 1]! - grey[up + 1]!) / 8
      const g = Math.sqrt(gx * gx + gy * gy)
      if (g < leastGradient) continue
      const weight = g >= fullGradient ? 1 : Math.sqrt(g / fullGradient)
      const ux = gx / (g * cellPx)
      const uy = gy / (g * cellPx)
      const cx = x / cellPx + 0.5
      const cy = y / cellPx + 0.5
      // Of long edges every second pixel votes, for two.
      const until = (x + y) & 1 ? wide : radii.length
      for (let i = 0, plane = 0; i < until; i++, plane += cells) {
        const r = radii[i]!
        const px = cx - r * ux
        const py = cy - r * uy
        // The voter is inside: once the centre has left the picture it stays outside.
        if (px < 0 || py < 0 || px >= columns || py >= rows) break
        const at = plane + (py | 0) * columns + (px | 0)
        votes[at] = votes[at]! + (i < wide ? weight : 2 * weight)
      }
    }
  }
}

/** Smoothed over 3 × 3 cells, largest of their surroundings, one a place and size. */
function peaks(votes: Float32Array, radii: readonly number[], columns: number, rows: number, most: number): readonly Disc[] {
  const found: Disc[] = []
  const cells = columns * rows
  const smooth = new Float32Array(cells)
  for (let i = 0; i < radii.length; i++) {
    const r = radii[i]!
    const plane = votes.subarray(i * cells, (i + 1) * cells)
    // An edge is about two pixels thick.
    const scale = 1 / (2 * 2 * Math.PI * r)
    for (let y = 1; y < rows - 1; y++) {
      const row = y * columns
      let before = 0
      let here = plane[row - columns]! + plane[row]! + plane[row + columns]!
      for (let x = 0; x < columns - 1; x++) {
        const next = row + x + 1
        const after = plane[next - columns]! + plane[next]! + plane[next + columns]!
        smooth[row + x] = (before + here + after) * scale
        before = here
        here = after
      }
    }
    for (let y = 1; y < rows - 1; y++) {
      for (let x = 1; x < columns - 1; x++) {
        const at = y * columns + x
        const value = smooth[at]!
        if (value < 0.25) continue
        if (value < smooth[at - 1]! || value <= smooth[at + 1]! || value < smooth[at - columns]! || value <= smooth[at + columns]!) continue
        found.push({ x: x * cellPx, y: y * cellPx, r, support: value })
      }
    }
  }
  found.sort((a, b) => b.support - a.support)
  const kept: Disc[] = []
  // Small discs come by chance more often: each size class has places of its own.
  const places = new Map<number, number>()
  for (const disc of found) {
    const size = Math.floor(Math.log2(disc.r))
    const taken = places.get(size) ?? 0
    if (taken === most || kept.some((other) => isAlike(disc, other))) continue
    places.set(size, taken + 1)
    kept.push(disc)
  }
  return kept
}

function isAlike(a: Circle, b: Circle): boolean {
  return Math.hypot(a.x - b.x, a.y - b.y) < 0.3 * Math.max(a.r, b.r) && Math.abs(Math.log(a.r / b.r)) < 0.2
}
