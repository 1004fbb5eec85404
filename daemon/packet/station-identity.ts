// Who this station is to the centre: its id, the key that signs its manifests, the key that opens what the centre sealed for it. Knows no packet.
// A PKCS#11 token would stand behind the same interface without a change to its users.

import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { Fault } from '../../protocol/fault.js'
import type { PublicJwk, StationPublicKeys } from '../../protocol/hardware/centre.js'
import { stationKeys } from '../store/keys.js'
import type { Store } from '../store/store.js'

/** EC P-256 pair; `kid` is the RFC 7638 thumbprint of its public half. */
export interface IdentityKey {
  readonly kid: string
  readonly privateKey: KeyObject
}

export interface StationIdentity {
  readonly stationId: string
  /** ES256 */
  readonly signing: IdentityKey
  /** ECDH-ES */
  readonly sealing: IdentityKey
}

const sealingKeyName = 'station.sealing_key'

/**
 * The identity kept in this store; what is missing is made at the first call, by Node's own generator whatever the seed.
 * @throws Fault `store.corrupt`
 */
export async function loadStationIdentity(store: Store, stationId: string): Promise<StationIdentity> {
  const { privateKey } = await stationKeys(store)
  return { stationId, signing: identityKey(privateKey), sealing: identityKey(await sealingKey(store)) }
}

async function sealingKey(store: Store): Promise<KeyObject> {
  const row = await store.read((db) => db.selectFrom('settings').select('value').where('name', '=', sealingKeyName).executeTakeFirst())
  if (row) return createPrivateKey({ key: Buffer.from(store.secrets.open(sealingKeyName, row.value)), type: 'pkcs8', format: 'der' })
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const value = store.secrets.seal(sealingKeyName, privateKey.export({ type: 'pkcs8', format: 'der' }))
  await store.commit({ actor: 'station', act: 'station.sealing_key_created' }, async (trx) => {
    await trx.insertInto('settings').values({ name: sealingKeyName, value }).execute()
  })
  return privateKey
}

/** An identity that nobody keeps, for tools and tests without a store. */
export function newStationIdentity(stationId: string): StationIdentity {
  const make = () => identityKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
  return { stationId, signing: make(), sealing: make() }
}

/** What the centre is told at installation. */
export function publicIdentity({ stationId, signing, sealing }: StationIdentity): StationPublicKeys {
  return { stationId, signing: publicJwk(signing.privateKey), sealing: publicJwk(sealing.privateKey) }
}

function identityKey(privateKey: KeyObject): IdentityKey {
  return { privateKey, kid: publicJwk(privateKey).kid }
}

function publicJwk(privateKey: KeyObject): PublicJwk {
  const { crv, x, y } = createPublicKey(privateKey).export({ format: 'jwk' })
  if (crv !== 'P-256' || x === undefined || y === undefined)
    throw new Fault('input.unsupported', { field: 'station key', expected: 'P-256' })
  const kid = createHash('sha256')
    .update(JSON.stringify({ crv, kty: 'EC', x, y }))
    .digest('base64url')
  return { kty: 'EC', crv, x, y, kid }
}
