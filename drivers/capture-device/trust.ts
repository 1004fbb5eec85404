// Which devices the station accepts, and whether a signature is theirs. ECDSA P-256 with SHA-256; keys come from the configuration.

import { createHash, createPublicKey, verify } from 'node:crypto'
import { Fault } from '../../protocol/fault.js'
import type { TrustedDevice } from '../driver.js'
import type { TrustedKey } from './machine.js'

/** The lines of the list that name this serial. @throws Fault `input.invalid` when a key is not a P-256 SubjectPublicKeyInfo */
export function trustedKeys(trust: readonly TrustedDevice[], serial: string): readonly TrustedKey[] {
  return trust
    .filter((line) => line.serial === serial)
    .map(({ kind, publicKey }) => {
      importKey(publicKey, serial)
      return { kind, publicKey, keyId: createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex') }
    })
}

export function isGenuine(key: TrustedKey, serial: string, message: Uint8Array, signature: Uint8Array): boolean {
  return verify('sha256', message, { key: importKey(key.publicKey, serial), dsaEncoding: 'ieee-p1363' }, signature)
}

/** Host context of a challenge: 32 bytes that say for whom the device signs. */
export const hostContextOf = (station: string): Uint8Array => createHash('sha256').update(station, 'utf8').digest()

function importKey(publicKey: string, serial: string) {
  const invalid = (cause?: unknown) =>
    new Fault('input.invalid', { field: 'trust.publicKey', serial, expected: 'P-256 SubjectPublicKeyInfo, base64' }, { cause })
  let key: ReturnType<typeof createPublicKey>
  try {
    key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })
  } catch (cause) {
    throw invalid(cause)
  }
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw invalid()
  return key
}
