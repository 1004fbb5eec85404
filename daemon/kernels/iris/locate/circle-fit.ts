// Circles through points, with outliers: least trimmed squares. Knows nothing of images.

import type { Circle } from '../location.js'
import { ranked } from './rank.js'

/**
 * Algebraic least squares (Kåsa 1976) on points of nonzero weight.
 * @returns undefined when the points lie on a line or are fewer than three
 */
function fitCircle(xs: Float64Array, ys: Float64Array, weights: Float64Array, count: number): Circle | undefined {
  let total = 0
  let mx = 0
  let my = 0
  for (let i = 0; i < count; i++) {
    const w = weights[i]!
    total += w
    mx += w * xs[i]!
    my += w * ys[i]!
  }
  if (total < 3) return undefined
  mx /= total
  my /= total
  let uu = 0
  let vv = 0
  let uv = 0
  let uq = 0
  let vq = 0
  let q = 0
  for (let i = 0; i < count; i++) {
    const w = weights[i]!
    if (w === 0) continue
    const u = xs[i]! - mx
    const v = ys[i]! - my
    const s = u * u + v * v
    uu += w * u * u
    vv += w * v * v
    uv += w * u * v
    uq += w * u * s
    vq += w * v * s
    q += w * s
  }
  const determinant = uu * vv - uv * uv
  if (!(determinant > 1e-9 * (uu + vv) * (uu + vv))) return undefined
  const u = (uq * vv - vq * uv) / (2 * determinant)
  const v = (vq * uu - uq * uv) / (2 * determinant)
  return { x: mx + u, y: my + v, r: Math.sqrt(u * u + v * v + q / total) }
}

/**
 * Fits again and again without the worst points.
 * @param weights  in: what each point counts, 0 = no point; unchanged
 * @param keep     share of points that always stay
 * @param tolerance  points closer than this to the circle always stay, px
 */
export function fitCircleTrimmed(
  xs: Float64Array,
  ys: Float64Array,
  weights: Float64Array,
  count: number,
  keep: number,
  tolerance: number,
  rounds: number,
): Circle | undefined {
  let circle = fitCircle(xs, ys, weights, count)
  const kept = new Float64Array(count)
  const distances = new Float64Array(count)
  for (let round = 1; round <= rounds && circle !== undefined; round++) {
    let points = 0
    for (let i = 0; i < count; i++) if (weights[i]! > 0) distances[points++] = offCircle(circle, xs[i]!, ys[i]!)
    if (points < 6) return circle
    const share = 1 - ((1 - keep) * round) / rounds
    const most = Math.max(tolerance, ranked(distances, points, Math.min(points - 1, Math.floor(share * points))))
    for (let i = 0; i < count; i++) kept[i] = weights[i]! > 0 && offCircle(circle, xs[i]!, ys[i]!) <= most ? weights[i]! : 0
    circle = fitCircle(xs, ys, kept, count) ?? circle
  }
  return circle
}

const offCircle = ({ x, y, r }: Circle, px: number, py: number): number => Math.abs(Math.sqrt((px - x) ** 2 + (py - y) ** 2) - r)

/** What is known of a centre before any edge is seen. */
interface CentrePrior {
  readonly x: number
  readonly y: number
  /** Standard deviations, px. */
  readonly sigmaX: number
  readonly sigmaY: number
}

/** A whole ring of points counts as so many independent ones: neighbours err alike. */
const independentPoints = 16

/**
 * Geometric fit from `start` with Tukey's biweight and a prior on the centre: arcs at the sides alone leave the height of the centre open.
 * @param sigma  standard deviation of a good point off the circle, px
 */
export function fitCircleRobust(
  { xs, ys, weights, count }: { xs: Float64Array; ys: Float64Array; weights: Float64Array; count: number },
  start: Circle,
  prior: CentrePrior,
  sigma: number,
): Circle {
  let { x, y, r } = start
  let total = 0
  for (let i = 0; i < count; i++) total += weights[i]!
  if (!(total > 0)) return start
  const scale = (independentPoints * Math.min(1, (2 * total) / (count * 12))) / total / (sigma * sigma)
  for (let round = 0; round < 10; round++) {
    // The cut-off narrows from generous to 3 sigma.
    const cut = sigma * Math.max(3, 8 - round)
    let [xx, xy, xr, yy, yr, rr] = [1 / prior.sigmaX ** 2, 0, 0, 1 / prior.sigmaY ** 2, 0, 1e-9]
    let [gx, gy, gr] = [(prior.x - x) / prior.sigmaX ** 2, (prior.y - y) / prior.sigmaY ** 2, 0]
    for (let i = 0; i < count; i++) {
      if (weights[i] === 0) continue
      const dx = xs[i]! - x
      const dy = ys[i]! - y
      const distance = Math.sqrt(dx * dx + dy * dy)
      const off = distance - r
      if (Math.abs(off) >= cut || distance === 0) continue
      const w = scale * weights[i]! * (1 - (off / cut) ** 2) ** 2
      const ux = dx / distance
      const uy = dy / distance
      xx += w * ux * ux
      xy += w * ux * uy
      xr += w * ux
      yy += w * uy * uy
      yr += w * uy
      rr += w
      gx += w * ux * off
      gy += w * uy * off
      gr += w * off
    }
    const step = solveSymmetric(xx, xy, xr, yy, yr, rr, gx, gy, gr)
    if (step === undefined) break
    x += step[0]
    y += step[1]
    r += step[2]
  }
  return { x, y, r }
}

/** Cramer's rule for a symmetric 3 × 3. */
function solveSymmetric(
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  u: number,
  v: number,
  w: number,
): [number, number, number] | undefined {
  const A = d * f - e * e
  const B = c * e - b * f
  const C = b * e - c * d
  const determinant = a * A + b * B + c * C
  if (!(Math.abs(determinant) > 1e-18)) return undefined
  const D = a * f - c * c
  const E = b * c - a * e
  const F = a * d - b * b
  return [(A * u + B * v + C * w) / determinant, (B * u + D * v + E * w) / determinant, (C * u + E * v + F * w) / determinant]
}
