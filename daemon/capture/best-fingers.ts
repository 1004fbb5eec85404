// Of several attempts at one slap the best of each finger, so that a weak one is asked for alone. Pure; runs in the record worker.

import type { PreparedTemplate } from '../kernels/finger/match.js'
import { capturePositions, type FingerMatcher } from '../kernels/finger/sequence.js'
import { type ExaminedFinger, type KeptFingers, weakening } from './kept-fingers.js'

/** ISO/IEC 19794-2:2011 recommends at least so many minutiae for enrolment: below, a low similarity says nothing. */
const enoughMinutiae = 16

/**
 * @param before the best so far @param now the attempt just made
 * @returns what is kept now; `now` alone when it is the first, or when its fingers are not those of `before`: two hands are never mixed
 */
export function bestFingers(before: KeptFingers | undefined, now: KeptFingers, matcher: FingerMatcher<PreparedTemplate>): KeptFingers {
  if (!before || isAnotherHand(before, now, matcher)) return now
  const whole = now.fingers.length >= before.fingers.length && flaws(now) < flaws(before)
  const base = whole ? now : before
  const named = new Map<number, ExaminedFinger>()
  for (const finger of [...before.fingers, ...now.fingers]) {
    const { position } = finger.segment
    const kept = named.get(position)
    // Of equals the later one: it is the one that the operator looks at.
    if (position > 0 && (!kept || (finger.quality ?? -1) >= (kept.quality ?? -1))) named.set(position, finger)
  }
  const unnamed = base.fingers.filter(({ segment }) => segment.position === 0)
  const { attempt, codes } = base
  return { ...now, attempt, codes, fingers: [...inOrder(base, named), ...unnamed] }
}

/** As they lie in the picture of `base`; those that are not in it where they would lie. */
function inOrder({ capture, fingers }: KeptFingers, named: ReadonlyMap<number, ExaminedFinger>): readonly ExaminedFinger[] {
  const usual: readonly number[] = capturePositions[capture]
  const order = fingers.map(({ segment }) => segment.position).filter((position) => position > 0)
  for (const position of usual.filter((each) => named.has(each) && !order.includes(each))) {
    const next = order.findIndex((each) => usual.indexOf(each) > usual.indexOf(position))
    order.splice(next < 0 ? order.length : next, 0, position)
  }
  return order.flatMap((position) => named.get(position) ?? [])
}

const flaws = ({ codes }: KeptFingers): number => codes.filter((code) => weakening.includes(code)).length

/** Several fingers of the same name can be compared, and not one of them is the same. One alone says little: it was asked for again because it is weak. */
function isAnotherHand(before: KeptFingers, now: KeptFingers, matcher: FingerMatcher<PreparedTemplate>): boolean {
  const telling = (finger: ExaminedFinger) => finger.segment.position > 0 && finger.template.minutiae.length >= enoughMinutiae
  const pairs = now.fingers.filter(telling).flatMap((finger) => {
    const mate = before.fingers.find((each) => telling(each) && each.segment.position === finger.segment.position)
    return mate ? [[mate, finger] as const] : []
  })
  const alike = ([a, b]: (typeof pairs)[number]) =>
    matcher.compare(matcher.prepare(a.template), matcher.prepare(b.template)) >= matcher.points.fmr1in1000
  return pairs.length > 1 && !pairs.some(alike)
}
