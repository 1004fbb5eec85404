// A simulated station's data folder: its key, and its files as another process would find them. Knows no station.

import { cp, link, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Of simulated stations alone: everybody may know it. */
export const storeKey = Uint8Array.from({ length: 32 }, (_, place) => place * 7 + 1)

/** The files as another process would find them if this one died now. lock.db is left out: reading it here would drop its lock. */
export async function copyLive(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, filter: (source) => !source.endsWith('lock.db') })
}

/** As copyLive, without copying what nobody ever writes to again: sealed files are linked. */
export async function linkLive(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, filter: (source) => !source.endsWith('lock.db') && !source.startsWith(join(from, 'blobs', '/')) })
  const blobs = join(from, 'blobs')
  await mkdir(join(to, 'blobs'), { recursive: true, mode: 0o700 })
  for (const name of await readdir(blobs)) await link(join(blobs, name), join(to, 'blobs', name))
}
