// The host controller of a simulated bus: transfers of each endpoint run one after the other against a device model. Knows no wire format and no driver.

import { type Clock, sleep } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import type { ModelIn, SetupPacket, UsbDeviceModel } from '../model/usb-device-model.js'
import { answerStandard, haltCleared, isStandard } from './usb-standard.js'

export type HostRequest =
  | { readonly kind: 'control'; readonly setup: SetupPacket; readonly data: Uint8Array }
  | { readonly kind: 'in'; readonly endpoint: number; readonly length: number }
  | { readonly kind: 'out'; readonly endpoint: number; readonly data: Uint8Array }

/** `overflow`: the device sent more than was asked for. `error`: the model threw. */
export type HostResult =
  | { readonly status: 'ok'; readonly data: Uint8Array; readonly actualBytes: number }
  | { readonly status: 'stall' | 'cancelled' | 'unplugged' | 'overflow' }
  | { readonly status: 'error'; readonly cause: unknown }

export interface HostTransfer {
  /** Ends it as `cancelled`, unless the device has already moved the data: then it ends as `ok`. */
  cancel(): void
}

/** Time that `bytes` take on the bus; undefined when too short to wait for. */
export type Wire = (bytes: number) => Promise<void> | undefined

interface Job {
  readonly request: HostRequest
  readonly done: (result: HostResult) => void
  readonly wire: Wire | undefined
  readonly abort: AbortController
  phase: 'queued' | 'leaving' | 'asking' | 'moving' | 'finished'
}

const noBytes = new Uint8Array(0)
const queueLimit = 256
/** Turns of the microtask queue that a model gets to hand over what it had already taken out of its own queue when it was cancelled. */
const graceTurns = 10
/** Token, handshake and gaps of one transfer, so that an endless run of empty ones takes time too. */
const overheadBytes = 64

/** What high-speed USB carries in practice. */
export const highSpeedBytesPerSecond = 40_000_000

/** A bus of `bytesPerSecond`, shared by all who call it. */
export function wireOf(clock: Clock, bytesPerSecond: number): Wire {
  let freeAtMs = 0
  return (bytes) => {
    const nowMs = clock.monotonicMs()
    freeAtMs = Math.max(freeAtMs, nowMs) + ((bytes + overheadBytes) / bytesPerSecond) * 1000
    return freeAtMs - nowMs < 1 ? undefined : sleep(clock, freeAtMs - nowMs)
  }
}

export class ModelHost {
  readonly model: UsbDeviceModel
  readonly #queues = new Map<number, Job[]>()
  readonly #halted = new Set<number>()
  #used = false
  #gone = false

  constructor(model: UsbDeviceModel) {
    this.model = model
  }

  /** `done` is called exactly once, never before submit() returns. */
  submit(request: HostRequest, done: (result: HostResult) => void, wire?: Wire): HostTransfer {
    const job: Job = { request, done, wire, abort: new AbortController(), phase: 'queued' }
    const endpoint = request.kind === 'control' ? 0 : request.endpoint
    const queue = this.#queues.get(endpoint) ?? []
    this.#queues.set(endpoint, queue)
    queue.push(job)
    if (this.#gone || queue.length > queueLimit) {
      const result: HostResult = this.#gone
        ? { status: 'unplugged' }
        : { status: 'error', cause: new Fault('internal.limit', { field: 'transfers', limit: queueLimit }) }
      queueMicrotask(() => this.#finish(queue, job, result))
    } else {
      this.#next(queue)
    }
    return { cancel: () => this.#cancel(queue, job) }
  }

  clearHalt(endpoint: number): void {
    this.#halted.delete(endpoint)
  }

  /** The last handle on the device was closed. Looking at its descriptors alone leaves the model as it was. */
  release(): void {
    this.#end('cancelled')
    this.#halted.clear()
    if (this.#used) {
      if (this.model.released) this.model.released()
      else this.model.reset()
    }
    this.#used = false
  }

  /** Port reset (USB 2.0 §7.1.7.5). */
  busReset(): void {
    this.#end('cancelled')
    this.#halted.clear()
    this.model.reset()
    this.#used = false
  }

  /** Every transfer ends as `unplugged`, as do all to come. */
  unplug(): void {
    this.#gone = true
    this.#end('unplugged')
    if (this.model.unplugged) this.model.unplugged()
    else this.model.reset()
  }

  #end(status: 'cancelled' | 'unplugged'): void {
    for (const queue of this.#queues.values()) {
      for (const job of queue.splice(0)) {
        job.abort.abort()
        this.#finish(queue, job, { status })
      }
    }
  }

  #next(queue: Job[]): void {
    const job = queue[0]
    if (job?.phase !== 'queued') return
    job.phase = 'asking'
    void this.#ask(job).then(async (result) => {
      if (job.phase === 'finished') return
      job.phase = 'moving'
      await (result.status === 'ok' ? job.wire?.(result.actualBytes) : undefined)
      this.#finish(queue, job, result)
    })
  }

  #finish(queue: Job[], job: Job, result: HostResult): void {
    if (job.phase === 'finished') return
    job.phase = 'finished'
    const at = queue.indexOf(job)
    if (at >= 0) queue.splice(at, 1)
    job.done(result)
    this.#next(queue)
  }

  #cancel(queue: Job[], job: Job): void {
    if (job.phase === 'queued') {
      job.phase = 'leaving'
      queueMicrotask(() => this.#finish(queue, job, { status: 'cancelled' }))
    } else if (job.phase === 'asking') {
      job.abort.abort()
      void this.#forget(queue, job)
    }
  }

  async #forget(queue: Job[], job: Job): Promise<void> {
    for (let turn = 0; turn < graceTurns && job.phase === 'asking'; turn++) await undefined
    if (job.phase === 'asking') this.#finish(queue, job, { status: 'cancelled' })
  }

  async #ask(job: Job): Promise<HostResult> {
    const { request, abort } = job
    try {
      if (request.kind === 'control') return await this.#control(request.setup, request.data)
      this.#used = true
      if (this.#halted.has(request.endpoint)) return { status: 'stall' }
      const result =
        request.kind === 'in'
          ? received(await this.model.in(request.endpoint, request.length, abort.signal), request.length)
          : sent(await this.model.out(request.endpoint, request.data, abort.signal))
      // USB 2.0 §5.8.5: a stalled bulk or interrupt endpoint stays halted until the host clears it.
      if (result.status === 'stall') this.#halted.add(request.endpoint)
      return result
    } catch (cause) {
      return abort.signal.aborted ? { status: 'cancelled' } : { status: 'error', cause }
    }
  }

  async #control(setup: SetupPacket, data: Uint8Array): Promise<HostResult> {
    const standard = isStandard(setup)
    const cleared = haltCleared(setup)
    if (cleared !== undefined) this.clearHalt(cleared)
    if (!standard) this.#used = true
    const answer = standard ? answerStandard(this.model.descriptors, setup) : await this.model.control(setup, data)
    if (answer === 'stall') return { status: 'stall' }
    if (!(setup.bmRequestType & 0x80)) return { status: 'ok', data: noBytes, actualBytes: data.length }
    const stage = answer.subarray(0, setup.wLength)
    return { status: 'ok', data: stage, actualBytes: stage.length }
  }
}

function received(answer: ModelIn, length: number): HostResult {
  if (answer === 'stall') return { status: 'stall' }
  return answer.length > length ? { status: 'overflow' } : { status: 'ok', data: answer, actualBytes: answer.length }
}

const sent = (answer: number | 'stall'): HostResult =>
  answer === 'stall' ? { status: 'stall' } : { status: 'ok', data: noBytes, actualBytes: answer }
