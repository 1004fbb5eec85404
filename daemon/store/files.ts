// Files that survive a power cut: exclusive temporary, fsync, rename, fsync of the folder. Knows nothing of what the bytes mean.

import { chmod, link, mkdir, open, readdir, readFile, rename, stat, statfs, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Fault } from '../../protocol/fault.js'
import { fileFault, systemErrorCode } from './faults.js'

/** The few operations the store needs of a disk, so that a test can fill, break or watch it. */
export interface Files {
  /** Creates `path` (0600, must not exist), writes all of `bytes`, fsyncs, closes. */
  createSynced(path: string, bytes: Uint8Array): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Like rename, but fails with EEXIST instead of replacing. */
  link(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  syncFolder(path: string): Promise<void>
  read(path: string): Promise<Uint8Array>
  list(folder: string): Promise<readonly { name: string; size: number }[]>
  freeBytes(folder: string): Promise<number>
}

export const diskFiles: Files = {
  createSynced: async (path, bytes) => {
    const handle = await open(path, 'wx', 0o600)
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
  rename,
  link,
  unlink,
  syncFolder: async (path) => {
    const handle = await open(path, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
  read: readFile,
  list: async (folder) => {
    const names = await readdir(folder)
    return Promise.all(names.map(async (name) => ({ name, size: (await stat(join(folder, name))).size })))
  },
  freeBytes: async (folder) => {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  },
}

/**
 * Durable when the promise resolves; a crash before leaves nothing or `<path><suffix>.tmp`.
 * @param place `link` refuses to replace a file that is already there (EEXIST)
 * @throws Fault store.full, store.read_only, store.io
 */
export async function writeDurably(
  files: Files,
  path: string,
  bytes: Uint8Array,
  { place = 'rename', suffix = '' }: { readonly place?: 'rename' | 'link'; readonly suffix?: string } = {},
): Promise<void> {
  const temporary = `${path}${suffix}.tmp`
  try {
    // Of an earlier crash: one writer a path, unless the suffix sets them apart.
    await removeIfThere(files, temporary)
    await files.createSynced(temporary, bytes)
    await files[place](temporary, path)
    if (place === 'link') await files.unlink(temporary)
    await files.syncFolder(dirname(path))
  } catch (error) {
    await removeIfThere(files, temporary).catch(() => {})
    throw fileFault(error, path)
  }
}

export async function removeIfThere(files: Files, path: string): Promise<void> {
  try {
    await files.unlink(path)
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw fileFault(error, path)
  }
}

/**
 * Makes the data folder, private to its owner (0700). A folder that others may enter is made private only when it is empty or already ours:
 * `--data /tmp` must not take /tmp away from everybody.
 * @throws Fault store.folder_unsafe, store.read_only
 */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const { mode } = await stat(folder)
    if ((mode & 0o077) !== 0) {
      const names = await readdir(folder)
      if (names.length > 0 && !names.includes('store.db')) throw new Fault('store.folder_unsafe', { path: folder })
      await chmod(folder, 0o700)
    }
  } catch (error) {
    throw fileFault(error, folder)
  }
}
