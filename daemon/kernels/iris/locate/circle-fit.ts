// Circles through points, with outliers: least trimmed squares. Knows nothing of images.

import type { Circle } from '../location.js'

/**
 * Algebraic least squares (Kåsa 1976) on points of nonzero weight.
 * @returns undefined when the points lie on a line or are fewer than three
 */
export function fitCircle(xs: Float64Array, ys: Float64Array, weights: Float64Array, count: number): Circle | undefined {
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
): Circle | undefined {
  let circle = fitCircle(xs, ys, weights, count)
  const kept = new Float64Array(count)
  for (let round = 0; round < 6 && circle !== undefined; round++) {
    const distances: number[] = []
    for (let i = 0; i < count; i++) if (weights[i]! > 0) distances.push(offCircle(circle, xs[i]!, ys[i]!))
    if (distances.length < 6) return circle
    distances.sort((a, b) => a - b)
    const share = 1 - ((1 - keep) * (round + 1)) / 6
    const most = Math.max(tolerance, distances[Math.min(distances.length - 1, Math.floor(share * distances.length))]!)
    for (let i = 0; i < count; i++) kept[i] = weights[i]! > 0 && offCircle(circle, xs[i]!, ys[i]!) <= most ? weights[i]! : 0
    circle = fitCircle(xs, ys, kept, count) ?? circle
  }
  return circle
}

const offCircle = ({ x, y, r }: Circle, px: number, py: number): number => Math.abs(Math.hypot(px - x, py - y) - r)
