// What the store's tests share: a folder of their own, fixed time and seeded randomness, a copy of the live files as after kill -9.

import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { storeKey } from '../../daemon/cli/simulation/folder.js'
import { directEffects } from '../../daemon/effects.js'
import { openDirectLink } from '../../daemon/store/sqlite-link.js'
import { openStore, type Store, type StoreDeps } from '../../daemon/store/store.js'
import { silentLog } from '../../protocol/log.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'

export { copyLive, storeKey } from '../../daemon/cli/simulation/folder.js'

export const startMs = Date.UTC(2026, 0, 5, 1)

export function deps(folder: string, over: Partial<StoreDeps> = {}): StoreDeps {
  return {
    folder,
    key: storeKey,
    effects: directEffects,
    clock: new VirtualClock(startMs),
    random: seededRandom(11),
    log: silentLog,
    openLink: openDirectLink,
    ...over,
  }
}

/** Opened, and closed when the test ends. */
export async function opened(t: Test, folder: string, over: Partial<StoreDeps> = {}): Promise<Store> {
  const store = await openStore(deps(folder, over))
  t.teardown(() => store.close())
  return store
}

/** Every file below `folder` but the lock, as bytes. */
export async function filesUnder(folder: string): Promise<{ path: string; bytes: Buffer }[]> {
  const names = await readdir(folder, { recursive: true })
  const paths = names.map((name) => join(folder, name)).filter((path) => !path.endsWith('lock.db'))
  const found: { path: string; bytes: Buffer }[] = []
  for (const path of paths) if ((await stat(path)).isFile()) found.push({ path, bytes: await readFile(path) })
  return found
}

export async function count(store: Store, name: string): Promise<number | undefined> {
  const row = await store.read((db) => db.selectFrom('counters').select('value').where('name', '=', name).executeTakeFirst())
  return row?.value
}

export function setCounter(store: Store, name: string, value: number): Promise<unknown> {
  return store.commit({ actor: 'station', act: 'counter.set', facts: { count: value } }, (trx) =>
    trx
      .insertInto('counters')
      .values({ name, value })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
      .execute(),
  )
}
