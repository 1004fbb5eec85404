// What the station signs about a packet, so that anybody at the centre can check it without opening it (encrypt-then-sign). No name, no NIK.

import { createHash, type KeyObject } from 'node:crypto'
import { CompactSign } from 'jose'
import { z } from 'zod'
import { Fault } from '../../protocol/fault.js'
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

const hex = z.string().regex(/^[0-9a-f]{64}$/)
const manifestSchema: z.ZodType<PacketManifest> = z.object({
  version: z.literal(1),
  packetId: z.string(),
  caseId: z.string(),
  sessionId: z.string(),
  stationId: z.string(),
  createdAtMs: z.number(),
  createdMonotonicMs: z.number(),
  softwareVersion: z.string(),
  devices: z.array(z.object({ kind: z.string(), serial: z.string(), version: z.string() })),
  items: z.array(z.object({ type: z.string(), length: z.number(), saltedSha256: hex })),
  ciphertext: z.object({ sha256: hex, length: z.number() }),
  recipients: z.array(z.string()),
  auditHead: z.object({ seq: z.number().int().min(0), hash: hex }),
})

/** What a manifest says. Checks its form only: who signed it is the reader's question. @throws Fault `input.corrupt` with the field */
export function readManifest(jws: string): PacketManifest {
  try {
    return manifestSchema.parse(JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8')))
  } catch (error) {
    throw new Fault('input.corrupt', {
      field: `manifest ${error instanceof z.ZodError ? (error.issues[0]?.path.join('.') ?? '') : ''}`.trim(),
    })
  }
}
