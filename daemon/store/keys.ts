// The store key and where it comes from, the keys made of it (one a purpose), and the station's signing key. No key ever reaches a log.

import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { Fault } from '../../protocol/fault.js'
import type { Random } from '../../protocol/random.js'
import { fileFault, systemErrorCode } from './faults.js'
import { diskFiles, prepareFolder, writeDurably } from './files.js'
import type { Store } from './store.js'

const keyBytes = 32
const credentialName = 'rekam-store-key'
const keyFileName = 'store.key'

export interface StoreKey {
  readonly key: Uint8Array
  /** `file` lies beside the data it protects: weak, and the doctor says so. */
  readonly source: 'systemd-credential' | 'file'
}

/**
 * The systemd credential `rekam-store-key` if there is one, else `store.key` (0600) in the data folder, made at the first start.
 * Both hold 32 raw bytes or 64 hex digits.
 * @throws Fault store.key_wrong (not 256 bits), store.key_missing (a store is there and its key file is not), store.folder_unsafe, store.read_only
 */
export async function loadStoreKey(folder: string, env: NodeJS.ProcessEnv, random: Random): Promise<StoreKey> {
  const credentials = env['CREDENTIALS_DIRECTORY']
  const credential = credentials ? await readKey(join(credentials, credentialName)) : undefined
  if (credential) return { key: credential, source: 'systemd-credential' }
  await prepareFolder(folder)
  const path = join(folder, keyFileName)
  const found = await readKey(path)
  if (found) return { key: found, source: 'file' }
  const names = await diskFiles.list(folder)
  if (names.some(({ name }) => name === 'store.db')) throw new Fault('store.key_missing', { path: keyFileName })
  const text = `${Buffer.from(random.bytes(keyBytes)).toString('hex')}\n`
  try {
    // Linked, not renamed: of two first starts one key wins and both read that one.
    const suffix = `.${Buffer.from(random.bytes(8)).toString('hex')}`
    await writeDurably(diskFiles, path, Buffer.from(text), { place: 'link', suffix })
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error
  }
  const made = await readKey(path)
  if (!made) throw new Fault('store.key_missing', { path: keyFileName })
  return { key: made, source: 'file' }
}

async function readKey(path: string): Promise<Uint8Array | undefined> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw fileFault(error, path)
  }
  if (bytes.length === keyBytes) return new Uint8Array(bytes)
  const text = Buffer.from(bytes).toString('latin1').trim()
  if (/^[0-9a-f]{64}$/i.test(text)) return new Uint8Array(Buffer.from(text, 'hex'))
  throw new Fault('store.key_wrong', { reason: 'not 256 bits', size: bytes.length })
}

/** Separate keys per purpose (ISO/IEC 24745): a leak of one is no leak of the others. HKDF-SHA256, RFC 5869. */
export interface DerivedKeys {
  readonly databaseHex: string
  readonly wrapping: Uint8Array
  readonly secrets: Uint8Array
  /** Tells a wrong key from a damaged database; says nothing about the key itself. */
  readonly checkHex: string
}

export function deriveKeys(storeKey: Uint8Array): DerivedKeys {
  if (storeKey.length !== keyBytes) throw new Fault('store.key_wrong', { reason: 'not 256 bits', size: storeKey.length })
  const derive = (purpose: string, length: number) => new Uint8Array(hkdfSync('sha256', storeKey, '', `rekam store v1: ${purpose}`, length))
  return {
    databaseHex: Buffer.from(derive('database', 32)).toString('hex'),
    wrapping: derive('subject key wrapping', 32),
    secrets: derive('secrets', 32),
    checkHex: Buffer.from(derive('check', 16)).toString('hex'),
  }
}

const nonceBytes = 12
const tagBytes = 16
export const sealOverheadBytes = nonceBytes + tagBytes

/** AES-256-GCM, 12-byte random nonce in front, 16-byte tag behind. `context` is bound, not stored. */
export function seal(key: Uint8Array, nonce: Uint8Array, context: string, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(Buffer.from(context))
  const body = cipher.update(plain)
  cipher.final()
  return Buffer.concat([nonce, body, cipher.getAuthTag()])
}

/** @returns undefined when the seal does not hold: altered, another key, another context */
export function unseal(key: Uint8Array, context: string, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < sealOverheadBytes) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes))
  const plain = decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes))
  try {
    decipher.final()
  } catch {
    return undefined
  }
  return plain
}

export interface StationKeys {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** EC P-256, for ES256; `kid` is the RFC 7638 thumbprint. */
  readonly publicJwk: JWK & { readonly kid: string }
}

const signingKeyName = 'station.signing_key'

/** The station's ES256 signing key, made at the first call and kept sealed in `settings`. @throws Fault store.corrupt */
export async function stationKeys(store: Store): Promise<StationKeys> {
  const select = () => store.read((db) => db.selectFrom('settings').select('value').where('name', '=', signingKeyName).executeTakeFirst())
  let row = await select()
  if (!row) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const value = store.secrets.seal(signingKeyName, privateKey.export({ type: 'pkcs8', format: 'der' }))
    await store.commit({ actor: 'station', act: 'station.signing_key_created' }, (trx) =>
      trx
        .insertInto('settings')
        .values({ name: signingKeyName, value })
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    )
    row = await select()
  }
  const der = store.secrets.open(signingKeyName, row?.value ?? '')
  const privateKey = createPrivateKey({ key: Buffer.from(der), type: 'pkcs8', format: 'der' })
  const publicKey = createPublicKey(privateKey)
  const jwk = publicKey.export({ format: 'jwk' }) as JWK
  const kid = await calculateJwkThumbprint(jwk)
  return { privateKey, publicKey, publicJwk: { ...jwk, kid, alg: 'ES256', use: 'sig' } }
}
