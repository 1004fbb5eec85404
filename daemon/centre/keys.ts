// The centre's public keys as this station trusts them, kept in the store from the day of installation. Answers one question: which key, now.

import { createPublicKey, type KeyObject } from 'node:crypto'
import { Fault } from '../../protocol/fault.js'
import type { CentreKey, CentreKeySet } from '../../protocol/hardware/centre.js'
import { publicIdentity, type StationIdentity } from '../packet/station-identity.js'
import type { Store } from '../store/store.js'
import type { CentreClient } from './client.js'
import { keySetSchema } from './schemas.js'

const settingName = 'centre.keys'

/**
 * The pinned key set; at the first call the station enrols itself and pins what it is given (trust on first use: the simulated centre's way.
 * A real installation puts the keys into the folder beforehand).
 * @throws Fault `centre.unreachable` | `centre.refused` on the first call, `input.corrupt`
 */
export async function ensureCentreKeys(store: Store, client: CentreClient, station: StationIdentity): Promise<CentreKeySet> {
  const pinned = await pinnedCentreKeys(store)
  if (pinned) return pinned
  const keys = await client.enrolStation(publicIdentity(station))
  await store.commit({ actor: 'station', act: 'centre.keys_pinned' }, async (trx) => {
    await trx
      .insertInto('settings')
      .values({ name: settingName, value: JSON.stringify(keys) })
      .execute()
  })
  return keys
}

/** @returns undefined before the first start @throws Fault `input.corrupt` */
export async function pinnedCentreKeys(store: Store): Promise<CentreKeySet | undefined> {
  const row = await store.read((db) => db.selectFrom('settings').select('value').where('name', '=', settingName).executeTakeFirst())
  return row && parseKeySet(row.value)
}

function parseKeySet(text: string): CentreKeySet {
  try {
    return keySetSchema.parse(JSON.parse(text))
  } catch {
    throw new Fault('input.corrupt', { field: settingName })
  }
}

/** @returns the key with this id when it was valid at `atMs` */
export function keyById(keys: readonly CentreKey[], kid: string | undefined, atMs: number): KeyObject | undefined {
  const found = keys.find(({ jwk, notBeforeMs, notAfterMs }) => jwk.kid === kid && notBeforeMs <= atMs && atMs <= notAfterMs)
  return found && publicKeyOf(found)
}

export function publicKeyOf({ jwk }: CentreKey): KeyObject {
  return createPublicKey({ key: { ...jwk }, format: 'jwk' })
}
