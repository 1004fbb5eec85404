// Simulated eyes: that the truth is the truth of the picture, that an eye stays itself and is no other, that sets and approaches are what they say.

import fc from 'fast-check'
import t from 'tap'
import { type ApproachPhase, eyeApproach } from '../../simulator/people/eye/approach.js'
import { type EyeConditions, goodLook } from '../../simulator/people/eye/conditions.js'
import { type DrawnEye, drawEye, type EyeTruth } from '../../simulator/people/eye/draw.js'
import { growEye, growLids } from '../../simulator/people/eye/form.js'
import { type EyeSetName, eyeOfSet, eyeSet } from '../../simulator/people/eye/sets.js'
import { specialEye } from '../../simulator/people/eye/special.js'
import type { Circle } from '../../simulator/people/person.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { seededRandom } from '../../simulator/seeded-random.js'

const setNames: readonly EyeSetName[] = ['lg2200', 'filled', 'station']

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0
const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const deviation = (values: readonly number[]) => {
  const mean = average(values)
  return Math.sqrt(average(values.map((value) => (value - mean) ** 2)))
}
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!

function grow(seed: number, eye: 'right' | 'left' = 'right') {
  const random = seededRandom(seed)
  return growEye(random.fork('form'), eye, growLids(random.fork('lids'), 'creased_lid'))
}

const form = grow(1)
const other = grow(2)

/** Grey levels of all pixels of the mask. */
const seen = ({ grey, truth }: DrawnEye) => [...grey].filter((_, i) => truth.mask[i] === 255)

/** Share of the ring between both circles that is seen. */
function visibleShare({ mask, iris, pupil }: Pick<EyeTruth, 'mask' | 'iris' | 'pupil'>): number {
  return mask.reduce((sum, value) => sum + (value === 255 ? 1 : 0), 0) / (Math.PI * (iris.radius ** 2 - pupil.radius ** 2))
}

/** Median grey on a circle about `circle`'s centre, to both sides only: lids lie above and below. */
function sides({ grey, widthPx }: DrawnEye, { x, y }: Circle, radius: number): number {
  const turns = Array.from({ length: 24 }, (_, i) => ((i % 12) - 5.5) / 14 + (i < 12 ? 0 : Math.PI))
  return median(turns.map((turn) => grey[Math.round(y - radius * Math.sin(turn)) * widthPx + Math.round(x + radius * Math.cos(turn))]!))
}

const turns = 128
const depths = 8

/** The lower half of the iris, which no lid hides, unwrapped between the true circles: rows of `turns`, each of mean 0. */
function unwrap({ grey, widthPx, truth: { pupil, iris } }: DrawnEye, turnedBy = 0): number[] {
  const rows = Array.from({ length: depths }, (_, row) => {
    const depth = 0.15 + (0.65 * row) / (depths - 1)
    const samples = Array.from({ length: turns }, (_, i) => {
      const turn = Math.PI * (1.06 + (0.88 * i) / turns) + turnedBy
      const at = (circle: Circle) => ({ x: circle.x + circle.radius * Math.cos(turn), y: circle.y - circle.radius * Math.sin(turn) })
      const [inner, outer] = [at(pupil), at(iris)]
      const x = Math.round(inner.x + depth * (outer.x - inner.x))
      const y = Math.round(inner.y + depth * (outer.y - inner.y))
      return grey[y * widthPx + x]!
    })
    const level = average(samples)
    return samples.map((value) => value - level)
  })
  return rows.flat()
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const product = a.reduce((sum, value, i) => sum + value * b[i]!, 0)
  return product / Math.sqrt(a.reduce((sum, v) => sum + v * v, 0) * b.reduce((sum, v) => sum + v * v, 0))
}

/** Nothing in front of the tissue. */
const bare: EyeConditions = { ...goodLook, lashes: { ...goodLook.lashes, density: 0 }, highlights: [], tissue: { warp: 0, relief: 0 } }

t.test('the same seed gives the same bytes, another seed another eye', async (t) => {
  const first = drawEye(form, goodLook)
  const twin = drawEye(grow(1), { ...goodLook })
  t.ok(same(first.grey, twin.grey) && same(first.truth.mask, twin.truth.mask))
  t.notOk(same(first.grey, drawEye(other, goodLook).grey))
  t.notOk(same(first.grey, drawEye(form, { ...goodLook, seed: 1 }).grey), 'another look')
  for (const name of setNames) {
    const once = [...eyeSet(name, { seed: 9, eyes: 1, looks: 2 })]
    const again = [...eyeSet(name, { seed: 9, eyes: 2, looks: 2 })]
    t.ok(
      once.every(({ grey }, i) => same(grey, again[i]!.grey)),
      `${name}: asking for more eyes does not change the first`,
    )
    t.notOk(same(once[0]!.grey, once[1]!.grey))
    t.strictSame(
      again.map(({ eye, look }) => [eye, look]),
      [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ],
    )
  }
})

t.test('circles, lids and mask agree with each other and with the picture, in every set', async (t) => {
  for (const name of setNames) {
    for (const item of eyeSet(name, { seed: 3, eyes: 4, looks: 2 })) {
      const { pupil, iris, mask, lids } = item.truth
      const { widthPx } = item
      const margin = 0.06 * iris.radius + Math.abs(item.conditions.interlaceShiftPx)
      const lid = (points: EyeTruth['lids']['upper'], x: number) => {
        const right = points.findIndex((point) => point.x > x)
        return right > 0 ? (points[right - 1]!.y + points[right]!.y) / 2 : undefined
      }
      let strays = 0
      for (let i = 0; i < mask.length; i++) {
        if (mask[i] === 0) continue
        const x = i % widthPx
        const y = Math.floor(i / widthPx)
        const between =
          Math.hypot(x - iris.x, y - iris.y) < iris.radius + margin && Math.hypot(x - pupil.x, y - pupil.y) > pupil.radius - margin
        const open = y > (lid(lids.upper, x) ?? y) - margin && y < (lid(lids.lower, x) ?? y) + margin
        if (!between || !open) strays++
      }
      t.equal(strays, 0, `${name} ${item.eye}/${item.look}: the mask lies between circles and lids`)
      const share = visibleShare(item.truth)
      t.ok(share > 0.35 && share <= 1.05, `${name}: ${share.toFixed(2)} of the ring is seen`)
      const greys = seen(item)
      t.ok(greys.filter((grey) => grey > 250).length < greys.length * 0.004, 'no highlight in the mask')
      const steps = [pupil.radius * 0.75, (pupil.radius + iris.radius) / 2].map((radius) => sides(item, pupil, radius))
      t.ok(steps[1]! > steps[0]! + 20, `${name}: the iris is lighter than the pupil`)
      t.ok(sides(item, iris, iris.radius * 1.13) > sides(item, iris, iris.radius * 0.85) + 8, `${name}: and darker than what is beside it`)
    }
  }
})

t.test('the edges are where the truth says, to a pixel', async (t) => {
  for (const gazeDeg of [
    { yaw: 0, pitch: 0 },
    { yaw: 6, pitch: -4 },
  ]) {
    const drawn = drawEye(form, { ...bare, noiseSigma: 0, gazeDeg, limbusSoftnessPx: 3 })
    const steepest = (circle: Circle) => {
      const radii = Array.from({ length: 41 }, (_, i) => circle.radius - 10 + i / 2)
      const step = (radius: number) => sides(drawn, circle, radius + 1.5) - sides(drawn, circle, radius - 1.5)
      return radii.reduce((best, radius) => (step(radius) > step(best) ? radius : best), circle.radius - 10)
    }
    for (const which of ['pupil', 'iris'] as const) {
      const off = steepest(drawn.truth[which]) - drawn.truth[which].radius
      t.ok(Math.abs(off) <= 1.5, `${which} edge off by ${off} px at a gaze of ${gazeDeg.yaw}°`)
    }
  }
})

t.test('tissue is of low contrast, stays itself when the pupil widens, turns with the head and is like no other', async (t) => {
  const narrow = drawEye({ ...form, strain: 0 }, { ...bare, pupilRatio: 0.3 })
  const wide = drawEye({ ...form, strain: 0 }, { ...bare, pupilRatio: 0.55, seed: 2 })
  const rolled = drawEye({ ...form, strain: 0 }, { ...bare, pupilRatio: 0.3, rollDeg: 8, seed: 3 })
  const spread = deviation(seen(narrow))
  t.ok(spread > 8 && spread < 28, `${spread.toFixed(1)} grey levels`)
  const stable = correlation(unwrap(narrow), unwrap(wide))
  t.ok(stable > 0.75, `pupil of 0.30 and 0.55: ${stable.toFixed(2)}`)
  const turned = correlation(unwrap(narrow), unwrap(rolled, (8 * Math.PI) / 180))
  t.ok(turned > 0.8, `turned back by the roll: ${turned.toFixed(2)}`)
  t.ok(correlation(unwrap(narrow), unwrap(rolled)) < 0.45, 'not turned back: the check can fail')
  const codes = Array.from({ length: 8 }, (_, i) => unwrap(drawEye(grow(20 + i), bare)))
  const pairs = codes.flatMap((a, i) => codes.slice(i + 1).map((b) => correlation(a, b)))
  t.ok(Math.max(...pairs.map(Math.abs)) < 0.35, `most alike of 28 pairs: ${Math.max(...pairs).toFixed(2)}`)
  t.ok(Math.abs(average(pairs)) < 0.08, 'independent in the mean')
  const lit = drawEye(form, { ...bare, tissue: { warp: 0.05, relief: 0.5 }, seed: 5 })
  const relit = drawEye(form, { ...bare, tissue: { warp: 0.05, relief: 0.5 }, seed: 6 })
  const alike = correlation(unwrap(lit), unwrap(relit))
  t.ok(alike > 0.3 && alike < 0.9, `two looks in another light are alike but not the same: ${alike.toFixed(2)}`)
})

t.test('sets vary what they claim to vary, within the ranges of the cameras they emulate', async (t) => {
  const claims: Readonly<Record<EyeSetName, { radius: [number, number]; ratio: [number, number]; roll: number; size: [number, number] }>> =
    {
      lg2200: { radius: [45, 65], ratio: [0.28, 0.55], roll: 8, size: [320, 240] },
      filled: { radius: [85, 115], ratio: [0.3, 0.6], roll: 6, size: [320, 280] },
      station: { radius: [100, 140], ratio: [0.26, 0.58], roll: 5, size: [640, 480] },
    }
  for (const name of setNames) {
    const { radius, ratio, roll, size } = claims[name]
    const looks = Array.from({ length: 60 }, (_, eye) => [0, 1, 2].map((index) => eyeOfSet(name, 4, eye).look(index))).flat()
    const fills = (what: string, values: readonly number[], [low, high]: readonly [number, number]) => {
      t.ok(Math.min(...values) >= low && Math.max(...values) <= high, `${name}: ${what} within ${low} … ${high}`)
      t.ok(Math.max(...values) - Math.min(...values) > 0.6 * (high - low), `${name}: ${what} fills the range`)
    }
    const aside = size[0] / (name === 'station' ? 15 : 10)
    for (const [what, of, range] of [
      ['iris radius', (look: EyeConditions) => look.irisRadiusPx, radius],
      ['pupil ratio', (look: EyeConditions) => look.pupilRatio, ratio],
      ['roll', (look: EyeConditions) => look.rollDeg, [-roll, roll]],
      ['place', (look: EyeConditions) => look.centre.x - size[0] / 2, [-aside, aside]],
    ] as const)
      fills(what, looks.map(of), range)
    t.ok(
      looks.every(({ widthPx, heightPx }) => widthPx === size[0] && heightPx === size[1]),
      `${name}: ${size.join('×')}`,
    )
    const share = (is: (look: EyeConditions) => boolean) => looks.filter(is).length / looks.length
    t.equal(
      share((look) => look.pupilFill === 'filled'),
      name === 'filled' ? 1 : 0,
    )
    if (name === 'lg2200') {
      for (const [what, part] of [
        ['glasses', share((look) => look.glasses !== undefined)],
        ['interlaced', share((look) => look.interlaceShiftPx !== 0)],
        ['dark corners', share((look) => look.corners.length > 0)],
        ['a brow', share((look) => look.brow.density > 0)],
      ] as const)
        t.ok(part > 0.03 && part < 0.9, `${(part * 100).toFixed()} % have ${what}`)
    }
  }
})

t.test('a filled pupil is one disc of one grey level without noise', async (t) => {
  const [item] = [...eyeSet('filled', { seed: 2, eyes: 1, looks: 1 })]
  const { pupil } = item!.truth
  const inside = new Set<number>()
  for (let dy = -Math.floor(pupil.radius) + 1; dy < pupil.radius - 1; dy++) {
    for (let dx = -Math.floor(pupil.radius) + 1; dx < pupil.radius - 1; dx++) {
      if (Math.hypot(dx, dy) < pupil.radius - 2)
        inside.add(item!.grey[Math.round(pupil.y + dy) * item!.widthPx + Math.round(pupil.x + dx)]!)
    }
  }
  t.equal(inside.size, 1)
})

t.test('what is asked of a look is in the picture', async (t) => {
  const plain = drawEye(form, bare)
  const sharpness = ({ grey, widthPx }: DrawnEye) =>
    average(
      Array.from({ length: 4000 }, (_, i) =>
        Math.abs(grey[(100 + (i % 280)) * widthPx + 200 + (i % 241)]! - grey[(100 + (i % 280)) * widthPx + 203 + (i % 241)]!),
      ),
    )
  t.ok(sharpness(drawEye(form, { ...bare, blurSigmaPx: 5 })) < 0.7 * sharpness(plain), 'blur')
  const narrowed = drawEye(form, { ...bare, lidOpening: { upper: 0.4, lower: 0.9 } })
  t.ok(visibleShare(narrowed.truth) < 0.7 * visibleShare(plain.truth), 'lids')
  const lashed = drawEye(form, { ...bare, lashes: { density: 1, lengthPx: 70, droop: 0.9 } })
  t.ok(visibleShare(lashed.truth) < visibleShare(plain.truth) - 0.02, 'lashes hide iris')
  const lit = drawEye(form, { ...bare, highlights: ['on_iris'] })
  t.ok(visibleShare(lit.truth) < visibleShare(plain.truth) && lit.grey.includes(255), 'highlights too')
  const framed = drawEye(form, { ...bare, border: { kind: 'framed', grey: 127, leftPx: 0, topPx: 0, rightPx: 14, bottomPx: 200 } })
  t.equal(framed.grey[479 * 640 + 10], 127)
  t.ok(
    framed.truth.mask.subarray(280 * 640).every((value) => value === 0),
    'nothing is seen through the frame',
  )
  const masked = drawEye(form, { ...bare, border: { kind: 'masked', lidGrey: 128, scleraGrey: 200 } })
  t.equal(masked.grey[0], 128)
  t.ok(masked.grey.filter((grey) => grey === 200).length > 5000, 'sclera painted over')
  const combed = drawEye(form, { ...bare, noiseSigma: 0, interlaceShiftPx: 6 })
  t.equal(combed.grey[201 * 640 + 300], drawEye(form, { ...bare, noiseSigma: 0 }).grey[201 * 640 + 306], 'odd rows are displaced')
})

t.test('any look can be drawn', async () => {
  const number = (min: number, max: number) => fc.double({ min, max, noNaN: true })
  const look = fc.record({
    centre: fc.record({ x: number(-100, 260), y: number(-100, 220) }),
    irisRadiusPx: number(4, 260),
    pupilRatio: number(0.05, 0.95),
    gazeDeg: fc.record({ yaw: number(-60, 60), pitch: number(-60, 60) }),
    lidOpening: fc.record({ upper: number(0, 1), lower: number(0, 1) }),
    rollDeg: number(-360, 360),
    blurSigmaPx: number(0, 8),
    motion: fc.record({ lengthPx: number(0, 40), angleDeg: number(-180, 180) }),
    noiseSigma: number(0, 30),
    limbusSoftnessPx: number(0.1, 40),
    highlights: fc.subarray(['inside_pupil', 'two_lamps', 'ring', 'on_iris', 'tear_film'] as const),
    pupilFill: fc.constantFrom('natural' as const, 'filled' as const),
    seed: fc.integer(),
  })
  fc.assert(
    fc.property(look, (changes) => {
      const conditions = { ...goodLook, widthPx: 160, heightPx: 120, brow: { density: 1, heightRadii: 2 }, ...changes }
      const { grey, truth } = drawEye(form, conditions)
      const circles = [truth.iris, truth.pupil].every(({ x, y, radius }) => Number.isFinite(x + y + radius) && radius > 0)
      return grey.length === 160 * 120 && truth.mask.every((value) => value === 0 || value === 255) && circles
    }),
    { numRuns: 40 },
  )
})

t.test('which eye it is can be told: the corner at the nose lies lower, and the truth names the side', async (t) => {
  const lower = { right: 0, left: 0 }
  for (let seed = 0; seed < 4; seed++) {
    for (const eye of ['right', 'left'] as const) {
      const { truth } = drawEye(grow(seed, eye), { ...bare, widthPx: 64, heightPx: 48 })
      const [left, right] = [truth.lids.lower[0]!, truth.lids.lower.at(-1)!]
      t.equal(truth.nose, eye === 'right' ? 'right' : 'left')
      if (right.y > left.y === (eye === 'right')) lower[eye]++
    }
  }
  t.strictSame(lower, { right: 4, left: 4 })
})

t.test('a person comes before the camera: nobody, a fault, a blink, then good for ever', async (t) => {
  const met = new Set<ApproachPhase>()
  for (let seed = 0; seed < 200; seed++) {
    const approach = eyeApproach(seededRandom(seed))
    const twin = eyeApproach(seededRandom(seed))
    const phases = Array.from({ length: 60 }, (_, i) => approach.phase(i))
    const order = phases.filter((phase, i) => phase !== phases[i - 1])
    for (const phase of order) met.add(phase)
    const faulty = phases.filter((phase) => phase === order[1]).length
    const looks = Array.from({ length: 60 }, (_, i) => JSON.stringify(approach.look(i)))
    const right =
      order.length === 4 &&
      order[0] === 'nobody' &&
      order[2] === 'blink' &&
      order[3] === 'good' &&
      faulty >= 4 &&
      faulty <= 8 &&
      phases.indexOf('good') <= 14 &&
      phases.every((phase, i) => (phase === 'nobody') === (approach.look(i) === undefined)) &&
      looks.every((look, i) => look === JSON.stringify(twin.look(i))) &&
      new Set(looks).size <= 9
    if (!right) t.fail(`seed ${seed}: ${order.join(', ')}`)
  }
  t.strictSame(
    [...met].sort(),
    ['blink', 'good', 'lids_half_closed', 'looking_aside', 'moving', 'nobody', 'reflection', 'too_close', 'too_far'].sort(),
  )
})

t.test('good looks of an approach are good and faulty ones are not', async (t) => {
  const person = syntheticPerson(12)
  const shown = new Set<ApproachPhase>()
  for (let seed = 0; shown.size < 6 && seed < 100; seed++) {
    const approach = eyeApproach(seededRandom(seed))
    const fault = approach.phase(4)
    if (shown.has(fault)) continue
    shown.add(fault)
    const { iris, pupil, mask } = person.truth!.iris('right', approach.look(4))
    const share = visibleShare({ iris, pupil, mask })
    if (fault === 'too_far') t.ok(iris.radius < 75)
    if (fault === 'too_close') t.ok(iris.y + iris.radius > 420 || iris.radius > 180)
    if (fault === 'lids_half_closed' || fault === 'reflection') t.ok(share < 0.72, `${fault}: ${share.toFixed(2)} seen`)
    if (fault === 'looking_aside') t.ok(Math.abs(approach.look(4)!.gazeDeg!.yaw) > 20)
  }
  t.equal(shown.size, 6)
  const approach = eyeApproach(seededRandom(3))
  const from = Array.from({ length: 30 }, (_, i) => approach.phase(i)).indexOf('good')
  const good = new Set(Array.from({ length: 16 }, (_, i) => JSON.stringify(approach.look(from + i))))
  t.ok(good.size <= 4)
  for (const json of good) {
    for (const eye of ['right', 'left'] as const) {
      const truth = person.truth!.iris(eye, JSON.parse(json))
      t.ok(truth.iris.radius * 2 >= 200 && visibleShare(truth) > 0.75, `${visibleShare(truth).toFixed(2)} seen`)
      t.ok(Math.hypot(truth.iris.x - 320, truth.iris.y - 240) < 25, 'in the middle')
    }
  }
})

t.test('a person’s presentation of the eye is in truth and picture', async (t) => {
  const person = syntheticPerson(5, { body: { cloudyEye: 'left' } })
  const { iris } = person.truth!.iris('right')
  const farther = person.truth!.iris('right', { scale: 0.5, dxPx: 12 })
  t.ok(Math.abs(farther.iris.radius - iris.radius / 2) < 0.01)
  t.ok(
    person.truth!.iris('right', { lidOpening: 0 }).mask.every((value) => value === 0),
    'closed',
  )
  const image = await person.images.iris('right')
  t.match(image, { widthPx: 640, heightPx: 480 })
  t.notOk('truth' in image, 'devices get pixels only')
  const dark = async (eye: 'right' | 'left') => {
    const { grey } = await person.images.iris(eye)
    const { pupil } = person.truth!.iris(eye)
    return grey[Math.round(pupil.y - pupil.radius * 0.6) * 640 + Math.round(pupil.x)]!
  }
  t.ok((await dark('right')) < 50 && (await dark('left')) > 90, 'a cloudy eye has no dark pupil')
})

t.test('special eyes are what they are called', async (t) => {
  const one = (kind: Parameters<typeof specialEye>[0]) => specialEye(kind, 5)[0]!
  for (const kind of ['no_eye', 'closed'] as const)
    t.ok(
      one(kind).truth.mask.every((value) => value === 0),
      `${kind}: no iris is seen`,
    )
  t.ok(deviation([...one('no_eye').grey]) < 12, 'skin alone is flat')
  const { lids } = one('upside_down').truth
  t.ok(average(lids.upper.map(({ y }) => y)) > average(lids.lower.map(({ y }) => y)), 'upper lid below')
  t.ok(visibleShare(one('cloudy').truth) < 0.75)
  const [first, second] = specialEye('same_twice', 5)
  t.notOk(same(first!.grey, second!.grey))
  t.ok(correlation(unwrap(first!), unwrap(second!)) > 0.6, 'one eye on both sensors')
  const both = one('two_in_picture')
  t.match(both, { widthPx: 640, heightPx: 480 })
  const dark = [...both.grey.keys()].filter((i) => both.grey[i]! < 32).map((i) => i % 640)
  t.ok(dark.filter((x) => x < 320).length > 300 && dark.filter((x) => x >= 320).length > 300, 'two pupils')
})
