// Signatures: simulated pens with known truth through poor pads, codes for each way to fail, undo, and ink that a card printer can show.

import fc from 'fast-check'
import sharp from 'sharp'
import t from 'tap'
import { assessSignature, withoutLastStroke } from '../../daemon/kernels/signature/assess.js'
import { cardInkBox, drawInk, inkSvg, leastLineMm } from '../../daemon/kernels/signature/ink.js'
import { fitLineArt, inkPng } from '../../daemon/kernels/signature/raster.js'
import type { PadPoint, Stroke } from '../../daemon/kernels/signature/strokes.js'
import { isFault } from '../../protocol/fault.js'
import { type PadErrors, poorPad } from '../../simulator/people/signature/pen.js'
import { padArea, type SignatureKind, signatureAttempts, simulateSignature } from '../../simulator/people/signature.js'
import { seededRandom } from '../../simulator/seeded-random.js'

const pad = { unitsPerInch: 410, area: padArea }
const unitMm = 25.4 / 410
const drawn = (seed: number, kind: SignatureKind = 'good', errors: Partial<PadErrors> = {}) =>
  simulateSignature(seededRandom(seed), { kind, pad: errors })
const assess = (samples: readonly PadPoint[]) => assessSignature(samples, pad)
const seeds = Array.from({ length: 40 }, (_, seed) => seed)

/** Millimetres from a place to the nearest point of the true strokes. */
function offTruth(strokes: readonly (readonly { x: number; y: number }[])[], xMm: number, yMm: number): number {
  let best = Number.POSITIVE_INFINITY
  for (const knots of strokes) {
    for (let i = 1; i < knots.length; i++) {
      const [a, b] = [knots[i - 1]!, knots[i]!]
      const [ax, ay, dx, dy] = [a.x * unitMm, a.y * unitMm, (b.x - a.x) * unitMm, (b.y - a.y) * unitMm]
      const square = dx * dx + dy * dy
      const share = square > 0 ? Math.min(1, Math.max(0, ((xMm - ax) * dx + (yMm - ay) * dy) / square)) : 0
      best = Math.min(best, Math.hypot(ax + share * dx - xMm, ay + share * dy - yMm))
    }
  }
  return best
}
const rms = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)

/** A pen along places in millimetres at 125 Hz, `stepMm` apart. */
function pen(placesMm: readonly (readonly [number, number])[], stepMm: number, startMs = 0): PadPoint[] {
  const samples: PadPoint[] = []
  for (let i = 1; i < placesMm.length; i++) {
    const [[ax, ay], [bx, by]] = [placesMm[i - 1]!, placesMm[i]!]
    const count = Math.max(1, Math.round(Math.hypot(bx - ax, by - ay) / stepMm))
    for (let k = i === 1 ? 0 : 1; k <= count; k++) {
      const share = k / count
      samples.push({
        x: Math.round((60 + ax + share * (bx - ax)) / unitMm),
        y: Math.round((60 + ay + share * (by - ay)) / unitMm),
        pressure: 500,
        timeMs: startMs + 8 * samples.length,
        penDown: true,
      })
    }
  }
  return samples
}
const zigzag = (leftMm: number, startMs = 0) =>
  pen(
    [
      [leftMm, 10],
      [leftMm + 5, 0],
      [leftMm + 10, 10],
      [leftMm + 15, 0],
    ],
    0.8,
    startMs,
  )

t.test('cleaning', async (t) => {
  t.test('a clean pad needs none: each true stroke comes back where it was, nothing is called an error', async (t) => {
    for (const seed of seeds) {
      const { samples, strokes } = drawn(seed)
      const found = assess(samples)
      t.equal(found.strokes.length, strokes.length, `seed ${seed}`)
      t.match(found.measures.repaired, { times: 0, spikes: 0, dropOuts: 0 })
      const off = found.strokes.flatMap(({ xMm, yMm }) => [...xMm].map((x, i) => offTruth(strokes, x, yMm[i]!)))
      t.ok(Math.max(...off) < 0.07, `seed ${seed}: ${Math.max(...off).toFixed(3)} mm`)
    }
  })

  t.test('a poor pad is seen through: far nearer to the truth than its samples, and as long as it', async (t) => {
    const [before, after, lengths]: [number[], number[], number[]] = [[], [], []]
    let split = 0
    for (const seed of seeds) {
      const { samples, strokes } = drawn(seed, 'good', poorPad)
      const found = assess(samples)
      if (found.strokes.length !== strokes.length) split++
      for (const { x, y, penDown } of samples) if (penDown) before.push(offTruth(strokes, x * unitMm, y * unitMm))
      for (const { xMm, yMm } of found.strokes) for (let i = 0; i < xMm.length; i++) after.push(offTruth(strokes, xMm[i]!, yMm[i]!))
      const truth = strokes.flatMap((knots) =>
        knots.slice(1).map((knot, i) => Math.hypot(knot.x - knots[i]!.x, knot.y - knots[i]!.y) * unitMm),
      )
      lengths.push(found.measures.pathMm / truth.reduce((sum, each) => sum + each, 0))
    }
    t.ok(rms(before) > 0.3, `samples are ${rms(before).toFixed(3)} mm off`)
    t.ok(rms(after) < 0.1, `strokes are ${rms(after).toFixed(3)} mm off`)
    t.ok(Math.min(...lengths) > 0.97 && Math.max(...lengths) < 1.03, 'lengths within 3 %')
    t.ok(split <= 2, `${split} of ${seeds.length} have a stroke too many`)
  })

  t.test('jitter of a slow pen is smoothed', async (t) => {
    const { samples, strokes } = drawn(5, 'slow', { jitter: 3 })
    const before = samples.filter(({ penDown }) => penDown).map(({ x, y }) => offTruth(strokes, x * unitMm, y * unitMm))
    const after = assess(samples).strokes.flatMap(({ xMm, yMm }) => [...xMm].map((x, i) => offTruth(strokes, x, yMm[i]!)))
    t.ok(rms(after) < 0.75 * rms(before), `${rms(before).toFixed(3)} mm before, ${rms(after).toFixed(3)} mm after`)
  })

  t.test('corners are not cut', async (t) => {
    for (const stepMm of [0.3, 0.8, 1.5]) {
      const samples = pen(
        [
          [0, 0],
          [10, 0],
          [10, 12],
          [1, 3],
        ],
        stepMm,
      )
      const [stroke] = assess(samples).strokes
      for (const [x, y] of [
        [70, 60],
        [70, 72],
      ] as const) {
        const near = Math.min(...[...stroke!.xMm].map((each, i) => Math.hypot(each - x, stroke!.yMm[i]! - y)))
        t.ok(near < 0.1, `${stepMm} mm a sample: ${near.toFixed(3)} mm from the corner`)
      }
    }
  })

  t.test('single samples thrown away are taken back, wherever they fall', async () => {
    const honest = assess(zigzag(0)).strokes[0]!
    fc.assert(
      fc.property(fc.integer({ min: 3, max: zigzag(0).length - 4 }), fc.integer({ min: 60, max: 800 }), fc.boolean(), (at, away, down) => {
        const samples = zigzag(0).map((sample, i) => (i === at ? { ...sample, y: sample.y + (down ? away : -away) } : sample))
        const found = assess(samples)
        const off = [...found.strokes[0]!.yMm].map((y, i) => Math.abs(y - honest.yMm[i]!))
        // A sample beyond the tip of a corner could be the tip: there it may stay off by a step.
        return found.measures.repaired.spikes === 1 && Math.max(...off) < 1.2
      }),
      { verbose: true },
    )
  })

  t.test('a flicker of the tip is bridged, a lift is kept, and a line across is never invented', async (t) => {
    const long = pen(
      [
        [0, 0],
        [30, 4],
      ],
      0.6,
    )
    const without = (from: number, count: number, lost: boolean) =>
      lost ? long.toSpliced(from, count) : long.map((sample, i) => (i >= from && i < from + count ? { ...sample, penDown: false } : sample))
    for (const lost of [false, true]) {
      t.equal(assess(without(20, 3, lost)).strokes.length, 1, `3 samples ${lost ? 'lost' : 'up'}`)
      t.equal(assess(without(20, 22, lost)).strokes.length, 2, `22 samples ${lost ? 'lost' : 'up'}`)
    }
    t.equal(assess(without(20, 3, false)).measures.repaired.dropOuts, 1)
    const apart = [...zigzag(0), ...zigzag(40, zigzag(0).length * 8 + 60)]
    t.equal(assess(apart).strokes.length, 2, '60 ms for 25 mm: packets of a lift were lost')
  })

  t.test('hooks of landing and leaving go, the stroke stays', async (t) => {
    const hooked = pen(
      [
        [0.6, 0.5],
        [0, 0],
        [12, 1],
        [24, 0],
        [23.5, 0.4],
      ],
      0.25,
    )
    const { strokes, measures } = assess(hooked)
    t.equal(measures.repaired.hooks, 2)
    t.ok(Math.abs(strokes[0]!.xMm[0]! - 60) < 0.15 && Math.abs(strokes[0]!.xMm.at(-1)! - 84) < 0.15)
    t.equal(assess(zigzag(0)).measures.repaired.hooks, 0, 'a zigzag has none')
  })

  t.test('bunched, repeated and backward stamps become a steady clock; a pause stays one', async (t) => {
    const samples = zigzag(0)
    const total = samples.at(-1)!.timeMs
    const stamped = {
      bunched: (i: number) => Math.min(total, 8 * (i - (i % 4) + 3)),
      repeated: (i: number) => 8 * (i === 12 ? 11 : i),
      backward: (i: number) => 8 * (i === 12 ? 9 : i),
      ahead: (i: number) => (i === 12 ? 5_000 : 8 * i),
      none: () => 77,
    }
    for (const [how, stamp] of Object.entries(stamped)) {
      const { strokes, measures } = assess(samples.map((sample, i) => ({ ...sample, timeMs: stamp(i) })))
      const { timeMs } = strokes[0]!
      t.equal(strokes.length, 1, how)
      t.ok(
        timeMs.every((time, i) => i === 0 || time > timeMs[i - 1]!),
        `${how}: time goes on`,
      )
      t.ok(Math.abs(measures.durationMs / total - 1) < 0.06, `${how}: ${measures.durationMs} of ${total} ms`)
      t.ok(measures.repaired.times > 0, `${how} is counted`)
    }
    const paused = [...zigzag(0), ...zigzag(20, 2_000)]
    t.ok(Math.abs(assess(paused).measures.durationMs - (2_000 + total)) < 1)
  })
})

t.test('codes', async (t) => {
  t.test('each simulated way to fail has its code and no other, on clean and poor pads', async (t) => {
    const expected: Readonly<Record<SignatureKind, readonly string[]>> = {
      good: [],
      tremor: [],
      slow: [],
      line_only: ['signature_line_only'],
      too_short: ['signature_too_short'],
      outside_box: ['signature_outside_box'],
    }
    for (const [kind, codes] of Object.entries(expected) as [SignatureKind, readonly string[]][]) {
      for (const seed of seeds) {
        for (const errors of [{}, poorPad]) t.same(assess(drawn(seed, kind, errors).samples).codes, codes, `${kind} ${seed}`)
      }
    }
  })

  t.test('nothing written is empty: no sample, a hovering pen, taps', async (t) => {
    const hover = zigzag(0).map((sample) => ({ ...sample, penDown: false }))
    const taps = [10, 20, 30].flatMap((x, i) =>
      pen(
        [
          [x, 5],
          [x + 0.1, 5],
        ],
        0.05,
        i * 500,
      ),
    )
    for (const samples of [[], hover, taps]) t.same(assess(samples).codes, ['signature_empty'])
    t.same(assess([]).measures.box, { xMm: 0, yMm: 0, widthMm: 0, heightMm: 0 })
  })

  t.test('a cross of two lines is a line, as of somebody who cannot write; three are not', async (t) => {
    const line = (ax: number, ay: number, bx: number, by: number, startMs: number) =>
      pen(
        [
          [ax, ay],
          [bx, by],
        ],
        0.5,
        startMs,
      )
    const cross = [...line(0, 0, 20, 15, 0), ...line(20, 0, 0, 15, 2_000)]
    t.same(assess(cross).codes, ['signature_line_only'])
    t.same(assess([...cross, ...line(0, 20, 20, 20, 4_000)]).codes, [])
  })

  t.test('without a known area nobody says that it was left; a touch of the border is none', async (t) => {
    const { samples } = drawn(3, 'outside_box')
    t.same(assessSignature(samples, { unitsPerInch: 410 }).codes, [])
    const inside = drawn(3).samples
    const touched = inside.map((sample, i) => (i === 60 || i === 61 ? { ...sample, x: padArea.maxX } : sample))
    t.notOk(assess(touched).codes.includes('signature_outside_box'))
  })
})

t.test('measures are those of what was drawn', async (t) => {
  const { measures } = assess(zigzag(0))
  const legMm = Math.hypot(5, 10)
  t.equal(measures.strokes, 1)
  t.ok(Math.abs(measures.pathMm - 3 * legMm) < 0.5, `${measures.pathMm} mm`)
  t.equal(measures.durationMs, 8 * (zigzag(0).length - 1))
  t.ok(Math.abs(measures.meanSpeedMmPerS - 100) < 4, '0.8 mm in 8 ms')
  const { box } = measures
  for (const [found, wanted] of [
    [box.xMm, 60],
    [box.yMm, 60],
    [box.widthMm, 15],
    [box.heightMm, 10],
  ] as const)
    t.ok(Math.abs(found - wanted) < 0.15, `${found} for ${wanted}`)
})

t.test('undo takes the last stroke and leaves the others as they were, down to nothing', async (t) => {
  for (const seed of seeds) {
    for (const errors of [{}, poorPad]) {
      let { samples } = drawn(seed, 'good', errors) as { samples: readonly PadPoint[] }
      let left = assess(samples).strokes
      while (left.length > 0) {
        samples = withoutLastStroke(samples, pad)
        const now = assess(samples).strokes
        t.equal(now.length, left.length - 1, `seed ${seed}`)
        // Path by path: the mean interval of the stamps changes with what is left, so the times may by a hair.
        t.same(
          now.map(({ xMm }) => xMm.length),
          left.slice(0, -1).map(({ xMm }) => xMm.length),
        )
        left = now
      }
      t.same(
        samples.filter(({ penDown }) => penDown),
        [],
        'no ink is left',
      )
    }
  }
  t.same(withoutLastStroke([], pad), [])
})

t.test('whatever a pad may send, measures are numbers and ink is drawn', async () => {
  const number = fc.oneof(fc.integer({ min: 0, max: 4095 }), fc.integer({ min: 0, max: 4095 }), fc.double())
  const sample = fc.record({
    x: number,
    y: number,
    pressure: fc.oneof(fc.nat(1023), fc.double()),
    timeMs: fc.oneof(fc.nat(60_000), fc.double()),
    penDown: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 80 }), (samples) => {
      const { strokes, measures } = assess(samples)
      const svg = inkSvg(drawInk(strokes, cardInkBox))
      return !/null/.test(JSON.stringify(measures)) && !/NaN|Infinity/.test(svg)
    }),
    { numRuns: 1_000, verbose: true },
  )
})

const inkOf = async (svg: string) => {
  const { data, info } = await sharp(Buffer.from(svg))
    .flatten({ background: '#fff' })
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { grey: new Uint8Array(data), widthPx: info.width, heightPx: info.height }
}

/** Pieces of ink that touch, by flood fill over eight neighbours. */
function pieces({ grey, widthPx, heightPx }: { grey: Uint8Array; widthPx: number; heightPx: number }): number {
  const ink = grey.map((value) => (value < 128 ? 1 : 0))
  let count = 0
  for (let start = 0; start < ink.length; start++) {
    if (ink[start] === 0) continue
    count++
    const stack = [start]
    ink[start] = 0
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const [x, y] = [at % widthPx, Math.floor(at / widthPx)]
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const next = at + dy * widthPx + dx
          if (x + dx < 0 || x + dx >= widthPx || y + dy < 0 || y + dy >= heightPx || ink[next] !== 1) continue
          ink[next] = 0
          stack.push(next)
        }
      }
    }
  }
  return count
}

t.test('ink', async (t) => {
  t.test('fills its box but for the margin, and no line breaks at 300 dpi', async (t) => {
    for (const seed of seeds.slice(0, 12)) {
      for (const kind of ['good', 'slow', 'line_only'] as const) {
        const { strokes } = assess(drawn(seed, kind).samples)
        const ink = drawInk(strokes, cardInkBox)
        t.ok(
          ink.paths.every(({ widthMm }) => widthMm >= leastLineMm),
          'no line is thinner than the printer can show',
        )
        const picture = await inkOf(inkSvg(ink, 300))
        t.same([picture.widthPx, picture.heightPx], [200, 90])
        const inked = [...picture.grey].flatMap((value, i) => (value < 128 ? [i] : []))
        const [columns, rows] = [inked.map((i) => i % 200), inked.map((i) => Math.floor(i / 200))]
        const [left, right, top, bottom] = [Math.min(...columns), Math.max(...columns), Math.min(...rows), Math.max(...rows)]
        t.ok(left >= 1 && right <= 198 && top >= 1 && bottom <= 88, `inside: ${left} ${right} ${top} ${bottom}`)
        t.ok(right - left > 180 || bottom - top > 72, 'as large as fits')
        t.ok(pieces(picture) <= strokes.length, `${pieces(picture)} pieces of ${strokes.length} strokes`)
      }
    }
  })

  t.test('is thick where the pen was pressed; without pressure, where it was slow', async (t) => {
    const half = (i: number) => i < 60
    const line = (value: (i: number) => Partial<PadPoint>) =>
      Array.from({ length: 120 }, (_, i): PadPoint => ({ x: 1000, y: 1000, pressure: 0, timeMs: 8 * i, penDown: true, ...value(i) }))
    const pressed = line((i) => ({ x: 1000 + 8 * i, pressure: half(i) ? 150 : 800 }))
    const slowing = line((i) => ({ x: 1000 + (half(i) ? 14 * i : 840 + 3 * (i - 60)) }))
    for (const [what, samples] of Object.entries({ pressed, slowing })) {
      const { grey, widthPx, heightPx } = await inkOf(inkSvg(drawInk(assess(samples).strokes, { widthMm: 40, heightMm: 6 }), 300))
      const thickness = (x: number) => {
        let sum = 0
        for (let y = 0; y < heightPx; y++) sum += 255 - grey[y * widthPx + x]!
        return sum / 255 / (300 / 25.4)
      }
      const [first, last] = [thickness(Math.round(0.2 * widthPx)), thickness(Math.round(0.95 * widthPx))]
      t.ok(last > first + 0.05, `${what}: ${first.toFixed(2)} mm, then ${last.toFixed(2)} mm`)
      t.ok(first > leastLineMm - 0.03, 'never thinner than the least')
    }
  })

  t.test('a dot is a dot, nothing is an empty picture, a short line is not blown up', async (t) => {
    const one = (xMm: number[], yMm: number[]): Stroke => ({
      xMm: Float64Array.from(xMm),
      yMm: Float64Array.from(yMm),
      timeMs: Float64Array.from(xMm, (_, i) => 8 * i),
      pressure: new Float64Array(xMm.length),
    })
    const share = async (strokes: readonly Stroke[]) => {
      const { grey } = await inkOf(inkSvg(drawInk(strokes, cardInkBox), 300))
      return grey.filter((value) => value < 128).length
    }
    t.equal(await share([]), 0)
    const dot = await share([one([5, 5], [5, 5])])
    t.ok(dot > 4 && dot < 40, `${dot} dots of ink`)
    t.ok((await share([one([5, 5.5], [5, 5])])) < 200)
  })
})

t.test('pictures', async (t) => {
  const png = await inkPng(drawInk(assess(drawn(1).samples).strokes, cardInkBox), 600)

  t.test('a PNG has the size and resolution asked for', async (t) => {
    t.match(await sharp(png).metadata(), { format: 'png', width: 400, height: 180, density: 600, channels: 1 })
  })

  t.test('fit into what the chip has, in two colours, the better the more it has; or say what the least is', async (t) => {
    let least = 0
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 20, max: 2_500 }), async (maxBytes) => {
        try {
          const fitted = await fitLineArt(png, maxBytes)
          const { data } = await sharp(fitted).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
          return fitted.length <= maxBytes && data.every((value) => value === 0 || value === 255) && data.includes(0)
        } catch (error) {
          if (!isFault(error, 'card.no_space')) throw error
          least = Number(error.context.expected)
          return error.context.limit === maxBytes && least > maxBytes
        }
      }),
      { numRuns: 30, verbose: true, examples: [[20], [2_500]] },
    )
    t.equal((await fitLineArt(png, least)).length, least, 'the least named is true')
    const widths = await Promise.all(
      [least, 300, 600, 900, 2_000].map(async (bytes) => (await sharp(await fitLineArt(png, bytes)).metadata()).width),
    )
    t.same(
      widths,
      widths.toSorted((a, b) => a - b),
    )
    t.equal(widths.at(-1), 400, 'not shrunk without need')
    await t.rejects(fitLineArt(png.subarray(0, 200), 900), { code: 'image.corrupt' })
  })
})

t.test('a simulated person writes alike each time, never the same, and unlike others', async (t) => {
  /** 64 places along the first stroke, in the box of the signature. */
  const shape = (samples: readonly PadPoint[]) => {
    const { strokes, measures } = assess(samples)
    const { xMm, yMm } = strokes[0]!
    const at = (column: Float64Array, i: number) => column[Math.round((i * (column.length - 1)) / 63)]!
    return Array.from({ length: 64 }, (_, i) => [
      (at(xMm, i) - measures.box.xMm) / measures.box.widthMm,
      (at(yMm, i) - measures.box.yMm) / measures.box.heightMm,
    ])
  }
  const apart = (a: number[][], b: number[][]) =>
    a.reduce((sum, [x = 0, y = 0], i) => sum + Math.hypot(x - b[i]![0]!, y - b[i]![1]!), 0) / 64
  const of = (seed: number, attempt: number) => shape(simulateSignature(seededRandom(seed), { attempt }).samples)
  for (let seed = 0; seed < 10; seed++) {
    const again = apart(of(seed, 1), of(seed, 2))
    const other = apart(of(seed, 1), of(seed + 1, 1))
    t.ok(again > 0.002 && again < 0.5 * other, `seed ${seed}: again ${again.toFixed(3)}, other ${other.toFixed(3)}`)
  }
  const first = new Set<string>()
  for (const seed of seeds) {
    const attempts = signatureAttempts(seededRandom(seed))
    first.add(attempts(1).kind)
    const told: Record<string, string[]> = {
      good: [],
      too_short: ['signature_too_short'],
      outside_box: ['signature_outside_box'],
    }
    for (const attempt of [1, 2, 3]) t.same(assess(attempts(attempt).samples).codes, told[attempts(attempt).kind])
    t.same([attempts(2).kind, attempts(3).kind], ['good', 'good'])
    t.same(attempts(2), attempts(2), 'the same each time it is asked')
  }
  t.same([...first].sort(), ['good', 'outside_box', 'too_short'])
})
