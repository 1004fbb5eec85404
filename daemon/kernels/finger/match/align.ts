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
/** What a pair of unlike neighbourhoods counts beside one of like ones. */
const unlikeWorth = 0.1
const toRadians = Math.PI / 32_768

/** Rotation and shift: candidate = R probe + t. */
export interface Placement {
  readonly cos: number
  readonly sin: number
  readonly tx: number
  readonly ty: number
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

/** Pairs minutiae under the rigid placement alone. @returns how well: the sum of closeness over the pairs */
export function pairRigidly(a: PreparedTemplate, b: PreparedTemplate, placement: Placement, work: MatchWorkspace): number {
  move(a, placement, work)
  return pairNearest(a, b, turnOf(placement), reachPx[0], work)
}

/** Pairs minutiae under the placement while following the stretch; leaves mates and moved places in `work`. */
export function pairFinely(a: PreparedTemplate, b: PreparedTemplate, placement: Placement, work: MatchWorkspace): void {
  pairRigidly(a, b, placement, work)
  for (let round = 1; round < reachPx.length; round++) {
    move(a, placement, work)
    followStretch(a, b, work)
    pairNearest(a, b, turnOf(placement), reachPx[round]!, work)
  }
}

/** Rotation as a binary angle. */
export const turnOf = ({ cos, sin }: Placement): number => Math.round(Math.atan2(sin, cos) / toRadians)

function move(a: PreparedTemplate, { cos, sin, tx, ty }: Placement, { movedX, movedY }: MatchWorkspace): void {
  for (let i = 0; i < a.count; i++) {
    movedX[i] = cos * a.x[i]! - sin * a.y[i]! + tx
    movedY[i] = sin * a.x[i]! + cos * a.y[i]! + ty
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

/** Takes the closest first, each minutia once. */
function pairNearest(a: PreparedTemplate, b: PreparedTemplate, turn: number, reach: number, work: MatchWorkspace): number {
  const { contactA, contactB, contactCost, takenA, takenB, matedA, matedB } = work
  const contacts = findContacts(a, b, turn, reach, work)
  takenA.fill(0, 0, a.count)
  takenB.fill(0, 0, b.count)
  let mates = 0
  let closeness = 0
  for (let c = 0; c < contacts; c++) {
    const i = contactA[c]!
    const j = contactB[c]!
    if (takenA[i] === 1 || takenB[j] === 1) continue
    closeness += (1.5 - contactCost[c]!) * (unlikeWorth + work.similarity[i * b.count + j]!)
    takenA[i] = 1
    takenB[j] = 1
    matedA[mates] = i
    matedB[mates++] = j
  }
  work.mates = mates
  return closeness
}

/** All pairs within reach in place and direction, closest first (by insertion: there are a few dozen). */
function findContacts(a: PreparedTemplate, b: PreparedTemplate, turn: number, reach: number, work: MatchWorkspace): number {
  const { movedX, movedY, contactA, contactB, contactCost } = work
  const perReach = 1 / (reach * reach)
  const perAngle = 1 / (angleLimit * angleLimit)
  let contacts = 0
  for (let i = 0; i < a.count; i++) {
    for (let j = firstFrom(b.x, movedX[i]! - reach); j < b.count; j++) {
      const dx = b.x[j]! - movedX[i]!
      if (dx > reach) break
      const dy = b.y[j]! - movedY[i]!
      const near = (dx * dx + dy * dy) * perReach
      if (near >= 1) continue
      const off = ((b.angle[j]! - a.angle[i]! - turn) << 16) >> 16
      if (off >= angleLimit || off <= -angleLimit) continue
      const cost = near + 0.5 * off * off * perAngle
      if (contacts === mostContacts && cost >= contactCost[contacts - 1]!) continue
      let at = contacts < mostContacts ? contacts++ : contacts - 1
      for (; at > 0 && contactCost[at - 1]! > cost; at--) {
        contactCost[at] = contactCost[at - 1]!
        contactA[at] = contactA[at - 1]!
        contactB[at] = contactB[at - 1]!
      }
      contactCost[at] = cost
      contactA[at] = i
      contactB[at] = j
    }
  }
  return contacts
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
