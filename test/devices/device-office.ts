// An office of simulated devices on in-process buses and a virtual clock, and the station's device supervisor over it.

import type { Test } from 'tap'
import type { SiteChoice } from '../../daemon/devices/candidates.js'
import { type Devices, openDevices } from '../../daemon/devices/devices.js'
import { type DeviceKind, type DeviceStatus, StationState } from '../../daemon/state.js'
import type { CaptureDevice, TrustedDevice } from '../../drivers/driver.js'
import type { CaptureKind } from '../../protocol/hardware/capture-device.js'
import { silentLog } from '../../protocol/log.js'
import type { CaptureDeviceModel } from '../../simulator/model/capture-device.js'
import { CardPrinterModel } from '../../simulator/model/card-printer.js'
import { topazPadModel } from '../../simulator/model/topaz-pad.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { inprocCards } from '../../simulator/transport/inproc-card.js'
import { inprocSerial } from '../../simulator/transport/inproc-serial.js'
import { inprocUsb } from '../../simulator/transport/inproc-usb.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'
import { factories, RememberingSink } from '../drivers/capture-bench.js'

export const captureKinds = ['slap_scanner', 'iris_camera', 'face_camera'] as const
export const padPath = 'tty-pad'

/** Nothing here is waited for longer. */
const longestMs = 15 * 60_000

export class Office {
  readonly clock = new VirtualClock(0)
  readonly random = seededRandom(3)
  readonly usb = inprocUsb(this.clock)
  readonly serial = inprocSerial()
  readonly state = new StationState()
  readonly trusted: TrustedDevice[] = []
  readonly changes: DeviceStatus[] = []

  constructor() {
    this.state.subscribe((event) => {
      if (event.is === 'device') this.changes.push(event.device)
    })
  }

  make(kind: CaptureKind, serial: string, listed = true): CaptureDeviceModel {
    const model = factories[kind]({ serial, clock: this.clock, random: this.random.fork(serial) })
    if (listed) this.trusted.push({ serial, kind, publicKey: model.publicKey })
    return model
  }

  open(t: Test, choice: Partial<SiteChoice> = {}): Devices {
    const cards = inprocCards(this.clock, ['Reader'])
    const { clock, random, state, serial } = this
    const deps = { usb: this.usb.transport(), serial: serial.transport(), cards: cards.transport(), clock, random, log: silentLog, state }
    const devices = openDevices(deps, {
      trustedDevices: this.trusted,
      devices: { whenChosenIsAway: 'any_trusted', ...choice },
      deviceHealth: { pollSeconds: 5, lookMinutes: 30 },
      frameSilenceMs: 1_000,
      signaturePadPath: padPath,
      signaturePadModel: 'SignatureGem 4x5',
      cardTerminal: 'Reader',
    })
    t.teardown(() => clock.runUntil(devices.close()))
    return devices
  }

  of(kind: DeviceKind): DeviceStatus {
    const status = this.state.devices.find((device) => device.kind === kind)
    if (!status) throw new Error(`nothing was told of ${kind}`)
    return status
  }

  /** Lets time run until the device is so. @returns how long that took */
  async until(kind: DeviceKind, holds: (status: DeviceStatus) => boolean): Promise<number> {
    const beganMs = this.clock.monotonicMs()
    let done: () => void = () => {}
    let fail: (error: Error) => void = () => {}
    const come = new Promise<void>((resolve, reject) => {
      done = resolve
      fail = reject
    })
    const look = () => {
      if (holds(this.of(kind))) done()
    }
    const unsubscribe = this.state.subscribe(look)
    look()
    const late = this.clock.after(longestMs, () => fail(new Error(`${kind} is ${JSON.stringify(this.of(kind))}`)))
    await this.clock.runUntil(come).finally(unsubscribe)
    late.cancel()
    return this.clock.monotonicMs() - beganMs
  }

  ready = (kind: DeviceKind, serial?: string) =>
    this.until(kind, (status) => status.state === 'ready' && (serial === undefined || status.serial === serial))

  pass(ms: number): Promise<void> {
    return this.clock.runUntil(new Promise<void>((resolve) => void this.clock.after(ms, resolve)))
  }

  async capture(device: CaptureDevice, frames: number): Promise<void> {
    const sink = new RememberingSink()
    const stream = await this.clock.runUntil(device.start(sink, { indicator: 1 }, () => {}))
    await this.clock.runUntil(sink.until(frames))
    await this.clock.runUntil(stream.stop())
  }
}

export async function wholeOffice() {
  const office = new Office()
  const models = new Map(captureKinds.map((kind) => [kind, office.make(kind, kind)]))
  const printer = new CardPrinterModel({
    serial: 'P',
    clock: office.clock,
    coupler: { insert: () => {}, remove: () => {} },
    feeder: [],
  })
  const pad = topazPadModel({ clock: office.clock })
  return { office, models, printer, pad }
}
