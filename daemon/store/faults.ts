// Turns what SQLite and the file system report into the store's faults. Context carries result codes and file names, never values.

import { basename } from 'node:path'
import { Fault, type FaultCode } from '../../protocol/fault.js'

/** A failed statement: `code` is SQLite's extended result code, e.g. `SQLITE_CONSTRAINT_UNIQUE`. */
export class SqliteFailure extends Error {
  override readonly name = 'SqliteFailure'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** True when a statement broke a unique, primary key, check or foreign key constraint: the caller's business, not the disk's. */
export function isConstraint(error: unknown): error is SqliteFailure {
  return error instanceof SqliteFailure && error.code.startsWith('SQLITE_CONSTRAINT')
}

const sqliteFaults: readonly (readonly [prefix: string, code: FaultCode])[] = [
  ['SQLITE_FULL', 'store.full'],
  ['SQLITE_CORRUPT', 'store.corrupt'],
  ['SQLITE_NOTADB', 'store.corrupt'],
  ['SQLITE_READONLY', 'store.read_only'],
  ['SQLITE_CANTOPEN', 'store.read_only'],
  ['SQLITE_PERM', 'store.read_only'],
  ['SQLITE_IOERR', 'store.io'],
  ['SQLITE_BUSY', 'store.locked'],
]

/** The medium's failures become Faults; constraint and programming errors stay what they are. */
export function sqliteFault(failure: SqliteFailure): Error {
  const code = sqliteFaults.find(([prefix]) => failure.code.startsWith(prefix))?.[1]
  return code ? new Fault(code, { reason: failure.code }, { cause: failure }) : failure
}

const systemFaults: Readonly<Record<string, FaultCode>> = {
  ENOSPC: 'store.full',
  EDQUOT: 'store.full',
  EROFS: 'store.read_only',
  EACCES: 'store.read_only',
  EPERM: 'store.read_only',
  EIO: 'store.io',
}

export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Names a file system error about `path`; what is not the disk's fault is returned as it came. */
export function fileFault(error: unknown, path: string): unknown {
  const system = systemErrorCode(error)
  const code = system === undefined ? undefined : systemFaults[system]
  return code && system ? new Fault(code, { reason: system, path: basename(path) }, { cause: error }) : error
}
