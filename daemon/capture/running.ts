// The captures that run now: at most one a device, each with all its attempts until it is accepted or dropped. State; decides nothing.

import { Fault } from '../../protocol/fault.js'
import type { PresentationAttack } from '../../protocol/hardware/frames.js'
import { deviceOf } from '../modality.js'
import type { CaptureStatus, DeviceKind, Finding, Modality } from '../state.js'
import type { AttemptTally } from './attempt-tally.js'
import type { Examined, Taken } from './examined.js'
import { verdictOf } from './findings.js'
import type { RawFrame } from './make-record.js'
import type { PenTaking, Taking } from './takes.js'

/** The best of the attempts so far, as it stands to be accepted. */
export interface Reviewed {
  /** A finger of it is an operator's own. */
  readonly ofOperators: readonly Finding[]
  readonly taken: Taken
  readonly examined: Examined
  readonly takenAtMs: number
}

export interface Running {
  readonly caseId: string
  readonly modality: Modality
  /** Counts captures of this station's life. */
  captureId: number
  /** Those that gave a picture and the one under way, from 1. */
  attempt: number
  /** Parts that are asked for in this attempt, see daemon/modality.ts. */
  asked: readonly number[]
  /** Pictures of the attempts that something is kept of. */
  readonly frames: Map<number, readonly RawFrame[]>
  session?: Pick<Taking<unknown>, 'taken' | 'takeNow' | 'cancel'>
  /** Of the pad alone. */
  pen?: PenTaking
  /** Stops waiting for the device to come back; there until the attempt goes on. */
  stopWaiting?: () => void
  /** How often this attempt began again because its device went away. */
  resumed: number
  reviewed?: Reviewed
  /** What the screen shows of it. */
  review?: Partial<CaptureStatus>
  /** Of the attempt under way, or of the last one until it is decided on. */
  tally?: AttemptTally
  /** It is being kept or dropped: asking twice does nothing twice, and nobody keeps what another one drops. */
  deciding?: boolean
}

export class RunningCaptures {
  readonly #byDevice = new Map<DeviceKind, Running>()

  /** @throws Fault `capture.running` when the device of this modality is in use by another capture */
  requireIdle(modality: Modality): void {
    const running = this.#byDevice.get(deviceOf(modality))
    if (running) throw new Fault('capture.running', { caseId: running.caseId, modality: running.modality })
  }

  /** @param modality may be left out where only one runs @throws Fault `capture.not_running` */
  of(caseId: string, modality?: Modality): Running {
    const found = [...this.#byDevice.values()].filter(
      (each) => each.caseId === caseId && (modality === undefined || each.modality === modality),
    )
    const [running] = found
    if (!running || found.length > 1) throw new Fault('capture.not_running', { caseId, ...(modality && { modality }) })
    return running
  }

  find(modality: Modality): Running | undefined {
    return this.#byDevice.get(deviceOf(modality))
  }
  has(running: Running): boolean {
    return this.#byDevice.get(deviceOf(running.modality)) === running
  }
  add(running: Running): void {
    this.#byDevice.set(deviceOf(running.modality), running)
  }
  remove(running: Running): void {
    if (this.has(running)) this.#byDevice.delete(deviceOf(running.modality))
  }
  get all(): readonly Running[] {
    return [...this.#byDevice.values()]
  }
}

/** The device's own word on all pictures that are kept of a capture. */
export function attackOf({ taken, examined: { job } }: Reviewed): PresentationAttack | undefined {
  if (taken.of === 'pen') return undefined
  if (job.modality === 'irises') return verdictOf(job.frames.map(({ header }) => header))
  if ('frames' in job) return verdictOf(job.frames.map(({ frame }) => frame.header))
  return verdictOf(taken.capture.frames.map(({ header }) => header))
}

export const measureOf = ({ taken }: Reviewed): number => (taken.of === 'frames' ? taken.capture.measure : 100)

/** An attempt runs, or waits for its device: what stood before is not to be decided on. */
export const isUnderWay = ({ session, stopWaiting }: Running): boolean => session !== undefined || stopWaiting !== undefined

/** Resolves when its device is free again. */
export async function stopped({ session, stopWaiting }: Running): Promise<void> {
  stopWaiting?.()
  session?.cancel()
  await session?.taken.catch(() => {})
}
