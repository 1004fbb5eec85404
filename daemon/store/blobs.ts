// Images and records as sealed files named by the hash of what lies on the disk, one data key a subject. Deleting the key is the erasure.
// Order: file durable, then the commit that names it; on erasure the commit first, then the file. What a crash leaves between is swept.

import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kysely, Transaction } from 'kysely'
import type { Clock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import type { Log } from '../../protocol/log.js'
import type { Random } from '../../protocol/random.js'
import type { Effects } from '../effects.js'
import { fileFault, systemErrorCode } from './faults.js'
import { type Files, removeIfThere, writeDurably } from './files.js'
import { seal, sealOverheadBytes, unseal } from './keys.js'
import type { BlobsTable, Tables } from './schema.js'
import type { AuditEntry, BlobStore, SealedBlob, Store } from './store.js'

/** Form of a sealed file: these four bytes, then nonce, ciphertext, tag (AES-256-GCM; 1.9 GB/s against 0.8 of chacha20-poly1305 at 1 MB, measured with AES instructions). */
const magic = Uint8Array.of(0x52, 0x4b, 0x42, 0x01)
const overheadBytes = magic.length + sealOverheadBytes
/** Slap images are below 5 MB; a packet body goes out in segments and never through here. */
const largestBytes = 64 * 1024 * 1024

export interface BlobDeps {
  readonly folder: string
  readonly wrapping: Uint8Array
  readonly files: Files
  readonly effects: Effects
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly store: Pick<Store, 'read' | 'commit'>
  readonly checkpoint: () => Promise<void>
}

export interface ManagedBlobs extends BlobStore {
  /** At start: removes temporary files and files that no row names, quarantines rows whose file is missing or of the wrong size. */
  sweep(): Promise<void>
  /** Authenticates every file. @returns file names that failed */
  checkAll(): Promise<readonly string[]>
}

const nameOf = (file: Uint8Array) => createHash('sha256').update(file).digest('hex')
/** The file's own name is bound by being its hash; subject and kind are bound here, so that rows cannot be swapped. */
const sealContext = (subject: string, kind: string) => JSON.stringify(['rekam.blob.v1', subject, kind])
const wrapContext = (subject: string) => JSON.stringify(['rekam.subject-key.v1', subject])

/** The folders are made by the caller's `openBlobs`; everything else happens through the seams. */
class Blobs implements ManagedBlobs {
  readonly #deps: BlobDeps
  readonly #folder: string
  readonly #quarantine: string

  constructor(deps: BlobDeps, folder: string, quarantine: string) {
    this.#deps = deps
    this.#folder = folder
    this.#quarantine = quarantine
  }

  async put(subject: string, kind: string, bytes: Uint8Array): Promise<SealedBlob> {
    if (bytes.length > largestBytes) throw new Fault('input.too_large', { size: bytes.length, limit: largestBytes })
    const { random, effects, files } = this.#deps
    const key = await this.#keyFor(subject)
    const file = Buffer.concat([magic, seal(key, random.bytes(12), sealContext(subject, kind), bytes)])
    const hash = nameOf(file)
    await effects.perform('blob.write', () => writeDurably(files, join(this.#folder, hash), file))
    return { hash, subject, kind, size: bytes.length }
  }

  async record(trx: Transaction<Tables>, { hash, subject, kind, size }: SealedBlob): Promise<void> {
    await trx
      .insertInto('blobs')
      .values({ hash, subject, kind, size, created_ms: this.#nowMs(), quarantined_ms: null })
      .onConflict((conflict) => conflict.column('hash').doNothing())
      .execute()
  }

  async get(hash: string): Promise<Uint8Array> {
    const row = await this.#deps.store.read((db) => withKeys(db).where('hash', '=', hash).executeTakeFirst())
    if (!row) throw new Fault('store.blob_unknown', { path: hash })
    if (row.quarantined_ms !== null) throw new Fault('store.corrupt', { path: hash, reason: 'quarantined' })
    const plain = await this.#openFile(row)
    if (plain) return plain
    await this.#setAside([row], 'authentication')
    throw new Fault('store.corrupt', { path: hash, reason: 'authentication' })
  }

  async eraseSubject(subject: string, audit: AuditEntry, also?: (trx: Transaction<Tables>) => Promise<void>): Promise<void> {
    const hashes = await this.#deps.store.commit(audit, async (trx) => {
      const rows = await trx.deleteFrom('blobs').where('subject', '=', subject).returning('hash').execute()
      await trx.deleteFrom('subject_keys').where('subject', '=', subject).execute()
      await also?.(trx)
      return rows.map(({ hash }) => hash)
    })
    // The wrapped key must not survive in old pages of the write-ahead log.
    await this.#deps.checkpoint()
    await this.#unlinkAll(hashes)
  }

  async sweep(): Promise<void> {
    const rows = await this.#deps.store.read((db) => db.selectFrom('blobs').selectAll().execute())
    const live = rows.filter((row) => row.quarantined_ms === null)
    const files = new Map((await this.#deps.files.list(this.#folder)).map(({ name, size }) => [name, size]))
    const damaged = live.filter(({ hash, size }) => files.get(hash) !== size + overheadBytes)
    const known = new Set(rows.map(({ hash }) => hash))
    const aside = await this.#deps.files.list(this.#quarantine)
    const orphans = [...files.keys(), ...aside.map(({ name }) => name)].filter((name) => !known.has(name))
    if (orphans.length > 0) {
      await this.#unlinkAll(orphans)
      this.#deps.log.write('warn', 'blob.orphans_swept', { count: orphans.length })
    }
    if (damaged.length > 0) await this.#setAside(damaged, 'missing or wrong size')
  }

  async checkAll(): Promise<readonly string[]> {
    const failed: string[] = []
    for (const row of await this.#deps.store.read((db) => withKeys(db).execute())) {
      const plain = row.quarantined_ms === null ? await this.#openFile(row) : undefined
      if (!plain) failed.push(row.hash)
    }
    return failed
  }

  /** The subject's data key, made in a commit of its own at the first image: a key without images does no harm. */
  async #keyFor(subject: string): Promise<Uint8Array> {
    const { store, random, wrapping } = this.#deps
    const select = () => store.read((db) => db.selectFrom('subject_keys').selectAll().where('subject', '=', subject).executeTakeFirst())
    let row = await select()
    if (!row) {
      const wrapped = seal(wrapping, random.bytes(12), wrapContext(subject), random.bytes(32))
      await store.commit({ actor: 'station', act: 'subject.key_created', caseId: subject }, (trx) =>
        trx
          .insertInto('subject_keys')
          .values({ subject, wrapped_key: wrapped, created_ms: this.#nowMs() })
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      )
      // Of two first images at the same time one key won: both use that one.
      row = await select()
    }
    if (!row) throw new Fault('store.blob_unknown', { caseId: subject })
    return this.#unwrap(subject, row.wrapped_key)
  }

  #unwrap(subject: string, wrapped: Uint8Array): Uint8Array {
    const key = unseal(this.#deps.wrapping, wrapContext(subject), wrapped)
    if (!key) throw new Fault('store.corrupt', { reason: 'subject key' })
    return key
  }

  /** The plaintext, or undefined when the file is missing, altered or sealed for something else. */
  async #openFile(row: BlobsTable & { wrapped_key: Uint8Array }): Promise<Uint8Array | undefined> {
    let file: Uint8Array
    try {
      file = await this.#deps.effects.perform('blob.read', () => this.#deps.files.read(join(this.#folder, row.hash)))
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return undefined
      throw fileFault(error, row.hash)
    }
    if (nameOf(file) !== row.hash || Buffer.compare(file.subarray(0, magic.length), magic) !== 0) return undefined
    const plain = unseal(this.#unwrap(row.subject, row.wrapped_key), sealContext(row.subject, row.kind), file.subarray(magic.length))
    return plain?.length === row.size ? plain : undefined
  }

  async #setAside(rows: readonly BlobsTable[], reason: string): Promise<void> {
    const { effects, files, log, store } = this.#deps
    const hashes = rows.map(({ hash }) => hash)
    await effects.perform('blob.remove', async () => {
      for (const hash of hashes) {
        await files.rename(join(this.#folder, hash), join(this.#quarantine, hash)).catch((error: unknown) => {
          if (systemErrorCode(error) !== 'ENOENT') throw fileFault(error, hash)
        })
      }
    })
    const entries = rows.map(
      ({ hash, subject }): AuditEntry => ({
        actor: 'station',
        act: 'blob.quarantined',
        caseId: subject,
        facts: { reason },
        hashes: { blob: hash },
      }),
    )
    await store.commit(entries, (trx) =>
      trx.updateTable('blobs').set({ quarantined_ms: this.#nowMs() }).where('hash', 'in', hashes).execute(),
    )
    for (const hash of hashes) log.write('error', 'blob.quarantined', { path: hash, reason })
  }

  async #unlinkAll(names: readonly string[]): Promise<void> {
    if (names.length === 0) return
    const { effects, files } = this.#deps
    await effects.perform('blob.remove', async () => {
      for (const name of names) {
        await removeIfThere(files, join(this.#folder, name))
        await removeIfThere(files, join(this.#quarantine, name))
      }
      await files.syncFolder(this.#folder)
      await files.syncFolder(this.#quarantine)
    })
  }

  #nowMs(): number {
    return Math.round(this.#deps.clock.nowMs())
  }
}

function withKeys(db: Kysely<Tables>) {
  return db
    .selectFrom('blobs')
    .innerJoin('subject_keys', 'subject_keys.subject', 'blobs.subject')
    .selectAll('blobs')
    .select('subject_keys.wrapped_key')
}

/** @param deps `folder` is the data folder; blobs/ and quarantine/ are made in it */
export async function openBlobs(deps: BlobDeps): Promise<ManagedBlobs> {
  const folder = join(deps.folder, 'blobs')
  const quarantine = join(deps.folder, 'quarantine')
  for (const path of [folder, quarantine]) await mkdir(path, { recursive: true, mode: 0o700 })
  await deps.files.syncFolder(deps.folder)
  return new Blobs(deps, folder, quarantine)
}
