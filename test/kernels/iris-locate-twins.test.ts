// The twins of the iris location against their references: the same bytes, votes and edges, on noise, flats, edges, odd sizes and drawn eyes.

import fc from 'fast-check'
import t from 'tap'
import { openByArea } from '../../daemon/kernels/iris/locate/area-opening.js'
import { copyIn } from '../../daemon/kernels/iris/locate/memory.js'
import type { Plane } from '../../daemon/kernels/iris/locate/plane.js'
import { edgeContrast, radialEdges } from '../../daemon/kernels/iris/locate/radial.js'
import { arc, directionsOf } from '../../daemon/kernels/iris/locate/rays.js'
import { cutAround, shrink } from '../../daemon/kernels/iris/locate/shrink.js'
import { votedDiscs } from '../../daemon/kernels/iris/locate/votes.js'
import { locateIris } from '../../daemon/kernels/iris/locate.js'
import { openSimd } from '../../daemon/kernels/simd/simd.js'
import { eyeSet } from '../../simulator/people/eye/sets.js'
import { seededRandom } from '../../simulator/seeded-random.js'

const simd = openSimd()

/** Runs `work` on the picture by reference and by twin. */
function both<T>(plane: Plane, work: (plane: Plane) => T): [T, T] {
  return [work(plane), simd.lease((take) => work(copyIn(plane, simd, take)))]
}

const bytes = ({ grey, widthPx, heightPx }: Plane) => ({ grey: Buffer.from(grey.slice()).toString('hex'), widthPx, heightPx })

/** Noise of some strength, discs and bars on a flat, as often nothing but the flat. */
const pictures = fc
  .record({
    widthPx: fc.integer({ min: 32, max: 131 }),
    heightPx: fc.integer({ min: 32, max: 117 }),
    seed: fc.nat(),
    noise: fc.nat(3),
    discs: fc.nat(4),
  })
  .map(({ widthPx, heightPx, seed, noise, discs }): Plane => {
    const random = seededRandom(seed)
    const strength = [0, 4, 40, 255][noise]!
    const grey = Uint8Array.from({ length: widthPx * heightPx }, () => (255 - strength) * 0.5 + strength * random.next())
    for (let disc = 0; disc < discs; disc++) {
      const [cx, cy, r, value] = [random.next() * widthPx, random.next() * heightPx, 3 + random.next() * 30, random.next() * 255]
      const bar = random.next() < 0.3
      for (let i = 0; i < grey.length; i++) {
        const [x, y] = [i % widthPx, Math.floor(i / widthPx)]
        if (bar ? Math.abs(x - cx) < r / 4 : Math.hypot(x - cx, y - cy) < r) grey[i] = value
      }
    }
    return { grey, widthPx, heightPx }
  })

const circles = fc.record({
  x: fc.double({ min: -20, max: 150, noNaN: true }),
  y: fc.double({ min: -20, max: 140, noNaN: true }),
  r: fc.double({ min: 1, max: 60, noNaN: true }),
})

t.test('shrinking, of the whole and of a part', async (t) => {
  fc.assert(
    fc.property(pictures, fc.double({ min: 1.001, max: 9, noNaN: true }), circles, (picture, factor, circle) => {
      const [a, b] = both(picture, (plane) => bytes(shrink(plane, factor)))
      t.strictSame(b, a)
      if (circle.x < 0 || circle.y < 0 || circle.x >= picture.widthPx || circle.y >= picture.heightPx) return
      const [c, d] = both(picture, (plane) => bytes(cutAround(plane, circle, 1.25, Math.max(1, circle.r / 20)).plane))
      t.strictSame(d, c)
    }),
    { numRuns: 60 },
  )
})

t.test('area opening', async (t) => {
  fc.assert(
    fc.property(pictures, fc.integer({ min: 1, max: 400 }), (picture, area) => {
      const [a, b] = both(picture, (plane) => bytes(openByArea(plane, area)))
      t.strictSame(b, a)
    }),
    { numRuns: 60 },
  )
})

t.test('voted discs', async (t) => {
  fc.assert(
    fc.property(pictures, fc.double({ min: 2, max: 14, noNaN: true }), (picture, leastPx) => {
      const [a, b] = both(picture, (plane) => votedDiscs(plane, leastPx, 40, 10))
      t.strictSame(b, a)
    }),
    { numRuns: 60 },
  )
})

t.test('edges along rays and the contrast of rings, inside the picture, across its border and outside', async (t) => {
  const rays = directionsOf(arc(37))
  fc.assert(
    fc.property(pictures, circles, fc.double({ min: 0.3, max: 2, noNaN: true }), (picture, circle, stepPx) => {
      const search = { rays, from: 0.7, until: 1.4, stepPx, ringPx: Math.max(1.5, 0.15 * circle.r), least: 3 }
      const [a, b] = both(picture, (plane) => radialEdges(plane, circle, search))
      t.strictSame(b, a)
      const [c, d] = both(picture, (plane) => edgeContrast(plane, circle, rays, 0.05, 0.2, 3))
      t.strictSame(d, c)
    }),
    { numRuns: 80 },
  )
})

t.test('whole eyes, drawn', async (t) => {
  for (const set of ['lg2200', 'filled', 'station'] as const) {
    for (const { grey, widthPx, heightPx, eye } of eyeSet(set, { seed: 8, eyes: 2, looks: 1 })) {
      const reference = locateIris(grey, widthPx, heightPx)
      const twin = locateIris(grey, widthPx, heightPx, simd)
      if (!reference || !twin) throw new Error(`${set} ${eye}: nothing found`)
      const { mask, ...rest } = reference
      const { mask: twinMask, ...twinRest } = twin
      t.strictSame(twinRest, rest, `${set} ${eye}`)
      t.ok(Buffer.from(twinMask).equals(mask), `${set} ${eye}: mask`)
    }
  }
})

t.test('nothing of one picture stays for the next', async (t) => {
  const [eye] = eyeSet('lg2200', { seed: 8, eyes: 1, looks: 1 })
  if (!eye) throw new Error('an empty set')
  const fresh = locateIris(eye.grey, eye.widthPx, eye.heightPx, openSimd())
  locateIris(
    Uint8Array.from(eye.grey, (value) => 255 - value),
    eye.widthPx,
    eye.heightPx,
    simd,
  )
  t.strictSame(locateIris(eye.grey, eye.widthPx, eye.heightPx, simd)?.iris, fresh?.iris)
})
