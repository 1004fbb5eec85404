// The program under umockdev's preload: the contract of a USB transport on the real libusb. Takes its orders and reports over IPC; its parent holds the device.

import { openUsbTransport } from '../../drivers/transport/usb.js'
import { sleep, systemClock } from '../../protocol/clock.js'
import type { UsbTransport } from '../../protocol/hardware/usb.js'
import { silentLog } from '../../protocol/log.js'
import { counterIn, loopbackIds } from '../drivers/loopback-device.js'
import { usbContract } from '../drivers/transport-usb-contract.js'

export type ChildMessage =
  | { readonly ask: 'fresh' | 'plug' | 'unplug' }
  | { readonly name: string; readonly failure: string | undefined }
  | { readonly figures: { readonly bytesPerSecond: number; readonly idleCpuMs: number; readonly controlMs: number } }

const send = (message: ChildMessage): void => void process.send?.(message)

/** The parent answers every order once it is carried out. */
function order(ask: 'fresh' | 'plug' | 'unplug'): Promise<void> {
  return new Promise((resolve) => {
    process.once('message', () => resolve())
    send({ ask })
  })
}

const open = (): UsbTransport => openUsbTransport({ clock: systemClock, log: silentLog })
const isOurs = (info: { vendorId: number; productId: number }): boolean =>
  info.vendorId === loopbackIds.vendorId && info.productId === loopbackIds.productId

/** A new device, once libusb has heard of it and has forgotten the one before. */
async function freshDevice(previousKey: string): Promise<string> {
  await order('fresh')
  const usb = open()
  try {
    for (let tries = 0; tries < 400; tries++) {
      const found = (await usb.list()).filter(isOurs)
      if (found.length === 1 && found[0]!.product !== '' && found[0]!.key !== previousKey) return found[0]!.key
      await sleep(systemClock, 5)
    }
    throw new Error('the new device was never listed')
  } finally {
    await usb.close()
  }
}

async function measure(): Promise<void> {
  const usb = open()
  const device = await usb.open((await usb.list()).find(isOurs)!.key)
  await device.claim(0)
  const wanted = 20_000_000
  let received = 0
  const started = systemClock.monotonicMs()
  await new Promise<void>((resolve, reject) => {
    const stream = device.stream(counterIn, 4, 262_144, {
      chunk: (chunk) => {
        received += chunk.length
        if (received >= wanted) stream.stop().then(resolve, reject)
      },
      ended: reject,
    })
  })
  const bytesPerSecond = (received / (systemClock.monotonicMs() - started)) * 1000
  const controls = 200
  const controlStart = systemClock.monotonicMs()
  for (let i = 0; i < controls; i++)
    await device.controlIn({ requestType: 'vendor', recipient: 'device', request: 2, value: i, index: 0 }, 4)
  const controlMs = (systemClock.monotonicMs() - controlStart) / controls
  const before = process.cpuUsage()
  await device.transferIn(0x83, 64, { timeoutMs: 500 }).catch(() => {})
  const { user, system } = process.cpuUsage(before)
  await usb.close()
  send({ figures: { bytesPerSecond, idleCpuMs: (user + system) / 1000, controlMs } })
}

let key = ''
for (const { name, run } of usbContract) {
  try {
    key = await freshDevice(key)
    await run({ transport: open, plug: () => order('plug'), unplug: () => order('unplug'), run: (work) => work })
    send({ name, failure: undefined })
  } catch (error) {
    send({ name, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}
await freshDevice(key)
await measure()
// Nothing but the channel to the parent is left to keep this process alive.
process.disconnect()
