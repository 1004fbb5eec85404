// 1:1 and 1:few comparison of fingers. Knows templates only: no picture, no file, no policy of what a score decides.

import { type Placement, pairFinely, pairRigidly, placeBySeed } from './match/align.js'
import { relax } from './match/consensus.js'
import { compareCylinders, selectPairs } from './match/local.js'
import type { PreparedTemplate } from './match/prepared.js'
import { describePlacement, logOddsOf, scoreOf } from './match/score.js'
import { type MatchWorkspace, openWorkspace } from './match/workspace.js'

export { type PreparedTemplate, prepareTemplate } from './match/prepared.js'
export { type MatchWorkspace, openWorkspace } from './match/workspace.js'

/**
 * Scores that two different fingers reach once in so many comparisons. Counted over 36 480 comparisons of different fingers, within and across
 * three image sets (optical, capacitive, distorted on purpose), with the templates of this extractor and of NBIS mindtct: log-odds of -0.33,
 * 1.89 and 4.07, which the scale brings to 30, 40 and 50. The last stands on four comparisons; beyond it the scale is extrapolated.
 * Of this extractor's 18 240 alone 0.14 % reach 40 and 0.016 % reach 50, half of them by one whorl that several others resemble.
 */
export const operatingPoints = { fmr1in100: 30, fmr1in1000: 40, fmr1in10000: 50 } as const

/** Placements that are tried roughly, best supported seed first, and how many of them are then followed finely. */
const mostSeeds = 5
const mostPlacements = 3
/** Seven in ten placements of different fingers stay below; of those that end above FMR 1 % hardly any. */
const leastCloseness = 2.2
const sameAgreement = 0.3

/**
 * How alike two fingers are, whatever their shift and rotation; the same both ways round. Bounded time for any template.
 * @param workspace scratch memory, made anew when not given: hand one in when comparing many
 * @returns score from 0 (nothing to say); see `operatingPoints`
 */
export function compareTemplates(
  probe: PreparedTemplate,
  candidate: PreparedTemplate,
  workspace: MatchWorkspace = openWorkspace(),
): number {
  const swap = inOrder(probe, candidate)
  const a = swap ? candidate : probe
  const b = swap ? probe : candidate
  compareCylinders(a, b, workspace.similarity, workspace.simd)
  const pairs = selectPairs(a, b, workspace)
  relax(a, b, pairs, workspace)
  let logOdds = Number.NEGATIVE_INFINITY
  workspace.best.fill(Number.NaN)
  for (const placement of likeliest(a, b, pairs, workspace)) {
    pairFinely(a, b, placement, workspace)
    if (!describePlacement(a, b, placement, workspace)) continue
    const value = logOddsOf(workspace.features)
    if (value > logOdds) {
      logOdds = value
      workspace.best.set(workspace.features)
    }
  }
  return scoreOf(logOdds)
}

/** Tries the placements of the best supported pairs roughly. @returns those under which most like minutiae meet, best first */
function likeliest(a: PreparedTemplate, b: PreparedTemplate, pairs: number, workspace: MatchWorkspace): readonly Placement[] {
  const { strength, agreement, used } = workspace
  used.fill(0)
  const tried: { placement: Placement; closeness: number }[] = []
  for (let seeds = 0; seeds < mostSeeds; seeds++) {
    const seed = strongest(strength, used, pairs)
    if (seed < 0) break
    const placement = placeBySeed(a, b, seed, pairs, workspace)
    tried.push({ placement, closeness: pairRigidly(a, b, placement, workspace) })
    // Pairs that agree with this seed would place the finger the same way.
    for (let q = 0; q < pairs; q++) if (q === seed || agreement[seed * pairs + q]! > sameAgreement) used[q] = 1
  }
  tried.sort((p, q) => q.closeness - p.closeness)
  return tried.filter(({ closeness }, rank) => rank < mostPlacements && closeness >= leastCloseness).map(({ placement }) => placement)
}

/** One order for both ways round: fewer minutiae first, then by place. */
function inOrder(a: PreparedTemplate, b: PreparedTemplate): boolean {
  if (a.count !== b.count) return a.count > b.count
  for (let i = 0; i < a.count; i++) {
    if (a.x[i] !== b.x[i]) return a.x[i]! > b.x[i]!
    if (a.y[i] !== b.y[i]) return a.y[i]! > b.y[i]!
  }
  return false
}

function strongest(strength: Float32Array, used: Uint8Array, pairs: number): number {
  let best = -1
  for (let p = 0; p < pairs; p++) if (used[p] === 0 && (best < 0 || strength[p]! > strength[best]!)) best = p
  return best
}

/** The most alike of a few, e.g. among the fingers of one record; nothing when there are none. */
export function bestOf(
  probe: PreparedTemplate,
  candidates: readonly PreparedTemplate[],
  workspace: MatchWorkspace = openWorkspace(),
): { index: number; score: number } | undefined {
  let best: { index: number; score: number } | undefined
  candidates.forEach((candidate, index) => {
    const score = compareTemplates(probe, candidate, workspace)
    if (!best || score > best.score) best = { index, score }
  })
  return best
}
