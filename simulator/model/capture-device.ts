// A simulated capture device of docs/devices.md: answers, exposures paced by the clock, a fault script. Knows no bus, no person, no driver.

import type { Clock, Timer } from '../../protocol/clock.js'
import {
  type CaptureKind,
  captureInterface,
  captureRequests,
  challengeLayout,
  deviceErrors,
  frameLayout,
  indicatorBits,
  infoLayout,
  proofLayout,
  proofStates,
  startLayout,
  statusLayout,
  statusStates,
} from '../../protocol/hardware/capture-device.js'
import type { Random } from '../../protocol/random.js'
import { BulkFifo } from './bulk-fifo.js'
import {
  captureDescriptors,
  createDeviceKey,
  type DeviceKey,
  type DeviceVerdict,
  type FirmwareVersion,
  infoBytes,
  keyIdOf,
  type SensorPlan,
  sealFrame,
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
export interface CaptureDeviceModel extends UsbDeviceModel {
  readonly kind: CaptureKind
  readonly serial: string
  /** For the host's trust list: SubjectPublicKeyInfo, base64. */
  readonly publicKey: string
  readonly indicator: number
  /** Called with the new mask whenever the device asks for something else. Returns the unsubscriber. */
  onIndicator(listener: (mask: number) => void): () => void
  /** The next `count` frames lose a bit on the way, one in four in the header. */
  corruptNext(count: number): void
  /** The next `count` frames end half way. */
  shortNext(count: number): void
  /** The next `count` frames are the one before, once more. */
  repeatNext(count: number): void
  /** The sensor delivers the same image for ever; time and sequence go on. Until reset. */
  freeze(): void
  /** No more frames, commands are still answered. Until reset. */
  silence(): void
  /** The bulk endpoint halts once; the device falls back to idle. */
  stall(): void
  /** The firmware hangs: no answers, no frames. Until reset. */
  wedge(): void
  /** What the device says of whoever is presented from now on; undefined: it cannot tell. */
  judge(verdict: DeviceVerdict | undefined): void
  /** Whatever of the above is still to come will not. */
  heal(): void
}

/** Time the device's secure element takes for one signature. */
const signingMs = 120
const unity = 128

interface Run {
  readonly session: number
  readonly mask: number
  readonly periodMs: number
  readonly startedMs: number
  exposure: number
  timer: Timer
}

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
  readonly #bootedMs: number
  readonly #listeners = new Set<(mask: number) => void>()
  /** At most one exposure of each sensor. */
  readonly #fifo = new BulkFifo()
  readonly #last: (Uint8Array | undefined)[]
  #run: Run | undefined
  #indicator = 0
  #gain = unity
  #light = unity
  #challenge: { readonly bytes: Uint8Array; readonly readyMs: number } | undefined
  #lastError: number = deviceErrors.none
  #framesSent = 0
  #framesLost = 0
  #lostSinceLast = false
  #script = { corrupt: 0, short: 0, repeat: 0 }
  #verdict: DeviceVerdict | undefined
  #fault: 'none' | 'frozen' | 'silent' | 'wedged' = 'none'

  constructor(options: CaptureModelOptions, plan: CapturePlan) {
    this.#options = options
    this.#plan = plan
    this.#key = options.key ?? createDeviceKey()
    this.#firmware = options.firmware ?? [1, 0, 0]
    this.#fps = options.fps ?? plan.fps
    this.#bootedMs = options.clock.monotonicMs()
    this.#last = plan.sensors.map(() => undefined)
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

  corruptNext(count: number): void {
    this.#script.corrupt += count
  }
  shortNext(count: number): void {
    this.#script.short += count
  }
  repeatNext(count: number): void {
    this.#script.repeat += count
  }
  freeze(): void {
    this.#fault = 'frozen'
  }
  silence(): void {
    this.#fault = 'silent'
  }
  wedge(): void {
    this.#fault = 'wedged'
    this.#fifo.hang()
  }
  judge(verdict: DeviceVerdict | undefined): void {
    this.#verdict = verdict
  }
  heal(): void {
    this.#verdict = undefined
    this.#script = { corrupt: 0, short: 0, repeat: 0 }
    this.#fault = 'none'
    this.#fifo.recover()
  }
  stall(): void {
    this.#stop()
    this.#fifo.halt()
  }

  reset(): void {
    this.#stop()
    this.#gain = unity
    this.#light = unity
    this.#challenge = undefined
    this.#lastError = deviceErrors.none
    this.#fault = 'none'
    this.#fifo.reset()
  }

  control(setup: SetupPacket, data: Uint8Array): Promise<ModelIn> | ModelIn {
    if (this.#fault === 'wedged') return new Promise(() => {})
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
    return this.#fifo.read(length, signal)
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

  #status(): Uint8Array {
    const view = new DataView(new ArrayBuffer(statusLayout.size))
    view.setUint8(statusLayout.state, this.#run ? statusStates.streaming : statusStates.idle)
    view.setUint8(statusLayout.lastError, this.#lastError)
    view.setInt16(statusLayout.temperatureDeciC, this.#run ? 381 : 334, true)
    view.setUint32(statusLayout.uptimeMs, (this.#options.clock.monotonicMs() - this.#bootedMs) >>> 0, true)
    view.setUint32(statusLayout.framesSent, this.#framesSent, true)
    view.setUint32(statusLayout.framesLost, this.#framesLost, true)
    this.#lastError = deviceErrors.none
    return new Uint8Array(view.buffer)
  }

  #start(data: Uint8Array): ModelIn {
    if (data.length !== startLayout.size) return this.#refuse(deviceErrors.badLength)
    if (this.#run) return this.#refuse(deviceErrors.badState)
    const mask = data[startLayout.sensorMask]!
    if (mask === 0 || mask >> this.#plan.sensors.length !== 0) return this.#refuse(deviceErrors.badValue)
    const asked = data[startLayout.maxFps]!
    const periodMs = 1000 / (asked === 0 ? this.#fps : Math.min(asked, this.#fps))
    const session = new DataView(data.buffer, data.byteOffset).getUint16(startLayout.session, true)
    this.#lostSinceLast = false
    this.#run = {
      session,
      mask,
      periodMs,
      startedMs: this.#options.clock.monotonicMs(),
      exposure: 0,
      timer: this.#options.clock.after(periodMs, () => this.#tick()),
    }
    return new Uint8Array(0)
  }

  #stop(): void {
    this.#run?.timer.cancel()
    this.#run = undefined
    this.#fifo.flush()
    this.#setIndicator(0)
    this.#last.fill(undefined)
  }

  #tick(): void {
    const run = this.#run
    if (!run) return
    const { clock } = this.#options
    const index = run.exposure
    run.exposure++
    // The cadence is the crystal's: a late exposure does not shift the ones after it.
    run.timer = clock.after(run.startedMs + (run.exposure + 1) * run.periodMs - clock.monotonicMs(), () => this.#tick())
    if (this.#fault === 'wedged' || this.#fault === 'silent') return
    if (!this.#fifo.empty) {
      this.#framesLost++
      this.#lostSinceLast = true
      return
    }
    // A rejected image source is a mistake in the scenario and ends the process, unhandled.
    void this.#expose(run, index)
  }

  async #expose(run: Run, index: number): Promise<void> {
    const release = this.#options.clock.hold?.()
    try {
      const deviceTimeUs = (this.#options.clock.monotonicMs() - this.#bootedMs) * 1000
      for (let sensor = 0; sensor < this.#plan.sensors.length; sensor++) {
        if ((run.mask & (1 << sensor)) === 0) continue
        const frame = await this.#frame(run, sensor, index, deviceTimeUs)
        if (this.#run !== run) return
        this.#fifo.push(frame)
      }
    } finally {
      release?.()
    }
  }

  async #frame(run: Run, sensor: number, index: number, deviceTimeUs: number): Promise<Uint8Array> {
    const last = this.#last[sensor]
    if (last && this.#script.repeat > 0) {
      this.#script.repeat--
      return last
    }
    const exposure = { sensor, indicatorMask: this.#indicator, frameIndex: index, gain: this.#gain, light: this.#light }
    const frame = last && this.#fault === 'frozen' ? last.slice() : await this.#plan.render(exposure)
    sealFrame(frame, this.#plan.sensors[sensor]!, {
      sensor,
      session: run.session,
      sequence: index,
      deviceTimeUs,
      exposuresLost: this.#lostSinceLast,
      ...(this.#verdict && { attack: this.#verdict }),
    })
    this.#lostSinceLast = false
    this.#last[sensor] = frame
    this.#framesSent++
    return this.#onTheCable(frame)
  }

  #onTheCable(frame: Uint8Array): Uint8Array {
    if (this.#script.short > 0) {
      this.#script.short--
      return frame.subarray(0, frame.length >> 1)
    }
    if (this.#script.corrupt === 0) return frame
    this.#script.corrupt--
    const { random } = this.#options
    const [from, to] = random.next() < 0.25 ? [0, frameLayout.size] : [frameLayout.size, frame.length]
    const damaged = frame.slice()
    const at = from + Math.floor(random.next() * (to - from))
    damaged[at] = damaged[at]! ^ (1 << Math.floor(random.next() * 8))
    return damaged
  }
}
