// Follows one try from its start to its decision and tells the figures once. Knows the clock, not the store and not the case.

import type { Clock } from '../../protocol/clock.js'
import type { AttemptFacts, AttemptOutcome, Figures, PartQuality } from './attempts.js'

export interface AttemptWatch {
  /** What is shown from now on, '' for nothing. */
  advice(name: string): void
  /** Frames that never became a look. */
  lost(counters: { readonly dropped: number; readonly corrupt: number }): void
  /** There is a picture to decide on. */
  taken(measure: number, qualities: readonly PartQuality[]): void
  /** The end. Only the first word counts. */
  decided(outcome: AttemptOutcome): void
}

export type AttemptStart = Pick<AttemptFacts, 'modality' | 'device' | 'serial' | 'operator' | 'tryNumber'>

export function watchAttempt(figures: Figures, clock: Clock, start: AttemptStart): AttemptWatch {
  const beganMs = clock.monotonicMs()
  const shownMs = new Map<string, number>()
  let showing = { name: '', sinceMs: beganMs }
  let found = { measure: 0, qualities: [] as readonly PartQuality[] }
  let frames = { dropped: 0, corrupt: 0 }
  let takenMs: number | undefined
  let over = false

  const show = (name: string) => {
    const nowMs = clock.monotonicMs()
    if (showing.name !== '') shownMs.set(showing.name, (shownMs.get(showing.name) ?? 0) + nowMs - showing.sinceMs)
    showing = { name, sinceMs: nowMs }
  }
  return {
    advice: (name) => {
      if (takenMs === undefined && name !== showing.name) show(name)
    },
    lost: ({ dropped, corrupt }) => {
      frames = { dropped: frames.dropped + dropped, corrupt: frames.corrupt + corrupt }
    },
    taken: (measure, qualities) => {
      show('')
      takenMs = clock.monotonicMs()
      found = { measure, qualities }
    },
    decided: (outcome) => {
      if (over) return
      over = true
      show('')
      const nowMs = clock.monotonicMs()
      const [longest = ['', 0]] = [...shownMs].sort(([, a], [, b]) => b - a)
      figures.attempt({
        ...start,
        endedAtMs: clock.nowMs(),
        outcome,
        ...(takenMs !== undefined && { takingMs: takenMs - beganMs, decidingMs: nowMs - takenMs }),
        ...found,
        advice: longest[0],
        framesDropped: frames.dropped,
        framesCorrupt: frames.corrupt,
      })
    },
  }
}
