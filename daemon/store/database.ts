// The encrypted database as two kysely views over the one connection behind a link: `reader` may not write, `writer` commits.
// A first-come-first-served mutex gives each read or transaction the connection to itself. Knows no effects and no audit: store.ts adds them.

import {
  CompiledQuery as Compiled,
  type CompiledQuery,
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
import type { Tables } from './schema.js'
import type { OpenLink, SqliteLink } from './sqlite-link.js'
import type { DatabaseOpening } from './sqlite-session.js'

export interface EncryptedDatabase {
  readonly reader: Kysely<Tables>
  readonly writer: Kysely<Tables>
  /** Empties the write-ahead log into the database: after an erasure nothing of it stays in the log. */
  checkpoint(): Promise<void>
  close(): Promise<void>
}

/** More than this many operations waiting means that something is stuck. */
const waitingLimit = 1024

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
  readonly #link: SqliteLink
  readonly #readOnly: boolean

  constructor(link: SqliteLink, readOnly: boolean) {
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

function driver(link: SqliteLink, mutex: Mutex, readOnly: boolean): Driver {
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
export async function openDatabase(opening: DatabaseOpening, openLink: OpenLink): Promise<EncryptedDatabase> {
  const link = await openLink(opening)
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
        await link.close()
      } finally {
        mutex.release()
      }
    },
  }
}
