// Names and codes for the fingertips of an image: which slap it is, which finger each is, and what an operator must know. Pure.

import { blockPx } from './blocks.js'
import type { Fingertip } from './box.js'
import type { Sight } from './find.js'
import { type Naming, nameTips, type Slap, slapPositions, type Tip } from './hand-model.js'
import { hasGhosts, hasHalo } from './surroundings.js'

/** What is wrong with a slap or with one of its fingers; stable names. */
export const segmentCodes = {
  blank: 'nothing lies on the glass or the paper',
  not_a_finger: 'something is there, but no finger',
  too_few: 'fewer fingers than were to be shown',
  too_many: 'more fingers than were to be shown',
  count_mismatch: 'the count does not agree with the announced missing fingers',
  wrong_hand: 'surely another slap than the hint says; the names are those of the image',
  hand_unsure: 'right and left hand, or fingers and thumbs, cannot be told apart; names are a guess',
  touching_fingers: 'two fingers grow together',
  off_edge: 'the image cuts a finger off',
  tilted: 'the hand is turned by more than 30°',
  halo: 'moisture darkens the glass around a finger',
  ghost_prints: 'residue of earlier fingers on the glass',
} as const
export type SegmentCode = keyof typeof segmentCodes

export interface FingerSegment {
  /** ISO/IEC 19794-4 code; 0 when it cannot be told. */
  readonly position: number
  /** Centre of the box, pixels from the upper left corner of the image. */
  readonly cx: number
  readonly cy: number
  /** Across and along the finger, whole pixels. */
  readonly width: number
  readonly height: number
  /** Positive when the upper edge rises to the right: the finger is tilted counter-clockwise. */
  readonly angleDeg: number
  /** Of this finger alone: `touching_fingers`, `off_edge`, `halo`. */
  readonly codes?: readonly SegmentCode[]
}

export interface SegmentHints {
  readonly slap?: Slap
  /** Positions that the person does not have or cannot show. */
  readonly missing?: readonly number[]
}

export interface Segmentation {
  readonly slap: Slap | 'single_finger' | 'unknown'
  /** From left to right. */
  readonly fingers: readonly FingerSegment[]
  readonly codes: readonly SegmentCode[]
}

/** Millimetres in a pixel at 500 ppi. */
const mmPx = 25.4 / 500
const mostTiltDeg = 30
/** A hint is overruled only by an image that is e⁴ times likelier another slap with all its fingers. */
const overrulingScore = 4
/** A name is given from this probability on; so is a side. */
const sureName = 0.7
const sureSide = 0.85
/** Share of its rows in which a finger must share ground with a neighbour to be called touching. */
const touchingShare = 0.25
/** A surplus tip counts when it is as full of ridges as a finger. */
const surplusFill = 0.65
/** Lively blocks below which an image is empty: a third of a fingertip. */
const leastLively = 400

const allSlaps: readonly Slap[] = ['right_four', 'left_four', 'thumbs']

export function judge(sight: Sight, { slap: hinted, missing = [] }: SegmentHints): Segmentation {
  const tips = sight.tips.map((tip) => toTip(tip, sight.tiltDeg))
  if (tips.length === 0) return { slap: hinted ?? 'unknown', fingers: [], codes: emptyCodes(sight, hinted) }
  if (tips.length === 1 && !hinted) return single(sight)
  const codes = new Set<SegmentCode>()
  const free = nameTips(tips, allSlaps, missing)
  const overruled = hinted !== undefined && overrules(free, hinted)
  if (overruled) codes.add('wrong_hand')
  const namings = hinted && !overruled ? nameTips(tips, [hinted], missing) : free
  const best = namings[0]!
  if (!hinted && probability(namings, ({ slap }) => slap === best.slap) < sureSide) codes.add('hand_unsure')
  const expected = slapPositions[hinted ?? best.slap].filter((position) => !missing.includes(position))
  addCountCodes(codes, sight.tips, best, expected, hinted ?? best.slap, missing)
  if (Math.abs(sight.tiltDeg) > mostTiltDeg) codes.add('tilted')
  if (hasGhosts(sight)) codes.add('ghost_prints')
  const complete =
    best.positions.filter((position) => position !== 0).length === slapPositions[best.slap].length - absent(best.slap, missing)
  const fingers = sight.tips.flatMap((tip, i) => {
    const position = best.positions[i]!
    if (position === 0) return []
    const sure = complete || probability(namings, (naming) => naming.positions[i] === position) >= sureName
    return [toSegment(sight, tip, sure ? position : 0)]
  })
  for (const finger of fingers) for (const code of finger.codes ?? []) codes.add(code)
  return { slap: best.slap, fingers, codes: [...codes] }
}

const absent = (slap: Slap, missing: readonly number[]): number =>
  slapPositions[slap].filter((position) => missing.includes(position)).length

function emptyCodes(
  { foreground: { mask, contrast, leastDeviation }, map: { deviation } }: Sight,
  hinted: Slap | undefined,
): SegmentCode[] {
  let lively = 0
  for (let at = 0; at < mask.length; at++) if (mask[at] === 1 || deviation[at]! > leastDeviation) lively++
  const empty: SegmentCode = contrast === 0 || lively < Math.min(leastLively, mask.length / 4) ? 'blank' : 'not_a_finger'
  return hinted ? [empty, 'too_few'] : [empty]
}

function single(sight: Sight): Segmentation {
  const finger = toSegment(sight, sight.tips[0]!, 0)
  const codes = new Set(finger.codes)
  if (Math.abs(sight.tiltDeg) > mostTiltDeg) codes.add('tilted')
  if (hasGhosts(sight)) codes.add('ghost_prints')
  return { slap: 'single_finger', fingers: [finger], codes: [...codes] }
}

function overrules(namings: readonly Naming[], hinted: Slap): boolean {
  const best = namings[0]!
  const own = namings.find(({ slap }) => slap === hinted)
  return (
    best.slap !== hinted &&
    best.positions.filter((position) => position !== 0).length === slapPositions[best.slap].length &&
    best.score - (own?.score ?? Number.NEGATIVE_INFINITY) > overrulingScore
  )
}

/** Share of the likelihood of all namings that has this property. */
function probability(namings: readonly Naming[], has: (naming: Naming) => boolean): number {
  const most = namings[0]!.score
  let [all, having] = [0, 0]
  for (const naming of namings) {
    const weight = Math.exp(naming.score - most)
    all += weight
    if (has(naming)) having += weight
  }
  return having / all
}

function addCountCodes(
  codes: Set<SegmentCode>,
  tips: readonly Fingertip[],
  best: Naming,
  expected: readonly number[],
  slap: Slap,
  missing: readonly number[],
): void {
  const named = best.positions.filter((position) => position !== 0).length
  const surplus = tips.filter((tip, i) => best.positions[i] === 0 && tip.fill > surplusFill && !tip.offEdge).length
  if (named < expected.length) codes.add('too_few')
  if (named > expected.length || surplus > 0) codes.add('too_many')
  if (absent(slap, missing) > 0 && (codes.has('too_few') || codes.has('too_many'))) codes.add('count_mismatch')
}

function toTip(tip: Fingertip, tiltDeg: number): Tip {
  const cos = Math.cos((tip.angleDeg * Math.PI) / 180)
  return {
    uMm: tip.tipU * mmPx,
    vMm: tip.tipV * mmPx,
    widthMm: tip.width * mmPx,
    splayDeg: tip.angleDeg - tiltDeg,
    cutAbove: tip.cy - (tip.height / 2) * cos < 3 * blockPx,
    slant: tip.slant,
  }
}

function toSegment(sight: Sight, tip: Fingertip, position: number): FingerSegment {
  const codes: SegmentCode[] = []
  if (tip.touching > touchingShare) codes.push('touching_fingers')
  if (tip.offEdge) codes.push('off_edge')
  if (hasHalo(sight, tip)) codes.push('halo')
  const { cx, cy, width, height, angleDeg } = tip
  return {
    position,
    cx: tenth(cx),
    cy: tenth(cy),
    width: Math.round(width),
    height: Math.round(height),
    angleDeg: tenth(angleDeg),
    ...(codes.length > 0 && { codes }),
  }
}

const tenth = (value: number): number => Math.round(value * 10) / 10
