// Ten-print sequence control: is every finger another one, on the hand it was asked for, and is a finger captured again the same finger?
// Pure. It decides nothing: each finding says how sure it is and what it asks for. What cannot be told surely ends with a supervisor.

import { slapPositions } from './segment.js'
import type { FingerTemplate } from './template.js'

/** Captures with fingers in them. The two index fingers are captured once more, side by side, when all ten were. */
export const capturePositions = { ...slapPositions, index_fingers: [7, 2] } as const
export type FingerCapture = keyof typeof capturePositions

/** One finger of a capture, named by ISO/IEC 19794-4 position; 0 when segmentation could not name it. */
export interface SequencePrint {
  readonly position: number
  readonly template: FingerTemplate
}

export interface CapturedFingers {
  readonly capture: FingerCapture
  /** As they lie in the picture, from left to right. */
  readonly prints: readonly SequencePrint[]
  /** The form of the hand says that it is the other one. */
  readonly otherHand: boolean
  /** How often this was captured, the present time included. */
  readonly tries: number
}

export interface FingerMatcher<Prepared> {
  prepare(template: FingerTemplate): Prepared
  /** @returns similarity, higher is more alike */
  compare(probe: Prepared, candidate: Prepared): number
  /** Similarities that one in so many comparisons of different fingers reaches; as much is added for each further tenfold. */
  readonly points: { readonly fmr1in100: number; readonly fmr1in1000: number; readonly fmr1in10000: number }
}

export const sequenceCodes = [
  /** One finger stands for two positions. */
  'same_finger_twice',
  /** A hand lies where the other one was asked for, or one hand stands for both. */
  'swapped_hands',
  /** A finger of a slap was given as a thumb, or the other way round. */
  'slap_vs_thumb',
  /** The index finger captured again is the first one. */
  'recapture_match',
  /** It is not, as far as can be seen. */
  'recapture_mismatch',
  /** More or fewer fingers than asked for. */
  'count_mismatch',
  /** A finger lies where another one of its hand was asked for. */
  'order',
] as const
export type SequenceCode = (typeof sequenceCodes)[number]

export interface SequenceFinding {
  readonly code: SequenceCode
  readonly certainty: 'sure' | 'unsure'
  readonly ask: 'nothing' | 'retake' | 'review'
  readonly captures: readonly FingerCapture[]
  /** Those of the captures that a new try should replace. */
  readonly again: readonly FingerCapture[]
  /** Concerned finger positions, may be empty. */
  readonly positions: readonly number[]
}

/** ISO/IEC 19794-2:2011 recommends at least so many minutiae for enrolment: below, a low similarity says nothing. */
const enoughMinutiae = 16
/** Captured so often and still in doubt: another try will not settle it, a person must. */
const triesBeforeReview = 2

interface Print<Prepared> {
  readonly capture: CapturedFingers
  readonly position: number
  readonly poor: boolean
  readonly prepared: Prepared
}

interface Hit<Prepared> {
  readonly a: Print<Prepared>
  readonly b: Print<Prepared>
  readonly score: number
}

/**
 * @param captures what is accepted so far, each capture once, in the order of capturing; ten fingers make 45 comparisons, the recapture up to 20 more
 * @param missing positions declared missing: nobody expects them
 * @returns findings in the order of captures, matches included
 */
export function checkSequence<Prepared>(
  captures: readonly CapturedFingers[],
  missing: readonly number[],
  matcher: FingerMatcher<Prepared>,
): readonly SequenceFinding[] {
  const printsOf = (capture: CapturedFingers): readonly Print<Prepared>[] =>
    capture.prints.map(({ position, template }) => ({
      capture,
      position,
      poor: template.minutiae.length < enoughMinutiae,
      prepared: matcher.prepare(template),
    }))
  const firsts = captures.filter(({ capture }) => capture !== 'index_fingers').map(printsOf)
  const again = captures.filter(({ capture }) => capture === 'index_fingers').flatMap(printsOf)
  return merged([
    ...captures.flatMap((capture) => formFindings(capture, missing)),
    ...firsts.flatMap((prints, at) => firsts.slice(0, at + 1).flatMap((earlier) => pairFindings(earlier, prints, matcher))),
    ...again.flatMap((print) => recaptureFindings(print, firsts.flat(), matcher)),
  ])
}

/** A doubt is first tried again, then judged by a person. */
const askOf = ({ tries }: CapturedFingers): SequenceFinding['ask'] => (tries < triesBeforeReview ? 'retake' : 'review')

/** What one capture says by itself: its count, its order, its hand. */
function formFindings(captured: CapturedFingers, missing: readonly number[]): readonly SequenceFinding[] {
  const { capture, prints, otherHand } = captured
  const finding = (code: SequenceCode, certainty: 'sure' | 'unsure', positions: readonly number[]): SequenceFinding => ({
    code,
    certainty,
    ask: askOf(captured),
    captures: [capture],
    again: [capture],
    positions,
  })
  const expected = (capturePositions[capture] as readonly number[]).filter((position) => !missing.includes(position))
  const named = prints.map(({ position }) => position).filter((position) => position > 0)
  const found: SequenceFinding[] = []
  if (prints.length !== expected.length)
    found.push(
      finding(
        'count_mismatch',
        'sure',
        expected.filter((position) => !named.includes(position)),
      ),
    )
  const places = named.map((position) => expected.indexOf(position))
  const inOrder = places.every((place, i) => place >= 0 && (i === 0 || place > (places[i - 1] ?? 0)))
  // Segmentation that names the fingers of the other hand means the hand, not the order.
  if (otherHand || (named.length > 0 && places.every((place) => place < 0))) found.push(finding('swapped_hands', 'unsure', named))
  else if (!inOrder) found.push(finding('order', 'sure', named))
  return found
}

/**
 * The points hold for one comparison. Among many the same certainty needs one that so many times fewer reach, or every person would bring a
 * likeness by chance: 45 comparisons at one false match in a hundred alarm for every third.
 */
export const amongMany = ({ fmr1in1000, fmr1in10000 }: FingerMatcher<unknown>['points'], comparisons: number): number =>
  (fmr1in10000 - fmr1in1000) * Math.log10(Math.max(1, comparisons))

/** Comparisons of ten fingers with each other. */
const tenFingers = 45

/**
 * Fingers of two captures, or of one with itself: none may be another one again. A single pair must stand out among all comparisons of ten
 * fingers; two different pairs of the same captures that agree count from one in a thousand each.
 */
function pairFindings<Prepared>(
  earlier: readonly Print<Prepared>[],
  later: readonly Print<Prepared>[],
  matcher: FingerMatcher<Prepared>,
): readonly SequenceFinding[] {
  const { points } = matcher
  const rarer = amongMany(points, tenFingers)
  const hits: Hit<Prepared>[] = []
  for (const [i, b] of later.entries()) {
    for (const a of earlier === later ? later.slice(0, i) : earlier) {
      const score = matcher.compare(a.prepared, b.prepared)
      if (score >= points.fmr1in1000) hits.push({ a, b, score })
    }
  }
  hits.sort((x, y) => y.score - x.score)
  const [best] = hits
  if (!best) return []
  const agreeing = disjoint(hits)
  // Fingers that lie side by side in one picture are different ones: only what is beyond doubt speaks against it, like the trace of an earlier touch.
  const least = earlier === later ? points.fmr1in10000 : points.fmr1in100
  if (best.score < least + rarer && (earlier === later || agreeing.length < 2)) return []
  return [
    {
      code: pairCode(best, agreeing.length),
      certainty: best.score >= points.fmr1in10000 + rarer ? 'sure' : 'unsure',
      ask: askOf(best.b.capture),
      captures: [...new Set([best.a.capture.capture, best.b.capture.capture])],
      again: [best.b.capture.capture],
      positions: [...new Set(agreeing.flatMap(({ a, b }) => [a.position, b.position]))],
    },
  ]
}

/** Best first, each finger in one pair only: no finger is two others. */
function disjoint<Prepared>(hits: readonly Hit<Prepared>[]): readonly Hit<Prepared>[] {
  const kept: Hit<Prepared>[] = []
  for (const hit of hits) if (!kept.some(({ a, b }) => a === hit.a || b === hit.b || a === hit.b || b === hit.a)) kept.push(hit)
  return kept
}

function pairCode<Prepared>({ a, b }: Hit<Prepared>, agreeing: number): SequenceCode {
  const [one, other] = [a.capture.capture, b.capture.capture]
  if (one === other) return 'same_finger_twice'
  if (one === 'thumbs' || other === 'thumbs') return 'slap_vs_thumb'
  return agreeing > 1 ? 'swapped_hands' : 'same_finger_twice'
}

/** An index finger captured again against all that were captured before: its first capture, or whose it is instead. */
function recaptureFindings<Prepared>(
  print: Print<Prepared>,
  firsts: readonly Print<Prepared>[],
  matcher: FingerMatcher<Prepared>,
): readonly SequenceFinding[] {
  const { points } = matcher
  const scored = firsts.map((first) => ({ first, score: matcher.compare(first.prepared, print.prepared) }))
  const mate = scored.find(({ first }) => first.position === print.position)
  const best = scored.reduce<(typeof scored)[number] | undefined>((a, b) => (a && a.score >= b.score ? a : b), undefined)
  const own = print.capture
  const finding = (
    code: SequenceCode,
    certainty: 'sure' | 'unsure',
    other: Print<Prepared>,
    again: readonly CapturedFingers[] = [own],
  ): SequenceFinding => ({
    code,
    certainty,
    ask: code === 'recapture_match' && certainty === 'sure' ? 'nothing' : sternest(again.map(askOf)),
    captures: [other.capture.capture, own.capture],
    again: again.map(({ capture }) => capture),
    positions: [...new Set([print.position, other.position])],
  })
  if (mate && mate.score >= points.fmr1in10000) {
    const match = finding('recapture_match', 'sure', mate.first)
    const there = (capturePositions[mate.first.capture.capture] as readonly number[]).includes(print.position)
    return there ? [match] : [match, finding('swapped_hands', 'sure', mate.first, [mate.first.capture])]
  }
  if (best && best !== mate && best.score >= points.fmr1in10000 + amongMany(points, scored.length)) {
    const { first } = best
    const sameHand = first.position <= rightHand === print.position <= rightHand
    if (sameHand || first.position === 0) return [finding('order', 'sure', first)]
    // The index finger of the other hand: these two lie crossed. Another finger of it: the hands were exchanged when they were captured first.
    const crossed = indexFingers.includes(first.position)
    return [finding('swapped_hands', 'sure', first, crossed ? [own] : [first.capture])]
  }
  // Not captured yet, or captured and not named: what its own capture lacks is said there.
  if (!mate) return []
  if (mate.score >= points.fmr1in100) return [finding('recapture_match', 'unsure', mate.first)]
  return [finding('recapture_mismatch', print.poor || mate.first.poor ? 'unsure' : 'sure', mate.first)]
}

const rightHand = 5
const indexFingers: readonly number[] = capturePositions.index_fingers

/** One finding a code: two crossed index fingers are one exchange. The surest counts, and the one that asks for more. */
function merged(findings: readonly SequenceFinding[]): readonly SequenceFinding[] {
  const kept = new Map<string, SequenceFinding>()
  for (const finding of findings) {
    const name = finding.code === 'swapped_hands' ? finding.code : [finding.code, ...finding.captures, ...finding.positions].join()
    const before = kept.get(name)
    kept.set(name, before ? union(before, finding) : finding)
  }
  return [...kept.values()]
}

function union(a: SequenceFinding, b: SequenceFinding): SequenceFinding {
  const both = <Item>(one: readonly Item[], other: readonly Item[]): readonly Item[] => [...new Set([...one, ...other])]
  return {
    code: a.code,
    certainty: a.certainty === 'sure' ? 'sure' : b.certainty,
    ask: sternest([a.ask, b.ask]),
    captures: both(a.captures, b.captures),
    again: both(a.again, b.again),
    positions: both(a.positions, b.positions),
  }
}

/** A retake comes first: it may settle the rest. */
const sternest = (asks: readonly SequenceFinding['ask'][]): SequenceFinding['ask'] =>
  asks.includes('retake') ? 'retake' : asks.includes('review') ? 'review' : 'nothing'
