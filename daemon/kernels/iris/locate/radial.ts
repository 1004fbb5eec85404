// Edges met on rays from a circle's centre, from dark to bright, and the circle through them. Knows no eye, only discs.

import type { Circle } from '../location.js'
import { fitCircleTrimmed } from './circle-fit.js'
import { type Plane, sample } from './plane.js'

interface RadialSearch {
  /** Directions, radians, y downward. */
  readonly angles: Float64Array
  /** Reach of the search in radii of the circle. */
  readonly from: number
  readonly until: number
  readonly stepPx: number
  /** Width of the rings inside and outside that are compared, px. */
  readonly ringPx: number
  /** An edge that is weaker than this, grey levels, is none. */
  readonly least: number
}

export const directions = (count: number, from = 0, until = 2 * Math.PI): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => from + ((i + 0.5) * (until - from)) / count)

interface EdgePoints {
  readonly xs: Float64Array
  readonly ys: Float64Array
  /** Strength of the edge, grey levels, at most `full`; 0 = none found. */
  readonly weights: Float64Array
  readonly count: number
}

/** The strongest edge on each ray. */
export function radialEdges(plane: Plane, { x, y, r }: Circle, search: RadialSearch, full = 30): EdgePoints {
  const { angles, stepPx, ringPx, least } = search
  const count = angles.length
  const xs = new Float64Array(count)
  const ys = new Float64Array(count)
  const weights = new Float64Array(count)
  const ring = Math.max(1, Math.round(ringPx / stepPx))
  const first = search.from * r
  const steps = Math.max(1, Math.ceil(((search.until - search.from) * r) / stepPx)) + 2 * ring
  const sums = new Float64Array(steps + 1)
  const strengths = new Float64Array(steps + 1)
  for (let i = 0; i < count; i++) {
    const ux = Math.cos(angles[i]!)
    const uy = Math.sin(angles[i]!)
    let seen = steps
    for (let k = 0; k < steps; k++) {
      const rho = first + (k - ring) * stepPx
      const value = sample(plane, x + rho * ux, y + rho * uy)
      if (Number.isNaN(value)) {
        seen = k
        break
      }
      sums[k + 1] = sums[k]! + value
    }
    let best = -1
    let bestStrength = least
    // Near the picture's edge the outer ring is narrower.
    const end = Math.min(steps - ring, seen - Math.max(2, ring >> 1))
    for (let k = ring; k <= end; k++) {
      const outer = Math.min(ring, seen - k)
      const strength = (sums[k + outer]! - sums[k]!) / outer - (sums[k]! - sums[k - ring]!) / ring
      strengths[k] = strength
      if (strength > bestStrength) {
        bestStrength = strength
        best = k
      }
    }
    if (best < 0) continue
    const before = best > ring ? strengths[best - 1]! : Number.NaN
    const after = best < end ? strengths[best + 1]! : Number.NaN
    const bend = before - 2 * bestStrength + after
    const shift = bend < 0 ? (0.5 * (before - after)) / bend : 0
    const rho = first + (best - ring - 0.5 + shift) * stepPx
    xs[i] = x + rho * ux
    ys[i] = y + rho * uy
    weights[i] = Math.min(full, bestStrength)
  }
  return { xs, ys, weights, count }
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

const ringSamples = 4

/** Rings inside and outside a circle, compared direction by direction. `gap` and `ring` in radii. */
export function edgeContrast(
  plane: Plane,
  { x, y, r }: Circle,
  angles: Float64Array,
  gap: number,
  ring: number,
  least: number,
): EdgeContrast {
  const differences = new Float64Array(angles.length)
  let count = 0
  for (const angle of angles) {
    const ux = Math.cos(angle)
    const uy = Math.sin(angle)
    let inside = 0
    let outside = 0
    let met = 0
    for (let k = 0; k < ringSamples; k++) {
      const off = gap + (ring * k) / (ringSamples - 1)
      inside += sample(plane, x + r * (1 - off) * ux, y + r * (1 - off) * uy) / ringSamples
      const value = sample(plane, x + r * (1 + off) * ux, y + r * (1 + off) * uy)
      if (Number.isNaN(value)) continue
      outside += value
      met++
    }
    if (met < 2 || Number.isNaN(inside)) continue
    differences[count++] = outside / met - inside
  }
  const seen = differences.subarray(0, count)
  const contrast = median(seen)
  const clear = Math.max(least, 0.3 * contrast)
  let support = 0
  for (const difference of seen) if (difference >= clear) support++
  return { contrast, support: count === 0 ? 0 : support / count, seen: count / angles.length }
}

/** Sorts in place. */
export function median(values: Float64Array): number {
  values.sort()
  return values[values.length >> 1] ?? 0
}
