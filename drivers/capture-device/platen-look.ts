// One frame for the station itself, not for a person: room for it, and who is waiting. Knows no device.

import type { Clock } from '../../protocol/clock.js'
import type { Fault } from '../../protocol/fault.js'
import type { FrameSink, FrameSlot } from '../../protocol/hardware/frames.js'

/** The first exposure after START may still see the light come on. */
const settledSequence = 1

/** Keeps one settled frame; every other is let go. */
export class PlatenLook implements FrameSink {
  /** The frame; undefined when it was abandoned, or time is up. */
  readonly over: Promise<Uint8Array | undefined>
  readonly #room: Uint8Array
  readonly #settle: (payload: Uint8Array | undefined) => void
  readonly #fail: (fault: Fault) => void
  #leased = false
  #abandoned = false

  constructor(clock: Clock, timeoutMs: number, payloadBytes: number) {
    this.#room = new Uint8Array(payloadBytes)
    let settle: (payload: Uint8Array | undefined) => void = () => {}
    let fail: (fault: Fault) => void = () => {}
    const decided = new Promise<Uint8Array | undefined>((resolve, reject) => {
      settle = resolve
      fail = reject
    })
    const timer = clock.after(timeoutMs, () => settle(undefined))
    this.over = decided.finally(() => timer.cancel())
    // Whoever looks asks later; a fault before that is not unhandled.
    this.over.catch(() => {})
    this.#settle = settle
    this.#fail = fail
  }

  lease(payloadBytes: number): FrameSlot | undefined {
    if (this.#leased || payloadBytes !== this.#room.length) return undefined
    this.#leased = true
    return {
      bytes: this.#room,
      publish: ({ sequence }) => {
        if (sequence >= settledSequence) this.#settle(this.#room)
        else this.#leased = false
      },
      discard: () => {
        this.#leased = false
      },
    }
  }

  readonly ended = (fault: Fault): void => this.#fail(fault)

  get abandoned(): boolean {
    return this.#abandoned
  }

  abandon(): void {
    this.#abandoned = true
    this.#settle(undefined)
  }
}
