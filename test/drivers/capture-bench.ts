// A bus, a clock, one simulated device of any kind and a sink that remembers: what the driver tests share.

import type { StreamRules } from '../../drivers/capture-device/stream-watch.js'
import type { CaptureDevice, TrustedDevice } from '../../drivers/driver.js'
import { captureKindOf, openCaptureDevice } from '../../drivers/registry.js'
import type { Fault } from '../../protocol/fault.js'
import type { CaptureKind } from '../../protocol/hardware/capture-device.js'
import type { FrameHeader, FrameSink, FrameSlot } from '../../protocol/hardware/frames.js'
import { silentLog } from '../../protocol/log.js'
import type { CaptureDeviceModel, CaptureModelOptions } from '../../simulator/model/capture-device.js'
import { faceCameraModel } from '../../simulator/model/face-camera.js'
import { irisCameraModel } from '../../simulator/model/iris-camera.js'
import { slapScannerModel } from '../../simulator/model/slap-scanner.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { inprocUsb } from '../../simulator/transport/inproc-usb.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'

/** Keeps the headers and the checksum-worthy ends of what was published; room for `slots` frames at a time. */
export class RememberingSink implements FrameSink {
  readonly headers: FrameHeader[] = []
  readonly payloads: Uint8Array[] = []
  open = 0
  full = false
  #wanted = 0
  #arrived: () => void = () => {}

  lease(payloadBytes: number): FrameSlot | undefined {
    if (this.full) return undefined
    this.open++
    const bytes = new Uint8Array(payloadBytes)
    return {
      bytes,
      publish: (header) => {
        this.open--
        this.headers.push(header)
        this.payloads.push(bytes)
        if (this.headers.length >= this.#wanted) this.#arrived()
      },
      discard: () => {
        this.open--
      },
    }
  }

  /** Resolves when `count` frames in all have been published. */
  until(count: number): Promise<void> {
    this.#wanted = count
    if (this.headers.length >= count) return Promise.resolve()
    return new Promise((resolve) => {
      this.#arrived = resolve
    })
  }
}

export type Factory = (options: CaptureModelOptions) => CaptureDeviceModel

export const factories: Readonly<Record<CaptureKind, Factory>> = {
  slap_scanner: (options) => slapScannerModel({ ...options, images: { platen: () => undefined } }),
  iris_camera: (options) => irisCameraModel({ ...options, images: { eye: () => undefined } }),
  face_camera: (options) => faceCameraModel({ ...options, images: { face: () => undefined } }),
}

export class CaptureBench {
  readonly clock = new VirtualClock(Date.UTC(2026, 0, 5, 1))
  readonly random = seededRandom(11)
  readonly bus = inprocUsb(this.clock)
  readonly usb = this.bus.transport()
  readonly model: CaptureDeviceModel
  readonly faults: Fault[] = []
  readonly sink = new RememberingSink()
  #fault: () => void = () => {}

  constructor(make: Factory, options: Partial<CaptureModelOptions> = {}) {
    this.model = make({ serial: 'T-0001', clock: this.clock, random: this.random.fork('model'), ...options })
  }

  get trusted(): TrustedDevice {
    return { serial: this.model.serial, kind: this.model.kind, publicKey: this.model.publicKey }
  }

  readonly ended = (fault: Fault): void => {
    this.faults.push(fault)
    this.#fault()
  }

  fault(): Promise<void> {
    if (this.faults.length > 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#fault = resolve
    })
  }

  async plug(): Promise<string> {
    await this.bus.plug(this.model)
    const info = (await this.usb.list()).find((candidate) => captureKindOf(candidate) === this.model.kind)
    if (!info) throw new Error('the bus does not list the model as its kind')
    return info.key
  }

  /** Plugs it in unless that has been done, and opens it; time runs as needed. */
  async open(trust: readonly TrustedDevice[] = [this.trusted], limits: Partial<StreamRules> = {}): Promise<CaptureDevice> {
    const listed = (await this.usb.list())[0]
    const key = listed?.key ?? (await this.plug())
    const { usb, clock, random } = this
    return clock.runUntil(
      openCaptureDevice({ usb, clock, random: random.fork('host'), log: silentLog, trust, limits, station: 'test' }, key),
    )
  }
}
