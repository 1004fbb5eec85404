// The matcher: what it must find in spite of, what it must not find, its bounds, and its twin.

import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import fc from 'fast-check'
import t from 'tap'
import { errorRates, thresholdAt } from '../../bench/fvc-rates.js'
import { cylinderWords } from '../../daemon/kernels/finger/match/cylinder.js'
import { compareCylinders } from '../../daemon/kernels/finger/match/local.js'
import { mostMinutiae } from '../../daemon/kernels/finger/match/prepared.js'
import { bestOf, compareTemplates, openWorkspace, operatingPoints, prepareTemplate } from '../../daemon/kernels/finger/match.js'
import type { FingerTemplate, Minutia } from '../../daemon/kernels/finger/template.js'
import { openSimd } from '../../daemon/kernels/simd/simd.js'
import { seededRandom } from '../../simulator/seeded-random.js'

const goldenFolder = '../shared/data/fingerprint/golden/mindtct/fvc2002_db1_b'
const runs = { numRuns: 40, seed: 20_02 }
const work = openWorkspace()
const score = (a: FingerTemplate, b: FingerTemplate) => compareTemplates(prepareTemplate(a), prepareTemplate(b), work)

type Draw = () => number

function drawOf(seed: number): Draw {
  const random = seededRandom(seed)
  return () => random.next()
}

/** Minutiae no nearer than 12 px to each other, directions along a smooth whorl-like flow, either way, as on fingers. */
function drawFinger(seed: number, count: number, widthPx = 320, heightPx = 400): FingerTemplate {
  const draw = drawOf(seed)
  const minutiae: Minutia[] = []
  const [coreX, coreY] = [widthPx * (0.4 + 0.2 * draw()), heightPx * (0.4 + 0.2 * draw())]
  for (let tries = 0; minutiae.length < count && tries < 100 * count; tries++) {
    const [x, y] = [15 + draw() * (widthPx - 30), 15 + draw() * (heightPx - 30)]
    if (minutiae.some((each) => Math.hypot(each.x - x, each.y - y) < 12)) continue
    const flow = Math.atan2(-(y - coreY), x - coreX) + Math.PI / 2 + 0.2 * (draw() - 0.5)
    minutiae.push({
      x,
      y,
      angle: turned(flow + (draw() < 0.5 ? Math.PI : 0)),
      type: draw() < 0.5 ? 1 : 2,
      quality: 30 + Math.round(60 * draw()),
    })
  }
  return { widthPx, heightPx, minutiae }
}

const turned = (angle: number): number => ((angle % (2 * Math.PI)) + 2 * Math.PI) % (2 * Math.PI)

interface Change {
  readonly angle: number
  readonly dx: number
  readonly dy: number
  /** Largest displacement of a smooth stretch, px. */
  readonly stretchPx: number
  readonly noisePx: number
  readonly noiseAngle: number
  /** Share lost, and as many false ones put in their place. */
  readonly lost: number
}

const unchanged: Change = { angle: 0, dx: 0, dy: 0, stretchPx: 0, noisePx: 0, noiseAngle: 0, lost: 0 }

/** Another impression of the same finger. */
function again(finger: FingerTemplate, change: Partial<Change>, seed: number): FingerTemplate {
  const { angle, dx, dy, stretchPx, noisePx, noiseAngle, lost } = { ...unchanged, ...change }
  const draw = drawOf(seed)
  const noise = () => draw() + draw() + draw() - 1.5
  const phase = 2 * Math.PI * draw()
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const moved = finger.minutiae
    .filter(() => draw() >= lost)
    .map((each) => {
      const x = each.x + stretchPx * Math.sin(each.y / 90 + phase) + 2 * noisePx * noise()
      const y = each.y + stretchPx * Math.sin(each.x / 90 + phase) + 2 * noisePx * noise()
      // y points down: a turn counter-clockwise.
      return { ...each, x: cos * x + sin * y + dx, y: cos * y - sin * x + dy, angle: turned(each.angle + angle + 2 * noiseAngle * noise()) }
    })
  const false_ = drawFinger(seed + 1, Math.round(lost * finger.minutiae.length)).minutiae.map((each) => ({
    ...each,
    x: each.x + dx,
    y: each.y + dy,
  }))
  return { ...finger, minutiae: [...moved, ...false_] }
}

t.test('one finger', async (t) => {
  t.test('is found again moved, turned any way, stretched, with noise, a fifth of its minutiae lost and as many false', async (t) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: -0.7, max: 0.7, noNaN: true }), (seed, angle) => {
        const finger = drawFinger(seed, 40)
        const other = again(finger, { angle, dx: 35, dy: -20, stretchPx: 8, noisePx: 1.5, noiseAngle: 0.06, lost: 0.2 }, seed + 7)
        return score(finger, other) > operatingPoints.fmr1in10000
      }),
      runs,
    )
    for (const angle of [Math.PI / 2, Math.PI, -2]) {
      const finger = drawFinger(5, 40)
      t.ok(score(finger, again(finger, { angle, dx: 100, noisePx: 1 }, 6)) > operatingPoints.fmr1in10000, `turned by ${angle.toFixed(2)}`)
    }
  })

  t.test('is found by a half of it', async (t) => {
    const finger = drawFinger(11, 50)
    const half = { ...finger, minutiae: finger.minutiae.filter(({ y }) => y < 200) }
    t.ok(half.minutiae.length < 30)
    t.ok(score(finger, again(half, { angle: 0.3, noisePx: 1.5, noiseAngle: 0.05, stretchPx: 4 }, 12)) > operatingPoints.fmr1in10000)
  })

  t.test('scores less the less is left of it', async (t) => {
    const scores = [0, 0.2, 0.4, 0.6].map((lost) => {
      const each = Array.from({ length: 12 }, (_, i) => {
        const finger = drawFinger(100 + i, 40)
        return score(finger, again(finger, { noisePx: 1.5, noiseAngle: 0.06, stretchPx: 5, lost }, 200 + i))
      })
      return each.reduce((sum, value) => sum + value, 0) / each.length
    })
    t.strictSame(
      scores,
      [...scores].sort((p, q) => q - p),
    )
  })

  t.test('is the best of a few, and none is the best of none', async (t) => {
    const fingers = [1, 2, 3, 4].map((seed) => drawFinger(seed, 40))
    const probe = prepareTemplate(again(fingers[2]!, { angle: 0.2, noisePx: 1, lost: 0.1 }, 9))
    const best = bestOf(probe, fingers.map(prepareTemplate))
    t.match(best, { index: 2 })
    t.ok((best?.score ?? 0) > operatingPoints.fmr1in10000)
    t.equal(bestOf(probe, []), undefined)
  })
})

t.test('two fingers of like flow stay below one in 10 000, whatever their sizes', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 90 }), (seed, one, other) => {
      return score(drawFinger(seed, one), drawFinger(seed + 1, other)) < operatingPoints.fmr1in10000
    }),
    { ...runs, numRuns: 100 },
  )
})

t.test('a score', async (t) => {
  t.test('is the same both ways round and in any order of the minutiae', async () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const a = drawFinger(seed, 35)
        const b = again(a, { angle: 0.4, noisePx: 2, lost: 0.3 }, seed)
        const reversed = { ...a, minutiae: [...a.minutiae].reverse() }
        return score(a, b) === score(b, a) && score(a, b) === score(reversed, b)
      }),
      runs,
    )
  })

  t.test('is 0 where there is nothing to compare', async (t) => {
    const finger = drawFinger(3, 40)
    const few = (count: number) => ({ ...finger, minutiae: finger.minutiae.slice(0, count) })
    for (const nothing of [few(0), few(1), few(2)]) {
      t.equal(score(nothing, finger), 0)
      t.equal(score(nothing, nothing), 0)
    }
  })

  t.test('is a finite number of at least 0 for any template', async () => {
    const anyNumber = fc.oneof(fc.double(), fc.integer({ min: -100, max: 700 }))
    const anyMinutia = fc.record({
      x: anyNumber,
      y: anyNumber,
      angle: fc.oneof(fc.double(), fc.double({ min: 0, max: 6.28, noNaN: true })),
      type: fc.constantFrom(0 as const, 1 as const, 2 as const),
      quality: anyNumber,
    })
    const anyTemplate = fc.record({
      widthPx: fc.constant(300),
      heightPx: fc.constant(300),
      minutiae: fc.array(anyMinutia, { maxLength: 60 }),
    })
    fc.assert(
      fc.property(anyTemplate, anyTemplate, (a, b) => {
        const value = score(a, b)
        return Number.isFinite(value) && value >= 0 && value === score(b, a)
      }),
      { ...runs, numRuns: 150 },
    )
  })
})

t.test('a hostile template is cut to size', async (t) => {
  const draw = drawOf(1)
  const heap = (count: number, spreadPx: number): FingerTemplate => ({
    widthPx: 300,
    heightPx: 300,
    minutiae: Array.from({ length: count }, () => ({
      x: 100 + spreadPx * draw(),
      y: 100 + spreadPx * draw(),
      angle: 1,
      type: 1,
      quality: 50,
    })),
  })
  t.equal(prepareTemplate(heap(255, 0)).count, 1, 'one place is one minutia')
  t.equal(prepareTemplate(heap(10_000, 4_000)).count, mostMinutiae)
  const dense = heap(255, 60)
  t.ok(prepareTemplate(dense).count > 100)
  t.ok(Number.isFinite(score(dense, heap(255, 60))))
  t.ok(score(drawFinger(4, 40), dense) < operatingPoints.fmr1in1000, 'nor does a heap open every door')
})

t.test('the twin gives the same likenesses and scores to the last bit', async (t) => {
  const simd = openSimd()
  const byTwin = openWorkspace(simd)
  t.equal(cylinderWords % 4, 0)
  for (const [one, other] of [
    [0, 40],
    [40, 0],
    [37, 61],
    [128, 128],
  ] as const) {
    const [a, b] = [prepareTemplate(drawFinger(one + 1, one, 600, 600)), prepareTemplate(drawFinger(other + 2, other, 600, 600))]
    compareCylinders(a, b, work.similarity)
    compareCylinders(a, b, byTwin.similarity, simd)
    const cells = a.count * b.count
    t.same(byTwin.similarity.subarray(0, cells), work.similarity.subarray(0, cells), `${one} with ${other}`)
    t.equal(compareTemplates(a, b, byTwin), compareTemplates(a, b, work))
  }
  const finger = drawFinger(9, 45)
  const [a, b] = [prepareTemplate(finger), prepareTemplate(again(finger, { angle: 1, noisePx: 2, lost: 0.2 }, 10))]
  t.equal(compareTemplates(a, b, byTwin), compareTemplates(a, b, work))
  t.ok(compareTemplates(a, b, byTwin) > operatingPoints.fmr1in1000)
})

t.test('error rates follow the rules of the competition', async (t) => {
  const perfect = errorRates([5, 6, 7], [1, 2, 3])
  t.match(perfect, { eer: 0, fmr100: 0, fmr1000: 0, zeroFmr: 0, genuine: 3, impostors: 3 })
  t.match(errorRates([1, 2], [3, 4]), { zeroFmr: 1, eer: 1 })
  // One genuine of four below one impostor of four: at the crossing both rates are a quarter.
  t.match(errorRates([2, 5, 6, 7], [0, 1, 1.5, 3]), { eer: 0.25, zeroFmr: 0.25 })
  t.match(errorRates([Number.NEGATIVE_INFINITY, 5], [0, 1]), { zeroFmr: 0.5 }, 'a failure to extract is a refusal')
  t.equal(thresholdAt([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.1), 9)
})

t.test(
  'real fingers by the templates of another extractor',
  { skip: !existsSync(goldenFolder) && `${goldenFolder} is not here` },
  async (t) => {
    const files = (await readdir(goldenFolder)).filter((file) => /^10[1-5]_[1-6]\.xyt$/.test(file)).sort()
    t.equal(files.length, 30)
    const fingers = await Promise.all(
      files.map(async (file) => {
        const lines = (await readFile(`${goldenFolder}/${file}`, 'utf8')).trim().split('\n')
        const minutiae = lines.map((line): Minutia => {
          const [x = 0, y = 0, theta = 0, quality = 0] = line.split(' ').map(Number)
          return { x, y, angle: (theta * Math.PI) / 90, type: 0, quality }
        })
        return { finger: file.slice(0, 3), template: prepareTemplate({ widthPx: 388, heightPx: 374, minutiae }) }
      }),
    )
    const byTwin = openWorkspace(openSimd())
    const genuine: number[] = []
    const impostors: number[] = []
    fingers.forEach((a, i) => {
      for (const b of fingers.slice(i + 1)) {
        ;(a.finger === b.finger ? genuine : impostors).push(compareTemplates(a.template, b.template, byTwin))
      }
    })
    const { eer, fmr100 } = errorRates(genuine, impostors)
    t.ok(eer < 0.05, `equal error rate ${eer}`)
    t.ok(fmr100 < 0.08, `FNMR at FMR 1 % ${fmr100}`)
    t.ok(impostors.filter((value) => value >= operatingPoints.fmr1in1000).length <= 3, 'the documented threshold holds')
  },
)
