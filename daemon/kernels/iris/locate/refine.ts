// From a rough eye to sub-pixel circles, on the full picture and only near the edges.

import type { Circle } from '../location.js'
import { fitCircleRobust } from './circle-fit.js'
import { type Lids, openRows } from './lids.js'
import { rightAngles } from './limbus.js'
import type { Plane } from './plane.js'
import { radialEdges, refineCircle } from './radial.js'
import { arc, type Directions, directionsOf, sumRay } from './rays.js'

const around = directionsOf(arc(96))
const lateral = directionsOf(
  [...rightAngles.map((angle) => Math.PI - angle), ...rightAngles].flatMap((angle) => [angle - 0.025, angle + 0.025]),
)

/** Rays of the passes in radii, ring width in radii. */
const pupilPasses = [
  { from: 0.75, until: 1.3, ring: 0.12 },
  { from: 0.86, until: 1.16, ring: 0.08 },
  { from: 0.92, until: 1.08, ring: 0.06 },
]

/** @param iris  rough as well; what reaches out of it is no pupil */
export function refinePupil(plane: Plane, rough: Circle, iris: Circle): Circle {
  let pupil = rough
  for (const { from, until, ring } of pupilPasses) {
    const search = { rays: around, from, until, stepPx: Math.max(0.5, pupil.r / 60), ringPx: Math.max(1.5, ring * pupil.r), least: 3 }
    // A pupil is not quite round: what is off by less than 5 % is its form, not another edge.
    const next = refineCircle(plane, pupil, search, 0.7, 0.05 * pupil.r)
    if (next === undefined || Math.hypot(next.x - rough.x, next.y - rough.y) > 0.3 * rough.r) break
    if (Math.abs(Math.log(next.r / rough.r)) > 0.35 || !isInside(next, iris)) break
    pupil = next
  }
  return pupil
}

/**
 * @param lids  when known: rays that end under a lid do not count; without them only lateral rays are looked along
 */
export function refineIris(plane: Plane, rough: Circle, pupil: Circle, lids?: Lids): Circle {
  const reach = lids === undefined ? 0.16 : 0.09
  const rays = lids === undefined ? lateral : around
  const ring = (lids === undefined ? 0.1 : 0.08) * rough.r
  const search = { rays, from: 1 - reach, until: 1 + reach, stepPx: Math.max(0.5, rough.r / 100), ringPx: Math.max(1.5, ring), least: 2 }
  const { xs, ys, weights, count } = radialEdges(plane, rough, search)
  dropFaint(weights)
  if (lids !== undefined) {
    const { from, until } = openRows(lids, plane.widthPx, plane.heightPx)
    for (let i = 0; i < count; i++) {
      const x = Math.max(0, Math.min(plane.widthPx - 1, Math.round(xs[i]!)))
      const margin = 0.06 * rough.r
      if (ys[i]! < from[x]! + margin || ys[i]! > until[x]! - margin) weights[i] = 0
      // Lids that were not noticed lie at the top and bottom.
      else if (Math.abs(ys[i]! - rough.y) > 0.75 * rough.r) weights[i]! *= 0.3
    }
  }
  const prior = { x: rough.x, y: pupil.y, sigmaX: 0.06 * rough.r, sigmaY: 0.04 * rough.r }
  const next = fitCircleRobust({ xs, ys, weights, count }, rough, prior, 0.018 * rough.r)
  if (Math.abs(Math.log(next.r / rough.r)) > 0.2) return rough
  if (Math.hypot(next.x - rough.x, next.y - rough.y) > 0.2 * rough.r) return rough
  const settled = { ...next, r: settledRadius(plane, next) }
  return isInside(pupil, settled) ? settled : isInside(pupil, next) ? next : rough
}

const isInside = (pupil: Circle, iris: Circle): boolean => Math.hypot(iris.x - pupil.x, iris.y - pupil.y) + pupil.r < iris.r

/** What is far weaker than the limbus elsewhere is texture, e.g. where the limbus itself lies outside the picture. */
function dropFaint(weights: Float64Array): void {
  const sorted = weights.slice().sort()
  const least = 0.2 * sorted[Math.floor(0.75 * sorted.length)]!
  for (let i = 0; i < weights.length; i++) if (weights[i]! < least) weights[i] = 0
}

/** The limbus is a ramp some percent of the radius wide; people draw it where the iris begins to fade, not in the middle of the ramp. */
const fade = 0.4
const settleReach = 0.1

/** Where the mean profile across the lateral limbus has risen by `fade` of its way. */
function settledRadius(plane: Plane, circle: Circle): number {
  const { r } = circle
  const profile = meanProfile(plane, circle, lateral)
  if (profile === undefined) return r
  const end = profileSteps / 8
  const mean = (from: number) => profile.subarray(from, from + end).reduce((sum, value) => sum + value, 0) / end
  const inner = mean(0)
  const outer = mean(profileSteps + 1 - end)
  if (!(outer - inner > 2)) return r
  const wanted = inner + fade * (outer - inner)
  let k = profileSteps
  while (k > 0 && profile[k]! > wanted) k--
  if (k === 0 || k === profileSteps) return r
  const share = (wanted - profile[k]!) / (profile[k + 1]! - profile[k]!)
  return r * (1 + settleReach * ((2 * (k + share)) / profileSteps - 1))
}

const profileSteps = 40

/** Over the rays that stay in the picture; undefined when they are fewer than a third. */
function meanProfile(plane: Plane, { x, y, r }: Circle, { cosines, sines }: Directions): Float64Array | undefined {
  const profile = new Float64Array(profileSteps + 1)
  const sums = new Int32Array(profileSteps + 2)
  const step = (2 * settleReach * r) / profileSteps
  let rays = 0
  for (let i = 0; i < cosines.length; i++) {
    const seen = sumRay(plane, x, y, cosines[i]!, sines[i]!, r * (1 - settleReach), step, profileSteps + 1, sums)
    if (seen <= profileSteps) continue
    for (let k = 0; k <= profileSteps; k++) profile[k]! += (sums[k + 1]! - sums[k]!) / 256
    rays++
  }
  return rays * 3 < cosines.length ? undefined : profile.map((sum) => sum / rays)
}
