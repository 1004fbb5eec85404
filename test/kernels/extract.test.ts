// Minutiae extraction: on drawn fingers whose minutiae are known, on real ones whose impressions must tell the same, on pictures that are no
// fingers, and the SIMD twins beside the references. Reads shared test data when there.

import { existsSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { extractTemplate } from '../../daemon/kernels/finger/extract.js'
import type { FingerTemplate, Minutia } from '../../daemon/kernels/finger/template.js'
import { readGreyImage } from '../../daemon/kernels/image/codec.js'
import { openSimd } from '../../daemon/kernels/simd/simd.js'
import type { MinutiaTruth } from '../../simulator/people/person.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { seededRandom } from '../../simulator/seeded-random.js'

interface Picture {
  readonly grey: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
}

const folder = '../shared/data/fingerprint/'
const missing = existsSync(folder) ? false : 'SKIPPED: the shared fingerprint images are not here'
const simd = openSimd()
const extract = ({ grey, widthPx, heightPx }: Picture, limit = 250) => extractTemplate(grey, widthPx, heightPx, { limit }, simd)
const people = [7, 1_000].map((seed) => ({ seed, person: syntheticPerson(seed) }))

t.test('minutiae of drawn fingers', async (t) => {
  t.test('are found where they are, and point the right way', async (t) => {
    const sum = { truth: 0, found: 0, matched: 0, aligned: 0, sameType: 0 }
    for (const { seed, person } of people) {
      for (const position of [1, 2, 5, 7] as const) {
        const image = await person.images.fingerPatch(position)
        const truth = (await person.truth?.fingerPatch(position))?.minutiae ?? []
        const found = extract(image).minutiae
        const { matched, aligned, sameType } = pairUp(truth, found)
        t.ok(
          matched / truth.length > 0.7 && matched / found.length > 0.75,
          `seed ${seed}, finger ${position}: ${matched} of ${truth.length}, ${found.length} found`,
        )
        sum.truth += truth.length
        sum.found += found.length
        sum.matched += matched
        sum.aligned += aligned
        sum.sameType += sameType
      }
    }
    const [recall, precision, right] = [sum.matched / sum.truth, sum.matched / sum.found, sum.aligned / sum.matched]
    t.comment(`recall ${recall.toFixed(3)}, precision ${precision.toFixed(3)}, within 20 degrees ${right.toFixed(3)}`)
    t.comment(`same type ${(sum.sameType / sum.matched).toFixed(3)}`)
    t.ok(recall >= 0.8, 'recall within 9 px')
    t.ok(precision >= 0.85, 'precision within 9 px')
    t.ok(right >= 0.95, 'direction of ISO/IEC 19794-2 within 20 degrees')
  })

  t.test('are the same minutiae in weaker contrast, uneven light, on dark ground and under grain', async (t) => {
    const picture = await people[0]!.person.images.fingerPatch(2)
    const plain = extract(picture).minutiae
    const random = seededRandom(5)
    const changes: Record<string, (grey: number, x: number) => number> = {
      'a third of the contrast': (grey) => 150 + grey / 3 - 43,
      'light from one side': (grey, x) => grey * (0.35 + (0.65 * x) / picture.widthPx),
      'dark ground': (grey) => 20 + grey / 2,
      grain: (grey) => grey + ((random.bytes(1)[0] ?? 0) - 128) / 4,
    }
    for (const [name, change] of Object.entries(changes)) {
      const grey = picture.grey.map((value, at) => Math.max(0, Math.min(255, change(value, at % picture.widthPx))))
      const found = extract({ ...picture, grey }).minutiae
      const { matched } = pairUp(plain.map(asTruth), found)
      t.ok(matched >= 0.8 * plain.length && matched >= 0.8 * found.length, `${name}: ${matched} of ${plain.length}, ${found.length} found`)
    }
  })

  t.test('turn and move with the picture', async (t) => {
    const picture = await people[1]!.person.images.fingerPatch(7)
    const { widthPx, heightPx, grey } = picture
    const plain = extract(picture).minutiae
    const quarter = new Uint8Array(grey.length)
    for (let y = 0; y < heightPx; y++) for (let x = 0; x < widthPx; x++) quarter[(widthPx - 1 - x) * heightPx + y] = grey[y * widthPx + x]!
    const turned = extract({ grey: quarter, widthPx: heightPx, heightPx: widthPx }).minutiae
    const expected = plain.map((each) => ({ ...asTruth(each), x: each.y, y: widthPx - 1 - each.x, angleDeg: degrees(each.angle) + 90 }))
    const round = pairUp(expected, turned)
    t.ok(round.matched >= 0.9 * plain.length && round.aligned >= 0.95 * round.matched, `a quarter: ${round.matched} of ${plain.length}`)

    const [dx, dy] = [37, 21]
    const wide = { widthPx: widthPx + 50, heightPx: heightPx + 50, grey: new Uint8Array((widthPx + 50) * (heightPx + 50)).fill(252) }
    for (let y = 0; y < heightPx; y++) wide.grey.set(grey.subarray(y * widthPx, (y + 1) * widthPx), (y + dy) * wide.widthPx + dx)
    const moved = pairUp(
      plain.map((each) => ({ ...asTruth(each), x: each.x + dx, y: each.y + dy })),
      extract(wide).minutiae,
    )
    t.ok(moved.matched >= 0.85 * plain.length, `moved: ${moved.matched} of ${plain.length}`)
  })

  t.test('come best first, and a smaller limit gives the first of them', async (t) => {
    const all = extract(await people[0]!.person.images.fingerPatch(2))
    t.ok(all.minutiae.every(({ quality }, i) => quality >= 1 && quality <= (all.minutiae[i - 1]?.quality ?? 100)))
    const few = extract(await people[0]!.person.images.fingerPatch(2), 12)
    t.strictSame(few.minutiae, all.minutiae.slice(0, 12))
  })
})

t.test('real impressions', { skip: missing }, async (t) => {
  t.test('of one finger share minutiae under one placement, of two fingers hardly any', async (t) => {
    for (const set of ['fvc2002_db1_b', 'fvc2002_db3_b', 'fvc2004_db1_b']) {
      const templates: FingerTemplate[] = []
      for (const name of ['103_1', '103_2', '104_1', '104_2', '107_1', '107_2'])
        templates.push(extract(await readGreyImage(`${folder}${set}/${name}.png`)))
      const shares = (other: number) => [0, 2, 4].map((i) => sharedMinutiae(templates[i]!, templates[(i + other) % 6]!))
      const [own, foreign] = [median(shares(1)), median(shares(2))]
      t.comment(`${set}: ${own.toFixed(2)} of the minutiae of the same finger, ${foreign.toFixed(2)} of another`)
      t.ok(own > 0.45 && own > 1.5 * foreign, `${set}: same finger ${own.toFixed(2)}, other ${foreign.toFixed(2)}`)
    }
  })

  t.test('of a card: what is printed or written around a rolled finger gives few minutiae', async (t) => {
    const card = await readGreyImage(`${folder}nist_tenprint/fgp05_rolled_right_little.png`)
    const { minutiae } = extract(card, 120)
    const beside = minutiae.filter(({ x, y }) => y < 150 || x > 560)
    t.ok(minutiae.length >= 60 && beside.length <= 6, `${minutiae.length} minutiae, ${beside.length} of them beside the finger`)
  })

  t.test('twins give the template of the reference', async (t) => {
    for (const file of ['fvc2002_db3_b/105_2', 'fvc2004_db1_b/106_3']) {
      const { grey, widthPx, heightPx } = await readGreyImage(`${folder}${file}.png`)
      t.strictSame(extractTemplate(grey, widthPx, heightPx, {}, simd), extractTemplate(grey, widthPx, heightPx), file)
    }
  })
})

t.test('pictures that are no fingers', async (t) => {
  const flat = (widthPx: number, heightPx: number, value: number) => ({
    grey: new Uint8Array(widthPx * heightPx).fill(value),
    widthPx,
    heightPx,
  })

  t.test('blank, saturated and tiny ones give none', async (t) => {
    for (const value of [0, 128, 252, 255]) t.strictSame(extract(flat(500, 500, value)).minutiae, [])
    for (const [w, h] of [
      [1, 1],
      [5, 5],
      [1, 400],
      [400, 1],
      [31, 64],
    ] as const)
      t.strictSame(extract({ ...flat(w, h, 0), grey: seededRandom(1).bytes(w * h) }).minutiae, [])
  })

  t.test('grain, a photograph-like gradient, one edge and a chequered floor give few and none that is trusted', async (t) => {
    const w = 400
    const pixel = (of: (x: number, y: number) => number) => ({
      grey: Uint8Array.from({ length: w * w }, (_, at) => of(at % w, Math.floor(at / w))),
      widthPx: w,
      heightPx: w,
    })
    const random = seededRandom(9)
    const pictures = {
      grain: { grey: random.bytes(w * w), widthPx: w, heightPx: w },
      gradient: pixel((x, y) => (x + y) / 4),
      edge: pixel((x) => (x < 201 ? 20 : 230)),
      checks: pixel((x, y) => (((x >> 5) ^ (y >> 5)) & 1) * 200 + 20),
    }
    for (const [name, picture] of Object.entries(pictures)) {
      const { minutiae } = extract(picture)
      const trusted = minutiae.filter(({ quality }) => quality >= 50)
      t.ok(minutiae.length <= 60 && trusted.length <= 3, `${name}: ${minutiae.length}, of which ${trusted.length} trusted`)
    }
  })

  t.test('the largest picture is done in the memory of the kernels', async (t) => {
    const side = 4096
    const grey = new Uint8Array(side * side)
    for (let x = 0; x < side; x++) grey[x] = 128 + 100 * Math.sin(0.7 * x + 3 * Math.sin(x / 40))
    for (let y = 1; y < side; y++) grey.copyWithin(y * side, 0, side)
    t.ok(extract({ grey, widthPx: side, heightPx: side }, 100).minutiae.length <= 100)
  })

  t.test('any picture: inside it, angles and qualities in their ranges, twins and reference alike', async (t) => {
    const property = fc.property(
      fc.integer(),
      fc.integer({ min: 1, max: 150 }),
      fc.integer({ min: 1, max: 150 }),
      fc.integer({ min: 1, max: 12 }),
      (seed, widthPx, heightPx, coarse) => {
        const noise = seededRandom(seed).bytes(widthPx * heightPx)
        const grey = noise.map(
          (_, at) => noise[Math.floor(Math.floor(at / widthPx) / coarse) * widthPx + Math.floor((at % widthPx) / coarse)] ?? 0,
        )
        const { minutiae } = extractTemplate(grey, widthPx, heightPx, {}, simd)
        for (const { x, y, angle, quality } of minutiae) {
          if (x < 0 || y < 0 || x >= widthPx || y >= heightPx || angle < 0 || angle >= 2 * Math.PI || quality < 1 || quality > 100)
            return false
        }
        return JSON.stringify(minutiae) === JSON.stringify(extractTemplate(grey, widthPx, heightPx).minutiae)
      },
    )
    const { failed, seed, counterexample } = fc.check(property, { numRuns: 40 })
    t.notOk(failed, `seed ${seed} ${JSON.stringify(counterexample)}`)
  })
})

const degrees = (angle: number): number => (angle * 180) / Math.PI
const asTruth = ({ x, y, angle, type }: Minutia): MinutiaTruth => ({
  x,
  y,
  angleDeg: degrees(angle),
  type: type === 1 ? 'ending' : 'bifurcation',
})
const turnDeg = (a: number, b: number): number => Math.abs(((((a - b) % 360) + 540) % 360) - 180)
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

/** Each true minutia with the nearest one found within 9 px, each used once. */
function pairUp(truth: readonly MinutiaTruth[], found: readonly Minutia[]): { matched: number; aligned: number; sameType: number } {
  const free = new Set(found)
  const sum = { matched: 0, aligned: 0, sameType: 0 }
  for (const { x, y, angleDeg, type } of truth) {
    const near = [...free].map((minutia) => ({ minutia, px: Math.hypot(minutia.x - x, minutia.y - y) })).filter(({ px }) => px <= 9)
    const [best] = near.sort((a, b) => a.px - b.px)
    if (!best) continue
    free.delete(best.minutia)
    sum.matched++
    if (turnDeg(degrees(best.minutia.angle), angleDeg) <= 20) sum.aligned++
    if (best.minutia.type === (type === 'ending' ? 1 : 2)) sum.sameType++
  }
  return sum
}

/** The largest share of the minutiae of the smaller template that one rotation and shift lays on minutiae of the other, within 12 px and 20°. */
function sharedMinutiae(a: FingerTemplate, b: FingerTemplate): number {
  let best = 0
  for (const p of a.minutiae) {
    for (const q of b.minutiae) {
      const turn = q.angle - p.angle
      if (turnDeg(degrees(turn), 0) > 40) continue
      const [cos, sin] = [Math.cos(turn), -Math.sin(turn)]
      let count = 0
      for (const each of a.minutiae) {
        const x = q.x + cos * (each.x - p.x) - sin * (each.y - p.y)
        const y = q.y + sin * (each.x - p.x) + cos * (each.y - p.y)
        if (
          b.minutiae.some(
            (to) => Math.abs(to.x - x) <= 12 && Math.abs(to.y - y) <= 12 && turnDeg(degrees(to.angle - turn), degrees(each.angle)) <= 20,
          )
        )
          count++
      }
      best = Math.max(best, count)
    }
  }
  return best / Math.max(1, Math.min(a.minutiae.length, b.minutiae.length))
}
