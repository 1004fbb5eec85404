// Intake of the simulated centre: chunks in any order and as often as wanted, one commit for ever, a signed receipt. Opens nothing itself.

import { createHash, createPublicKey } from 'node:crypto'
import { CompactSign, compactVerify, decodeProtectedHeader } from 'jose'
import type { CentreRequest } from '../../protocol/hardware/centre.js'
import { centreHeaders, centreLimits, jwsTypes, type PacketManifest, type PacketReceipt } from '../../protocol/hardware/centre.js'
import { numberOf, objectOf, patterns, Refusal, textOf } from './answers.js'
import type { KeyRing } from './keys.js'
import type { CentreMemory, HeldPacket } from './state.js'

const maxChunks = 4096
const maxOpenUploads = 10_000

const sha256Hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** What is held of a packet, as `GET /packets/{id}` answers. */
export function held(memory: CentreMemory, packetId: string): object {
  const packet = memory.packets.get(packetId)
  if (packet) return { state: 'committed', chunks: [], receipt: packet.receiptJws }
  const chunks = [...(memory.uploads.get(packetId)?.chunks ?? [])].map(([n, { sha256 }]) => ({ n, sha256 }))
  return { state: 'open', chunks: chunks.sort((a, b) => a.n - b.n) }
}

/** `PUT /packets/{id}/chunks/{n}`: the same chunk again is fine, a corrected one replaces it until the commit. */
export function takeChunk(memory: CentreMemory, packetId: string, n: number, request: CentreRequest): void {
  const bytes = request.body ?? new Uint8Array(0)
  const sha256 = request.headers?.[centreHeaders.chunkSha256]
  if (n >= maxChunks) throw new Refusal(400, 'bad_chunk_number')
  if (bytes.length === 0 || bytes.length > centreLimits.chunkBytes) throw new Refusal(413, 'chunk_size')
  if (sha256 !== sha256Hex(bytes)) throw new Refusal(422, 'chunk_hash')
  if (memory.packets.has(packetId)) return
  let upload = memory.uploads.get(packetId)
  if (!upload) {
    if (memory.uploads.size >= maxOpenUploads) throw new Refusal(503, 'too_many_uploads')
    upload = { chunks: new Map() }
    memory.uploads.set(packetId, upload)
  }
  const others = [...upload.chunks].reduce((sum, [number, chunk]) => sum + (number === n ? 0 : chunk.bytes.length), 0)
  if (others + bytes.length > centreLimits.packetBytes) throw new Refusal(413, 'packet_size')
  upload.chunks.set(n, { bytes: Uint8Array.from(bytes), sha256 })
}

/** A checked commit: known before, or whole and signed and ready to be received. */
export type Commit =
  | { readonly is: 'known'; readonly packet: HeldPacket }
  | { readonly is: 'new'; readonly manifest: PacketManifest; readonly ciphertext: Uint8Array }

/** @throws Refusal */
export async function checkCommit(memory: CentreMemory, packetId: string, request: CentreRequest): Promise<Commit> {
  const body = objectOf(request)
  const manifest = await checkManifest(memory, textOf(body, 'manifest', patterns.jws))
  if (manifest.packetId !== packetId) throw new Refusal(400, 'other_packet')
  const packet = memory.packets.get(packetId)
  if (packet) {
    if (packet.manifest.ciphertext.sha256 !== manifest.ciphertext.sha256) throw new Refusal(409, 'other_ciphertext')
    return { is: 'known', packet }
  }
  const upload = memory.uploads.get(packetId)
  const count = numberOf(body, 'chunks', maxChunks)
  const parts: Uint8Array[] = []
  for (let n = 0; n < count; n++) {
    const chunk = upload?.chunks.get(n)
    if (!chunk) throw new Refusal(409, 'chunks_missing')
    parts.push(chunk.bytes)
  }
  const ciphertext = Buffer.concat(parts)
  if (ciphertext.length !== manifest.ciphertext.length || sha256Hex(ciphertext) !== manifest.ciphertext.sha256) {
    throw new Refusal(409, 'ciphertext_mismatch')
  }
  return { is: 'new', manifest, ciphertext }
}

/** Signature of an enrolled station, and the few fields that the centre works with. */
async function checkManifest(memory: CentreMemory, jws: string): Promise<PacketManifest> {
  let kid: unknown
  try {
    kid = decodeProtectedHeader(jws).kid
  } catch {
    throw new Refusal(400, 'manifest_form')
  }
  const station = [...memory.stations.values()].find(({ signing }) => signing.kid === kid)
  if (!station) throw new Refusal(403, 'station_unknown')
  try {
    const key = createPublicKey({ key: { ...station.signing }, format: 'jwk' })
    const { payload, protectedHeader } = await compactVerify(jws, key, { algorithms: ['ES256'] })
    if (protectedHeader.typ !== jwsTypes.manifest) throw new Refusal(400, 'manifest_type')
    const manifest: unknown = JSON.parse(new TextDecoder().decode(payload))
    if (!isManifest(manifest) || manifest.stationId !== station.stationId) throw new Refusal(400, 'manifest_fields')
    return manifest
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(403, 'manifest_signature')
  }
}

function isManifest(value: unknown): value is PacketManifest {
  if (typeof value !== 'object' || value === null) return false
  const { version, packetId, stationId, ciphertext, auditHead, items } = value as Partial<PacketManifest>
  return (
    version === 1 &&
    typeof packetId === 'string' &&
    typeof stationId === 'string' &&
    typeof ciphertext?.sha256 === 'string' &&
    typeof ciphertext.length === 'number' &&
    typeof auditHead?.seq === 'number' &&
    typeof auditHead.hash === 'string' &&
    Array.isArray(items)
  )
}

export function signReceipt(receipt: PacketReceipt, key: ReturnType<KeyRing['current']>): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(receipt)))
    .setProtectedHeader({ alg: 'ES256', typ: jwsTypes.receipt, kid: key.kid })
    .sign(key.privateKey)
}
