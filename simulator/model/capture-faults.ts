// What can be wrong with a simulated capture device, and what that does to its frames, its lamp, its clock and its heat. Knows no protocol request and no bus.

import type { Clock } from '../../protocol/clock.js'
import { frameLayout } from '../../protocol/hardware/capture-device.js'
import type { Random } from '../../protocol/random.js'
import type { Cut } from './bulk-fifo.js'
import { resealFrame } from './capture-wire.js'
import { drawSmudges, type Smudge } from './sensor.js'

/** What a scenario can do to a capture device. */
export interface CaptureFaults {
  /** The next `count` frames lose a bit on the way, one in four in the header. */
  corruptNext(count: number): void
  /** The next `count` frames end half way. */
  shortNext(count: number): void
  /** The next `count` frames are the one before, once more. */
  repeatNext(count: number): void
  /** The next `count` frames are an eighth lower, in header and payload, both checksums right: a device that switched its mode by itself. */
  wrongSizeNext(count: number): void
  /** The cable gives way in the middle of the next frame. */
  cutNext(cut: Cut): void
  /** The device's own time jumps, forward or back. */
  jumpClock(byMs: number): void
  /** The link carries no more than this; undefined: no limit of its own. */
  slowUsb(bytesPerSecond: number | undefined): void
  /** The sensor delivers the same image for ever; time and sequence go on. Until reset. */
  freeze(): void
  /** No more frames, commands are still answered. Until reset. */
  silence(): void
  /** The bulk endpoint halts once; the device falls back to idle. */
  stall(): void
  /** The firmware hangs: no answers, no frames. Until a bus reset or a replug; a closed handle does not end it. */
  wedge(): void
  /** Residue on the platen, drawn into every frame until clean(). */
  smear(): void
  clean(): void
  /** The lamp gives this share of its light, 1 as new. */
  dimLamp(share: number): void
  /** From now on the lamp loses this share of its light a minute; 0 ends it where it is. */
  driftLamp(perMinute: number): void
  /** Too hot: it stops by itself and refuses to start until cool(). */
  overheat(): void
  cool(): void
  /** Whatever of the above is still to come or goes on ends. */
  heal(): void
}

const temperaturesC = { idle: 33.4, streaming: 38.1, overheated: 71.2 } as const
const smudgeCount = 22
const leastLamp = 0.02

/** The present troubles of one device. What the cable and the sensor do to a frame is done here. */
export class Troubles {
  readonly #clock: Clock
  readonly #random: Random
  #script = { corrupt: 0, short: 0, repeat: 0, wrongSize: 0 }
  #cut: Cut | undefined
  #smudges: readonly Smudge[] = []
  #lamp = { share: 1, perMinute: 0, sinceMs: 0 }
  #timeOffsetMs = 0
  #hot = false
  /** `frozen` and `silent` end with a reset, `wedged` with a bus reset. */
  state: 'none' | 'frozen' | 'silent' | 'wedged' = 'none'

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  plan(what: 'corrupt' | 'short' | 'repeat' | 'wrongSize', count: number): void {
    this.#script[what] += count
  }

  cutNext(cut: Cut): void {
    this.#cut = cut
  }

  jumpClock(byMs: number): void {
    this.#timeOffsetMs += byMs
  }

  smear(widthPx: number, heightPx: number): void {
    const next = () => this.#random.next()
    this.#smudges = Array.from({ length: smudgeCount }, () => ({
      x: Math.floor(next() * widthPx),
      y: Math.floor(next() * heightPx),
      radiusPx: 18 + Math.floor(next() * 40),
      darkness: 0.12 + next() * 0.25,
    }))
  }

  clean(): void {
    this.#smudges = []
  }

  setLamp(share: number, perMinute: number): void {
    this.#lamp = { share, perMinute, sinceMs: this.#clock.monotonicMs() }
  }

  set hot(hot: boolean) {
    this.#hot = hot
  }
  get hot(): boolean {
    return this.#hot
  }

  /** Share of the light of a new lamp. */
  get lamp(): number {
    const { share, perMinute, sinceMs } = this.#lamp
    return Math.max(leastLamp, share - (perMinute * (this.#clock.monotonicMs() - sinceMs)) / 60_000)
  }

  get timeOffsetMs(): number {
    return this.#timeOffsetMs
  }

  temperatureC(streaming: boolean): number {
    return this.#hot ? temperaturesC.overheated : streaming ? temperaturesC.streaming : temperaturesC.idle
  }

  heal(): void {
    this.#script = { corrupt: 0, short: 0, repeat: 0, wrongSize: 0 }
    this.#cut = undefined
    this.#smudges = []
    this.setLamp(1, 0)
    this.#hot = false
    this.state = 'none'
  }

  /** Whether the frame before is to be sent once more. */
  takesRepeat(): boolean {
    return this.#takes('repeat')
  }

  /** What lies on the platen besides the scene. */
  soil(payload: Uint8Array, widthPx: number, heightPx: number): void {
    if (this.#smudges.length > 0) drawSmudges(payload, widthPx, heightPx, this.#smudges)
  }

  /** What of a sealed frame reaches the host. */
  onTheCable(frame: Uint8Array, isGrey: boolean): { readonly frame: Uint8Array; readonly cut: Cut | undefined } {
    const cut = this.#cut
    this.#cut = undefined
    return { frame: this.#damaged(frame, isGrey), cut }
  }

  #damaged(frame: Uint8Array, isGrey: boolean): Uint8Array {
    if (this.#takes('wrongSize')) return resealFrame(frame, isGrey)
    if (this.#takes('short')) return frame.subarray(0, frame.length >> 1)
    if (!this.#takes('corrupt')) return frame
    const [from, to] = this.#random.next() < 0.25 ? [0, frameLayout.size] : [frameLayout.size, frame.length]
    const damaged = frame.slice()
    const at = from + Math.floor(this.#random.next() * (to - from))
    damaged[at] = damaged[at]! ^ (1 << Math.floor(this.#random.next() * 8))
    return damaged
  }

  #takes(what: 'corrupt' | 'short' | 'repeat' | 'wrongSize'): boolean {
    if (this.#script[what] === 0) return false
    this.#script[what]--
    return true
  }
}
