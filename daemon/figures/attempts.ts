// What is kept of each try to capture: no person, no case, no time finer than the hour. Types and the reduction to what may be written; no store.

import type { FaultCode } from '../../protocol/fault.js'
import type { DeviceKind, EyeResult, FingerResult, Modality, QualityComponent } from '../state.js'

export type AttemptOutcome = 'good' | 'weak' | 'retaken' | 'cancelled' | 'timeout' | 'exception' | `fault:${FaultCode}`

/** Quality of one finger, eye or portrait: `finger.<ISO position>`, `eye.right`, `eye.left`, `face`. */
export interface PartQuality {
  readonly of: string
  /** 0 to 100. */
  readonly quality: number
}

/** As the desk knows it. */
export interface AttemptFacts {
  /** Wall clock at the end; only the office's date and hour are kept of it. */
  readonly endedAtMs: number
  readonly modality: Modality
  readonly device: DeviceKind
  readonly serial: string
  /** Id; only the number is kept. */
  readonly operator: string
  /** Of this modality of this person: 1, 2, 3 … */
  readonly tryNumber: number
  readonly outcome: AttemptOutcome
  /** From start to taken; absent when nothing was taken. */
  readonly takingMs?: number
  /** From taken to accepted, retaken or cancelled. */
  readonly decidingMs?: number
  /** The simple live measure, 0 to 100. */
  readonly measure: number
  readonly qualities: readonly PartQuality[]
  /** Stable advice name that was shown longest, '' when none was. */
  readonly advice: string
  readonly framesDropped: number
  readonly framesCorrupt: number
}

/** One person's recording step as a whole. */
export interface RecordingFacts {
  readonly endedAtMs: number
  /** Id of who sealed it. */
  readonly operator: string
  readonly tookMs: number
  readonly tries: number
  readonly weak: number
  readonly exceptions: number
}

/** Where captures are told. Neither may throw, wait or take long: a capture never stands still for a statistic. */
export interface Figures {
  attempt(facts: AttemptFacts): void
  recording(facts: RecordingFacts): void
}

/** Steps of a duration: a difference of exact times would find its case again in the audit chain. */
export const takingStepMs = 100
export const recordingStepMs = 5_000

export const inSteps = (ms: number, stepMs: number, rounded: (steps: number) => number = Math.round): number =>
  Math.max(0, rounded(ms / stepMs) * stepMs)

/** Of a capture as it was examined. A portrait counts by the weakest of the components that decide. */
export function qualitiesOf(results: {
  readonly fingers?: readonly FingerResult[]
  readonly eyes?: readonly EyeResult[]
  readonly components?: readonly QualityComponent[]
}): readonly PartQuality[] {
  const { fingers = [], eyes = [], components = [] } = results
  const deciding = components.flatMap(({ scalar, least }) => (scalar !== undefined && least > 0 ? [scalar] : []))
  return [
    ...fingers.flatMap(({ position, quality }) => (quality === undefined ? [] : [{ of: `finger.${position}`, quality }])),
    ...eyes.flatMap(({ eye, quality }) => (quality === undefined ? [] : [{ of: `eye.${eye}`, quality }])),
    ...(deciding.length > 0 ? [{ of: 'face', quality: Math.min(...deciding) }] : []),
  ]
}

/** Date and hour at the office. */
export function officeHour(timezone: string): (nowMs: number) => { readonly day: string; readonly hour: number } {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' })
  return (nowMs) => {
    const parts = new Map(format.formatToParts(nowMs).map(({ type, value }) => [type, value]))
    return { day: `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`, hour: Number(parts.get('hour')) }
  }
}
