// What was about to be done to a card, written before it is done, and what came of it. After a crash it tells where to look, never what to believe:
// the card itself is read before anything is done again.

import type { Clock } from '../../protocol/clock.js'
import type { Store } from '../store/store.js'
import type { CardJournal } from './personalise.js'

export interface JournalEntry {
  /** Ascends over all cards. */
  readonly id: number
  readonly operation: string
  readonly detail: Readonly<Record<string, string | number>>
  /** undefined: it was never told how it ended. */
  readonly outcome: string | undefined
}

/** @param actor who stands behind the commands */
export function openCardJournal(deps: { store: Store; clock: Clock }, actor: string, caseId: string, serial: string): CardJournal {
  const { store, clock } = deps
  let seq: number | undefined
  return {
    intend: async (operation, detail) => {
      seq = await store.commit({ actor, act: 'card.intended', caseId, facts: { serial, operation } }, async (trx) => {
        const last = await trx
          .selectFrom('card_journal')
          .select((of) => of.fn.max('seq').as('seq'))
          .where('case_id', '=', caseId)
          .where('serial', '=', serial)
          .executeTakeFirst()
        const next = (last?.seq ?? 0) + 1
        const row = {
          case_id: caseId,
          serial,
          seq: next,
          operation,
          detail: JSON.stringify(detail),
          outcome: null,
          at_ms: Math.floor(clock.nowMs()),
        }
        await trx.insertInto('card_journal').values(row).execute()
        return next
      })
    },
    outcome: async (statusWord) => {
      const of = seq
      if (of === undefined) return
      await store.commit([], async (trx) => {
        await trx
          .updateTable('card_journal')
          .set({ outcome: statusWord })
          .where('case_id', '=', caseId)
          .where('serial', '=', serial)
          .where('seq', '=', of)
          .execute()
      })
    },
  }
}

/** The last entry of this operation for the card. */
export async function lastEntry(store: Store, caseId: string, serial: string, operation: string): Promise<JournalEntry | undefined> {
  const row = await store.read((db) =>
    db
      .selectFrom('card_journal')
      .select(['id', 'operation', 'detail', 'outcome'])
      .where('case_id', '=', caseId)
      .where('serial', '=', serial)
      .where('operation', '=', operation)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst(),
  )
  return (
    row && {
      id: row.id,
      operation: row.operation,
      detail: JSON.parse(row.detail) as JournalEntry['detail'],
      outcome: row.outcome ?? undefined,
    }
  )
}

/** Whether the same operation was begun on any other card after `entry`. */
export async function laterEntry(store: Store, entry: JournalEntry): Promise<boolean> {
  const row = await store.read((db) =>
    db
      .selectFrom('card_journal')
      .select('id')
      .where('operation', '=', entry.operation)
      .where('id', '>', entry.id)
      .limit(1)
      .executeTakeFirst(),
  )
  return row !== undefined
}
