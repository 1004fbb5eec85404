// The real USB bus over libusb (npm `usb` 2.x, the only file that imports it): finding, watching and opening devices. Knows no particular device.

import { usb } from 'usb'
import type { Clock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import type { UsbDevice, UsbDeviceInfo, UsbTransport } from '../../protocol/hardware/usb.js'
import type { Log } from '../../protocol/log.js'
import {
  controlBuffer,
  errnoOf,
  LibusbDevice,
  type LibusbDone,
  type LibusbEndpoint,
  type LibusbError,
  type LibusbHandle,
  libusbCode,
  setupBytes,
} from './usb-device.js'

interface Deps {
  readonly clock: Clock
  readonly log: Log
}
type Event = { readonly type: 'plugged' | 'unplugged'; readonly info: UsbDeviceInfo }
type Listener = (event: Event) => void

const hubClass = 9
const stringTimeoutMs = 1000
/** English (US): the language that every device with strings has. */
const stringLanguage = 0x0409

/**
 * Opens the machine's USB. A machine without any lists nothing. One transport a process: libusb's handles are shared within it.
 * It keeps the process alive until close(). Close it before exit: the package aborts on a plug event that comes while Node shuts down.
 */
export function openUsbTransport(deps: Deps): UsbTransport {
  return new LibusbTransport(deps)
}

/** Bus and address: the kernel gives a replugged device the next address, and an address comes back only after all others. */
const keyOf = (device: usb.Device): string => `usb-${device.busNumber}-${device.deviceAddress}`

class LibusbTransport implements UsbTransport {
  readonly #deps: Deps
  readonly #usable = usb.INIT_ERROR === 0
  readonly #listeners = new Set<Listener>()
  /** What was read of the devices now plugged in. */
  readonly #known = new Map<string, Promise<UsbDeviceInfo>>()
  /** `undefined` while it is being opened. */
  readonly #opened = new Map<string, LibusbDevice | undefined>()
  #events: Promise<void> = Promise.resolve()
  #closed = false

  constructor(deps: Deps) {
    this.#deps = deps
    if (!this.#usable) {
      deps.log.write('warn', 'usb.unavailable', { found: usb.INIT_ERROR })
      return
    }
    usb.on('attach', this.#onAttach)
    usb.on('detach', this.#onDetach)
  }

  async list(): Promise<readonly UsbDeviceInfo[]> {
    return Promise.all(this.#present().map((device) => this.#infoOf(device)))
  }

  watch(listener: Listener): () => void {
    const own: Listener = (event) => listener(event)
    this.#listeners.add(own)
    // Names are read while the devices are there, so that an unplug can be told with them.
    void this.list().catch(() => {})
    return () => void this.#listeners.delete(own)
  }

  async open(key: string): Promise<UsbDevice> {
    const device = this.#present().find((candidate) => keyOf(candidate) === key)
    if (!device) throw new Fault('device.absent', { device: key })
    if (this.#opened.has(key)) throw new Fault('device.busy', { device: key })
    this.#opened.set(key, undefined)
    try {
      const info = await this.#infoOf(device)
      if (this.#closed) throw new Fault('device.absent', { device: key })
      const opened = new LibusbDevice(info, openHandle(device), this.#deps, () => this.#opened.delete(key))
      this.#opened.set(key, opened)
      return opened
    } catch (error) {
      this.#opened.delete(key)
      throw openFault(error, key)
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#listeners.clear()
    if (this.#usable) {
      usb.off('attach', this.#onAttach)
      usb.off('detach', this.#onDetach)
    }
    await Promise.all([...this.#opened.values()].map((device) => device?.close()))
    await Promise.allSettled(this.#known.values())
  }

  #present(): readonly usb.Device[] {
    if (this.#closed || !this.#usable) return []
    try {
      return usb.getDeviceList().filter((device) => device.deviceDescriptor.bDeviceClass !== hubClass)
    } catch (error) {
      this.#deps.log.write('warn', 'usb.list_failed', { found: errnoOf(error) ?? 0 })
      return []
    }
  }

  #infoOf(device: usb.Device): Promise<UsbDeviceInfo> {
    const key = keyOf(device)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const reading = readInfo(device, this.#deps).catch((error: unknown) => {
      // Listed without names, and asked again next time: permissions may come later.
      this.#known.delete(key)
      this.#deps.log.write('debug', 'usb.names_unread', { device: key, found: errnoOf(error) ?? 0 })
      return infoWithout(device)
    })
    this.#known.set(key, reading)
    return reading
  }

  readonly #onAttach = (device: usb.Device): void => {
    if (device.deviceDescriptor.bDeviceClass === hubClass) return
    this.#tell('plugged', this.#infoOf(device))
  }

  readonly #onDetach = (device: usb.Device): void => {
    if (device.deviceDescriptor.bDeviceClass === hubClass) return
    const key = keyOf(device)
    // Outside the package's own callback, where anything thrown would abort the process.
    queueMicrotask(() => this.#opened.get(key)?.unplugged())
    const info = this.#known.get(key) ?? Promise.resolve(infoWithout(device))
    this.#known.delete(key)
    this.#tell('unplugged', info)
  }

  /** Events are told in the order in which they happened, however long names take to read. */
  #tell(type: Event['type'], info: Promise<UsbDeviceInfo>): void {
    this.#events = this.#events.then(async () => {
      const event = { type, info: await info }
      for (const listener of [...this.#listeners]) listener(event)
    })
    this.#events.catch((error: unknown) => {
      this.#deps.log.write('error', 'usb.watcher_threw', { reason: error instanceof Error ? error.name : 'unknown' })
      this.#events = Promise.resolve()
    })
  }
}

function infoWithout(device: usb.Device): UsbDeviceInfo {
  const { idVendor, idProduct, bcdDevice } = device.deviceDescriptor
  return {
    key: keyOf(device),
    vendorId: idVendor,
    productId: idProduct,
    deviceRelease: bcdDevice,
    manufacturer: '',
    product: '',
    serial: '',
  }
}

async function readInfo(device: usb.Device, { clock }: Deps): Promise<UsbDeviceInfo> {
  const { iManufacturer, iProduct, iSerialNumber } = device.deviceDescriptor
  const own = device.interfaces === undefined
  if (own) device.open()
  try {
    const manufacturer = await readString(device, iManufacturer, clock)
    const product = await readString(device, iProduct, clock)
    const serial = await readString(device, iSerialNumber, clock)
    return { ...infoWithout(device), manufacturer, product, serial }
  } finally {
    if (own) device.close()
  }
}

/** A string descriptor (USB 2.0 §9.6.7); empty when the device has none there. */
function readString(device: usb.Device, index: number, clock: Clock): Promise<string> {
  if (index === 0) return Promise.resolve('')
  const setup = { requestType: 'standard', recipient: 'device', request: 6, value: 0x300 | index, index: stringLanguage } as const
  const buffer = controlBuffer(setup, 0x80, 255)
  return new Promise((resolve, reject) => {
    const transfer = new usb.Transfer(device, 0, usb.LIBUSB_TRANSFER_TYPE_CONTROL, 0, (error, _buffer, actualBytes) => {
      timer.cancel()
      if (error) return error.errno === usb.LIBUSB_TRANSFER_STALL ? resolve('') : reject(error)
      const end = setupBytes + Math.min(actualBytes, buffer[setupBytes] ?? 0)
      resolve(buffer.toString('utf16le', setupBytes + 2, Math.max(end, setupBytes + 2)))
    })
    const timer = clock.after(stringTimeoutMs, () => transfer.cancel())
    try {
      transfer.submit(buffer)
    } catch (error) {
      timer.cancel()
      reject(error)
    }
  })
}

function openHandle(device: usb.Device): LibusbHandle {
  if (device.interfaces !== undefined) throw new Fault('device.busy', { device: keyOf(device) })
  device.open()
  try {
    // A kernel driver (usbhid on a signature pad) steps aside for as long as the interface is claimed.
    device.setAutoDetachKernelDriver(true)
  } catch {
    // Not supported on this system: then there is none to detach.
  }
  const interfaces = new Set<number>()
  const endpoints = new Map<number, LibusbEndpoint>()
  for (const [alternate] of device.configDescriptor?.interfaces ?? []) {
    if (!alternate) continue
    interfaces.add(alternate.bInterfaceNumber)
    for (const { bEndpointAddress, bmAttributes } of alternate.endpoints) {
      endpoints.set(bEndpointAddress, { interfaceNumber: alternate.bInterfaceNumber, transferType: bmAttributes & 3 })
    }
  }
  const settled = (start: (callback: (error?: usb.LibUSBException) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())))
  return {
    interfaces,
    endpoints,
    transfer: (endpoint, transferType, done) => {
      const flight: Flight = { done: undefined }
      const transfer = new usb.Transfer(device, endpoint, transferType, 0, tellOf(flight))
      return {
        submit: (buffer) => {
          flight.done = done
          try {
            transfer.submit(buffer)
          } catch (error) {
            flight.done = undefined
            throw error
          }
        },
        cancel: () => void transfer.cancel(),
      }
    },
    claim: (interfaceNumber) => device.__claimInterface(interfaceNumber),
    release: (interfaceNumber) => settled((callback) => device.__releaseInterface(interfaceNumber, callback)),
    clearHalt: (endpoint) => settled((callback) => device.__clearHalt(endpoint, callback)),
    reset: () => settled((callback) => device.reset(callback)),
    close: () => device.close(),
  }
}

interface Flight {
  done: LibusbDone | undefined
}

/**
 * The package holds on to a transfer's callback for good, and so to all that the callback reaches. It reaches this, which holds the caller only
 * while the transfer is in flight: a stream that is over can be forgotten, and the frames of whoever listened to it. Its own scope is the point.
 */
function tellOf(flight: Flight) {
  return (error: LibusbError | undefined, _buffer: Buffer, actualBytes: number): void => {
    const { done } = flight
    flight.done = undefined
    done?.(error, actualBytes)
  }
}

function openFault(error: unknown, key: string): Error {
  if (error instanceof Fault) return error
  const facts = { device: key }
  switch (errnoOf(error)) {
    case libusbCode.access:
      return new Fault('device.access', facts, { cause: error })
    case libusbCode.busy:
      return new Fault('device.busy', facts, { cause: error })
    case libusbCode.noDevice:
    case libusbCode.notFound:
      return new Fault('device.absent', facts, { cause: error })
    default:
      return new Fault('device.protocol', { ...facts, reason: 'open_failed', found: errnoOf(error) ?? 0 }, { cause: error })
  }
}
