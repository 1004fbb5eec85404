// A template made ready for many comparisons: sorted out, in binary angles, with pair tables, cylinders and the outline. Plain typed arrays only.

import type { FingerTemplate, Minutia } from '../template.js'
import { cylinderWords, describeCylinders } from './cylinder.js'
import { convexHull, hullSides } from './hull.js'

/** More are not looked at: bounds time and memory of one comparison. Whole rolled prints have 100 to 160. */
export const mostMinutiae = 128

export interface PreparedTemplate {
  readonly count: number
  /** Pixels at 500 ppi, y pointing up (so that angles are counter-clockwise in the usual way). */
  readonly x: Float32Array
  readonly y: Float32Array
  /** Binary angles: 65536 is a full turn; differences wrap by `<< 16 >> 16`. */
  readonly angle: Int16Array
  readonly type: Uint8Array
  /** 0 to 1. */
  readonly quality: Float32Array
  /** `count * count`: distance in px, and bearing of the second as seen from the first relative to the direction of the first. */
  readonly distance: Float32Array
  readonly bearing: Int16Array
  /** How many minutiae are about: each counted by its nearness, itself as one. */
  readonly crowding: Float32Array
  /** Cylinders: `cylinderWords` each; bits and which of the bits are valid. */
  readonly bits: Int32Array
  readonly valid: Int32Array
  /** 1 where a cylinder is worth comparing. */
  readonly usable: Uint8Array
  /** Sides of the convex hull of the minutiae, see `hullSides`. */
  readonly hull: Float32Array
}

const fullTurn = 65_536
const toBinaryAngle = (radians: number): number => Math.round((radians / (2 * Math.PI)) * fullTurn)
/** Two minutiae in one spot are one. */
const sameSpotPx = 2
const crowdPx = 40

/** Never throws: what is not a number is left out, doubles are taken once, the best come first and the rest is cut. */
export function prepareTemplate(template: FingerTemplate): PreparedTemplate {
  const kept = sortedOut(template)
  const count = kept.length
  const x = Float32Array.from(kept, (each) => each.x)
  const y = Float32Array.from(kept, (each) => -each.y)
  const angle = Int16Array.from(kept, (each) => toBinaryAngle(each.angle))
  const type = Uint8Array.from(kept, (each) => each.type)
  const quality = Float32Array.from(kept, (each) => Math.min(100, Math.max(0, each.quality || 0)) / 100)
  const distance = new Float32Array(count * count)
  const bearing = new Int16Array(count * count)
  const crowding = new Float32Array(count)
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < count; k++) {
      const dx = x[k]! - x[i]!
      const dy = y[k]! - y[i]!
      distance[i * count + k] = Math.hypot(dx, dy)
      crowding[i]! += 1 / (1 + (distance[i * count + k]! / crowdPx) ** 4)
      bearing[i * count + k] = toBinaryAngle(Math.atan2(dy, dx)) - angle[i]!
    }
  }
  const hull = hullSides(convexHull(x, y))
  const bits = new Int32Array(count * cylinderWords)
  const valid = new Int32Array(count * cylinderWords)
  const usable = new Uint8Array(count)
  describeCylinders({ count, x, y, angle, distance, hull }, bits, valid, usable)
  return { count, x, y, angle, type, quality, distance, bearing, crowding, bits, valid, usable, hull }
}

/** In a fixed order that does not depend on the order given, so that equal sets give equal scores. */
function sortedOut({ minutiae }: FingerTemplate): readonly Minutia[] {
  const sound = minutiae.filter(({ x, y, angle }) => Number.isFinite(x) && Number.isFinite(y) && Number.isFinite(angle))
  const seen = new Set<string>()
  const kept: Minutia[] = []
  for (const each of sound) {
    const spot = `${Math.round(each.x / sameSpotPx)},${Math.round(each.y / sameSpotPx)}`
    if (seen.has(spot)) continue
    seen.add(spot)
    kept.push(each)
    if (kept.length === mostMinutiae) break
  }
  return kept.sort((a, b) => a.x - b.x || a.y - b.y || a.angle - b.angle)
}
