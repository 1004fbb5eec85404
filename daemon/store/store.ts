// The station's memory: encrypted rows, sealed blobs and the audit chain behind one interface. Knows no case, no capture and no card.

import type { Kysely, Transaction } from 'kysely'
import type { Facts } from '../../protocol/facts.js'
import type { Tables } from './schema.js'

/** Who did what: identifiers and hashes only, never a name, a NIK or a biometric. */
export interface AuditEntry {
  /** Operator id, or `station`, `centre`. */
  readonly actor: string
  /** Dotted name, e.g. `capture.accepted`. */
  readonly act: string
  readonly caseId?: string
  readonly facts?: Facts
  /** Lower-case hex SHA-256 values by role, e.g. `{ packet: '…' }`. */
  readonly hashes?: Readonly<Record<string, string>>
}

export interface AuditHead {
  /** 0 before the first entry. */
  readonly seq: number
  /** Lower-case hex, 64 digits. */
  readonly hash: string
}

export type AuditVerdict =
  | { readonly ok: true; readonly count: number; readonly head: AuditHead }
  | { readonly ok: false; readonly atSeq: number; readonly reason: 'gap' | 'hash' | 'times' | 'witness' }

/** A durable sealed file that no row refers to yet: pass it to `blobs.record` inside the commit that makes it visible. */
export interface SealedBlob {
  readonly hash: string
  readonly subject: string
  readonly kind: string
  readonly size: number
}

export interface BlobStore {
  /**
   * Seals `bytes` into a durable file. Invisible, and swept at the next start, until `record`ed in a commit.
   * @param subject identifier whose data key seals it (case id); its key is made at the first call
   * @param kind e.g. `finger.slap.right`, bound into the seal
   * @throws Fault store.full, store.read_only
   */
  put(subject: string, kind: string, bytes: Uint8Array): Promise<SealedBlob>
  /** Inserts the row of `blob` in the caller's transaction. Recording the same blob twice is a no-op. */
  record(trx: Transaction<Tables>, blob: SealedBlob): Promise<void>
  /** @throws Fault store.blob_unknown (no row, or erased), store.corrupt (missing or altered file: quarantined) */
  get(hash: string): Promise<Uint8Array>
  /**
   * Crypto-erase: in one commit deletes the subject's key and rows (and whatever `also` does), then unlinks the files.
   * Erasing a subject that has nothing is a no-op that is still audited.
   */
  eraseSubject(subject: string, audit: AuditEntry, also?: (trx: Transaction<Tables>) => Promise<void>): Promise<void>
}

export interface IntegrityReport {
  readonly ok: boolean
  /** Engineers' words, no personal data. */
  readonly problems: readonly string[]
}

export interface Store {
  readonly folder: string
  /** Consistent view: nothing is written while `query` runs. Writing in it is an error. Not callable inside read or commit. */
  read<T>(query: (db: Kysely<Tables>) => Promise<T>): Promise<T>
  /**
   * One transaction, durable when the promise resolves; the audit entries join the chain in the same transaction.
   * `act` uses only `trx`: calling `read` or `commit` in it is refused.
   * @throws Fault store.full, store.corrupt, store.read_only, or what `act` threw (nothing is kept then)
   */
  commit<T>(audit: AuditEntry | readonly AuditEntry[], act: (trx: Transaction<Tables>) => Promise<T>): Promise<T>
  readonly blobs: BlobStore
  readonly audit: {
    /** Recomputes the whole chain. @param witness a head seen earlier elsewhere (packet manifest, receipt): finds truncation and rewrites */
    verify(witness?: AuditHead): Promise<AuditVerdict>
    head(): Promise<AuditHead>
  }
  /** Every page, every audit entry, every blob file. */
  integrityCheck(): Promise<IntegrityReport>
  freeBytes(): Promise<number>
  /** Call before a capture starts. @throws Fault store.full when less than `bytes` plus the reserve are free */
  assertRoom(bytes: number): Promise<void>
  /** Finishes what runs, then refuses further work and lets the folder go. */
  close(): Promise<void>
}
