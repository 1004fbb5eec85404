// The encrypted database as two kysely views over the one connection in the worker thread: `reader` may not write, `writer` commits.
// A first-come-first-served mutex gives each read or transaction the connection to itself. Knows no effects and no audit: store.ts adds them.

import { Worker } from 'node:worker_threads'
import {
  type CompiledQuery,
  CompiledQuery as Compiled,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { Fault } from '../../protocol/fault.js'
import { SqliteFailure, sqliteFault } from './faults.js'
import type { Tables } from './schema.js'

export interface DatabaseOpening {
  readonly file: string
  /** Raw 256-bit key, 64 hex digits: no key derivation in SQLite. */
  readonly keyHex: string
}

export type Request = { readonly id: number } & (
  | { readonly do: 'query'; readonly sql: string; readonly parameters: readonly unknown[]; readonly readOnly: boolean }
  | { readonly do: 'rollback' | 'checkpoint' | 'close' }
)
export type Reply =
  | {
      readonly id: number
      readonly ok: true
      readonly rows: readonly unknown[]
      readonly changes?: number
      readonly lastInsertRowid?: number | bigint
    }
  | { readonly id: number; readonly ok: false; readonly code: string; readonly message: string }

export interface EncryptedDatabase {
  readonly reader: Kysely<Tables>
  readonly writer: Kysely<Tables>
  /** Empties the write-ahead log into the database: after an erasure nothing of it stays in the log. */
  checkpoint(): Promise<void>
  close(): Promise<void>
}

/** More than this many operations waiting means that something is stuck. */
const waitingLimit = 1024

type Answer = Extract<Reply, { ok: true }>
type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never

/** Talks to the worker: numbered requests, each answered once, all refused once it is gone. */
class WorkerLink {
  readonly #worker: Worker
  readonly #waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>()
  #nextId = 1
  #gone: Error | undefined
  readonly opened: Promise<Answer>
  readonly ended: Promise<void>

  constructor(opening: DatabaseOpening) {
    this.#worker = new Worker(new URL('./database-worker.js', import.meta.url), { workerData: opening, execArgv: process.execArgv })
    this.opened = this.#expect(0)
    this.#worker.on('message', (reply: Reply) => this.#settle(reply))
    this.#worker.on('error', (error) => this.#lose(new Fault('store.closed', { reason: 'worker failed' }, { cause: error })))
    this.ended = new Promise((resolve) =>
      this.#worker.on('exit', () => {
        this.#lose(new Fault('store.closed'))
        resolve()
      }),
    )
  }

  ask(request: Unnumbered<Request>): Promise<Answer> {
    if (this.#gone) return Promise.reject(this.#gone)
    const id = this.#nextId++
    const answer = this.#expect(id)
    this.#worker.postMessage({ ...request, id })
    return answer
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }

  /** An idle store does not keep the process alive; a running statement does. */
  #expect(id: number): Promise<Answer> {
    this.#worker.ref()
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (this.#waiting.size === 0) this.#worker.unref()
    if (reply.ok) waiting?.resolve(reply)
    else waiting?.reject(sqliteFault(new SqliteFailure(reply.code, reply.message)))
  }

  #lose(error: Error): void {
    this.#gone ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#gone)
    this.#waiting.clear()
  }
}

class Mutex {
  #held = false
  readonly #waiting: (() => void)[] = []

  async acquire(): Promise<void> {
    if (!this.#held) {
      this.#held = true
      return
    }
    if (this.#waiting.length >= waitingLimit) throw new Fault('internal.limit', { operation: 'store', limit: waitingLimit })
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  release(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#held = false
  }
}

class Connection implements DatabaseConnection {
  readonly #link: WorkerLink
  readonly #readOnly: boolean

  constructor(link: WorkerLink, readOnly: boolean) {
    this.#link = link
    this.#readOnly = readOnly
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, changes, lastInsertRowid } = await this.#link.ask({ do: 'query', sql, parameters, readOnly: this.#readOnly })
    return {
      rows: rows as R[],
      ...(changes === undefined ? {} : { numAffectedRows: BigInt(changes) }),
      ...(lastInsertRowid === undefined ? {} : { insertId: BigInt(lastInsertRowid) }),
    }
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query)
  }
}

function driver(link: WorkerLink, mutex: Mutex, readOnly: boolean): Driver {
  const connection = new Connection(link, readOnly)
  return {
    init: async () => {},
    acquireConnection: async () => {
      await mutex.acquire()
      return connection
    },
    releaseConnection: async () => mutex.release(),
    beginTransaction: async () => void (await connection.executeQuery(Compiled.raw('begin immediate'))),
    commitTransaction: async () => void (await connection.executeQuery(Compiled.raw('commit'))),
    rollbackTransaction: async () => void (await link.ask({ do: 'rollback' })),
    destroy: async () => {},
  }
}

function dialect(make: () => Driver): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: make,
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

/** @throws Fault store.corrupt (also: wrong key), store.read_only; Error when the SQLite build or its settings are not what the store needs */
export async function openDatabase(opening: DatabaseOpening): Promise<EncryptedDatabase> {
  const link = new WorkerLink(opening)
  try {
    await link.opened
  } catch (error) {
    await link.stop()
    throw error
  }
  const mutex = new Mutex()
  return {
    reader: new Kysely<Tables>({ dialect: dialect(() => driver(link, mutex, true)) }),
    writer: new Kysely<Tables>({ dialect: dialect(() => driver(link, mutex, false)) }),
    checkpoint: async () => {
      await mutex.acquire()
      try {
        await link.ask({ do: 'checkpoint' })
      } finally {
        mutex.release()
      }
    },
    close: async () => {
      await mutex.acquire()
      try {
        await link.ask({ do: 'close' })
        await link.ended
      } finally {
        mutex.release()
      }
    },
  }
}
