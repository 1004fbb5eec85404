// Is the finger on the platen the one on the card? Pure; runs in the record worker and in tests. What leaves it is a verdict, never a template.

import { platenOf } from '../capture/fingers.js'
import type { RawFrame } from '../capture/make-record.js'
import { extractTemplate } from '../kernels/finger/extract.js'
import { compareTemplates, operatingPoints, prepareTemplate } from '../kernels/finger/match.js'
import { cutFinger, type Slap, segmentSlap, slapPositions } from '../kernels/finger/segment.js'
import type { Simd } from '../kernels/simd/simd.js'
import { readCompactCard } from '../record/compact-card.js'

/** One false match in a thousand; one finger is compared with one template, so this is also the rate of the whole check. */
export const holderThreshold = 'fmr1in1000' satisfies keyof typeof operatingPoints

export interface HolderJob {
  readonly frame: RawFrame
  /** Which finger was asked for, ISO/IEC 19794-4. */
  readonly position: number
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
  const { grey, widthPx, heightPx } = platenOf(frame)
  const slap = slapOf(position)
  const missing = slapPositions[slap].filter((each) => each !== position)
  const [finger] = segmentSlap(grey, widthPx, heightPx, { slap, missing }, simd).fingers.toSorted((a, b) => area(b) - area(a))
  if (!finger) return { verified: false, band: 'no_finger' }
  const cut = cutFinger(grey, widthPx, heightPx, finger)
  const live = extractTemplate(cut.grey, cut.widthPx, cut.heightPx, {}, simd)
  if (live.minutiae.length === 0) return { verified: false, band: 'no_finger' }
  const band = bandOf(compareTemplates(prepareTemplate(live), prepareTemplate(card)))
  return { verified: band === 'match' || band === 'strong', band }
}

const area = ({ width, height }: { width: number; height: number }) => width * height

/** Four of a hand or the thumbs: where a finger of this position lies. */
function slapOf(position: number): Slap {
  const found = (['right_four', 'left_four', 'thumbs'] as const).find((slap) => slapPositions[slap].some((each) => each === position))
  return found ?? 'right_four'
}

function bandOf(score: number): ScoreBand {
  if (score >= operatingPoints.fmr1in10000) return 'strong'
  if (score >= operatingPoints[holderThreshold]) return 'match'
  return score >= operatingPoints.fmr1in100 ? 'near' : 'low'
}
