// Looks after the capture device that a slot holds: asks what the machine wants asked, and tells what it finds. Decides nothing.

import type { CaptureDevice } from '../../drivers/driver.js'
import type { Clock, Timer } from '../../protocol/clock.js'
import { Fault, toFault } from '../../protocol/fault.js'
import {
  begunHealth,
  conditionsOf,
  type HealthEffect,
  type HealthInput,
  type HealthRules,
  type HealthState,
  isHot,
  stepHealth,
} from './health-machine.js'
import type { CareReport, DeviceCare } from './slot.js'

export interface HealthSettings {
  /** An idle device is asked for its status this often, at first. */
  readonly pollSeconds: number
  /** The empty platen is looked at this often. */
  readonly lookMinutes: number
}

const lastPollMs = 60_000
const firstLookMs = 1_500
const capturesBetweenLooks = 20

export function careFor(clock: Clock, { pollSeconds, lookMinutes }: HealthSettings) {
  const pollMs = pollSeconds * 1000
  const rules = { pollMs, lastPollMs: Math.max(lastPollMs, pollMs), firstLookMs, lookMs: lookMinutes * 60_000, capturesBetweenLooks }
  return (report: CareReport<CaptureDevice>): DeviceCare<CaptureDevice> => new Care(clock, rules, report)
}

/** One device, from the moment the slot holds it. */
interface Patient {
  readonly device: CaptureDevice
  readonly serial: string
  health: HealthState
}

class Care implements DeviceCare<CaptureDevice> {
  readonly #clock: Clock
  readonly #rules: HealthRules
  readonly #report: CareReport<CaptureDevice>
  #patient: Patient | undefined
  #timer: Timer | undefined

  constructor(clock: Clock, rules: HealthRules, report: CareReport<CaptureDevice>) {
    this.#clock = clock
    this.#rules = rules
    this.#report = report
  }

  held(device: CaptureDevice, serial: string): void {
    const has = { hasPlaten: device.kind === 'slap_scanner', hasLight: device.info.features.light }
    const patient = { device, serial, health: begunHealth(this.#clock.monotonicMs(), has, this.#rules) }
    this.#patient = patient
    this.#feed(patient, { is: 'tick' })
  }

  gone(): void {
    this.#timer?.cancel()
    this.#patient = undefined
  }

  taken(): void {
    this.#timer?.cancel()
    if (this.#patient) this.#feed(this.#patient, { is: 'taken' })
  }

  freed(device: CaptureDevice): void {
    if (this.#patient?.device === device) this.#feed(this.#patient, { is: 'freed', counters: device.lastStream })
  }

  #feed(patient: Patient, input: HealthInput): void {
    if (patient !== this.#patient) return
    const nowMs = this.#clock.monotonicMs()
    const { state, effects } = stepHealth(patient.health, input, nowMs, this.#rules)
    patient.health = state
    this.#tell(patient, nowMs)
    // What was told may have changed who is looked after.
    for (const effect of effects) if (patient === this.#patient) this.#perform(patient, effect)
  }

  #tell({ health, serial, device }: Patient, nowMs: number): void {
    const { status } = health
    if (!status) return
    const unfit = isHot(status) ? new Fault('device.overheated', { device: device.kind, serial }) : undefined
    const { temperatureC } = status
    this.#report.found({ conditions: conditionsOf(health, nowMs), temperatureC: Math.round(temperatureC), ...(unfit && { unfit }) })
  }

  #perform(patient: Patient, effect: HealthEffect): void {
    const { device } = patient
    switch (effect.do) {
      case 'wake':
        this.#timer?.cancel()
        this.#timer = this.#clock.after(effect.afterMs, () => this.#feed(patient, { is: 'tick' }))
        break
      case 'ask_status':
        void this.#ask(patient, async () => ({ is: 'status', status: await device.status() }))
        break
      case 'look_at_platen':
        void this.#ask(patient, async () => ({ is: 'platen', reading: await device.reference() }))
        break
      case 'set_light':
        void device.setLight(effect.level).catch((error: unknown) => this.#report.failed(device, toFault(error)))
        break
    }
  }

  async #ask(patient: Patient, question: () => Promise<HealthInput>): Promise<void> {
    try {
      this.#feed(patient, await question())
    } catch (error) {
      if (patient === this.#patient) this.#report.failed(patient.device, toFault(error))
    }
  }
}
