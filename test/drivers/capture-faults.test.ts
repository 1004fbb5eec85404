// What goes wrong with a capture device, fault by fault and in any mixture: a fault with a name, or counted and passed over; never a bad frame.

import fc from 'fast-check'
import t from 'tap'
import type { CaptureCounters } from '../../drivers/driver.js'
import { readPlaten } from '../../drivers/fingerprint/slap-scanner/platen.js'
import { Fault, isFault } from '../../protocol/fault.js'
import type { FrameHeader } from '../../protocol/hardware/frames.js'
import type { CaptureModelOptions } from '../../simulator/model/capture-device.js'
import { drawFaults, faultProfiles } from '../../simulator/model/fault-profile.js'
import { type CaptureFault, type FaultScript, playFaults, readFaultScript } from '../../simulator/model/fault-script.js'
import { irisCameraModel } from '../../simulator/model/iris-camera.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { CaptureBench, factories, RememberingSink } from './capture-bench.js'

const pixels = 640 * 480
/** One grey level of each exposure and eye: what was published under a number can be held against it. Noise changes lowest bits. */
const levelOf = (sensor: number, frameIndex: number): number => 2 + ((frameIndex * 2 + sensor) % 120) * 2
const numbered = (options: CaptureModelOptions) =>
  irisCameraModel({ ...options, images: { eye: (sensor, _mask, index) => new Uint8Array(pixels).fill(levelOf(sensor, index)) } })

function scripted(script: FaultScript) {
  const bench = new CaptureBench(numbered)
  const { model, bus, clock } = bench
  const cable = { out: () => bus.unplug(model), back: () => bus.plug(model) }
  const stop = playFaults({ model, cable, clock }, script)
  return { bench, stop }
}

/** Why what was published is not what the sensor saw under that number; one that froze shows what it saw last, which may have been lost on its way. */
function wrongFrame({ headers, payloads }: RememberingSink, mayFreeze = false): string | undefined {
  const last = [-1, -1]
  const shown = [-1, -1]
  for (const [i, { sensor, sequence, widthPx, heightPx }] of headers.entries()) {
    const payload = payloads[i]!
    if (widthPx !== 640 || heightPx !== 480 || payload.length !== pixels) return `frame ${sequence} has another size`
    const before = last[sensor]!
    if (sequence <= before) return `frame ${sequence} after ${before}`
    last[sensor] = sequence
    const level = payload[0]! & 0xfe
    const lost = Array.from({ length: sequence - before - 1 }, (_, k) => levelOf(sensor, before + 1 + k))
    const froze = mayFreeze && (level === shown[sensor] || lost.includes(level))
    if (!froze && level !== levelOf(sensor, sequence)) return `frame ${sequence} of eye ${sensor} is not what it saw`
    if (payload.some((value) => (value & 0xfe) !== level)) return `frame ${sequence} of eye ${sensor} is of two pictures`
    shown[sensor] = level
  }
  return undefined
}

const timesRise = (headers: readonly FrameHeader[]): boolean =>
  [0, 1].every((sensor) => {
    const times = headers.filter((header) => header.sensor === sensor).map(({ deviceTimeUs }) => deviceTimeUs)
    return times.every((time, i) => i === 0 || time > times[i - 1]!)
  })

/** Streams until the fault, or for so long. @returns the fault's code, or '' */
async function stream(bench: CaptureBench, forMs: number): Promise<{ code: string; counters: CaptureCounters }> {
  const device = await bench.open()
  const running = await bench.clock.runUntil(device.start(bench.sink, { indicator: 3 }, bench.ended))
  const time = new Promise<void>((resolve) => void bench.clock.after(forMs, resolve))
  await bench.clock.runUntil(Promise.race([bench.fault(), time]))
  const [fault] = bench.faults
  const counters = running.counters()
  await bench.clock.runUntil(running.stop())
  await bench.clock.runUntil(device.close(fault))
  return { code: fault?.code ?? '', counters }
}

const outcomes: readonly (readonly [CaptureFault, string, keyof CaptureCounters | ''])[] = [
  [{ fault: 'unplug' }, 'device.unplugged', ''],
  [{ fault: 'unplug', afterBytes: 200_000 }, 'device.unplugged', ''],
  [{ fault: 'corrupt', frames: 3 }, '', 'corrupt'],
  [{ fault: 'corrupt', frames: 50 }, 'device.frames_corrupt', 'corrupt'],
  [{ fault: 'short', frames: 3 }, '', 'short'],
  [{ fault: 'short', frames: 50 }, 'device.frames_corrupt', 'short'],
  [{ fault: 'double', frames: 3 }, '', 'repeated'],
  [{ fault: 'wrong_size', frames: 3 }, '', 'corrupt'],
  [{ fault: 'wrong_size', frames: 50 }, 'device.frames_corrupt', 'corrupt'],
  [{ fault: 'clock_jump', byMs: -50_000 }, '', 'clockJumps'],
  [{ fault: 'clock_jump', byMs: 3_600_000 }, '', 'clockJumps'],
  [{ fault: 'slow_usb', bytesPerSecond: 2_000_000 }, '', 'missed'],
  [{ fault: 'slow_usb', bytesPerSecond: 40_000 }, 'device.frames_missing', ''],
  [{ fault: 'stall' }, 'device.stall', ''],
  [{ fault: 'silence' }, 'device.frames_missing', ''],
  [{ fault: 'freeze' }, 'device.frames_frozen', ''],
  [{ fault: 'wedge' }, 'device.frames_missing', ''],
  [{ fault: 'overheat' }, 'device.overheated', ''],
]

for (const [fault, code, counter] of outcomes) {
  t.test(`${JSON.stringify(fault)} leads to ${code || 'frames passed over'}${counter && `, counted as ${counter}`}`, async (t) => {
    const { bench, stop } = scripted([{ at: { frame: 4 }, ...fault }])
    const begun = bench.clock.monotonicMs()
    const { code: ended, counters } = await stream(bench, 4_000)
    t.equal(ended, code)
    if (code !== '') t.ok(bench.clock.monotonicMs() - begun < 4_000, 'within its deadline')
    if (counter !== '') t.ok(counters[counter] > 0)
    t.equal(wrongFrame(bench.sink, fault.fault === 'freeze'), undefined)
    t.ok(timesRise(bench.sink.headers), 'and times go on')
    t.equal(bench.sink.open, 0)
    if (code === '') t.ok(counters.published > 15, `${counters.published} frames came through`)
    stop()
  })
}

t.test('pulled at every frame and at any byte of it: one fault, nothing half is stored, and the replug works', async (t) => {
  for (let frame = 0; frame < 12; frame++) {
    const offsets = [undefined, 0, 1, 63, 64, 300, 262_143, 262_144, 307_263, 400_000]
    const afterBytes = offsets[(frame * 7) % offsets.length]
    const { bench, stop } = scripted([
      { at: { frame }, fault: 'unplug', ...(afterBytes !== undefined && { afterBytes }), backAfterMs: 1_000 },
    ])
    const { code } = await stream(bench, 3_000)
    t.equal(code, 'device.unplugged', `frame ${frame}, byte ${afterBytes}`)
    t.equal(wrongFrame(bench.sink), undefined)
    t.equal(bench.sink.open, 0)
    t.equal(bench.sink.headers.filter(({ sequence }) => sequence >= frame + 1).length, 0, 'nothing came after')
    await bench.clock.runUntil(new Promise<void>((resolve) => void bench.clock.after(1_500, resolve)))
    bench.faults.length = 0
    const again = new CaptureBenchAgain(bench)
    t.equal(await again.frames(4), 4)
    stop()
  }
})

/** A second opening of what was plugged in again. */
class CaptureBenchAgain {
  readonly #bench: CaptureBench
  constructor(bench: CaptureBench) {
    this.#bench = bench
  }
  async frames(count: number): Promise<number> {
    const bench = this.#bench
    const device = await bench.open()
    const sink = new RememberingSink()
    const running = await bench.clock.runUntil(device.start(sink, { indicator: 3 }, bench.ended))
    await bench.clock.runUntil(sink.until(count))
    const got = sink.headers.length
    await bench.clock.runUntil(running.stop())
    await bench.clock.runUntil(device.close())
    return Math.min(got, count)
  }
}

t.test(
  'any mixture of faults, drawn from any seed: no bad frame, no slot left, at most one fault a stream, and the device comes back',
  async (t) => {
    const fault: fc.Arbitrary<CaptureFault> = fc.oneof(
      fc.constantFrom(...outcomes.map(([each]) => each)),
      fc.record({ fault: fc.constant('unplug' as const), afterBytes: fc.nat(400_000), backAfterMs: fc.integer({ min: 1, max: 2_000 }) }),
      fc.record({
        fault: fc.constantFrom('corrupt' as const, 'short' as const, 'double' as const, 'wrong_size' as const),
        frames: fc.integer({ min: 1, max: 9 }),
      }),
    )
    const step = fc.record({ at: fc.record({ frame: fc.nat(25) }), fault }).map(({ at, fault }) => ({ at, ...fault }))
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (script) => {
        const { bench, stop } = scripted(script)
        await stream(bench, 2_500).catch((error: unknown) => {
          if (!isFault(error)) throw error
        })
        stop()
        const wrong = wrongFrame(
          bench.sink,
          script.some((each) => each.fault === 'freeze'),
        )
        if (wrong) throw new Error(wrong)
        if (bench.faults.length > 1) throw new Error(`${bench.faults.length} faults of one stream`)
        if (bench.sink.open > 0) throw new Error(`${bench.sink.open} slots left open`)
        if (!timesRise(bench.sink.headers)) throw new Error('time went back')
        bench.model.heal()
        if ((await bench.usb.list()).length === 0) await bench.bus.plug(bench.model)
        bench.faults.length = 0
        return (await new CaptureBenchAgain(bench).frames(2)) === 2
      }),
      { numRuns: 30, endOnFailure: true },
    )
    t.pass()
  },
)

t.test('hung firmware does not notice a closed handle: only a reset on the bus, or the plug, brings it back', async (t) => {
  const bench = new CaptureBench(factories.iris_camera)
  const device = await bench.open()
  bench.model.wedge()
  await t.rejects(bench.clock.runUntil(device.start(bench.sink, { indicator: 3 }, bench.ended)), { code: 'device.timeout' })
  await bench.clock.runUntil(device.close())
  await t.rejects(bench.open(), { code: 'device.timeout' }, 'still hung; the failed opening resets it')
  const again = await bench.open()
  bench.model.wedge()
  await bench.clock.runUntil(again.close(new Fault('device.timeout')))
  const third = await bench.open()
  t.match(await bench.clock.runUntil(third.status()), { state: 'idle', conditions: [] })
  await bench.clock.runUntil(third.close())
})

t.test('a device that warms up is waited for; a hot one says so and starts again when it has cooled', async (t) => {
  const bench = new CaptureBench(factories.face_camera, { warmUpMs: 3_000 })
  await bench.plug()
  const device = await bench.open()
  t.ok(bench.clock.monotonicMs() >= 3_000 && bench.clock.monotonicMs() < 3_300, `open after ${bench.clock.monotonicMs()} ms`)
  bench.model.overheat()
  t.match(await bench.clock.runUntil(device.status()), { lastError: 7, conditions: ['overheated'], temperatureC: 71.2 })
  await t.rejects(bench.clock.runUntil(device.start(bench.sink, { indicator: 1 }, bench.ended)), { code: 'device.overheated' })
  bench.model.cool()
  const stream = await bench.clock.runUntil(device.start(bench.sink, { indicator: 1 }, bench.ended))
  await bench.clock.runUntil(bench.sink.until(3))
  await bench.clock.runUntil(stream.stop())
  await bench.clock.runUntil(device.close())
})

t.test('the empty platen is looked at: clean, dirty, dim, occupied; whoever wants to capture does not wait', async (t) => {
  const bench = new CaptureBench(factories.slap_scanner)
  const device = await bench.open()
  const look = () => bench.clock.runUntil(device.reference())
  const clean = await look()
  t.match(clean, { occupied: false, residueShare: 0 })
  t.ok(Math.abs((clean?.level ?? 0) - 248) <= 1 && (clean?.spread ?? 9) <= 1)
  bench.model.smear()
  const dirty = await look()
  t.ok(!dirty?.occupied && (dirty?.residueShare ?? 0) > 0.005, `${dirty?.residueShare} of the platen is residue`)
  bench.model.clean()
  bench.model.dimLamp(0.6)
  const dim = await look()
  t.match(dim, { occupied: false, residueShare: 0 })
  t.ok(Math.abs((dim?.level ?? 0) - 149) <= 1)
  bench.model.dimLamp(1)

  const looking = device.reference()
  await bench.clock.runUntil(new Promise<void>((resolve) => void bench.clock.after(60, resolve)))
  t.equal(await device.reference(), undefined, 'one look at a time')
  const beganMs = bench.clock.monotonicMs()
  const stream = await bench.clock.runUntil(device.start(bench.sink, { indicator: 1 }, bench.ended))
  const waitedMs = bench.clock.monotonicMs() - beganMs
  t.ok(waitedMs <= 50, `the capture began ${waitedMs} ms after it was wanted`)
  t.equal(await looking, undefined, 'the look is abandoned')
  t.equal(await device.reference(), undefined, 'nor is there one while a stream runs')
  await bench.clock.runUntil(bench.sink.until(2))
  t.strictSame(bench.sink.headers.map(({ sequence }) => sequence).slice(0, 2), [0, 1])
  await bench.clock.runUntil(stream.stop())
  await bench.clock.runUntil(device.close())
  const image = new Uint8Array(1600 * 1500).fill(248)
  for (let y = 600; y < 800; y++) image.fill(90, y * 1600 + 500, y * 1600 + 720)
  t.match(readPlaten(image, 1600, 1500), { occupied: true }, 'one fingertip is enough')
  t.match(readPlaten(new Uint8Array(0), 0, 0), { occupied: false, level: 0 })
})

t.test('fault scripts are data: read, refused with step and field, drawn from a seed', async (t) => {
  const script: FaultScript = [
    { at: { frame: 3 }, fault: 'unplug', afterBytes: 12, backAfterMs: 5 },
    { at: { ms: 100 }, fault: 'wedge' },
    { at: { ms: 1 }, fault: 'clock_jump', byMs: -4 },
  ]
  t.strictSame(readFaultScript(JSON.parse(JSON.stringify(script))), script)
  const refused: readonly (readonly [unknown, { code: string; context?: object }])[] = [
    [{}, { code: 'input.invalid', context: { field: 'faults' } }],
    [[{ at: { ms: 1 }, fault: 'explode' }], { code: 'input.invalid', context: { field: 'faults.fault', offset: 0 } }],
    [[{ at: { ms: 1 }, fault: 'toString' }], { code: 'input.invalid', context: { field: 'faults.fault' } }],
    [[script[1], { at: { ms: -1 }, fault: 'wedge' }], { code: 'input.invalid', context: { field: 'faults.at.ms', offset: 1 } }],
    [[{ at: { ms: 1, frame: 2 }, fault: 'wedge' }], { code: 'input.invalid', context: { field: 'faults.at' } }],
    [[{ at: { ms: 1 }, fault: 'corrupt' }], { code: 'input.invalid', context: { field: 'faults.frames' } }],
    [[{ at: { ms: 1 }, fault: 'wedge', frames: 1 }], { code: 'input.unknown_key', context: { field: 'faults.frames' } }],
    [new Array(1001).fill(script[1]), { code: 'input.too_large' }],
  ]
  for (const [json, error] of refused) t.throws(() => readFaultScript(json), error)
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      try {
        return Array.isArray(readFaultScript(json))
      } catch (error) {
        return isFault(error)
      }
    }),
  )
  t.strictSame(drawFaults('none', 'slap_scanner', seededRandom(1), 10 ** 9), [])
  const day = drawFaults('station', 'slap_scanner', seededRandom(5), 8 * 3_600_000)
  t.strictSame(drawFaults('station', 'slap_scanner', seededRandom(5), 8 * 3_600_000), day, 'the same seed, the same day')
  t.notSame(drawFaults('station', 'slap_scanner', seededRandom(6), 8 * 3_600_000), day)
  t.strictSame(readFaultScript(JSON.parse(JSON.stringify(day))), day)
  t.ok(day.length > 30 && new Set(day.map(({ fault }) => fault)).size > 10, `${day.length} faults in a day`)
  t.strictSame(faultProfiles, ['none', 'station'])
  const eyes = drawFaults('station', 'iris_camera', seededRandom(5), 100 * 3_600_000)
  t.notOk(
    eyes.some(({ fault }) => fault === 'dirty_platen'),
    'a camera has no platen',
  )
})
