// One placement of the probe on the candidate: rigid fit from a seed, then minutiae paired while the skin's stretch is followed.

import { isWithin } from './hull.js'
import type { PreparedTemplate } from './prepared.js'
import { type MatchWorkspace, mostContacts } from './workspace.js'

/** A minutia's direction weighs like a second point this far away. */
const leverPx = 25
/** How near a moved minutia must come: first before the stretch is known, then after. */
const reachPx = [26, 20, 16] as const
const angleLimit = 6500
/** Stretch is alike within this distance, and is believed as much as this many neighbours say. */
const stretchRangePx = 60
const stretchDoubt = 0.7
const toRadians = Math.PI / 32_768

export interface Placement {
  /** Rotation and shift: candidate = R probe + t. */
  cos: number
  sin: number
  tx: number
  ty: number
}

/** Weighted rigid fit of the pairs that agree with seed pair `seed` (Arun 1987 in the plane). */
export function placeBySeed(a: PreparedTemplate, b: PreparedTemplate, seed: number, pairs: number, work: MatchWorkspace): Placement {
  const { pairA, pairB, strength, agreement } = work
  let w = 0
  let ax = 0
  let ay = 0
  let bx = 0
  let by = 0
  for (let q = 0; q < pairs; q++) {
    const weight = q === seed ? strength[q]! : agreement[seed * pairs + q]! * strength[q]!
    w += weight
    ax += weight * a.x[pairA[q]!]!
    ay += weight * a.y[pairA[q]!]!
    bx += weight * b.x[pairB[q]!]!
    by += weight * b.y[pairB[q]!]!
  }
  ax /= w
  ay /= w
  bx /= w
  by /= w
  let dot = 0
  let cross = 0
  for (let q = 0; q < pairs; q++) {
    const weight = q === seed ? strength[q]! : agreement[seed * pairs + q]! * strength[q]!
    if (weight === 0) continue
    const i = pairA[q]!
    const j = pairB[q]!
    const px = a.x[i]! - ax
    const py = a.y[i]! - ay
    const qx = b.x[j]! - bx
    const qy = b.y[j]! - by
    const turn = (b.angle[j]! - a.angle[i]!) * toRadians
    dot += weight * (px * qx + py * qy + leverPx * leverPx * Math.cos(turn))
    cross += weight * (px * qy - py * qx + leverPx * leverPx * Math.sin(turn))
  }
  const length = Math.sqrt(dot * dot + cross * cross) || 1
  const cos = dot / length
  const sin = cross / length
  return { cos, sin, tx: bx - (cos * ax - sin * ay), ty: by - (sin * ax + cos * ay) }
}

/** Pairs minutiae under the placement; leaves mates and residuals in `work`. */
export function pairUnder(a: PreparedTemplate, b: PreparedTemplate, { cos, sin, tx, ty }: Placement, work: MatchWorkspace): void {
  const { movedX, movedY } = work
  const turn = Math.round(Math.atan2(sin, cos) / toRadians)
  work.mates = 0
  for (let round = 0; round < reachPx.length; round++) {
    for (let i = 0; i < a.count; i++) {
      movedX[i] = cos * a.x[i]! - sin * a.y[i]! + tx
      movedY[i] = sin * a.x[i]! + cos * a.y[i]! + ty
    }
    if (round > 0) followStretch(a, b, work)
    pairNearest(a, b, turn, reachPx[round]!, work)
  }
}

/** Moves each minutia by what its already paired neighbours moved (not itself: its own residual stays honest). */
function followStretch(a: PreparedTemplate, b: PreparedTemplate, work: MatchWorkspace): void {
  const { movedX, movedY, matedA, matedB, residualX, residualY, mates } = work
  for (let m = 0; m < mates; m++) {
    residualX[m] = b.x[matedB[m]!]! - movedX[matedA[m]!]!
    residualY[m] = b.y[matedB[m]!]! - movedY[matedA[m]!]!
  }
  for (let i = 0; i < a.count; i++) {
    let weights = stretchDoubt
    let sx = 0
    let sy = 0
    for (let m = 0; m < mates; m++) {
      const k = matedA[m]!
      if (k === i) continue
      const d = a.distance[i * a.count + k]! / stretchRangePx
      const weight = 1 / ((1 + d * d) * (1 + d * d))
      weights += weight
      sx += weight * residualX[m]!
      sy += weight * residualY[m]!
    }
    movedX[i]! += sx / weights
    movedY[i]! += sy / weights
  }
}

function pairNearest(a: PreparedTemplate, b: PreparedTemplate, turn: number, reach: number, work: MatchWorkspace): void {
  const { movedX, movedY, contactA, contactB, contactCost, order, takenA, takenB, matedA, matedB } = work
  let contacts = 0
  for (let i = 0; i < a.count; i++) {
    for (let j = firstFrom(b.x, movedX[i]! - reach); j < b.count; j++) {
      const dx = b.x[j]! - movedX[i]!
      if (dx > reach) break
      const dy = Math.abs(b.y[j]! - movedY[i]!)
      if (dy > reach) continue
      const near = (dx * dx + dy * dy) / (reach * reach)
      if (near >= 1) continue
      const off = Math.abs(((b.angle[j]! - a.angle[i]! - turn) << 16) >> 16) / angleLimit
      if (off >= 1 || contacts === mostContacts) continue
      contactA[contacts] = i
      contactB[contacts] = j
      contactCost[contacts] = near + 0.5 * off * off
      order[contacts] = contacts
      contacts++
    }
  }
  const inOrder = order.subarray(0, contacts).sort((p, q) => contactCost[p]! - contactCost[q]! || p - q)
  takenA.fill(0, 0, a.count)
  takenB.fill(0, 0, b.count)
  let mates = 0
  for (let c = 0; c < contacts; c++) {
    const i = contactA[inOrder[c]!]!
    const j = contactB[inOrder[c]!]!
    if (takenA[i] === 1 || takenB[j] === 1) continue
    takenA[i] = 1
    takenB[j] = 1
    matedA[mates] = i
    matedB[mates++] = j
  }
  work.mates = mates
}

/** The first index whose value in ascending `values` is at least `least`. */
function firstFrom(values: Float32Array, least: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle]! < least) low = middle + 1
    else high = middle
  }
  return low
}

/** How many minutiae of `b` lie where `a` was seen under the placement. */
export function countInOverlap(a: PreparedTemplate, b: PreparedTemplate, { cos, sin, tx, ty }: Placement, marginPx: number): number {
  let inside = 0
  for (let j = 0; j < b.count; j++) {
    const dx = b.x[j]! - tx
    const dy = b.y[j]! - ty
    if (isWithin(a.hull, cos * dx + sin * dy, cos * dy - sin * dx, marginPx)) inside++
  }
  return inside
}
