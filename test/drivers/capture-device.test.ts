// What every capture device and its driver must do, held against each kind: conformance. Then the faults of a stream, one by one.

import { Buffer } from 'node:buffer'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { readyIndicator } from '../../drivers/camera/face-camera/driver.js'
import type { CaptureDevice } from '../../drivers/driver.js'
import { fingerIndicator } from '../../drivers/fingerprint/slap-scanner/driver.js'
import { eyeIndicator } from '../../drivers/iris/dual-camera/driver.js'
import { captureKindOf, openCaptureDevice } from '../../drivers/registry.js'
import type { CaptureKind } from '../../protocol/hardware/capture-device.js'
import { silentLog } from '../../protocol/log.js'
import { createDeviceKey } from '../../simulator/model/capture-device.js'
import { slapScannerModel } from '../../simulator/model/slap-scanner.js'
import { CaptureBench, factories, RememberingSink } from './capture-bench.js'

const kinds: readonly { kind: CaptureKind; indicator: number; sensors: number }[] = [
  { kind: 'slap_scanner', indicator: fingerIndicator([2, 3, 4, 5]), sensors: 1 },
  { kind: 'iris_camera', indicator: eyeIndicator({ right: true, left: true }), sensors: 2 },
  { kind: 'face_camera', indicator: readyIndicator, sensors: 1 },
]

for (const { kind, indicator, sensors } of kinds) {
  t.test(`${kind}: opens, proves itself, streams what it was asked for and stops`, async (t) => {
    const bench = new CaptureBench(factories[kind])
    const asked: number[] = []
    bench.model.onIndicator((mask) => asked.push(mask))
    const device = await bench.open()
    t.match(device, { kind, serial: 'T-0001', info: { protocolVersion: '1.2', firmwareVersion: '1.0.0' } })
    const stream = await bench.clock.runUntil(device.start(bench.sink, { indicator }, bench.ended))
    await bench.clock.runUntil(bench.sink.until(6 * sensors))
    await bench.clock.runUntil(stream.stop())
    t.same(asked, [indicator, 0], 'the person is asked once, and no longer when the stream stops')
    t.match(stream.counters(), { published: bench.sink.headers.length, corrupt: 0, short: 0, repeated: 0, missed: 0, dropped: 0 })
    for (let sensor = 0; sensor < sensors; sensor++) {
      const sequences = bench.sink.headers.filter((header) => header.sensor === sensor).map((header) => header.sequence)
      t.same(sequences.slice(0, 6), [0, 1, 2, 3, 4, 5], `sensor ${sensor} in order`)
    }
    const { format, widthPx, heightPx } = bench.sink.headers[0]!
    t.match(device.info.sensors[0], { format, widthPx, heightPx })
    if (format === 'grey8') t.equal(bench.sink.payloads[0]?.length, widthPx * heightPx)
    else t.match(await sharp(Buffer.from(bench.sink.payloads[0]!)).metadata(), { format: 'jpeg', width: widthPx, height: heightPx })
    const before = bench.sink.headers.length
    bench.clock.advance(3000)
    t.equal(bench.sink.headers.length, before, 'nothing comes after stop')
    t.equal(bench.sink.open, 0, 'every slot was published or given back')
    t.match(await bench.clock.runUntil(device.status()), { state: 'idle', lastError: 0 })
    await device.close()
    t.same(bench.faults, [])
  })

  t.test(`${kind}: a stranger is named and refused`, async (t) => {
    const bench = new CaptureBench(factories[kind])
    const { trusted } = bench
    const other = createDeviceKey().publicKey
    const wrongKind = kind === 'face_camera' ? 'iris_camera' : 'face_camera'
    await t.rejects(bench.open([]), { code: 'device.unknown', context: { serial: 'T-0001', reason: 'not_listed' } })
    await t.rejects(bench.open([{ ...trusted, kind: wrongKind }]), { code: 'device.unknown', context: { reason: 'wrong_kind' } })
    await t.rejects(bench.open([{ ...trusted, publicKey: other }]), {
      code: 'device.unknown',
      context: { serial: 'T-0001', reason: 'wrong_key' },
    })
    await t.rejects(bench.open([{ ...trusted, publicKey: 'AAAA' }]), { code: 'input.invalid', context: { field: 'trust.publicKey' } })
    await (await bench.open([{ ...trusted, publicKey: other }, trusted])).close()
    const forger = new CaptureBench(factories[kind], { key: { privateKey: createDeviceKey().privateKey, publicKey: other } })
    await t.rejects(
      forger.open(),
      { code: 'device.unknown', context: { serial: 'T-0001', reason: 'wrong_proof' } },
      'knows the key id, not the key',
    )
  })

  t.test(`${kind}: pulled out in mid-stream it gives exactly one fault, and works again when plugged in`, async (t) => {
    const bench = new CaptureBench(factories[kind])
    const device = await bench.open()
    const stream = await bench.clock.runUntil(device.start(bench.sink, { indicator }, bench.ended))
    await bench.clock.runUntil(bench.sink.until(2))
    await bench.bus.unplug(bench.model)
    await bench.clock.runUntil(bench.fault())
    bench.clock.advance(10_000)
    await bench.clock.runUntil(stream.stop())
    t.equal(bench.faults.length, 1)
    t.match(bench.faults[0], { code: 'device.unplugged' })
    await t.rejects(bench.clock.runUntil(device.start(bench.sink, { indicator }, bench.ended)), { code: 'device.unplugged' })
    await bench.clock.runUntil(device.close())
    t.equal(bench.sink.open, 0)
    const again = await bench.open()
    const sink = new RememberingSink()
    await bench.clock.runUntil(again.start(sink, { indicator }, bench.ended))
    await bench.clock.runUntil(sink.until(2))
    await bench.clock.runUntil(again.close())
    t.equal(bench.faults.length, 1, 'closing is no fault')
    t.equal(sink.open, 0)
  })

  t.test(`${kind}: damaged frames are counted and never published`, async (t) => {
    const bench = new CaptureBench(factories[kind])
    const device = await bench.open()
    const stream = await bench.clock.runUntil(device.start(bench.sink, { indicator }, bench.ended))
    await bench.clock.runUntil(bench.sink.until(2))
    bench.model.corruptNext(2)
    bench.model.shortNext(2)
    bench.model.repeatNext(2)
    await bench.clock.runUntil(bench.sink.until(12))
    await bench.clock.runUntil(stream.stop())
    const { corrupt, short, repeated, missed } = stream.counters()
    t.same({ corrupt, short, repeated }, { corrupt: 2, short: 2, repeated: 2 })
    t.ok(missed >= 4, 'what was damaged is missed in the sequence')
    t.equal(bench.sink.open, 0)
    t.same(bench.faults, [])
    await bench.clock.runUntil(device.close())
  })
}

async function streaming(t: Test, limits = {}): Promise<{ bench: CaptureBench; device: CaptureDevice }> {
  const bench = new CaptureBench(factories.iris_camera)
  const device = await bench.open(undefined, limits)
  await bench.clock.runUntil(device.start(bench.sink, { indicator: 3 }, bench.ended))
  await bench.clock.runUntil(bench.sink.until(4))
  t.teardown(() => bench.clock.runUntil(device.close()))
  return { bench, device }
}

const endings = [
  ['a cable that damages every frame', 'device.frames_corrupt', (bench: CaptureBench) => bench.model.corruptNext(1000)],
  ['a bus that cuts every frame', 'device.frames_corrupt', (bench: CaptureBench) => bench.model.shortNext(1000)],
  ['a sensor that repeats one frame', 'device.frames_missing', (bench: CaptureBench) => bench.model.repeatNext(1000)],
  ['a sensor that froze', 'device.frames_frozen', (bench: CaptureBench) => bench.model.freeze()],
  ['a sensor that fell silent', 'device.frames_missing', (bench: CaptureBench) => bench.model.silence()],
  ['firmware that hangs', 'device.frames_missing', (bench: CaptureBench) => bench.model.wedge()],
  ['an endpoint that halts', 'device.stall', (bench: CaptureBench) => bench.model.stall()],
] as const

for (const [what, code, happens] of endings) {
  t.test(`${what} ends the stream with ${code} within its deadline, once; a new opening works`, async (t) => {
    const { bench, device } = await streaming(t)
    const begunMs = bench.clock.monotonicMs()
    happens(bench)
    await bench.clock.runUntil(bench.fault())
    t.ok(bench.clock.monotonicMs() - begunMs <= 2200, `after ${bench.clock.monotonicMs() - begunMs} ms`)
    t.equal(bench.faults.length, 1)
    t.match(bench.faults, [{ code }])
    await t.rejects(bench.clock.runUntil(device.start(bench.sink, { indicator: 3 }, bench.ended)), { code }, 'a spent device says why')
    await bench.clock.runUntil(device.close())
    t.equal(bench.faults.length, 1)
    t.equal(bench.sink.open, 0)
    bench.model.heal()
    const sink = new RememberingSink()
    const again = await bench.open()
    await bench.clock.runUntil(again.start(sink, { indicator: 3 }, bench.ended))
    await bench.clock.runUntil(sink.until(4))
    await bench.clock.runUntil(again.close())
  })
}

t.test('pulled out at any moment, while it proves itself, starts or streams: one fault, no slot left open', async (t) => {
  for (let atMs = 1; atMs < 420; atMs += 13) {
    const bench = new CaptureBench(factories.iris_camera)
    await bench.plug()
    const errors: unknown[] = []
    bench.clock.after(atMs, () => void bench.bus.unplug(bench.model))
    const session = async () => {
      const [info] = await bench.usb.list()
      const device = await openCaptureDevice({ ...bench, log: silentLog, trust: [bench.trusted] }, info!.key)
      await device.start(bench.sink, { indicator: 3 }, bench.ended)
      await bench.fault()
      await device.close()
    }
    await bench.clock.runUntil(session().catch((error: unknown) => errors.push(error)))
    t.equal(errors.length + bench.faults.length, 1)
    t.match([...errors, ...bench.faults], [{ code: 'device.unplugged' }], `at ${atMs} ms, after ${bench.sink.headers.length} frames`)
    t.equal(bench.sink.open, 0)
  }
})

t.test('a sink without room loses frames, never the stream', async (t) => {
  const { bench, device } = await streaming(t)
  await bench.clock.runUntil(device.close())
  const again = await bench.open()
  const sink = new RememberingSink()
  sink.full = true
  const stream = await bench.clock.runUntil(again.start(sink, { indicator: 3 }, bench.ended))
  bench.clock.after(5000, () => {
    sink.full = false
  })
  await bench.clock.runUntil(sink.until(4))
  await bench.clock.runUntil(stream.stop())
  t.ok(stream.counters().dropped > 100, 'five seconds of two sensors')
  t.equal(stream.counters().published, sink.headers.length)
  t.same(bench.faults, [])
})

t.test('aborting stops the stream as stop does; one stream at a time; the asked-for rate holds', async (t) => {
  const bench = new CaptureBench(factories.iris_camera)
  const device = await bench.open()
  const abort = new AbortController()
  const stream = await bench.clock.runUntil(device.start(bench.sink, { indicator: 1, maxFps: 5, signal: abort.signal }, bench.ended))
  await t.rejects(device.start(bench.sink, { indicator: 1 }, bench.ended), { code: 'device.busy' })
  await bench.clock.runUntil(bench.sink.until(10))
  const times = bench.sink.headers.filter(({ sensor }) => sensor === 0).map(({ deviceTimeUs }) => deviceTimeUs)
  t.same(
    times.slice(1).map((time, i) => Math.round(time - times[i]!)),
    [200_000, 200_000, 200_000, 200_000],
  )
  abort.abort()
  await bench.clock.runUntil(stream.stop())
  const second = await bench.clock.runUntil(device.start(bench.sink, { indicator: 2 }, bench.ended))
  await t.rejects(bench.clock.runUntil(device.setIndicator(4)), { code: 'device.stall', context: { operation: 'set_indicator' } })
  t.match(await bench.clock.runUntil(device.status()), { state: 'streaming', lastError: 3 })
  await t.rejects(device.setGain(256), { code: 'input.invalid', context: { field: 'gain', found: 256 } })
  await bench.clock.runUntil(second.stop())
  await t.rejects(device.start(bench.sink, { indicator: 1, signal: abort.signal }, bench.ended), { name: 'AbortError' })
  t.same(bench.faults, [])
  await bench.clock.runUntil(device.close())
})

t.test('the scanner shows what lies on the platen, and light and gain change it', async (t) => {
  const scene = new Uint8Array(1600 * 1500).fill(100)
  const seen: number[] = []
  const bench = new CaptureBench((options) =>
    slapScannerModel({
      ...options,
      images: {
        platen: (mask, frameIndex) => {
          seen.push(frameIndex)
          return mask === fingerIndicator([1, 6]) ? scene : undefined
        },
      },
    }),
  )
  const device = await bench.open()
  const means: number[] = []
  for (const [indicator, light] of [
    [fingerIndicator([1, 6]), 128],
    [fingerIndicator([1, 6]), 64],
    [fingerIndicator([2]), 128],
  ] as const) {
    await bench.clock.runUntil(device.setLight(light))
    const sink = new RememberingSink()
    const stream = await bench.clock.runUntil(device.start(sink, { indicator }, bench.ended))
    await bench.clock.runUntil(sink.until(1))
    await bench.clock.runUntil(stream.stop())
    means.push(Math.round(sink.payloads[0]!.reduce((sum, level) => sum + level, 0) / scene.length))
  }
  t.same(means, [100, 50, 248])
  t.equal(seen[0], 0)
  t.ok(
    scene.every((level) => level === 100),
    'the scene itself is not touched',
  )
  await bench.clock.runUntil(device.close())
})

t.test('discovery tells kinds by VID:PID and leaves the rest alone', async (t) => {
  const info = { key: 'x', deviceRelease: 0x100, manufacturer: '', product: '', serial: '' }
  t.equal(captureKindOf({ ...info, vendorId: 0x1209, productId: 3 }), 'face_camera')
  t.equal(captureKindOf({ ...info, vendorId: 0x1209, productId: 4 }), undefined)
  t.equal(captureKindOf({ ...info, vendorId: 0x05ba, productId: 1 }), undefined)
})
