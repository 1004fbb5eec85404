// The capture protocol's framing against any cut, any garbage, any flipped bit; control messages against anything at all.

import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { FrameAssembler, type FrameHead, type FrameReceiver } from '../../drivers/capture-device/framing.js'
import { readInfo, readProof, readStatus } from '../../drivers/capture-device/messages.js'
import type { SensorInfo } from '../../drivers/driver.js'
import { infoBytes, type SensorPlan, sealFrame } from '../../simulator/model/capture-wire.js'

const plan: SensorPlan = { format: 'grey8', widthPx: 24, heightPx: 10, ppi: 500, maxPayloadBytes: 240 }
const jpegPlan: SensorPlan = { format: 'mjpeg', widthPx: 64, heightPx: 48, ppi: 0, maxPayloadBytes: 400 }
const sensors: SensorInfo[] = [
  { ...plan, sensor: 0, maxFps: 10 },
  { ...jpegPlan, sensor: 1, maxFps: 10 },
]

function frame(sequence: number, sensor: 0 | 1 = 0, payload?: Uint8Array): Uint8Array {
  const body = payload ?? Uint8Array.from({ length: 240 }, (_, i) => (i * 7 + sequence * 13) & 0xff)
  const bytes = new Uint8Array(64 + body.length)
  bytes.set(body, 64)
  sealFrame(bytes, sensor === 0 ? plan : jpegPlan, { sensor, session: 7, sequence, deviceTimeUs: 2 ** 33 + sequence, exposuresLost: false })
  return bytes
}

class Recorder implements FrameReceiver {
  readonly intact: { head: FrameHead; payload: Uint8Array }[] = []
  damaged = 0
  cut = 0
  skipped = 0
  leased = 0
  #place = new Uint8Array(0)
  begin(head: FrameHead): Uint8Array {
    this.leased = Math.max(this.leased, head.payloadBytes)
    this.#place = new Uint8Array(head.payloadBytes)
    return this.#place
  }
  complete(head: FrameHead, intact: boolean): void {
    if (intact) this.intact.push({ head, payload: this.#place })
    else this.damaged++
  }
  short(): void {
    this.cut++
  }
  garbage(bytes: number): void {
    this.skipped += bytes
  }
}

function assemble(bytes: Uint8Array, cuts: readonly number[]): Recorder {
  const recorder = new Recorder()
  const assembler = new FrameAssembler(sensors, recorder)
  let at = 0
  for (const cut of cuts) {
    assembler.push(bytes.subarray(at, at + cut))
    at += cut
  }
  assembler.push(bytes.subarray(at))
  return recorder
}

const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))
const cuts = fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 40 })

t.test('the checksum is CRC-32 of IEEE 802.3', async (t) => {
  t.equal(crc32(new TextEncoder().encode('123456789')), 0xcbf43926)
})

t.test('frames arrive whole and in order however the stream is cut', async (t) => {
  fc.assert(
    fc.property(cuts, fc.integer({ min: 1, max: 6 }), (where, count) => {
      const recorder = assemble(join(...Array.from({ length: count }, (_, i) => frame(i))), where)
      return recorder.intact.length === count && recorder.skipped === 0 && recorder.intact.every(({ head }, i) => head.sequence === i)
    }),
  )
  const [first] = assemble(frame(3), []).intact
  t.match(first?.head, { sensor: 0, session: 7, sequence: 3, widthPx: 24, heightPx: 10, ppi: 500, deviceTimeUs: 2 ** 33 + 3 })
  t.same(first?.payload, frame(3).subarray(64))
})

t.test('garbage between frames costs no frame, and every byte of it is counted', async (t) => {
  // Random bytes, or the worst kind: pieces of the magic itself.
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 150 }),
    fc.array(fc.constantFrom(0x52, 0x4b, 0x43, 0x46), { maxLength: 90 }).map((list) => Uint8Array.from(list)),
  )
  fc.assert(
    fc.property(fc.array(noise, { minLength: 3, maxLength: 3 }), cuts, (between, where) => {
      const [a = new Uint8Array(), b = new Uint8Array(), c = new Uint8Array()] = between
      const recorder = assemble(join(a, frame(0), b, frame(1, 1, new Uint8Array(33)), c, frame(2)), where)
      return recorder.intact.length === 3 && recorder.skipped === a.length + b.length + c.length
    }),
  )
  t.pass()
})

t.test('a flipped bit never yields a frame that differs from what was sent, and the stream recovers', async (t) => {
  const sent = [0, 1, 2, 3].map((i) => frame(i))
  const clean = join(...sent)
  fc.assert(
    fc.property(fc.integer({ min: 0, max: sent.length * sent[0]!.length * 8 - 1 }), cuts, (bit, where) => {
      const damaged = clean.slice()
      damaged[bit >> 3]! ^= 1 << (bit & 7)
      const { intact } = assemble(damaged, where)
      const hit = Math.floor((bit >> 3) / sent[0]!.length)
      return (
        intact.length === 3 &&
        intact.every(({ head, payload }) => head.sequence !== hit && Buffer.compare(payload, sent[head.sequence]!.subarray(64)) === 0)
      )
    }),
  )
  t.pass()
})

t.test('bytes lost in mid-frame cost at most that frame and the next, and a short transfer ends the loss at once', async (t) => {
  const lossy = join(frame(0).subarray(0, 120), frame(1), frame(2))
  t.same(
    assemble(lossy, []).intact.map(({ head }) => head.sequence),
    [2],
  )
  const recorder = new Recorder()
  const assembler = new FrameAssembler(sensors, recorder)
  for (const piece of [frame(0).subarray(0, 120), frame(1), frame(2)]) {
    assembler.push(piece)
    assembler.endOfFrame()
  }
  t.match(recorder, { cut: 1, damaged: 0, skipped: 0 })
  t.same(
    recorder.intact.map(({ head }) => head.sequence),
    [1, 2],
  )
})

t.test('a header with the wrong geometry, sensor, version or an absurd length is no frame, checksum or not', async (t) => {
  const tampered = (offset: number, value: number): Uint8Array => {
    const bytes = frame(0)
    bytes[offset] = value
    new DataView(bytes.buffer).setUint32(60, crc32(bytes.subarray(0, 60)), true)
    return bytes
  }
  for (const [offset, value] of [
    [4, 2],
    [5, 72],
    [8, 3],
    [9, 2],
    [16, 25],
    [20, 0],
    [35, 0x7f],
  ] as const) {
    const recorder = assemble(join(tampered(offset, value), frame(9)), [])
    t.same(
      recorder.intact.map(({ head }) => head.sequence),
      [9],
      `offset ${offset}`,
    )
    t.equal(recorder.skipped, 304)
  }
})

t.test('a device’s own verdict on who is presented comes with the frame; zeros of an older device are none', async (t) => {
  const judged = (attack?: { verdict: 'bona_fide' | 'attack'; score?: number }) => {
    const bytes = frame(0)
    sealFrame(bytes, plan, { sensor: 0, session: 7, sequence: 0, deviceTimeUs: 0, exposuresLost: false, ...(attack && { attack }) })
    return assemble(bytes, []).intact[0]?.head.presentationAttack
  }
  t.equal(judged(), undefined)
  t.strictSame(judged({ verdict: 'attack', score: 91 }), { verdict: 'attack', score: 91 })
  t.strictSame(judged({ verdict: 'bona_fide', score: 0 }), { verdict: 'bona_fide', score: 0 })
  t.strictSame(judged({ verdict: 'bona_fide' }), { verdict: 'bona_fide' }, 'a verdict may come without a score')
})

t.test('no input makes the assembler hold more than one header or ask for more than a sensor can send', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4000 }), cuts, (bytes, where) => {
      const recorder = assemble(bytes, where)
      return recorder.leased <= 400 && recorder.intact.length === 0
    }),
  )
  t.pass()
})

t.test('GET_INFO is read, with longer entries of a later minor version, and refused with field and offset otherwise', async (t) => {
  const good = infoBytes('iris_camera', [plan, plan], 15, [1, 2, 3])
  t.match(readInfo(good), {
    kind: 'iris_camera',
    protocolVersion: '1.2',
    firmwareVersion: '1.2.3',
    features: { gain: true, light: true, indicator: true },
  })
  const longer = new Uint8Array(20 + 2 * 18)
  longer.set(good.subarray(0, 16))
  longer.set([longer.length, 0, 1, 4], 0)
  longer.set([20, 18], 6)
  longer.set(good.subarray(16, 32), 20)
  longer.set(good.subarray(32, 48), 38)
  t.match(readInfo(longer), {
    protocolVersion: '1.4',
    sensors: [
      { sensor: 0, widthPx: 24 },
      { sensor: 1, widthPx: 24 },
    ],
  })
  const other = good.slice()
  other[2] = 2
  t.same(readInfo(other), { field: 'info.version', offset: 2, found: 2 })
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => typeof readInfo(bytes) === 'object'))
  fc.assert(
    fc.property(fc.nat({ max: good.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, value) => {
      const bytes = good.slice()
      bytes[at] = value
      const info = readInfo(bytes)
      return 'found' in info || (info.sensors.length >= 1 && info.sensors.every((sensor) => sensor.maxPayloadBytes <= 0xffff * 0xffff * 3))
    }),
  )
  t.match(readProof(new Uint8Array(3)), { field: 'proof', found: 3 })
  t.match(readProof(new Uint8Array(68)), { field: 'proof.state', found: 0 })
  t.match(readStatus(Uint8Array.from({ length: 16 }, () => 9)), { field: 'status.state', found: 9 })
})
