// Seals one record for the centre: random key, segments, the key wrapped for each centre key, a signed manifest. Nothing of the station can open it again.

import { createPublicKey } from 'node:crypto'
import { GeneralEncrypt } from 'jose'
import { Fault } from '../../protocol/fault.js'
import { type CentreKey, centreLimits, type PacketManifest, packetFormat } from '../../protocol/hardware/centre.js'
import type { Random } from '../../protocol/random.js'
import { describeItem, sha256Hex, signManifest } from './manifest.js'
import { inOrder, type PacketItem, packItems, sealSegments, segmentAssociatedData } from './segments.js'
import type { StationIdentity } from './station-identity.js'

/** Everything of a packet that is not a key. */
export interface PacketInput {
  readonly caseId: string
  readonly sessionId: string
  /**
   * `biodata` (JSON), `approval`, a `record.<modality>` or `record.<modality>.<finger position>` for each modality, a
   * `minutiae.<modality>.<finger position>` for each finger, `captures` (JSON: how each capture was judged, findings, reviews).
   */
  readonly items: readonly PacketItem[]
  /** Head of the audit chain at sealing: the centre becomes its witness. */
  readonly auditHead: PacketManifest['auditHead']
  readonly devices: PacketManifest['devices']
  readonly softwareVersion: string
  readonly createdAtMs: number
  readonly createdMonotonicMs: number
}

export interface SealKeys {
  readonly station: StationIdentity
  /** All that are valid at `createdAtMs` can open the packet; two during a change of keys. */
  readonly sealing: readonly CentreKey[]
}

export interface SealedPacket {
  /** UUID version 4, lower case. */
  readonly packetId: string
  readonly caseId: string
  readonly manifestJws: string
  readonly ciphertext: Uint8Array
  /** Of the whole ciphertext, lower-case hex. */
  readonly ciphertextSha256: string
}

/**
 * @param random gives packet id, salt and key; ephemeral keys and signatures come from the platform
 * @throws Fault `packet.too_large`, `input.invalid` (items), `centre.protocol` (no sealing key is valid now)
 */
export async function sealPacket(input: PacketInput, keys: SealKeys, random: Random): Promise<SealedPacket> {
  const recipients = keys.sealing.filter((key) => key.notBeforeMs <= input.createdAtMs && input.createdAtMs <= key.notAfterMs)
  if (recipients.length === 0) throw new Fault('centre.protocol', { field: 'keys.sealing', reason: 'none valid now' })
  const plainBytes = input.items.reduce((sum, item) => sum + item.bytes.length, 0)
  const room = centreLimits.packetBytes - 1024 * 1024
  if (plainBytes > room) throw new Fault('packet.too_large', { size: plainBytes, limit: room })

  const packetId = uuid(random)
  const salt = random.bytes(packetFormat.saltBytes)
  const key = random.bytes(32)
  const header = await packetHeader(packetId, key, recipients)
  const body = packItems(input.items, salt)
  const ciphertext = Buffer.concat([header, sealSegments(body, key, segmentAssociatedData(packetId, header))])
  key.fill(0)
  body.fill(0)

  const ciphertextSha256 = sha256Hex(ciphertext)
  const manifestJws = await signManifest(
    {
      version: 1,
      packetId,
      caseId: input.caseId,
      sessionId: input.sessionId,
      stationId: keys.station.stationId,
      createdAtMs: input.createdAtMs,
      createdMonotonicMs: input.createdMonotonicMs,
      softwareVersion: input.softwareVersion,
      devices: input.devices,
      items: inOrder(input.items).map((item) => describeItem(item, salt)),
      ciphertext: { sha256: ciphertextSha256, length: ciphertext.length },
      recipients: recipients.map(({ jwk }) => jwk.kid),
      auditHead: input.auditHead,
    },
    keys.station.signing,
  )
  return { packetId, caseId: input.caseId, manifestJws, ciphertext, ciphertextSha256 }
}

/** Magic (8), length u32 big-endian, JSON with the wrapped key: a general JWE (RFC 7516 §7.2.1), ECDH-ES+A256KW and A256GCM, one recipient a centre key. */
async function packetHeader(packetId: string, key: Uint8Array, recipients: readonly CentreKey[]): Promise<Buffer> {
  const wrapping = new GeneralEncrypt(key).setProtectedHeader({ enc: 'A256GCM' })
  for (const { jwk } of recipients) {
    wrapping.addRecipient(createPublicKey({ key: { ...jwk }, format: 'jwk' })).setUnprotectedHeader({ alg: 'ECDH-ES+A256KW', kid: jwk.kid })
  }
  const fields = { version: 1, packetId, segmentBytes: packetFormat.segmentBytes, cipher: 'A256GCM-STREAM', key: await wrapping.encrypt() }
  const json = Buffer.from(JSON.stringify(fields), 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  return Buffer.concat([Buffer.from(packetFormat.magic, 'ascii'), length, json])
}

/** RFC 9562 §5.4. */
function uuid(random: Random): string {
  const bytes = Buffer.from(random.bytes(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
