// One place for one device: opened, lost, opened again with growing patience, and never a burden to the others. Then the six of a station on their buses.

import t, { type Test } from 'tap'
import { openDevices } from '../../daemon/devices/devices.js'
import { type DeviceSlot, openDeviceSlot } from '../../daemon/devices/slot.js'
import { type DeviceStatus, StationState } from '../../daemon/state.js'
import { type Deferred, deferred } from '../../protocol/deferred.js'
import { Fault, type FaultCode, isFault } from '../../protocol/fault.js'
import { silentLog } from '../../protocol/log.js'
import { slapScannerModel } from '../../simulator/model/slap-scanner.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { inprocCards } from '../../simulator/transport/inproc-card.js'
import { inprocSerial } from '../../simulator/transport/inproc-serial.js'
import { inprocUsb } from '../../simulator/transport/inproc-usb.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'

class FakeDevice {
  closed = false
  async close(): Promise<void> {
    this.closed = true
  }
}

/** A slot whose device answers as the test says; the answers queue up, the last one stays. */
class Bench {
  readonly clock = new VirtualClock(0)
  readonly state = new StationState()
  readonly told: string[] = []
  readonly devices: FakeDevice[] = []
  readonly attemptsMs: number[] = []
  answers: (FaultCode | 'open' | Deferred<void>)[]
  readonly slot: DeviceSlot<FakeDevice>

  constructor(t: Test, ...answers: (FaultCode | 'open' | Deferred<void>)[]) {
    this.answers = answers
    this.state.subscribe((event) => {
      if (event.is === 'device')
        this.told.push(event.device.fault ? `${event.device.state} ${event.device.fault.code}` : event.device.state)
    })
    this.slot = openDeviceSlot(this.#deps(), 'iris_camera', () => this.#open())
    t.teardown(() => this.slot.close())
  }

  #deps() {
    return { clock: this.clock, log: silentLog, state: this.state }
  }

  async #open() {
    this.attemptsMs.push(this.clock.monotonicMs())
    const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0]
    if (typeof answer === 'object') await answer.promise
    else if (answer !== 'open') throw new Fault(answer ?? 'device.absent', { serial: 'S-1' })
    const device = new FakeDevice()
    this.devices.push(device)
    return { device, key: `usb-${this.devices.length}`, serial: 'S-1', product: 'Camera' }
  }

  get status(): DeviceStatus {
    const [status] = this.state.devices
    if (!status) throw new Error('the slot has told nothing')
    return status
  }

  /** Lets promises settle; time moves only by `advance`. */
  async settle(byMs = 0): Promise<void> {
    // In small steps: an attempt that fails arms the next timer only after its promises.
    await turns()
    for (let left = byMs; left > 0; left -= 50) {
      this.clock.advance(Math.min(50, left))
      await turns()
    }
  }
}

async function turns(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}

const codeOf = (act: () => unknown): string => {
  try {
    act()
    return ''
  } catch (error) {
    return isFault(error) ? error.code : String(error)
  }
}

t.test('a device that is there is opened once and told with serial and product', async (t) => {
  const bench = new Bench(t, 'open')
  t.equal(
    codeOf(() => bench.slot.use()),
    'device.absent',
    'not before it is open',
  )
  await bench.settle(60_000)
  t.strictSame(bench.told, ['absent', 'ready'])
  t.match(bench.status, { kind: 'iris_camera', serial: 'S-1', product: 'Camera', state: 'ready', framesDropped: 0 })
  t.equal(bench.attemptsMs.length, 1)
})

t.test('one user at a time; a foreign word changes nothing', async (t) => {
  const bench = new Bench(t, 'open')
  await bench.settle()
  const device = bench.slot.use()
  t.equal(bench.status.state, 'busy')
  t.equal(
    codeOf(() => bench.slot.use()),
    'device.busy',
  )
  bench.slot.free(new FakeDevice())
  t.equal(bench.status.state, 'busy', 'who holds another device cannot free this one')
  bench.slot.lost(new FakeDevice(), new Fault('device.timeout'))
  t.equal(bench.status.state, 'busy', 'nor lose it')
  bench.slot.free(device)
  t.equal(bench.status.state, 'ready')
  bench.slot.count({ dropped: 2, corrupt: 1 })
  bench.slot.count({ dropped: 1, corrupt: 0 })
  t.match(bench.status, { framesDropped: 3, framesCorrupt: 1, state: 'ready' })
})

t.test('an absent device is looked for ever more rarely, and at once when something is plugged in', async (t) => {
  const bench = new Bench(t, 'device.absent')
  await bench.settle(45_000)
  const waits = bench.attemptsMs.map((at, i) => at - (bench.attemptsMs[i - 1] ?? 0)).slice(1)
  t.strictSame(waits, [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
  t.strictSame(bench.told, ['absent'], 'looking again is no news')
  bench.answers = ['open']
  bench.slot.wake()
  await bench.settle()
  t.equal(bench.status.state, 'ready')
  bench.slot.wake()
  await bench.settle(20_000)
  t.equal(bench.devices.length, 1, 'a wake does not open what is open')
})

t.test('a faulty one is told with its fault, tried again, and its fault is what users get', async (t) => {
  const bench = new Bench(t, 'device.timeout', 'device.timeout', 'open')
  await bench.settle()
  t.match(bench.status, { state: 'faulted', fault: { code: 'device.timeout' } })
  t.equal(
    codeOf(() => bench.slot.use()),
    'device.timeout',
  )
  bench.slot.count({ dropped: 1, corrupt: 0 })
  t.match(bench.status, { state: 'faulted', fault: { code: 'device.timeout' } }, 'counting does not hide it')
  await bench.settle(800)
  t.equal(bench.status.state, 'ready')
  t.equal(bench.status.fault, undefined)
})

t.test('a refused one is not asked again until something is plugged or pulled', async (t) => {
  const bench = new Bench(t, 'device.unknown', 'device.absent')
  await bench.settle(120_000)
  t.equal(bench.attemptsMs.length, 1)
  t.match(bench.status, { state: 'refused', serial: 'S-1', fault: { code: 'device.unknown' } })
  t.equal(
    codeOf(() => bench.slot.use()),
    'device.unknown',
  )
  bench.slot.unplugged('usb-7', new Fault('device.unplugged'))
  await bench.settle()
  t.match(bench.status, { state: 'absent', fault: undefined }, 'it does not stay on the screen when it is gone')
  bench.answers = ['open']
  bench.slot.wake()
  await bench.settle()
  t.equal(bench.status.state, 'ready')
})

t.test('a loss closes it, tells its user once, and it is opened again', async (t) => {
  const bench = new Bench(t, 'open')
  await bench.settle()
  const taken: string[] = []
  const device = bench.slot.use((fault) => taken.push(fault.code))
  bench.slot.unplugged('usb-2', new Fault('device.unplugged'))
  t.strictSame([taken, bench.status.state], [[], 'busy'], 'another one of its kind was pulled')
  bench.slot.unplugged('usb-1', new Fault('device.unplugged', { serial: 'S-1' }))
  bench.slot.unplugged('usb-1', new Fault('device.unplugged'))
  t.strictSame(taken, ['device.unplugged'])
  t.ok(device.closed)
  t.match(bench.status, { state: 'faulted', fault: { code: 'device.unplugged' } })
  bench.slot.lost(device, new Fault('device.timeout'))
  await bench.settle(250)
  t.equal(bench.status.state, 'ready')
  t.strictSame(
    bench.devices.map(({ closed }) => closed),
    [true, false],
  )
  bench.slot.free(device)
  bench.slot.lost(device, new Fault('device.timeout'))
  t.equal(bench.status.state, 'ready', 'the old one has no say over the new one')

  const again = bench.slot.use((fault) => taken.push(fault.code))
  bench.slot.lost(again, new Fault('device.frames_frozen'))
  t.equal(taken.length, 1, 'who says so himself is not told')
  t.ok(again.closed)
  await bench.settle(250)
  t.equal(bench.status.state, 'ready', 'patience begins anew after a success')
})

t.test('closed during opening: the close waits, the device does not stay open, nothing is tried again', async (t) => {
  const opening = deferred<void>()
  const bench = new Bench(t, opening)
  const closing = bench.slot.close()
  let closed = false
  void closing.then(() => {
    closed = true
  })
  await bench.settle()
  t.notOk(closed)
  opening.resolve()
  await closing
  t.strictSame(
    bench.devices.map((device) => device.closed),
    [true],
  )
  t.strictSame(bench.told, ['absent'])
  bench.slot.wake()
  await bench.settle(60_000)
  t.equal(bench.attemptsMs.length, 1)
  t.equal(
    codeOf(() => bench.slot.use()),
    'device.absent',
  )
})

t.test('closed while lost or absent: no timer tries again', async (t) => {
  const bench = new Bench(t, 'open')
  await bench.settle()
  const device = bench.slot.use()
  bench.slot.lost(device, new Fault('device.timeout'))
  await bench.slot.close()
  await bench.settle(60_000)
  t.equal(bench.attemptsMs.length, 1)
})

t.test('a wake during an attempt makes one more, not two at a time', async (t) => {
  const first = deferred<void>()
  const bench = new Bench(t, first, 'device.absent', 'open')
  bench.slot.wake()
  bench.slot.wake()
  await bench.settle()
  t.equal(bench.attemptsMs.length, 1)
  first.reject(new Fault('device.busy'))
  await bench.settle()
  t.equal(bench.attemptsMs.length, 2)
})

t.test('of two scanners on the bus, pulling the other one leaves the one in use alone', async (t) => {
  const clock = new VirtualClock(0)
  const random = seededRandom(3)
  const usb = inprocUsb(clock)
  const cards = inprocCards(clock, ['Reader'])
  const make = (serial: string) => slapScannerModel({ serial, clock, random: random.fork(serial), images: { platen: () => undefined } })
  const [used, spare] = [make('A'), make('B')]
  const state = new StationState()
  await usb.plug(used)
  const devices = openDevices(
    { usb: usb.transport(), serial: inprocSerial().transport(), cards: cards.transport(), clock, random, log: silentLog, state },
    {
      trustedDevices: [used, spare].map(({ serial, kind, publicKey }) => ({ serial, kind, publicKey })),
      frameSilenceMs: 2_000,
      signaturePadPath: '',
      signaturePadModel: 'SignatureGem 4x5',
      cardTerminal: 'Reader',
    },
  )
  const scanner = () => state.devices.find(({ kind }) => kind === 'slap_scanner')
  const until = (wanted: string) =>
    clock.runUntil(
      new Promise<void>((resolve) => {
        const look = () => {
          if (scanner()?.state === wanted) resolve()
        }
        state.subscribe(look)
        look()
      }),
    )
  await until('ready')
  t.equal(state.devices.find(({ kind }) => kind === 'card_terminal')?.state, 'ready')
  t.equal(state.devices.find(({ kind }) => kind === 'card_printer')?.state, 'absent')
  const taken: string[] = []
  devices.capture('slap_scanner').use((fault) => taken.push(fault.code))
  await usb.plug(spare)
  await usb.unplug(spare)
  t.strictSame([scanner()?.state, scanner()?.serial, taken], ['busy', 'A', []])
  await usb.plug(spare)
  await usb.unplug(used)
  t.strictSame(taken, ['device.unplugged'])
  await until('ready')
  t.equal(scanner()?.serial, 'B', 'the spare one takes its place')
  await clock.runUntil(devices.close())
})
