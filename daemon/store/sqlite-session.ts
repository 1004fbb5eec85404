// One SQLite connection, opened with the fixed sequence, answering requests one by one. Synchronous: production runs it in a worker thread
// (database-worker.ts), fast tests in the main one. Knows no kysely and no table.

import { closeSync, openSync, readSync } from 'node:fs'
import Database from 'better-sqlite3-multiple-ciphers'

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
  | ({ readonly id: number; readonly ok: true } & Answer)
  | { readonly id: number; readonly ok: false; readonly code: string; readonly message: string }
export interface Answer {
  readonly rows: readonly unknown[]
  readonly changes?: number
  readonly lastInsertRowid?: number | bigint
}

/** First release without the WAL-reset corruption of 3.7.0 to 3.51.2. */
const oldestSqlite = [3, 51, 3] as const
const statementLimit = 256

function refuse(code: string, message: string): never {
  throw Object.assign(new Error(message), { code })
}

function assertVersion(found: string): void {
  const parts = found.split('.').map(Number)
  for (const [place, oldest] of oldestSqlite.entries()) {
    const part = parts[place] ?? 0
    if (part > oldest) return
    if (part < oldest) refuse('REKAM_SQLITE_OLD', `SQLite ${found} is older than ${oldestSqlite.join('.')}`)
  }
}

function assertSealed(file: string): void {
  const descriptor = openSync(file, 'r')
  try {
    const header = Buffer.alloc(15)
    if (readSync(descriptor, header, 0, 15, 0) === 15 && header.toString('latin1') === 'SQLite format 3') {
      refuse('REKAM_NOT_ENCRYPTED', 'the database file is not encrypted')
    }
  } finally {
    closeSync(descriptor)
  }
}

/** Order matters: cipher and key before the first page is touched, synchronous on every open (the build's WAL default is NORMAL). */
function open({ file, keyHex }: DatabaseOpening): Database.Database {
  const database = new Database(file, { timeout: 0 })
  database.pragma(`cipher = 'sqlcipher'`)
  database.pragma('legacy = 4')
  database.pragma(`key = "x'${keyHex}'"`)
  if (database.pragma('journal_mode = WAL', { simple: true }) !== 'wal') refuse('REKAM_NO_WAL', 'write-ahead log refused')
  database.pragma('synchronous = FULL')
  database.pragma('secure_delete = ON')
  database.pragma('temp_store = MEMORY')
  database.pragma('foreign_keys = ON')
  const { version } = database.prepare<[], { version: string }>('select sqlite_version() as version, count(*) from sqlite_schema').get()!
  assertVersion(version)
  // Read after a statement: before the first one the pragma shows what was asked for, not what is in force.
  if (database.pragma('synchronous', { simple: true }) !== 2) refuse('REKAM_NOT_FULL', 'synchronous is not FULL')
  if (database.pragma('cipher', { simple: true }) !== 'sqlcipher') refuse('REKAM_NOT_ENCRYPTED', 'the cipher is not in force')
  assertSealed(file)
  return database
}

function serve(database: Database.Database): (request: Request) => Answer {
  const statements = new Map<string, Database.Statement>()
  const prepare = (sql: string) => {
    const statement = statements.get(sql) ?? database.prepare(sql)
    statements.delete(sql)
    statements.set(sql, statement)
    if (statements.size > statementLimit) statements.delete(statements.keys().next().value ?? '')
    return statement
  }
  return (request) => {
    switch (request.do) {
      case 'query': {
        const statement = prepare(request.sql)
        if (request.readOnly && !statement.readonly) refuse('REKAM_READ_VIEW', 'a read may not write: use commit')
        if (statement.reader) return { rows: statement.all(...request.parameters) }
        const { changes, lastInsertRowid } = statement.run(...request.parameters)
        return { rows: [], changes, lastInsertRowid }
      }
      case 'rollback':
        // SQLite may have rolled back by itself (full disk, I/O error).
        if (database.inTransaction) database.exec('rollback')
        return { rows: [] }
      case 'checkpoint':
        return { rows: [database.pragma('wal_checkpoint(TRUNCATE)')] }
      case 'close':
        database.pragma('wal_checkpoint(TRUNCATE)')
        database.close()
        return { rows: [] }
    }
  }
}

export function failure(id: number, error: unknown): Reply {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'REKAM_ERROR'
  return { id, ok: false, code, message: error instanceof Error ? error.message : String(error) }
}

/** Opens at once. @throws Error with SQLite's code, or a `REKAM_…` code when build or settings are not what the store needs */
export function openSession(opening: DatabaseOpening): (request: Request) => Reply {
  const answer = serve(open(opening))
  return (request) => {
    try {
      return { id: request.id, ok: true, ...answer(request) }
    } catch (error) {
      return failure(request.id, error)
    }
  }
}
