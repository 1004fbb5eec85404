// The sensors of a simulated capture device: exposures at the crystal's pace, one kept, one sent. Knows no request and no bus.

import type { Timer } from '../../protocol/clock.js'
import { frameLayout } from '../../protocol/hardware/capture-device.js'
import { BulkFifo } from './bulk-fifo.js'
import type { CapturePlan, Exposure, SimulatedClock } from './capture-device.js'
import type { Troubles } from './capture-faults.js'
import { type DeviceVerdict, sealFrame } from './capture-wire.js'

export interface ExposureDeps {
  readonly clock: SimulatedClock
  readonly plan: CapturePlan
  readonly troubles: Troubles
  /** As the device believes. */
  uptimeMs(): number
  settings(): Pick<Exposure, 'indicatorMask' | 'gain' | 'light'>
  verdict(): DeviceVerdict | undefined
}

interface Run {
  readonly session: number
  readonly mask: number
  readonly periodMs: number
  readonly startedMs: number
  exposure: number
  timer: Timer
}

export class CaptureExposures {
  /** At most one exposure of each sensor. */
  readonly fifo: BulkFifo
  framesSent = 0
  framesLost = 0
  readonly #deps: ExposureDeps
  readonly #listeners = new Set<() => void>()
  readonly #last: (Uint8Array | undefined)[]
  #run: Run | undefined
  #lostSinceLast = false

  constructor(deps: ExposureDeps) {
    this.#deps = deps
    this.fifo = new BulkFifo(deps.clock)
    this.#last = deps.plan.sensors.map(() => undefined)
  }

  get running(): boolean {
    return this.#run !== undefined
  }

  onExposure(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  start({ session, mask, periodMs }: Pick<Run, 'session' | 'mask' | 'periodMs'>): void {
    const { clock } = this.#deps
    this.#lostSinceLast = false
    const timer = clock.after(periodMs, () => this.#tick())
    this.#run = { session, mask, periodMs, startedMs: clock.monotonicMs(), exposure: 0, timer }
  }

  /** What was not sent yet is forgotten. */
  stop(): void {
    this.#run?.timer.cancel()
    this.#run = undefined
    this.fifo.flush()
    this.#last.fill(undefined)
  }

  #tick(): void {
    const run = this.#run
    if (!run) return
    const { clock, troubles, settings } = this.#deps
    const index = run.exposure
    run.exposure++
    // The cadence is the crystal's: a late exposure does not shift the ones after it.
    run.timer = clock.after(run.startedMs + (run.exposure + 1) * run.periodMs - clock.monotonicMs(), () => this.#tick())
    if (troubles.state === 'wedged' || troubles.state === 'silent') return
    if (!this.fifo.empty) {
      this.framesLost++
      this.#lostSinceLast = true
      return
    }
    if (settings().indicatorMask !== 0) for (const listener of [...this.#listeners]) listener()
    // A listener may have pulled the cable or stopped the device.
    if (this.#run !== run) return
    // A rejected image source is a mistake in the scenario and ends the process, unhandled.
    void this.#expose(run, index)
  }

  async #expose(run: Run, index: number): Promise<void> {
    const { clock, plan, troubles } = this.#deps
    const release = clock.hold?.()
    try {
      const deviceTimeUs = this.#deps.uptimeMs() * 1000
      for (const [sensor, { format }] of plan.sensors.entries()) {
        if ((run.mask & (1 << sensor)) === 0) continue
        const last = this.#last[sensor]
        if (last && troubles.takesRepeat()) {
          this.fifo.push(last)
          continue
        }
        const whole = await this.#frame(run, sensor, index, deviceTimeUs)
        if (this.#run !== run) return
        const { frame, cut } = troubles.onTheCable(whole, format === 'grey8')
        this.fifo.push(frame, cut)
      }
    } finally {
      release?.()
    }
  }

  async #frame(run: Run, sensor: number, index: number, deviceTimeUs: number): Promise<Uint8Array> {
    const { plan, troubles, settings, verdict } = this.#deps
    const frozen = troubles.state === 'frozen' ? this.#last[sensor]?.slice() : undefined
    const frame = frozen ?? (await plan.render({ sensor, frameIndex: index, lamp: troubles.lamp, ...settings() }))
    const of = plan.sensors[sensor]!
    if (!frozen && plan.kind === 'slap_scanner') troubles.soil(frame.subarray(frameLayout.size), of.widthPx, of.heightPx)
    const attack = verdict()
    const exposuresLost = this.#lostSinceLast
    sealFrame(frame, of, { sensor, session: run.session, sequence: index, deviceTimeUs, exposuresLost, ...(attack && { attack }) })
    this.#lostSinceLast = false
    this.#last[sensor] = frame
    this.framesSent++
    return frame
  }
}
