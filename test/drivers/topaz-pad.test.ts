// The signature pad: five-byte packets against any cut and any noise, then driver and simulated pad over an in-process line.

import fc from 'fast-check'
import t from 'tap'
import type { PenSample } from '../../drivers/driver.js'
import { maybeSignaturePad } from '../../drivers/registry.js'
import { openTopazPad } from '../../drivers/signature/topaz/driver.js'
import { PacketReader, type PadPacket } from '../../drivers/signature/topaz/framing.js'
import type { Fault } from '../../protocol/fault.js'
import { silentLog } from '../../protocol/log.js'
import { type PadStrokeSample, topazPadModel } from '../../simulator/model/topaz-pad.js'
import { inprocSerial } from '../../simulator/transport/inproc-serial.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'

function read(bytes: Uint8Array, cuts: readonly number[] = []): { packets: PadPacket[]; bad: number; skipped: number } {
  const result = { packets: [] as PadPacket[], bad: 0, skipped: 0 }
  const reader = new PacketReader({
    packet: (packet) => result.packets.push(packet),
    bad: () => result.bad++,
    skipped: (count) => {
      result.skipped += count
    },
  })
  let at = 0
  for (const cut of cuts) {
    reader.push(bytes.subarray(at, at + cut))
    at += cut
  }
  reader.push(bytes.subarray(at))
  return result
}

const position = (x: number, y: number): number[] => [0xc1, x & 0x7f, x >> 7, y & 0x7f, y >> 7]
const point = fc.record({ x: fc.integer({ min: 0, max: 4094 }), y: fc.integer({ min: 0, max: 4094 }) })
const cuts = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 30 })

t.test('packets are read by the published bit layout', async (t) => {
  t.same(read(Uint8Array.of(0xc1, 0x10, 0x0a, 0x7f, 0x05)).packets, [{ is: 'position', x: 1296, y: 767, near: true, penDown: true }])
  t.same(read(Uint8Array.of(0xdd, 0, 0, 0x7f, 0x07)).packets, [{ is: 'pressure', level: 1023 }])
  t.same(read(Uint8Array.of(0x88, 0x2b, 0x01, 0x05, 0x02)).packets, [{ is: 'identity', model: 42, serial: 0x30105 }])
  t.match(read(Uint8Array.of(0xc1, 0x7f, 0x1f, 0x7f, 0x1f)), { packets: [], bad: 1 }, 'all ones is no position')
})

t.test('any cut gives the same packets; bytes without a beginning cost none', async (t) => {
  const stray = fc.array(fc.integer({ min: 0, max: 0x7f }), { maxLength: 9 })
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 12 }), stray, cuts, (points, noise, where) => {
      const bytes = Uint8Array.from(points.flatMap(({ x, y }) => [...position(x, y), ...noise]))
      const { packets, bad, skipped } = read(bytes, where)
      const whole = packets.every((packet, i) => packet.is === 'position' && packet.x === points[i]!.x && packet.y === points[i]!.y)
      return packets.length === points.length && whole && bad === 0 && skipped === noise.length * points.length
    }),
  )
  t.pass()
})

t.test('after any noise the next packet but one is exact, and every byte is accounted for', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), cuts, (noise, where) => {
      const bytes = Uint8Array.from([...noise, ...position(1, 2), ...position(3, 4)])
      const { packets, skipped } = read(bytes, where)
      const last = packets.at(-1)
      return last?.is === 'position' && last.x === 3 && last.y === 4 && packets.length * 5 + skipped <= bytes.length
    }),
  )
  t.pass()
})

const signature: PadStrokeSample[] = Array.from({ length: 120 }, (_, i) => ({
  x: 500 + i * 10,
  y: 700 + Math.round(200 * Math.sin(i / 8)),
  pressure: i < 60 ? 300 : 512,
  timeMs: i * 8,
  penDown: i % 40 < 35,
}))

async function pad() {
  const clock = new VirtualClock(0)
  const model = topazPadModel({ clock })
  const bus = inprocSerial()
  bus.plug('/dev/ttyUSB0', model, { vendorId: '0403', productId: '6001' })
  const serial = bus.transport()
  const device = await openTopazPad({ serial, clock, log: silentLog }, '/dev/ttyUSB0')
  const samples: PenSample[] = []
  const faults: Fault[] = []
  const handlers = { sample: (sample: PenSample) => void samples.push(sample), lost: (fault: Fault) => void faults.push(fault) }
  return { clock, model, bus, serial, device, samples, faults, handlers }
}

t.test('a signature arrives as it was written, stamped with the host clock at the pace of the line', async (t) => {
  const { clock, model, device, samples, faults, handlers } = await pad()
  device.begin(handlers)
  t.throws(() => device.begin(handlers), { code: 'device.busy' })
  model.onClear(() => void model.sign(signature))
  await device.clear()
  await clock.runUntil(new Promise<void>((resolve) => void clock.after(1200, resolve)))
  t.equal(samples.length, signature.length + 1, 'every sample, and one for the pen going away')
  const written = signature.map(({ x, y, penDown, pressure }) => ({ x, y, penDown, pressure: penDown ? pressure : 0 }))
  t.same(
    samples.slice(0, -1).map(({ x, y, penDown, pressure }) => ({ x, y, penDown, pressure })),
    written,
  )
  t.equal(samples.at(-1)?.penDown, false)
  t.ok(
    samples.every((sample, i) => i === 0 || sample.timeMs - samples[i - 1]!.timeMs >= 2.86),
    'no faster than 5 bytes of 11 bits at 19200 baud',
  )
  t.match(device.counters(), { samples: 121, badPackets: 0, skippedBytes: 0 })
  device.end()
  await clock.runUntil(model.sign(signature.slice(0, 5)))
  t.equal(samples.length, 121, 'nothing is handed on after end')
  await device.close()
  t.same(faults, [])
})

t.test('a hand faster than the line is written late, in order and whole', async (t) => {
  const { clock, model, device, samples, handlers } = await pad()
  device.begin(handlers)
  const begun = clock.monotonicMs()
  await clock.runUntil(model.sign(signature.map((sample) => ({ ...sample, timeMs: sample.timeMs / 10, pressure: 200 }))))
  t.equal(samples.length, 121)
  t.ok(clock.monotonicMs() - begun >= 121 * 2.86)
  await device.close()
})

t.test('packets hit on the line are counted and left out; a line of noise is given up', async (t) => {
  const { clock, model, device, samples, faults, handlers } = await pad()
  device.begin(handlers)
  model.corruptNext(4)
  await clock.runUntil(model.sign(signature))
  t.ok(device.counters().badPackets >= 4)
  t.ok(samples.length >= 116 && samples.length < 121)
  t.same(faults, [])
  model.corruptNext(1000)
  await clock.runUntil(model.sign(signature))
  t.match(faults, [{ code: 'device.line_noise', context: { path: '/dev/ttyUSB0' } }])
  t.throws(() => device.begin(handlers), { code: 'device.line_noise' })
  await device.close()
})

t.test('pulled out while somebody signs it gives exactly one fault, and works again when plugged in', async (t) => {
  const { clock, model, bus, serial, device, faults, samples, handlers } = await pad()
  await t.rejects(openTopazPad({ serial, clock, log: silentLog }, '/dev/ttyUSB0'), { code: 'device.busy' })
  device.begin(handlers)
  clock.after(100, () => bus.unplug('/dev/ttyUSB0'))
  await clock.runUntil(model.sign(signature))
  t.match(faults, [{ code: 'device.unplugged' }])
  await t.rejects(device.clear(), { code: 'device.unplugged' })
  await device.close()
  await t.rejects(openTopazPad({ serial, clock, log: silentLog }, '/dev/ttyUSB0'), { code: 'device.absent' })
  bus.plug('/dev/ttyUSB0', model)
  const again = await openTopazPad({ serial, clock, log: silentLog }, '/dev/ttyUSB0')
  const before = samples.length
  again.begin(handlers)
  await clock.runUntil(model.sign(signature))
  t.equal(samples.length - before, 121)
  t.equal(faults.length, 1)
  await again.close()
})

t.test('packets that come in one piece are stamped with the time that each took on the line', async (t) => {
  const clock = new VirtualClock(0)
  const times: number[] = []
  let send: (bytes: Uint8Array) => void = () => {}
  const bus = inprocSerial()
  bus.plug('/dev/ttyUSB1', { attach: (line) => (send = line), receive: () => {}, detach: () => {} })
  const device = await openTopazPad({ serial: bus.transport(), clock, log: silentLog }, '/dev/ttyUSB1')
  device.begin({ sample: ({ timeMs }) => void times.push(timeMs), lost: () => {} })
  clock.advance(100)
  send(Uint8Array.from([...position(1, 1), ...position(2, 2), ...position(3, 3)]))
  t.same(
    times.map((time) => Math.round(time * 100) / 100),
    [94.27, 97.14, 100],
  )
  await device.close()
})

t.test('the bridge of a pad is known by VID:PID in either case of letters', async (t) => {
  t.ok(maybeSignaturePad({ path: 'a', vendorId: '0403', productId: '6001' }))
  t.notOk(maybeSignaturePad({ path: 'a', vendorId: '067B', productId: '2303' }))
  t.notOk(maybeSignaturePad({ path: 'a' }))
})
