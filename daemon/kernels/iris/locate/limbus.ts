// The outer edge of the iris about a pupil that is assumed: soft, low in contrast, its top and bottom hidden by lids.
// Searched to both sides on its own, so that the centres may differ.

import type { Circle } from '../location.js'
import type { Plane } from './plane.js'
import { arc, type Directions, directionsOf, sumRay } from './rays.js'

/** Lateral sectors, y downward: lids and lashes hide more of the top. */
export const rightAngles: readonly number[] = arc(12, (-25 * Math.PI) / 180, (45 * Math.PI) / 180)
export const rightSide = directionsOf(rightAngles)
export const leftSide = directionsOf(rightAngles.map((angle) => Math.PI - angle))

/** Radii of the iris in radii of the pupil. */
const leastRatio = 1.3
const mostRatio = 6.5
/** A difference above counts no more: skin glints do not outvote the rest. */
const fullDifference = 45
const candidates = 3
const leastScore = 2

interface LimbusCandidate {
  readonly iris: Circle
  readonly score: number
}

/** @returns best first; the centre is moved along x only */
export function findLimbus(plane: Plane, pupil: Circle, mostPx: number): readonly LimbusCandidate[] {
  const first = Math.ceil(leastRatio * pupil.r)
  const last = Math.floor(Math.min(mostRatio * pupil.r, mostPx * 1.15))
  if (last - first < 3) return []
  const left = sideProfile(plane, pupil, leftSide, first, last)
  const right = sideProfile(plane, pupil, rightSide, first, last)
  return bestPairs(left, right, first, pupil, mostPx)
}

/** Mean over the directions of outer less inner ring at each whole radius; NaN where more than half of the rays left the picture. */
function sideProfile(plane: Plane, { x, y, r }: Circle, rays: Directions, first: number, last: number): Float64Array {
  const start = Math.max(1, Math.floor(1.1 * r))
  const length = Math.ceil(last * 1.15) + 3 - start
  const count = rays.cosines.length
  const total = new Float64Array(last - first + 1)
  const valid = new Uint8Array(last - first + 1)
  const sums = new Int32Array(length + 1)
  for (let i = 0; i < count; i++) {
    const reach = sumRay(plane, x, y, rays.cosines[i]!, rays.sines[i]!, start, 1, length, sums)
    for (let rho = first; rho <= last; rho++) {
      const ring = Math.max(2, Math.round(0.12 * rho))
      const k = rho - start
      const inner = Math.max(0, k - ring)
      const outer = Math.min(reach, k + ring)
      if (outer - k < 2 || k - inner < 1) continue
      const difference = ((sums[outer]! - sums[k]!) / (outer - k) - (sums[k]! - sums[inner]!) / (k - inner)) / 256
      total[rho - first]! += Math.max(-fullDifference, Math.min(fullDifference, difference))
      valid[rho - first]!++
    }
  }
  for (let i = 0; i < total.length; i++) total[i] = valid[i]! * 2 >= count ? total[i]! / valid[i]! : Number.NaN
  return total
}

function bestPairs(left: Float64Array, right: Float64Array, first: number, pupil: Circle, mostPx: number): readonly LimbusCandidate[] {
  // The best pair of each diameter, then the best of those.
  const scores = new Float64Array(2 * left.length - 1)
  const shifts = new Float64Array(scores.length)
  for (let i = 0; i < left.length; i++) {
    const l = left[i]!
    if (l <= 0) continue
    for (let j = 0; j < right.length; j++) {
      const r = right[j]!
      // Only where both sides are one may one of them be out of sight.
      if (i === j ? r <= 0 : !(l * r > scores[i + j]! ** 2)) continue
      const radius = first + (i + j) / 2 - 0.5
      const shift = (j - i) / 2
      const aside = Math.abs(shift)
      if (radius > mostPx || aside > 0.22 * radius || aside + pupil.r > 0.92 * radius) continue
      const score = pairScore(l, r) - 40 * (shift / radius) ** 2
      if (score <= scores[i + j]!) continue
      scores[i + j] = score
      shifts[i + j] = shift
    }
  }
  const kept: LimbusCandidate[] = []
  while (kept.length < candidates) {
    let best = -1
    for (let sum = 0; sum < scores.length; sum++) if (scores[sum]! > (best < 0 ? leastScore : scores[best]!)) best = sum
    if (best < 0) break
    const radius = first + best / 2 - 0.5
    kept.push({ iris: { x: pupil.x + shifts[best]!, y: pupil.y, r: radius }, score: scores[best]! })
    for (let sum = 0; sum < scores.length; sum++) if (Math.abs(Math.log((first + sum / 2 - 0.5) / radius)) < 0.15) scores[sum] = 0
  }
  return kept
}

/** A side that lies outside the picture says nothing: the other one stands for it, at a discount, and the centres are taken as one. */
function pairScore(left: number, right: number): number {
  if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : 0.6 * right
  return Number.isNaN(right) ? 0.6 * left : Math.sqrt(left * right)
}
