// The audit chain: who did what, each entry hashed over the one before, written in the transaction of the act itself.
// A chain alone does not stop whoever owns key and file from cutting or rewriting it: heads go out in packet manifests and come back as witness.

import { createHash } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import type { Clock } from '../../protocol/clock.js'
import { holdsNik, screenFacts } from '../screening.js'
import type { AuditTable, Tables } from './schema.js'
import type { AuditEntry, AuditHead, AuditVerdict } from './store.js'

const genesis = new Uint8Array(32)
const batchSize = 2000

/** SHA-256(0x00 ‖ previous ‖ seq as 8 bytes big-endian ‖ body). The leading zero keeps entries apart from tree nodes (RFC 9162). */
function chainHash(previous: Uint8Array, seq: number, body: string): Uint8Array {
  const place = Buffer.alloc(8)
  place.writeBigUInt64BE(BigInt(seq))
  return createHash('sha256').update(Uint8Array.of(0)).update(previous).update(place).update(body).digest()
}

const dotted = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/
const identifier = /^[\w.:@/+-]{1,100}$/
const hexHash = /^[0-9a-f]{64}$/

/** @throws Error when an entry is not ids and hashes only: a mistake of the caller, found by any test that runs the act */
function assertEntry({ actor, act, caseId, hashes }: AuditEntry): void {
  if (!dotted.test(act)) throw new Error('audit: act must be a dotted name')
  for (const id of caseId === undefined ? [actor] : [actor, caseId]) {
    if (!identifier.test(id) || holdsNik(id)) throw new Error(`audit: ${act}: actor and caseId must be identifiers`)
  }
  for (const [role, hash] of Object.entries(hashes ?? {})) {
    if (!hexHash.test(hash) || !identifier.test(role)) throw new Error(`audit: ${act}: hashes must be SHA-256 in lower-case hex`)
  }
}

function sorted(fields: Readonly<Record<string, string | number>>): Record<string, string | number> {
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** One spelling for one entry: keys sorted, absent fields left out. */
function canonicalBody(entry: AuditEntry, atMs: number, monotonicMs: number): string {
  return JSON.stringify({
    act: entry.act,
    actor: entry.actor,
    atMs,
    ...(entry.caseId === undefined ? {} : { caseId: entry.caseId }),
    ...(entry.facts ? { facts: sorted(screenFacts(entry.facts)) } : {}),
    ...(entry.hashes ? { hashes: sorted(entry.hashes) } : {}),
    monotonicMs,
  })
}

async function last(db: Kysely<Tables>): Promise<{ seq: number; hash: Uint8Array }> {
  const row = await db.selectFrom('audit').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst()
  return row ?? { seq: 0, hash: genesis }
}

export async function auditHead(db: Kysely<Tables>): Promise<AuditHead> {
  const { seq, hash } = await last(db)
  return { seq, hash: Buffer.from(hash).toString('hex') }
}

export async function appendAudit(trx: Transaction<Tables>, clock: Clock, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return
  const atMs = Math.round(clock.nowMs())
  const monotonicMs = Math.round(clock.monotonicMs())
  let { seq, hash: previous } = await last(trx)
  const rows = entries.map((entry): AuditTable => {
    assertEntry(entry)
    const body = canonicalBody(entry, atMs, monotonicMs)
    seq += 1
    const row = { seq, at_ms: atMs, monotonic_ms: monotonicMs, hash: chainHash(previous, seq, body), previous, body }
    previous = row.hash
    return row
  })
  await trx.insertInto('audit').values(rows).execute()
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

function timesAgree(row: AuditTable): boolean {
  const body = JSON.parse(row.body) as { atMs?: unknown; monotonicMs?: unknown }
  return body.atMs === row.at_ms && body.monotonicMs === row.monotonic_ms
}

export async function verifyAudit(db: Kysely<Tables>, witness?: AuditHead): Promise<AuditVerdict> {
  let seq = 0
  let previous: Uint8Array = genesis
  for (;;) {
    const rows = await db.selectFrom('audit').selectAll().where('seq', '>', seq).orderBy('seq').limit(batchSize).execute()
    if (rows.length === 0) break
    for (const row of rows) {
      if (row.seq !== seq + 1) return { ok: false, atSeq: seq + 1, reason: 'gap' }
      seq = row.seq
      if (!sameBytes(row.previous, previous) || !sameBytes(row.hash, chainHash(previous, seq, row.body))) {
        return { ok: false, atSeq: seq, reason: 'hash' }
      }
      if (!timesAgree(row)) return { ok: false, atSeq: seq, reason: 'times' }
      previous = row.hash
      if (witness?.seq === seq && witness.hash !== Buffer.from(row.hash).toString('hex'))
        return { ok: false, atSeq: seq, reason: 'witness' }
    }
  }
  if (witness && witness.seq > seq) return { ok: false, atSeq: seq + 1, reason: 'witness' }
  return { ok: true, count: seq, head: { seq, hash: Buffer.from(previous).toString('hex') } }
}
