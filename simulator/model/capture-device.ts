// A simulated capture device of docs/devices.md: answers, and exposures paced by the clock. Knows no bus, no person, no driver.

import type { Clock } from '../../protocol/clock.js'
import {
  type CaptureKind,
  captureInterface,
  captureRequests,
  challengeLayout,
  conditionBits,
  deviceErrors,
  indicatorBits,
  infoLayout,
  proofLayout,
  proofStates,
  startLayout,
  statusLayout,
  statusStates,
} from '../../protocol/hardware/capture-device.js'
import type { Random } from '../../protocol/random.js'
import type { Cut } from './bulk-fifo.js'
import { CaptureExposures } from './capture-exposures.js'
import { type CaptureFaults, Troubles } from './capture-faults.js'
import {
  captureDescriptors,
  createDeviceKey,
  type DeviceKey,
  type DeviceVerdict,
  type FirmwareVersion,
  infoBytes,
  keyIdOf,
  type SensorPlan,
  signProof,
} from './capture-wire.js'
import type { ModelIn, ModelOut, SetupPacket, UsbDeviceModel } from './usb-device-model.js'

export { createDeviceKey, type DeviceKey, type DeviceVerdict } from './capture-wire.js'

/** A virtual clock stands still while an image is being made; a real one cannot. */
export interface SimulatedClock extends Clock {
  hold?(): () => void
}

export interface CaptureModelOptions {
  readonly serial: string
  readonly clock: SimulatedClock
  readonly random: Random
  /** Default: a new one, see `publicKey` of the model. */
  readonly key?: DeviceKey
  readonly firmware?: FirmwareVersion
  readonly fps?: number
  /** From power-on until it can start. Default 0. */
  readonly warmUpMs?: number
}

/** Scene of one sensor at one exposure. */
export interface Exposure {
  readonly sensor: number
  readonly indicatorMask: number
  /** Counts from START. */
  readonly frameIndex: number
  /** 0..255, 128 is unity. */
  readonly gain: number
  /** 0..255, 128 is unity, 0 is dark. */
  readonly light: number
  /** What the lamp still gives, 1 as new. */
  readonly lamp?: number
}

export interface CapturePlan {
  readonly kind: CaptureKind
  readonly product: string
  readonly productId: number
  readonly sensors: readonly SensorPlan[]
  readonly fps: number
  /** Makes a frame with room for the header (64 bytes) before the payload. No two live frames are equal: sensors have noise. */
  render(exposure: Exposure): Promise<Uint8Array> | Uint8Array
}

/** What a scenario can do to the device and see of it. */
export interface CaptureDeviceModel extends UsbDeviceModel, CaptureFaults {
  readonly kind: CaptureKind
  readonly serial: string
  /** For the host's trust list: SubjectPublicKeyInfo, base64. */
  readonly publicKey: string
  readonly indicator: number
  /** Called with the new mask whenever the device asks for something else. Returns the unsubscriber. */
  onIndicator(listener: (mask: number) => void): () => void
  /** Called before each exposure that somebody is asked to sit for: not for those of a device that looks at itself. Returns the unsubscriber. */
  onExposure(listener: () => void): () => void
  /** What the device says of whoever is presented from now on; undefined: it cannot tell. */
  judge(verdict: DeviceVerdict | undefined): void
}

/** Time the device's secure element takes for one signature. */
const signingMs = 120
const unity = 128

export function captureDeviceModel(options: CaptureModelOptions, plan: CapturePlan): CaptureDeviceModel {
  return new Model(options, plan)
}

class Model implements CaptureDeviceModel {
  readonly descriptors
  readonly kind: CaptureKind
  readonly serial: string
  readonly #options: CaptureModelOptions
  readonly #plan: CapturePlan
  readonly #key: DeviceKey
  readonly #firmware: FirmwareVersion
  readonly #fps: number
  readonly #troubles: Troubles
  readonly #listeners = new Set<(mask: number) => void>()
  readonly #exposures: CaptureExposures
  /** Undefined while the cable is out. */
  #bootedMs: number | undefined
  #indicator = 0
  #gain = unity
  #light = unity
  #challenge: { readonly bytes: Uint8Array; readonly readyMs: number } | undefined
  #lastError: number = deviceErrors.none
  #failed = false
  #verdict: DeviceVerdict | undefined

  constructor(options: CaptureModelOptions, plan: CapturePlan) {
    this.#options = options
    this.#plan = plan
    this.#key = options.key ?? createDeviceKey()
    this.#firmware = options.firmware ?? [1, 0, 0]
    this.#fps = options.fps ?? plan.fps
    this.#troubles = new Troubles(options.clock, options.random)
    this.#bootedMs = options.clock.monotonicMs()
    this.#exposures = new CaptureExposures({
      clock: options.clock,
      plan,
      troubles: this.#troubles,
      uptimeMs: () => this.#uptimeMs(),
      settings: () => ({ indicatorMask: this.#indicator, gain: this.#gain, light: this.#light }),
      verdict: () => this.#verdict,
    })
    this.kind = plan.kind
    this.serial = options.serial
    this.descriptors = captureDescriptors(plan.productId, plan.product, options.serial)
  }

  get publicKey(): string {
    return this.#key.publicKey
  }

  get indicator(): number {
    return this.#indicator
  }

  onIndicator(listener: (mask: number) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  onExposure(listener: () => void): () => void {
    return this.#exposures.onExposure(listener)
  }

  corruptNext(count: number): void {
    this.#troubles.plan('corrupt', count)
  }
  shortNext(count: number): void {
    this.#troubles.plan('short', count)
  }
  repeatNext(count: number): void {
    this.#troubles.plan('repeat', count)
  }
  wrongSizeNext(count: number): void {
    this.#troubles.plan('wrongSize', count)
  }
  cutNext(cut: Cut): void {
    this.#troubles.cutNext(cut)
  }
  jumpClock(byMs: number): void {
    this.#troubles.jumpClock(byMs)
  }
  slowUsb(bytesPerSecond: number | undefined): void {
    this.#exposures.fifo.throttle(bytesPerSecond)
  }
  freeze(): void {
    this.#troubles.state = 'frozen'
  }
  silence(): void {
    this.#troubles.state = 'silent'
  }
  stall(): void {
    this.#stop()
    this.#exposures.fifo.halt()
  }
  wedge(): void {
    this.#troubles.state = 'wedged'
    this.#exposures.fifo.hang()
  }
  smear(): void {
    const { widthPx, heightPx } = this.#plan.sensors[0]!
    this.#troubles.smear(widthPx, heightPx)
  }
  clean(): void {
    this.#troubles.clean()
  }
  dimLamp(share: number): void {
    this.#troubles.setLamp(share, 0)
  }
  driftLamp(perMinute: number): void {
    this.#troubles.setLamp(this.#troubles.lamp, perMinute)
  }
  overheat(): void {
    this.#troubles.hot = true
    const streaming = this.#exposures.running
    this.#stop()
    this.#failed = streaming
    this.#lastError = deviceErrors.overheated
  }
  cool(): void {
    this.#troubles.hot = false
    this.#failed = false
  }
  judge(verdict: DeviceVerdict | undefined): void {
    this.#verdict = verdict
  }
  heal(): void {
    this.#verdict = undefined
    this.#failed = false
    this.#troubles.heal()
    this.#exposures.fifo.throttle(undefined)
    this.#exposures.fifo.recover()
  }

  reset(): void {
    this.#stop()
    this.#gain = unity
    this.#light = unity
    this.#challenge = undefined
    this.#lastError = deviceErrors.none
    this.#failed = false
    this.#troubles.state = 'none'
    this.#exposures.fifo.reset()
  }

  released(): void {
    if (this.#troubles.state !== 'wedged') this.reset()
  }

  unplugged(): void {
    this.reset()
    this.#bootedMs = undefined
  }

  control(setup: SetupPacket, data: Uint8Array): Promise<ModelIn> | ModelIn {
    if (this.#troubles.state === 'wedged') return new Promise(() => {})
    if ((setup.wIndex & 0xff) !== captureInterface.number) return this.#refuse(deviceErrors.badRequest)
    if (setup.bmRequestType === 0xc1) return this.#answer(setup)
    if (setup.bmRequestType === 0x41) return this.#obey(setup, data)
    return this.#refuse(deviceErrors.badRequest)
  }

  out(): ModelOut {
    return 'stall'
  }

  in(endpoint: number, length: number, signal: AbortSignal): Promise<ModelIn> | ModelIn {
    if (endpoint !== captureInterface.bulkIn) return 'stall'
    return this.#exposures.fifo.read(length, signal)
  }

  #refuse(error: number): 'stall' {
    this.#lastError = error
    return 'stall'
  }

  #answer(setup: SetupPacket): ModelIn {
    switch (setup.bRequest) {
      case captureRequests.getInfo:
        return infoBytes(this.kind, this.#plan.sensors, this.#fps, this.#firmware).subarray(0, Math.min(setup.wLength, infoLayout.maxBytes))
      case captureRequests.getKeyId:
        return keyIdOf(this.#key).subarray(0, setup.wLength)
      case captureRequests.readProof:
        return this.#proof().subarray(0, setup.wLength)
      case captureRequests.getStatus:
        return this.#status().subarray(0, setup.wLength)
      default:
        return this.#refuse(deviceErrors.badRequest)
    }
  }

  #obey(setup: SetupPacket, data: Uint8Array): ModelIn {
    const done = new Uint8Array(0)
    switch (setup.bRequest) {
      case captureRequests.start:
        return this.#start(data)
      case captureRequests.stop:
        this.#stop()
        return done
      case captureRequests.setGain:
      case captureRequests.setLight:
        if (setup.wValue > 255) return this.#refuse(deviceErrors.badValue)
        if (setup.bRequest === captureRequests.setGain) this.#gain = setup.wValue
        else this.#light = setup.wValue
        return done
      case captureRequests.setIndicator: {
        if (data.length !== 4) return this.#refuse(deviceErrors.badLength)
        const mask = new DataView(data.buffer, data.byteOffset).getUint32(0, true)
        if ((mask & ~indicatorBits[this.kind]) !== 0) return this.#refuse(deviceErrors.badValue)
        this.#setIndicator(mask)
        return done
      }
      case captureRequests.challenge:
        if (data.length !== challengeLayout.size) return this.#refuse(deviceErrors.badLength)
        this.#challenge = { bytes: data.slice(), readyMs: this.#options.clock.monotonicMs() + signingMs }
        return done
      default:
        return this.#refuse(deviceErrors.badRequest)
    }
  }

  #setIndicator(mask: number): void {
    if (mask === this.#indicator) return
    this.#indicator = mask
    for (const listener of this.#listeners) listener(mask)
  }

  #proof(): Uint8Array {
    const bytes = new Uint8Array(proofLayout.size)
    if (this.#challenge === undefined) return bytes
    if (this.#options.clock.monotonicMs() < this.#challenge.readyMs) {
      bytes[proofLayout.state] = proofStates.pending
      return bytes
    }
    bytes[proofLayout.state] = proofStates.ready
    bytes.set(signProof(this.#key, this.#challenge.bytes, this.kind, this.#firmware, this.serial), proofLayout.signature)
    this.#challenge = undefined
    return bytes
  }

  /** Time since power-on, as the device believes. */
  #uptimeMs(): number {
    const nowMs = this.#options.clock.monotonicMs()
    this.#bootedMs ??= nowMs
    return Math.max(0, nowMs - this.#bootedMs + this.#troubles.timeOffsetMs)
  }

  #isWarming(): boolean {
    const nowMs = this.#options.clock.monotonicMs()
    this.#bootedMs ??= nowMs
    return nowMs - this.#bootedMs < (this.#options.warmUpMs ?? 0)
  }

  #status(): Uint8Array {
    const view = new DataView(new ArrayBuffer(statusLayout.size))
    const idle = this.#failed ? statusStates.failed : this.#isWarming() ? statusStates.warming : statusStates.idle
    view.setUint8(statusLayout.state, this.#exposures.running ? statusStates.streaming : idle)
    view.setUint8(statusLayout.lastError, this.#lastError)
    view.setInt16(statusLayout.temperatureDeciC, Math.round(this.#troubles.temperatureC(this.#exposures.running) * 10), true)
    view.setUint32(statusLayout.uptimeMs, this.#uptimeMs() >>> 0, true)
    view.setUint32(statusLayout.framesSent, this.#exposures.framesSent, true)
    view.setUint32(statusLayout.framesLost, this.#exposures.framesLost, true)
    view.setUint32(statusLayout.conditions, this.#troubles.hot ? conditionBits.overheated : 0, true)
    this.#lastError = deviceErrors.none
    return new Uint8Array(view.buffer)
  }

  #start(data: Uint8Array): ModelIn {
    if (data.length !== startLayout.size) return this.#refuse(deviceErrors.badLength)
    if (this.#troubles.hot) return this.#refuse(deviceErrors.overheated)
    if (this.#exposures.running || this.#isWarming()) return this.#refuse(deviceErrors.badState)
    const mask = data[startLayout.sensorMask]!
    if (mask === 0 || mask >> this.#plan.sensors.length !== 0) return this.#refuse(deviceErrors.badValue)
    const asked = data[startLayout.maxFps]!
    const periodMs = 1000 / (asked === 0 ? this.#fps : Math.min(asked, this.#fps))
    const session = new DataView(data.buffer, data.byteOffset).getUint16(startLayout.session, true)
    this.#exposures.start({ session, mask, periodMs })
    return new Uint8Array(0)
  }

  #stop(): void {
    this.#exposures.stop()
    this.#failed = false
    this.#setIndicator(0)
  }
}
