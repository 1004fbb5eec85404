// Face quality: natives follow the picture, the backdrop is judged by its colour, a covered head is nobody's business here.

import fc from 'fast-check'
import sharp from 'sharp'
import t from 'tap'
import { ofiqRows } from '../../bench/ofiq/table.js'
import { alignFace } from '../../daemon/kernels/face/assess.js'
import { type FaceComponent, faceComponents, unmeasuredComponents } from '../../daemon/kernels/face/components.js'
import { findFaces } from '../../daemon/kernels/face/find.js'
import { defaultPhotoPolicy, expectedBackground, fallsShort, judgePhoto, type PhotoPolicy } from '../../daemon/kernels/face/ktp-photo.js'
import { type FaceAdvice, liveAllPresent, measureFace } from '../../daemon/kernels/face/live.js'
import { openFaceNetworks } from '../../daemon/kernels/face/networks.js'
import { headPose } from '../../daemon/kernels/face/pose.js'
import { faceRegion } from '../../daemon/kernels/face/regions.js'
import type { FacePresentation } from '../../simulator/people/person.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { assess, changed, moved, type Seen, see, seePerson } from './face-people.js'
import { noOfiq, ofiqFolder } from './face-scene.js'

const networks = await openFaceNetworks()
t.teardown(() => networks.close())
/** A man and a woman before red and blue cloth. */
const red = await seePerson(3, 1983, networks)
const blue = await seePerson(2, 1982, networks)

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

t.test('natives of the conformance thumbnails lie near the table', { skip: noOfiq }, async (t) => {
  const off = new Map<FaceComponent, number[]>()
  for (const { file, value } of ofiqRows(ofiqFolder)) {
    const thumb = sharp(file).resize({ width: 372, kernel: 'cubic' })
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
