// Ten-print sequence control over fingers that are only numbers: which finding comes out of which likeness, and what it asks for.

import fc from 'fast-check'
import t from 'tap'
import {
  type CapturedFingers,
  capturePositions,
  checkSequence,
  type FingerCapture,
  type FingerMatcher,
  type SequenceFinding,
} from '../../daemon/kernels/finger/sequence.js'
import type { FingerTemplate } from '../../daemon/kernels/finger/template.js'

/** A finger that only carries its name, in the width, and how much there is of it. */
const finger = (name: number, minutiae = 40): FingerTemplate => ({
  widthPx: name,
  heightPx: 1,
  minutiae: Array.from({ length: minutiae }, () => ({ x: 0, y: 0, angle: 0, type: 1, quality: 0 })),
})

const points = { fmr1in100: 10, fmr1in1000: 20, fmr1in10000: 30 }

/** The same name is alike beyond doubt; other likenesses are told pair by pair. */
function matcher(likeness: Readonly<Record<string, number>> = {}): FingerMatcher<number> {
  return {
    prepare: ({ widthPx }) => widthPx,
    compare: (a, b) => likeness[`${a} ${b}`] ?? likeness[`${b} ${a}`] ?? (a === b ? 90 : 3),
    points,
  }
}

function captured(capture: FingerCapture, names: readonly number[] = capturePositions[capture], over: Partial<CapturedFingers> = {}) {
  const positions: readonly number[] = capturePositions[capture]
  const prints = names.map((name, i) => ({ position: positions[i] ?? 0, template: finger(name) }))
  return { capture, prints, otherHand: false, tries: 1, ...over }
}

/** Every finger is named by its position where it is the right one. */
const whole = (over: Partial<Record<FingerCapture, CapturedFingers>> = {}): readonly CapturedFingers[] =>
  (['right_four', 'left_four', 'thumbs', 'index_fingers'] as const).map((capture) => over[capture] ?? captured(capture))

const open = (findings: readonly SequenceFinding[]) => findings.filter(({ ask }) => ask !== 'nothing')
const check = (captures: readonly CapturedFingers[], likeness?: Readonly<Record<string, number>>, missing: readonly number[] = []) =>
  checkSequence(captures, missing, matcher(likeness))

t.test('ten different fingers and the same two again: two sure matches, nothing to do', async (t) => {
  const findings = check(whole())
  t.strictSame(open(findings), [])
  t.match(findings, [
    { code: 'recapture_match', certainty: 'sure', positions: [7] },
    { code: 'recapture_match', certainty: 'sure', positions: [2] },
  ])
})

t.test('ten fingers are compared in 45 pairs, the two again with all ten', async (t) => {
  let compared = 0
  const { prepare, compare } = matcher()
  const counting = {
    prepare,
    points,
    compare: (a: number, b: number) => {
      compared++
      return compare(a, b)
    },
  }
  checkSequence(whole().slice(0, 3), [], counting)
  t.equal(compared, 45)
  compared = 0
  checkSequence(whole(), [], counting)
  t.equal(compared, 45 + 20)
})

t.test('the right hand given for the left one too is an exchange of hands; the later capture is taken again', async (t) => {
  const findings = check([captured('right_four'), captured('left_four', [2, 3, 4, 5])])
  t.match(findings, [
    { code: 'swapped_hands', certainty: 'sure', ask: 'retake', captures: ['right_four', 'left_four'], again: ['left_four'] },
  ])
  t.equal(findings.length, 1)
})

t.test('one finger at two places', async (t) => {
  t.match(check([captured('right_four', [2, 3, 3, 5])]), [
    { code: 'same_finger_twice', certainty: 'sure', positions: [3, 4], again: ['right_four'] },
  ])
  t.match(check([captured('right_four'), captured('left_four', [10, 9, 8, 2])]), [
    { code: 'same_finger_twice', certainty: 'sure', positions: [2, 7], again: ['left_four'] },
  ])
  t.match(check([captured('thumbs', [6, 6])]), [{ code: 'same_finger_twice', positions: [6, 1] }])
  t.match(check([captured('right_four'), captured('thumbs', [6, 2])]), [{ code: 'slap_vs_thumb', positions: [2, 1], again: ['thumbs'] }])
})

t.test('hands exchanged at both slaps show when the index fingers come again, and both slaps are asked for', async (t) => {
  const swapped = whole({ right_four: captured('right_four', [10, 9, 8, 7]), left_four: captured('left_four', [2, 3, 4, 5]) })
  t.match(open(check(swapped)), [{ code: 'swapped_hands', certainty: 'sure', ask: 'retake', again: ['right_four', 'left_four'] }])
  const crossed = whole({ index_fingers: captured('index_fingers', [2, 7]) })
  t.match(open(check(crossed)), [{ code: 'swapped_hands', certainty: 'sure', ask: 'retake', again: ['index_fingers'] }])
  const namedByImage = (capture: 'right_four' | 'left_four', other: 'right_four' | 'left_four') => ({
    ...captured(other),
    capture,
    otherHand: true,
  })
  const seen = whole({ right_four: namedByImage('right_four', 'left_four'), left_four: namedByImage('left_four', 'right_four') })
  t.match(open(check(seen)), [{ code: 'swapped_hands', certainty: 'sure', ask: 'retake', again: ['right_four', 'left_four'] }])
  t.match(open(check([captured('left_four', undefined, { otherHand: true })])), [
    { code: 'swapped_hands', certainty: 'unsure', ask: 'retake', again: ['left_four'] },
  ])
})

t.test('an index finger that is not the first one: another of the hand, another person’s, or not to be told', async (t) => {
  const middle = open(check(whole({ index_fingers: captured('index_fingers', [7, 3]) })))
  t.match(middle, [{ code: 'order', certainty: 'sure', ask: 'retake', positions: [2, 3], again: ['index_fingers'] }])
  const stranger = open(check(whole({ index_fingers: captured('index_fingers', [7, 99]) })))
  t.match(stranger, [{ code: 'recapture_mismatch', certainty: 'sure', ask: 'retake', positions: [2] }])
  const doubtful = whole({ index_fingers: captured('index_fingers', [7, 98]) })
  t.match(open(check(doubtful, { '98 2': 15 })), [{ code: 'recapture_match', certainty: 'unsure', ask: 'retake', positions: [2] }])
})

t.test('too little of a finger gives no sure mismatch', async (t) => {
  const poor = captured('index_fingers', [7, 99])
  const prints = poor.prints.map((each) => ({ ...each, template: finger(each.template.widthPx, 15) }))
  t.match(open(check(whole({ index_fingers: { ...poor, prints } }))), [{ code: 'recapture_mismatch', certainty: 'unsure', positions: [2] }])
})

t.test('what is still in doubt at the second try goes to a supervisor, sure or not', async (t) => {
  for (const [name, likeness] of [
    [99, {}],
    [98, { '98 2': 15 }],
  ] as const) {
    const twice = whole({ index_fingers: captured('index_fingers', [7, name], { tries: 2 }) })
    t.match(open(check(twice, likeness)), [{ ask: 'review' }])
  }
  t.match(open(check([captured('right_four'), captured('left_four', [2, 3, 4, 5], { tries: 2 })])), [{ ask: 'review' }])
})

t.test('a single likeness by chance is no finding; two that agree are an unsure one', async (t) => {
  const slaps = [captured('right_four'), captured('left_four')]
  t.strictSame(check(slaps, { '2 10': 26 }), [], 'one in a thousand happens in every twentieth person')
  t.match(check(slaps, { '2 10': 27 }), [{ code: 'same_finger_twice', certainty: 'unsure', ask: 'retake', positions: [2, 10] }])
  t.match(check(slaps, { '2 10': 21, '3 9': 21 }), [{ code: 'swapped_hands', certainty: 'unsure' }])
  t.strictSame(check(slaps, { '2 10': 21, '2 9': 21 }), [], 'one finger cannot be two others')
})

t.test('counts and order of one capture; who is declared missing is not expected', async (t) => {
  t.match(check([captured('right_four', [2, 3, 4])]), [{ code: 'count_mismatch', certainty: 'sure', ask: 'retake', positions: [5] }])
  const named = (positions: readonly number[]) => ({
    ...captured('right_four'),
    prints: positions.map((position, i) => ({ position, template: finger(100 + i) })),
  })
  t.strictSame(check([named([3, 4, 5])], {}, [2]), [])
  t.match(check([named([2, 3, 4, 5])], {}, [2]), [{ code: 'count_mismatch' }, { code: 'order' }], 'the missing finger is there')
  t.match(check([named([3, 2, 4, 5])]), [{ code: 'order', certainty: 'sure', ask: 'retake' }])
  const unnamed = check([named([0, 0, 0])])
  t.match(unnamed, [{ code: 'count_mismatch' }])
  t.equal(unnamed.length, 1, 'what has no name has no order')
  t.strictSame(check([captured('index_fingers')]), [], 'nothing to compare with yet')
})

t.test('whatever lies where, every finding names captures that are there and asks for one of them', async () => {
  const some = fc.uniqueArray(
    fc.record({
      capture: fc.constantFrom<FingerCapture>('right_four', 'left_four', 'thumbs', 'index_fingers'),
      prints: fc.array(
        fc.record({ position: fc.integer({ min: 0, max: 10 }), template: fc.integer({ min: 1, max: 6 }).map((name) => finger(name)) }),
        {
          maxLength: 6,
        },
      ),
      otherHand: fc.boolean(),
      tries: fc.integer({ min: 1, max: 3 }),
    }),
    { selector: ({ capture }) => capture, maxLength: 4 },
  )
  fc.assert(
    fc.property(
      some,
      fc.dictionary(fc.constantFrom('1 2', '3 4', '2 2', '5 5'), fc.double({ min: 0, max: 60, noNaN: true })),
      (captures, likeness) => {
        const there = captures.map(({ capture }) => capture)
        return checkSequence(captures, [], matcher(likeness)).every(
          ({ captures: concerned, again, ask }) =>
            concerned.every((each) => there.includes(each)) &&
            again.every((each) => concerned.includes(each)) &&
            (ask === 'nothing' || again.length > 0),
        )
      },
    ),
    { numRuns: 300 },
  )
})
