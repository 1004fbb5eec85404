// A simulated signature pad with display, speaking the five-byte serial packets of Topaz pads (19200 baud, 8 data bits, odd parity, 1 stop).
// Paced like the real line. Knows no driver; the hand that signs is the scenario's.

import type { Clock, Timer } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import type { SerialDeviceModel } from './serial-device-model.js'

export interface PadStrokeSample {
  /** Raw units, 410 to the inch; the writing area of a SigLite LCD 1x5 is x 400..2400, y 350..1050. */
  readonly x: number
  readonly y: number
  /** 0..1023 */
  readonly pressure: number
  /** From the beginning of the signature. */
  readonly timeMs: number
  readonly penDown: boolean
}

export interface TopazPadModel extends SerialDeviceModel {
  /**
   * Somebody signs. Resolves when the last packet has left, or the cable is out, or the signal is aborted.
   * @throws Fault `input.invalid` for a sample outside 0..4095 or 0..1023, `device.busy` while another signature is being written
   */
  sign(samples: readonly PadStrokeSample[], signal?: AbortSignal): Promise<void>
  /** The host has wiped the display: the moment to sign. Returns the unsubscriber. */
  onClear(listener: () => void): () => void
  /** One byte of each of the next `count` packets is hit on the line. */
  corruptNext(count: number): void
}

/** Start bit, 8 data bits, parity, stop bit. */
const bitsPerByte = 11
const packetBytes = 5
const clearCommand = 0x04
const types = { position: 0, pressure: 7 } as const

interface Outgoing {
  readonly dueMs: number
  readonly bytes: Uint8Array
}

export function topazPadModel({ clock, baudRate = 19200 }: { readonly clock: Clock; readonly baudRate?: number }): TopazPadModel {
  return new Model(clock, (packetBytes * bitsPerByte * 1000) / baudRate)
}

class Model implements TopazPadModel {
  readonly #clock: Clock
  readonly #packetMs: number
  readonly #listeners = new Set<() => void>()
  #send: ((bytes: Uint8Array) => void) | undefined
  #corrupt = 0
  #finish: (() => void) | undefined

  constructor(clock: Clock, packetMs: number) {
    this.#clock = clock
    this.#packetMs = packetMs
  }

  attach(send: (bytes: Uint8Array) => void): void {
    this.#send = send
  }

  detach(): void {
    this.#send = undefined
    this.#finish?.()
  }

  receive(bytes: Uint8Array): void {
    if (bytes.includes(clearCommand)) for (const listener of this.#listeners) listener()
  }

  onClear(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  corruptNext(count: number): void {
    this.#corrupt += count
  }

  async sign(samples: readonly PadStrokeSample[], signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (this.#finish) throw new Fault('device.busy', { operation: 'sign' })
    const packets = this.#plan(samples)
    if (this.#send) await this.#play(packets, signal)
  }

  /** A packet leaves when its sample is taken and the line is free. */
  #plan(samples: readonly PadStrokeSample[]): readonly Outgoing[] {
    const startMs = this.#clock.monotonicMs()
    const packets: Outgoing[] = []
    let freeMs = startMs
    let pressure = -1
    const put = (timeMs: number, bytes: Uint8Array) => {
      freeMs = Math.max(freeMs, startMs + timeMs) + this.#packetMs
      packets.push({ dueMs: freeMs, bytes })
    }
    samples.forEach((sample, index) => {
      check(sample, index)
      if (sample.penDown && sample.pressure !== pressure) {
        pressure = sample.pressure
        put(sample.timeMs, packet(types.pressure, true, true, 0, pressure))
      }
      put(sample.timeMs, packet(types.position, true, sample.penDown, sample.x, sample.y))
    })
    const last = samples.at(-1)
    if (last) put(last.timeMs, packet(types.position, false, false, last.x, last.y))
    return packets
  }

  #play(packets: readonly Outgoing[], signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      let next = 0
      let timer: Timer | undefined
      const finish = () => {
        timer?.cancel()
        signal?.removeEventListener('abort', finish)
        this.#finish = undefined
        resolve()
      }
      const tick = () => {
        const nowMs = this.#clock.monotonicMs()
        for (let due = packets[next]; due && due.dueMs <= nowMs + 1e-6; due = packets[++next]) this.#send?.(this.#onTheLine(due.bytes))
        const following = packets[next]
        if (!this.#send || !following) return finish()
        timer = this.#clock.after(following.dueMs - nowMs, tick)
      }
      this.#finish = finish
      signal?.addEventListener('abort', finish, { once: true })
      tick()
    })
  }

  #onTheLine(bytes: Uint8Array): Uint8Array {
    if (this.#corrupt === 0) return bytes
    this.#corrupt--
    const hit = bytes.slice()
    const at = 1 + (this.#corrupt % (packetBytes - 1))
    hit[at] = hit[at]! | 0x80
    return hit
  }
}

function packet(type: number, near: boolean, down: boolean, first: number, second: number): Uint8Array {
  const head = 0x80 | (near ? 0x40 : 0) | (type << 2) | (down ? 1 : 0)
  return Uint8Array.of(head, first & 0x7f, (first >> 7) & 0x1f, second & 0x7f, (second >> 7) & 0x1f)
}

function check({ x, y, pressure }: PadStrokeSample, index: number): void {
  const inside = (value: number, max: number) => Number.isInteger(value) && value >= 0 && value <= max
  if (!inside(x, 4095) || !inside(y, 4095) || !inside(pressure, 1023)) throw new Fault('input.invalid', { field: 'sample', offset: index })
}
