// The station's own key pairs, one a purpose: signing manifests, opening what the centre sealed for it. Kept in the encrypted store for now;
// a PKCS#11 token would stand behind `StationKeys` without a change to its users.

import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { Fault } from '../../protocol/fault.js'
import type { PublicJwk, StationPublicKeys } from '../../protocol/hardware/centre.js'
import type { Store } from '../store/store.js'

export interface StationKeys {
  readonly stationId: string
  readonly signing: { readonly kid: string; readonly privateKey: KeyObject }
  readonly sealing: { readonly kid: string; readonly privateKey: KeyObject }
}

const settingName = 'station.keys'
const privateJwk = z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string(), d: z.string() })
const document = z.object({ stationId: z.string(), signing: privateJwk, sealing: privateJwk })
type KeyDocument = z.infer<typeof document>

/**
 * The keys of this station, made at the first call. Node's own generator makes them: never reproducible, whatever the seed.
 * @throws Fault `input.invalid` (the folder belongs to another station), `input.corrupt`
 */
export async function ensureStationKeys(store: Store, stationId: string): Promise<StationKeys> {
  const row = await store.read((db) => db.selectFrom('settings').select('value').where('name', '=', settingName).executeTakeFirst())
  if (row) return importKeys(parseDocument(row.value), stationId)
  const made: KeyDocument = { stationId, signing: newKey(), sealing: newKey() }
  await store.commit({ actor: 'station', act: 'station.keys_made' }, async (trx) => {
    await trx
      .insertInto('settings')
      .values({ name: settingName, value: JSON.stringify(made) })
      .execute()
  })
  return importKeys(made, stationId)
}

/** Keys that nobody keeps. For tools and tests without a store. */
export function newStationKeys(stationId: string): StationKeys {
  return importKeys({ stationId, signing: newKey(), sealing: newKey() }, stationId)
}

export function publicStationKeys(keys: StationKeys): StationPublicKeys {
  return { stationId: keys.stationId, signing: publicJwk(keys.signing.privateKey), sealing: publicJwk(keys.sealing.privateKey) }
}

function publicJwk(key: KeyObject): PublicJwk {
  const { x, y } = createPublicKey(key).export({ format: 'jwk' })
  if (x === undefined || y === undefined) throw new Fault('input.corrupt', { field: settingName })
  return { kty: 'EC', crv: 'P-256', x, y, kid: thumbprint(x, y) }
}

/** RFC 7638. */
function thumbprint(x: string, y: string): string {
  return createHash('sha256')
    .update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }))
    .digest('base64url')
}

function newKey(): KeyDocument['signing'] {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateJwk.parse(privateKey.export({ format: 'jwk' }))
}

function importKeys(doc: KeyDocument, stationId: string): StationKeys {
  if (doc.stationId !== stationId) throw new Fault('input.invalid', { field: 'stationId', expected: doc.stationId, found: stationId })
  const load = (jwk: KeyDocument['signing']) => ({
    kid: thumbprint(jwk.x, jwk.y),
    privateKey: createPrivateKey({ key: jwk, format: 'jwk' }),
  })
  return { stationId, signing: load(doc.signing), sealing: load(doc.sealing) }
}

function parseDocument(text: string): KeyDocument {
  try {
    return document.parse(JSON.parse(text))
  } catch {
    throw new Fault('input.corrupt', { field: settingName })
  }
}
