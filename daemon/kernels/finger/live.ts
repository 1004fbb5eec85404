// The live measure of a slap: is it worth taking, and what should the person do? For every frame of a scanner, some milliseconds each. Pure.
// It is no biometric quality: numbers compare frames of one capture with each other, nothing else.

import type { Simd } from '../simd/simd.js'
import { blockPx } from './segment/blocks.js'
import type { Fingertip } from './segment/box.js'
import { findTips, type Sight } from './segment/find.js'
import { hasGhosts } from './segment/surroundings.js'
import { type FingerSegment, judge, type Segmentation, type SegmentCode, type SegmentHints } from './segment/verdict.js'
import { type Slap, slapPositions } from './segment.js'

/** What a person can do about a frame, in the order of urgency; stable names. */
export const liveAdvice = [
  'place_fingers',
  'clean_glass',
  'wrong_hand',
  'move_up',
  'move_to_centre',
  'spread_fingers',
  'wrong_finger_count',
  'straighten_hand',
  'press_harder',
  'dry_fingers',
  'press_softer',
] as const
export type LiveAdvice = (typeof liveAdvice)[number]

export interface LiveFinger extends FingerSegment {
  /** Skin that touches the glass, mm². */
  readonly contactMm2: number
  /** Mean darkness of the print, 0 as light as the glass to 1 black: dry skin stays below 0.2, wet skin passes 0.7. */
  readonly darkness: number
  /** Of 0 to 1: how cleanly ridges stand out and run in lines. */
  readonly clarity: number
}

export interface LiveMeasure {
  /** Something that may be fingers lies on the glass. */
  readonly present: boolean
  /** From left to right. */
  readonly fingers: readonly LiveFinger[]
  /** 0 to 100. */
  readonly measure: number
  /** '' when nothing is to be said. */
  readonly advice: LiveAdvice | ''
  readonly codes: readonly SegmentCode[]
}

/** A plain fingertip touches with this much skin, a thumb with more; below half of it the finger barely lies on. */
const usualContactMm2 = 170
const leastContactMm2 = 85
const driest = 0.16
const darkest = 0.72
/** Deviation of clear ridges, grey levels, and the coherence from which and up to which lines count. */
const clearDeviation = 50
const coherence = { from: 0.25, until: 0.6 } as const
const leastClarity = 0.3
/** Empty glass is white. */
const lightestDirt = 128
const blockMm2 = ((blockPx * 25.4) / 500) ** 2

/** The slap that was asked for, and announced missing fingers. */
export type LiveHints = SegmentHints & { readonly slap: Slap }

/** @param grey 8-bit grey, row-major, 500 ppi, dark ridges */
export function measureLive(grey: Uint8Array, widthPx: number, heightPx: number, hints: LiveHints, simd?: Simd): LiveMeasure {
  const sight = findTips(grey, widthPx, heightPx, simd)
  const found = judge(sight, hints)
  const fingers = found.fingers.map((segment) => liveFinger(sight, segment))
  const expected = slapPositions[hints.slap].filter((position) => !hints.missing?.includes(position)).length
  const present = found.fingers.length > 0 || found.codes.includes('not_a_finger')
  return { present, fingers, measure: measureOf(fingers, expected), advice: adviceFor(sight, found, fingers, present), codes: found.codes }
}

function liveFinger(sight: Sight, segment: FingerSegment): LiveFinger {
  const tip = sight.tips.reduce((best, each) => (distance(each, segment) < distance(best, segment) ? each : best))
  const ground = sight.foreground.ground[groundAt(sight, tip)]!
  const lines = between((tip.coherence - coherence.from) / (coherence.until - coherence.from))
  return {
    ...segment,
    contactMm2: Math.round(tip.area * blockMm2),
    darkness: hundredth(between(1 - tip.grey / Math.max(1, ground))),
    clarity: hundredth(Math.sqrt(lines * between(tip.deviation / clearDeviation))),
  }
}

const distance = (a: { cx: number; cy: number }, b: { cx: number; cy: number }): number => Math.hypot(a.cx - b.cx, a.cy - b.cy)
const between = (value: number): number => Math.max(0, Math.min(1, value))
const hundredth = (value: number): number => Math.round(value * 100) / 100

const glassGrey = ({ foreground: { ground } }: Sight): number => ground[ground.length >> 1]!

function groundAt({ map: { columns, rows } }: Sight, { cx, cy }: Fingertip): number {
  const x = Math.max(0, Math.min(columns - 1, Math.floor(cx / blockPx)))
  return Math.max(0, Math.min(rows - 1, Math.floor(cy / blockPx))) * columns + x
}

/** The weaker half decides: one good finger does not make up for a bad one. */
function measureOf(fingers: readonly LiveFinger[], expected: number): number {
  if (fingers.length === 0 || expected === 0) return 0
  const each = fingers.map(({ contactMm2, clarity }) => between(contactMm2 / usualContactMm2) * clarity).sort((a, b) => a - b)
  const weaker = each.slice(0, Math.ceil(each.length / 2))
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.round(50 * (mean(each) + mean(weaker)) * Math.min(1, fingers.length / expected))
}

function adviceFor(sight: Sight, { codes }: Segmentation, fingers: readonly LiveFinger[], present: boolean): LiveAdvice | '' {
  if (fingers.length === 0) {
    if (hasGhosts(sight)) return 'clean_glass'
    return present ? 'press_harder' : 'place_fingers'
  }
  if (codes.includes('wrong_hand')) return 'wrong_hand'
  const cut = fingers.filter((finger) => finger.codes?.includes('off_edge'))
  const heightPx = sight.map.rows * blockPx
  if (cut.length > 0) return cut.every(({ cy }) => cy > (heightPx * 2) / 3) ? 'move_up' : 'move_to_centre'
  const miscounted = codes.includes('too_few') || codes.includes('too_many')
  if (miscounted) return codes.includes('touching_fingers') ? 'spread_fingers' : 'wrong_finger_count'
  if (codes.includes('tilted')) return 'straighten_hand'
  if (fingers.some(({ darkness, contactMm2 }) => darkness < driest || contactMm2 < leastContactMm2)) return 'press_harder'
  // What darkens the glass beside a finger is not pressed out of it by less force.
  if (fingers.some(({ codes: own }) => own?.includes('halo'))) return 'dry_fingers'
  if (fingers.some(({ darkness }) => darkness > darkest)) return 'press_softer'
  if (fingers.some(({ clarity }) => clarity < leastClarity)) return 'press_harder'
  return codes.includes('ghost_prints') || glassGrey(sight) < lightestDirt ? 'clean_glass' : ''
}
