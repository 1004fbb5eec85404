// One running capture on one device: frames to looks, looks to the auto-capture machine, its effects back. Knows no case and no store.

import type { CaptureDevice, CaptureStream } from '../../drivers/driver.js'
import type { Clock, Timer } from '../../protocol/clock.js'
import { deferred } from '../../protocol/deferred.js'
import { Fault, isFault, toFault } from '../../protocol/fault.js'
import type { FrameHeader } from '../../protocol/hardware/frames.js'
import type { CaptureStatus, FingerBox, PreviewPicture } from '../state.js'
import type { FrameAnalyst } from './analyst.js'
import { type AutoCapturePlan, type AutoCaptureState, beginAutoCapture, stepAutoCapture } from './auto-capture.js'
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
  const { device, clock, plan } = deps
  const { target: modality } = task
  const eyes = new Map<number, Eye>()
  for (const { sensor } of device.info.sensors) {
    if (plan.sensors && !plan.sensors.includes(sensor)) continue
    eyes.set(sensor, { machine: beginAutoCapture(clock.monotonicMs()), best: undefined, look: undefined, busy: false, next: undefined })
  }
  const ending = deferred<TakenCapture>()
  let over = false
  let timer: Timer | undefined
  let passedOver = 0
  let unreadable = 0
  let unreadableInARow = 0
  const starting = deferred<CaptureStream | undefined>()

  /** Settles when the device has stopped, also one that was still starting: whoever comes next finds it free. */
  const finish = (settle: () => void) => {
    if (over) return
    over = true
    timer?.cancel()
    for (const eye of eyes.values()) eye.next?.frame.release()
    const stop = async () => {
      const stream = await starting.promise
      if (!stream) return
      const { dropped, corrupt } = lostFrames(stream)
      deps.counted({ dropped: dropped + passedOver, corrupt: corrupt + unreadable })
      await stream.stop()
    }
    void stop().finally(settle)
  }
  const fail = (error: unknown) => finish(() => ending.reject(error))

  const settleIfTaken = () => {
    const all = [...eyes.values()]
    if (all.some(({ machine }) => machine.at === 'watching')) return
    // One eye that nobody finds does not take the other one with it.
    const nobody = all.every(({ machine }) => machine.at === 'given_up') || all.some(({ best }) => !best)
    if (nobody) return fail(new Fault('capture.nothing_seen', { modality }))
    const frames = all.flatMap(({ best }) => (best ? [best] : []))
    const weak = all.some(({ machine }) => machine.at !== 'taken' || machine.weak)
    finish(() => ending.resolve({ frames, weak, measure: Math.min(...frames.map(({ measure }) => measure)) }))
  }

  const apply = (eye: Eye, input: Parameters<typeof stepAutoCapture>[1], frame?: RingFrame, picture: Uint8Array = new Uint8Array()) => {
    const { state, effects } = stepAutoCapture(eye.machine, input, plan, clock.monotonicMs())
    eye.machine = state
    const kept = effects.some((effect) => effect.do === 'keep')
    if (kept && frame && input.is === 'look') {
      const { measure, boxes } = input.look
      // One copy a sensor, written over by better frames: millions of bytes a second would wait for the collector otherwise.
      const bytes = eye.best?.bytes.length === frame.bytes.length ? eye.best.bytes : new Uint8Array(frame.bytes.length)
      bytes.set(frame.bytes)
      eye.best = { header: frame.header, bytes, measure, boxes, picture }
    }
  }

  const report = () => {
    const all = [...eyes.values()]
    const backdrop = all[0]?.look?.backdrop
    deps.status({
      modality: modality === 'one_finger' ? undefined : modality,
      advice: mostHelpful(all.map(({ look }) => look?.advice ?? '')),
      measure: Math.min(...all.map(({ look }) => look?.measure ?? 0)),
      stableFrames: Math.min(...all.map(({ machine }) => (machine.at === 'watching' ? machine.steady : plan.neededFrames))),
      neededFrames: plan.neededFrames,
      boxes: all[0]?.look?.boxes ?? [],
      guides: [...eyes].flatMap(([sensor, { look }]) => (look?.guides ?? []).map((guide) => ({ ...guide, sensor }))),
      ...(backdrop && { backdrop }),
    })
  }

  const onFrame = (frame: RingFrame): void => {
    const eye = eyes.get(frame.header.sensor)
    if (!eye || over) {
      frame.release()
      return
    }
    const arrived = { frame, atMs: clock.nowMs() }
    if (!eye.busy) {
      void analyse(eye, arrived)
      return
    }
    if (eye.next) passedOver++
    eye.next?.frame.release()
    eye.next = arrived
  }

  const analyse = async (eye: Eye, { frame, atMs }: Arrived): Promise<void> => {
    eye.busy = true
    let shown: Uint8Array = new Uint8Array()
    const show = (picture: Uint8Array) => {
      shown = picture
      if (!over) deps.show(toPicture(device, frame.header, picture, atMs))
    }
    try {
      const look = await deps.analyst.analyse(frame, task, deps.watched() ? show : undefined)
      if (over) return
      unreadableInARow = 0
      eye.look = look
      apply(eye, { is: 'look', look }, frame, shown)
      report()
      settleIfTaken()
    } catch (error) {
      // One picture that cannot be read is passed over like a damaged frame; the next one comes in a moment.
      unreadable++
      if (++unreadableInARow >= mostUnreadable) fail(unreadableFault(device, error))
    } finally {
      eye.busy = false
      frame.release()
      const { next } = eye
      eye.next = undefined
      if (next && !over) void analyse(eye, next)
    }
  }

  const tick = () => {
    if (over) return
    for (const eye of eyes.values()) apply(eye, { is: 'tick' })
    settleIfTaken()
    if (!over) timer = clock.after(tickMs, tick)
  }

  const begin = async () => {
    const sink = deps.ring.sink(onFrame)
    starting.resolve(await device.start(sink, { indicator }, fail))
    tick()
  }
  begin().catch((error: unknown) => {
    starting.resolve(undefined)
    fail(error)
  })

  return {
    taken: ending.promise,
    takeNow: () => {
      if ([...eyes.values()].some(({ best }) => !best)) throw new Fault('capture.nothing_seen', { modality })
      for (const eye of eyes.values()) apply(eye, { is: 'take_now' })
      settleIfTaken()
    },
    lost: fail,
    cancel: () => fail(new DOMException('capture cancelled', 'AbortError')),
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
