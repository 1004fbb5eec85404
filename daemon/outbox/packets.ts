// The rows of the outbox: waiting, committed, retained packets and their sealed bytes. Queries only; decides nothing.

import { sql, type Transaction } from 'kysely'
import { Fault } from '../../protocol/fault.js'
import { sha256Hex } from '../packet/manifest.js'
import type { Tables } from '../store/schema.js'
import type { AuditEntry, Store } from '../store/store.js'
import { type PacketStateName, waitingStates } from './machine.js'

/** Kind of the blob that holds a packet's ciphertext; its subject is the case. */
export const packetBlobKind = 'packet'

export interface PacketRow {
  readonly id: string
  readonly case_id: string
  readonly state: string
  readonly manifest_jws: string
  readonly ciphertext_hash: string
  readonly size: number
  readonly chunk_size: number
}

export interface Waiting {
  readonly count: number
  readonly bytes: number
  readonly oldestAtMs: number
}

const columns = ['id', 'case_id', 'state', 'manifest_jws', 'ciphertext_hash', 'size', 'chunk_size'] as const

export async function waiting(db: Pick<Transaction<Tables>, 'selectFrom'>): Promise<Waiting> {
  const row = await db
    .selectFrom('packets')
    .select(({ fn }) => [fn.countAll<number>().as('count'), fn.sum<number>('size').as('bytes'), fn.min('created_ms').as('oldest')])
    .where('state', 'in', waitingStates)
    .executeTakeFirst()
  return { count: Number(row?.count ?? 0), bytes: Number(row?.bytes ?? 0), oldestAtMs: Number(row?.oldest ?? 0) }
}

/** By order of enqueueing, not by the wall clock, which may jump. */
export function oldestWaiting(store: Store, except: readonly string[]): Promise<PacketRow | undefined> {
  return store.read((db) =>
    db
      .selectFrom('packets')
      .select(columns)
      .where('state', 'in', waitingStates)
      .$if(except.length > 0, (query) => query.where('id', 'not in', except))
      .orderBy(sql`rowid`)
      .limit(1)
      .executeTakeFirst(),
  )
}

export function committedIds(store: Store): Promise<readonly { readonly id: string; readonly case_id: string }[]> {
  return store.read((db) =>
    db.selectFrom('packets').select(['id', 'case_id']).where('state', '=', 'committed').orderBy(sql`rowid`).execute(),
  )
}

/** @throws Fault `packet.corrupt` when the bytes are gone or are not what was sealed */
export async function ciphertextOf(store: Store, row: PacketRow): Promise<Uint8Array> {
  const blob = await store.read((db) =>
    db
      .selectFrom('blobs')
      .select('hash')
      .where('subject', '=', row.case_id)
      .where('kind', '=', packetBlobKind)
      .orderBy(sql`rowid desc`)
      .executeTakeFirst(),
  )
  const corrupt = (cause?: unknown) => new Fault('packet.corrupt', { packetId: row.id }, { cause })
  if (!blob) throw corrupt()
  const bytes = await store.blobs.get(blob.hash).catch((error: unknown) => {
    throw corrupt(error)
  })
  if (bytes.length !== row.size || sha256Hex(bytes) !== row.ciphertext_hash) throw corrupt()
  return bytes
}

/** Moves a packet on, audited. The `from` states guard against a second writer. */
export function move(
  store: Store,
  audit: AuditEntry,
  change: {
    readonly id: string
    readonly from: readonly PacketStateName[]
    readonly to: PacketStateName
    readonly atMs: number
    readonly receiptJws?: string
  },
): Promise<void> {
  return store.commit(audit, async (trx) => {
    await trx
      .updateTable('packets')
      .set({
        state: change.to,
        updated_ms: Math.floor(change.atMs),
        ...(change.receiptJws !== undefined && { receipt_jws: change.receiptJws }),
      })
      .where('id', '=', change.id)
      .where('state', 'in', change.from)
      .execute()
  })
}
