// A hand before the scanner: it comes, slides, settles, sometimes lifts, and does what it hears, after the time people need. Pure: a script and
// a time say where it is. It draws nothing and knows no clock.

import type { Random } from '../../protocol/random.js'
import type { HandAdvice } from './advice.js'
import type { Body } from './body.js'
import { between, clamp, smoothstep } from './raster.js'
import { operatorMs, personMs } from './reaction.js'
import { drawByShare } from './shares.js'

/** What people do wrong at first. */
export type HandFault = 'light' | 'hard' | 'skewed' | 'off_edge' | 'too_low' | 'too_high' | 'close_together' | 'other_hand'

/** How a hand is put down; as long as it lies it is the same touch. */
export interface TouchPlan {
  /** From 1. */
  readonly number: number
  readonly angleDeg: number
  /** 0 as usual … 1 prints against each other, more: fingers over each other. */
  readonly closeness: number
  /** 1 as moist as the skin is … 0 wiped dry. */
  readonly moisture: number
  readonly otherHand: boolean
}

/** Where it is. `press` is added to the finger's own pressure (`Tone` of sprite.ts), `contact` is 0 off the glass … 1 flat on it. */
export interface HandPose {
  readonly plan: TouchPlan
  readonly dxPx: number
  readonly dyPx: number
  readonly press: number
  readonly contact: number
}

interface Keyframe extends HandPose {
  readonly atMs: number
}

export interface HandScript {
  readonly keys: readonly Keyframe[]
  /** Until then it is busy with what it heard last, and hears nothing else. */
  readonly busyUntilMs: number
  /** When the glass was wiped. */
  readonly wipedMs: readonly number[]
  readonly whose: HandOwner
}

export interface HandOwner {
  /** Of this capture; `fork` by touch, so that what is drawn for one moves no other. */
  readonly random: Random & { fork(label: string): Random }
  readonly body: Body
  /** A hand or both thumbs can lie askew or off the edge; one finger, or two that are looked at, are laid well in the middle. */
  readonly lays: 'hand' | 'thumbs' | 'single_fingers'
}

/** How often a first touch goes wrong in each way: ASSUMPTIONS, no statistics; together over a third. Whoever was told once errs a third as often. */
const faultShares: Readonly<Record<HandFault, number>> = {
  light: 0.12,
  hard: 0.04,
  skewed: 0.04,
  off_edge: 0.05,
  too_low: 0.03,
  too_high: 0.02,
  close_together: 0.03,
  other_hand: 0.01,
}
/** So far to the side that the outermost finger is cut: hardly, or by more than half. */
const offEdgePx = { hand: [185, 330], thumbs: [540, 620], single_fingers: [660, 800] } as const
const tooHighPx = { hand: [400, 460], thumbs: [560, 620], single_fingers: [560, 620] } as const
/** Each finger half over the next: side by side they never touch with their prints. */
const squeezed = 1.5
const ofWholeHand: readonly HandFault[] = ['skewed', 'off_edge', 'too_low', 'too_high', 'close_together', 'other_hand']
/** An assumption too: once in so many touches the hand leaves the glass by itself and comes back. */
const liftShare = 0.08

/** Ends of what is worth showing: at the first a print can hardly be seen, at the second valleys are gone. */
const [lightest, hardest] = [-2.3, 2.8]
/** A bedridden person's hand cannot be put straight beyond this. */
const stiffAngleDeg = 16

export interface HandStart {
  /** Captures of these fingers before this one. */
  readonly tries: number
  /** Instead of one drawn by its share. */
  readonly fault?: HandFault | 'none' | undefined
  /** Of moist skin that was dried before: 1 as if it never was. */
  readonly moisture?: number
}

export function beginHand(whose: HandOwner, atMs: number, { tries, fault, moisture = 1 }: HandStart): HandScript {
  const random = whose.random.fork('first touch')
  const drawn = drawByShare(random, faultShares, tries === 0 ? 1 : 1 / 3)
  const wrong = fault ?? (drawn !== undefined && (whose.lays !== 'single_fingers' || !ofWholeHand.includes(drawn)) ? drawn : 'none')
  const side = random.next() < 0.5 ? -1 : 1
  const much = random.next()
  const stiff = whose.body.posture === 'bedridden' ? side * 1.6 * stiffAngleDeg : 0
  const plan: TouchPlan = {
    number: 1,
    angleDeg: wrong === 'skewed' ? side * within([33, 42], much) : stiff,
    closeness: wrong === 'close_together' ? squeezed : 0,
    moisture,
    otherHand: wrong === 'other_hand',
  }
  const target = {
    plan,
    dxPx: wrong === 'off_edge' ? side * within(offEdgePx[whose.lays], much) : between(random, -22, 22),
    dyPx:
      wrong === 'too_low'
        ? within([480, 540], much)
        : wrong === 'too_high'
          ? -within(tooHighPx[whose.lays], much)
          : between(random, -18, 18),
    press:
      wrong === 'light'
        ? (whose.body.skin === 'dry' ? 0.5 : 1) * lightest + 0.2 * much
        : wrong === 'hard'
          ? hardest - 0.2 * much
          : between(random, -0.25, 0.25),
    contact: 1,
  }
  const fromMs = atMs + (personMs.seesLamp + between(random, -150, 250)) * whose.body.pace
  return { whose, keys: arriving(whose, target, fromMs), busyUntilMs: settledBy(whose, fromMs), wipedMs: [] }
}

const within = ([low, high]: readonly [number, number], share: number): number => low + (high - low) * share

/** While a hand slides it cannot be judged. */
const slidesMs = 300
const settledBy = ({ body }: HandOwner, fromMs: number): number => fromMs + personMs.laysHand * body.pace + slidesMs

/** First the middle of the fingers, lightly and still sliding, then all of them; some leave the glass once more. */
function arriving({ random, body }: HandOwner, target: HandPose, fromMs: number): readonly Keyframe[] {
  const own = random.fork(`arrival ${target.plan.number}`)
  const [slideX, slideY] = [between(own, -26, 26), between(own, -10, 34)]
  const unit = personMs.laysHand * body.pace
  const key = (afterMs: number, contact: number, slid: number, more: Partial<HandPose> = {}): Keyframe => ({
    ...target,
    atMs: fromMs + afterMs,
    contact,
    dxPx: target.dxPx + slideX * slid,
    dyPx: target.dyPx + slideY * slid,
    press: Math.max(lightest, target.press - 0.6 * slid),
    ...more,
  })
  const settled = [key(0, 0, 1), key(unit / 2, 0.8, 0.8), key(unit, 1, 0.3), key(unit + slidesMs, 1, 0)]
  const lifts = own.next() < liftShare
  const drift = { dxPx: target.dxPx + Math.round(between(own, -4, 4)), dyPx: target.dyPx + Math.round(between(own, -3, 3)) }
  const restMs = between(own, 1_500, 3_000)
  const later = unit + slidesMs + restMs
  return lifts
    ? [...settled, key(later, 1, 0), key(later + 200, 0, 0.2), key(later + 900, 0, 0.2), key(later + 1_200, 1, 0, drift)]
    : [...settled, key(later, 1, 0), key(later + 400, 1, 0, drift)]
}

export function handAt({ keys }: HandScript, ms: number): HandPose | undefined {
  const next = keys.findIndex(({ atMs }) => atMs > ms)
  if (next === 0) return undefined
  const before = next < 0 ? keys.at(-1) : keys[next - 1]
  const after = next < 0 ? undefined : keys[next]
  if (!before) return undefined
  if (!after || after.plan.number !== before.plan.number) return before.contact > 0 ? before : undefined
  const t = smoothstep(before.atMs, after.atMs, ms)
  const mix = (a: number, b: number) => a + (b - a) * t
  const contact = mix(before.contact, after.contact)
  if (contact < 0.05) return undefined
  return {
    plan: before.plan,
    dxPx: mix(before.dxPx, after.dxPx),
    dyPx: mix(before.dyPx, after.dyPx),
    press: mix(before.press, after.press),
    contact,
  }
}

/** What is heard while the hand is still busy, or not yet there, is not heard: whoever says it will say it again. */
export function hearHand(script: HandScript, advice: HandAdvice, nowMs: number): HandScript {
  const [first] = script.keys
  if (advice === 'clean_glass' && script.wipedMs.some((atMs) => atMs > nowMs)) return script
  if (advice === 'clean_glass' && first && nowMs < first.atMs) return postponed(script, first.atMs, nowMs + operatorMs.wipesGlass)
  if (nowMs < script.busyUntilMs) return script
  const { pace } = script.whose.body
  const startMs = nowMs + personMs.hears * pace
  const last = script.keys.at(-1)
  if (!last) return script
  const now = handAt(script, startMs) ?? { ...last, contact: 0 }
  switch (advice) {
    case 'place_fingers':
    case 'press_harder':
      if (now.contact === 0) return again(script, now, startMs, {})
      // Fingers that lie there and are not seen are pressed harder, too.
      return adjust(script, now, startMs, { press: clamp(now.press < -0.8 ? 0.2 : now.press + 0.9, lightest, 1.8) })
    case 'dry_fingers':
      return again(script, now, startMs, { plan: { moisture: 0.25 }, extraMs: personMs.driesFingers * pace })
    case 'press_softer':
      return adjust(script, now, startMs, { press: clamp(now.press > 0.8 ? 0 : now.press - 0.7, -1.2, hardest) })
    case 'move_up':
      return adjust(script, now, startMs, { dyPx: 0 })
    case 'move_to_centre':
      return adjust(script, now, startMs, { dxPx: 0, dyPx: 0 })
    case 'spread_fingers':
      return again(script, now, startMs, { plan: { closeness: 0 } })
    case 'straighten_hand':
      return again(script, now, startMs, { plan: { angleDeg: straightened(script, now) } })
    case 'wrong_hand':
      // Whoever laid the right one lays it again with more care.
      return again(script, now, startMs, { plan: { otherHand: false, closeness: 0 } })
    case 'wrong_finger_count':
      return again(script, now, startMs, { dxPx: 0, dyPx: 0, press: Math.max(0, now.press), plan: { closeness: 0 } })
    case 'clean_glass': {
      const wipedMs = startMs + operatorMs.wipesGlass
      const lifted = again(script, now, startMs, { extraMs: operatorMs.wipesGlass })
      return { ...lifted, wipedMs: [...script.wipedMs, wipedMs] }
    }
  }
}

/** The glass is wiped before the hand has come. */
function postponed(script: HandScript, comesMs: number, wipedMs: number): HandScript {
  const laterMs = Math.max(0, wipedMs - comesMs)
  const keys = script.keys.map((key) => ({ ...key, atMs: key.atMs + laterMs }))
  return { ...script, keys, busyUntilMs: script.busyUntilMs + laterMs, wipedMs: [...script.wipedMs, wipedMs] }
}

function straightened({ whose: { body } }: HandScript, { plan: { angleDeg } }: HandPose): number {
  return body.posture === 'bedridden' ? clamp(angleDeg, -stiffAngleDeg, stiffAngleDeg) : angleDeg * 0.1
}

/** What was planned for later is forgotten. */
function until({ keys }: HandScript, pose: HandPose, ms: number): readonly Keyframe[] {
  return [...keys.filter(({ atMs }) => atMs < ms), { ...pose, atMs: ms }]
}

/** Without leaving the glass. */
function adjust(script: HandScript, now: HandPose, startMs: number, change: Partial<HandPose>): HandScript {
  const endMs = startMs + personMs.adjusts * script.whose.body.pace
  return { ...script, keys: [...until(script, now, startMs), { ...now, ...change, contact: 1, atMs: endMs }], busyUntilMs: endMs }
}

interface Change {
  readonly dxPx?: number
  readonly dyPx?: number
  readonly press?: number
  readonly plan?: Partial<TouchPlan>
  readonly extraMs?: number
}

/** Lifts the hand and puts it down anew. */
function again(script: HandScript, now: HandPose, startMs: number, { plan: planned, extraMs = 0, ...change }: Change): HandScript {
  const { whose } = script
  const unit = personMs.laysAgain * whose.body.pace
  const plan = { ...now.plan, ...planned, number: now.plan.number + 1 }
  const downMs = startMs + unit / 2 + extraMs
  const arrival = arriving(whose, { ...now, ...change, contact: 1, plan }, downMs)
  const lifted = { ...now, contact: 0, atMs: startMs + Math.min(200, unit / 4) }
  return {
    ...script,
    keys: [...until(script, now, startMs), lifted, ...arrival],
    busyUntilMs: downMs + personMs.laysHand * whose.body.pace + 300,
  }
}
