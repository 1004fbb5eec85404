// The sealed body of a packet: one container of items, cut into segments, each under AES-256-GCM. Pure bytes: knows no key store, no centre, no case.
// The centre's opening of the same layout is simulator/centre/intake-open.ts, written apart on purpose.

import { createCipheriv, createHash } from 'node:crypto'
import { Fault } from '../../protocol/fault.js'
import { packetFormat } from '../../protocol/hardware/centre.js'

/** One thing in a packet. */
export interface PacketItem {
  /** 1 to 64 characters of `a-z 0-9 _ .`, unique in the packet, e.g. `record.face`, `biodata`, `approval`. */
  readonly type: string
  readonly bytes: Uint8Array
}

const nonceBytes = 12
const tagBytes = 16
const maxItems = 64

/**
 * The plain body. Same items and salt give the same bytes: items stand in the order of their types.
 * Layout, integers big-endian: magic (8), salt (32), count u16, then each item: type length u8, type ASCII, length u32, bytes.
 * @param salt 32 random bytes; with it the manifest's item hashes tell nothing to who cannot open the body
 * @throws Fault `input.invalid` (type not acceptable or doubled, too many items, salt length)
 */
export function packItems(items: readonly PacketItem[], salt: Uint8Array): Uint8Array {
  if (items.length > maxItems) throw new Fault('input.invalid', { field: 'items', count: items.length, limit: maxItems })
  if (salt.length !== packetFormat.saltBytes) throw new Fault('input.invalid', { field: 'salt', size: salt.length })
  const seen = new Set<string>()
  for (const { type } of items) {
    if (!/^[a-z0-9_.]{1,64}$/.test(type)) throw new Fault('input.invalid', { field: 'items.type', reason: 'a-z 0-9 _ . up to 64' })
    if (seen.has(type)) throw new Fault('input.invalid', { field: 'items.type', reason: 'doubled', found: type })
    seen.add(type)
  }
  const head = Buffer.alloc(2)
  head.writeUInt16BE(items.length)
  const parts: Uint8Array[] = [Buffer.from(packetFormat.bodyMagic, 'ascii'), salt, head]
  for (const { type, bytes } of inOrder(items)) {
    const name = Buffer.from(type, 'ascii')
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    parts.push(Uint8Array.of(name.length), name, length, bytes)
  }
  return Buffer.concat(parts)
}

export function inOrder(items: readonly PacketItem[]): PacketItem[] {
  return [...items].sort((a, b) => (a.type < b.type ? -1 : a.type > b.type ? 1 : 0))
}

/**
 * STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): 64 KiB segments, nonce = 11-byte big-endian counter, then 1 on the last segment,
 * else 0. Each segment is followed by its tag. An empty body is one empty last segment.
 * @param key 32 bytes, used for this one body only: the nonces begin at 0
 * @param associated bound into every segment; see `segmentAssociatedData`
 */
export function sealSegments(body: Uint8Array, key: Uint8Array, associated: Uint8Array): Uint8Array {
  const size = packetFormat.segmentBytes
  const segments = Math.max(1, Math.ceil(body.length / size))
  const out = Buffer.alloc(body.length + segments * tagBytes)
  const nonce = Buffer.alloc(nonceBytes)
  let at = 0
  for (let index = 0; index < segments; index++) {
    nonce.writeUIntBE(index, 5, 6)
    nonce.writeUInt8(index === segments - 1 ? 1 : 0, 11)
    const cipher = createCipheriv('aes-256-gcm', key, nonce)
    cipher.setAAD(associated)
    at += cipher.update(body.subarray(index * size, (index + 1) * size)).copy(out, at)
    at += cipher.final().copy(out, at)
    at += cipher.getAuthTag().copy(out, at)
  }
  return out
}

/** SHA-256 of everything before the first segment, then the packet id: ties segments to this packet and to its wrapped key. */
export function segmentAssociatedData(packetId: string, header: Uint8Array): Uint8Array {
  return Buffer.concat([createHash('sha256').update(header).digest(), Buffer.from(packetId, 'utf8')])
}
