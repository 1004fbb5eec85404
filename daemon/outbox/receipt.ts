// The centre's receipt: verified or refused. Nothing but a verified receipt ends the sending of a packet.

import { compactVerify, decodeProtectedHeader } from 'jose'
import { z } from 'zod'
import { Fault } from '../../protocol/fault.js'
import { type CentreKeySet, jwsTypes, type PacketReceipt, type WitnessedHead } from '../../protocol/hardware/centre.js'
import { keyById } from '../centre/keys.js'
import { readManifest } from '../packet/manifest.js'

/** What a receipt must speak of: taken from the station's own signed manifest. */
export interface ExpectedReceipt {
  readonly packetId: string
  readonly ciphertextSha256: string
  readonly auditHead: WitnessedHead
}

const receiptSchema: z.ZodType<PacketReceipt> = z.object({
  packetId: z.string(),
  ciphertextSha256: z.string(),
  receivedAtMs: z.number(),
  centreKeyId: z.string(),
  receiptNumber: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
  auditHead: z.object({ seq: z.number().int().min(0), hash: z.string() }),
})

/**
 * The signing key must be valid at the receipt's own time; the station's clock is not asked, it may be wrong.
 * @throws Fault `centre.receipt_forged`: a security event; context.field says what did not fit
 */
export async function verifyReceipt(jws: string, expected: ExpectedReceipt, keys: CentreKeySet): Promise<PacketReceipt> {
  const refuse = (field: string) => new Fault('centre.receipt_forged', { packetId: expected.packetId, field })
  let receipt: PacketReceipt
  try {
    const { kid } = decodeProtectedHeader(jws)
    const claimed = receiptSchema.parse(JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8')))
    const key = keyById(keys.receipts, kid, claimed.receivedAtMs)
    if (!key || claimed.centreKeyId !== kid) throw refuse('key')
    const { payload, protectedHeader } = await compactVerify(jws, key, { algorithms: ['ES256'] })
    if (protectedHeader.typ !== jwsTypes.receipt) throw refuse('type')
    receipt = receiptSchema.parse(JSON.parse(Buffer.from(payload).toString('utf8')))
  } catch (error) {
    throw error instanceof Fault ? error : refuse('signature')
  }
  if (receipt.packetId !== expected.packetId) throw refuse('packetId')
  if (receipt.ciphertextSha256 !== expected.ciphertextSha256) throw refuse('ciphertextSha256')
  if (receipt.auditHead.seq !== expected.auditHead.seq || receipt.auditHead.hash !== expected.auditHead.hash) throw refuse('auditHead')
  return receipt
}

/** @param manifestJws the station's own, out of its store @throws Fault `packet.corrupt` */
export function expectedReceipt(manifestJws: string): ExpectedReceipt {
  try {
    const { packetId, ciphertext, auditHead } = readManifest(manifestJws)
    return { packetId, ciphertextSha256: ciphertext.sha256, auditHead }
  } catch (error) {
    throw new Fault('packet.corrupt', { field: 'manifest' }, { cause: error })
  }
}
