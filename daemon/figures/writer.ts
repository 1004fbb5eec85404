// Figures on their way into the store: a bounded queue, written in a transaction of its own now and then. What does not fit or cannot be written is
// dropped and counted; nobody ever waits for it.

import type { Insertable, Transaction } from 'kysely'
import type { Clock, Timer } from '../../protocol/clock.js'
import { toFault } from '../../protocol/fault.js'
import type { Log } from '../../protocol/log.js'
import type { AttemptsTable, RecordingsTable, Tables } from '../store/schema.js'
import type { Store } from '../store/store.js'
import { type AttemptFacts, type Figures, inSteps, officeHour, type RecordingFacts, recordingStepMs, takingStepMs } from './attempts.js'

export interface FiguresWriter extends Figures {
  /** What could not be kept since the start. */
  readonly dropped: number
  /** Writes what waits. */
  close(): Promise<void>
}

export interface FiguresWriterDeps {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly timezone: string
}

/** With the operator's id in place of the number, which is looked up in the transaction. */
type Waiting =
  | { readonly is: 'attempt'; readonly operator: string; readonly row: Omit<Insertable<AttemptsTable>, 'operator'> }
  | { readonly is: 'recording'; readonly operator: string; readonly row: Omit<Insertable<RecordingsTable>, 'operator'> }

/** Some twenty persons. */
const mostWaiting = 256
/** Away from the commit of the capture itself, which comes at the same moment. */
const writeAfterMs = 2_000
/** As long as a year's comparison needs. */
const keptMonths = 13
/** A clock that runs ahead has emptied nothing before so many days with captures. */
const daysToTrust = 5

export function openFiguresWriter(deps: FiguresWriterDeps): FiguresWriter {
  return new Writer(deps)
}

class Writer implements FiguresWriter {
  readonly #deps: FiguresWriterDeps
  readonly #officeHour: ReturnType<typeof officeHour>
  #waiting: Waiting[] = []
  #timer: Timer | undefined
  #writing: Promise<void> | undefined
  #purgedOn = ''
  #closed = false
  dropped = 0

  constructor(deps: FiguresWriterDeps) {
    this.#deps = deps
    this.#officeHour = officeHour(deps.timezone)
  }

  attempt(facts: AttemptFacts): void {
    const { endedAtMs, modality, device, serial, operator, tryNumber, outcome, takingMs, decidingMs, measure, qualities, advice } = facts
    const row = {
      ...this.#officeHour(endedAtMs),
      modality,
      device,
      serial,
      try: tryNumber,
      outcome,
      taking_ms: takingMs === undefined ? null : inSteps(takingMs, takingStepMs),
      deciding_ms: decidingMs === undefined ? null : inSteps(decidingMs, takingStepMs),
      measure: Math.round(measure),
      qualities: JSON.stringify(Object.fromEntries(qualities.map(({ of, quality }) => [of, Math.round(quality)]))),
      advice,
      frames_dropped: facts.framesDropped,
      frames_corrupt: facts.framesCorrupt,
    }
    this.#add({ is: 'attempt', operator, row })
  }

  recording({ endedAtMs, operator, tookMs, tries, weak, exceptions }: RecordingFacts): void {
    const row = { ...this.#officeHour(endedAtMs), took_ms: inSteps(tookMs, recordingStepMs, Math.ceil), tries, weak, exceptions }
    this.#add({ is: 'recording', operator, row })
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#timer?.cancel()
    await this.#writing
    await this.#write()
  }

  #add(waiting: Waiting): void {
    if (this.#closed || this.#waiting.length >= mostWaiting) {
      this.#drop(1, this.#closed ? 'closed' : 'full')
    } else {
      this.#waiting.push(waiting)
      this.#arm()
    }
  }

  #arm(): void {
    if (this.#closed || this.#timer || this.#writing || this.#waiting.length === 0) return
    this.#timer = this.#deps.clock.after(writeAfterMs, () => {
      this.#timer = undefined
      this.#writing = this.#write().finally(() => {
        this.#writing = undefined
        this.#arm()
      })
    })
  }

  /** Never rejects. */
  async #write(): Promise<void> {
    const batch = this.#waiting
    if (batch.length === 0) return
    this.#waiting = []
    try {
      await this.#commit(batch)
    } catch (error) {
      this.#drop(batch.length, toFault(error).code)
    }
  }

  /** Not audited: the chain would keep the time and order that the rows leave out. */
  #commit(batch: readonly Waiting[]): Promise<void> {
    const { day: today } = this.#officeHour(this.#deps.clock.nowMs())
    return this.#deps.store.commit([], async (trx) => {
      const known = await trx.selectFrom('operators').select(['id', 'number']).execute()
      const numbers = new Map(known.map(({ id, number }) => [id, number]))
      for (const { is, operator, row } of batch) {
        const number = { operator: numbers.get(operator) ?? 0 }
        if (is === 'attempt')
          await trx
            .insertInto('attempts')
            .values({ ...row, ...number })
            .execute()
        else
          await trx
            .insertInto('recordings')
            .values({ ...row, ...number })
            .execute()
      }
      if (this.#purgedOn === today) return
      await purge(trx, today)
      this.#purgedOn = today
    })
  }

  #drop(count: number, reason: string): void {
    this.dropped += count
    this.#deps.log.write('warn', 'figures.dropped', { count: this.dropped, reason })
  }
}

/** Counted from the last few days with captures, not from today alone: the wall clock may be wrong. */
async function purge(trx: Transaction<Tables>, today: string): Promise<void> {
  const days = trx.selectFrom('attempts').select('day').distinct().where('day', '<=', today).orderBy('day', 'desc')
  const trusted = await days
    .offset(daysToTrust - 1)
    .limit(1)
    .executeTakeFirst()
  if (!trusted) return
  const kept = monthsBefore(trusted.day, keptMonths)
  await trx.deleteFrom('attempts').where('day', '<', kept).execute()
  await trx.deleteFrom('recordings').where('day', '<', kept).execute()
}

/** Calendar arithmetic on an ISO date; a day that the month has not becomes one of the next. */
function monthsBefore(day: string, months: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCMonth(date.getUTCMonth() - months)
  return date.toISOString().slice(0, 10)
}
