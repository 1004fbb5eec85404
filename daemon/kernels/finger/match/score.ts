// From a placement to one number: how much likelier are these pairs in one finger than in two.

import { countInOverlap, type Placement } from './align.js'
import { agree } from './consensus.js'
import { isWithin } from './hull.js'
import type { PreparedTemplate } from './prepared.js'
import type { MatchWorkspace } from './workspace.js'

const overlapMarginPx = 8

/** Fills `features`. */
export function describePlacement(a: PreparedTemplate, b: PreparedTemplate, placement: Placement, work: MatchWorkspace): void {
  const { movedX, movedY, matedA, matedB, similarity, features, mates } = work
  const { cos, sin } = placement
  const turn = Math.round((Math.atan2(sin, cos) * 32_768) / Math.PI)
  let insideA = 0
  for (let i = 0; i < a.count; i++) if (isWithin(b.hull, movedX[i]!, movedY[i]!, overlapMarginPx)) insideA++
  const insideB = countInOverlap(a, b, placement, overlapMarginPx)
  let distance = 0
  let angle = 0
  let alike = 0
  let types = 0
  let quality = 0
  for (let m = 0; m < mates; m++) {
    const i = matedA[m]!
    const j = matedB[m]!
    const dx = b.x[j]! - movedX[i]!
    const dy = b.y[j]! - movedY[i]!
    distance += Math.exp(-(dx * dx + dy * dy) / (2 * 36))
    const off = (((b.angle[j]! - a.angle[i]! - turn) << 16) >> 16) / 32_768
    angle += Math.exp(-(off * off) / (2 * 0.06 * 0.06))
    alike += similarity[i * b.count + j]!
    types += a.type[i] === b.type[j] ? 1 : 0
    quality += Math.sqrt(a.quality[i]! * b.quality[j]!)
  }
  let edges = 0
  for (let m = 0; m < mates; m++) {
    for (let o = 0; o < m; o++) {
      if (a.distance[matedA[m]! * a.count + matedA[o]!]! > 120) continue
      edges += agree(a, b, matedA[m]!, matedA[o]!, matedB[m]!, matedB[o]!)
    }
  }
  features[0] = mates
  features[1] = insideA
  features[2] = insideB
  features[3] = distance
  features[4] = angle
  features[5] = alike
  features[6] = types
  features[7] = edges
  features[8] = Math.abs(turn) / 32_768
  features[9] = quality
  features[10] = a.count
  features[11] = b.count
}

/** Logistic fit over impostor and genuine comparisons; see docs/fingerprint.md for what stands behind it. */
const weights = { fit: 4.33, alike: 1.24, edges: 1.134, alikeShare: 6.54, chances: -2.24, rotation: -2.34 } as const
const bias = 8.62
/** Fingers lie roughly upright on a scanner; turned further is possible and a little less likely. */
const usualRotation = 0.25
/** Log-odds become a score with 10 points a tenfold rarer coincidence, 40 at one in 1000. */
const logOddsAt40 = 2.3
const pointsPerLogOdds = 5.3

/** @returns -Infinity when fewer than three minutiae were paired */
export function logOddsOf(f: Float64Array): number {
  const mates = f[0]!
  if (mates < 3) return Number.NEGATIVE_INFINITY
  const fit = (f[3]! + f[4]!) / 2
  const overlap = Math.sqrt(Math.max(6, f[1]!) * Math.max(6, f[2]!))
  return (
    bias +
    (weights.fit * fit * Math.sqrt(fit)) / overlap +
    weights.alike * f[5]! +
    (weights.edges * f[7]!) / Math.max(6, mates) +
    (weights.alikeShare * f[5]!) / overlap +
    weights.chances * Math.log(f[10]! * f[11]! + 1) +
    weights.rotation * Math.max(0, f[8]! - usualRotation)
  )
}

export const scoreOf = (logOdds: number): number => Math.max(0, 40 + (logOdds - logOddsAt40) * pointsPerLogOdds)
