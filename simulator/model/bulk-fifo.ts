// The memory between a device's sensor and its bulk IN endpoint: whole frames in, packets out, whatever transfers the host has pending.

import type { Clock, Timer } from '../../protocol/clock.js'
import type { ModelIn } from './usb-device-model.js'

const packetBytes = 512

interface Waiting {
  readonly length: number
  readonly resolve: (data: ModelIn) => void
}

/** A cable that gives way in the middle of a frame. */
export interface Cut {
  /** Nothing beyond this byte of the frame, header included, reaches the host. */
  readonly afterBytes: number
  readonly happens: () => void
}

interface Queued {
  readonly frame: Uint8Array
  readonly cut: Cut | undefined
}

export class BulkFifo {
  readonly #clock: Clock | undefined
  readonly #waiting = new Set<Waiting>()
  #frames: Queued[] = []
  #sent = 0
  #owesEmptyPacket = false
  #halted = false
  #hung = false
  #bytesPerSecond: number | undefined
  #pause: Timer | undefined

  /** @param clock paces a link that was throttled */
  constructor(clock?: Clock) {
    this.#clock = clock
  }

  get empty(): boolean {
    return this.#frames.length === 0
  }

  push(frame: Uint8Array, cut?: Cut): void {
    this.#frames.push({ frame, cut })
    this.#serve()
  }

  /** Forgets what was not sent yet. Pending transfers stay pending. */
  flush(): void {
    this.#frames = []
    this.#sent = 0
    this.#owesEmptyPacket = false
  }

  /** The next transfer ends in a stall, once. */
  halt(): void {
    this.#halted = true
    this.#serve()
  }

  /** Nothing moves any more until reset. */
  hang(): void {
    this.#hung = true
  }

  /** The link carries no more than this; undefined: as fast as the host takes it. */
  throttle(bytesPerSecond: number | undefined): void {
    this.#bytesPerSecond = bytesPerSecond
    if (bytesPerSecond === undefined) this.#resume()
  }

  /** The end of a halt to come and of a hang. */
  recover(): void {
    this.#halted = false
    this.#hung = false
    this.#serve()
  }

  reset(): void {
    this.flush()
    this.#waiting.clear()
    this.#pause?.cancel()
    this.#pause = undefined
    this.recover()
  }

  /** One transfer of the host. @throws the signal's reason when cancelled; no data are lost */
  read(length: number, signal: AbortSignal): Promise<ModelIn> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const onAbort = () => {
        this.#waiting.delete(waiting)
        reject(signal.reason)
      }
      const waiting: Waiting = {
        length,
        resolve: (piece) => {
          signal.removeEventListener('abort', onAbort)
          resolve(piece)
        },
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiting.add(waiting)
      this.#serve()
    })
  }

  #serve(): void {
    for (const waiting of this.#waiting) {
      if (this.#pause) return
      const piece = this.#next(waiting.length)
      if (piece === undefined) return
      this.#waiting.delete(waiting)
      waiting.resolve(piece)
      if (piece !== 'stall') this.#rest(piece.length)
    }
  }

  /** What was sent kept the link busy for its time. */
  #rest(bytes: number): void {
    if (this.#bytesPerSecond === undefined) return
    this.#pause = this.#clock?.after((bytes / this.#bytesPerSecond) * 1000, () => this.#resume())
  }

  #resume(): void {
    this.#pause?.cancel()
    this.#pause = undefined
    this.#serve()
  }

  /** A frame ends with a short packet, an empty one if need be (USB 2.0 §5.8.3). */
  #next(length: number): ModelIn | undefined {
    if (this.#hung) return undefined
    if (this.#halted) {
      this.#halted = false
      return 'stall'
    }
    if (this.#owesEmptyPacket) {
      this.#owesEmptyPacket = false
      return new Uint8Array(0)
    }
    const next = this.#frames[0]
    if (next === undefined) return undefined
    const { frame, cut } = next
    const piece = frame.subarray(this.#sent, this.#sent + length)
    if (cut && this.#sent + piece.length > Math.min(cut.afterBytes, frame.length - 1)) {
      // The transfer under way is lost with the cable: a host controller hands on no part of it.
      this.#hung = true
      queueMicrotask(cut.happens)
      return undefined
    }
    this.#sent += piece.length
    if (this.#sent === frame.length) {
      this.#owesEmptyPacket = piece.length === length && frame.length % packetBytes === 0
      this.#frames.shift()
      this.#sent = 0
    }
    return piece
  }
}
