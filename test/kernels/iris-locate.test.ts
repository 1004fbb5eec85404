// Where pupil, iris and lids are: on drawn eyes with known truth, on the shared real eyes, and that what is no eye is not taken for one.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import t from 'tap'
import { readGreyImage } from '../../daemon/kernels/image/codec.js'
import { openByArea } from '../../daemon/kernels/iris/locate/area-opening.js'
import { fitCircleTrimmed } from '../../daemon/kernels/iris/locate/circle-fit.js'
import type { Plane } from '../../daemon/kernels/iris/locate/plane.js'
import { ranked } from '../../daemon/kernels/iris/locate/rank.js'
import { shrink } from '../../daemon/kernels/iris/locate/shrink.js'
import { locateIris } from '../../daemon/kernels/iris/locate.js'
import { type Circle, type IrisLocation, leastConfidence, lidAt } from '../../daemon/kernels/iris/location.js'
import { drawEye } from '../../simulator/people/eye/draw.js'
import { type EyeSetName, eyeOfSet, eyeSet } from '../../simulator/people/eye/sets.js'
import { seededRandom } from '../../simulator/seeded-random.js'

const data = '../shared/data'
type Asserts = Pick<typeof t, 'ok'>
const skip = existsSync(`${data}/iris`) ? false : 'the shared iris images are not here'

const locate = ({ grey, widthPx, heightPx }: Plane): IrisLocation | undefined => locateIris(grey, widthPx, heightPx)

function found(t: Asserts, picture: Plane, what: string): IrisLocation {
  const location = locate(picture)
  if (location === undefined) throw new Error(`${what}: nothing found`)
  t.ok(location.confidence >= leastConfidence, `${what}: confidence ${location.confidence.toFixed(2)}`)
  return location
}

function iou(mask: Uint8Array, truth: Uint8Array): number {
  let both = 0
  let either = 0
  for (let i = 0; i < truth.length; i++) {
    if (mask[i]! > 0 && truth[i]! > 0) both++
    if (mask[i]! > 0 || truth[i]! > 0) either++
  }
  return both / either
}

const apart = (a: Circle, b: Circle): number => Math.hypot(a.x - b.x, a.y - b.y) + Math.abs(a.r - b.r)
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

t.test('drawn eyes of every set', async (t) => {
  for (const [set, eyes, least] of [
    ['lg2200', 8, 0.8],
    ['filled', 8, 0.8],
    ['station', 3, 0.85],
  ] as const satisfies readonly (readonly [EyeSetName, number, number])[]) {
    const ious: number[] = []
    for (const eye of eyeSet(set, { seed: 11, eyes, looks: 1 })) {
      const { truth, widthPx } = eye
      const location = found(t, eye, `${set} ${eye.eye}`)
      ious.push(iou(location.mask, truth.mask))
      const { x, y, radius } = truth.iris
      t.ok(apart(location.iris, { x, y, r: radius }) < 0.03 * widthPx, `${set} ${eye.eye}: limbus`)
      t.ok(ious.at(-1)! > 0.6, `${set} ${eye.eye}: mask ${ious.at(-1)!.toFixed(2)}`)
    }
    t.ok(mean(ious) >= least, `${set}: mean mask IoU ${mean(ious).toFixed(3)}`)
  }
})

t.test('an eye without iris in sight is not found', async (t) => {
  for (let eye = 0; eye < 3; eye++) {
    const { grow, look } = eyeOfSet('station', 9, eye)
    const closed = drawEye(grow(), { ...look(0), lidOpening: { upper: 0.02, lower: 0.02 } })
    t.ok((locate(closed)?.confidence ?? 0) < leastConfidence, `closed ${eye}`)
  }
})

t.test('the reference eye lies where its open source pipeline expects it', { skip }, async (t) => {
  const picture = await readGreyImage(`${data}/iris/open-iris/anonymized.png`)
  const expected = JSON.parse(await readFile(`${data}/iris/open-iris/expected_output.json`, 'utf8')) as {
    metadata: {
      eye_centers: { iris_center: [number, number]; pupil_center: [number, number] }
      pupil_to_iris_property: { pupil_to_iris_diameter_ratio: number }
    }
  }
  const { eye_centers: centres, pupil_to_iris_property: ratio } = expected.metadata
  const { pupil, iris, upperLid } = found(t, picture, 'open-iris')
  t.ok(Math.hypot(pupil.x - centres.pupil_center[0], pupil.y - centres.pupil_center[1]) < 3)
  t.ok(Math.hypot(iris.x - centres.iris_center[0], iris.y - centres.iris_center[1]) < 3)
  // 3 px of either radius are 0.025 of the ratio.
  t.ok(Math.abs(pupil.r / iris.r - ratio.pupil_to_iris_diameter_ratio) < 0.025)
  t.ok(upperLid !== undefined && Math.abs(lidAt(upperLid, iris.x) - 160) < 12, 'the upper lid crosses the iris')
})

/** Circles as they were drawn over the pictures by eye; a few pixels of doubt. */
const realEyes = [
  ['iris/mosip/left_auth.png', { x: 199, y: 145, r: 48 }, { x: 195, y: 145, r: 122 }],
  ['iris/mosip/right_auth.png', { x: 189, y: 146, r: 51 }, { x: 200, y: 149, r: 125 }],
  ['iris/mosip/right_registration_bu.png', { x: 191, y: 142, r: 51 }, { x: 190, y: 147, r: 116 }],
  ['subjects/s1/iris_left.png', { x: 199, y: 151, r: 45 }, { x: 207, y: 150, r: 133 }],
  ['subjects/s1/iris_right.png', { x: 216, y: 157, r: 43 }, { x: 211, y: 157, r: 134 }],
] as const

t.test('real eyes, as they are, mirrored, upside down, smaller and with a filled pupil', { skip }, async (t) => {
  for (const [file, pupil, iris] of realEyes) {
    const picture = await readGreyImage(`${data}/${file}`)
    const { widthPx, heightPx } = picture
    const near = (location: IrisLocation, p: Circle, i: Circle, what: string) => {
      t.ok(apart(location.pupil, p) < 0.05 * i.r, `${file} ${what}: pupil`)
      t.ok(apart(location.iris, i) < 0.08 * i.r, `${file} ${what}: iris`)
      t.ok(location.highlights >= 1, `${file} ${what}: highlights`)
    }
    near(found(t, picture, file), pupil, iris, 'as it is')
    const aside = ({ x, y, r }: Circle): Circle => ({ x: widthPx - 1 - x, y, r })
    near(
      found(
        t,
        redrawn(picture, (x, y) => y * widthPx + widthPx - 1 - x),
        file,
      ),
      aside(pupil),
      aside(iris),
      'mirrored',
    )
    const over = ({ x, y, r }: Circle): Circle => ({ x, y: heightPx - 1 - y, r })
    near(
      found(
        t,
        redrawn(picture, (x, y) => (heightPx - 1 - y) * widthPx + x),
        file,
      ),
      over(pupil),
      over(iris),
      'upside down',
    )
    const half = ({ x, y, r }: Circle): Circle => ({ x: (x - 0.5) / 2, y: (y - 0.5) / 2, r: r / 2 })
    near(found(t, shrink(picture, 2), file), half(pupil), half(iris), 'half as large')
  }
})

t.test('real eyes whose pupil was painted over keep their circle', { skip }, async (t) => {
  for (const [file, pupil, iris] of realEyes.slice(2)) {
    const picture = await readGreyImage(`${data}/${file}`)
    const grey = picture.grey.slice()
    for (let i = 0; i < grey.length; i++) {
      if (Math.hypot((i % picture.widthPx) - pupil.x, Math.floor(i / picture.widthPx) - pupil.y) <= pupil.r + 1) grey[i] = 40
    }
    const location = found(t, { ...picture, grey }, file)
    t.ok(apart(location.pupil, { ...pupil, r: pupil.r + 1 }) < 3, `${file}: pupil`)
    t.ok(apart(location.iris, iris) < 0.08 * iris.r, `${file}: iris`)
  }
})

function redrawn(picture: Plane, from: (x: number, y: number) => number): Plane {
  const { widthPx, heightPx } = picture
  const grey = new Uint8Array(widthPx * heightPx)
  for (let y = 0; y < heightPx; y++) for (let x = 0; x < widthPx; x++) grey[y * widthPx + x] = picture.grey[from(x, y)]!
  return { grey, widthPx, heightPx }
}

t.test('what is no eye is not found: fingerprints, a face, noise, nothing', async (t) => {
  const random = seededRandom(5)
  const drawn = (of: () => number): Plane => ({ grey: Uint8Array.from({ length: 320 * 240 }, of), widthPx: 320, heightPx: 240 })
  const pictures: [string, Plane][] = [
    ['blank', drawn(() => 128)],
    ['noise', drawn(() => random.next() * 256)],
    ['faint noise', drawn(() => 100 + 20 * random.next())],
  ]
  if (skip === false) {
    pictures.push(['face', await readGreyImage(`${data}/subjects/s1/face.png`)])
    for (const finger of ['fvc2002_db1_b/101_1', 'fvc2002_db3_b/103_1', 'fvc2004_db1_b/105_2'])
      pictures.push([finger, await readGreyImage(`${data}/fingerprint/${finger}.png`)])
  }
  for (const [name, picture] of pictures) t.ok((locate(picture)?.confidence ?? 0) < leastConfidence, name)
  t.equal(locateIris(new Uint8Array(31 * 31), 31, 31), undefined, 'too small')
  t.equal(locateIris(new Uint8Array(100), 320, 240), undefined, 'fewer pixels than promised')
})

t.test('any picture gives nothing or a location that is consistent in itself', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 32, max: 200 }),
      fc.integer({ min: 32, max: 200 }),
      fc.nat(),
      fc.nat(3),
      (widthPx, heightPx, seed, discs) => {
        const random = seededRandom(seed)
        const grey = Uint8Array.from({ length: widthPx * heightPx }, () => 120 + 60 * random.next())
        for (let disc = 0; disc < discs; disc++) {
          const [cx, cy, r, value] = [random.next() * widthPx, random.next() * heightPx, 4 + random.next() * 40, random.next() * 255]
          for (let i = 0; i < grey.length; i++) if (Math.hypot((i % widthPx) - cx, Math.floor(i / widthPx) - cy) < r) grey[i] = value
        }
        const location = locateIris(grey, widthPx, heightPx)
        if (location === undefined) return
        const { pupil, iris, mask, confidence } = location
        if (mask.length !== grey.length || !(confidence >= 0 && confidence <= 1)) throw new Error('mask or confidence')
        if (!(pupil.r > 0 && iris.r > pupil.r)) throw new Error('the pupil is not smaller than the iris')
        for (let i = 0; i < mask.length; i++) {
          if (mask[i] === 0) continue
          const [x, y] = [i % widthPx, Math.floor(i / widthPx)]
          if (Math.hypot(x - iris.x, y - iris.y) > iris.r + 1e-6) throw new Error('mask outside the iris')
          if (Math.hypot(x - pupil.x, y - pupil.y) <= pupil.r - 1e-6) throw new Error('mask inside the pupil')
        }
      },
    ),
    { numRuns: 25 },
  )
  t.end()
})

t.test('area opening: what is bright and small sinks, all else stays as it was', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 30 }),
      fc.nat(),
      (w, h, area, seed) => {
        const random = seededRandom(seed)
        const grey = Uint8Array.from({ length: w * h }, () => Math.floor(random.next() * 6))
        const opened = openByArea({ grey, widthPx: w, heightPx: h }, area).grey
        // The definition: the highest level at which the pixel lies in a component that is large enough, else the darkest of the picture.
        const darkest = Math.min(...grey)
        for (let i = 0; i < grey.length; i++) {
          let level = grey[i]!
          while (level > darkest && componentSize(grey, w, h, i, level) < area) level--
          if (opened[i] !== level) throw new Error(`pixel ${i}: ${opened[i]} instead of ${level}`)
        }
      },
    ),
  )
  t.end()
})

function componentSize(grey: Uint8Array, w: number, h: number, start: number, level: number): number {
  const seen = new Set([start])
  for (const at of seen) {
    const x = at % w
    const y = Math.floor(at / w)
    for (const [px, py] of [
      [x - 1, y],
      [x + 1, y],
      [x, y - 1],
      [x, y + 1],
    ] as const)
      if (px >= 0 && py >= 0 && px < w && py < h && grey[py * w + px]! >= level) seen.add(py * w + px)
  }
  return seen.size
}

t.test('shrinking keeps the mean', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 60 }), fc.double({ min: 1, max: 5, noNaN: true }), fc.nat(255), (side, factor, value) => {
      const small = shrink({ grey: new Uint8Array(side * side).fill(value), widthPx: side, heightPx: side }, factor)
      if (small.grey.length !== small.widthPx * small.heightPx) throw new Error('size')
      if (small.grey.some((each) => each !== value)) throw new Error(`not ${value}`)
    }),
  )
  const ramp = Uint8Array.from({ length: 16 }, (_, i) => 10 * i)
  t.strictSame([...shrink({ grey: ramp, widthPx: 4, heightPx: 4 }, 2).grey], [25, 45, 105, 125])
  t.end()
})

t.test('ranks are those of the sorted numbers', (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 70 }), fc.nat(), (numbers, at) => {
      const rank = at % numbers.length
      const found = ranked(Float64Array.from(numbers), numbers.length, rank)
      if (found !== [...numbers].sort((a, b) => a - b)[rank]) throw new Error(`rank ${rank}: ${found}`)
    }),
  )
  t.equal(ranked(new Float64Array(3), 0, 0), 0, 'of none')
  t.end()
})

t.test('a circle is found among a fifth of stray points', (t) => {
  const random = seededRandom(3)
  const count = 100
  const [xs, ys] = [new Float64Array(count), new Float64Array(count)]
  for (let i = 0; i < count; i++) {
    const r = i % 5 === 0 ? 30 + 30 * random.next() : 50
    xs[i] = 12 + r * Math.cos(i)
    ys[i] = -7 + r * Math.sin(i)
  }
  const circle = fitCircleTrimmed(xs, ys, new Float64Array(count).fill(1), count, 0.7, 0.5, 3)!
  t.ok(apart(circle, { x: 12, y: -7, r: 50 }) < 0.5)
  t.end()
})
