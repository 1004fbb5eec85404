// The frames' only home: equal slots in one shared WebAssembly memory. Drivers write in place, the analysis worker reads in place, nobody copies.

import type { FrameHeader, FrameSink } from '../../protocol/hardware/frames.js'

const wasmPageBytes = 65_536

/** A published frame. Its slot is taken until `release`. */
export interface RingFrame {
  readonly header: FrameHeader
  /** Where it lies in `FrameRing.memory`. */
  readonly byteOffset: number
  readonly byteLength: number
  /** The bytes in place, only valid until `release`. */
  readonly bytes: Uint8Array
  /** Idempotent. */
  release(): void
}

export interface FrameRing {
  /** Shared with the workers; never grows, so views stay valid. */
  readonly memory: WebAssembly.Memory
  /** @param published called for each frame; the callee owes the release */
  sink(published: (frame: RingFrame) => void): FrameSink
  /** Frames refused because every slot was taken or the payload did not fit. */
  readonly dropped: number
  readonly free: number
}

/** @param slotBytes largest payload, e.g. 1600 × 1500 for the slap scanner */
export function createFrameRing(slots: number, slotBytes: number): FrameRing {
  const slotPages = Math.ceil(slotBytes / wasmPageBytes)
  const pages = slotPages * slots
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  const all = new Uint8Array(memory.buffer)
  const free = Array.from({ length: slots }, (_, i) => i * slotPages * wasmPageBytes)
  let dropped = 0

  const lease = (payloadBytes: number, published: (frame: RingFrame) => void) => {
    const byteOffset = payloadBytes > slotBytes ? undefined : free.pop()
    if (byteOffset === undefined) {
      dropped++
      return undefined
    }
    const bytes = all.subarray(byteOffset, byteOffset + payloadBytes)
    let open = true
    const giveBack = () => {
      if (open) free.push(byteOffset)
      open = false
    }
    return {
      bytes,
      publish: (header: FrameHeader) => published({ header, byteOffset, byteLength: payloadBytes, bytes, release: giveBack }),
      discard: giveBack,
    }
  }

  return {
    memory,
    sink: (published) => ({ lease: (payloadBytes) => lease(payloadBytes, published) }),
    get dropped() {
      return dropped
    },
    get free() {
      return free.length
    },
  }
}
