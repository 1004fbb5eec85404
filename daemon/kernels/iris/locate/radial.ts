// Edges met on rays from a circle's centre, from dark to bright, and the circle through them. Knows no eye, only discs.

import type { Circle } from '../location.js'
import { fitCircleTrimmed } from './circle-fit.js'
import { mostRays, mostSteps, type PlaneMemory, tableOf } from './memory.js'
import type { Plane } from './plane.js'
import { type Directions, sumRay } from './rays.js'

interface RadialSearch {
  readonly rays: Directions
  /** Reach of the search in radii of the circle. */
  readonly from: number
  readonly until: number
  readonly stepPx: number
  /** Width of the rings inside and outside that are compared, px. */
  readonly ringPx: number
  /** An edge that is weaker than this, grey levels, is none. */
  readonly least: number
}

interface EdgePoints {
  readonly xs: Float64Array
  readonly ys: Float64Array
  /** Strength of the edge, grey levels, at most `fullEdge`; 0 = none found. */
  readonly weights: Float64Array
  readonly count: number
}

const fullEdge = 30

/** The strongest edge on each ray. */
export function radialEdges(plane: Plane, circle: Circle, search: RadialSearch): EdgePoints {
  const { rays, stepPx, ringPx, from, until } = search
  const ring = Math.max(1, Math.round(ringPx / stepPx))
  const steps = Math.max(1, Math.ceil(((until - from) * circle.r) / stepPx)) + 2 * ring
  const count = rays.cosines.length
  if (plane.memory !== undefined && count <= mostRays && steps <= mostSteps)
    return edgesByTwin(plane, plane.memory, circle, search, ring, steps)
  const found = { xs: new Float64Array(count), ys: new Float64Array(count), weights: new Float64Array(count), count }
  const sums = new Int32Array(steps + 1)
  for (let i = 0; i < count; i++) edgeOnRay(plane, circle, search, ring, steps, i, sums, found)
  return found
}

function edgesByTwin(
  plane: Plane,
  memory: PlaneMemory,
  { x, y, r }: Circle,
  search: RadialSearch,
  ring: number,
  steps: number,
): EdgePoints {
  const { rays, from, stepPx, least } = search
  const { foundAt, found, sumsAt } = memory.rays
  const table = tableOf(memory, rays)
  const count = rays.cosines.length
  const { widthPx, heightPx } = plane
  const { irisRadialEdges } = memory.simd.kernels
  irisRadialEdges(memory.at, widthPx, heightPx, x, y, table, count, from * r, stepPx, steps, ring, least, fullEdge, sumsAt, foundAt)
  const own = found.slice(0, 3 * count)
  return { xs: own.subarray(0, count), ys: own.subarray(count, 2 * count), weights: own.subarray(2 * count), count }
}

function edgeOnRay(
  plane: Plane,
  { x, y, r }: Circle,
  { rays, from, stepPx, least }: RadialSearch,
  ring: number,
  steps: number,
  i: number,
  sums: Int32Array,
  { xs, ys, weights }: EdgePoints,
): void {
  const first = from * r
  const ux = rays.cosines[i]!
  const uy = rays.sines[i]!
  const seen = sumRay(plane, x, y, ux, uy, first - ring * stepPx, stepPx, steps, sums)
  let best = -1
  let bestStrength = least
  // Near the picture's edge the outer ring is narrower.
  const end = Math.min(steps - ring, seen - Math.max(2, ring >> 1))
  for (let k = ring; k <= end; k++) {
    const strength = strengthAt(sums, k, ring, seen)
    if (strength > bestStrength) {
      bestStrength = strength
      best = k
    }
  }
  if (best < 0) return
  const before = best > ring ? strengthAt(sums, best - 1, ring, seen) : Number.NaN
  const after = best < end ? strengthAt(sums, best + 1, ring, seen) : Number.NaN
  const bend = before - 2 * bestStrength + after
  const shift = bend < 0 ? (0.5 * (before - after)) / bend : 0
  const rho = first + (best - ring - 0.5 + shift) * stepPx
  xs[i] = x + rho * ux
  ys[i] = y + rho * uy
  weights[i] = Math.min(fullEdge, bestStrength)
}

/** Mean outside less mean inside, grey levels. */
function strengthAt(sums: Int32Array, k: number, ring: number, seen: number): number {
  const inner = sums[k]! - sums[k - ring]!
  const outer = Math.min(ring, seen - k)
  return ((sums[k + outer]! - sums[k]!) * ring - inner * outer) / (256 * outer * ring)
}

/** One step nearer to the edge: undefined when the rays meet too few. */
export function refineCircle(plane: Plane, circle: Circle, search: RadialSearch, keep: number, tolerancePx: number): Circle | undefined {
  const { xs, ys, weights, count } = radialEdges(plane, circle, search)
  let met = 0
  for (let i = 0; i < count; i++) if (weights[i]! > 0) met++
  if (met < Math.max(6, 0.3 * count)) return undefined
  return fitCircleTrimmed(xs, ys, weights, count, keep, tolerancePx, 3)
}

interface EdgeContrast {
  /** Median over the directions of outside less inside, grey levels. */
  readonly contrast: number
  /** Share of the directions seen on which the outside is clearly brighter. */
  readonly support: number
  /** Share of the directions that do not leave the picture. */
  readonly seen: number
}

/** Differences of four samples' sums by up to four others', 1/256 grey levels, have all these parts in common. */
const differenceScale = 12 * 256

/** Rings inside and outside a circle, compared direction by direction. `gap` and `ring` in radii. */
export function edgeContrast(plane: Plane, circle: Circle, rays: Directions, gap: number, ring: number, least: number): EdgeContrast {
  const total = rays.cosines.length
  const differences = ringDifferences(plane, circle, rays, gap, ring)
  const count = differences.length
  const median = differences[count >> 1] ?? 0
  const clear = Math.max(least * differenceScale, 0.3 * median)
  let below = 0
  while (below < count && differences[below]! < clear) below++
  return { contrast: median / differenceScale, support: count === 0 ? 0 : (count - below) / count, seen: count / total }
}

/** Ascending, for each direction seen. */
function ringDifferences(plane: Plane, { x, y, r }: Circle, rays: Directions, gap: number, ring: number): Int32Array {
  const { cosines, sines } = rays
  const { widthPx, heightPx, memory } = plane
  const total = cosines.length
  if (memory !== undefined && total <= mostRays) {
    const { sumsAt, sums } = memory.rays
    const table = tableOf(memory, rays)
    const seen = memory.simd.kernels.irisRingDifferences(memory.at, widthPx, heightPx, x, y, r, table, total, gap, ring, sumsAt)
    return sums.subarray(0, seen)
  }
  const differences = new Int32Array(total)
  const sums = new Int32Array(5)
  const step = (r * ring) / 3
  let seen = 0
  for (let i = 0; i < total; i++) {
    if (sumRay(plane, x, y, cosines[i]!, sines[i]!, r * (1 - gap), -step, 4, sums) < 4) continue
    const inner = sums[4]!
    const met = sumRay(plane, x, y, cosines[i]!, sines[i]!, r * (1 + gap), step, 4, sums)
    if (met >= 2) differences[seen++] = sums[met]! * (12 / met) - 3 * inner
  }
  return differences.subarray(0, seen).sort()
}
