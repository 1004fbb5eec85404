// From a capture to its ISO/IEC 19794 record: every record passes the station's own inspection and holds the picture that was taken.

import sharp from 'sharp'
import t from 'tap'
import { examineEyes } from '../../daemon/capture/eyes.js'
import { cutForRecord } from '../../daemon/capture/face-record.js'
import { examineFingers, weakness } from '../../daemon/capture/fingers.js'
import { makeRecord, type RawFrame, type RecordJob, wsqRate } from '../../daemon/capture/make-record.js'
import { ownQuality } from '../../daemon/capture/record-head.js'
import { capturePositions, type FingerCapture } from '../../daemon/kernels/finger/sequence.js'
import { readRgbImage } from '../../daemon/kernels/image/codec.js'
import { decodeJp2 } from '../../daemon/kernels/image/jp2.js'
import { openSimd } from '../../daemon/kernels/simd/simd.js'
import { decodeWsq } from '../../daemon/kernels/wsq/index.js'
import { faceImageType, gender, readFaceImageRecord } from '../../daemon/record/face-image.js'
import { fingerPosition, readFingerImageRecord } from '../../daemon/record/finger-image.js'
import { inspectRecord } from '../../daemon/record/inspect.js'
import { eye, readIrisImageRecord } from '../../daemon/record/iris-image.js'
import { readSignatureRecord } from '../../daemon/record/signature.js'
import type { FrameHeader } from '../../protocol/hardware/frames.js'
import type { GreyImage } from '../../simulator/people/person.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { seededRandom } from '../../simulator/seeded-random.js'

const person = syntheticPerson(7)
const { images } = person
const simd = openSimd()
const capturedAtMs = Date.UTC(2026, 0, 5, 1, 2, 3, 456)

function frameOf({ grey, widthPx, heightPx }: GreyImage, sensor = 0, ppi = 500): RawFrame {
  const header: FrameHeader = { sensor, sequence: 9, format: 'grey8', widthPx, heightPx, ppi, deviceTimeUs: 0 }
  return { header, bytes: grey }
}

function psnr(a: Uint8Array, b: Uint8Array): number {
  const squares = a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0)
  return 10 * Math.log10(255 ** 2 / (squares / a.length))
}

/** All of it, for the first time. */
const first = (capture: FingerCapture) => ({ tries: 1, attempt: 1, asked: capturePositions[capture], missing: [], others: [] })

t.test('a slap becomes a finger image record: WSQ of the whole platen under the slap’s position', async (t) => {
  const positions = {
    right_four: fingerPosition.plainRightFourFingers,
    left_four: fingerPosition.plainLeftFourFingers,
    thumbs: fingerPosition.plainThumbs,
  } as const
  for (const modality of ['right_four', 'left_four', 'thumbs'] as const) {
    const frame = frameOf(await images.slap(modality))
    const bytes = await makeRecord({ modality, capturedAtMs, frames: [{ attempt: 1, frame }], attempt: 1, fingers: [] })
    t.match(await inspectRecord(bytes), { type: 'FIR', valid: true, bytes: bytes.length, remarks: [] }, modality)
    const [representation, ...others] = readFingerImageRecord(bytes).representations
    t.strictSame(others, [])
    t.match(representation, { fingerPosition: positions[modality], widthPx: 1600, heightPx: 1500, scanResolution: { x: 500, y: 500 } })
    t.match(representation?.captureDate, { year: 2026, month: 1, day: 5, hour: 1, minute: 2, second: 3, millisecond: 456 })
    t.strictSame(representation?.qualityBlocks, [], 'no quality is claimed that was not measured')
    const decoded = decodeWsq(representation?.image ?? new Uint8Array())
    t.strictSame([decoded.widthPx, decoded.heightPx, decoded.ppi], [1600, 1500, 500])
    const likeness = psnr(decoded.grey, frame.bytes)
    t.ok(likeness > 28, `PSNR ${likeness.toFixed(1)} dB at ${wsqRate} bit a pixel`)
    t.ok((representation?.image.length ?? 0) < (1600 * 1500 * 1.1) / 8, `${representation?.image.length} bytes`)
  }
})

t.test('each finger found stands beside its slap, upright and with its quality; two index fingers stand alone', async (t) => {
  const slaps = [
    ['thumbs', await images.slap('thumbs'), [15, 6, 1]],
    ['index_fingers', await images.indexFingers(), [7, 2]],
  ] as const
  for (const [modality, picture, positions] of slaps) {
    const frame = frameOf(picture)
    const { kept } = examineFingers({ capture: modality, frame, takenAtMs: capturedAtMs, ...first(modality) }, simd)
    const bytes = await makeRecord({ modality, capturedAtMs, frames: [{ attempt: 1, frame }], attempt: 1, fingers: kept.fingers }, simd)
    t.match(await inspectRecord(bytes), { type: 'FIR', valid: true, remarks: [] })
    const { representations } = readFingerImageRecord(bytes)
    t.strictSame(
      representations.map((each) => each.fingerPosition),
      positions,
    )
    const fingers = representations.filter(({ fingerPosition: position }) => position <= 10)
    for (const [i, finger] of fingers.entries()) {
      t.strictSame(finger.qualityBlocks, [ownQuality('finger', kept.fingers[i]?.quality ?? -1)])
      t.strictSame([decodeWsq(finger.image).widthPx, decodeWsq(finger.image).heightPx], [finger.widthPx, finger.heightPx])
    }
  }
})

t.test('an empty platen and noise give no finger, a count that does not fit, and no fault', async (t) => {
  const noise = seededRandom(3)
  for (const [name, grey] of [
    ['white', new Uint8Array(1600 * 1500).fill(250)],
    ['black', new Uint8Array(1600 * 1500)],
    ['noise', Uint8Array.from({ length: 1600 * 1500 }, () => noise.next() * 256)],
  ] as const) {
    const frame = frameOf({ grey, widthPx: 1600, heightPx: 1500 })
    const examination = examineFingers({ capture: 'right_four', frame, takenAtMs: 1, ...first('right_four') }, simd)
    t.strictSame(examination.kept.fingers, [], name)
    t.match(examination.findings, [{ code: 'count_mismatch', ask: 'retake' }])
    t.not(weakness(examination, 0), '', 'it cannot be accepted as good')
    t.strictSame(examination.absent, [2, 3, 4, 5], 'nor as anything else without a word')
  }
})

t.test('two eyes become one iris image record in sensor order, each named by its sensor', async (t) => {
  const [right, left] = [await images.iris('right'), await images.iris('left')]
  const frames = [frameOf(right, 0, 0), frameOf(left, 1, 0)]
  const { eyes } = examineEyes({ frames, tries: 1, attempt: 1 }, simd)
  const bytes = await makeRecord({ modality: 'irises', capturedAtMs, frames, eyes })
  t.match(await inspectRecord(bytes), { type: 'IIR', valid: true, remarks: [] })
  const { representations } = readIrisImageRecord(bytes)
  t.strictSame(
    representations.map((each) => each.eye),
    [eye.right, eye.left],
  )
  for (const [i, original] of [right, left].entries()) {
    const { image = new Uint8Array() } = representations[i] ?? {}
    const decoded = await decodeJp2(image)
    const likeness = psnr(decoded.pixels, original.grey)
    t.ok(likeness > 30, `eye ${i}: PSNR ${likeness.toFixed(1)} dB, ${image.length} bytes`)
    t.ok(image.length < (640 * 480) / 7)
  }
  const one = await makeRecord({ modality: 'irises', capturedAtMs, frames: [frameOf(left, 1, 0)], eyes: [] })
  t.strictSame(
    readIrisImageRecord(one).representations.map((each) => each.eye),
    [eye.left],
    'one eye alone keeps its name',
  )
  t.match(
    readIrisImageRecord(one).representations[0],
    { qualityBlocks: [], irisDiameter: { smallest: 0, largest: 0 } },
    'nothing is claimed unexamined',
  )
  const truth = person.truth?.iris('right')
  const [written] = representations
  t.ok(Math.abs((written?.irisCentreX.smallest ?? 0) - (truth?.iris.x ?? 0)) <= 4, 'where the iris lies is written')
  t.ok(Math.abs((written?.irisDiameter.largest ?? 0) - 2 * (truth?.iris.radius ?? 0)) <= 8, 'and how large it is')
  t.equal(written?.qualityBlocks.length, 1)
})

t.test('a picture in which no face was found becomes a face image record of its middle at 3:4, and nothing is claimed of it', async (t) => {
  const jpeg = await images.faceMjpeg(0)
  const picture = await readRgbImage(jpeg)
  const portrait = await cutForRecord(picture, undefined)
  for (const [sex, code] of [
    ['M', gender.male],
    ['F', gender.female],
  ] as const) {
    const bytes = await makeRecord({ modality: 'face', capturedAtMs, sex, portrait })
    t.match(await inspectRecord(bytes), { type: 'FAC', valid: true, remarks: [] })
    const [face] = readFaceImageRecord(bytes).representations
    t.match(face, { gender: code, widthPx: 480, heightPx: 640, faceImageType: faceImageType.basic, landmarks: [], qualityBlocks: [] })
    const image = Buffer.from(face?.image ?? [])
    t.equal(Buffer.compare(image, portrait.jpeg), 0, 'what was shown is what is recorded')
    t.match(await sharp(image).metadata(), { format: 'jpeg', width: 480, height: 640, chromaSubsampling: '4:4:4' })
    const wanted = await sharp(jpeg)
      .extract({ left: 555, top: 0, width: 810, height: 1080 })
      .resize(480, 640, { fit: 'fill' })
      .raw()
      .toBuffer()
    t.ok(psnr(new Uint8Array(await sharp(image).raw().toBuffer()), new Uint8Array(wanted)) > 34, 'it is the middle of the picture')
  }
})

t.test('a signature becomes a time series from 0 ms', async (t) => {
  const written = images.signature().map((sample) => ({ ...sample, timeMs: sample.timeMs + 1_234.4 }))
  const bytes = await makeRecord({ modality: 'signature', samples: written, pad: { unitsPerInch: 410 } })
  t.match(await inspectRecord(bytes), { type: 'SDI', valid: true, remarks: [] })
  const { sampleCount, channels } = readSignatureRecord(bytes)
  t.equal(sampleCount, written.length)
  const valuesOf = (name: string) => [...(channels.find((channel) => channel.name === name)?.values ?? [])]
  t.strictSame(
    valuesOf('X'),
    written.map(({ x }) => x),
  )
  t.strictSame(
    valuesOf('Y'),
    written.map(({ y }) => y),
  )
  t.strictSame(
    valuesOf('S'),
    written.map(({ penDown }) => (penDown ? 1 : 0)),
  )
  t.equal(valuesOf('T')[0], 0)
  t.equal(valuesOf('T').at(-1), Math.round((written.at(-1)?.timeMs ?? 0) - 1_234.4))
})

t.test('the same capture gives the same bytes', async (t) => {
  const jobs: readonly RecordJob[] = [
    { modality: 'thumbs', capturedAtMs, frames: [{ attempt: 1, frame: frameOf(await images.slap('thumbs')) }], attempt: 1, fingers: [] },
    { modality: 'signature', samples: images.signature(), pad: { unitsPerInch: 410 } },
  ]
  for (const job of jobs) t.equal(Buffer.compare(await makeRecord(job), await makeRecord(job)), 0, job.modality)
})
