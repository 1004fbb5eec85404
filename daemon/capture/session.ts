// One running capture on one device: frames to looks, looks to the auto-capture machine, its effects back. Knows no case and no store.

import type { CaptureDevice, CaptureStream } from '../../drivers/driver.js'
import type { Clock, Timer } from '../../protocol/clock.js'
import { deferred } from '../../protocol/deferred.js'
import { Fault, isFault, toFault } from '../../protocol/fault.js'
import type { FrameHeader } from '../../protocol/hardware/frames.js'
import type { CaptureStatus, FingerBox, PreviewPicture } from '../state.js'
import type { FrameAnalyst } from './analyst.js'
import { type AutoCaptureInput, type AutoCapturePlan, type AutoCaptureState, beginAutoCapture, stepAutoCapture } from './auto-capture.js'
import type { FrameRing, RingFrame } from './frame-ring.js'
import { type Look, type LookTask, mostHelpful } from './look.js'

/** A frame taken out of the ring: the capture itself, not a preview. */
export interface TakenFrame {
  readonly header: FrameHeader
  readonly bytes: Uint8Array
  readonly measure: number
  readonly boxes: readonly FingerBox[]
  /** Its preview; empty when nobody watched. */
  readonly picture: Uint8Array
}

export interface TakenCapture {
  /** One a sensor, in sensor order. */
  readonly frames: readonly TakenFrame[]
  readonly weak: boolean
  readonly measure: number
}

export interface CaptureSession {
  /** Settles when taken; rejects with the device's fault, `capture.nothing_seen` after the time-out, or an AbortError after cancel(). */
  readonly taken: Promise<TakenCapture>
  /** Takes the best there is. @throws Fault `capture.nothing_seen` */
  takeNow(): void
  /** The device went away, whatever its driver has noticed so far. */
  lost(fault: Fault): void
  cancel(): void
}

export type LiveStatus = Pick<
  CaptureStatus,
  'modality' | 'advice' | 'measure' | 'stableFrames' | 'neededFrames' | 'boxes' | 'guides' | 'backdrop'
>

export interface CaptureSessionDeps {
  readonly device: CaptureDevice
  readonly ring: FrameRing
  readonly analyst: FrameAnalyst
  readonly clock: Clock
  readonly plan: AutoCapturePlan & { readonly sensors?: readonly number[] }
  readonly watched: () => boolean
  readonly status: (status: LiveStatus) => void
  readonly show: (picture: PreviewPicture) => void
  /** Told once at the end: frames that never became a look. */
  readonly counted: (counters: { readonly dropped: number; readonly corrupt: number }) => void
}

/** One sensor's way to its picture. */
interface Eye {
  machine: AutoCaptureState
  best: TakenFrame | undefined
  look: Look | undefined
  /** A frame of this sensor is in the worker. */
  busy: boolean
  /** The newest of those that came meanwhile; older ones were passed over. */
  next: Arrived | undefined
}

interface Arrived {
  readonly frame: RingFrame
  readonly atMs: number
}

const tickMs = 200
/** So many frames in a row that came whole and yet make no picture: the device, not the cable. */
const mostUnreadable = 8

/** @param indicator what the device lights up for the person: bits as its driver names them */
export function startCaptureSession(deps: CaptureSessionDeps, task: LookTask, indicator: number): CaptureSession {
  return new Session(deps, task, indicator)
}

class Session implements CaptureSession {
  readonly taken: Promise<TakenCapture>
  readonly #deps: CaptureSessionDeps
  readonly #task: LookTask
  readonly #eyes = new Map<number, Eye>()
  readonly #ending = deferred<TakenCapture>()
  readonly #starting = deferred<CaptureStream | undefined>()
  #over = false
  #timer: Timer | undefined
  #passedOver = 0
  #unreadable = 0
  #unreadableInARow = 0

  constructor(deps: CaptureSessionDeps, task: LookTask, indicator: number) {
    this.#deps = deps
    this.#task = task
    this.taken = this.#ending.promise
    const { sensors } = deps.plan
    for (const { sensor } of deps.device.info.sensors) {
      if (sensors && !sensors.includes(sensor)) continue
      const machine = beginAutoCapture(deps.clock.monotonicMs())
      this.#eyes.set(sensor, { machine, best: undefined, look: undefined, busy: false, next: undefined })
    }
    this.#begin(indicator).catch((error: unknown) => {
      this.#starting.resolve(undefined)
      this.lost(error)
    })
  }

  takeNow(): void {
    const all = [...this.#eyes.values()]
    if (all.some(({ best }) => !best)) throw new Fault('capture.nothing_seen', { modality: this.#task.target })
    for (const eye of all) this.#apply(eye, { is: 'take_now' })
    this.#settleIfTaken()
  }

  lost(error: unknown): void {
    this.#finish(() => this.#ending.reject(error))
  }

  cancel(): void {
    this.lost(new DOMException('capture cancelled', 'AbortError'))
  }

  async #begin(indicator: number): Promise<void> {
    const { device, ring } = this.#deps
    const sink = ring.sink((frame) => this.#onFrame(frame))
    this.#starting.resolve(await device.start(sink, { indicator }, (error) => this.lost(error)))
    this.#tick()
  }

  /** Settles when the device has stopped, also one that was still starting: whoever comes next finds it free. */
  #finish(settle: () => void): void {
    if (this.#over) return
    this.#over = true
    this.#timer?.cancel()
    for (const eye of this.#eyes.values()) eye.next?.frame.release()
    const stop = async () => {
      const stream = await this.#starting.promise
      if (!stream) return
      const { dropped, corrupt } = lostFrames(stream)
      this.#deps.counted({ dropped: dropped + this.#passedOver, corrupt: corrupt + this.#unreadable })
      await stream.stop()
    }
    void stop().finally(settle)
  }

  #settleIfTaken(): void {
    const all = [...this.#eyes.values()]
    if (all.some(({ machine }) => machine.at === 'watching')) return
    // One eye that nobody finds does not take the other one with it.
    const nobody = all.every(({ machine }) => machine.at === 'given_up') || all.some(({ best }) => !best)
    if (nobody) {
      this.lost(new Fault('capture.nothing_seen', { modality: this.#task.target }))
      return
    }
    const frames = all.flatMap(({ best }) => (best ? [best] : []))
    const weak = all.some(({ machine }) => machine.at !== 'taken' || machine.weak)
    const measure = Math.min(...frames.map((frame) => frame.measure))
    this.#finish(() => this.#ending.resolve({ frames, weak, measure }))
  }

  #apply(eye: Eye, input: AutoCaptureInput, frame?: RingFrame, picture: Uint8Array = new Uint8Array()): void {
    const { plan, clock } = this.#deps
    const { state, effects } = stepAutoCapture(eye.machine, input, plan, clock.monotonicMs())
    eye.machine = state
    const kept = effects.some((effect) => effect.do === 'keep')
    if (!kept || !frame || input.is !== 'look') return
    const { measure, boxes } = input.look
    // One copy a sensor, written over by better frames: millions of bytes a second would wait for the collector otherwise.
    const bytes = eye.best?.bytes.length === frame.bytes.length ? eye.best.bytes : new Uint8Array(frame.bytes.length)
    bytes.set(frame.bytes)
    eye.best = { header: frame.header, bytes, measure, boxes, picture }
  }

  #report(): void {
    const { plan } = this.#deps
    const { target } = this.#task
    const all = [...this.#eyes.values()]
    const backdrop = all[0]?.look?.backdrop
    this.#deps.status({
      modality: target === 'one_finger' ? undefined : target,
      advice: mostHelpful(all.map(({ look }) => look?.advice ?? '')),
      measure: Math.min(...all.map(({ look }) => look?.measure ?? 0)),
      stableFrames: Math.min(...all.map(({ machine }) => (machine.at === 'watching' ? machine.steady : plan.neededFrames))),
      neededFrames: plan.neededFrames,
      boxes: all[0]?.look?.boxes ?? [],
      guides: [...this.#eyes].flatMap(([sensor, { look }]) => (look?.guides ?? []).map((guide) => ({ ...guide, sensor }))),
      ...(backdrop && { backdrop }),
    })
  }

  #onFrame(frame: RingFrame): void {
    const eye = this.#eyes.get(frame.header.sensor)
    if (!eye || this.#over) {
      frame.release()
      return
    }
    const arrived = { frame, atMs: this.#deps.clock.nowMs() }
    if (!eye.busy) {
      void this.#analyse(eye, arrived)
      return
    }
    if (eye.next) this.#passedOver++
    eye.next?.frame.release()
    eye.next = arrived
  }

  async #analyse(eye: Eye, { frame, atMs }: Arrived): Promise<void> {
    const { device, analyst, watched } = this.#deps
    eye.busy = true
    let shown: Uint8Array = new Uint8Array()
    const show = (picture: Uint8Array) => {
      shown = picture
      if (!this.#over) this.#deps.show(toPicture(device, frame.header, picture, atMs))
    }
    try {
      const look = await analyst.analyse(frame, this.#task, watched() ? show : undefined)
      if (this.#over) return
      this.#unreadableInARow = 0
      eye.look = look
      this.#apply(eye, { is: 'look', look }, frame, shown)
      this.#report()
      this.#settleIfTaken()
    } catch (error) {
      // One picture that cannot be read is passed over like a damaged frame; the next one comes in a moment.
      this.#unreadable++
      if (++this.#unreadableInARow >= mostUnreadable) this.lost(unreadableFault(device, error))
    } finally {
      eye.busy = false
      frame.release()
      const { next } = eye
      eye.next = undefined
      if (next && !this.#over) void this.#analyse(eye, next)
    }
  }

  #tick(): void {
    if (this.#over) return
    for (const eye of this.#eyes.values()) this.#apply(eye, { is: 'tick' })
    this.#settleIfTaken()
    if (!this.#over) this.#timer = this.#deps.clock.after(tickMs, () => this.#tick())
  }
}

function unreadableFault({ kind, serial }: CaptureDevice, error: unknown): Fault {
  const facts = { device: kind, serial, count: mostUnreadable }
  return isFault(error, 'image.corrupt') ? new Fault('device.frames_corrupt', facts, { cause: error }) : toFault(error)
}

function toPicture(device: CaptureDevice, header: FrameHeader, picture: Uint8Array, capturedAtMs: number): PreviewPicture {
  return {
    deviceKind: device.kind,
    sensor: header.sensor,
    sequence: header.sequence,
    widthPx: header.widthPx,
    heightPx: header.heightPx,
    picture,
    capturedAtMs,
    ink: '',
  }
}

function lostFrames(stream: CaptureStream): { readonly dropped: number; readonly corrupt: number } {
  const { dropped, corrupt, short, repeated, outOfOrder } = stream.counters()
  return { dropped, corrupt: corrupt + short + repeated + outOfOrder }
}
