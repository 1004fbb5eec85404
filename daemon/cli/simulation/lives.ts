// One station after the other over the same world: each dies or closes, and the next one opens from what the last one left on the disk.
// Whoever waits for a station that dies is told. Knows no person and no fault.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sleep } from '../../../protocol/clock.js'
import { type Deferred, deferred } from '../../../protocol/deferred.js'
import type { Effects } from '../../effects.js'
import { linkLive } from './folder.js'
import { openSimulatedStation, type SimulatedStation } from './simulated-station.js'
import type { OpeningInWorld } from './station-in-world.js'
import { type FillableDisk, fillableDisk, type IntakeLine, intakeLine } from './surroundings.js'
import type { Kernels } from './workers.js'
import type { World } from './world.js'

/** The station died under somebody's hands: what was under way will never answer. */
export class StationDied extends Error {
  override readonly name = 'StationDied'
  constructor() {
    super('the station died')
  }
}

/** From the death of the process to its next greeting: `RestartSec=1` of docs/operations.md and 0.8 s for the start of the daemon. */
const restartMs = 1_800

/** Asking for the CPU time costs some itself: short readings are not worth it. */
const metered: readonly Parameters<Effects['perform']>[0][] = ['compute', 'blob.write', 'store.commit']

export interface LivesOptions {
  readonly seed: number
  readonly world: World
  readonly kernels: Kernels
  /** Each life has a folder in it. */
  readonly folder: string
  readonly settings?: Readonly<Record<string, unknown>>
  readonly openStore?: OpeningInWorld['openStore']
  readonly examine?: OpeningInWorld['examine']
}

export class Lives {
  readonly world: World
  readonly disk: FillableDisk = fillableDisk()
  readonly line: IntakeLine = intakeLine()
  readonly #options: LivesOptions
  #count = 0
  #current: SimulatedStation | undefined
  #death: Deferred<never> = deferred()
  /** Of the effects of one kind to come, so many still succeed; then the process is gone. */
  #bomb: { readonly kind: Parameters<Effects['perform']>[0]; left: number } | undefined
  #dying: Promise<void> | undefined
  #workMs = 0

  constructor(options: LivesOptions) {
    this.#options = options
    this.world = options.world
  }

  /** How many stations there were. */
  get count(): number {
    return this.#count
  }

  /** CPU milliseconds of all stations' own work so far: kernels, records, what is written. The rest is drawing, wires, centre and looking after them. */
  get workMs(): number {
    return this.#workMs
  }

  get station(): SimulatedStation {
    if (!this.#current) throw new RangeError('no station is open')
    return this.#current
  }

  async open(): Promise<SimulatedStation> {
    const { seed, world, kernels, settings, openStore, examine } = this.#options
    const folder = this.#folder(++this.#count)
    this.#death = deferred()
    this.#death.promise.catch(() => {})
    this.#current = await openSimulatedStation({
      // Another life draws other numbers, as another process would.
      seed: seed + this.#count,
      ...{ world, kernels, folder },
      files: this.disk.files,
      line: (inner) => this.line.around(inner),
      effects: (inner) => this.#mined(inner),
      ...(settings && { settings }),
      ...(openStore && { openStore }),
      ...(examine && { examine }),
    })
    return this.#current
  }

  /** Lets time run until `work` is done. @throws StationDied when the station dies meanwhile */
  run<T>(work: Promise<T>): Promise<T> {
    return this.world.clock.runUntil(Promise.race([work, this.#death.promise]))
  }

  pass(delayMs: number): Promise<void> {
    return this.world.clock.runUntil(sleep(this.world.clock, delayMs))
  }

  /** Kills the process now. Whoever waits for it hears of it. */
  kill(): void {
    this.#bomb = undefined
    if (this.#dying !== undefined) return
    // Dying takes no time: what its last breath lets go of must not race with the world's clock.
    const release = this.world.clock.hold()
    this.#dying = this.station.die().then(() => {
      this.#death.reject(new StationDied())
      release()
    })
  }

  /** Kills it behind so many further effects of a kind. */
  killAfter(kind: Parameters<Effects['perform']>[0], count: number): void {
    this.#bomb = { kind, left: count }
  }

  /** Nothing that is asked of it is answered any more: reopen. */
  get isDead(): boolean {
    return this.#dying !== undefined
  }

  /** Whatever was to kill it will not. */
  disarm(): void {
    this.#bomb = undefined
  }

  /** Starts the next one from the files of the one that died. */
  async reopen(): Promise<SimulatedStation> {
    await this.#dying
    this.#dying = undefined
    await linkLive(this.#folder(this.#count), this.#folder(this.#count + 1))
    await this.station.bury()
    await rm(this.#folder(this.#count), { recursive: true, force: true })
    await this.pass(restartMs)
    return this.open()
  }

  async close(): Promise<void> {
    await this.#current?.close()
    this.#current = undefined
  }

  #folder(number: number): string {
    return join(this.#options.folder, `life-${number}`)
  }

  #mined(inner: Effects): Effects {
    return {
      perform: async (kind, act) => {
        const before = metered.includes(kind) ? process.cpuUsage() : undefined
        const result = await inner.perform(kind, act)
        if (before) {
          const { user, system } = process.cpuUsage(before)
          this.#workMs += (user + system) / 1_000
        }
        if (this.#bomb?.kind !== kind || this.#bomb.left-- > 1) return result
        this.kill()
        return new Promise<never>(() => {})
      },
    }
  }
}
