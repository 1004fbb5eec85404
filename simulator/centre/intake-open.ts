// The simulated centre opens a sealed packet. A second reading of the layout, sharing no code with the station that seals it.

import { createDecipheriv, createHash, type KeyObject } from 'node:crypto'
import { type GeneralJWE, generalDecrypt } from 'jose'
import { packetFormat } from '../../protocol/hardware/centre.js'

/** Why a packet cannot be opened; stable words for the centre's own status, never the content. */
export class UnopenablePacket extends Error {
  override readonly name = 'UnopenablePacket'
}

export interface OpenedItem {
  readonly type: string
  readonly bytes: Uint8Array
  /** As the manifest gives it. */
  readonly saltedSha256: string
}

/**
 * @param privateKeys by key id
 * @throws UnopenablePacket
 */
export async function openPacket(
  ciphertext: Uint8Array,
  packetId: string,
  privateKeys: ReadonlyMap<string, KeyObject>,
): Promise<readonly OpenedItem[]> {
  const { headerEnd, wrapped } = readHeader(ciphertext, packetId)
  const key = await unwrap(wrapped, privateKeys)
  const hash = createHash('sha256').update(ciphertext.subarray(0, headerEnd)).digest()
  const body = openSegments(ciphertext.subarray(headerEnd), key, new Uint8Array([...hash, ...new TextEncoder().encode(packetId)]))
  return readItems(body)
}

function readHeader(file: Uint8Array, packetId: string): { headerEnd: number; wrapped: GeneralJWE } {
  const magic = new TextDecoder().decode(file.subarray(0, 8))
  if (magic !== packetFormat.magic || file.length < 12) throw new UnopenablePacket('magic')
  const length = new DataView(file.buffer, file.byteOffset, file.byteLength).getUint32(8)
  const headerEnd = 12 + length
  if (length > 16_384 || headerEnd > file.length) throw new UnopenablePacket('header length')
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(12, headerEnd)))
  } catch {
    throw new UnopenablePacket('header text')
  }
  if (!isHeader(header)) throw new UnopenablePacket('header fields')
  if (header.packetId !== packetId) throw new UnopenablePacket('packet id')
  return { headerEnd, wrapped: header.key }
}

function isHeader(value: unknown): value is { packetId: string; key: GeneralJWE } {
  if (typeof value !== 'object' || value === null) return false
  const header = value as Record<string, unknown>
  const layout = header['version'] === 1 && header['segmentBytes'] === 65_536 && header['cipher'] === 'A256GCM-STREAM'
  return layout && typeof header['packetId'] === 'string' && typeof header['key'] === 'object' && header['key'] !== null
}

async function unwrap(wrapped: GeneralJWE, privateKeys: ReadonlyMap<string, KeyObject>): Promise<Uint8Array> {
  const known = wrapped.recipients
    ?.map?.((recipient) => recipient.header?.['kid'])
    .find((kid) => typeof kid === 'string' && privateKeys.has(kid))
  const privateKey = typeof known === 'string' ? privateKeys.get(known) : undefined
  if (!privateKey) throw new UnopenablePacket('no key of mine')
  try {
    const { plaintext } = await generalDecrypt(wrapped, privateKey, {
      keyManagementAlgorithms: ['ECDH-ES+A256KW'],
      contentEncryptionAlgorithms: ['A256GCM'],
    })
    if (plaintext.length !== 32) throw new UnopenablePacket('key length')
    return plaintext
  } catch (error) {
    throw error instanceof UnopenablePacket ? error : new UnopenablePacket('key unwrap')
  }
}

/**
 * STREAM over AES-256-GCM: segments of 65,536 + 16 bytes, the last one shorter or equal; the nonce counts from 0 and ends in 1 on the last.
 * @throws UnopenablePacket when any bit, the order or the number of segments differs from what was sealed
 */
export function openSegments(sealed: Uint8Array, key: Uint8Array, associated: Uint8Array): Uint8Array {
  const stride = 65_536 + 16
  if (sealed.length < 16) throw new UnopenablePacket('cut short')
  const plain: Uint8Array[] = []
  for (let begin = 0, count = 0n; begin < sealed.length; begin += stride, count++) {
    const end = Math.min(begin + stride, sealed.length)
    if (end - begin < 16) throw new UnopenablePacket('cut short')
    const nonce = new Uint8Array(12)
    for (let i = 10, rest = count; i >= 0; i--, rest >>= 8n) nonce[i] = Number(rest & 0xffn)
    nonce[11] = end === sealed.length ? 1 : 0
    const open = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
    open.setAAD(associated)
    open.setAuthTag(sealed.subarray(end - 16, end))
    try {
      plain.push(open.update(sealed.subarray(begin, end - 16)))
      open.final()
    } catch {
      throw new UnopenablePacket(`segment ${count}`)
    }
  }
  // An empty last segment after full ones would be a second form of the same body.
  if (plain.length > 1 && plain.at(-1)?.length === 0) throw new UnopenablePacket('empty tail')
  return Buffer.concat(plain)
}

function readItems(body: Uint8Array): OpenedItem[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  if (body.length < 42 || new TextDecoder().decode(body.subarray(0, 8)) !== packetFormat.bodyMagic) throw new UnopenablePacket('body')
  const salt = body.subarray(8, 40)
  const count = view.getUint16(40)
  const items: OpenedItem[] = []
  let at = 42
  let previous = ''
  for (let i = 0; i < count; i++) {
    const nameLength = at < body.length ? view.getUint8(at) : 0
    const lengthAt = at + 1 + nameLength
    if (nameLength === 0 || lengthAt + 4 > body.length) throw new UnopenablePacket('item')
    const type = new TextDecoder().decode(body.subarray(at + 1, lengthAt))
    const begin = lengthAt + 4
    const end = begin + view.getUint32(lengthAt)
    if (end > body.length || type <= previous) throw new UnopenablePacket('item')
    const bytes = body.slice(begin, end)
    items.push({ type, bytes, saltedSha256: createHash('sha256').update(salt).update(bytes).digest('hex') })
    previous = type
    at = end
  }
  if (at !== body.length) throw new UnopenablePacket('trailing bytes')
  return items
}
