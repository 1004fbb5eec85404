// The station's memory: encrypted rows, sealed blobs and the audit chain behind one interface. Knows no case, no capture and no card.

import { AsyncLocalStorage } from 'node:async_hooks'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Clock } from '../../protocol/clock.js'
import type { Facts } from '../../protocol/facts.js'
import { Fault, isFault } from '../../protocol/fault.js'
import type { Log } from '../../protocol/log.js'
import type { Random } from '../../protocol/random.js'
import type { Effects } from '../effects.js'
import { appendAudit, auditHead, verifyAudit } from './audit.js'
import { openBlobs } from './blobs.js'
import { type EncryptedDatabase, openDatabase } from './database.js'
import { fileFault, systemErrorCode } from './faults.js'
import { diskFiles, type Files, prepareFolder, writeDurably } from './files.js'
import { lockFolder } from './folder-lock.js'
import { type DerivedKeys, deriveKeys, seal, unseal } from './keys.js'
import { migrations, schemaVersion, type Tables } from './schema.js'
import { type OpenLink, openWorkerLink } from './sqlite-link.js'

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
  /** For small keys kept in `settings`: sealed under the store key, bound to `name`. */
  readonly secrets: {
    /** @returns base64url */
    seal(name: string, secret: Uint8Array): string
    /** @throws Fault store.corrupt */
    open(name: string, sealed: string): Uint8Array
  }
  /** Every page, every audit entry, every blob file. */
  integrityCheck(): Promise<IntegrityReport>
  freeBytes(): Promise<number>
  /** Call before a capture starts. @throws Fault store.full when less than `bytes` plus the reserve are free */
  assertRoom(bytes: number): Promise<void>
  /** Finishes what runs, then refuses further work and lets the folder go. */
  close(): Promise<void>
}

export interface StoreDeps {
  /** Made when absent, private to its owner (0700). */
  readonly folder: string
  /** 32 bytes, see `loadStoreKey`. */
  readonly key: Uint8Array
  readonly effects: Effects
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** The worker thread unless given; `openDirectLink` spares tests its start. */
  readonly openLink?: OpenLink
  /** A test's own disk. */
  readonly files?: Files
  /** Kept free beyond what `assertRoom` is asked for: 256 MiB unless given. */
  readonly reserveBytes?: number
}

const defaultReserveBytes = 256 * 1024 * 1024

/**
 * Locks the folder, opens or makes the database, brings its schema up to date, sweeps what a crash left.
 * @throws Fault store.locked, store.key_wrong, store.corrupt, store.version_newer, store.read_only, store.folder_unsafe, store.full
 */
export async function openStore(deps: StoreDeps): Promise<Store> {
  const files = deps.files ?? diskFiles
  await prepareFolder(deps.folder)
  const lock = lockFolder(deps.folder)
  let database: EncryptedDatabase | undefined
  try {
    const keys = deriveKeys(deps.key)
    await checkKey(files, deps.folder, keys)
    const opening = { file: await databaseFile(deps.folder), keyHex: keys.databaseHex }
    database = await openDatabase(opening, deps.openLink ?? openWorkerLink)
    await migrate(database.writer, deps.clock, deps.effects)
    return await assemble(deps, files, keys, database, () => lock.release())
  } catch (error) {
    await database?.close().catch(() => {})
    lock.release()
    throw error
  }
}

/** Made by us, before SQLite makes it with whatever the umask allows. */
async function databaseFile(folder: string): Promise<string> {
  const file = join(folder, 'store.db')
  try {
    await (await open(file, 'wx', 0o600)).close()
    await diskFiles.syncFolder(folder)
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw fileFault(error, file)
  }
  return file
}

/** A wrong key and a damaged first page look the same to SQLite. This small file, written before the database, tells them apart. */
async function checkKey(files: Files, folder: string, { checkHex }: DerivedKeys): Promise<void> {
  const path = join(folder, 'store.check')
  try {
    const found = Buffer.from(await files.read(path))
      .toString('latin1')
      .trim()
    if (found !== checkHex) throw new Fault('store.key_wrong', { path: folder })
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw fileFault(error, path)
    await writeDurably(files, path, Buffer.from(`${checkHex}\n`))
  }
}

async function migrate(writer: Kysely<Tables>, clock: Clock, effects: Effects): Promise<void> {
  const { rows } = await sql<{ user_version: number }>`pragma user_version`.execute(writer)
  const found = rows[0]?.user_version ?? 0
  if (found > schemaVersion) throw new Fault('store.version_newer', { found, expected: schemaVersion })
  for (const { version, statements } of migrations.slice(found)) {
    await effects.perform('store.commit', () =>
      writer.transaction().execute(async (trx) => {
        for (const statement of statements) await sql.raw(statement).execute(trx)
        await sql.raw(`pragma user_version = ${version}`).execute(trx)
        await appendAudit(trx, clock, [{ actor: 'station', act: 'store.migrated', facts: { version } }])
      }),
    )
  }
}

async function assemble(deps: StoreDeps, files: Files, keys: DerivedKeys, database: EncryptedDatabase, unlock: () => void): Promise<Store> {
  const { folder, effects, clock, random, log } = deps
  const { read, commit, forget } = accessTo(database, effects, clock)
  const blobs = await openBlobs({
    folder,
    wrapping: keys.wrapping,
    files,
    effects,
    clock,
    random,
    log,
    store: { read, commit },
    checkpoint: database.checkpoint,
  })
  await blobs.sweep()
  const verify = (witness?: AuditHead) => read((db) => verifyAudit(db, witness))
  let closing: Promise<void> | undefined
  return {
    folder,
    read,
    commit,
    blobs,
    audit: { verify, head: () => read(auditHead) },
    secrets: {
      seal: (name, secret) => Buffer.from(seal(keys.secrets, random.bytes(12), name, secret)).toString('base64url'),
      open: (name, sealed) => {
        const secret = unseal(keys.secrets, name, Buffer.from(sealed, 'base64url'))
        if (!secret) throw new Fault('store.corrupt', { reason: 'sealed setting' })
        return secret
      },
    },
    integrityCheck: () => checkIntegrity(read, verify, blobs.checkAll.bind(blobs)),
    freeBytes: () => files.freeBytes(folder),
    assertRoom: async (bytes) => {
      const size = await files.freeBytes(folder)
      const limit = bytes + (deps.reserveBytes ?? defaultReserveBytes)
      if (size < limit) throw new Fault('store.full', { size, limit })
    },
    close: () => {
      closing ??= database.close().finally(() => {
        forget()
        unlock()
      })
      return closing
    },
  }
}

/** The two ways in. A call from within an `act` or `query` would wait for itself for ever, so it is refused at once. */
function accessTo(database: EncryptedDatabase, effects: Effects, clock: Clock): Pick<Store, 'read' | 'commit'> & { forget(): void } {
  const inside = new AsyncLocalStorage<{ running: boolean }>()
  const alone = async <T>(act: () => Promise<T>): Promise<T> => {
    const scope = { running: true }
    try {
      return await inside.run(scope, act)
    } finally {
      scope.running = false
    }
  }
  const assertOutside = () => {
    if (inside.getStore()?.running) throw new Error('store: read and commit may not be called inside read or commit')
  }
  return {
    // Node would carry it along with every promise of the process for as long as that lives.
    forget: () => inside.disable(),
    read: async (query) => {
      assertOutside()
      return effects.perform('store.read', () => database.reader.connection().execute((db) => alone(() => query(db))))
    },
    commit: async (audit, act) => {
      assertOutside()
      const entries = Array.isArray(audit) ? (audit as readonly AuditEntry[]) : [audit as AuditEntry]
      return effects.perform('store.commit', () =>
        database.writer.transaction().execute(async (trx) => {
          const result = await alone(() => act(trx))
          await appendAudit(trx, clock, entries)
          return result
        }),
      )
    },
  }
}

async function checkIntegrity(
  read: Store['read'],
  verify: () => Promise<AuditVerdict>,
  checkBlobs: () => Promise<readonly string[]>,
): Promise<IntegrityReport> {
  try {
    const pages = await read((db) => sql<{ integrity_check: string }>`pragma integrity_check`.execute(db))
    const problems = pages.rows.map((row) => row.integrity_check).filter((line) => line !== 'ok')
    const chain = await verify()
    if (!chain.ok) problems.push(`audit ${chain.reason} at ${chain.atSeq}`)
    for (const name of await checkBlobs()) problems.push(`blob ${name}`)
    return { ok: problems.length === 0, problems }
  } catch (error) {
    if (isFault(error, 'store.corrupt', 'store.io')) return { ok: false, problems: [error.message] }
    throw error
  }
}
