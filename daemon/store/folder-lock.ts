// One daemon a data folder: an SQLite exclusive lock on an empty file, which the kernel lets go when the process dies, however it dies.
// Nobody else may open lock.db in this process: closing any other descriptor of the file would drop the lock (POSIX).

import { join } from 'node:path'
import Database from 'better-sqlite3-multiple-ciphers'
import { Fault } from '../../protocol/fault.js'
import { systemErrorCode } from './faults.js'

export interface FolderLock {
  release(): void
}

/** @throws Fault store.locked when another process, or this one, holds the folder */
export function lockFolder(folder: string): FolderLock {
  let database: Database.Database | undefined
  try {
    database = new Database(join(folder, 'lock.db'), { timeout: 0 })
    database.exec('begin exclusive')
  } catch (error) {
    database?.close()
    if (systemErrorCode(error)?.startsWith('SQLITE_BUSY')) throw new Fault('store.locked', { path: folder })
    throw new Fault('store.read_only', { path: folder }, { cause: error })
  }
  const held = database
  return { release: () => void held.close() }
}
