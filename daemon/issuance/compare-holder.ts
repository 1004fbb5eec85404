// Is the finger on the platen the one on the card? Pure; runs in the record worker and in tests. What leaves it is a verdict, never a template.

import { findOneFinger, type OneFingerJob } from '../capture/one-finger.js'
import { compareTemplates, operatingPoints, prepareTemplate } from '../kernels/finger/match.js'
import type { Simd } from '../kernels/simd/simd.js'
import { readCompactCard } from '../record/compact-card.js'

/** One false match in a thousand; one finger is compared with one template, so this is also the rate of the whole check. */
export const holderThreshold = 'fmr1in1000' satisfies keyof typeof operatingPoints

export interface HolderJob extends OneFingerJob {
  /** What the card holds of it: compact card minutiae. */
  readonly template: Uint8Array
}

/** How far from the threshold, in steps too coarse to climb by: a score of its own would teach a forger. */
export type ScoreBand = 'no_finger' | 'low' | 'near' | 'match' | 'strong'

export interface HolderVerdict {
  readonly verified: boolean
  readonly band: ScoreBand
}

/** @throws Fault `record.corrupt` when the template is none; never for a picture */
export function compareHolder({ frame, position, template }: HolderJob, simd?: Simd): HolderVerdict {
  const card = readCompactCard(template)
  const live = findOneFinger({ frame, position }, simd).template
  if (!live) return { verified: false, band: 'no_finger' }
  const band = bandOf(compareTemplates(prepareTemplate(live), prepareTemplate(card)))
  return { verified: band === 'match' || band === 'strong', band }
}

function bandOf(score: number): ScoreBand {
  if (score >= operatingPoints.fmr1in10000) return 'strong'
  if (score >= operatingPoints[holderThreshold]) return 'match'
  return score >= operatingPoints.fmr1in100 ? 'near' : 'low'
}
