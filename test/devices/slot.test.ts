// One place for one device: opened, lent, lost, opened again with growing patience.

import t, { type Test } from 'tap'
import type { Candidate, Listing } from '../../daemon/devices/candidates.js'
import { type DeviceSlot, type DeviceSource, openDeviceSlot } from '../../daemon/devices/slot.js'
import { type DeviceStatus, StationState } from '../../daemon/state.js'
import { type Deferred, deferred } from '../../protocol/deferred.js'
import { Fault, type FaultCode, isFault } from '../../protocol/fault.js'
import { silentLog } from '../../protocol/log.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'

class FakeDevice {
  readonly key: string
  closed = false
  closedWith: Fault | undefined
  spent: Fault | undefined
  constructor(key: string) {
    this.key = key
  }
  async close(fault?: Fault): Promise<void> {
    this.closed = true
    this.closedWith = fault
  }
}

type Answer = FaultCode | 'open' | Deferred<void>
const plugged = (key: string): Candidate => ({ key, serial: `S-${key}`, product: 'Camera' })

/** A slot over a bus on which lies what the test says, and whose devices answer as it says; answers queue up, the last one stays. */
class Bench {
  readonly clock = new VirtualClock(0)
  readonly state = new StationState()
  readonly told: string[] = []
  readonly devices: FakeDevice[] = []
  readonly looksMs: number[] = []
  readonly attempts: string[] = []
  listing: Listing = { candidates: [plugged('a')], refused: [] }
  readonly answers = new Map<string, Answer[]>()
  lost: (fault: Fault) => void = () => {}
  warming: () => void = () => {}
  readonly slot: DeviceSlot<FakeDevice>

  constructor(t: Test, ...ofA: Answer[]) {
    this.answers.set('a', ofA)
    this.state.subscribe((event) => {
      if (event.is === 'device')
        this.told.push(event.device.fault ? `${event.device.state} ${event.device.fault.code}` : event.device.state)
    })
    const source: DeviceSource<FakeDevice> = {
      list: async () => {
        this.looksMs.push(this.clock.monotonicMs())
        await undefined
        return this.listing
      },
      open: async ({ key, serial }, signs) => {
        this.attempts.push(key)
        Object.assign(this, signs)
        const queue = this.answers.get(key) ?? ['open']
        const answer = queue.length > 1 ? queue.shift() : queue[0]
        if (typeof answer === 'object') await answer.promise
        else if (answer !== undefined && answer !== 'open') throw new Fault(answer, { serial, reason: 'wrong_key' })
        const device = new FakeDevice(key)
        this.devices.push(device)
        return device
      },
    }
    this.slot = openDeviceSlot({ clock: this.clock, log: silentLog, state: this.state }, 'iris_camera', source)
    t.teardown(() => this.slot.close())
  }

  get status(): DeviceStatus {
    const [status] = this.state.devices
    if (!status) throw new Error('the slot has told nothing')
    return status
  }

  get open(): readonly string[] {
    return this.devices.filter(({ closed }) => !closed).map(({ key }) => key)
  }

  bus(...keys: string[]): void {
    this.listing = { ...this.listing, candidates: keys.map(plugged) }
  }

  /** Lets promises settle; time moves only by `byMs`. */
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

t.test('a device that is there is told at once, opened once, and warms up in between', async (t) => {
  const gate = deferred<void>()
  const bench = new Bench(t, gate)
  t.strictSame(bench.told, ['opening'], 'listed before anything was asked')
  t.equal(
    codeOf(() => bench.slot.use()),
    'device.absent',
    'not before it is open',
  )
  await bench.settle()
  bench.warming()
  gate.resolve()
  await bench.settle(60_000)
  t.strictSame(bench.told.slice(-2), ['warming', 'ready'])
  t.match(bench.status, { kind: 'iris_camera', serial: 'S-a', product: 'Camera', state: 'ready', framesDropped: 0, refused: [] })
  t.equal(bench.attempts.length, 1)
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
  bench.slot.free(new FakeDevice('a'))
  t.equal(bench.status.state, 'busy', 'who holds another device cannot free this one')
  bench.slot.lost(new FakeDevice('a'), new Fault('device.timeout'))
  t.equal(bench.status.state, 'busy', 'nor lose it')
  bench.slot.free(device)
  t.equal(bench.status.state, 'ready')
  bench.slot.count({ dropped: 2, corrupt: 1 })
  bench.slot.count({ dropped: 1, corrupt: 0 })
  t.match(bench.status, { framesDropped: 3, framesCorrupt: 1, state: 'ready' })
})

t.test('an absent device is looked for ever more rarely, and at once when something is plugged in', async (t) => {
  const bench = new Bench(t)
  bench.bus()
  await bench.settle(45_000)
  const waits = bench.looksMs.map((at, i) => at - (bench.looksMs[i - 1] ?? 0)).slice(1)
  t.strictSame(waits, [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000])
  t.strictSame(bench.told, ['opening', 'absent'], 'looking again is no news')
  bench.bus('a')
  bench.slot.wake()
  await bench.settle()
  t.equal(bench.status.state, 'ready')
  bench.slot.wake()
  await bench.settle(20_000)
  t.equal(bench.devices.length, 1, 'a wake does not open what is open')
})

t.test('one that is listed and not there, like a serial line, is absent and no news either', async (t) => {
  const bench = new Bench(t, 'device.absent', 'device.absent', 'device.absent', 'open')
  await bench.settle(250)
  t.strictSame(bench.told, ['opening', 'opening', 'absent'], 'serial and product are told, then that it is not there')
  await bench.settle(500)
  t.equal(bench.status.state, 'ready')
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
  await bench.settle(350)
  t.equal(bench.status.state, 'ready')
  t.equal(bench.status.fault, undefined)
})

t.test('a refused one is named and not asked again until something is plugged or pulled', async (t) => {
  const bench = new Bench(t, 'device.unknown')
  await bench.settle(120_000)
  t.equal(bench.attempts.length, 1)
  t.match(bench.status, { state: 'refused', serial: 'S-a', fault: { code: 'device.unknown' } })
  t.strictSame(bench.status.refused, [{ serial: 'S-a', product: 'Camera', reason: 'wrong_key' }])
  t.equal(
    codeOf(() => bench.slot.use()),
    'device.unknown',
  )
  bench.bus('a', 'b')
  bench.slot.wake()
  await bench.settle()
  t.match(bench.status, { state: 'ready', serial: 'S-b', fault: undefined }, 'it hides nobody')
  t.match(bench.status.refused, [{ serial: 'S-a' }], 'and is still named')
  bench.bus('b')
  bench.slot.unplugged('a', new Fault('device.unplugged'))
  await bench.settle()
  t.strictSame([bench.status.state, bench.status.refused], ['ready', []], 'it does not stay on the screen when it is gone')
  t.strictSame(bench.attempts, ['a', 'b'])
})

t.test('a loss closes it, tells its user once, and it is opened again at once', async (t) => {
  const bench = new Bench(t, 'open')
  await bench.settle()
  const taken: string[] = []
  const device = bench.slot.use((fault) => taken.push(fault.code))
  bench.slot.unplugged('z', new Fault('device.unplugged'))
  await bench.settle()
  t.strictSame([taken, bench.status.state], [[], 'busy'], 'another one of its kind was pulled')
  bench.bus()
  bench.slot.unplugged('a', new Fault('device.unplugged', { serial: 'S-a' }))
  t.strictSame(taken, ['device.unplugged'])
  t.match(bench.status, { state: 'faulted', fault: { code: 'device.unplugged' } })
  await bench.settle()
  t.ok(device.closed)
  t.equal(bench.status.state, 'absent')
  bench.slot.lost(device, new Fault('device.timeout'))
  bench.bus('b')
  bench.slot.wake()
  await bench.settle()
  t.match(bench.status, { state: 'ready', serial: 'S-b' })
  bench.slot.free(device)
  bench.slot.lost(device, new Fault('device.timeout'))
  t.equal(bench.status.state, 'ready', 'the old one has no say over the new one')

  const again = bench.slot.use((fault) => taken.push(fault.code))
  bench.slot.lost(again, new Fault('device.frames_frozen'))
  t.equal(taken.length, 1, 'who says so himself is not told')
  await bench.settle()
  t.match(again.closedWith, { code: 'device.frames_frozen' }, 'its driver knows how to close what hangs')
  t.equal(bench.status.state, 'ready', 'without any wait')
  const third = bench.slot.use()
  third.spent = new Fault('device.overheated')
  bench.slot.free(third)
  await bench.settle()
  t.strictSame([third.closed, bench.status.state], [true, 'ready'], 'a spent one that is given back is opened anew')
})

t.test('closed during opening: the close waits, the device does not stay open, nothing is tried again', async (t) => {
  const opening = deferred<void>()
  const bench = new Bench(t, opening)
  await bench.settle()
  const closing = bench.slot.close()
  let closed = false
  void closing.then(() => {
    closed = true
  })
  await bench.settle()
  t.notOk(closed)
  opening.resolve()
  await closing
  t.strictSame([bench.devices.length, bench.open], [1, []])
  bench.slot.wake()
  await bench.settle(60_000)
  t.equal(bench.attempts.length, 1)
  t.equal(
    codeOf(() => bench.slot.use()),
    'device.absent',
  )
})

t.test('closed while lost or absent: no timer tries again', async (t) => {
  const bench = new Bench(t, 'open', 'device.timeout')
  await bench.settle()
  bench.slot.lost(bench.slot.use(), new Fault('device.timeout'))
  await bench.settle()
  await bench.slot.close()
  const attempts = bench.attempts.length
  await bench.settle(60_000)
  t.equal(bench.attempts.length, attempts)
})

t.test('the preferred one takes over when it comes and nobody is disturbed; it is never opened twice', async (t) => {
  const bench = new Bench(t, 'open')
  bench.bus('b')
  await bench.settle()
  const first = bench.slot.use()
  bench.bus('a', 'b')
  bench.slot.wake()
  await bench.settle(5_000)
  t.match([bench.status.serial, bench.attempts], ['S-b', ['b']], 'not under the hands of its user')
  bench.slot.free(first)
  await bench.settle()
  t.match(bench.status, { serial: 'S-a', state: 'ready' })
  t.strictSame(bench.open, ['a'])

  const gate = deferred<void>()
  bench.answers.set('c', [gate])
  bench.bus('c', 'a')
  bench.slot.wake()
  await bench.settle()
  const second = bench.slot.use()
  gate.resolve()
  await bench.settle()
  t.strictSame([bench.status.serial, bench.status.state, bench.open], ['S-a', 'busy', ['a']], 'taken while the better one proved itself')
  bench.answers.set('c', ['device.timeout'])
  bench.slot.free(second)
  await bench.settle(60_000)
  t.match(bench.status, { serial: 'S-a', state: 'ready', fault: undefined }, 'a better one that fails is no loss')
})

t.test('a wake during an attempt makes no second one at a time', async (t) => {
  const first = deferred<void>()
  const bench = new Bench(t, first, 'open')
  await bench.settle()
  bench.slot.wake()
  bench.slot.wake()
  await bench.settle()
  t.equal(bench.attempts.length, 1)
  first.reject(new Fault('device.busy'))
  await bench.settle(100)
  t.strictSame([bench.attempts.length, bench.status.state], [2, 'ready'])
})
