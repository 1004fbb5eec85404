// Which local pairs agree with each other about one placement of the fingers (relaxation as in Cappelli 2010 §4.2, over edges between minutiae).

import type { PreparedTemplate } from './prepared.js'
import type { MatchWorkspace } from './workspace.js'

/** Two edges agree while their lengths differ by less than this: skin stretches with distance. */
const distanceFloorPx = 10
const distanceShare = 0.12
/** Angles agree within 30° (65536 a turn). */
const angleLimit = 5460
/** Bearing of a close neighbour is unsure by the position noise. */
const bearingNoisePx = 6
const rounds = 4
const inertia = 0.4
/** Of the summed support of all others, about as many as agree with a true pair. */
const supportShare = 1 / 6

/** 1 = the edge from pair p to pair q is the same in both fingers, 0 = it is not. */
export function agree(a: PreparedTemplate, b: PreparedTemplate, i: number, k: number, j: number, l: number): number {
  const edgeA = i * a.count + k
  const edgeB = j * b.count + l
  const da = a.distance[edgeA]!
  const db = b.distance[edgeB]!
  const shorter = Math.min(da, db)
  const stretch = Math.abs(da - db) / (distanceFloorPx + distanceShare * shorter)
  if (stretch >= 1 || shorter < 4) return 0
  const limit = angleLimit + (bearingNoisePx / shorter) * 10_430
  const p = Math.abs(((a.bearing[edgeA]! - b.bearing[edgeB]!) << 16) >> 16) / limit
  if (p >= 1) return 0
  const q = Math.abs(((a.bearing[k * a.count + i]! - b.bearing[l * b.count + j]!) << 16) >> 16) / limit
  if (q >= 1) return 0
  // Both directions against each other, which the bearings do not bound tightly.
  const r = Math.abs(((a.angle[k]! - a.angle[i]! - b.angle[l]! + b.angle[j]!) << 16) >> 16) / angleLimit
  if (r >= 1) return 0
  return (1 - stretch * stretch) * (1 - p * p) * (1 - q * q) * (1 - r * r)
}

/** Fills `agreement` and lifts in `strength` the pairs that others support. */
export function relax(a: PreparedTemplate, b: PreparedTemplate, pairs: number, work: MatchWorkspace): void {
  const { strength, nextStrength, edgeP, edgeQ, edgeValue } = work
  const edges = findAgreement(a, b, pairs, work)
  for (let round = 0; round < rounds; round++) {
    for (let p = 0; p < pairs; p++) nextStrength[p] = inertia * strength[p]!
    for (let e = 0; e < edges; e++) {
      const p = edgeP[e]!
      const q = edgeQ[e]!
      const share = (1 - inertia) * supportShare * edgeValue[e]!
      nextStrength[p]! += share * strength[q]!
      nextStrength[q]! += share * strength[p]!
    }
    for (let p = 0; p < pairs; p++) strength[p] = nextStrength[p]!
  }
}

/** All pairs of pairs that agree, as a full matrix and as a list. @returns length of the list */
function findAgreement(a: PreparedTemplate, b: PreparedTemplate, pairs: number, work: MatchWorkspace): number {
  const { pairA, pairB, pairTurn, agreement, edgeP, edgeQ, edgeValue } = work
  agreement.fill(0, 0, pairs * pairs)
  for (let p = 0; p < pairs; p++) pairTurn[p] = b.angle[pairB[p]!]! - a.angle[pairA[p]!]!
  let edges = 0
  for (let p = 1; p < pairs; p++) {
    const i = pairA[p]!
    const j = pairB[p]!
    for (let q = 0; q < p; q++) {
      // Most fall here, before any table is looked into.
      const turn = ((pairTurn[p]! - pairTurn[q]!) << 16) >> 16
      if (turn >= angleLimit || turn <= -angleLimit || i === pairA[q]! || j === pairB[q]!) continue
      const value = agree(a, b, i, pairA[q]!, j, pairB[q]!)
      if (value === 0) continue
      agreement[p * pairs + q] = value
      agreement[q * pairs + p] = value
      edgeP[edges] = p
      edgeQ[edges] = q
      edgeValue[edges++] = value
    }
  }
  return edges
}
