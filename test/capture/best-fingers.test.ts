// Attempts: of several at one slap the best of each finger is kept, two hands are never mixed; and what each tells of itself for the figures.

import fc from 'fast-check'
import t from 'tap'
import { AttemptTally } from '../../daemon/capture/attempt-tally.js'
import { bestFingers } from '../../daemon/capture/best-fingers.js'
import type { Examined } from '../../daemon/capture/examined.js'
import type { ExaminedFinger, KeptFingers } from '../../daemon/capture/kept-fingers.js'
import type { PreparedTemplate } from '../../daemon/kernels/finger/match.js'
import { capturePositions, type FingerMatcher } from '../../daemon/kernels/finger/sequence.js'
import type { FingerTemplate } from '../../daemon/kernels/finger/template.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'

/** A template is its finger's name here: what is compared is not the matcher. */
const template = (whose: string, minutiae = 30): FingerTemplate =>
  ({ whose, minutiae: Array.from({ length: minutiae }, () => ({})) }) as unknown as FingerTemplate
const matcher = {
  prepare: (of: FingerTemplate) => of as unknown as PreparedTemplate,
  compare: (a: PreparedTemplate, b: PreparedTemplate) =>
    (a as unknown as { whose: string }).whose === (b as unknown as { whose: string }).whose ? 100 : 0,
  points: { fmr1in100: 10, fmr1in1000: 20, fmr1in10000: 30 },
} satisfies FingerMatcher<PreparedTemplate>

const finger = (position: number, quality: number, attempt: number, hand = 'a'): ExaminedFinger => ({
  segment: { position, cx: 0, cy: 0, width: 10, height: 10, angleDeg: 0 },
  quality,
  codes: [],
  template: template(`${hand}${position}`),
  attempt,
})
const slap = (attempt: number, fingers: readonly ExaminedFinger[], codes: KeptFingers['codes'] = []): KeptFingers => ({
  ...{ capture: 'right_four', takenAtMs: attempt, tries: attempt, attempt, codes, fingers },
})
const qualities = ({ fingers }: KeptFingers) => fingers.map(({ segment, quality, attempt }) => [segment.position, quality, attempt])
const four = (attempt: number, values: readonly number[], hand?: string) =>
  slap(
    attempt,
    capturePositions.right_four.map((position, i) => finger(position, values[i] ?? 0, attempt, hand)),
  )

t.test('one weak finger that comes again alone completes the three good ones', async (t) => {
  const best = bestFingers(four(1, [60, 55, 70, 8]), slap(2, [finger(5, 48, 2)]), matcher)
  t.strictSame(qualities(best), [
    [2, 60, 1],
    [3, 55, 1],
    [4, 70, 1],
    [5, 48, 2],
  ])
  t.equal(best.attempt, 1, 'the picture of the slap is the one with the slap on it')
})

t.test('a finger that was missing takes its place in the order of the hand', async (t) => {
  const best = bestFingers(slap(1, [finger(2, 60, 1), finger(4, 50, 1), finger(5, 40, 1)]), slap(2, [finger(3, 44, 2)]), matcher)
  t.strictSame(
    best.fingers.map(({ segment }) => segment.position),
    [2, 3, 4, 5],
  )
})

t.test('a whole slap without the flaw of the first becomes the picture of the slap', async (t) => {
  const flawed = slap(1, four(1, [50, 50, 50, 50]).fingers, ['touching_fingers'])
  t.match(bestFingers(flawed, four(2, [40, 60, 40, 60]), matcher), { attempt: 2, codes: [] })
  t.match(bestFingers(four(1, [50, 50, 50, 50]), slap(2, four(2, [60, 60, 60, 60]).fingers, ['off_edge']), matcher), {
    attempt: 1,
    codes: [],
  })
})

t.test('fingers of another hand are never mixed in: the new attempt stands alone', async (t) => {
  t.strictSame(qualities(bestFingers(four(1, [90, 90, 90, 90]), four(2, [10, 10, 10, 10], 'b'), matcher)), [
    [2, 10, 2],
    [3, 10, 2],
    [4, 10, 2],
    [5, 10, 2],
  ])
})

t.test('whatever is attempted with one hand, no finger gets worse, none is lost, none stands twice', async (t) => {
  const attempts = fc.array(fc.uniqueArray(fc.tuple(fc.constantFrom(2, 3, 4, 5), fc.nat(100)), { selector: ([position]) => position }), {
    minLength: 1,
    maxLength: 6,
  })
  const property = fc.property(attempts, (tried) => {
    let best: KeptFingers | undefined
    const most = new Map<number, number>()
    for (const [i, fingers] of tried.entries()) {
      const now = slap(
        i + 1,
        fingers.map(([position, quality]) => finger(position, quality, i + 1)).sort((a, b) => a.segment.position - b.segment.position),
      )
      for (const [position, quality] of fingers) most.set(position, Math.max(quality, most.get(position) ?? -1))
      best = bestFingers(best, now, matcher)
    }
    const kept = (best?.fingers ?? []).map(({ segment, quality }) => [segment.position, quality] as const)
    const inOrder = kept.every(([position], i) => i === 0 || position > (kept[i - 1]?.[0] ?? 0))
    return inOrder && kept.length === most.size && kept.every(([position, quality]) => most.get(position) === quality)
  })
  const { failed, seed, counterexample } = fc.check(property, { numRuns: 300 })
  t.notOk(failed, `seed ${seed} ${JSON.stringify(counterexample)}`)
})

t.test('an attempt tells its two times, its lost frames, and the advice that was shown longest', async (t) => {
  const clock = new VirtualClock(1_000)
  const start = { modality: 'face', device: 'face_camera', serial: 'F', operator: 'op', tryNumber: 2 } as const
  const tally = new AttemptTally(clock, start)
  const shown = { centre: 900, closer: 600, still: 700 }
  for (const [name, ms] of [...Object.entries(shown), ['closer', 400], ['', 2_000]] as const) {
    tally.advised(name)
    clock.advance(ms)
  }
  tally.counted({ dropped: 1, corrupt: 0 })
  tally.counted({ dropped: 1, corrupt: 2 })
  tally.taken()
  clock.advance(3_000)
  tally.examined(81, { results: { fingers: [{ position: 2, quality: 66, codes: [] }] } } as unknown as Examined)
  const { advice, takingMs, decidingMs, ...rest } = tally.facts('retaken')
  t.same([advice, takingMs, decidingMs], ['closer', 4_600, 3_000])
  t.match(rest, { ...start, outcome: 'retaken', measure: 81, framesDropped: 2, framesCorrupt: 2, endedAtMs: 1_000 + 7_600 })
  t.same(rest.qualities, [{ of: 'finger.2', quality: 66 }])
  const failed = new AttemptTally(clock, start).facts('fault:device.unplugged')
  t.match(failed, { outcome: 'fault:device.unplugged', advice: '', measure: 0, qualities: [] })
  t.notOk('takingMs' in failed, 'nothing was taken')
})
