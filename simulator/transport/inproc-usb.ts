// A simulated USB bus inside the process, on the clock it is given: device models below, the drivers' UsbTransport above. No bytes leave memory.

import type { Clock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import type { UsbDevice, UsbDeviceInfo, UsbTransport } from '../../protocol/hardware/usb.js'
import type { SimulatedUsbBus, UsbDeviceModel } from '../model/usb-device-model.js'
import { InprocDevice } from './inproc-usb-device.js'
import { highSpeedBytesPerSecond, ModelHost, type Wire, wireOf } from './usb-host.js'
import { deviceFields } from './usb-standard.js'

type Event = { readonly type: 'plugged' | 'unplugged'; readonly info: UsbDeviceInfo }
type Listener = (event: Event) => void

interface Plug {
  readonly info: UsbDeviceInfo
  readonly host: ModelHost
  opened: InprocDevice | undefined
}

interface Bus {
  readonly clock: Clock
  readonly wire: Wire
  readonly plugs: Map<UsbDeviceModel, Plug>
  readonly listeners: Set<Listener>
}

export interface InprocUsb extends SimulatedUsbBus {
  /** A new host session: a station starts. Closing it resets the models that it had opened. */
  transport(): UsbTransport
}

/** @param options.bytesPerSecond pace of continuous streams, default 40 MB/s; single transfers take no time of their own */
export function inprocUsb(clock: Clock, options: { readonly bytesPerSecond?: number } = {}): InprocUsb {
  const bus: Bus = {
    clock,
    wire: wireOf(clock, options.bytesPerSecond ?? highSpeedBytesPerSecond),
    plugs: new Map(),
    listeners: new Set(),
  }
  let plugCount = 0
  const tell = (event: Event): void => {
    for (const listener of [...bus.listeners]) listener(event)
  }
  const unplug = async (model: UsbDeviceModel): Promise<void> => {
    const plug = bus.plugs.get(model)
    if (!plug) return
    bus.plugs.delete(model)
    plug.opened?.unplugged()
    plug.host.unplug()
    tell({ type: 'unplugged', info: plug.info })
  }
  return {
    plug: async (model) => {
      if (bus.plugs.has(model)) throw new Fault('device.busy', { reason: 'plugged already' })
      const { vendorId, productId, deviceRelease, manufacturer, product, serial } = deviceFields(model.descriptors)
      const info = { key: `inproc-${++plugCount}`, vendorId, productId, deviceRelease, manufacturer, product, serial }
      bus.plugs.set(model, { info, host: new ModelHost(model), opened: undefined })
      tell({ type: 'plugged', info })
    },
    unplug,
    transport: () => new InprocTransport(bus),
    close: async () => {
      for (const model of [...bus.plugs.keys()]) await unplug(model)
    },
  }
}

class InprocTransport implements UsbTransport {
  readonly #bus: Bus
  readonly #devices = new Set<InprocDevice>()
  readonly #unsubscribers = new Set<() => void>()
  #closed = false

  constructor(bus: Bus) {
    this.#bus = bus
  }

  async list(): Promise<readonly UsbDeviceInfo[]> {
    return this.#closed ? [] : [...this.#bus.plugs.values()].map((plug) => plug.info)
  }

  watch(listener: Listener): () => void {
    // One listener may be given twice: each subscription is its own.
    const own: Listener = (event) => listener(event)
    const unsubscribe = () => {
      this.#bus.listeners.delete(own)
      this.#unsubscribers.delete(unsubscribe)
    }
    this.#bus.listeners.add(own)
    this.#unsubscribers.add(unsubscribe)
    return unsubscribe
  }

  async open(key: string): Promise<UsbDevice> {
    const plug = this.#closed ? undefined : [...this.#bus.plugs.values()].find((candidate) => candidate.info.key === key)
    if (!plug) throw new Fault('device.absent', { device: key })
    if (plug.opened) throw new Fault('device.busy', { device: key })
    const device = new InprocDevice(plug.info, plug.host, this.#bus.clock, this.#bus.wire, () => {
      this.#devices.delete(device)
      plug.opened = undefined
    })
    this.#devices.add(device)
    plug.opened = device
    return device
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const unsubscribe of [...this.#unsubscribers]) unsubscribe()
    for (const device of [...this.#devices]) await device.close()
  }
}
