// Blank cards are state documents: each is known by the number on its back and by its chip, from delivery to handover or destruction.

import type { Transaction } from 'kysely'
import { Fault } from '../../protocol/fault.js'
import type { Tables } from '../store/schema.js'
import type { Store } from '../store/store.js'

export type BlankState = 'issued_to_station' | 'probed' | 'verified' | 'printed' | 'handed_over' | 'spoiled'

export interface Blank {
  readonly serial: string
  /** Lower-case hex. */
  readonly chipUid: string
}

export interface BlankStock {
  /** Delivery: idempotent by serial. */
  receive(actor: string, blanks: readonly Blank[], nowMs: number): Promise<void>
  /** @returns the blank with this chip and the case it is bound to, if any @throws Fault `card.unknown_blank` */
  byChip(chipUid: string): Promise<{ readonly serial: string; readonly state: BlankState; readonly caseId: string | undefined }>
  counts(): Promise<Readonly<Record<BlankState, number>>>
  /** In the caller's commit. */
  move(
    trx: Transaction<Tables>,
    serial: string,
    state: BlankState,
    nowMs: number,
    bound: { readonly caseId?: string; readonly reason?: string },
  ): Promise<void>
}

export function openBlankStock(store: Store): BlankStock {
  return {
    receive: async (actor, blanks, nowMs) => {
      const known = new Set((await store.read((db) => db.selectFrom('blank_cards').select('serial').execute())).map(({ serial }) => serial))
      const fresh = blanks.filter(({ serial }) => !known.has(serial))
      if (fresh.length === 0) return
      await store.commit({ actor, act: 'blank.received', facts: { count: fresh.length } }, async (trx) => {
        for (const { serial, chipUid } of fresh) {
          const row = { serial, chip_uid: chipUid, state: 'issued_to_station', case_id: null, reason: null, updated_ms: Math.floor(nowMs) }
          await trx
            .insertInto('blank_cards')
            .values(row)
            .onConflict((conflict) => conflict.column('serial').doNothing())
            .execute()
        }
      })
    },
    byChip: async (chipUid) => {
      const row = await store.read((db) => db.selectFrom('blank_cards').selectAll().where('chip_uid', '=', chipUid).executeTakeFirst())
      if (!row) throw new Fault('card.unknown_blank')
      return { serial: row.serial, state: row.state as BlankState, caseId: row.case_id ?? undefined }
    },
    counts: async () => {
      const rows = await store.read((db) =>
        db
          .selectFrom('blank_cards')
          .select(['state', (of) => of.fn.countAll<number>().as('count')])
          .groupBy('state')
          .execute(),
      )
      const none = { issued_to_station: 0, probed: 0, verified: 0, printed: 0, handed_over: 0, spoiled: 0 }
      return { ...none, ...Object.fromEntries(rows.map(({ state, count }) => [state, count])) }
    },
    move: async (trx, serial, state, nowMs, { caseId, reason }) => {
      await trx
        .updateTable('blank_cards')
        .set({
          state,
          updated_ms: Math.floor(nowMs),
          ...(caseId !== undefined && { case_id: caseId }),
          ...(reason !== undefined && { reason }),
        })
        .where('serial', '=', serial)
        .execute()
    },
  }
}
