// The cases as they are kept: every change is one transaction of document, companions and audit, then one event. Knows the engine, not the desks.

import type { Transaction } from 'kysely'
import type { Clock } from '../../protocol/clock.js'
import type { Facts } from '../../protocol/facts.js'
import { Fault } from '../../protocol/fault.js'
import type { Actor } from '../desks.js'
import type { Modality, StationState } from '../state.js'
import type { Tables } from '../store/schema.js'
import type { Store } from '../store/store.js'
import type { CaseDocument } from './case.js'
import { type CaseInput, openCase, stepCase } from './case-engine.js'
import type { ServiceStandard } from './standard.js'

/** What is written and audited together with a change of the document. */
export interface Companions {
  readonly facts?: Facts
  readonly hashes?: Readonly<Record<string, string>>
  readonly write?: (trx: Transaction<Tables>, doc: CaseDocument) => Promise<void>
}

export interface CaseBook {
  /** @throws Fault `case.not_found` */
  get(caseId: string): Promise<CaseDocument>
  /** Cases that are not closed. */
  openCases(): Promise<readonly CaseDocument[]>
  standardOf(doc: CaseDocument): ServiceStandard
  open(actor: Actor, opening: { standard: ServiceStandard; caseId: string; priority: boolean; nik: string }): Promise<CaseDocument>
  /**
   * Moves a case by one input, atomically with its companions and one audit entry.
   * @throws Fault of the engine; nothing is changed then
   */
  change(actor: Actor, caseId: string, act: string, input: CaseInput, companions?: Companions): Promise<CaseDocument>
}

export const stationActor: Actor = { operator: 'station', roles: [] }

export function openCaseBook(deps: {
  store: Store
  clock: Clock
  state: StationState
  standards: readonly ServiceStandard[]
  /** Of recording, for new cases. */
  order: readonly Modality[]
}): CaseBook {
  const { store, clock, state, standards, order } = deps

  const standardOf = (doc: Pick<CaseDocument, 'standardId' | 'standardVersion'>): ServiceStandard => {
    const found = standards.find(({ id, version }) => id === doc.standardId && version === doc.standardVersion)
    if (!found) throw new Fault('standard.unknown', { field: doc.standardId, version: doc.standardVersion })
    return found
  }

  return {
    standardOf,
    get: (caseId) =>
      store.read(async (db) =>
        parseDocument(await db.selectFrom('cases').select('state').where('id', '=', caseId).executeTakeFirst(), caseId),
      ),
    openCases: () =>
      store.read(async (db) => {
        const rows = await db.selectFrom('cases').select('state').orderBy('created_ms').execute()
        return rows.map((row) => JSON.parse(row.state) as CaseDocument).filter(({ closedAtMs }) => closedAtMs === undefined)
      }),
    open: async (actor, { standard, caseId, priority, nik }) => {
      const nowMs = clock.nowMs()
      const today = officeDate(nowMs, standard.timezone)
      const doc = await store.commit({ actor: actor.operator, act: 'case.opened', caseId }, async (trx) => {
        const ticket = await nextTicket(trx, today, priority)
        const opened = openCase(standard, { caseId, ticket, priority, nik }, { actor: actor.operator, nowMs }, order)
        await trx
          .insertInto('cases')
          .values({
            id: caseId,
            ticket_number: ticket,
            ticket_date: today,
            priority: priority ? 1 : 0,
            standard_id: standard.id,
            standard_version: String(standard.version),
            state: JSON.stringify(opened),
            revision: 0,
            created_ms: Math.floor(nowMs),
            updated_ms: Math.floor(nowMs),
          })
          .execute()
        return opened
      })
      state.publish({ is: 'case', case: doc })
      return doc
    },
    change: async (actor, caseId, act, input, companions = {}) => {
      const entry = {
        actor: actor.operator,
        act,
        caseId,
        ...(companions.facts && { facts: companions.facts }),
        ...(companions.hashes && { hashes: companions.hashes }),
      }
      const doc = await store.commit(entry, async (trx) => {
        const nowMs = clock.nowMs()
        const before = parseDocument(await trx.selectFrom('cases').select('state').where('id', '=', caseId).executeTakeFirst(), caseId)
        const stepped = stepCase(before, input, standardOf(before), { actor: actor.operator, nowMs })
        const after = { ...stepped, revision: before.revision + 1 }
        await trx
          .updateTable('cases')
          .set({ state: JSON.stringify(after), revision: after.revision, updated_ms: Math.floor(nowMs) })
          .where('id', '=', caseId)
          .execute()
        await companions.write?.(trx, after)
        return after
      })
      state.publish({ is: 'case', case: doc })
      return doc
    },
  }
}

/** The calendar date at the office, ISO 8601. */
export function officeDate(nowMs: number, timezone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' }).format(nowMs)
}

/** Reads and raises a counter within the caller's transaction: numbers have no gaps and no doubles. */
export async function nextNumber(trx: Transaction<Tables>, name: string): Promise<number> {
  const row = await trx.selectFrom('counters').select('value').where('name', '=', name).executeTakeFirst()
  const value = (row?.value ?? 0) + 1
  await trx
    .insertInto('counters')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
  return value
}

/** A001 for everybody, P001 for the priority lane; numbers begin again each day. */
async function nextTicket(trx: Transaction<Tables>, today: string, priority: boolean): Promise<string> {
  const lane = priority ? 'P' : 'A'
  return `${lane}${String(await nextNumber(trx, `ticket.${lane}.${today}`)).padStart(3, '0')}`
}

function parseDocument(row: { state: string } | undefined, caseId: string): CaseDocument {
  if (!row) throw new Fault('case.not_found', { caseId })
  return JSON.parse(row.state) as CaseDocument
}
