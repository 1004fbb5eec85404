// Face quality: scalars are OFIQ's, natives follow the picture, the backdrop is judged by its colour, a covered head is nobody's business here.

import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import sharp from 'sharp'
import t from 'tap'
import { alignFace } from '../../daemon/kernels/face/assess.js'
import { type FaceComponent, faceComponents, unmeasuredComponents } from '../../daemon/kernels/face/components.js'
import type { Point, RgbImage } from '../../daemon/kernels/face/face.js'
import { findFaces } from '../../daemon/kernels/face/find.js'
import { defaultPhotoPolicy, expectedBackground, fallsShort, judgePhoto, type PhotoPolicy } from '../../daemon/kernels/face/ktp-photo.js'
import { landmarkCount } from '../../daemon/kernels/face/landmarks.js'
import { type FaceAdvice, liveAllPresent, measureFace } from '../../daemon/kernels/face/live.js'
import { openFaceNetworks } from '../../daemon/kernels/face/networks.js'
import { headPose } from '../../daemon/kernels/face/pose.js'
import { applied, inverse, robustSimilarity, sampleRgb } from '../../daemon/kernels/face/quality/align.js'
import { ciede2000, labOfHex } from '../../daemon/kernels/face/quality/colour.js'
import { commonShare, histogram, luminanceFigures, luminanceOf } from '../../daemon/kernels/face/quality/luminance.js'
import { sharpnessFeatureNames, sharpnessFeatures } from '../../daemon/kernels/face/quality/sharpness-features.js'
import { faceRegion, landmarkHull } from '../../daemon/kernels/face/regions.js'
import { scalarOf } from '../../daemon/kernels/face/scalars.js'
import type { FacePresentation } from '../../simulator/people/person.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { assess, changed, moved, type Seen, see, seePerson } from './face-people.js'

const ofiq = join(resolve('../shared/data'), 'face/ofiq')
const missing = existsSync(ofiq) ? false : `SKIPPED: no test data at ${ofiq}`
const networks = await openFaceNetworks()
t.teardown(() => networks.close())
/** A man and a woman before red and blue cloth. */
const red = await seePerson(3, 1983, networks)
const blue = await seePerson(2, 1982, networks)

interface TableRow {
  readonly file: string
  value(column: string): number
}

function table(): readonly TableRow[] {
  const [head = [], ...rows] = readFileSync(join(ofiq, 'expected_results.csv'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(';'))
  return rows.map((row) => ({ file: row[0]!.split('/').at(-1)!, value: (column) => Number(row[head.indexOf(column)]) }))
}

t.test('gives every scalar of the conformance table from its native value', { skip: missing }, (t) => {
  const rows = table()
  const off = rows.flatMap(({ file, value }) =>
    faceComponents
      .filter((component) => scalarOf(component, value(component)) !== value(`${component}.scalar`))
      .map((component) => `${file} ${component}`),
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

const scalar = (seen: Seen, component: FaceComponent): number => {
  const result = assess(seen).components[component]
  return result === 'not_measured' ? Number.NaN : result.scalar
}
const native = (seen: Seen, component: FaceComponent): number => {
  const result = assess(seen).components[component]
  return result === 'not_measured' ? Number.NaN : result.native
}
const sitter = ({ birthYear }: Seen) => ({ birthYear, citizen: true })
const live = (seen: Seen, policy: PhotoPolicy = defaultPhotoPolicy) =>
  measureFace(seen.image, seen.faces, seen.mesh, seen.pose, policy, sitter(seen))
const judged = (seen: Seen, policy: PhotoPolicy = defaultPhotoPolicy) => judgePhoto(assess(seen), seen.image, policy, sitter(seen))

t.test('what needs a network that is not here is not measured, and everything else is', (t) => {
  const { components } = assess(red)
  for (const component of faceComponents) {
    const result = components[component]
    const expected = (unmeasuredComponents as readonly string[]).includes(component)
    t.equal(result === 'not_measured', expected, component)
    if (result !== 'not_measured') t.ok(Number.isFinite(result.native) && result.scalar >= 0, component)
  }
  t.end()
})

t.test('light on the face moves the components of light', (t) => {
  const darker = changed(red, (r, g, b) => [r * 0.4, g * 0.4, b * 0.4])
  t.ok(native(darker, 'LuminanceMean') < 0.4 * native(red, 'LuminanceMean'))
  t.ok(scalar(darker, 'LuminanceMean') < 20)
  t.ok(native(darker, 'UnderExposurePrevention') > native(red, 'UnderExposurePrevention'))
  t.equal(live(darker).advice, 'more_light')
  const washed = changed(red, (r, g, b) => [r * 2.2, g * 2.2, b * 2.2])
  t.ok(scalar(washed, 'OverExposurePrevention') < 20)
  t.equal(live(washed).advice, 'less_light')
  const flat = changed(red, (r, g, b) => [120 + 0.1 * r, 110 + 0.1 * g, 100 + 0.1 * b])
  t.ok(native(flat, 'DynamicRange') < native(red, 'DynamicRange') - 1)
  const { geometry } = alignFace(red.mesh)!
  const shaded = changed(red, (r, g, b, x) => (x < geometry.eyeMid.x ? [r * 0.45, g * 0.45, b * 0.45] : [r, g, b]))
  t.ok(native(shaded, 'IlluminationUniformity') < 0.25 * native(red, 'IlluminationUniformity'))
  t.equal(live(shaded).advice, 'even_light')
  const green = changed(red, (r, g, b) => [r * 0.5, g, b * 0.6])
  t.ok(native(red, 'NaturalColour') === 0 && native(green, 'NaturalColour') === 100)
  const grey = changed(red, (r, g) => [(r + g) / 2, (r + g) / 2, (r + g) / 2])
  t.equal(native(grey, 'NaturalColour'), 0, 'a grey picture has no wrong colour')
  t.end()
})

t.test('shut eyes and an open mouth are seen in the mesh, and told', (t) => {
  const lids = { 160: 144, 159: 145, 158: 153, 385: 380, 386: 374, 387: 373 } as const
  const shut = moved(red, Object.keys(lids).map(Number), (vertex, points) => {
    const lower = 3 * lids[vertex as unknown as keyof typeof lids]
    return [points[lower]!, points[lower + 1]! - 1]
  })
  t.ok(scalar(red, 'EyesOpen') > 90 && scalar(shut, 'EyesOpen') < 30)
  t.equal(live(shut).advice, 'open_eyes')
  t.same(judged(shut).shortcomings, ['EyesOpen'])
  const { eyesToChin } = alignFace(red.mesh)!.geometry
  const yawning = moved(red, [14, 178, 402], (vertex, points) => [points[3 * vertex]!, points[3 * vertex + 1]! + 0.3 * eyesToChin])
  t.ok(scalar(red, 'MouthClosed') > 80 && scalar(yawning, 'MouthClosed') < 30)
  t.equal(live(yawning).advice, 'close_mouth')
  t.end()
})

t.test('blur lowers our sharpness, brightness does not, and it is kept apart from that of OFIQ', async (t) => {
  const { widthPx, heightPx } = red.image
  const blurred = await sharp(red.image.rgb, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .blur(3)
    .raw()
    .toBuffer()
  const soft: Seen = { ...red, image: { ...red.image, rgb: new Uint8Array(blurred) } }
  const dim = changed(red, (r, g, b) => [r * 0.7, g * 0.7, b * 0.7])
  const of = (seen: Seen) => assess(seen).own.rekamSharpness
  t.ok(of(soft).scalar < 15 && of(red).scalar > 50, `${of(soft).scalar} ${of(red).scalar}`)
  t.ok(Math.abs(of(dim).native - of(red).native) < 0.05)
  t.equal(live(soft).advice, 'hold_still')
  t.equal(assess(red).components.Sharpness, 'not_measured')
  const blank = changed(red, () => [128, 128, 128])
  t.equal(of(blank).scalar, -1, 'nothing to judge by')
})

t.test('cloth of the birth year passes, any other is told with its distance', (t) => {
  for (const seen of [red, blue]) {
    const right = judged(seen)
    t.same(right.shortcomings, [], `${seen.birthYear}`)
    t.equal(right.background?.expected, seen.birthYear % 2 === 1 ? '#db1514' : '#0090ff')
    t.ok(right.background!.ok && right.background!.deltaE < 8)
    t.match(live(seen), { advice: '', present: true })
    const other = { ...seen, birthYear: seen.birthYear + 1 }
    t.same(judged(other).shortcomings, ['background'])
    t.ok(judged(other).background!.deltaE > 40)
    t.equal(live(other).advice, 'change_backdrop')
    t.ok(live(other).measure < liveAllPresent)
  }
  for (const [name, colour] of Object.entries({
    white: [235, 235, 235],
    grey: [128, 128, 128],
    orange: [255, 140, 0],
    navy: [20, 40, 110],
    green: [30, 140, 60],
  })) {
    const seen = changed(red, (r, g, b) => (isCloth(r, g, b) ? (colour as [number, number, number]) : [r, g, b]))
    t.same(judged(seen).shortcomings, ['background'], name)
  }
  const dimmer = changed(red, (r, g, b) => (isCloth(r, g, b) ? [r * 0.8, g * 0.8, b * 0.8] : [r, g, b]))
  t.ok(judged(dimmer).background!.ok, 'the same cloth in less light')
  t.end()
})

const isCloth = (r: number, g: number, b: number): boolean => r - Math.max(g, b) > 95

t.test('a backdrop that is no plain cloth is told, and lowers its uniformity', (t) => {
  const striped = changed(red, (r, g, b, x) => (isCloth(r, g, b) && Math.floor(x / 40) % 2 === 0 ? [240, 240, 240] : [r, g, b]))
  const verdict = judged(striped).background!
  t.ok(!verdict.plain && !verdict.ok)
  t.equal(live(striped).advice, 'change_backdrop')
  t.ok(native(striped, 'BackgroundUniformity') > 5 * native(red, 'BackgroundUniformity'))
  t.ok(scalar(striped, 'BackgroundUniformity') < scalar(red, 'BackgroundUniformity'))
  t.end()
})

t.test('what colour a foreigner sits before is configured', (t) => {
  const rule = defaultPhotoPolicy.background
  t.equal(expectedBackground({ birthYear: 1990, citizen: false }, rule), rule.even)
  t.equal(expectedBackground({ birthYear: 1991, citizen: false }, { ...rule, foreigner: '#ff8c00' }), '#ff8c00')
  t.equal(expectedBackground({ birthYear: 1991, citizen: false }, { ...rule, foreigner: 'any' }), undefined)
  t.equal(expectedBackground({ birthYear: 1991, citizen: true }, { ...rule, foreigner: 'any' }), rule.odd)
  const any: PhotoPolicy = { ...defaultPhotoPolicy, background: { ...rule, foreigner: 'any' } }
  t.ok(judgePhoto(assess(blue), blue.image, any, { birthYear: 1991, citizen: false }).ok)
  t.end()
})

t.test('a covered head is never refused for being covered', async (t) => {
  // Two drawn veils and long hair; then a veil and a cap in several colours painted over one of them.
  for (const seed of [21, 22, 26]) {
    const seen = await seePerson(seed, 1970 + seed, networks)
    t.same(judged(seen).shortcomings, [], `person ${seed}`)
    t.equal(live(seen).advice, '', `person ${seed}`)
  }
  const { geometry, landmarks } = alignFace(red.mesh)!
  const { eyeMid, eyeDistance, eyesToChin } = geometry
  const face = faceRegion(landmarks, red.image.widthPx, red.image.heightPx)
  const inOval = (x: number, y: number, across: number, down: number, lower: number) =>
    Math.hypot((x - eyeMid.x) / (across * eyeDistance), (y - eyeMid.y - lower * eyesToChin) / (down * eyesToChin)) < 1
  const veil = (x: number, y: number) => inOval(x, y, 1.35, 1.45, 0) && !inOval(x, y, 0.95, 0.95, 0.2)
  const cap = (x: number, y: number) =>
    Math.abs(x - eyeMid.x) < 1.1 * eyeDistance && y < eyeMid.y - 0.55 * eyesToChin && y > eyeMid.y - 1.5 * eyesToChin
  const colours = [
    [20, 20, 24],
    [240, 236, 228],
    [30, 60, 160],
    [190, 150, 60],
  ] as const
  for (const colour of colours) {
    for (const covered of [veil, cap]) {
      const seen = changed(red, (r, g, b, x, y) => (covered(x, y) && face[y * red.image.widthPx + x] === 0 ? colour : [r, g, b]))
      t.same(judged(seen).shortcomings, [], `${covered.name} ${colour}`)
      t.equal(live(seen).advice, '', `${covered.name} ${colour}`)
    }
  }
})

t.test('a person who sits badly is told what is wrong, in the drawing’s own terms', async (t) => {
  const person = syntheticPerson(2, { birthYear: 1982 })
  const sits = async (presentation: FacePresentation) => live(await see(person, 1982, networks, presentation))
  const told: readonly (readonly [FaceAdvice | '', FacePresentation])[] = [
    ['', { yawDeg: 3, rollDeg: -2, smile: 0.3, backdropCreases: 0.5 }],
    ['face_straight', { yawDeg: 18 }],
    ['raise_chin', { pitchDeg: 22 }],
    ['open_eyes', { eyesOpen: 0 }],
    ['come_closer', { distance: 2.6 }],
    ['move_back', { distance: 0.75 }],
    ['more_light', { light: { level: 0.3 } }],
  ]
  for (const [advice, presentation] of told) {
    const { advice: given, measure } = await sits(presentation)
    t.equal(given, advice, JSON.stringify(presentation))
    t.equal(measure >= liveAllPresent, advice === '', `${measure}`)
  }
})

t.test('eyes that are shut are refused, eyes that cannot be judged are not', (t) => {
  t.ok(fallsShort('rekamEyesOpen', 5, defaultPhotoPolicy) && !fallsShort('rekamEyesOpen', -1, defaultPhotoPolicy))
  t.ok(fallsShort('DynamicRange', -1, defaultPhotoPolicy), 'anything else that could not be judged is')
  const blank = changed(red, (r, g, b, _, y) => (y > 300 && y < 700 ? [90, 90, 90] : [r, g, b]))
  t.equal(assess(blank).own.rekamEyesOpen.scalar, -1)
  t.notOk(judged(blank).shortcomings.includes('rekamEyesOpen'))
  t.end()
})

t.test('advice names the one thing that helps most', (t) => {
  const posed = (pose: Partial<Seen['pose']>): Seen => ({ ...red, pose: { ...red.pose, ...pose } })
  t.equal(live(posed({ yawDeg: 20 })).advice, 'face_straight')
  t.equal(live(posed({ pitchDeg: 25 })).advice, 'raise_chin', 'a head that looks down')
  t.equal(live(posed({ pitchDeg: -25 })).advice, 'lower_chin')
  t.equal(live(posed({ rollDeg: -15, yawDeg: 20 })).advice, 'hold_head_upright')
  const [face] = red.faces
  const second = { ...face!, x: 40, width: 0.7 * face!.width, height: 0.7 * face!.height }
  const two: Seen = { ...posed({ yawDeg: 20 }), faces: [face!, second] }
  t.equal(live(two).advice, 'one_person_only')
  t.ok(scalar(two, 'SingleFacePresent') < 60)
  const passer: Seen = { ...red, faces: [face!, { ...second, width: 0.3 * face!.width, height: 0.3 * face!.height }] }
  t.equal(live(passer).advice, '', 'a small face in the background may pass')
  t.equal(measureFace(red.image, [], undefined, undefined, defaultPhotoPolicy, sitter(red)).advice, 'look_at_camera')
  t.match(measureFace(red.image, [face!, second], undefined, undefined, defaultPhotoPolicy, sitter(red)), {
    advice: 'one_person_only',
    present: false,
    measure: 0,
  })
  t.end()
})

t.test('distance and place are judged by the portrait that would be cut out', (t) => {
  const far: PhotoPolicy = { ...defaultPhotoPolicy, leastEyeDistancePx: 400 }
  t.equal(live(red, far).advice, 'come_closer')
  t.same(judged(red, far).shortcomings, ['eye_distance'])
  const { eyeMid, eyeDistance } = alignFace(red.mesh)!.geometry
  const window = (left: number, top: number, width: number, height: number): Seen => {
    const rgb = new Uint8Array(3 * width * height)
    for (let y = 0; y < height; y++) {
      const from = 3 * ((y + top) * red.image.widthPx + left)
      rgb.set(red.image.rgb.subarray(from, from + 3 * width), 3 * y * width)
    }
    const points = red.mesh.points.map((value, i) => (i % 3 === 0 ? value - left : i % 3 === 1 ? value - top : value))
    return { ...red, image: { rgb, widthPx: width, heightPx: height }, mesh: { ...red.mesh, points } }
  }
  const atTheSide = window(Math.round(eyeMid.x - 1.3 * eyeDistance), 0, 1000, 1080)
  t.equal(live(atTheSide).advice, 'center_face')
  t.same(judged(atTheSide).shortcomings, ['framing'])
  const tooNear = window(Math.round(eyeMid.x - 1.5 * eyeDistance), 100, Math.round(3 * eyeDistance), 900)
  t.equal(live(tooNear).advice, 'move_back')
  t.end()
})

t.test('the measure is 50 or more exactly when nothing is missing', (t) => {
  const pose = fc.record({
    yawDeg: fc.integer({ min: -20, max: 20 }),
    pitchDeg: fc.integer({ min: -20, max: 20 }),
    rollDeg: fc.integer({ min: -20, max: 20 }),
  })
  fc.assert(
    fc.property(pose, fc.integer({ min: 1, max: 100 }), (turned, least) => {
      const policy: PhotoPolicy = { ...defaultPhotoPolicy, least: { ...defaultPhotoPolicy.least, LuminanceMean: least } }
      const { measure, advice } = live({ ...red, pose: turned }, policy)
      return measure >= liveAllPresent === (advice === '')
    }),
    { numRuns: 60 },
  )
  t.end()
})

t.test('no mesh, however broken, ends in more than "no face"', (t) => {
  const wild = fc.constantFrom(0, 1e9, -1e9, Number.NaN, Number.POSITIVE_INFINITY, 300, -5)
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(467), wild, wild), { maxLength: 200 }), fc.boolean(), (moves, empty) => {
      const points = empty ? new Float32Array(3 * 468) : Float32Array.from(red.mesh.points)
      for (const [vertex, x, y] of moves) points.set([x, y], 3 * vertex)
      const { measure } = live({ ...red, mesh: { points, presence: 1 } })
      return measure >= 0 && measure <= 100
    }),
    { numRuns: 100 },
  )
  const nowhere = { points: new Float32Array(3 * 468), presence: 1 }
  t.equal(alignFace(nowhere), undefined)
  t.match(live({ ...red, mesh: nowhere }), { present: false, measure: 0, advice: 'look_at_camera' })
  t.end()
})

/** Thumbnails of 93 pixels, enlarged: the table's values belong to pictures 32 times as wide. Tolerances are of the median over 14 pictures. */
const geometryWithin: readonly (readonly [FaceComponent, number])[] = [
  ['HeadSize', 0.02],
  ['LeftwardCropOfTheFaceImage', 0.25],
  ['RightwardCropOfTheFaceImage', 0.25],
  ['MarginAboveOfTheFaceImage', 0.25],
  ['MarginBelowOfTheFaceImage', 0.25],
  ['LuminanceMean', 0.02],
  ['DynamicRange', 0.15],
  ['EyesOpen', 0.03],
]

t.test('natives of the conformance thumbnails lie near the table', { skip: missing }, async (t) => {
  const off = new Map<FaceComponent, number[]>()
  for (const { file, value } of table()) {
    const thumb = sharp(join(ofiq, `thumb-${file.replace('.png', '.jpg')}`)).resize({ width: 372, kernel: 'cubic' })
    const { data, info } = await thumb.removeAlpha().raw().toBuffer({ resolveWithObject: true })
    const image = { rgb: new Uint8Array(data), widthPx: info.width, heightPx: info.height }
    const located = await findFaces(image, networks)
    if (located[0] === undefined) continue
    const { mesh } = located[0]
    const seen: Seen = { image, faces: located.map(({ face }) => face), mesh, pose: headPose(mesh), birthYear: 1990 }
    for (const [component] of geometryWithin) {
      off.set(component, [...(off.get(component) ?? []), Math.abs(native(seen, component) - value(component))])
    }
  }
  for (const [component, within] of geometryWithin) {
    const errors = (off.get(component) ?? []).sort((a, b) => a - b)
    t.ok(
      errors.length >= 12 && errors[errors.length >> 1]! <= within,
      `${component}: median off by ${errors[errors.length >> 1]?.toFixed(3)}`,
    )
  }
})
