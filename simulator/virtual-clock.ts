// Time that moves only when told to, or by itself whenever nothing real is in flight.

import type { Clock, Timer } from '../protocol/clock.js'

interface Pending {
  readonly dueMs: number
  readonly order: number
  readonly fire: () => void
}

/** Turns of the event loop without a hold before time moves on: lets short real work (a promise chain, a worker's answer) finish first. */
const idleTurns = 8

export class VirtualClock implements Clock {
  #elapsedMs = 0
  #epochMs: number
  #order = 0
  #holds = 0
  readonly #pending = new Set<Pending>()

  constructor(startMs: number) {
    this.#epochMs = startMs
  }

  nowMs(): number {
    return this.#epochMs + this.#elapsedMs
  }

  monotonicMs(): number {
    return this.#elapsedMs
  }

  after(delayMs: number, fire: () => void): Timer {
    const entry: Pending = { dueMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#order++, fire }
    this.#pending.add(entry)
    return { cancel: () => void this.#pending.delete(entry) }
  }

  /** The wall clock is set, as by an administrator or a dead battery; monotonic time goes on. */
  jumpWall(byMs: number): void {
    this.#epochMs += byMs
  }

  /** Real work is in flight: time stands still until the returned function is called. */
  hold(): () => void {
    this.#holds++
    let released = false
    return () => {
      if (!released) this.#holds--
      released = true
    }
  }

  /** Fires all timers due within the next `byMs`, in order. */
  advance(byMs: number): void {
    const untilMs = this.#elapsedMs + byMs
    for (let next = this.#next(); next && next.dueMs <= untilMs; next = this.#next()) this.#fire(next)
    this.#elapsedMs = untilMs
  }

  /** Lets time run, timer by timer, until `work` settles. @throws when nothing is left to wait for */
  async runUntil<T>(work: Promise<T>): Promise<T> {
    let settled = false
    const done = () => {
      settled = true
    }
    work.then(done, done)
    let idle = 0
    let barren = 0
    while (!settled) {
      await new Promise<void>((resolve) => setImmediate(resolve))
      if (settled) break
      idle = this.#holds > 0 ? 0 : idle + 1
      if (idle < idleTurns) continue
      idle = 0
      const next = this.#next()
      if (next) {
        barren = 0
        this.#fire(next)
      } else if (++barren > 20_000) {
        throw new Error('virtual clock: the work waits for something that no timer will bring')
      }
    }
    return work
  }

  #next(): Pending | undefined {
    let first: Pending | undefined
    for (const entry of this.#pending) {
      if (!first || entry.dueMs < first.dueMs || (entry.dueMs === first.dueMs && entry.order < first.order)) first = entry
    }
    return first
  }

  #fire(entry: Pending): void {
    this.#pending.delete(entry)
    this.#elapsedMs = Math.max(this.#elapsedMs, entry.dueMs)
    entry.fire()
  }
}
