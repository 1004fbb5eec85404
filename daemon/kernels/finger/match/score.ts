// From a placement to one number: how much likelier is what was paired in one finger than in two.

import { countInOverlap, type Placement, turnOf } from './align.js'
import { agree } from './consensus.js'
import { isWithin } from './hull.js'
import type { PreparedTemplate } from './prepared.js'
import type { MatchWorkspace } from './workspace.js'

/** A minutia this far outside the other's hull still counts as one that could have been seen there. */
const overlapMarginPx = 8
/** An overlap is never taken for smaller: three lucky pairs of three prove nothing. */
const leastOverlap = 10
const leastMates = 3
/** Spread of place and direction of true mates after the stretch was followed. */
const sigmaPx = 6
const sigmaAngle = 0.15
/** Edges between mates are looked at up to this length. */
const longestEdgePx = 120
/** Minutiae around one another at which a meeting says nothing; the fewer there are, the more it says. */
const crowd = 60
/** Fingers lie roughly upright on a scanner (65 536 a turn, here 45°); turned further is possible and a little less likely. */
const usualTurn = 8_192

/**
 * What the score is made of, in this order; fitted by bench/match-fit.ts over genuine and impostor comparisons of three image sets
 * and two extractors. Positive speaks for one finger. The fit would have -4.4 for the rotation; the sets hold hardly any turned prints of one
 * finger to learn it from, so less of it is believed.
 */
export const featureNames = ['fit', 'mutual', 'edges', 'mutualShare', 'rotation'] as const
const weights: readonly number[] = [1.29, 0.332, 1.59, 5.72, -3.2]
const bias = -8.73
/** Log-odds become a score with 10 points a tenfold rarer coincidence, 40 at one in 1000. */
const logOddsAt40 = 1.89
const pointsPerLogOdds = 4.55

/** Fills `features`. @returns false where too few were paired to say anything */
export function describePlacement(a: PreparedTemplate, b: PreparedTemplate, placement: Placement, work: MatchWorkspace): boolean {
  const { mates, features } = work
  if (mates < leastMates) return false
  const turn = turnOf(placement)
  const overlap = Math.sqrt(
    Math.max(leastOverlap, countMoved(a, b, work)) * Math.max(leastOverlap, countInOverlap(a, b, placement, overlapMarginPx)),
  )
  const fit = fitOfMates(a, b, turn, work)
  const mutual = mutualLikeness(a, b, work)
  features[0] = (fit * Math.sqrt(fit)) / overlap
  features[1] = mutual
  features[2] = agreeingEdges(a, b, work) / Math.max(6, mates)
  features[3] = mutual / overlap
  features[4] = Math.max(0, Math.abs(turn) - usualTurn) / 32_768
  return true
}

function countMoved(a: PreparedTemplate, b: PreparedTemplate, { movedX, movedY }: MatchWorkspace): number {
  let inside = 0
  for (let i = 0; i < a.count; i++) if (isWithin(b.hull, movedX[i]!, movedY[i]!, overlapMarginPx)) inside++
  return inside
}

/** Closeness of the mates in place and direction; a meeting where minutiae are rare counts more. */
function fitOfMates(a: PreparedTemplate, b: PreparedTemplate, turn: number, work: MatchWorkspace): number {
  const { movedX, movedY, matedA, matedB, mates } = work
  let fit = 0
  for (let m = 0; m < mates; m++) {
    const i = matedA[m]!
    const j = matedB[m]!
    const dx = b.x[j]! - movedX[i]!
    const dy = b.y[j]! - movedY[i]!
    const off = ((((b.angle[j]! - a.angle[i]! - turn) << 16) >> 16) * Math.PI) / 32_768
    const close = Math.exp(-(dx * dx + dy * dy) / (2 * sigmaPx * sigmaPx) - (off * off) / (2 * sigmaAngle * sigmaAngle))
    const rarity = Math.log(crowd / Math.sqrt(a.crowding[i]! * b.crowding[j]!))
    if (rarity > 0) fit += close * rarity
  }
  return fit
}

/** Counts each mate by its rank among all that its two minutiae could have been paired with: 1 where both neighbourhoods are each other's best. */
function mutualLikeness(a: PreparedTemplate, b: PreparedTemplate, { similarity, matedA, matedB, mates }: MatchWorkspace): number {
  let mutual = 0
  for (let m = 0; m < mates; m++) {
    const row = matedA[m]! * b.count
    const column = matedB[m]!
    const own = similarity[row + column]!
    let better = 0
    for (let j = 0; j < b.count; j++) if (similarity[row + j]! > own) better++
    for (let at = column; at < a.count * b.count; at += b.count) if (similarity[at]! > own) better++
    mutual += 1 / (1 + better)
  }
  return mutual
}

/** Edges between mates that are the same in both fingers: the stretch is followed, so these are not bound to agree. */
function agreeingEdges(a: PreparedTemplate, b: PreparedTemplate, { matedA, matedB, mates }: MatchWorkspace): number {
  let edges = 0
  for (let m = 0; m < mates; m++) {
    for (let o = 0; o < m; o++) {
      if (a.distance[matedA[m]! * a.count + matedA[o]!]! > longestEdgePx) continue
      edges += agree(a, b, matedA[m]!, matedA[o]!, matedB[m]!, matedB[o]!)
    }
  }
  return edges
}

export function logOddsOf(features: Float64Array): number {
  let logOdds = bias
  for (let f = 0; f < weights.length; f++) logOdds += weights[f]! * features[f]!
  return logOdds
}

/** Never below 0; -Infinity, where nothing was paired, is 0 too. */
export const scoreOf = (logOdds: number): number => Math.max(0, 40 + (logOdds - logOddsAt40) * pointsPerLogOdds)
