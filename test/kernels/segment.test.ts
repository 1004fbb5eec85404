// Slap segmentation and the live measure: real cards, composed slaps and synthetic hands are counted, named and boxed; what is no hand gets a code.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import t from 'tap'
import { measureLive } from '../../daemon/kernels/finger/live.js'
import { blockMap } from '../../daemon/kernels/finger/segment/blocks.js'
import { cutFinger, type SegmentHints, segmentSlap, slapPositions } from '../../daemon/kernels/finger/segment.js'
import { openSimd } from '../../daemon/kernels/simd/simd.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { mirrored, type Picture, plain, printsOf, readPicture, type SceneOptions, slapScene, turned } from './slap-scene.js'

const folder = '../shared/data/fingerprint/'
const skip = existsSync(folder) ? false : 'the shared fingerprint images are not here'
const cards = { 13: 'fgp13_plain_right_four_fingers', 14: 'fgp14_plain_left_four_fingers', 15: 'fgp15_plain_both_thumbs' } as const
const card = (fgp: keyof typeof cards) => readPicture(`${folder}nist_tenprint/${cards[fgp]}.png`)
const right = slapPositions.right_four
const left = slapPositions.left_four

const segment = ({ grey, widthPx, heightPx }: Picture, hints?: SegmentHints) => segmentSlap(grey, widthPx, heightPx, hints)
const names = (picture: Picture, hints?: SegmentHints) => segment(picture, hints).fingers.map(({ position }) => position)

const drawn = (widthPx: number, heightPx: number, grey: (x: number, y: number) => number): Picture => {
  const picture = plain(widthPx, heightPx)
  for (let y = 0; y < heightPx; y++) for (let x = 0; x < widthPx; x++) picture.grey[y * widthPx + x] = grey(x, y)
  return picture
}

t.test('real inked slaps', { skip }, async (t) => {
  t.test('are counted and named without a hint, mirrored as the other hand, and turned by 20°', async (t) => {
    for (const [fgp, own, other] of [
      [13, right, left],
      [14, left, right],
    ] as const) {
      const picture = await card(fgp)
      t.strictSame(names(picture), [...own], `${fgp}`)
      t.strictSame(names(mirrored(picture)), [...other], `${fgp} mirrored`)
      for (const angleDeg of [-20, 20]) {
        const found = segment(turned(picture, angleDeg))
        t.strictSame(
          found.fingers.map(({ position }) => position),
          [...own],
          `${fgp} turned by ${angleDeg}°`,
        )
        t.equal(found.slap, fgp === 13 ? 'right_four' : 'left_four')
      }
    }
    t.strictSame(names(await card(15)), [...slapPositions.thumbs])
  })

  t.test('lie within 80 px of where nfseg sees them, and follow the turn of the picture', async (t) => {
    const golden = JSON.parse(await readFile(`${folder}golden/nfseg_nist_slaps.json`, 'utf8')) as {
      images: { image: string; fgp: 13 | 14; fingers: { fgp: number; center_x: number; center_y: number }[] }[]
    }
    t.equal(golden.images.length, 2)
    for (const { fgp, fingers } of golden.images) {
      const picture = await card(fgp)
      const found = segment(picture).fingers
      for (const { fgp: position, center_x, center_y } of fingers) {
        const own = found.find((each) => each.position === position)
        t.ok(own && Math.abs(own.cx - center_x) < 80 && Math.abs(own.cy - center_y) < 80, `finger ${position}`)
      }
      const angles = segment(turned(picture, 20)).fingers.map(({ angleDeg }) => angleDeg)
      const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
      const turn = mean(angles) - mean(found.map(({ angleDeg }) => angleDeg))
      t.ok(Math.abs(turn - 20) < 6, `${fgp}: turned by 20°, boxes by ${turn.toFixed(1)}°`)
    }
  })

  t.test('the wrong slap as a hint is overruled and said so; the right one changes nothing', async (t) => {
    const picture = await card(14)
    t.strictSame(names(picture, { slap: 'left_four' }), [...left])
    const found = segment(picture, { slap: 'right_four' })
    t.ok(found.codes.includes('wrong_hand'), found.codes.join(' '))
    t.strictSame([found.slap, found.fingers.map(({ position }) => position)], ['left_four', [...left]])
  })
})

t.test('slaps composed of real prints', { skip }, async (t) => {
  const prints = skip ? [] : [...(await printsOf(`${folder}fvc2002_db1_b`, 9)), ...(await printsOf(`${folder}fvc2004_db1_b`, 16))]
  const scenes: readonly (readonly [number, SceneOptions])[] = [
    [1, { slap: 'right_four' }],
    [2, { slap: 'left_four', tiltDeg: 25 }],
    [3, { slap: 'right_four', tiltDeg: -25, spacing: 0.88 }],
    [4, { slap: 'left_four', ghosts: true }],
    [5, { slap: 'thumbs', tiltDeg: 12 }],
    [6, { slap: 'thumbs', tiltDeg: -20 }],
  ]
  t.test('are counted, named with the hint, and each box sits on its finger', async (t) => {
    for (const [seed, options] of scenes) {
      const { picture, fingers } = slapScene(prints, seed, options)
      const found = segment(picture, { slap: options.slap })
      t.strictSame(
        found.fingers.map(({ position }) => position),
        fingers.map(({ position }) => position),
        `seed ${seed} ${JSON.stringify(options)}: ${found.codes.join(' ')}`,
      )
      for (const { position, cx, cy, width } of fingers) {
        const own = found.fingers.find((each) => each.position === position)
        const off = own ? Math.hypot(own.cx - cx, own.cy - cy) : Number.POSITIVE_INFINITY
        t.ok(off < 80 && Math.abs((own?.width ?? 0) - width) < 70, `seed ${seed}, finger ${position}: ${off.toFixed(0)} px off`)
      }
      t.equal(found.codes.includes('ghost_prints'), options.ghosts === true, `seed ${seed}: residue`)
    }
  })

  t.test('a missing finger that was announced leaves the others their names; one that was not is reported', async (t) => {
    for (const absent of [2, 3, 4, 5]) {
      const { picture, fingers } = slapScene(prints, 20, { slap: 'right_four', absent: [absent] })
      const rest = fingers.map(({ position }) => position)
      const announced = segment(picture, { slap: 'right_four', missing: [absent] })
      t.strictSame(
        announced.fingers.map(({ position }) => position),
        rest,
        `without finger ${absent}`,
      )
      t.notOk(announced.codes.includes('too_few') || announced.codes.includes('count_mismatch'), announced.codes.join(' '))
      const silent = segment(picture, { slap: 'right_four' })
      t.ok(silent.codes.includes('too_few'))
      t.ok(
        silent.fingers.every(({ position }, i) => position === 0 || position === rest[i]),
        `what is named is named rightly: ${silent.fingers.map(({ position }) => position)}`,
      )
    }
    const all = slapScene(prints, 20, { slap: 'right_four' }).picture
    const codes = segment(all, { slap: 'right_four', missing: [3] }).codes
    t.ok(codes.includes('too_many') && codes.includes('count_mismatch'), codes.join(' '))
  })

  t.test('a single finger is one finger without a name, or with the only one that is left', async (t) => {
    const { picture } = slapScene(prints, 30, { slap: 'thumbs', absent: [6] })
    t.match(segment(picture), { slap: 'single_finger', fingers: [{ position: 0 }] })
    t.strictSame(names(picture, { slap: 'thumbs', missing: [6] }), [1])
    t.ok(segment(picture, { slap: 'thumbs' }).codes.includes('too_few'))
  })
})

t.test('synthetic hands', async (t) => {
  const person = syntheticPerson(7)
  const slap = (which: 'right_four' | 'left_four' | 'thumbs', angleDeg = 0) => person.images.slap(which, { angleDeg })

  t.test('are named within 20 px and 6° of the truth, upright and tilted', async (t) => {
    for (const which of ['right_four', 'left_four', 'thumbs'] as const) {
      for (const angleDeg of [0, which === 'left_four' ? -24 : 24]) {
        const picture = await slap(which, angleDeg)
        const found = segment(picture, { slap: which })
        t.strictSame(
          found.fingers.map(({ position }) => position),
          [...slapPositions[which]],
          `${which} ${angleDeg}° ${found.codes.join(' ')}`,
        )
        for (const truth of (await person.truth?.slap(which, { angleDeg })) ?? []) {
          const own = found.fingers.find(({ position }) => position === truth.position)
          t.ok(own && Math.hypot(own.cx - truth.cx, own.cy - truth.cy) < 20, `finger ${truth.position}: centre`)
          t.ok(own && Math.abs(own.angleDeg - truth.angleDeg) < 6, `finger ${truth.position}: ${own?.angleDeg}° for ${truth.angleDeg}°`)
        }
      }
    }
  })

  t.test('a hand turned by more than 30° is said to be', async (t) => {
    t.ok(segment(await slap('right_four', 40), { slap: 'right_four' }).codes.includes('tilted'))
    t.notOk(segment(await slap('right_four'), { slap: 'right_four' }).codes.includes('tilted'))
  })

  t.test('fingers cut off by the border, a wet halo and a hand pushed together are reported', async (t) => {
    const whole = await slap('right_four')
    const low = plain(1600, 1500, 252)
    low.grey.set(whole.grey.subarray(0, whole.grey.length - 500 * 1600), 500 * 1600)
    t.ok(segment(low, { slap: 'right_four' }).codes.includes('off_edge'))
    const aside = (share: number) => {
      const little = segment(whole, { slap: 'right_four' }).fingers.find(({ position }) => position === 5)
      if (!little) throw new Error('no little finger')
      const shift = Math.round(1600 - (little.cx + little.width / 2) + share * little.width)
      const moved = plain(1600, 1500, 252)
      for (let y = 0; y < 1500; y++) moved.grey.set(whole.grey.subarray(y * 1600, (y + 1) * 1600 - shift), y * 1600 + shift)
      return segment(moved, { slap: 'right_four' }).fingers.find(({ position }) => position === 5)?.codes ?? []
    }
    t.notOk(aside(0).includes('off_edge'), 'it lies beside the edge')
    t.ok(aside(0.25).includes('off_edge'), 'a quarter of it is beyond')
    const wet = { ...whole, grey: whole.grey.slice() }
    const { cx = 0, cy = 0, width = 0, height = 0 } = segment(whole).fingers[1] ?? {}
    for (let y = 0; y < wet.heightPx; y++) {
      for (let x = 0; x < wet.widthPx; x++) {
        const out = Math.hypot((x - cx) / (width / 2 + 45), (y - cy) / (height / 2 + 45))
        if (out < 1) wet.grey[y * wet.widthPx + x] = Math.min(wet.grey[y * wet.widthPx + x]!, 205)
      }
    }
    const found = segment(wet)
    t.strictSame(
      found.fingers.map((finger) => finger.codes?.includes('halo') ?? false),
      [false, true, false, false],
    )
  })

  t.test('an upright cut of a tilted finger is the cut of the upright finger', async (t) => {
    const upright = await slap('right_four')
    const box = { cx: 700, cy: 600, width: 240, height: 300, angleDeg: 0 }
    const straight = cutFinger(upright.grey, upright.widthPx, upright.heightPx, box)
    t.equal(straight.grey[0], upright.grey[(600 - 150) * 1600 + 700 - 120])
    const sheet = turned(upright, 17)
    const cos = Math.cos((17 * Math.PI) / 180)
    const sin = Math.sin((17 * Math.PI) / 180)
    const [dx, dy] = [700 - 800, 600 - 750]
    const there = { ...box, cx: sheet.widthPx / 2 + cos * dx + sin * dy, cy: sheet.heightPx / 2 - sin * dx + cos * dy }
    const difference = (angleDeg: number) => {
      const tilted = cutFinger(sheet.grey, sheet.widthPx, sheet.heightPx, { ...there, angleDeg })
      return tilted.grey.reduce((sum, value, i) => sum + Math.abs(value - straight.grey[i]!), 0) / tilted.grey.length
    }
    t.ok(difference(17) < 0.4 * difference(9), `${difference(17).toFixed(1)} grey levels, 8° off ${difference(9).toFixed(1)}`)
    const outside = cutFinger(upright.grey, 1600, 1500, { ...box, cx: -500 })
    t.ok(outside.grey.every((value) => value === 255))
  })

  t.test('live: the fingers asked for are good; too few, too light, too dark or none are told what to do', async (t) => {
    const simd = openSimd()
    const { grey, widthPx, heightPx } = await slap('left_four')
    const hints = { slap: 'left_four' } as const
    const live = (image: Uint8Array) => measureLive(image, widthPx, heightPx, hints, simd)
    const good = live(grey)
    t.match(good, { present: true, advice: '', fingers: [{ position: 10 }, { position: 9 }, { position: 8 }, { position: 7 }] })
    t.ok(good.measure > 60, `${good.measure}`)
    for (const { contactMm2, clarity, darkness } of good.fingers)
      t.ok(contactMm2 > 100 && clarity > 0.5 && darkness > 0.2 && darkness < 0.7)
    t.match(live(new Uint8Array(grey.length).fill(250)), { present: false, measure: 0, advice: 'place_fingers', fingers: [] })
    t.equal(live(grey.map((value) => 205 + value / 5)).advice, 'press_harder')
    t.equal(live(grey.map((value) => (value > 235 ? value : value / 5))).advice, 'press_softer')
    const three = grey.slice()
    for (let y = 0; y < heightPx; y++) three.fill(252, y * widthPx, y * widthPx + 440)
    t.equal(live(three).advice, 'wrong_finger_count')
    t.equal(measureLive(three, widthPx, heightPx, { slap: 'left_four', missing: [10] }, simd).advice, '')
    t.ok(live(three).measure < good.measure)
  })
})

t.test('what is no hand gets a code and no fingers', async (t) => {
  const noise = seededRandom(3).bytes(1024 * 1024)
  const pictures: readonly (readonly [string, Picture, 'blank' | 'not_a_finger'])[] = [
    ['blank paper', plain(1600, 1500), 'blank'],
    ['a saturated sensor', plain(1600, 1500, 0), 'blank'],
    ['nothing at all', plain(0, 0), 'blank'],
    ['a picture smaller than a block', plain(5, 7, 9), 'blank'],
    ['a line', plain(3, 3000, 9), 'blank'],
    ['a shade', drawn(800, 750, (x, y) => (x + y) / 7), 'blank'],
    ['noise', { grey: noise, widthPx: 1024, heightPx: 1024 }, 'not_a_finger'],
    [
      'a huge chessboard of noise',
      drawn(4096, 4096, (x, y) => noise[(Math.floor(y / 5) % 1024) * 1024 + (Math.floor(x / 5) % 1024)]!),
      'not_a_finger',
    ],
    ['stripes', drawn(1600, 1500, (x) => (x % 9 < 4 ? 60 : 220)), 'not_a_finger'],
    [
      'stripes of the size of fingers',
      drawn(1600, 1500, (x, y) => (x % 400 > 80 && x % 400 < 340 && y > 400 && y < 850 && y % 9 < 4 ? 60 : 250)),
      'not_a_finger',
    ],
    ['a hole', drawn(1000, 1000, (x, y) => (Math.hypot(x - 500, y - 400) < 190 ? 10 : 250)), 'not_a_finger'],
  ]
  for (const [name, picture, code] of pictures) {
    t.match(segment(picture), { slap: 'unknown', fingers: [], codes: [code] }, name)
    const live = measureLive(picture.grey, picture.widthPx, picture.heightPx, { slap: 'thumbs' })
    t.ok(live.measure === 0 && live.advice !== '', `${name}: ${live.advice}`)
  }
})

t.test('any picture of any size gives an answer; the SIMD twin sees the same blocks', async (t) => {
  const simd = openSimd()
  const size = fc.integer({ min: 1, max: 90 })
  const property = fc.property(size, size, fc.integer(), fc.constantFrom(0, 1, 5), (widthPx, heightPx, seed, shift) => {
    const grey = seededRandom(seed)
      .bytes(widthPx * heightPx)
      .map((value) => value >> shift)
    const reference = blockMap(grey, widthPx, heightPx)
    const twin = blockMap(grey, widthPx, heightPx, simd)
    const equal = (['mean', 'deviation', 'xx', 'yy', 'xy'] as const).every((plane) =>
      reference[plane].every((value, i) => value === twin[plane][i]),
    )
    return equal && segmentSlap(grey, widthPx, heightPx, { missing: [2] }, simd).fingers.length <= 4
  })
  const { failed, seed, counterexample } = fc.check(property, { numRuns: 150 })
  t.notOk(failed, `seed ${seed} ${JSON.stringify(counterexample)}`)
})
