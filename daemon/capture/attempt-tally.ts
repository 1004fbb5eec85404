// What one attempt at a capture tells of itself for the figures: times, advice, lost frames, qualities. Knows no person and no case.

import type { Clock } from '../../protocol/clock.js'
import { type AttemptFacts, type AttemptOutcome, qualitiesOf } from '../figures/attempts.js'
import type { Examined } from './examined.js'

type Known = Pick<AttemptFacts, 'modality' | 'device' | 'serial' | 'operator' | 'tryNumber'>

export class AttemptTally {
  readonly #clock: Clock
  readonly #known: Known
  readonly #startedMs: number
  #takenMs: number | undefined
  #shown = { advice: '', sinceMs: 0 }
  readonly #shownMs = new Map<string, number>()
  #lost = { framesDropped: 0, framesCorrupt: 0 }
  #result: Pick<AttemptFacts, 'measure' | 'qualities'> = { measure: 0, qualities: [] }

  constructor(clock: Clock, known: Known) {
    this.#clock = clock
    this.#known = known
    this.#startedMs = clock.monotonicMs()
    this.#shown.sinceMs = this.#startedMs
  }

  advised(advice: string): void {
    if (advice === this.#shown.advice) return
    this.#endAdvice()
    this.#shown.advice = advice
  }

  counted({ dropped, corrupt }: { readonly dropped: number; readonly corrupt: number }): void {
    this.#lost = { framesDropped: this.#lost.framesDropped + dropped, framesCorrupt: this.#lost.framesCorrupt + corrupt }
  }

  taken(): void {
    this.#takenMs = this.#clock.monotonicMs()
    this.#endAdvice()
  }

  examined(measure: number, { results }: Examined): void {
    this.#result = { measure, qualities: qualitiesOf(results) }
  }

  facts(outcome: AttemptOutcome): AttemptFacts {
    const nowMs = this.#clock.monotonicMs()
    if (this.#takenMs === undefined) this.#endAdvice()
    const [advice = ''] = [...this.#shownMs].sort(([, a], [, b]) => b - a)[0] ?? []
    return {
      ...this.#known,
      ...this.#result,
      ...this.#lost,
      outcome,
      advice,
      endedAtMs: this.#clock.nowMs(),
      ...(this.#takenMs !== undefined && { takingMs: this.#takenMs - this.#startedMs, decidingMs: nowMs - this.#takenMs }),
    }
  }

  /** Time without advice is no advice. */
  #endAdvice(): void {
    const nowMs = this.#clock.monotonicMs()
    const { advice, sinceMs } = this.#shown
    if (advice !== '') this.#shownMs.set(advice, (this.#shownMs.get(advice) ?? 0) + nowMs - sinceMs)
    this.#shown = { advice, sinceMs: nowMs }
  }
}
