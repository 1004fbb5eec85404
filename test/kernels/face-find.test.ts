// Faces are found in photos and drawings, large and small, level and leaning, one and two; nothing is found where there is none.

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { ofiqRows, tabulatedEyes } from '../../bench/ofiq/table.js'
import type { FaceMesh, RgbImage } from '../../daemon/kernels/face/face.js'
import { findFaces } from '../../daemon/kernels/face/find.js'
import { eyeCentres, landmark, landmarkAt, landmarkCount, landmarksFromMesh } from '../../daemon/kernels/face/landmarks.js'
import { meshPointCount } from '../../daemon/kernels/face/mesh.js'
import { type FaceNetworks, openFaceNetworks } from '../../daemon/kernels/face/networks.js'
import { headPose } from '../../daemon/kernels/face/pose.js'
import { openFaceTracker } from '../../daemon/kernels/face/track.js'
import { toImage, warpToPlanes } from '../../daemon/kernels/face/warp.js'
import { readRgbImage } from '../../daemon/kernels/image/codec.js'
import { openSimd } from '../../daemon/kernels/simd/simd.js'
import { readFaceImageRecord } from '../../daemon/record/face-image.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { greyed, mosipRecord, noMosip, noOfiq, ofiqFolder, painted, part, wall } from './face-scene.js'

const simd = openSimd()
const networks = await openFaceNetworks()
t.teardown(() => networks.close())
/** Drawing one takes a second: each person is drawn once. */
const people = new Map<number, ReturnType<typeof syntheticPerson>>()
const drawnPerson = (seed: number) => people.get(seed) ?? people.set(seed, syntheticPerson(seed)).get(seed)!
const drawn = (seed: number): Promise<RgbImage> => drawnPerson(seed).images.face()
const find = (image: RgbImage) => findFaces(image, networks, simd)

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
/** A generator of pictures and places: fast-check gives the seed and prints it. */
const noise = (seed: number) => {
  let state = seed | 1
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 24
  }
}

t.test('on the reference thumbnails: one face each, eyes and pose where OFIQ has them', { skip: noOfiq }, async (t) => {
  const errors = { x: [] as number[], y: [] as number[], yaw: [] as number[], pitch: [] as number[], roll: [] as number[] }
  for (const row of ofiqRows(ofiqFolder)) {
    const image = await readRgbImage(row.file)
    const found = await find(image)
    t.equal(found.length, 1, row.name)
    const [face] = found
    if (!face) continue
    const expected = tabulatedEyes(row, image)
    const [right, left] = eyeCentres(face.mesh.points)
    errors.x.push(Math.abs(right.x - expected.rightX) / expected.distance, Math.abs(left.x - expected.leftX) / expected.distance)
    errors.y.push(Math.abs((right.y + left.y) / 2 - expected.middleY) / expected.distance)
    const pose = headPose(face.mesh)
    errors.yaw.push(Math.abs(pose.yawDeg - row.value('HeadPoseYaw')))
    errors.pitch.push(Math.abs(pose.pitchDeg - row.value('HeadPosePitch')))
    errors.roll.push(Math.abs(pose.rollDeg - row.value('HeadPoseRoll')))
  }
  t.ok(median(errors.x) < 0.035, `eyes across: median error ${median(errors.x).toFixed(3)} of the eye distance`)
  t.ok(median(errors.y) < 0.04, `eyes down: median error ${median(errors.y).toFixed(3)} of the eye distance`)
  const pose = [errors.yaw, errors.pitch, errors.roll].map(mean)
  t.ok(mean(pose) < 3.5, `yaw, pitch, roll: mean errors ${pose.map((each) => each.toFixed(1)).join(', ')} degrees`)
})

t.test('the face of a record is found', { skip: noMosip }, async (t) => {
  const { representations } = readFaceImageRecord(readFileSync(mosipRecord))
  const found = await find(await readRgbImage(representations[0]!.image))
  t.equal(found.length, 1)
  t.ok(found[0]!.mesh.presence > 0.9)
})

t.test('drawn faces: eyes and chin where they were drawn', async (t) => {
  for (const seed of [1, 2, 3]) {
    const person = drawnPerson(seed)
    const found = await find(await person.images.face())
    t.equal(found.length, 1)
    const truth = person.truth!.face()
    const [right, left] = eyeCentres(found[0]!.mesh.points)
    const distance = truth.leftEye.x - truth.rightEye.x
    for (const [eye, drawn] of [
      [right, truth.rightEye],
      [left, truth.leftEye],
    ] as const) {
      const off = Math.hypot(eye.x - drawn.x, eye.y - drawn.y) / distance
      t.ok(off < 0.08, `person ${seed}: eye off by ${off.toFixed(3)}`)
    }
    const chin = landmarkAt(landmarksFromMesh(found[0]!.mesh.points), landmark.chin)
    t.ok(Math.abs(chin.y - truth.chin.y) < 0.12 * distance, `person ${seed}: chin off by ${(chin.y - truth.chin.y).toFixed(1)} px`)
  }
})

t.test('a face is found whatever its size, and in grey', async (t) => {
  const image = await drawn(1)
  // 450 px of this scene are the face.
  for (const widthPx of [60, 120, 300, 900, 1500]) {
    const found = await find(await wall(1920, 1080, [{ image, at: { x: 900, y: 560 }, scale: widthPx / 450 }]))
    t.equal(found.length, 1, `${widthPx} px`)
    t.ok(Math.abs(found[0]!.face.width / widthPx - 1) < 0.35, `${widthPx} px: found ${found[0]!.face.width.toFixed(0)}`)
  }
  t.equal((await find(await part(image, 700, 300, 520, 620))).length, 1, 'fills the picture')
  t.equal((await find(greyed(image))).length, 1, 'grey')
  const tiny = await wall(93, 123, [{ image, at: { x: 46, y: 62 }, scale: 0.08 }])
  t.equal((await find(tiny)).length, 1, '93 x 123')
})

t.test('a leaning head is found level, and its roll read with the sign of OFIQ', async (t) => {
  const image = await drawn(2)
  const level = headPose((await find(image))[0]!.mesh)
  for (const turnDeg of [-30, -15, 15, 30]) {
    const found = await find(await wall(1600, 1200, [{ image, at: { x: 800, y: 600 }, scale: 0.8, turnDeg }]))
    t.equal(found.length, 1)
    const roll = headPose(found[0]!.mesh).rollDeg - level.rollDeg
    t.ok(Math.abs(roll + turnDeg) < 3, `turned by ${turnDeg}: roll ${roll.toFixed(1)}`)
  }
})

t.test('two people are two faces, the nearer one first', async (t) => {
  const [near, far] = [await drawn(1), await drawn(2)]
  const image = await wall(1920, 1080, [
    { image: await part(near, 560, 160, 800, 860), at: { x: 560, y: 560 }, scale: 1 },
    { image: await part(far, 560, 160, 800, 860), at: { x: 1450, y: 560 }, scale: 0.6 },
  ])
  const found = await find(image)
  t.equal(found.length, 2)
  t.ok(found[0]!.face.x < 900 && found[1]!.face.x > 1000)
})

t.test('there is no face in noise, on a plain wall, in a fingerprint or beside the head', async (t) => {
  const person = drawnPerson(3)
  const { grey, widthPx, heightPx } = await person.images.slap('left_four')
  const slap = painted(widthPx, heightPx, (at) => grey[Math.floor(at / 3)]!)
  const next = noise(7)
  const pictures: [string, RgbImage][] = [
    ['noise', painted(640, 480, next)],
    ['grey', painted(640, 480, () => 128)],
    ['black', painted(93, 123, () => 0)],
    ['one pixel', painted(1, 1, () => 255)],
    ['a line', painted(900, 2, next)],
    ['fingerprints', slap],
    ['shoulder', await part(await person.images.face(), 200, 800, 500, 280)],
  ]
  for (const [name, image] of pictures) t.same(await find(image), [], name)
})

t.test('the mesh stays with a swaying face by one detector run in ten frames; a second person is seen; an empty chair too', async (t) => {
  const image = await drawn(1)
  const other = await drawn(2)
  let detections = 0
  const counted: FaceNetworks = { ...networks, detect: (planes) => networks.detect(planes).finally(() => detections++) }
  const tracker = openFaceTracker(counted, simd)
  const scene = (sway: number, second: boolean) =>
    wall(960, 540, [
      { image, at: { x: 330 + sway, y: 300 }, scale: 0.5 },
      ...(second ? [{ image: other, at: { x: 890, y: 300 }, scale: 0.5 }] : []),
    ])
  const frames = await Promise.all([-30, -20, -10, 0, 10, 20, 30, 20, 10, 0].map((sway) => scene(sway, false)))
  const middles: number[] = []
  for (const frame of [...frames, ...frames]) {
    const [subject, ...others] = await tracker.look(frame)
    t.equal(others.length, 0)
    middles.push(subject!.face.x + subject!.face.width / 2)
  }
  t.equal(detections, 2)
  const swing = middles.map((x, at) => x - middles[0]! - [0, 10, 20, 30, 40, 50, 60, 50, 40, 30][at % 10]!)
  t.ok(Math.max(...swing.map(Math.abs)) < 8, `carried along to ${Math.max(...swing.map(Math.abs)).toFixed(1)} px`)

  const both = await scene(0, true)
  let seen = 0
  for (let frame = 0; frame < 11; frame++) seen = Math.max(seen, (await tracker.look(both)).length)
  t.equal(seen, 2, 'within eleven frames')

  const empty = painted(960, 540, () => 140)
  t.same(await tracker.look(empty), [], 'gone at once')
  t.same(await tracker.look(empty), [])
  t.same(await tracker.look(empty), [])
  t.equal((await tracker.look(frames[0]!)).length + (await tracker.look(frames[0]!)).length > 0, true, 'back within two frames')
})

t.test('a face that the mesh never vouches for is followed too, at a detector run in four frames', async (t) => {
  const image = await drawn(1)
  let detections = 0
  const doubting: FaceNetworks = {
    ...networks,
    detect: (planes) => networks.detect(planes).finally(() => detections++),
    mesh: async (planes) => ({ ...(await networks.mesh(planes)), presence: 0.1 }),
  }
  const tracker = openFaceTracker(doubting, simd)
  for (let frame = 0; frame < 12; frame++) t.equal((await tracker.look(image)).length, 1)
  t.equal(detections, 3)
  t.same(await tracker.look(painted(1920, 1080, () => 90)).then(() => tracker.look(painted(1920, 1080, () => 90))), [])
})

t.test('by WebAssembly the same faces are found at the same place', async (t) => {
  const image = await drawn(1)
  const wasm = await openFaceNetworks({ runtime: 'wasm' })
  const [a] = await find(image)
  const [b] = await findFaces(image, wasm, simd)
  await wasm.close()
  const off = a!.mesh.points.reduce((most, value, at) => Math.max(most, Math.abs(value - b!.mesh.points[at]!)), 0)
  t.ok(off < 0.1, `furthest point ${off} px`)
})

t.test('the crop by SIMD is the crop by the reference', async (t) => {
  const property = fc.property(
    fc.record({
      widthPx: fc.integer({ min: 1, max: 300 }),
      heightPx: fc.integer({ min: 1, max: 200 }),
      x: fc.double({ min: -60, max: 360, noNaN: true }),
      y: fc.double({ min: -60, max: 260, noNaN: true }),
      scale: fc.double({ min: 0.05, max: 12, noNaN: true }),
      angleRad: fc.double({ min: -4, max: 4, noNaN: true }),
      sizePx: fc.integer({ min: 1, max: 40 }),
      seed: fc.nat(),
    }),
    ({ widthPx, heightPx, x, y, scale, angleRad, sizePx, seed }) => {
      const image = painted(widthPx, heightPx, noise(seed))
      const place = { centre: { x, y }, scale, angleRad }
      const [reference, twin] = [new Float32Array(3 * sizePx ** 2), new Float32Array(3 * sizePx ** 2)]
      warpToPlanes(image, place, sizePx, -1, 1, reference)
      warpToPlanes(image, place, sizePx, -1, 1, twin, simd)
      return reference.every((value, at) => Math.abs(value - twin[at]!) < 2e-5 && value >= -1.00001 && value <= 1.00001)
    },
  )
  fc.assert(property, { numRuns: 300 })
  t.pass('300 places')
})

t.test('a picture whose brightness is its place comes out of the crop with the place that toImage gives', async (t) => {
  const ramp = painted(250, 250, (at) => [Math.floor(at / 3) % 250, Math.floor(at / 750), 0][at % 3]!)
  const property = fc.property(
    fc.double({ min: 0.3, max: 4.4, noNaN: true }),
    fc.double({ min: -3.2, max: 3.2, noNaN: true }),
    (scale, angleRad) => {
      const [place, sizePx] = [{ centre: { x: 125, y: 122 }, scale, angleRad }, 32]
      const planes = new Float32Array(3 * sizePx ** 2)
      warpToPlanes(ramp, place, sizePx, 0, 255, planes)
      for (const [u, v] of [
        [0, 0],
        [31, 0],
        [16, 9],
        [5, 31],
      ] as const) {
        const { x, y } = toImage(place, sizePx, u + 0.5, v + 0.5)
        const at = v * sizePx + u
        if (Math.abs(planes[at]! - x) > 0.6 || Math.abs(planes[at + sizePx ** 2]! - y) > 0.6) return false
      }
      return true
    },
  )
  fc.assert(property, { numRuns: 200 })
  t.pass('200 places')
})

/** A mesh turned about the camera's axes, as a head turns. */
function turned({ points }: FaceMesh, axis: 'yaw' | 'roll' | 'pitch', angleRad: number): FaceMesh {
  const [from, to] = { yaw: [0, 2], roll: [1, 0], pitch: [1, 2] }[axis] as [number, number]
  const out = points.slice()
  for (let at = 0; at < points.length; at += 3) {
    out[at + from] = Math.cos(angleRad) * points[at + from]! - Math.sin(angleRad) * points[at + to]!
    out[at + to] = Math.sin(angleRad) * points[at + from]! + Math.cos(angleRad) * points[at + to]!
  }
  return { points: out, presence: 1 }
}

t.test('pose follows the head: a mesh turned about one axis turns the angle of that axis', async (t) => {
  const [face] = await find(await drawn(1))
  const level = headPose(face!.mesh)
  const property = fc.property(fc.constantFrom('yaw', 'roll', 'pitch'), fc.double({ min: -35, max: 35, noNaN: true }), (axis, degrees) => {
    const pose = headPose(turned(face!.mesh, axis, (degrees * Math.PI) / 180))
    const change = { yaw: pose.yawDeg - level.yawDeg, pitch: pose.pitchDeg - level.pitchDeg, roll: pose.rollDeg - level.rollDeg }
    return Math.abs(change[axis] - degrees) < 2.5
  })
  fc.assert(property, { numRuns: 200 })
  t.pass('200 turns')
})

t.test('the 98 landmarks run along eyes, lips and outline as WFLW counts them', async (t) => {
  const [face] = await find(await drawn(1))
  t.equal(face!.mesh.points.length, 3 * meshPointCount)
  const landmarks = landmarksFromMesh(face!.mesh.points)
  t.equal(landmarks.length, 2 * landmarkCount)
  const at = (index: number) => landmarkAt(landmarks, index)
  for (const [upper, lower] of [...landmark.rightEye.lidPairs, ...landmark.leftEye.lidPairs, ...landmark.innerLipPairs]) {
    t.ok(at(upper).y < at(lower).y + 1 && Math.abs(at(upper).x - at(lower).x) < 8, `${upper} above ${lower}`)
  }
  const rising = (from: number, to: number) => {
    for (let k = from; k < to; k++) t.ok(at(k).x < at(k + 1).x, `${k} left of ${k + 1}`)
  }
  rising(8, 24)
  rising(60, 64)
  rising(68, 72)
  rising(76, 82)
  rising(88, 92)
  const steps = Array.from({ length: 32 }, (_, k) => Math.hypot(at(k + 1).x - at(k).x, at(k + 1).y - at(k).y))
  t.ok(Math.max(...steps) < 1.4 * Math.min(...steps), 'the outline in even steps')
  t.ok(at(landmark.chin).y > at(landmark.mouthLeft).y && at(landmark.noseTip).y < at(landmark.mouthRight).y)
})
