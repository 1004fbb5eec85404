// Drawn faces against the networks that find real ones: one face, where the truth says, turned and opened as the truth says.
import { existsSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { findFaces } from '../../daemon/kernels/face/find.js'
import { eyeCentres, landmark, landmarkAt, landmarksFromMesh } from '../../daemon/kernels/face/landmarks.js'
import { openFaceNetworks } from '../../daemon/kernels/face/networks.js'
import { headPose } from '../../daemon/kernels/face/pose.js'
import { faceApproach } from '../../simulator/people/face/approach.js'
import type { HeadKind } from '../../simulator/people/face/form.js'
import { emptyChair, printedPhoto, somebodyBehind } from '../../simulator/people/face/scenes.js'
import { createFace, type SyntheticFace } from '../../simulator/people/face/synthetic-face.js'
import type { FacePresentation, FaceTruth, RgbImage } from '../../simulator/people/person.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { seededRandom } from '../../simulator/seeded-random.js'

const heads: readonly HeadKind[] = ['short_hair', 'hijab', 'peci', 'long_hair']

const kept = new Map<number, SyntheticFace>()
function faceOf(seed: number): SyntheticFace {
  const known = kept.get(seed)
  if (known) return known
  const head = heads[seed % heads.length]!
  const sex = head === 'hijab' || head === 'long_hair' ? 'F' : 'M'
  const face = createFace((label) => seededRandom(seed).fork(label), { sex, birthYear: 1980 + seed, head })
  kept.set(seed, face)
  return face
}

const span = (a: { x: number; y: number }, b: { x: number; y: number }) => Math.hypot(a.x - b.x, a.y - b.y)
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
/** Least squares of y over x. */
function slope(points: readonly (readonly [number, number])[]): number {
  const [mx, my] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))]
  return points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0)
}

const hasNetworks = existsSync(new URL('../../daemon/kernels/face/models/facemesh.onnx', import.meta.url))
const opened = hasNetworks ? openFaceNetworks() : undefined
const skip = opened ? false : 'the face networks are not built'
t.teardown(async () => (await opened)?.close())

interface Measured {
  readonly truth: FaceTruth
  readonly faces: number
  readonly yawDeg: number
  readonly pitchDeg: number
  readonly rollDeg: number
  /** Share of the eye distance, the worse eye. */
  readonly eyeError: number
  readonly eyeOpening: number
  readonly mouthOpening: number
}

const find = async (image: RgbImage) => findFaces(image, await opened!)

async function measure(face: SyntheticFace, presentation: FacePresentation): Promise<Measured> {
  const truth = face.truth(presentation)
  const found = await find(await face.images.face(presentation))
  if (!found[0]) throw new Error(`no face found: ${face.form.head} ${JSON.stringify(presentation)}`)
  const { mesh } = found[0]
  const landmarks = landmarksFromMesh(mesh.points)
  const [right, left] = eyeCentres(mesh.points)
  const eyesToChin = span({ x: (right.x + left.x) / 2, y: (right.y + left.y) / 2 }, landmarkAt(landmarks, landmark.chin))
  const gap = (pairs: readonly (readonly [number, number])[]) =>
    Math.max(...pairs.map(([a, b]) => span(landmarkAt(landmarks, a), landmarkAt(landmarks, b)))) / eyesToChin
  return {
    truth,
    faces: found.length,
    ...headPose(mesh),
    eyeError: Math.max(span(right, truth.rightEye), span(left, truth.leftEye)) / truth.interEyePx,
    eyeOpening: Math.min(gap(landmark.rightEye.lidPairs), gap(landmark.leftEye.lidPairs)),
    mouthOpening: gap(landmark.innerLipPairs),
  }
}

t.test('each of twenty people is found once, frontal with the eyes in place, turned as the truth says', { skip }, async (t) => {
  const frontal: Measured[] = []
  const turned: Measured[] = []
  const random = seededRandom(5)
  for (let seed = 1; seed <= 20; seed++) {
    const face = faceOf(seed)
    frontal.push(await measure(face, {}))
    if (seed % 2 === 0) continue
    const [yawDeg, pitchDeg, rollDeg] = [20, 15, 15].map((most) =>
      Math.round(most * (0.5 + random.next() / 2) * (random.next() < 0.5 ? -1 : 1)),
    )
    turned.push(await measure(face, { yawDeg: yawDeg!, pitchDeg: pitchDeg!, rollDeg: rollDeg! }))
  }
  t.ok(
    [...frontal, ...turned].every(({ faces }) => faces === 1),
    'exactly one face',
  )
  const eyeError = median(frontal.map((at) => at.eyeError))
  t.ok(eyeError < 0.04, `eye centres ${(100 * eyeError).toFixed(1)} % of the eye distance off in the median`)
  for (const angle of ['yawDeg', 'pitchDeg', 'rollDeg'] as const) {
    const points = [...frontal, ...turned].map((at) => [at.truth.pose[angle], at[angle]] as const)
    const error = mean(points.map(([is, measured]) => Math.abs(measured - is)))
    const rise = slope(points)
    t.ok(error < 5, `${angle} ${error.toFixed(1)}° off in the mean`)
    t.ok(rise > 0.7 && rise < 1.3, `${angle} follows with slope ${rise.toFixed(2)}`)
  }
})

t.test('shutting the eyes and opening the mouth shows in the mesh', { skip }, async (t) => {
  for (const seed of [1, 2, 3, 4]) {
    const face = faceOf(seed)
    const calm = await measure(face, {})
    const shut = await measure(face, { eyesOpen: 0 })
    const wide = await measure(face, { mouthOpen: 0.8 })
    t.ok(shut.eyeOpening < 0.35 * calm.eyeOpening, `${face.form.head}: lids ${calm.eyeOpening.toFixed(3)} → ${shut.eyeOpening.toFixed(3)}`)
    t.ok(shut.truth.eyeOpening < 0.003 && calm.truth.eyeOpening > 0.06)
    t.ok(Math.abs(calm.eyeOpening - calm.truth.eyeOpening) < 0.03, 'open lids as far apart as the truth says')
    t.ok(
      wide.mouthOpening > 4 * calm.mouthOpening && wide.mouthOpening > 0.06,
      `lips ${calm.mouthOpening.toFixed(3)} → ${wide.mouthOpening.toFixed(3)}`,
    )
    t.equal(calm.truth.mouthOpening, 0)
  }
})

t.test('distance, light and an unsharp lens leave one face, in its place', { skip }, async (t) => {
  const face = faceOf(5)
  const far = await measure(face, { distance: 2 })
  t.ok(Math.abs(far.truth.interEyePx - face.truth().interEyePx / 2) < 2, 'twice as far is half as large')
  for (const presentation of [{ distance: 2 }, { light: { side: 0.9 } }, { blurPx: 3 }, { dxPx: -300, dyPx: 60 }]) {
    const { faces, eyeError } = await measure(face, presentation)
    t.equal(faces, 1, JSON.stringify(presentation))
    t.ok(eyeError < 0.06, `eyes ${(100 * eyeError).toFixed(1)} % off`)
  }
})

t.test('an empty chair holds nobody, somebody behind makes two, a held photograph is a face too', { skip }, async (t) => {
  t.equal((await find(await emptyChair('red'))).length, 0)
  t.equal((await find(await somebodyBehind(faceOf(1), faceOf(2)))).length, 2)
  const [print] = await find(await printedPhoto(faceOf(2), { dxPx: 40 }))
  t.ok(print, 'a detector alone does not tell a print')
})

/** Mean of a square. */
function level({ rgb, widthPx }: RgbImage, at: { x: number; y: number }, half = 6): number {
  let sum = 0
  for (let dy = -half; dy <= half; dy++)
    for (let dx = -half; dx <= half; dx++) {
      const k = ((Math.round(at.y) + dy) * widthPx + Math.round(at.x) + dx) * 3
      sum += rgb[k]! + rgb[k + 1]! + rgb[k + 2]!
    }
  return sum / (3 * (2 * half + 1) ** 2)
}

t.test('what the truth says is in the pixels', async (t) => {
  const face = faceOf(7)
  const open = await face.images.face()
  const shut = await face.images.face({ eyesOpen: 0 })
  const { rightEye } = face.truth()
  t.ok(level(shut, rightEye) > level(open, rightEye) + 40, 'skin where the iris was')
  t.ok(
    level(await face.images.face({ light: { level: 0.15 } }), { x: 960, y: 600 }, 20) < 0.6 * level(open, { x: 960, y: 600 }, 20),
    'dark',
  )
  const corner = { x: 100, y: 100 }
  const green = await face.images.face({ backdrop: [20, 160, 60] })
  const [r, g] = green.rgb.subarray((corner.y * green.widthPx + corner.x) * 3)
  t.ok(g! > 2 * r!, 'another cloth')
  t.strictSame(face.truth({ backdrop: [20, 160, 60] }).backdrop, [20, 160, 60])
})

t.test('the truth turns and moves with the head', (t) => {
  const face = faceOf(3)
  const rest = face.truth()
  t.ok(Math.abs((rest.rightEye.x + rest.leftEye.x) / 2 - 960) < 1 && Math.abs(rest.rightEye.y - 478) < 3, 'the portrait’s place')
  t.ok(rest.interEyePx > 165 && rest.interEyePx < 195)
  fc.assert(
    fc.property(fc.double({ min: 2, max: 25, noNaN: true }), (degrees) => {
      const roll = face.truth({ rollDeg: degrees })
      const seen = (Math.atan2(roll.leftEye.y - roll.rightEye.y, roll.leftEye.x - roll.rightEye.x) * -180) / Math.PI
      const yaw = face.truth({ yawDeg: degrees })
      const pitch = face.truth({ pitchDeg: degrees })
      return (
        Math.abs(seen - degrees) < 0.5 &&
        yaw.rightEye.x + yaw.leftEye.x > rest.rightEye.x + rest.leftEye.x &&
        yaw.interEyePx < rest.interEyePx &&
        pitch.rightEye.y > rest.rightEye.y
      )
    }),
  )
  const moved = face.truth({ dxPx: 30, dyPx: -20 })
  t.ok(Math.abs(moved.chin.x - rest.chin.x - 30) < 1e-6 && Math.abs(moved.chin.y - rest.chin.y + 20) < 1e-6)
  t.end()
})

t.test('a person comes, is wrong in one way, is put right and then sits well', (t) => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const approach = faceApproach(seededRandom(seed))
      const moments = Array.from({ length: 400 }, (_, k) => approach(k))
      const phases = moments.map((moment) => moment?.phase ?? 'nobody')
      const order = phases.filter((phase, k) => phase !== 'blink' && phase !== phases[k - 1] && phases[k - 1] !== 'blink')
      const different = new Set(moments.map((moment) => JSON.stringify(moment?.presentation)))
      const blinks = phases.filter((phase) => phase === 'blink').length
      const again = faceApproach(seededRandom(seed))
      return (
        order.join() === 'nobody,fault,coached,good' &&
        different.size <= 17 &&
        blinks >= 8 &&
        phases.every((phase, k) => phase !== 'blink' || k + 1 === phases.length || phases[k + 1] === 'good') &&
        JSON.stringify(again(60)) === JSON.stringify(moments[60])
      )
    }),
  )
  const seen = new Set(Array.from({ length: 60 }, (_, seed) => faceApproach(seededRandom(seed))(5)?.fault))
  t.equal(seen.size, 6, 'every fault occurs')
  t.end()
})

t.test('the same person and presentation give the same frame', async (t) => {
  const presentation = { yawDeg: 4, eyesOpen: 0.4 }
  const frame = await syntheticPerson(9).images.faceFrame(presentation)
  const person = syntheticPerson(9)
  t.equal(Buffer.compare(frame, await person.images.faceFrame(presentation)), 0)
  t.equal(await person.images.faceFrame(presentation), await person.images.faceFrame({ ...presentation }), 'drawn once')
  t.not(Buffer.compare(frame, await person.images.faceFrame({ ...presentation, yawDeg: 5 })), 0)
})
