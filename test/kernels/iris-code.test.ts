// Iris codes: what comparison must find in spite of, what it must not find, its template file, and the twins.

import fc from 'fast-check'
import t from 'tap'
import { bitsOf, encodeIris } from '../../daemon/kernels/iris/code.js'
import { codeColumns, codeLanes, type IrisCode } from '../../daemon/kernels/iris/code-shape.js'
import type { Circle, IrisLocation } from '../../daemon/kernels/iris/location.js'
import { compareIris, irisPoints } from '../../daemon/kernels/iris/match.js'
import { sheetAngles, sheetDepths, unwrapIris } from '../../daemon/kernels/iris/normalise.js'
import { type IrisTemplate, readIrisTemplate, templateBytes, writeIrisTemplate } from '../../daemon/kernels/iris/template.js'
import { openSimd } from '../../daemon/kernels/simd/simd.js'
import { isFaultOf } from '../../protocol/fault.js'
import { type DrawnEye, drawEye } from '../../simulator/people/eye/draw.js'
import { type EyeSetName, eyeOfSet } from '../../simulator/people/eye/sets.js'

const simd = openSimd()
const seed = 61
const runs = { numRuns: 60, seed }

/** Where the drawn eye truly is: location has its own tests. */
function truthOf({ truth }: DrawnEye): IrisLocation {
  const circle = ({ x, y, radius }: { x: number; y: number; radius: number }): Circle => ({ x, y, r: radius })
  return { pupil: circle(truth.pupil), iris: circle(truth.iris), confidence: 1, mask: truth.mask, highlights: 0 }
}

function draw(set: EyeSetName, eye: number, look: number, change: object = {}): DrawnEye {
  const of = eyeOfSet(set, seed, eye)
  return drawEye(of.grow(), { ...of.look(look), ...change })
}

const codeOf = (eye: DrawnEye, location = truthOf(eye)): IrisCode => encodeIris(eye.grey, eye.widthPx, eye.heightPx, location, simd)

const drawn = new Map<string, DrawnEye>()
function once(set: EyeSetName, eye: number, look: number): DrawnEye {
  const name = `${set} ${eye} ${look}`
  const found = drawn.get(name) ?? draw(set, eye, look)
  drawn.set(name, found)
  return found
}

t.test('looks of one eye are nearer to each other than those of two, as small as 320×240 and with pupils painted over', async (t) => {
  for (const set of ['lg2200', 'filled'] as const) {
    const looks = [0, 1, 2, 3, 4, 5].flatMap((eye) => [0, 1].map((look) => ({ eye, code: codeOf(once(set, eye, look)) })))
    const own: number[] = []
    const other: number[] = []
    looks.forEach((a, i) => {
      for (const b of looks.slice(i + 1)) (a.eye === b.eye ? own : other).push(compareIris(a.code, b.code, simd).distance)
    })
    t.ok(Math.max(...own) < Math.min(...other), `${set}: ${Math.max(...own)} of one eye, ${Math.min(...other)} of two`)
    t.ok(Math.max(...own) < irisPoints.fmr1in10000, 'all pass the strictest point')
  }
})

t.test('an eye that leans is found, and by how much', async (t) => {
  const straight = codeOf(draw('station', 0, 0, { rollDeg: 0 }))
  for (const rollDeg of [-13, -6, 4, 12]) {
    const { distance, turnDeg } = compareIris(straight, codeOf(draw('station', 0, 0, { rollDeg })), simd)
    t.ok(distance < irisPoints.fmr1in10000, `${rollDeg}°: ${distance}`)
    // Counter-clockwise as seen there, clockwise here.
    t.ok(Math.abs(turnDeg + rollDeg) < 2, `${rollDeg}° is found as ${turnDeg}`)
  }
  const tooFar = compareIris(straight, codeOf(draw('station', 0, 0, { rollDeg: 40 })), simd)
  t.ok(tooFar.distance > irisPoints.fmr1in1000, 'an eye lying down is not')
})

t.test('circles that were found a tenth of the pupil off still give the same eye', async (t) => {
  const eye = once('lg2200', 1, 0)
  const { pupil, iris, ...rest } = truthOf(eye)
  const plain = codeOf(once('lg2200', 1, 1))
  for (const [dx, dy] of [
    [2, 0],
    [-2, 0],
    [0, 2],
    [-1.5, -1.5],
  ] as const) {
    const off = {
      ...rest,
      pupil: { ...pupil, x: pupil.x + dx, y: pupil.y + dy },
      iris: { ...iris, x: iris.x - dx / 2, y: iris.y - dy / 2 },
    }
    const { distance } = compareIris(codeOf(eye, off), plain, simd)
    t.ok(distance < irisPoints.fmr1in1000, `(${dx}, ${dy}): ${distance}`)
  }
})

t.test('too little iris in common says nothing', async (t) => {
  const eye = once('station', 1, 0)
  const location = truthOf(eye)
  const hidden = codeOf(eye, { ...location, mask: new Uint8Array(location.mask.length) })
  t.equal(bitsOf(hidden), 0)
  t.match(compareIris(hidden, codeOf(eye), simd), { distance: 0.5, hamming: 0.5, commonBits: 0, enough: false })
})

t.test('the sheet shows rings as rows whatever the two centres are', async (t) => {
  const [widthPx, heightPx] = [200, 200]
  const location = {
    pupil: { x: 95, y: 102, r: 25 },
    iris: { x: 101, y: 99, r: 70 },
    confidence: 1,
    mask: new Uint8Array(widthPx * heightPx).fill(255),
    highlights: 0,
  }
  // Grey falls with the distance between both circles along each ray.
  const depthAt = (x: number, y: number): number => {
    let [low, high] = [-0.5, 1.5]
    for (let i = 0; i < 40; i++) {
      const middle = (low + high) / 2
      const [cx, cy, r] = [95 + 6 * middle, 102 - 3 * middle, 25 + 45 * middle]
      if (Math.hypot(x - cx, y - cy) > r) low = middle
      else high = middle
    }
    return low
  }
  const grey = Uint8Array.from({ length: widthPx * heightPx }, (_, i) => 60 + 100 * depthAt(i % widthPx, Math.floor(i / widthPx)))
  const sheet = unwrapIris(grey, widthPx, heightPx, location)
  for (const row of [0, 20, sheetDepths - 1]) {
    const line = sheet.grey.subarray(row * sheetAngles, (row + 1) * sheetAngles)
    t.ok(Math.max(...line) - Math.min(...line) < 4, `row ${row}: ${Math.min(...line)} to ${Math.max(...line)}`)
  }
  t.ok(sheet.visible.every((seen) => seen === 1))
})

const anyCode = fc
  .tuple(fc.integer({ min: 1, max: 2 ** 31 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([from, share]): IrisCode => {
    let state = from
    const next = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state
    }
    const mask = Uint16Array.from({ length: codeColumns * codeLanes }, () => (next() / 2 ** 32 < share ? next() >>> 16 : 0))
    return { mask, bits: mask.map((lane) => lane & (next() >>> 16)) }
  })

t.test('the twin compares as the reference does, to the last bit', async (t) => {
  fc.assert(
    fc.property(anyCode, anyCode, (a, b) => {
      t.same(compareIris(a, b, simd), compareIris(a, b))
    }),
    runs,
  )
})

t.test('a code is as far from another as that from it, and not at all from itself', async (t) => {
  fc.assert(
    fc.property(anyCode, anyCode, (a, b) => {
      const [there, back] = [compareIris(a, b, simd), compareIris(b, a, simd)]
      // A bend is undone in the other one's sectors: not to the bit.
      t.ok(Math.abs(there.distance - back.distance) < 0.02, `${there.distance} and ${back.distance}`)
      t.ok(there.distance >= 0 && there.distance <= 0.5)
      const self = compareIris(a, a, simd)
      if (self.enough) t.match(self, { hamming: 0, turnDeg: 0 })
    }),
    runs,
  )
})

t.test('the twin encodes as the reference does, to the last bit', async (t) => {
  for (const set of ['lg2200', 'filled', 'station'] as const) {
    const eye = once(set, 0, 0)
    t.same(codeOf(eye), encodeIris(eye.grey, eye.widthPx, eye.heightPx, truthOf(eye)), set)
  }
})

t.test('any circles give some code', async (t) => {
  const eye = once('lg2200', 0, 0)
  const { mask } = truthOf(eye)
  const number = fc.oneof(fc.double({ min: -500, max: 800 }), fc.constantFrom(0, Number.NaN, Number.POSITIVE_INFINITY, 1e300))
  const circle = fc.record({ x: number, y: number, r: number })
  fc.assert(
    fc.property(circle, circle, (pupil, iris) => {
      const code = codeOf(eye, { pupil, iris, confidence: 1, mask, highlights: 0 })
      t.ok(code.bits.every((lane, i) => (lane & ~code.mask[i]!) === 0))
    }),
    runs,
  )
})

const template: IrisTemplate = {
  code: codeOf(once('station', 2, 0)),
  pupil: { x: 320.5, y: 240, r: 50.25 },
  iris: { x: 318, y: 241, r: 120 },
  quality: 83,
}

t.test('a template file gives back what was written, and its size says little of the eye', async (t) => {
  const bytes = writeIrisTemplate(template)
  t.equal(bytes.length, templateBytes)
  t.same(readIrisTemplate(bytes), template)
})

t.test('a template file that was tampered with is a fault or another whole template, never a crash', async (t) => {
  const bytes = writeIrisTemplate(template)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 0, max: templateBytes + 40 }),
      (changes, length) => {
        const bad = new Uint8Array(length)
        bad.set(bytes.subarray(0, length))
        for (const [at, value] of changes) if (at < length) bad[at] = value
        try {
          const { code, quality } = readIrisTemplate(bad)
          t.ok(code.bits.every((lane, i) => (lane & ~code.mask[i]!) === 0) && quality <= 100)
        } catch (error) {
          t.ok(isFaultOf(error, 'input'), String(error))
        }
      },
    ),
    { numRuns: 300, seed },
  )
  t.throws(() => readIrisTemplate(bytes.subarray(0, templateBytes - 1)), { code: 'input.corrupt' })
  t.throws(() => readIrisTemplate(bytes.map((byte, i) => (i === 4 ? 9 : byte))), { code: 'input.unsupported' })
})
