// rekam face assess: pictures and records in, one JSON line each with the fields that scripts read, exit status as they rely on it.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import { main } from '../../daemon/cli/main.js'
import { encodeJpeg, encodePng } from '../../daemon/kernels/image/codec.js'
import { faceImageDataType, writeFaceImageRecord } from '../../daemon/record/face-image.js'
import { unknownDate, unknownDevice } from '../../daemon/record/representation.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { greyed, painted, part, wall } from '../kernels/face-scene.js'

const folder = mkdtempSync(join(tmpdir(), 'rekam-face-'))
t.teardown(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)

/** Runs with --json unless told otherwise. */
async function run(args: readonly string[], json = true) {
  const lines: string[] = []
  const warnings: string[] = []
  const terminal = { line: (text: string) => void lines.push(text), warn: (text: string) => void warnings.push(text) }
  const status = await main(['face', 'assess', ...args, ...(json ? ['--json'] : [])], terminal)
  return { status, lines, warnings, found: json ? lines.map((line) => JSON.parse(line)) : [] }
}

const person = syntheticPerson(6)
const truth = person.truth!.face()

t.before(async () => {
  const image = await person.images.face()
  const { rgb, widthPx, heightPx } = image
  const jpeg = await encodeJpeg(rgb, widthPx, heightPx, 92)
  writeFileSync(at('face.png'), await encodePng(rgb, widthPx, heightPx))
  writeFileSync(at('face.jpg'), jpeg)
  writeFileSync(
    at('grey.png'),
    await encodePng(
      greyed(image).rgb.filter((_, index) => index % 3 === 0),
      widthPx,
      heightPx,
    ),
  )
  // Lying on its side, with the orientation that says so.
  writeFileSync(at('lying.jpg'), await sharp(jpeg).rotate(-90).withMetadata({ orientation: 6 }).jpeg({ quality: 92 }).toBuffer())
  writeFileSync(at('face.fac'), record(jpeg, widthPx, heightPx))
  writeFileSync(at('wall.png'), await encodePng(painted(320, 240, () => 90).rgb, 320, 240))
  writeFileSync(at('broken.jpg'), jpeg.subarray(0, 400))
  writeFileSync(at('broken.fac'), record(jpeg, widthPx, heightPx).subarray(0, 90))
  const [left, right] = [await part(image, 560, 160, 800, 860), await part(await syntheticPerson(2).images.face(), 560, 160, 800, 860)]
  const two = await wall(1600, 900, [
    { image: left, at: { x: 400, y: 450 }, scale: 0.9 },
    { image: right, at: { x: 1200, y: 450 }, scale: 0.7 },
  ])
  writeFileSync(at('two.png'), await encodePng(two.rgb, 1600, 900))
})

function record(image: Uint8Array, widthPx: number, heightPx: number): Uint8Array {
  const none = { yaw: 0, pitch: 0, roll: 0 }
  const representation = {
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
    pose: none,
    poseUncertainty: none,
    landmarks: [],
    faceImageType: 1,
    imageDataType: faceImageDataType.jpeg,
    widthPx,
    heightPx,
    spatialSamplingLevel: 0,
    postAcquisitionProcessing: 0,
    crossReference: 0,
    colourSpace: 1,
    image,
  }
  return writeFaceImageRecord({ edition: 2011, temporalSemantics: 0, representations: [representation] })
}

t.test('PNG, JPEG, grey, a turned photo and a record give the same face', async (t) => {
  const names = ['face.png', 'face.jpg', 'grey.png', 'lying.jpg', 'face.fac']
  const { status, found } = await run(names.map(at))
  t.equal(status, 0)
  t.same(
    found.map(({ file }) => file),
    names.map(at),
  )
  for (const line of found) {
    t.match(line, { ms: Number, faces: 1, poseDeg: { yaw: Number, pitch: Number, roll: Number }, codes: [] }, line.file)
    const [right, left] = line.eyes
    const distance = truth.leftEye.x - truth.rightEye.x
    t.ok(Math.hypot(right[0] - truth.rightEye.x, right[1] - truth.rightEye.y) < 0.1 * distance, `${line.file}: right eye first`)
    t.ok(Math.hypot(left[0] - truth.leftEye.x, left[1] - truth.leftEye.y) < 0.1 * distance, `${line.file}: then the left`)
    t.match(line.components, { EyesOpen: { native: Number, scalar: Number }, UnifiedQualityScore: 'not_measured' })
    t.equal(line.components.HeadPoseRoll.native.toFixed(1), line.poseDeg.roll.toFixed(1))
  }
  t.equal(found[2].components.NaturalColour.native, 0, 'grey is told from colour')
})

t.test('no face and two faces are findings, not failures; the nearer of two is the subject', async (t) => {
  const { status, found } = await run([at('wall.png'), at('two.png')])
  t.equal(status, 0)
  t.match(found[0], { faces: 0, eyes: null, poseDeg: null, components: null, codes: ['no_face'] })
  t.match(found[1], { faces: 2, codes: ['several_faces'] })
  t.ok(found[1].eyes[0][0] < 800)
  t.ok(found[1].components.SingleFacePresent.native > 0.3)
})

t.test('a broken file is named and does not stop the others', async (t) => {
  const { status, found } = await run([at('broken.jpg'), at('broken.fac'), at('absent.png'), at('face.jpg')])
  t.equal(status, 1)
  t.match(found, [
    { error: { code: 'image.corrupt' } },
    { error: { code: 'record.corrupt' } },
    { error: { code: 'input.not_found' } },
    { faces: 1 },
  ])
})

t.test('the runtime can be chosen and gives the same; people get words; wrong usage is said', async (t) => {
  const native = await run(['--runtime', 'native', at('face.jpg')])
  const wasm = await run(['--runtime', 'wasm', at('face.jpg')])
  for (const [eye, [x, y]] of native.found[0].eyes.entries()) {
    const [wx, wy] = wasm.found[0].eyes[eye]
    t.ok(Math.hypot(x - wx, y - wy) < 0.2)
  }
  const words = await run([at('face.jpg'), at('wall.png'), at('absent.png')], false)
  t.equal(words.status, 1)
  t.match(words.lines, [/face\.jpg: 1 face, eyes \(.*yaw .*EyesOpen \d+/, /wall\.png: no_face/])
  t.match(words.warnings, [/absent\.png/])
  for (const wrong of [[], ['--runtime', 'gpu', at('face.jpg')], ['--unknown', at('face.jpg')]]) t.equal((await run(wrong)).status, 2)
})
