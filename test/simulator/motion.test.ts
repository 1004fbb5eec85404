// People in motion: bodies and skins are seen by the station's own kernels, what is said is obeyed after a while and then no longer needs saying,
// the same seed gives the same bytes, and the truth of what lies before a device is known.

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { faceAdvice } from '../../daemon/kernels/face/live.js'
import { liveAdvice, measureLive } from '../../daemon/kernels/finger/live.js'
import { assessFinger } from '../../daemon/kernels/finger/quality.js'
import { cutFinger } from '../../daemon/kernels/finger/segment.js'
import { measureEye } from '../../daemon/kernels/iris/live.js'
import { irisAdvice } from '../../daemon/kernels/iris/quality.js'
import { openSimd } from '../../daemon/kernels/simd/simd.js'
import { askedFor, indexPair } from '../../simulator/office/asked.js'
import { atTheCounter, type PlannedFaults } from '../../simulator/office/counter.js'
import { namedTrick } from '../../simulator/office/tricks.js'
import { eyeAdviceNames, faceAdviceNames, fingerAdviceNames } from '../../simulator/people/advice.js'
import { type Body, ordinaryBody, wholeBody } from '../../simulator/people/body.js'
import { beginSitting, hearSitter, type SittingFault, sitterAt } from '../../simulator/people/face/motion.js'
import { beginHand, type HandFault, handAt, hearHand } from '../../simulator/people/hand-motion.js'
import { emptyGlass } from '../../simulator/people/hands.js'
import { type FingerPosition, fingersOf, type Laying, type Person, platen, type Slap } from '../../simulator/people/person.js'
import { personMs } from '../../simulator/people/reaction.js'
import { stamp, toneTable } from '../../simulator/people/sprite.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'

const person = syntheticPerson(7)
const wet = syntheticPerson(7, { body: { skin: 'wet' } })
const dry = syntheticPerson(7, { body: { skin: 'dry' } })
const simd = openSimd()
const maskOf = (fingers: readonly FingerPosition[]) => fingers.reduce((mask, position) => mask | (1 << (position - 1)), 0)
const digest = (bytes: Uint8Array | undefined) => (bytes ? createHash('sha256').update(bytes).digest('hex') : '')

function stand(who: Person, faults: PlannedFaults = { hand: 'none', eyes: 'none', face: 'none' }, seed = 3) {
  const clock = new VirtualClock(0)
  const counter = atTheCounter(clock, 'natural')
  counter.receive(who, seededRandom(seed))
  counter.plan(faults)
  return { clock, counter }
}

interface Told {
  /** Advice of the frames, repetitions left out. */
  readonly said: readonly string[]
  /** Frames in a row without advice at the end. */
  readonly good: number
  readonly measure: number
  readonly missing: boolean
}

/** An operator who says what the screen says, once a second, until six frames in a row are good. */
async function capture(stood: ReturnType<typeof stand>, slap: Slap, missing: readonly number[] = []): Promise<Told> {
  const { clock, counter } = stood
  const said: string[] = []
  let [good, measure] = [0, 0]
  for (let frame = 0; frame < 120 && good < 6; frame++) {
    clock.advance(100)
    const grey = await counter.fingers.platen(maskOf(fingersOf[slap]), frame)
    // Frames in which nothing moves are the same bytes: every third is looked at.
    if (!grey || frame % 3 !== 0) continue
    const live = measureLive(grey, platen.widthPx, platen.heightPx, { slap, missing }, simd)
    measure = live.measure
    good = live.advice === '' ? good + 3 : 0
    if (live.advice !== '' && said.at(-1) !== live.advice) said.push(live.advice)
    if (live.advice !== '' && frame % 9 === 0) counter.hear(live.advice)
  }
  return { said, good, measure, missing: counter.truth.platen()?.fingers.length !== fingersOf[slap].length }
}

t.test('people understand every advice that the station can give, and no other', async (t) => {
  t.strictSame([...fingerAdviceNames].sort(), [...liveAdvice].sort())
  t.strictSame([...eyeAdviceNames].sort(), ['look_into_camera', ...irisAdvice].sort())
  t.strictSame([...faceAdviceNames].sort(), [...faceAdvice].sort())
})

t.test('each way of laying a hand down wrongly is noticed, and one or two words mend it', async (t) => {
  const expected: Readonly<Record<HandFault, string>> = {
    light: 'press_harder',
    hard: 'press_softer',
    skewed: 'straighten_hand',
    off_edge: 'wrong_finger_count',
    too_low: 'move_up',
    too_high: 'move_to_centre',
    close_together: 'wrong_hand',
    other_hand: 'wrong_hand',
  }
  for (const [fault, advice] of Object.entries(expected) as [HandFault, string][]) {
    const { said, good, measure } = await capture(stand(person, { hand: fault }), 'right_four')
    t.ok(said.includes(advice), `${fault}: ${said.join(', ')}`)
    t.ok(good >= 6 && measure >= 80, `${fault}: no advice any more, measure ${measure}`)
  }
  const { good, measure } = await capture(stand(person), 'right_four')
  t.ok(good >= 6 && measure >= 95, `a good touch stays good: ${measure}`)
})

/** Quality of each finger as it lies when nobody says anything. */
async function qualities(who: Person): Promise<{ live: ReturnType<typeof measureLive>; scores: Map<number, number> }> {
  const { grey } = await who.images.slap('right_four')
  const live = measureLive(grey, platen.widthPx, platen.heightPx, { slap: 'right_four' }, simd)
  const scores = live.fingers.map((finger) => {
    const cut = cutFinger(grey, platen.widthPx, platen.heightPx, finger)
    return [finger.position, assessFinger(cut.grey, cut.widthPx, cut.heightPx, {}, simd).score ?? 0] as const
  })
  return { live, scores: new Map(scores) }
}

t.test('skin and missing ridges are seen by the kernels: an advice, or a quality that falls', async (t) => {
  const sound = await qualities(person)
  t.equal(sound.live.advice, '')
  const mean = (scores: ReadonlyMap<number, number>) =>
    [...scores.values()].reduce((sum, score) => sum + score, 0) / Math.max(1, scores.size)
  for (const [who, advice] of [
    [dry, 'press_harder'],
    [wet, 'dry_fingers'],
  ] as const) {
    const { live, scores } = await qualities(who)
    t.equal(live.advice, advice)
    t.ok(live.measure < sound.live.measure && mean(scores) < mean(sound.scores), `${advice}: ${mean(scores)} < ${mean(sound.scores)}`)
  }
  const hurt = await qualities(syntheticPerson(7, { body: { wornFingers: [2], bandagedFingers: [3], missingFingers: [4] } }))
  t.equal(hurt.live.advice, 'wrong_finger_count')
  t.ok((hurt.scores.get(2) ?? 0) < (sound.scores.get(2) ?? 0) - 15, `worn: ${hurt.scores.get(2)}, sound: ${sound.scores.get(2)}`)
  t.notOk(
    hurt.live.fingers.some(({ cx }) => cx > 500 && cx < 1_100),
    'nobody takes gauze or glass for a finger',
  )
})

t.test('moist fingers are dried, what they leave on the glass is wiped off, dry ones press harder', async (t) => {
  const moist = await capture(stand(wet), 'right_four')
  t.ok(moist.said.includes('dry_fingers') && moist.said.includes('clean_glass'), moist.said.join(', '))
  t.ok(moist.good >= 6)
  const rough = await capture(stand(dry), 'right_four')
  t.ok(rough.said.includes('press_harder') && rough.good >= 6, rough.said.join(', '))
})

t.test('a ghost is what the hand before left, until the glass is wiped', async (t) => {
  const { clock, counter } = stand(wet)
  const mask = maskOf(fingersOf.right_four)
  for (let frame = 0; frame < 20; frame++) {
    clock.advance(100)
    await counter.fingers.platen(mask, frame)
  }
  counter.receive(person, seededRandom(4))
  clock.advance(100)
  const left = await counter.fingers.platen(mask, 0)
  t.match(counter.truth.platen(), { person: undefined, fingers: [], ghosts: true })
  t.equal(measureLive(left ?? new Uint8Array(0), platen.widthPx, platen.heightPx, { slap: 'right_four' }, simd).advice, 'clean_glass')
  let frame = 1
  for (; counter.truth.platen()?.ghosts && frame < 100; frame++) {
    // Said again and again, as an impatient operator does.
    counter.hear('clean_glass')
    clock.advance(100)
    await counter.fingers.platen(mask, frame)
  }
  t.ok(frame > 30 && frame < 50, `wiped after ${frame / 10} s`)
  clock.advance(2_000)
  await counter.fingers.platen(mask, frame)
  t.match(counter.truth.platen(), { person, ghosts: false }, 'and then the next hand lies there')
})

t.test('eyes that come wrongly hear what to do', async (t) => {
  const expected = {
    too_far: 'come_closer',
    lids_half_closed: 'open_wide',
    looking_aside: 'look_straight',
    reflection: 'avoid_reflections',
    off_centre: 'center_eye',
  } as const
  for (const [fault, advice] of Object.entries(expected) as [keyof typeof expected, string][]) {
    const { clock, counter } = stand(person, { eyes: fault })
    const said = new Set<string>()
    let good = 0
    for (let frame = 0; frame < 60 && good < 3; frame++) {
      clock.advance(200)
      const grey = await counter.eyes.eye(0, 1, frame)
      if (!grey) continue
      const now = measureEye(grey, 640, 480, simd).advice
      good = now === '' ? good + 1 : 0
      if (now !== '') {
        said.add(now)
        counter.hear(now, 'eyes')
      }
    }
    t.ok(said.has(advice), `${fault}: ${[...said].join(', ')}`)
    t.equal(good, 3, `${fault} is mended`)
  }
})

t.test('every wrong way to sit is mended by its word, in the time people take, and no word is heard twice at once', async (t) => {
  const word: Readonly<Record<SittingFault, (typeof faceAdviceNames)[number]>> = {
    too_far: 'come_closer',
    too_close: 'move_back',
    turned_away: 'face_straight',
    leaning: 'hold_head_upright',
    chin_down: 'raise_chin',
    chin_up: 'lower_chin',
    eyes_closed: 'open_eyes',
    mouth_open: 'close_mouth',
    dark: 'more_light',
    lit_from_one_side: 'even_light',
    off_centre: 'center_face',
    wrong_cloth: 'change_backdrop',
    blurred: 'hold_still',
  }
  for (const [fault, advice] of Object.entries(word) as [SittingFault, (typeof faceAdviceNames)[number]][]) {
    const sat = beginSitting(seededRandom(1), wholeBody, 'red', 0, 0, fault)
    t.ok(Object.keys(sitterAt(sat, 2_000)?.presentation ?? {}).length > 0, fault)
    const told = hearSitter(sat, advice, 2_000)
    t.strictSame(sitterAt(told, 2_000 + personMs.hears / 2), sitterAt(sat, 2_000), 'not at once')
    t.equal(hearSitter(told, advice, 2_100), told, 'already at it')
    const later = [20_000, 20_300, 20_600].map((ms) => sitterAt(told, ms))
    t.ok(
      later.some((moment) => moment && moment.presentation === undefined),
      `${fault} mended by ${advice}`,
    )
  }
  const bedridden = { ...wholeBody, posture: 'bedridden' } as const
  const lies = hearSitter(beginSitting(seededRandom(1), bedridden, 'red', 0, 0, 'none'), 'face_straight', 3_000)
  t.match(sitterAt(lies, 9_000)?.presentation, { yawDeg: 10 }, 'a head in bed turns only half way')
})

t.test('whatever is said when, a hand stays a hand', async (_t) => {
  const heard = fc.array(fc.tuple(fc.constantFrom(...fingerAdviceNames), fc.integer({ min: 0, max: 20_000 })), { maxLength: 20 })
  const bodies = fc.integer({ min: 0, max: 1_000 }).map((seed) => ordinaryBody(seededRandom(seed)))
  fc.assert(
    fc.property(fc.integer(), bodies, heard, (seed, body, words) => {
      const whose = { random: seededRandom(seed), body, lays: 'hand' } as const
      const inOrder = words.toSorted((a, b) => a[1] - b[1])
      const script = inOrder.reduce((so, [advice, atMs]) => hearHand(so, advice, atMs), beginHand(whose, 0, { tries: 0 }))
      const times = script.keys.map(({ atMs }) => atMs)
      const poses = Array.from({ length: 300 }, (_, i) => handAt(script, i * 100))
      return (
        times.every((atMs, i) => i === 0 || atMs >= times[i - 1]!) &&
        poses.every(
          (pose) => !pose || (Number.isFinite(pose.dxPx + pose.dyPx) && pose.contact > 0 && pose.contact <= 1 && Math.abs(pose.press) < 4),
        ) &&
        poses.at(-1) !== undefined
      )
    }),
  )
})

t.test(
  'a touch is drawn once, however many frames show it moving; the same seed gives the same bytes whatever else was drawn',
  async (t) => {
    const slide = async (busy: boolean) => {
      const twin = syntheticPerson(21)
      const layings: Laying[] = []
      const layFingers = (laying: Laying) => {
        layings.push(laying)
        return twin.layFingers?.(laying) ?? []
      }
      const counted = { ...twin, layFingers }
      const { clock, counter } = stand(counted, { hand: 'off_edge' })
      const frames: string[] = []
      if (busy) await Promise.all([twin.images.finger(8), twin.images.iris('right')])
      for (let frame = 0; frame < 60; frame++) {
        clock.advance(100)
        if (busy && frame % 7 === 0) await counter.eyes.eye(0, 1, frame)
        frames.push(digest(await counter.fingers.platen(maskOf(fingersOf.left_four), frame)))
        if (frame === 25) counter.hear('move_to_centre')
      }
      return { frames, layings }
    }
    const [alone, busy] = [await slide(false), await slide(true)]
    t.strictSame(alone.frames, busy.frames)
    t.ok(new Set(alone.frames).size > 8, `${new Set(alone.frames).size} different pictures`)
    t.equal(alone.layings.length, 1)
  },
)

t.test('what is asked for and what the person has: only that is laid down, and the truth says whose it is', async (t) => {
  const body = { missingFingers: [3, 7], bandagedFingers: [5] } as const
  const who = syntheticPerson(7, { body })
  const truthFor = async (mask: number, setUp: (counter: ReturnType<typeof atTheCounter>) => void = () => {}, visitor: Person = who) => {
    const { clock, counter } = stand(visitor)
    setUp(counter)
    clock.advance(100)
    await counter.fingers.platen(mask, 0)
    t.match(counter.truth.platen(), { person: undefined, fingers: [] }, 'nobody yet')
    clock.advance(2_500)
    await counter.fingers.platen(mask, 1)
    return counter.truth.platen()
  }
  const positions = (truth: Awaited<ReturnType<typeof truthFor>>) => truth?.fingers.map(({ position }) => position)
  const right = await truthFor(maskOf(fingersOf.right_four))
  t.strictSame(positions(right), [2, 4, 5])
  t.equal(right?.person, who)
  t.strictSame(right?.fingers.at(-1)?.condition, 'bandaged')
  t.strictSame(positions(await truthFor(maskOf([4]))), [4], 'one finger of a slap, alone')
  t.strictSame(positions(await truthFor(maskOf([4, 5]))), [4, 5], 'two of a slap')
  t.strictSame(positions(await truthFor(maskOf([3]))), [], 'a finger that is not there')
  const pair = await truthFor(maskOf(indexPair))
  t.strictSame(positions(pair), [2], 'the index pair with one missing')
  t.ok((pair?.fingers[0]?.at?.x ?? 0) > platen.widthPx / 2, 'it lies where the right one would')

  const other = syntheticPerson(8)
  const swapped = await truthFor(
    maskOf(fingersOf.left_four),
    (counter) => (counter.trick = namedTrick('wrong_hand', person, other)),
    person,
  )
  t.strictSame(positions(swapped), [2, 3, 4, 5])
  const stranger = await truthFor(maskOf([2]), (counter) => (counter.trick = namedTrick('someone_else', person, other)), person)
  t.equal(stranger?.person, other)
  const twice = await truthFor(maskOf(indexPair), (counter) => (counter.trick = namedTrick('same_finger_twice', person, other)), person)
  t.strictSame(positions(twice), [3, 2])
  const both = namedTrick('swapped_slaps', person, other)
  t.strictSame(both('left_four', [9, 8]), { person, fingers: [3, 4], how: 'slap' }, 'also for some fingers of a hand')
  t.equal(both('thumbs', [6, 1]), undefined)
  const picture = await truthFor(maskOf([2]), (counter) => (counter.trick = () => other.images.finger(9)), person)
  t.match(picture, { known: false, person: undefined })
})

t.test('whichever lamps are lit, a finger that was asked for is laid, and none that was not, but for a missing partner', async (_t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1023 }), (mask) => {
      const request = askedFor(mask)
      if (mask === 0) return request === undefined
      return (
        request?.fingers.some((position) => mask & (1 << (position - 1))) &&
        (request.how === 'pair' || request.fingers.every((position) => mask & (1 << (position - 1))))
      )
    }),
  )
})

t.test('eyes and pen have their truth too', async (t) => {
  const { clock, counter } = stand(syntheticPerson(7, { body: { missingEye: 'left', writes: 'line' } }))
  clock.advance(100)
  await counter.eyes.eye(0, 0, 0)
  t.equal(counter.truth.eyes(), undefined)
  clock.advance(2_000)
  await counter.eyes.eye(1, 2, 1)
  t.match(counter.truth.eyes(), { right: 'open', left: 'closed', shown: ['left'] })
  const line = syntheticPerson(7, { body: { writes: 'line' } }).images.signature()
  const ys = line.filter(({ penDown }) => penDown).map(({ y }) => y)
  t.ok(Math.max(...ys) - Math.min(...ys) < 250, 'hardly more than a line')
  t.strictSame(syntheticPerson(7, { body: { writes: 'nothing' } }).images.signature(), [])
})

t.test('ordinary bodies: most are whole, nothing is said twice of a finger', async (t) => {
  const bodies = Array.from({ length: 2_000 }, (_, seed) => ordinaryBody(seededRandom(seed)))
  t.strictSame(bodies[5], ordinaryBody(seededRandom(5)))
  const share = (has: (body: Body) => boolean) => bodies.filter(has).length / bodies.length
  for (const [name, found, least, most] of [
    ['dry', share(({ skin }) => skin === 'dry'), 0.1, 0.17],
    ['missing', share(({ missingFingers }) => missingFingers.length > 0), 0.025, 0.055],
    ['worn', share(({ wornFingers }) => wornFingers.length > 0), 0.035, 0.065],
    ['blind', share(({ cloudyEye, missingEye }) => cloudyEye !== undefined || missingEye !== undefined), 0.01, 0.03],
    ['signing', share(({ writes }) => writes === 'signature'), 0.92, 0.98],
  ] as const)
    t.ok(found > least && found < most, `${name}: ${found}`)
  for (const { missingFingers, bandagedFingers, wornFingers } of bodies) {
    const all = [...missingFingers, ...bandagedFingers, ...wornFingers]
    if (new Set(all).size !== all.length) t.fail(`${all}`)
  }
})

t.test('a touch shown lighter or darker is the same touch', async (t) => {
  const [finger] = person.layFingers?.({ fingers: [2], how: 'single', seed: 1 }) ?? []
  if (!finger) throw new Error('no finger')
  const darkness = [-1, 0, 1].map((press) => {
    const canvas = emptyGlass(platen, 1)
    stamp(canvas, finger.sprite, toneTable({ pressure: finger.pressure + press, contact: 1, fog: 0, strength: 1 }))
    return canvas.grey.reduce((sum, level) => sum + 253 - level, 0)
  })
  t.ok(darkness[0]! < darkness[1]! && darkness[1]! < darkness[2]!, String(darkness))
})
