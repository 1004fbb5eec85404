// The memory between a device's sensor and its bulk IN endpoint: whole frames in, packets out, whatever transfers the host has pending.

import type { ModelIn } from './usb-device-model.js'

const packetBytes = 512

interface Waiting {
  readonly length: number
  readonly resolve: (data: ModelIn) => void
}

export class BulkFifo {
  readonly #waiting = new Set<Waiting>()
  #frames: Uint8Array[] = []
  #sent = 0
  #owesEmptyPacket = false
  #halted = false
  #hung = false

  get empty(): boolean {
    return this.#frames.length === 0
  }

  push(frame: Uint8Array): void {
    this.#frames.push(frame)
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

  /** The end of a halt to come and of a hang. */
  recover(): void {
    this.#halted = false
    this.#hung = false
    this.#serve()
  }

  reset(): void {
    this.flush()
    this.#waiting.clear()
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
      const piece = this.#next(waiting.length)
      if (piece === undefined) return
      this.#waiting.delete(waiting)
      waiting.resolve(piece)
    }
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
    const frame = this.#frames[0]
    if (frame === undefined) return undefined
    const piece = frame.subarray(this.#sent, this.#sent + length)
    this.#sent += piece.length
    if (this.#sent === frame.length) {
      this.#owesEmptyPacket = piece.length === length && frame.length % packetBytes === 0
      this.#frames.shift()
      this.#sent = 0
    }
    return piece
  }
}
