// A simulated station's data folder: its key, and its files as another process would find them. Knows no station.

import { cp } from 'node:fs/promises'

/** Of simulated stations alone: everybody may know it. */
export const storeKey = Uint8Array.from({ length: 32 }, (_, place) => place * 7 + 1)

/** The files as another process would find them if this one died now. lock.db is left out: reading it here would drop its lock. */
export async function copyLive(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, filter: (source) => !source.endsWith('lock.db') })
}
