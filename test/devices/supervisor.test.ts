// The station's devices on simulated buses, in virtual time: who is chosen and who is refused, how soon a lost one is ready again, what is told of their health.

import t from 'tap'
import { judgeBus, type SiteChoice } from '../../daemon/devices/candidates.js'
import { deviceKinds } from '../../daemon/state.js'
import { isFault } from '../../protocol/fault.js'
import { type CaptureKind, captureRequests, infoLayout } from '../../protocol/hardware/capture-device.js'
import type { UsbDeviceModel } from '../../simulator/model/usb-device-model.js'
import { RememberingSink } from '../drivers/capture-bench.js'
import { captureKinds, Office, padPath, wholeOffice } from './device-office.js'

/** The aim for a device that is ready again. */
const readyLimitMs = 500

const codeOf = (act: () => unknown): string => {
  try {
    act()
    return ''
  } catch (error) {
    return isFault(error) ? error.code : String(error)
  }
}

t.test('all six are listed the moment the station opens, before any has proved itself', async (t) => {
  const { office, models } = await wholeOffice()
  for (const model of models.values()) await office.usb.plug(model)
  office.open(t)
  const told = office.state.devices.map(({ kind, state }) => [kind, state])
  t.strictSame(told.map(([kind]) => kind).sort(), [...deviceKinds].sort())
  t.ok(told.every(([, state]) => state === 'opening'))
  await office.ready('slap_scanner')
  t.equal(office.of('card_terminal').state, 'ready')
  t.equal(office.of('card_printer').state, 'absent')
})

t.test('a stranger that is listed first is named, refused and hides nobody', async (t) => {
  const office = new Office()
  const stranger = office.make('slap_scanner', 'STRANGER', false)
  const forger = office.make('slap_scanner', 'FORGER', false)
  office.trusted.push({ serial: 'FORGER', kind: 'slap_scanner', publicKey: office.make('slap_scanner', 'x', false).publicKey })
  const ours = office.make('slap_scanner', 'OURS')
  let asked = 0
  const control = stranger.control.bind(stranger)
  stranger.control = (setup, data) => {
    asked++
    return control(setup, data)
  }
  for (const model of [stranger, forger, ours]) await office.usb.plug(model)
  office.open(t)
  await office.ready('slap_scanner', 'OURS')
  t.strictSame(
    office.of('slap_scanner').refused.map(({ serial, reason }) => [serial, reason]),
    [
      ['STRANGER', 'not_listed'],
      ['FORGER', 'wrong_key'],
    ],
  )
  t.equal(office.of('slap_scanner').fault, undefined)
  t.equal(asked, 0, 'a stranger is not asked anything')
  await office.usb.unplug(stranger)
  await office.until('slap_scanner', ({ refused }) => refused.length === 1)
  await office.usb.unplug(ours)
  await office.until('slap_scanner', ({ state }) => state === 'refused')
  t.match(office.of('slap_scanner'), { serial: 'FORGER', fault: { code: 'device.unknown', context: { reason: 'wrong_key' } } })
})

t.test('verdicts on what is plugged in follow the list and the site’s choice', async (t) => {
  const info = { key: 'k', vendorId: 0x1209, productId: 1, deviceRelease: 0, manufacturer: '', product: 'p' }
  const trustedDevices = [
    { serial: 'A', kind: 'slap_scanner', publicKey: '' },
    { serial: 'B', kind: 'slap_scanner', publicKey: '' },
    { serial: 'C', kind: 'iris_camera', publicKey: '' },
  ] as const
  const verdicts = (devices: SiteChoice) =>
    judgeBus(
      ['A', 'B', 'C', 'D', ''].map((serial) => ({ ...info, serial })),
      { trustedDevices, devices },
    ).map(({ verdict }) => verdict)
  const strangers = ['wrong_kind', 'not_listed', 'no_serial']
  t.strictSame(verdicts({ whenChosenIsAway: 'any_trusted' }), ['trusted', 'trusted', ...strangers])
  t.strictSame(verdicts({ slap_scanner: 'B', whenChosenIsAway: 'any_trusted' }), ['trusted', 'chosen', ...strangers])
  t.strictSame(verdicts({ slap_scanner: 'B', whenChosenIsAway: 'only_chosen' }), ['not_chosen', 'chosen', ...strangers])
  t.strictSame(judgeBus([{ ...info, vendorId: 1, serial: 'A' }], { trustedDevices, devices: { whenChosenIsAway: 'any_trusted' } }), [])
})

t.test('the chosen one is used; while it is away another stands in, and gives way when nobody is at it', async (t) => {
  const office = new Office()
  const [first, second] = [office.make('face_camera', 'A'), office.make('face_camera', 'B')]
  await office.usb.plug(first)
  await office.usb.plug(second)
  const devices = office.open(t, { face_camera: 'B' })
  await office.ready('face_camera', 'B')
  const slot = devices.capture('face_camera')
  const taken: string[] = []
  slot.use((fault) => taken.push(fault.code))
  await office.usb.unplug(second)
  t.strictSame(taken, ['device.unplugged'])
  await office.ready('face_camera', 'A')
  const camera = slot.use()
  t.equal(
    codeOf(() => slot.use()),
    'device.busy',
  )
  await office.usb.plug(second)
  await office.pass(5_000)
  t.match(office.of('face_camera'), { serial: 'A', state: 'busy' })
  await office.capture(camera, 3)
  slot.free(camera)
  await office.ready('face_camera', 'B')
  t.notOk(
    office.changes.slice(-6).some(({ state, kind }) => kind === 'face_camera' && state === 'absent'),
    'the other one stays until the chosen one has proved itself',
  )
})

t.test('a site that wants none but the chosen one gets none', async (t) => {
  const office = new Office()
  const [first, second] = [office.make('face_camera', 'A'), office.make('face_camera', 'B')]
  await office.usb.plug(first)
  office.open(t, { face_camera: 'B', whenChosenIsAway: 'only_chosen' })
  await office.until('face_camera', ({ state }) => state === 'refused')
  t.match(office.of('face_camera'), { serial: 'A', fault: { code: 'device.unknown', context: { reason: 'not_chosen' } } })
  await office.usb.plug(second)
  await office.ready('face_camera', 'B')
  t.match(office.of('face_camera').refused, [{ serial: 'A', reason: 'not_chosen' }])
})

for (const kind of captureKinds) {
  t.test(`${kind}: ready again after a replug, and after it hung in use, within ${readyLimitMs} ms`, async (t) => {
    const office = new Office()
    const model = office.make(kind, 'S')
    await office.usb.plug(model)
    const devices = office.open(t)
    const slot = devices.capture(kind)
    const times = { opening: await office.ready(kind), replug: 0, noticed: 0, wedge: 0, idleWedge: 0 }
    await office.usb.unplug(model)
    await office.until(kind, ({ state }) => state === 'absent')
    await office.pass(7_000)
    await office.usb.plug(model)
    times.replug = await office.ready(kind)

    const device = slot.use()
    const sink = new RememberingSink()
    let wedgedMs = 0
    const lost = new Promise<void>((resolve) => {
      void office.clock.runUntil(
        device.start(sink, { indicator: 1 }, (fault) => {
          t.equal(fault.code, 'device.frames_missing')
          slot.lost(device, fault)
          resolve()
        }),
      )
    })
    await office.clock.runUntil(sink.until(2))
    wedgedMs = office.clock.monotonicMs()
    model.wedge()
    await office.clock.runUntil(lost)
    times.noticed = office.clock.monotonicMs() - wedgedMs
    times.wedge = await office.ready(kind)

    model.wedge()
    await office.until(kind, ({ state }) => state === 'faulted')
    times.idleWedge = await office.ready(kind)
    t.comment(`${kind}, virtual ms: ${JSON.stringify(times)}`)
    for (const what of ['opening', 'replug', 'wedge', 'idleWedge'] as const) t.ok(times[what] <= readyLimitMs, `${what}: ${times[what]} ms`)
    t.ok(times.noticed <= 2_200, `a hanging device is found out after ${times.noticed} ms`)
    await office.capture(slot.use(), 2)
  })
}

t.test('printer and pad: an idle unplug is seen, and they are ready again soon after the replug', async (t) => {
  const { office, printer, pad } = await wholeOffice()
  await office.usb.plug(printer)
  office.serial.plug(padPath, pad)
  const devices = office.open(t)
  await office.ready('card_printer')
  await office.ready('signature_pad')
  await office.usb.unplug(printer)
  office.serial.unplug(padPath)
  t.ok((await office.until('signature_pad', ({ state }) => state === 'absent')) < 50, 'nobody had to use the pad to find out')
  await office.until('card_printer', ({ state }) => state === 'absent')
  const told = office.changes.length
  await office.pass(60_000)
  t.equal(office.changes.length, told, 'looking for them is no news')
  await office.usb.plug(printer)
  office.serial.plug(padPath, pad)
  t.ok((await office.ready('card_printer')) <= readyLimitMs)
  const padMs = await office.ready('signature_pad')
  t.ok(padMs <= 1_500, `the pad after ${padMs} ms: nothing tells of a serial line but looking`)
  office.serial.unplug(padPath)
  await office.until('signature_pad', ({ state }) => state === 'absent')
  await office.pass(30_000)
  office.serial.plug(padPath, pad)
  const bridge: UsbDeviceModel = office.make('face_camera', 'bridge')
  const device = bridge.descriptors.device.slice()
  device.set([0x03, 0x04, 0x01, 0x60], 8)
  await office.usb.plug({ ...factoriesOf(bridge), descriptors: { ...bridge.descriptors, device } })
  t.ok((await office.ready('signature_pad')) <= 50, 'a bridge that is plugged in wakes it at once')
  const used = devices.pad.use()
  devices.pad.free(used)
})

/** The functions of a model, which live in its class, as an object of their own. */
function factoriesOf(model: UsbDeviceModel): UsbDeviceModel {
  return {
    descriptors: model.descriptors,
    control: (setup, data) => model.control(setup, data),
    out: (endpoint, data, signal) => model.out(endpoint, data, signal),
    in: (endpoint, length, signal) => model.in(endpoint, length, signal),
    reset: () => model.reset(),
  }
}

t.test('one broken device, whichever and however, never stops the others', async (t) => {
  for (const broken of [...captureKinds, 'card_printer', 'signature_pad'] as const) {
    for (const how of ['absent', 'wedged', 'refused'] as const) {
      if (how !== 'absent' && (broken === 'card_printer' || broken === 'signature_pad')) continue
      const { office, models, printer, pad } = await wholeOffice()
      if (how === 'refused')
        office.trusted.splice(
          office.trusted.findIndex(({ serial }) => serial === broken),
          1,
        )
      for (const [kind, model] of models) if (kind !== broken || how !== 'absent') await office.usb.plug(model)
      if (broken !== 'card_printer') await office.usb.plug(printer)
      if (broken !== 'signature_pad') office.serial.plug(padPath, pad)
      const model = models.get(broken as CaptureKind)
      if (how === 'wedged') {
        model?.wedge()
        // A device that is past help: every reset leaves it hanging.
        if (model) model.reset = () => {}
      }
      const devices = office.open(t)
      const others = deviceKinds.filter((kind) => kind !== broken && kind !== 'card_terminal')
      for (const kind of others) t.ok((await office.ready(kind)) < readyLimitMs, `${broken} ${how}: ${kind} is ready`)
      await office.pass(5_000)
      t.equal(office.of(broken).state, { absent: 'absent', wedged: 'faulted', refused: 'refused' }[how])
      for (const kind of captureKinds) {
        if (kind === broken) continue
        const slot = devices.capture(kind)
        const device = slot.use()
        await office.capture(device, 2)
        slot.free(device)
      }
      t.ok(others.every((kind) => office.of(kind).state === 'ready'))
      await office.clock.runUntil(devices.close())
    }
  }
})

t.test('a dirty platen and a fading lamp are told, the light is set, and all of it ends when it is mended', async (t) => {
  const office = new Office()
  const scanner = office.make('slap_scanner', 'S')
  const lights: number[] = []
  const control = scanner.control.bind(scanner)
  scanner.control = (setup, data) => {
    if (setup.bRequest === captureRequests.setLight) lights.push(setup.wValue)
    return control(setup, data)
  }
  await office.usb.plug(scanner)
  office.open(t)
  await office.ready('slap_scanner')
  const conditions = () => office.of('slap_scanner').conditions
  await office.pass(3_000)
  t.strictSame([conditions(), lights, office.of('slap_scanner').temperatureC], [[], [], 33])
  scanner.smear()
  await office.pass(31 * 60_000)
  t.strictSame(conditions(), ['platen_dirty'])
  scanner.clean()
  scanner.dimLamp(0.8)
  await office.pass(31 * 60_000)
  t.strictSame(conditions(), ['light_drift'])
  t.ok(Math.abs(lights.at(-1)! - 160) <= 2, `light ${lights.at(-1)} makes up for a lamp at 80 %`)
  scanner.dimLamp(0.6)
  await office.pass(31 * 60_000)
  t.strictSame(conditions(), ['light_weak'])
  scanner.dimLamp(0.3)
  await office.pass(31 * 60_000)
  t.strictSame(conditions(), ['light_weak', 'needs_recalibration'], 'no light makes up for that')
  scanner.dimLamp(1)
  await office.pass(62 * 60_000)
  t.strictSame([conditions(), Math.abs(lights.at(-1)! - 128) <= 2], [[], true])
  t.ok(lights.length <= 12, `${lights.length} settings in all`)
})

t.test(
  'a scanner that has neither lamps for the person nor a light to be set captures, and is told when its glass is too dark',
  async (t) => {
    const office = new Office()
    const scanner = office.make('slap_scanner', 'S')
    const control = scanner.control.bind(scanner)
    scanner.control = async (setup, data) => {
      // As a device answers what it does not know (docs/devices.md §4).
      if (setup.bRequest === captureRequests.setLight || setup.bRequest === captureRequests.setIndicator) return 'stall'
      const answer = await control(setup, data)
      if (setup.bRequest === captureRequests.getInfo && answer instanceof Uint8Array)
        new DataView(answer.buffer, answer.byteOffset).setUint16(infoLayout.features, 0, true)
      return answer
    }
    scanner.dimLamp(0.8)
    await office.usb.plug(scanner)
    const devices = office.open(t)
    await office.ready('slap_scanner')
    const readyAgain = () => office.changes.filter(({ kind, state }) => kind === 'slap_scanner' && state === 'faulted').length
    await office.pass(31 * 60_000)
    t.strictSame([office.of('slap_scanner').conditions, readyAgain()], [['light_drift', 'needs_recalibration'], 0])
    const slot = devices.capture('slap_scanner')
    const device = slot.use()
    await office.capture(device, 2)
    slot.free(device)
    t.equal(office.of('slap_scanner').state, 'ready')
  },
)

t.test('a hot device is not lent until it has cooled; a jumped clock and lost frames are told', async (t) => {
  const office = new Office()
  const camera = office.make('face_camera', 'F')
  await office.usb.plug(camera)
  const devices = office.open(t)
  const slot = devices.capture('face_camera')
  await office.ready('face_camera')
  camera.overheat()
  await office.until('face_camera', ({ state }) => state === 'faulted')
  t.match(office.of('face_camera'), { fault: { code: 'device.overheated' }, conditions: ['overheated'], temperatureC: 71, serial: 'F' })
  t.equal(
    codeOf(() => slot.use()),
    'device.overheated',
  )
  camera.cool()
  t.ok((await office.ready('face_camera')) <= 5_100)
  t.strictSame(office.of('face_camera').conditions, [])

  camera.jumpClock(-3_000)
  await office.until('face_camera', ({ conditions }) => conditions.includes('clock_jumped'))
  await office.pass(12 * 60_000)
  t.strictSame(office.of('face_camera').conditions, [], 'for ten minutes')
  const device = slot.use()
  camera.slowUsb(30_000)
  await office.capture(device, 12)
  slot.free(device)
  t.strictSame(office.of('face_camera').conditions, ['frames_lost'])
  camera.slowUsb(undefined)
  const again = slot.use()
  await office.capture(again, 40)
  slot.free(again)
  t.strictSame(office.of('face_camera').conditions, [])
})

t.test('nothing is asked of a device that somebody uses; idle ones are asked ever more rarely', async (t) => {
  const office = new Office()
  const camera = office.make('face_camera', 'S')
  const asked: number[] = []
  const control = camera.control.bind(camera)
  camera.control = (setup, data) => {
    asked.push(office.clock.monotonicMs())
    return control(setup, data)
  }
  await office.usb.plug(camera)
  const devices = office.open(t)
  await office.ready('face_camera')
  const slot = devices.capture('face_camera')
  await office.pass(300)
  const device = slot.use()
  const stream = await office.clock.runUntil(device.start(new RememberingSink(), { indicator: 1 }, () => {}))
  const before = asked.length
  await office.pass(60_000)
  t.equal(asked.length, before, 'for a minute of capture')
  await office.clock.runUntil(stream.stop())
  slot.free(device)
  const freedMs = office.clock.monotonicMs()
  await office.pass(20 * 60_000)
  const perTenMinutes = asked.filter((at) => at > freedMs + 600_000).length
  t.ok(perTenMinutes >= 9 && perTenMinutes <= 12, `${perTenMinutes} questions in ten idle minutes`)
})
