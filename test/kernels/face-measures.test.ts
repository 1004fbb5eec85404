// The arithmetic of face quality, without a network: scalars are OFIQ's, geometry and colour are what they are defined to be.

import fc from 'fast-check'
import t from 'tap'
import { ofiqRows } from '../../bench/ofiq/table.js'
import { type FaceComponent, faceComponents } from '../../daemon/kernels/face/components.js'
import type { Point, RgbImage } from '../../daemon/kernels/face/face.js'
import { landmarkCount } from '../../daemon/kernels/face/landmarks.js'
import { applied, inverse, robustSimilarity, sampleRgb } from '../../daemon/kernels/face/quality/align.js'
import { ciede2000, labOfHex } from '../../daemon/kernels/face/quality/colour.js'
import { commonShare, histogram, luminanceFigures, luminanceOf } from '../../daemon/kernels/face/quality/luminance.js'
import { sharpnessFeatureNames, sharpnessFeatures } from '../../daemon/kernels/face/quality/sharpness-features.js'
import { faceRegion, landmarkHull } from '../../daemon/kernels/face/regions.js'
import { scalarOf } from '../../daemon/kernels/face/scalars.js'
import { noOfiq, ofiqFolder } from './face-scene.js'

t.test('gives every scalar of the conformance table from its native value', { skip: noOfiq }, (t) => {
  const rows = ofiqRows(ofiqFolder)
  const off = rows.flatMap(({ name, value }) =>
    faceComponents
      .filter((component) => scalarOf(component, value(component)) !== value(`${component}.scalar`))
      .map((component) => `${name} ${component}`),
  )
  t.equal(rows.length * faceComponents.length, 392)
  t.same(off, [])
  t.end()
})

t.test('scalars are whole numbers of 0 to 100 for any native value, and -1 for none', (t) => {
  const numbers = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 })
  fc.assert(
    fc.property(fc.constantFrom(...faceComponents), numbers, (component, native) => {
      // A share cannot be negative: its root has no value.
      const x = component === 'IlluminationUniformity' || component === 'LuminanceVariance' ? Math.abs(native) : native
      const scalar = scalarOf(component, x)
      return Number.isInteger(scalar) && scalar >= 0 && scalar <= 100
    }),
  )
  for (const component of faceComponents) t.equal(scalarOf(component, Number.NaN), -1, component)
  t.end()
})

t.test('scalars rise or fall with their native value as the standard means it', (t) => {
  const rises: readonly FaceComponent[] = [
    'UnifiedQualityScore',
    'IlluminationUniformity',
    'DynamicRange',
    'EyesOpen',
    'InterEyeDistance',
    'Sharpness',
  ]
  const falls: readonly FaceComponent[] = [
    'BackgroundUniformity',
    'UnderExposurePrevention',
    'NaturalColour',
    'MouthClosed',
    'SingleFacePresent',
    'NoHeadCoverings',
  ]
  fc.assert(
    fc.property(fc.double({ min: 0, max: 300, noNaN: true }), fc.double({ min: 0, max: 50, noNaN: true }), (low, more) => {
      for (const component of rises) if (scalarOf(component, low + more) < scalarOf(component, low)) return false
      for (const component of falls) if (scalarOf(component, low + more) > scalarOf(component, low)) return false
      return true
    }),
  )
  t.ok(scalarOf('HeadSize', 0.45) === 100 && scalarOf('HeadSize', 0.3) < 20 && scalarOf('HeadSize', 0.6) < 20)
  t.end()
})

t.test('a similarity is found again through one point that lies far off, and undone', (t) => {
  const five: readonly Point[] = [
    { x: 251, y: 272 },
    { x: 364, y: 272 },
    { x: 308, y: 336 },
    { x: 262, y: 402 },
    { x: 355, y: 402 },
  ]
  const range = (limit: number) => fc.double({ min: -limit, max: limit, noNaN: true })
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 5, noNaN: true }),
      range(Math.PI),
      range(500),
      range(500),
      fc.nat(4),
      (scale, turn, tx, ty, wild) => {
        const by = { a: scale * Math.cos(turn), b: scale * Math.sin(turn), tx, ty }
        const from = five.map((point) => applied(by, point))
        from[wild] = { x: from[wild]!.x + 80 * scale, y: from[wild]!.y - 50 * scale }
        const found = robustSimilarity(from, five)!
        const back = inverse(found)
        return five.every((point, k) => {
          const there = applied(by, point)
          const again = applied(found, there)
          const returned = applied(back, point)
          return (
            Math.hypot(again.x - point.x, again.y - point.y) < 1e-6 &&
            (k === wild || Math.hypot(returned.x - there.x, returned.y - there.y) < 1e-6)
          )
        })
      },
    ),
  )
  t.equal(robustSimilarity(Array(5).fill({ x: 3, y: 3 }), five), undefined)
  t.end()
})

t.test('sampling on whole pixels gives them unchanged, and black beyond the border', (t) => {
  const image: RgbImage = { rgb: Uint8Array.from({ length: 12 * 9 * 3 }, (_, i) => (i * 37) % 256), widthPx: 12, heightPx: 9 }
  const out = new Uint8Array(3 * 14 * 11)
  sampleRgb(image, { a: 1, b: 0, tx: 0, ty: 0 }, -1, -1, 1, 14, 11, out)
  const off: string[] = []
  for (let y = 0; y < 11; y++) {
    for (let x = 0; x < 14; x++) {
      const inside = x > 0 && y > 0 && x < 13 && y < 10
      const expected = inside ? image.rgb[((y - 1) * 12 + x - 1) * 3 + 1] : 0
      if (out[(y * 14 + x) * 3 + 1] !== expected) off.push(`${x}, ${y}`)
    }
  }
  t.same(off, [])
  t.end()
})

t.test('luminance is linear light, and its figures are those of the histogram', (t) => {
  const grey = new Uint8Array(2)
  luminanceOf(Uint8Array.of(128, 128, 128, 255, 0, 0), grey)
  t.same([...grey], [55, 54], 'mid-grey reflects 21.6 %, full red shines 21.3 %')
  const halves = histogram(Uint8Array.of(0, 0, 255, 255, 77), Uint8Array.of(1, 1, 1, 1, 0))
  t.match(luminanceFigures(halves), { mean: 0.5, variance: 0.25, dynamicRange: 1, underExposed: 0.5, overExposed: 0.5 })
  t.equal(commonShare(halves, halves), 1)
  t.equal(commonShare(halves, histogram(Uint8Array.of(9), Uint8Array.of(1))), 0)
  t.ok(Number.isNaN(luminanceFigures(new Uint32Array(256)).mean), 'of nothing')
  t.end()
})

t.test('the region of a face is the hull of its landmarks', (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 40, max: 260 }), { minLength: 2 * landmarkCount, maxLength: 2 * landmarkCount }), (places) => {
      const landmarks = Float32Array.from(places)
      const hull = landmarkHull(landmarks)
      const region = faceRegion(landmarks, 300, 300)
      for (let y = 30; y < 270; y += 3) {
        for (let x = 30; x < 270; x += 3) {
          const depth = depthIn(hull, { x, y })
          // Drawn at 224 pixels and scaled back: two pixels around the outline are nobody's.
          if (Math.abs(depth) > 3 && (region[y * 300 + x] === 1) !== depth > 0) return false
        }
      }
      return true
    }),
    { numRuns: 20 },
  )
  t.end()
})

/** Distance to the nearest edge line, positive inside. */
function depthIn(hull: readonly Point[], { x, y }: Point): number {
  const depths = hull.map((from, k) => {
    const to = hull[(k + 1) % hull.length]!
    return ((to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x)) / Math.hypot(to.x - from.x, to.y - from.y)
  })
  return Math.min(...depths)
}

t.test('colour differences are those of the CIEDE2000 test data', (t) => {
  const pairs = [
    [50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425],
    [50, 2.5, 0, 73, 25, -18, 27.1492],
    [50, 2.5, 0, 61, -5, 29, 22.8977],
    [50, 2.5, 0, 56, -27, -3, 31.903],
    [50, 2.5, 0, 58, 24, 15, 19.4535],
    [50, -0.001, 2.49, 50, 0.001, -2.49, 4.8045],
    [60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644],
    [2.0776, 0.0795, -1.135, 0.9033, -0.0636, -0.5514, 0.9082],
  ] as const
  for (const [l1, a1, b1, l2, a2, b2, expected] of pairs) {
    const [p, q] = [
      { l: l1, a: a1, b: b1 },
      { l: l2, a: a2, b: b2 },
    ]
    t.ok(Math.abs(ciede2000(p, q) - expected) < 1e-4 && Math.abs(ciede2000(q, p) - expected) < 1e-4, `${expected}`)
  }
  const white = labOfHex('#ffffff')
  t.ok(Math.abs(white.l - 100) < 1e-3 && Math.abs(white.a) < 0.01 && Math.abs(white.b) < 0.01)
  t.end()
})

t.test('sharpness features are those of plain convolutions', (t) => {
  const side = 60
  const rgb = new Uint8Array(3 * side * side)
  for (let i = 0; i < side * side; i++) rgb.fill((i * i * 31 + 7 * i) % 256, 3 * i, 3 * i + 3)
  const ring = Float32Array.from({ length: 2 * landmarkCount }, (_, i) => {
    const angle = (2 * Math.PI * (i >> 1)) / landmarkCount
    return Math.round(30 + 20 * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle)))
  })
  const features = sharpnessFeatures({ rgb, widthPx: side, heightPx: side }, ring)
  const { grey, mask } = cropToMask(rgb, faceRegion(ring, side, side), side)
  const soft = convolved(grey, outer([1, 2, 1], [1, 2, 1])).map((row) => row.map((value) => Math.floor(value / 16 + 0.5)))
  const expected: Record<string, Plane> = {
    laplacian1: convolved(soft, [[0, 1, 0], [1, -4, 1], [0, 1, 0]]), // biome-ignore format: a kernel
    laplacian3: convolved(soft, [[2, 0, 2], [0, -8, 0], [2, 0, 2]]), // biome-ignore format: a kernel
    laplacian5: convolved(soft, sumOf(outer([1, 0, -2, 0, 1], [1, 4, 6, 4, 1]), outer([1, 4, 6, 4, 1], [1, 0, -2, 0, 1]))),
    meanDifference3: less(
      grey,
      convolved(grey, outer([1, 1, 1], [1, 1, 1])).map((row) => row.map((value) => Math.round(value / 9))),
    ),
    sobel1: convolved(grey, outer([-1, 0, 1], [-1, 0, 1])),
    sobel3: convolved(grey, outer([-1, 0, 1], [-1, 0, 1])),
    sobel5: convolved(grey, outer([-1, -2, 0, 2, 1], [-1, -2, 0, 2, 1])),
    sobel7: convolved(grey, outer([-1, -4, -5, 0, 5, 4, 1], [-1, -4, -5, 0, 5, 4, 1])),
  }
  t.same([features.length, sharpnessFeatureNames.length], [26, 26])
  for (const [name, plane] of Object.entries(expected)) {
    const values = plane.flatMap((row, y) => row.filter((_, x) => mask[y]![x] === 1).map(Math.abs))
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
    const at = sharpnessFeatureNames.indexOf(`${name}.mean`)
    t.ok(Math.abs(features[at]! - mean) < 1e-6 && Math.abs(features[at + 1]! - deviation) < 1e-4, name)
  }
  t.end()
})

type Plane = readonly (readonly number[])[]

function outer(down: readonly number[], across: readonly number[]): Plane {
  return down.map((a) => across.map((b) => a * b))
}

function sumOf(a: Plane, b: Plane): Plane {
  return a.map((row, y) => row.map((value, x) => value + b[y]![x]!))
}

function less(a: Plane, b: Plane): Plane {
  return a.map((row, y) => row.map((value, x) => value - b[y]![x]!))
}

/** Correlation with a kernel; beyond the border the picture is mirrored about its outermost pixels. */
function convolved(plane: Plane, kernel: Plane): number[][] {
  const half = kernel.length >> 1
  const mirrored = (place: number, size: number) => (place < 0 ? -place : place >= size ? 2 * size - 2 - place : place)
  return plane.map((line, y) =>
    line.map((_, x) => {
      let sum = 0
      kernel.forEach((row, j) => {
        row.forEach((tap, k) => {
          sum += tap * plane[mirrored(y + j - half, plane.length)]![mirrored(x + k - half, line.length)]!
        })
      })
      return sum
    }),
  )
}

/** The picture's first channel and the mask, in the mask's bounds. */
function cropToMask(rgb: Uint8Array, mask: Uint8Array, side: number): { readonly grey: Plane; readonly mask: Plane } {
  const inside = [...mask.keys()].filter((i) => mask[i] === 1)
  const [xs, ys] = [inside.map((i) => i % side), inside.map((i) => Math.floor(i / side))]
  const [left, top] = [Math.min(...xs), Math.min(...ys)]
  const cut = (value: (i: number) => number) =>
    Array.from({ length: Math.max(...ys) - top + 1 }, (_, y) =>
      Array.from({ length: Math.max(...xs) - left + 1 }, (_, x) => value((y + top) * side + x + left)),
    )
  return { grey: cut((i) => rgb[3 * i]!), mask: cut((i) => mask[i]!) }
}
