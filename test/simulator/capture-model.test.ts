// The simulated capture devices, byte by byte against docs/devices.md, without any driver: what a firmware writer would be held to.

import { createPublicKey, verify } from 'node:crypto'
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import t from 'tap'
import type { CaptureDeviceModel } from '../../simulator/model/capture-device.js'
import { faceCameraModel } from '../../simulator/model/face-camera.js'
import { irisCameraModel } from '../../simulator/model/iris-camera.js'
import { developGrey, developJpeg, flatJpeg } from '../../simulator/model/sensor.js'
import type { ModelIn } from '../../simulator/model/usb-device-model.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'

const none = new Uint8Array(0)
const never = new AbortController().signal

function bench(eye: () => Uint8Array | undefined = () => undefined) {
  const clock = new VirtualClock(0)
  const model = irisCameraModel({ serial: 'IR-7', clock, random: seededRandom(3), firmware: [2, 0, 9], images: { eye } })
  return { clock, model }
}

const ask = async (model: CaptureDeviceModel, bRequest: number, wLength: number): Promise<Buffer> => {
  const answer = await model.control({ bmRequestType: 0xc1, bRequest, wValue: 0, wIndex: 0, wLength }, none)
  if (answer === 'stall') throw new Error('stalled')
  return Buffer.from(answer)
}
const tell = (model: CaptureDeviceModel, bRequest: number, data: readonly number[] = [], wValue = 0) =>
  model.control({ bmRequestType: 0x41, bRequest, wValue, wIndex: 0, wLength: data.length }, Uint8Array.from(data))
const lastError = async (model: CaptureDeviceModel): Promise<number> => (await ask(model, 0x09, 16))[1]!

async function frameOf(clock: VirtualClock, model: CaptureDeviceModel): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for (;;) {
    const piece: ModelIn = await clock.runUntil(Promise.resolve(model.in(0x81, 65536, never)))
    if (piece === 'stall') throw new Error('stalled')
    pieces.push(piece)
    if (piece.length < 65536) return Buffer.concat(pieces)
  }
}

t.test('descriptors name a vendor interface with one bulk IN endpoint, and a simulated product', async (t) => {
  const { model } = bench()
  const { device, configuration, strings } = model.descriptors
  t.equal(device.length, 18)
  t.same([...device.subarray(8, 12)], [0x09, 0x12, 0x02, 0x00])
  t.equal(configuration.length, configuration[2]! | (configuration[3]! << 8))
  t.same([...configuration.subarray(9, 18)], [9, 4, 0, 0, 1, 0xff, 0x52, 0x01, 0])
  t.same([...configuration.subarray(18)], [7, 5, 0x81, 2, 0x00, 0x02, 0])
  t.match(strings, ['rekam (simulated)', /simulated/, 'IR-7'])
})

t.test('GET_INFO lies on the wire as documented', async (t) => {
  const { model } = bench()
  const info = await ask(model, 0x01, 256)
  t.equal(
    info.toString('hex'),
    `30000102020210100200000009000700${'00010800800 2e001 0000 0f00 00b00400'.replaceAll(' ', '')}${'01010800800 2e001 0000 0f00 00b00400'.replaceAll(' ', '')}`,
  )
  t.equal((await ask(model, 0x01, 8)).length, 8, 'never more than asked for')
})

t.test('a challenge is signed once, after a while, over exactly the documented bytes', async (t) => {
  const { clock, model } = bench()
  t.equal((await ask(model, 0x08, 68))[0], 0, 'no proof without a challenge')
  const challenge = Array.from({ length: 64 }, (_, i) => i)
  await tell(model, 0x07, challenge)
  t.equal((await ask(model, 0x08, 68))[0], 1)
  clock.advance(500)
  const proof = await ask(model, 0x08, 68)
  t.equal(proof[0], 2)
  const message = Buffer.concat([
    Buffer.from('rekam capture device proof v1\0'),
    Buffer.from(challenge),
    Buffer.from([2, 2, 0, 0, 0, 9, 0, 4]),
    Buffer.from('IR-7'),
  ])
  const key = {
    key: createPublicKey({ key: Buffer.from(model.publicKey, 'base64'), format: 'der', type: 'spki' }),
    dsaEncoding: 'ieee-p1363',
  } as const
  t.ok(verify('sha256', message, key, proof.subarray(4)))
  t.equal((await ask(model, 0x08, 68))[0], 0, 'a challenge is good for one proof')
})

t.test('what cannot be obeyed is stalled, and GET_STATUS says why, once', async (t) => {
  const { model } = bench()
  const refusals: readonly (readonly [number, readonly number[], number, number])[] = [
    [0x55, [], 0, 1],
    [0x02, [3], 0, 2],
    [0x02, [0, 0, 0, 0], 0, 3],
    [0x02, [4, 0, 0, 0], 0, 3],
    [0x04, [], 256, 3],
    [0x06, [4, 0, 0, 0], 0, 3],
    [0x06, [1], 0, 2],
    [0x07, [1, 2, 3], 0, 2],
  ]
  for (const [request, data, value, error] of refusals) {
    t.equal(await tell(model, request, data, value), 'stall', `request ${request}`)
    t.equal(await lastError(model), error)
  }
  t.equal(await lastError(model), 0)
  await tell(model, 0x02, [3, 0, 1, 0])
  t.equal(await tell(model, 0x02, [3, 0, 1, 0]), 'stall')
  t.equal(await lastError(model), 4)
  t.not(await tell(model, 0x03), 'stall')
  t.not(await tell(model, 0x03), 'stall', 'STOP is accepted in every state')
  t.equal(model.in(0x82, 64, never), 'stall')
})

t.test('frames follow the clock, both sensors at the same instant, sealed by two checksums', async (t) => {
  const { clock, model } = bench()
  await tell(model, 0x02, [3, 10, 0x34, 0x12])
  const frames = [await frameOf(clock, model), await frameOf(clock, model), await frameOf(clock, model)]
  t.ok(clock.monotonicMs() >= 200 && clock.monotonicMs() < 210)
  for (const [i, frame] of frames.entries()) {
    t.equal(frame.length, 64 + 640 * 480)
    t.equal(frame.subarray(0, 4).toString('latin1'), 'RKCF')
    t.equal(frame.readUInt32LE(60), crc32(frame.subarray(0, 60)))
    t.equal(frame.readUInt32LE(36), crc32(frame.subarray(64)))
    t.match(
      { sensor: frame[8], format: frame[9], session: frame.readUInt16LE(10), sequence: frame.readUInt32LE(12) },
      { sensor: i % 2, format: 1, session: 0x1234, sequence: i >> 1 },
    )
  }
  t.equal(frames[0]!.readBigUInt64LE(24), frames[1]!.readBigUInt64LE(24))
  t.not(frames[0]!.readUInt32LE(36), frames[2]!.readUInt32LE(36), 'a live sensor never sends the same image twice')
})

t.test('a host that does not keep up loses whole exposures, and is told', async (t) => {
  const { clock, model } = bench()
  await tell(model, 0x02, [1, 10, 0, 0])
  await frameOf(clock, model)
  await clock.runUntil(new Promise<void>((resolve) => void clock.after(1050, resolve)))
  const waiting = await frameOf(clock, model)
  const next = await frameOf(clock, model)
  t.equal(waiting.readUInt32LE(12), 1, 'the one it had room for')
  t.ok(next.readUInt32LE(12) > 9)
  t.equal(next.readUInt16LE(6), 1)
  t.ok((await ask(model, 0x09, 16)).readUInt32LE(12) >= 8)
})

t.test('a frame that fills its last packet ends with an empty one', async (t) => {
  const clock = new VirtualClock(0)
  const empty = flatJpeg(1920, 1080)
  // Header, comment segment of eight bytes and padding make a multiple of 512.
  const jpeg = new Uint8Array(Math.ceil((empty.length + 72) / 512) * 512 - 72)
  jpeg.set(empty)
  const model = faceCameraModel({ serial: 'F', clock, random: seededRandom(1), images: { face: () => jpeg } })
  await tell(model, 0x02, [1, 0, 0, 0])
  const first = await clock.runUntil(Promise.resolve(model.in(0x81, jpeg.length + 72, never)))
  t.equal(first.length, jpeg.length + 72)
  t.same(await clock.runUntil(Promise.resolve(model.in(0x81, 512, never))), none)
})

t.test('STOP forgets what was not sent; reset is the power-on state; a cancelled transfer loses nothing', async (t) => {
  const { clock, model } = bench()
  const masks: number[] = []
  model.onIndicator((mask) => masks.push(mask))
  await tell(model, 0x06, [3, 0, 0, 0])
  await tell(model, 0x02, [3, 10, 1, 0])
  await clock.runUntil(new Promise<void>((resolve) => void clock.after(150, resolve)))
  await tell(model, 0x03)
  await tell(model, 0x02, [3, 10, 2, 0])
  const abort = new AbortController()
  const cancelled = model.in(0x81, 65536, abort.signal)
  abort.abort()
  await t.rejects(Promise.resolve(cancelled), { name: 'AbortError' })
  const frame = await frameOf(clock, model)
  t.match({ session: frame.readUInt16LE(10), sequence: frame.readUInt32LE(12) }, { session: 2, sequence: 0 })
  await tell(model, 0x06, [1, 0, 0, 0])
  model.wedge()
  model.reset()
  t.same(masks, [3, 0, 1, 0])
  t.equal(model.indicator, 0)
  t.equal((await ask(model, 0x09, 16))[0], 0)
})

t.test('a scene of the wrong size or kind is the scenario’s mistake and is named; the empty chair is a picture', async (t) => {
  const random = seededRandom(1)
  const exposure = { sensor: 0, indicatorMask: 0, frameIndex: 0, gain: 128, light: 128 }
  const sensor = { widthPx: 10, heightPx: 10, emptyLevel: 9 }
  t.throws(() => developGrey(sensor, new Uint8Array(99), exposure, random), { code: 'input.invalid', context: { size: 99, expected: 100 } })
  t.throws(() => developJpeg(new Uint8Array(99), exposure), { code: 'input.invalid', context: { field: 'jpeg' } })
  const picture = sharp(Buffer.from(flatJpeg(1920, 1080)))
  t.match(await picture.metadata(), { width: 1920, height: 1080 })
  t.match((await picture.stats()).channels, [{ min: 128, max: 128 }])
})
