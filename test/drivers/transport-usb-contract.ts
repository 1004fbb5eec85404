// What every UsbTransport owes its drivers, as cases that run on any of them: in process on a virtual clock, or over the real libusb.

import assert from 'node:assert/strict'
import { isFault } from '../../protocol/fault.js'
import type { UsbDevice, UsbDeviceInfo, UsbSetup, UsbTransport } from '../../protocol/hardware/usb.js'
import { ask, counterIn, echoIn, echoOut, loopbackIds, loopbackStrings, silentIn } from './loopback-device.js'

/** A bus with one loopback device plugged in at the start of each case. */
export interface UsbContractBench {
  transport(): UsbTransport
  plug(): Promise<void>
  unplug(): Promise<void>
  /** Lets time pass until `work` settles. */
  run<T>(work: Promise<T>): Promise<T>
}

export interface UsbContractCase {
  readonly name: string
  run(bench: UsbContractBench): Promise<void>
}

interface Opened {
  readonly bench: UsbContractBench
  readonly usb: UsbTransport
  readonly device: UsbDevice
}

const vendor = (request: number, value = 0, index = 0): UsbSetup => ({ requestType: 'vendor', recipient: 'device', request, value, index })
const ours = (info: UsbDeviceInfo): boolean => info.vendorId === loopbackIds.vendorId && info.productId === loopbackIds.productId
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const plain = (data: Uint8Array): number[] => [...data]

function pattern(length: number, seed: number): Uint8Array {
  const data = new Uint8Array(length)
  for (let i = 0; i < length; i++) data[i] = (i * 31 + (i >> 8) + seed) & 0xff
  return data
}

async function faultCode(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    return isFault(error) ? error.code : error instanceof Error ? error.name : String(error)
  }
  return 'no fault'
}

async function findOurs(usb: UsbTransport): Promise<UsbDeviceInfo> {
  const found = (await usb.list()).filter(ours)
  assert.equal(found.length, 1, 'the loopback device is listed once')
  return found[0]!
}

/** Runs `body` on the opened and claimed device, then closes everything. */
const onDevice =
  (body: (opened: Opened) => Promise<void>) =>
  async (bench: UsbContractBench): Promise<void> => {
    const usb = bench.transport()
    const device = await bench.run(findOurs(usb).then((info) => usb.open(info.key)))
    await bench.run(device.claim(0))
    try {
      await bench.run(body({ bench, usb, device }))
    } finally {
      await bench.run(usb.close())
    }
  }

async function echoed(device: UsbDevice, data: Uint8Array, askedBytes = data.length): Promise<Uint8Array> {
  assert.deepEqual(await device.transferOut(echoOut, data), { status: 'ok', bytesWritten: data.length })
  const answer = await device.transferIn(echoIn, askedBytes)
  assert.equal(answer.status, 'ok')
  return answer.status === 'ok' ? answer.data : bytes()
}

const listing: readonly UsbContractCase[] = [
  {
    name: 'a device is listed with its ids and strings',
    run: async (bench) => {
      const usb = bench.transport()
      const { key, ...info } = await bench.run(findOurs(usb))
      assert.ok(key.length > 0)
      assert.deepEqual(info, { ...loopbackIds, ...loopbackStrings })
      await bench.run(usb.close())
    },
  },
  {
    name: 'opening what is not there is device.absent',
    run: async (bench) => {
      const usb = bench.transport()
      assert.equal(await bench.run(faultCode(usb.open('no such key'))), 'device.absent')
      await bench.run(usb.close())
    },
  },
  {
    name: 'a device that is open already is device.busy, and free again once closed',
    run: onDevice(async ({ usb, device }) => {
      assert.equal(await faultCode(usb.open(device.info.key)), 'device.busy')
      await device.close()
      await device.close()
      const again = await usb.open(device.info.key)
      await again.close()
    }),
  },
  {
    name: 'an endpoint is used only after its interface is claimed, and only if it exists',
    run: onDevice(async ({ device }) => {
      assert.equal(await faultCode(device.transferIn(0x8f, 8)), 'device.protocol')
      assert.equal(await faultCode(device.claim(7)), 'device.protocol')
      await device.release(0)
      assert.equal(await faultCode(device.transferIn(counterIn, 8)), 'device.protocol')
    }),
  },
]

const transfers: readonly UsbContractCase[] = [
  {
    name: 'control transfers carry value, index and data both ways',
    run: onDevice(async ({ device }) => {
      assert.deepEqual(await device.controlOut(vendor(ask.store), bytes(9, 8, 7)), { status: 'ok', bytesWritten: 3 })
      const answer = await device.controlIn(vendor(ask.fetch, 0x1234, 0xabcd), 64)
      assert.ok(answer.status === 'ok')
      assert.deepEqual(plain(answer.data), [0x34, 0x12, 0xcd, 0xab, 9, 8, 7])
      const short = await device.controlIn(vendor(ask.fetch), 5)
      assert.ok(short.status === 'ok')
      assert.deepEqual(plain(short.data), [0, 0, 0, 0, 9])
    }),
  },
  {
    name: 'a refused request is the result stall and the next one works',
    run: onDevice(async ({ device }) => {
      assert.deepEqual(await device.controlIn(vendor(ask.refuse), 8), { status: 'stall' })
      assert.deepEqual(await device.controlOut(vendor(ask.refuse), bytes(1)), { status: 'stall' })
      assert.equal((await device.controlOut(vendor(ask.store), bytes(1))).status, 'ok')
    }),
  },
  {
    name: 'bulk data come back as they were sent, short packets with their own length',
    run: onDevice(async ({ device }) => {
      for (const length of [1, 511, 512, 513, 65_536, 300_001]) {
        const sent = pattern(length, length & 0xff)
        assert.deepEqual(Buffer.from(await echoed(device, sent)), Buffer.from(sent))
      }
      assert.deepEqual(plain(await echoed(device, bytes(1, 2, 3), 512)), [1, 2, 3])
      assert.equal((await echoed(device, bytes(), 512)).length, 0)
    }),
  },
  {
    name: 'what is received belongs to the caller: later transfers do not change it',
    run: onDevice(async ({ device }) => {
      const first = await echoed(device, bytes(1, 1, 1))
      await echoed(device, bytes(2, 2, 2))
      assert.deepEqual(plain(first), [1, 1, 1])
    }),
  },
  {
    name: 'several reads may wait on one endpoint and are answered in order',
    run: onDevice(async ({ device }) => {
      const reads = [1, 2, 3].map(() => device.transferIn(echoIn, 16))
      for (const value of [1, 2, 3]) await device.transferOut(echoOut, bytes(value))
      const answers = await Promise.all(reads)
      assert.deepEqual(
        answers.map((answer) => (answer.status === 'ok' ? plain(answer.data) : answer.status)),
        [[1], [2], [3]],
      )
    }),
  },
  {
    name: 'a stalled endpoint stays halted until it is cleared',
    run: onDevice(async ({ device }) => {
      await device.controlOut(vendor(ask.stallNextCounter), bytes())
      assert.deepEqual(await device.transferIn(counterIn, 64), { status: 'stall' })
      assert.deepEqual(await device.transferIn(counterIn, 64), { status: 'stall' })
      await device.clearHalt(counterIn)
      assert.equal((await device.transferIn(counterIn, 64)).status, 'ok')
    }),
  },
  {
    name: 'more data than asked for is device.protocol',
    run: onDevice(async ({ device }) => {
      await device.controlOut(vendor(ask.babbleNextEcho), bytes())
      assert.equal(await faultCode(device.transferIn(echoIn, 64)), 'device.protocol')
    }),
  },
]

const endings: readonly UsbContractCase[] = [
  {
    name: 'a silent device is device.timeout, on endpoints and on control, and works afterwards',
    run: onDevice(async ({ device }) => {
      assert.equal(await faultCode(device.transferIn(silentIn, 8, { timeoutMs: 40 })), 'device.timeout')
      assert.equal(await faultCode(device.controlIn(vendor(ask.silence), 8, { timeoutMs: 40 })), 'device.timeout')
      assert.deepEqual(plain(await echoed(device, bytes(5))), [5])
    }),
  },
  {
    name: 'an aborted read rejects with the reason and loses no data',
    run: onDevice(async ({ device }) => {
      const abort = new AbortController()
      const read = device.transferIn(echoIn, 64, { signal: abort.signal })
      const reason = new Error('enough')
      abort.abort(reason)
      await assert.rejects(read, reason)
      await assert.rejects(device.transferIn(echoIn, 64, { signal: abort.signal }), reason)
      assert.deepEqual(plain(await echoed(device, bytes(1, 2, 3), 64)), [1, 2, 3])
    }),
  },
  {
    name: 'closing ends what is pending as AbortError',
    run: onDevice(async ({ device }) => {
      const read = faultCode(device.transferIn(silentIn, 8))
      await device.close()
      assert.equal(await read, 'AbortError')
      assert.equal(await faultCode(device.controlIn(vendor(ask.fetch), 8)), 'AbortError')
    }),
  },
  {
    name: 'a reset ends what is pending, puts the device into its power-on state, and leaves a handle that can be closed and opened anew',
    run: async (bench) => {
      const usb = bench.transport()
      const info = await bench.run(findOurs(usb))
      const device = await bench.run(usb.open(info.key))
      await bench.run(device.claim(0))
      await bench.run(device.controlOut(vendor(ask.store), bytes(9)))
      const read = faultCode(device.transferIn(silentIn, 8))
      await bench.run(device.reset())
      assert.equal(await bench.run(read), 'AbortError')
      await bench.run(device.close())
      assert.equal(await faultCode(device.reset()), 'AbortError')
      const [again] = (await bench.run(usb.list())).filter(ours)
      assert.ok(again)
      const reopened = await bench.run(usb.open(again.key))
      await bench.run(reopened.claim(0))
      const answer = await bench.run(reopened.controlIn(vendor(ask.fetch), 8))
      assert.ok(answer.status === 'ok')
      assert.deepEqual(plain(answer.data), [0, 0, 0, 0], 'what it had stored is gone')
      await bench.run(usb.close())
    },
  },
  {
    name: 'unplugging ends every pending call once as device.unplugged, and every later one',
    run: onDevice(async ({ bench, device }) => {
      const ended: string[] = []
      const note = (work: Promise<unknown>) => faultCode(work).then((code) => ended.push(code))
      const streamEnded: string[] = []
      const notes = [
        note(device.transferIn(silentIn, 8)),
        note(device.transferIn(echoIn, 8)),
        note(device.controlIn(vendor(ask.silence), 8)),
      ]
      let lost: () => void = () => {}
      const streamLost = new Promise<void>((resolve) => {
        lost = resolve
      })
      const stream = device.stream(silentIn, 2, 64, {
        chunk: () => {},
        ended: (error) => {
          streamEnded.push(isFault(error) ? error.code : error.name)
          lost()
        },
      })
      await bench.unplug()
      await Promise.all(notes)
      await streamLost
      await stream.stop()
      assert.deepEqual(ended, ['device.unplugged', 'device.unplugged', 'device.unplugged'])
      assert.deepEqual(streamEnded, ['device.unplugged'])
      assert.equal(await faultCode(device.controlIn(vendor(ask.fetch), 8)), 'device.unplugged')
      assert.equal(await faultCode(device.transferOut(echoOut, bytes(1))), 'device.unplugged')
      await device.close()
      await bench.plug()
    }),
  },
  {
    name: 'unplug and replug are told to the watcher, the new plug-in has a new key and works',
    run: async (bench) => {
      const usb = bench.transport()
      const before = await bench.run(findOurs(usb))
      const seen: { type: string; info: UsbDeviceInfo }[] = []
      let next: () => void = () => {}
      const unwatch = usb.watch((event) => {
        seen.push(event)
        next()
      })
      const event = async (act: () => Promise<void>, type: string): Promise<UsbDeviceInfo> => {
        const told = new Promise<void>((resolve) => {
          next = resolve
        })
        await act()
        if (seen.length === 0) await told
        const first = seen.splice(0, 1)[0]
        assert.equal(first?.type, type)
        return first!.info
      }
      assert.deepEqual(await bench.run(event(() => bench.unplug(), 'unplugged')), before)
      assert.equal((await bench.run(usb.list())).filter(ours).length, 0)
      const { key, ...after } = await bench.run(event(() => bench.plug(), 'plugged'))
      assert.deepEqual(after, { ...loopbackIds, ...loopbackStrings })
      assert.notEqual(key, before.key)
      assert.equal(await bench.run(faultCode(usb.open(before.key))), 'device.absent')
      unwatch()
      const device = await bench.run(usb.open(key))
      await bench.run(device.claim(0))
      assert.deepEqual(plain(await bench.run(echoed(device, bytes(4, 2)))), [4, 2])
      await bench.run(usb.close())
    },
  },
]

/** Reads `totalBytes` of the counter and proves that no word is missing or out of place. */
async function countStream(device: UsbDevice, transfers: number, transferBytes: number, totalBytes: number): Promise<void> {
  let expected = 0
  let wrong = 0
  await new Promise<void>((resolve, reject) => {
    const stream = device.stream(counterIn, transfers, transferBytes, {
      chunk: (chunk) => {
        if (expected * 4 >= totalBytes) return
        const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength)
        for (let offset = 0; offset < view.byteLength; offset += 4) if (view.getUint32(offset, true) !== expected++) wrong++
        if (expected * 4 >= totalBytes) stream.stop().then(resolve, reject)
      },
      ended: reject,
    })
  })
  assert.equal(wrong, 0, 'every word of the stream is in its place')
}

const streams: readonly UsbContractCase[] = [
  {
    name: 'a stream delivers megabytes in order while control transfers go on, and stops',
    run: onDevice(async ({ device }) => {
      let busy = true
      const chatter = async (): Promise<number> => {
        let calls = 0
        while (busy) {
          const answer = await device.controlIn(vendor(ask.fetch, calls & 0xffff), 2)
          assert.ok(answer.status === 'ok')
          assert.deepEqual(plain(answer.data), [calls & 0xff, (calls >> 8) & 0xff])
          if (++calls >= 200) break
        }
        return calls
      }
      const calls = chatter()
      await countStream(device, 4, 65_536, 4_000_000)
      busy = false
      assert.ok((await calls) > 0)
    }),
  },
  {
    name: 'a stall ends a stream once with device.stall',
    run: onDevice(async ({ device }) => {
      await device.controlOut(vendor(ask.stallNextCounter), bytes())
      const ended: unknown[] = []
      await new Promise<void>((resolve) => {
        device.stream(counterIn, 3, 512, {
          chunk: () => {},
          ended: (error) => {
            ended.push(isFault(error) ? error.code : error)
            resolve()
          },
        })
      })
      await device.controlIn(vendor(ask.fetch), 2)
      assert.deepEqual(ended, ['device.stall'])
      await device.clearHalt(counterIn)
    }),
  },
  {
    name: 'a stopped stream gives its endpoint back and never speaks again',
    run: onDevice(async ({ device }) => {
      let ended = 0
      const stream = device.stream(silentIn, 2, 64, { chunk: () => {}, ended: () => ended++ })
      await stream.stop()
      await stream.stop()
      assert.equal(await faultCode(device.transferIn(silentIn, 8, { timeoutMs: 20 })), 'device.timeout')
      await device.close()
      assert.equal(ended, 0)
    }),
  },
]

export const usbContract: readonly UsbContractCase[] = [...listing, ...transfers, ...endings, ...streams]
