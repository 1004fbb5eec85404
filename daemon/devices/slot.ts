// The shell of one slot: lists, opens, lends and closes devices as the machine says, and tells the station. One broken device never touches another's slot.

import type { Clock, Timer } from '../../protocol/clock.js'
import { Fault, toFault } from '../../protocol/fault.js'
import type { Log } from '../../protocol/log.js'
import type { DeviceCondition, DeviceKind, DeviceStatus, StationState } from '../state.js'
import type { Candidate, Listing } from './candidates.js'
import { emptySlot, type SlotEffect, type SlotInput, type SlotRules, type SlotState, slotStatus, stepSlot } from './slot-machine.js'

export interface SlotDevice {
  /** Why it is spent, if it is and its driver can tell. */
  readonly spent?: Fault | undefined
  /** Never throws. @param fault what it failed with */
  close(fault?: Fault): Promise<void>
}

/** Where devices of a kind come from. */
export interface DeviceSource<T> {
  list(): Promise<Listing>
  /**
   * @param signs of the device while it is being opened and after: it warms up; it went away by itself
   * @throws Fault; `device.absent` is no fault of the device, it is just not there
   */
  open(candidate: Candidate, signs: { readonly warming: () => void; readonly lost: (fault: Fault) => void }): Promise<T>
}

/** Looks after the device that is held, while nobody uses it. */
export interface DeviceCare<T> {
  held(device: T, serial: string): void
  gone(): void
  taken(): void
  freed(device: T): void
}

/** What the care of a device finds. */
export interface CareReport<T> {
  /** The device failed it: as by a user's lost(). */
  failed(device: T, fault: Fault): void
  found(what: { readonly conditions: readonly DeviceCondition[]; readonly temperatureC?: number; readonly unfit?: Fault }): void
}

export interface DeviceSlot<T> {
  /**
   * @param taken told at most once when the device goes away under its user, who cannot count on the driver to notice first
   * @throws Fault `device.absent` | `device.busy` | the fault that keeps it from working
   */
  use(taken?: (fault: Fault) => void): T
  /** Its user is done with it. Nothing happens when the slot holds another one by now. */
  free(device: T): void
  /** It failed its user: closed now, opened again when it answers. Nothing happens when the slot holds another one by now. */
  lost(device: T, fault: Fault): void
  /** The bus has lost what hung at `key`. */
  unplugged(key: string, fault: Fault): void
  /** Something was plugged in or the site changed: try now. */
  wake(): void
  count(counters: { readonly dropped: number; readonly corrupt: number }): void
  close(): Promise<void>
}

const retries = { firstRetryMs: 100, lastRetryMs: 10_000 } as const

export interface SlotDeps {
  readonly clock: Clock
  readonly log: Log
  readonly state: StationState
}

export interface SlotOptions<T> {
  /** Where no event tells of a plug, an absent device is looked for at least so often. */
  readonly lastRetryMs?: number
  readonly care?: (report: CareReport<T>) => DeviceCare<T>
}

export function openDeviceSlot<T extends SlotDevice>(
  deps: SlotDeps,
  kind: DeviceKind,
  source: DeviceSource<T>,
  options: SlotOptions<T> = {},
): DeviceSlot<T> {
  return new Slot(deps, { ...retries, kind, ...(options.lastRetryMs && { lastRetryMs: options.lastRetryMs }) }, source, options.care)
}

class Slot<T extends SlotDevice> implements DeviceSlot<T> {
  readonly #deps: SlotDeps
  readonly #rules: SlotRules
  readonly #source: DeviceSource<T>
  readonly #care: DeviceCare<T> | undefined
  /** Opened and not yet closed, by key. */
  readonly #devices = new Map<string, T>()
  readonly #pending = new Set<Promise<void>>()
  #machine: SlotState
  #status: DeviceStatus
  #health: { readonly conditions: readonly DeviceCondition[]; readonly temperatureC?: number } = { conditions: [] }
  #timer: Timer | undefined
  #listing = false
  #listAgain = false
  #tellUser: ((fault: Fault) => void) | undefined
  #held: T | undefined

  constructor(deps: SlotDeps, rules: SlotRules, source: DeviceSource<T>, care: ((report: CareReport<T>) => DeviceCare<T>) | undefined) {
    this.#deps = deps
    this.#rules = rules
    this.#source = source
    this.#machine = emptySlot(rules)
    const { kind } = rules
    this.#status = {
      ...{ kind, serial: '', product: '', state: 'opening', framesDropped: 0, framesCorrupt: 0, refused: [], conditions: [] },
    }
    this.#care = care?.({
      failed: (device, fault) => {
        if (device === this.#held) this.#feed({ is: 'lost', fault, byUser: false })
      },
      found: ({ unfit, ...health }) => {
        this.#health = health
        this.#feed({ is: 'fitness', unfit })
      },
    })
    deps.state.publish({ is: 'device', device: this.#status })
    this.#list()
  }

  use(taken?: (fault: Fault) => void): T {
    const device = this.#held
    const { fault } = slotStatus(this.#machine, this.#rules)
    if (!device || fault) throw fault ? new Fault(fault.code, fault.context) : new Fault('device.absent', { device: this.#rules.kind })
    if (this.#machine.used) throw new Fault('device.busy', { device: this.#rules.kind })
    this.#tellUser = taken
    this.#care?.taken()
    this.#feed({ is: 'take' })
    return device
  }

  free(device: T): void {
    if (device !== this.#held) return
    if (device.spent) {
      this.lost(device, device.spent)
      return
    }
    this.#tellUser = undefined
    // The health is seen to after the machine: another device may take its place.
    this.#feed({ is: 'free' })
    if (device === this.#held) this.#care?.freed(device)
  }

  lost(device: T, fault: Fault): void {
    if (device !== this.#held) return
    // Who says so knows.
    this.#tellUser = undefined
    this.#feed({ is: 'lost', fault, byUser: true })
  }

  unplugged(key: string, fault: Fault): void {
    this.#feed({ is: 'unplugged', key, fault })
  }

  wake(): void {
    this.#feed({ is: 'wake' })
  }

  count({ dropped, corrupt }: { readonly dropped: number; readonly corrupt: number }): void {
    const { framesDropped, framesCorrupt } = this.#status
    this.#tell({ framesDropped: framesDropped + dropped, framesCorrupt: framesCorrupt + corrupt })
  }

  async close(): Promise<void> {
    this.#feed({ is: 'close' })
    while (this.#pending.size > 0) await Promise.all(this.#pending)
  }

  #feed(input: SlotInput): void {
    const before = this.#machine.held
    const { state, effects } = stepSlot(this.#machine, input, this.#rules)
    this.#machine = state
    if (state.held !== before) this.#hold(state.held)
    if (!state.over) this.#tell({})
    for (const effect of effects) this.#perform(effect)
  }

  /** Lends another device from now on, or none. */
  #hold(held: Candidate | undefined): void {
    if (this.#held) this.#care?.gone()
    this.#held = held && this.#devices.get(held.key)
    this.#health = { conditions: [] }
    if (!held || !this.#held) return
    this.#deps.log.write('info', 'device.ready', { device: this.#rules.kind, serial: held.serial })
    this.#care?.held(this.#held, held.serial)
  }

  #perform(effect: SlotEffect): void {
    switch (effect.do) {
      case 'list':
        this.#list()
        break
      case 'open':
        this.#run(this.#open(effect.candidate))
        break
      case 'close':
        this.#run(this.#close(effect.key, effect.fault))
        break
      case 'wait':
        this.#timer?.cancel()
        this.#timer = this.#deps.clock.after(effect.afterMs, () => this.#feed({ is: 'timer' }))
        break
      case 'stop_waiting':
        this.#timer?.cancel()
        break
      case 'tell_user': {
        const user = this.#tellUser
        this.#tellUser = undefined
        user?.(effect.fault)
        break
      }
    }
  }

  #run(work: Promise<void>): void {
    const pending: Promise<void> = work.finally(() => this.#pending.delete(pending))
    this.#pending.add(pending)
  }

  /** One look at a time; a wish during one is a second one after it. */
  #list(): void {
    if (this.#listing) {
      this.#listAgain = true
      return
    }
    this.#listing = true
    this.#run(this.#look())
  }

  async #look(): Promise<void> {
    const listing = await this.#source.list().catch((): Listing => ({ candidates: [], refused: [] }))
    this.#listing = false
    if (this.#listAgain && !this.#machine.over) {
      this.#listAgain = false
      this.#list()
    } else {
      this.#feed({ is: 'listed', listing })
    }
  }

  async #open(candidate: Candidate): Promise<void> {
    const { key } = candidate
    const { kind } = this.#rules
    try {
      const device = await this.#source.open(candidate, {
        warming: () => this.#feed({ is: 'warming' }),
        lost: (fault) => this.unplugged(key, fault),
      })
      this.#devices.set(key, device)
    } catch (error) {
      const fault = toFault(error)
      if (fault.code !== 'device.absent') this.#deps.log.write('warn', 'device.fault', { device: kind, reason: fault.code })
      return this.#feed({ is: 'failed', key, fault })
    }
    this.#feed({ is: 'opened', key })
  }

  async #close(key: string, fault: Fault | undefined): Promise<void> {
    const device = this.#devices.get(key)
    this.#devices.delete(key)
    if (fault) this.#deps.log.write('warn', 'device.lost', { device: this.#rules.kind, reason: fault.code })
    await device?.close(fault).catch(() => {})
    this.#feed({ is: 'closed', key })
  }

  #tell(change: Partial<DeviceStatus>): void {
    const { fault, ...status } = slotStatus(this.#machine, this.#rules)
    const { framesDropped, framesCorrupt } = { ...this.#status, ...change }
    const notice = fault && { code: fault.code, context: fault.context }
    const next: DeviceStatus = { ...status, framesDropped, framesCorrupt, ...this.#health, ...(notice && { fault: notice }) }
    if (JSON.stringify(next) === JSON.stringify(this.#status)) return
    this.#status = next
    this.#deps.state.publish({ is: 'device', device: next })
  }
}
