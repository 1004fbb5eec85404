// The signature pad over a real tty: real serialport on a pseudo terminal, the simulated pad at the other end.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { PenSample } from '../../drivers/driver.js'
import { openTopazPad } from '../../drivers/signature/topaz/driver.js'
import { serialTransport } from '../../drivers/transport/serial.js'
import { systemClock } from '../../protocol/clock.js'
import type { Fault } from '../../protocol/fault.js'
import { silentLog } from '../../protocol/log.js'
import { topazPadModel } from '../../simulator/model/topaz-pad.js'
import { type Pty, startPty } from '../../simulator/transport/pty.js'
import { need } from './need.js'

const serial = serialTransport({ clock: systemClock })
const settings = { baudRate: 19200, dataBits: 8, parity: 'odd', stopBits: 1 } as const

async function ttyWithPad(t: Test) {
  const folder = await mkdtemp(join(tmpdir(), 'rekam-tty-'))
  const model = topazPadModel({ clock: systemClock })
  const pty: Pty = await startPty(model, folder)
  t.teardown(async () => {
    await pty.close()
    await rm(folder, { recursive: true, force: true })
  })
  return { model, pty, folder }
}

t.test('somebody signs on a real tty', async (t) => {
  if (!need(t, ['socat'])) return
  const { model, pty } = await ttyWithPad(t)
  const device = await openTopazPad({ serial, clock: systemClock, log: silentLog }, pty.path)
  const samples: PenSample[] = []
  const signature = Array.from({ length: 60 }, (_, i) => ({
    x: 400 + i * 33,
    y: 4094 - i * 31,
    pressure: 100 + i,
    timeMs: i * 6,
    penDown: i < 58,
  }))
  const signed = new Promise<void>((resolve) => {
    model.onClear(() => void model.sign(signature).then(resolve))
  })
  await new Promise<void>((resolve, reject) => {
    device.begin({ sample: (sample) => samples.push(sample) === signature.length + 1 && resolve(), lost: reject })
    device.clear().catch(reject)
  })
  await signed
  t.same(
    samples.slice(0, -1).map(({ x, y, penDown, pressure }) => ({ x, y, penDown, pressure })),
    signature.map(({ x, y, penDown, pressure }) => ({ x, y, penDown, pressure: penDown ? pressure : 0 })),
  )
  t.ok(samples.every((sample, i) => i === 0 || sample.timeMs >= samples[i - 1]!.timeMs))
  t.match(device.counters(), { badPackets: 0, skippedBytes: 0 })
  await t.rejects(serial.open(pty.path, settings, { data: () => {}, lost: () => {} }), { code: 'device.busy' }, 'a tty has one owner')
  await device.close()
  const again = await openTopazPad({ serial, clock: systemClock, log: silentLog }, pty.path)
  await again.close()
})

t.test('every byte value passes, both ways', async (t) => {
  if (!need(t, ['socat'])) return
  const folder = await mkdtemp(join(tmpdir(), 'rekam-tty-'))
  const sent = Uint8Array.from({ length: 256 }, (_, i) => i)
  let device: (bytes: Uint8Array) => void = () => {}
  const echo = await startPty(
    { attach: (send) => (device = send), receive: (bytes) => device(bytes), detach: () => {} },
    folder,
    'tty-echo',
  )
  t.teardown(async () => {
    await echo.close()
    await rm(folder, { recursive: true, force: true })
  })
  const got: number[] = []
  let all: () => void = () => {}
  const complete = new Promise<void>((resolve) => (all = resolve))
  const port = await serial.open(echo.path, settings, {
    data: (bytes) => {
      got.push(...bytes)
      if (got.length >= sent.length) all()
    },
    lost: () => all(),
  })
  await port.write(sent, 1000)
  await complete
  t.same(got, [...sent])
  await port.close()
  await port.close()
  await t.rejects(port.write(sent, 1000), { code: 'device.unplugged' })
})

t.test('a pulled cable is one fault, and later writes end at once', async (t) => {
  if (!need(t, ['socat'])) return
  const { model, pty, folder } = await ttyWithPad(t)
  const device = await openTopazPad({ serial, clock: systemClock, log: silentLog }, pty.path)
  const faults: Fault[] = []
  const lost = new Promise<void>((resolve) => {
    device.begin({
      sample: () => {},
      lost: (fault) => {
        faults.push(fault)
        resolve()
      },
    })
  })
  const signing = model.sign(Array.from({ length: 500 }, (_, i) => ({ x: i, y: i, pressure: 9, timeMs: i * 5, penDown: true })))
  await pty.unplug()
  await Promise.all([lost, signing])
  t.match(faults, [{ code: 'device.unplugged' }])
  await t.rejects(device.clear(), { code: 'device.unplugged' })
  await device.close()
  await t.rejects(openTopazPad({ serial, clock: systemClock, log: silentLog }, pty.path), { code: 'device.absent' })
  const replugged = await startPty(model, folder)
  const again = await openTopazPad({ serial, clock: systemClock, log: silentLog }, replugged.path)
  await again.close()
  await replugged.close()
  t.equal(faults.length, 1)
})
