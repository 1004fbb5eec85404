// The portrait: eyes where the template has them whatever the camera saw, what is missing is filled and said; feature points reach the record;
// a face that moves like a sheet of paper is suspected.

import fc from 'fast-check'
import t from 'tap'
import type { Point, RgbImage } from '../../daemon/kernels/face/face.js'
import { featurePoints } from '../../daemon/kernels/face/feature-points.js'
import { judgeFlatness, type MeshAt } from '../../daemon/kernels/face/flatness.js'
import { landmarksFromMesh } from '../../daemon/kernels/face/landmarks.js'
import { openFaceNetworks } from '../../daemon/kernels/face/networks.js'
import { cutPortrait, type PortraitTemplate, placementOf, printTemplate, tokenTemplate } from '../../daemon/kernels/face/portrait.js'
import { applied } from '../../daemon/kernels/face/quality/align.js'
import { type FaceGeometry, faceGeometry } from '../../daemon/kernels/face/quality/geometry.js'
import { faceImageDataType, mpeg4Landmark, readFaceImageRecord, writeFaceImageRecord } from '../../daemon/record/face-image.js'
import { unknownDate, unknownDevice } from '../../daemon/record/representation.js'
import { assess, seePerson } from './face-people.js'

const networks = await openFaceNetworks()
t.teardown(() => networks.close())
const seen = await seePerson(3, 1983, networks)
const grey = { red: 10, green: 200, blue: 30 }

const noAngles = { yaw: 0, pitch: 0, roll: 0 }
const plainRepresentation = {
  captureDate: unknownDate,
  captureDevice: unknownDevice,
  qualityBlocks: [],
  certificationBlocks: [],
  gender: 0,
  eyeColour: 0,
  hairColour: 0,
  subjectHeight: 0,
  featureMask: 0,
  expression: 0,
  pose: noAngles,
  poseUncertainty: noAngles,
  faceImageType: 2,
  imageDataType: faceImageDataType.jpeg,
  widthPx: 480,
  heightPx: 640,
  spatialSamplingLevel: 0,
  postAcquisitionProcessing: 0,
  crossReference: 0,
  colourSpace: 1,
  image: Uint8Array.of(1),
}

/** A face of which only its places are known. */
function geometryOf(rightEye: Point, leftEye: Point, eyesToChin: number): FaceGeometry {
  const eyeMid = { x: (rightEye.x + leftEye.x) / 2, y: (rightEye.y + leftEye.y) / 2 }
  const eyeDistance = Math.hypot(leftEye.x - rightEye.x, leftEye.y - rightEye.y)
  const down = { x: -(leftEye.y - rightEye.y) / eyeDistance, y: (leftEye.x - rightEye.x) / eyeDistance }
  return {
    rightEye,
    leftEye,
    eyeMid,
    chin: { x: eyeMid.x + down.x * eyesToChin, y: eyeMid.y + down.y * eyesToChin },
    eyesToChin,
    eyeDistance,
  }
}

/** Each pixel's colour tells its place. */
function ramp(widthPx: number, heightPx: number): RgbImage {
  const rgb = new Uint8Array(3 * widthPx * heightPx)
  for (let i = 0; i < widthPx * heightPx; i++) {
    rgb[3 * i] = Math.round((255 * (i % widthPx)) / (widthPx - 1))
    rgb[3 * i + 1] = Math.round((255 * Math.floor(i / widthPx)) / (heightPx - 1))
  }
  return { rgb, widthPx, heightPx }
}

t.test('the token image has its eyes where ISO/IEC 19794-5 has them, level, however the head was held', (t) => {
  const template = tokenTemplate(480)
  t.match(template, { widthPx: 480, heightPx: 640 })
  fc.assert(
    fc.property(
      fc.double({ min: 60, max: 500, noNaN: true }),
      fc.double({ min: -0.5, max: 0.5, noNaN: true }),
      fc.integer({ min: 300, max: 1500 }),
      fc.integer({ min: 200, max: 800 }),
      (distance, turn, x, y) => {
        const half = { x: (distance / 2) * Math.cos(turn), y: (distance / 2) * Math.sin(turn) }
        const geometry = geometryOf({ x: x - half.x, y: y - half.y }, { x: x + half.x, y: y + half.y }, 1.75 * distance)
        const { back } = placementOf({ rgb: new Uint8Array(0), widthPx: 1920, heightPx: 1080 }, geometry, template)
        const near = (u: number, eye: Point) => {
          const at = applied(back, { x: u, y: 0.6 * 480 })
          return Math.hypot(at.x - eye.x, at.y - eye.y) < 1e-6 * distance
        }
        return near(239.5 - 60, geometry.rightEye) && near(239.5 + 60, geometry.leftEye)
      },
    ),
  )
  t.end()
})

t.test('the printed photo is 2 × 3 cm at 300 dpi unless configured, with the head at three quarters of the height', (t) => {
  t.match(printTemplate(), { widthPx: 236, heightPx: 354 })
  t.match(printTemplate({ widthMm: 30, heightMm: 40, dpi: 600 }), { widthPx: 709, heightPx: 945 })
  const template = printTemplate()
  const { face } = assess(seen)
  const { zoom } = placementOf(seen.image, face.geometry, template)
  const headShare = (2 * face.geometry.eyesToChin) / zoom / template.heightPx
  t.ok(headShare >= 0.7 && headShare <= 0.8, headShare.toFixed(3))
  t.end()
})

t.test('pixels come from the place that the placement names, turned and scaled', (t) => {
  const image = ramp(900, 700)
  const template: PortraitTemplate = { widthPx: 90, heightPx: 120, eyeRow: 0.45, scale: { eyeDistance: 0.25 } }
  for (const [distance, turn] of [
    [20, 0.2],
    [60, -0.15],
    [110, 0],
  ] as const) {
    const half = { x: (distance / 2) * Math.cos(turn), y: (distance / 2) * Math.sin(turn) }
    const geometry = geometryOf({ x: 450 - half.x, y: 330 - half.y }, { x: 450 + half.x, y: 330 + half.y }, 1.75 * distance)
    const portrait = cutPortrait(image, geometry, template, grey)
    let worst = 0
    for (let v = 0; v < template.heightPx; v++) {
      for (let u = 0; u < template.widthPx; u++) {
        const { x, y } = applied(portrait.placement.back, { x: u, y: v })
        const at = 3 * (v * template.widthPx + u)
        worst = Math.max(worst, Math.abs(portrait.rgb[at]! - (255 * x) / 899), Math.abs(portrait.rgb[at + 1]! - (255 * y) / 699))
      }
    }
    t.ok(worst <= 1.5, `${distance} px between the eyes: off by ${worst.toFixed(2)} levels`)
    t.equal(portrait.filled, 0)
  }
  t.end()
})

t.test('a fine pattern is not aliased when the portrait is smaller', (t) => {
  const widthPx = 800
  const rgb = new Uint8Array(3 * widthPx * widthPx)
  for (let i = 0; i < widthPx * widthPx; i++) rgb.fill((i % widthPx) % 2 === 0 ? 255 : 0, 3 * i, 3 * i + 3)
  const template: PortraitTemplate = { widthPx: 100, heightPx: 133, eyeRow: 0.45, scale: { eyeDistance: 0.25 } }
  const portrait = cutPortrait({ rgb, widthPx, heightPx: widthPx }, geometryOf({ x: 350, y: 400 }, { x: 450, y: 400 }, 175), template, grey)
  const levels = [...portrait.rgb]
  t.ok(
    Math.max(...levels) - Math.min(...levels) < 8,
    `stripes of one pixel become even grey: ${Math.min(...levels)} to ${Math.max(...levels)}`,
  )
  t.end()
})

t.test('what lies beside the picture has the backdrop’s colour, below it the lowest row goes on, and the share of both is said', (t) => {
  const image = ramp(400, 300)
  const portrait = cutPortrait(image, geometryOf({ x: 20, y: 150 }, { x: 80, y: 150 }, 105), tokenTemplate(240), grey)
  const outside = { beside: 0, below: 0 }
  for (let v = 0; v < 320; v++) {
    for (let u = 0; u < 240; u++) {
      const { x, y } = applied(portrait.placement.back, { x: u, y: v })
      const pixel = [...portrait.rgb.subarray(3 * (v * 240 + u), 3 * (v * 240 + u) + 3)]
      if (x < -0.5 && pixel.join() === [grey.red, grey.green, grey.blue].join()) outside.beside++
      if (x >= -0.5 && y > 299.5 && pixel[1] === 255) outside.below++
    }
  }
  t.ok(outside.beside > 0 && outside.below > 0)
  t.equal(portrait.filled, (outside.beside + outside.below) / (240 * 320))
  t.ok(Math.abs(portrait.placement.missing - portrait.filled) < 0.01, `${portrait.placement.missing} ${portrait.filled}`)
  t.end()
})

t.test('a drawn person’s token portrait is judged as framed, and keeps its backdrop', (t) => {
  const { face, background } = assess(seen)
  const portrait = cutPortrait(seen.image, face.geometry, tokenTemplate(480), background!)
  t.equal(portrait.filled, 0)
  t.ok(portrait.placement.zoom > 1, 'no pixel is invented')
  const [red = 0, green = 0, blue = 0] = portrait.rgb
  t.ok(red - green > 80 && red - blue > 80, 'red cloth in the corner')
  t.end()
})

t.test('feature points lie on the face and go through the record', (t) => {
  const landmarks = landmarksFromMesh(seen.mesh.points)
  const { geometry } = assess(seen).face
  const { widthPx, heightPx } = seen.image
  const points = featurePoints(landmarks, widthPx, heightPx)
  const named = (group: number, number: number) => points.find((point) => point.group === group && point.number === number)!
  t.equal(points.length, 26)
  t.equal(new Set(points.map(({ group, number }) => `${group}.${number}`)).size, points.length)
  const close = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y) <= 1.5
  t.ok(close(named(12, 1), geometry.leftEye) && close(named(12, 2), geometry.rightEye) && close(named(2, 1), geometry.chin))
  t.ok(named(12, 1).x > named(12, 2).x, 'the subject’s left eye is on the right of the image')
  t.ok(named(8, 3).x > named(8, 4).x && named(3, 7).x > named(3, 11).x && named(3, 8).x > named(3, 12).x && named(9, 1).x > named(9, 2).x)
  t.ok(named(8, 2).y > named(8, 1).y && named(8, 1).y > named(9, 3).y && named(3, 3).y > named(3, 1).y)
  const { back } = placementOf(seen.image, geometry, tokenTemplate(480))
  const inPortrait = featurePoints(landmarks, 480, 640, back)
  const eyes = inPortrait.filter(({ group }) => group === 12)
  t.ok(eyes.every(({ y }) => Math.abs(y - 288) <= 1) && Math.abs(Math.abs(eyes[0]!.x - eyes[1]!.x) - 120) <= 2)
  t.same(featurePoints(landmarks, 10, 10), [], 'none outside of the picture')
  const marks = inPortrait.map(({ group, number, x, y }) => mpeg4Landmark(group, number, x, y))
  t.match(mpeg4Landmark(8, 4, 1, 2), { type: 1, code: 0x84 })
  t.match(mpeg4Landmark(3, 12, 1, 2), { code: 0x3c })
  const record = writeFaceImageRecord({
    edition: 2011,
    temporalSemantics: 0,
    representations: [{ ...plainRepresentation, landmarks: marks }],
  })
  t.same(readFaceImageRecord(record).representations[0]!.landmarks, marks)
  t.end()
})

/** The mesh turned about the vertical as a head or as a sheet, moved, and seen from far away. */
function turned(points: Float32Array, yawDeg: number, shift: number, depth: 'head' | 'sheet'): Float32Array {
  const { eyeMid } = faceGeometry(landmarksFromMesh(points))
  const [cos, sin] = [Math.cos((yawDeg * Math.PI) / 180), Math.sin((yawDeg * Math.PI) / 180)]
  return points.map((value, i) => {
    if (i % 3 !== 0) return value
    const z = depth === 'head' ? points[i + 2]! : 0
    return eyeMid.x + (value - eyeMid.x) * cos + z * sin + shift
  })
}

const series = (seconds: number, at: (timeMs: number) => Float32Array): MeshAt[] =>
  Array.from({ length: seconds * 10 }, (_, k) => ({ timeMs: 100 * k, points: at(100 * k) }))

/** Shut lids for 200 ms at a time. */
function blinking(points: Float32Array, timeMs: number): Float32Array {
  if (timeMs < 1000 || timeMs >= 1200) return points
  const out = Float32Array.from(points)
  for (const [upper, lower] of [[160, 144], [159, 145], [158, 153], [385, 380], [386, 374], [387, 373]] as const) out[3 * upper + 1] = points[3 * lower + 1]! - 1 // biome-ignore format: pairs
  return out
}

t.test('a head that turns moves in depth, a sheet that turns does not', (t) => {
  const { points } = seen.mesh
  const swing = (timeMs: number) => 20 * Math.sin(timeMs / 600)
  t.match(judgeFlatness(series(3, (ms) => turned(points, swing(ms), 0, 'head'))), { verdict: 'moving', reason: 'parallax' })
  t.match(judgeFlatness(series(3, (ms) => turned(points, swing(ms), ms / 50, 'sheet'))), {
    verdict: 'flat_suspected',
    reason: 'turned_flat',
  })
  t.end()
})

t.test('who blinks is moving; who shows no sign of life for long is suspected; before that nothing is said', (t) => {
  const { points } = seen.mesh
  t.match(judgeFlatness(series(3, (ms) => blinking(points, ms))), { verdict: 'moving', reason: 'blink', blinks: 1 })
  t.match(judgeFlatness(series(3, (ms) => turned(points, 0, ms / 100, 'head'))), { verdict: 'unsure', reason: 'not_yet' })
  t.match(judgeFlatness(series(14, (ms) => turned(points, 0, ms / 300, 'head'))), { verdict: 'flat_suspected', reason: 'no_life_sign' })
  t.match(judgeFlatness([]), { verdict: 'unsure', reason: 'too_short' })
  const shutAtFirst = series(2, (ms) => (ms < 500 ? blinking(points, 1000) : points))
  t.equal(judgeFlatness(shutAtFirst).blinks, 0, 'eyes that were never open did not blink')
  t.end()
})
