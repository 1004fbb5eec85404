// What only a misbehaving bus does: each case against a handle whose transfers the test completes by hand.

import t from 'tap'
import {
  LibusbDevice,
  type LibusbDone,
  type LibusbError,
  type LibusbHandle,
  libusbCode,
  libusbStatus,
} from '../../drivers/transport/usb-device.js'
import { isFault } from '../../protocol/fault.js'
import { silentLog } from '../../protocol/log.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'

const info = { key: 'k', vendorId: 1, productId: 2, deviceRelease: 3, manufacturer: '', product: 'Fake', serial: '' }
const libusbError = (errno: number): LibusbError => Object.assign(new Error(`libusb ${errno}`), { errno })

interface FakeTransfer {
  readonly done: LibusbDone
  buffer: Buffer | undefined
  cancels: number
}

function opened(overrides: Partial<LibusbHandle> = {}) {
  const clock = new VirtualClock(0)
  const transfers: FakeTransfer[] = []
  const told = { closed: 0, resets: 0, released: [] as number[] }
  const handle: LibusbHandle = {
    interfaces: new Set([0]),
    endpoints: new Map([[0x81, { interfaceNumber: 0, transferType: 2 }]]),
    transfer: (_endpoint, _type, done) => {
      const transfer: FakeTransfer = { done, buffer: undefined, cancels: 0 }
      transfers.push(transfer)
      return {
        submit: (buffer) => {
          transfer.buffer = buffer
        },
        cancel: () => {
          transfer.cancels++
        },
      }
    },
    claim: () => {},
    release: async (number) => void told.released.push(number),
    clearHalt: async () => {},
    reset: async () => void told.resets++,
    close: () => {
      told.closed++
    },
    ...overrides,
  }
  return { clock, transfers, told, device: new LibusbDevice(info, handle, { clock, log: silentLog }, () => {}) }
}

const codeOf = (error: unknown): string => (isFault(error) ? error.code : error instanceof Error ? error.name : String(error))
const outcome = (work: Promise<unknown>): Promise<string> => work.then(() => 'fulfilled', codeOf)

t.test('a failed transfer waits for the unplug that may be behind it', async (t) => {
  const { clock, transfers, device } = opened()
  await device.claim(0)
  const pulled = outcome(device.transferIn(0x81, 8))
  transfers[0]!.done(libusbError(libusbStatus.error), 0)
  clock.advance(100)
  device.unplugged()
  t.equal(await pulled, 'device.unplugged')
})

t.test('a failed transfer of a device that stays is device.protocol', async (t) => {
  const { clock, transfers, device } = opened()
  await device.claim(0)
  const failed = outcome(device.transferIn(0x81, 8))
  transfers[0]!.done(libusbError(libusbStatus.error), 0)
  clock.advance(500)
  t.equal(await failed, 'device.protocol')
})

t.test('data that overtook the cancelling of their transfer are delivered', async (t) => {
  const { clock, transfers, device } = opened()
  await device.claim(0)
  const read = device.transferIn(0x81, 8, { timeoutMs: 10 })
  clock.advance(10)
  t.equal(transfers[0]!.cancels, 1)
  transfers[0]!.buffer!.set([1, 2, 3])
  transfers[0]!.done(libusbError(libusbStatus.cancelled), 3)
  t.same(await read, { status: 'ok', data: Uint8Array.of(1, 2, 3) })
})

t.test('a reset waits for what the kernel still holds, is bounded, and a device that comes back as another is no failure', async (t) => {
  const { transfers, told, device } = opened()
  await device.claim(0)
  const read = outcome(device.transferIn(0x81, 8))
  const resetting = device.reset()
  t.strictSame([transfers[0]!.cancels, told.resets], [1, 0])
  transfers[0]!.done(libusbError(libusbStatus.cancelled), 0)
  await resetting
  t.strictSame([await read, told.resets], ['AbortError', 1])
  t.equal(await outcome(device.transferIn(0x81, 8)), 'device.protocol', 'nothing is claimed any more')

  const moved = opened({ reset: () => Promise.reject(libusbError(libusbCode.notFound)) })
  t.equal(await outcome(moved.device.reset()), 'fulfilled')
  const hung = opened({ reset: () => new Promise(() => {}) })
  const late = outcome(hung.device.reset())
  await Promise.resolve()
  hung.clock.advance(1000)
  t.equal(await late, 'device.timeout')
})

t.test('received bytes are plain: slice() copies and the window is exact', async (t) => {
  const { transfers, device } = opened()
  const read = device.controlIn({ requestType: 'class', recipient: 'interface', request: 1, value: 0x0203, index: 4 }, 64)
  t.same([...transfers[0]!.buffer!.subarray(0, 8)], [0xa1, 1, 3, 2, 4, 0, 64, 0])
  transfers[0]!.buffer!.set([7, 8], 8)
  transfers[0]!.done(undefined, 2)
  const answer = await read
  t.ok(answer.status === 'ok' && !Buffer.isBuffer(answer.data))
  t.same(answer, { status: 'ok', data: Uint8Array.of(7, 8) })
})

t.test('an unplug ends calls at once, even when the kernel keeps their transfers', async (t) => {
  const { clock, device, told } = opened()
  await device.claim(0)
  const read = outcome(device.transferIn(0x81, 8))
  device.unplugged()
  t.equal(await read, 'device.unplugged')
  const closing = device.close()
  await clock.runUntil(closing)
  t.equal(clock.monotonicMs(), 2000, 'closing does not wait for them for ever')
  t.equal(told.closed, 1)
})

t.test('refusals of the operating system have their own codes', async (t) => {
  const cases = [
    [libusbCode.busy, 'device.busy'],
    [libusbCode.access, 'device.access'],
    [libusbCode.noDevice, 'device.unplugged'],
    [libusbCode.notFound, 'device.protocol'],
    [libusbCode.noMemory, 'internal.limit'],
  ] as const
  for (const [errno, code] of cases) {
    const { device } = opened({
      claim: () => {
        throw libusbError(errno)
      },
    })
    t.equal(await outcome(device.claim(0)), code)
  }
})

t.test('a stream whose transfer cannot be submitted ends once and stops', async (t) => {
  const { device } = opened({
    transfer: () => ({
      submit: () => {
        throw libusbError(libusbCode.noDevice)
      },
      cancel: () => {},
    }),
  })
  await device.claim(0)
  const ended: string[] = []
  const stream = device.stream(0x81, 3, 64, { chunk: () => {}, ended: (error) => ended.push(codeOf(error)) })
  for (let turn = 0; turn < 20; turn++) await undefined
  t.same(ended, ['device.unplugged'])
  await stream.stop()
  t.equal(await outcome(device.transferIn(0x81, 8)), 'device.unplugged')
})

t.test('a chunk handler that throws ends its stream with that error', async (t) => {
  const { transfers, device } = opened()
  await device.claim(0)
  const ended: string[] = []
  const stream = device.stream(0x81, 1, 64, {
    chunk: () => {
      throw new TypeError('bad frame')
    },
    ended: (error) => ended.push(codeOf(error)),
  })
  transfers[0]!.done(undefined, 4)
  await stream.stop()
  t.same(ended, ['TypeError'])
})
