// What the station signs about a packet, so that anybody at the centre can check it without opening it (encrypt-then-sign). No name, no NIK.

import { createHash, type KeyObject } from 'node:crypto'
import { CompactSign } from 'jose'
import { jwsTypes, type PacketManifest } from '../../protocol/hardware/centre.js'
import type { PacketItem } from './segments.js'

export function sha256Hex(...parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

/** One line of the manifest: see `PacketManifest.items` for why the hash is salted. */
export function describeItem(item: PacketItem, salt: Uint8Array): PacketManifest['items'][number] {
  return { type: item.type, length: item.bytes.length, saltedSha256: sha256Hex(salt, item.bytes) }
}

/** @returns compact JWS, ES256 (RFC 7515, RFC 7518 §3.4) */
export function signManifest(manifest: PacketManifest, signing: { readonly kid: string; readonly privateKey: KeyObject }): Promise<string> {
  return new CompactSign(Buffer.from(JSON.stringify(manifest), 'utf8'))
    .setProtectedHeader({ alg: 'ES256', typ: jwsTypes.manifest, kid: signing.kid })
    .sign(signing.privateKey)
}
