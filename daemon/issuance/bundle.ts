// The centre's issuance bundle: what a card is made of. Verified when it comes and again each time it is used; kept sealed. Knows no card and no printer.

import { compactDecrypt, compactVerify, decodeProtectedHeader } from 'jose'
import { z } from 'zod'
import type { Clock } from '../../protocol/clock.js'
import { Fault, type FaultCode } from '../../protocol/fault.js'
import { type BundleContent, type CentreBiodata, type CentreKeySet, jwsTypes } from '../../protocol/hardware/centre.js'
import type { Random } from '../../protocol/random.js'
import type { CentreClient } from '../centre/client.js'
import { keyById, publicKeyOf } from '../centre/keys.js'
import { biodataSchema } from '../centre/schemas.js'
import type { Effects } from '../effects.js'
import type { StationIdentity } from '../packet/station-identity.js'
import type { Store } from '../store/store.js'

/** The only source of what goes on a card. */
export interface IssuanceBundle {
  readonly bundleId: string
  readonly packetId: string
  readonly nik: string
  readonly issuedAtMs: number
  readonly expiresAtMs: number
  readonly biodata: CentreBiodata
  /** JPEG */
  readonly photo: Uint8Array
  /** PNG */
  readonly signature: Uint8Array
  /** Two; compact card minutiae of ISO/IEC 19794-2, 3 bytes each, in the centre's order. */
  readonly fingers: readonly { readonly position: number; readonly template: Uint8Array }[]
  readonly centreKeyId: string
}

/** Whose bundle it must be. */
export interface BundleHolder {
  readonly caseId: string
  readonly packetId: string
  readonly nik: string
}

export interface Bundles {
  /**
   * Asks the centre for a fresh bundle, verifies and keeps it. What was kept for the case before stays as superseded.
   * @throws Fault `centre.unreachable` | `centre.refused` (reason `not_print_ready`) | `bundle.*`; a refused bundle is audited
   */
  fetch(holder: BundleHolder): Promise<IssuanceBundle>
  /**
   * The kept bundle, verified again from its signature on.
   * @param options evenExpired: what a card was made of counts as long as the card does
   * @throws Fault `bundle.missing` | `bundle.*`
   */
  load(holder: BundleHolder, options?: { readonly evenExpired?: boolean }): Promise<IssuanceBundle>
}

const maxTemplateBytes = 3 * 255
const text = (max: number) => z.string().min(1).max(max)
const contentSchema: z.ZodType<BundleContent> = z.object({
  bundleId: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
  packetId: text(64),
  stationId: text(64),
  nonce: text(64),
  nik: z.string().regex(/^[0-9]{16}$/),
  issuedAtMs: z.number(),
  expiresAtMs: z.number(),
  biodata: biodataSchema,
  photo: z.base64().max(700_000),
  signature: z.base64().max(700_000),
  fingers: z
    .array(
      z.object({
        position: z.number().int().min(1).max(10),
        format: z.literal('iso-19794-2-compact'),
        template: z.base64().min(4).max(1_100),
      }),
    )
    .length(2),
  centreKeyId: text(64),
})

export interface BundleExpectation extends BundleHolder {
  readonly nonce: string
  /** Undefined: that it has run out since does not matter. */
  readonly nowMs: number | undefined
}

/**
 * Signature of the centre's issuing key, valid at the time of issue; then sealed for this station; then station, nonce, packet, person, time.
 * @throws Fault `bundle.forged` | `bundle.wrong_station` | `bundle.replayed` (another request's nonce) | `bundle.wrong_person` | `bundle.expired`
 */
async function openBundle(
  jws: string,
  expected: BundleExpectation,
  station: StationIdentity,
  centreKeys: CentreKeySet,
): Promise<IssuanceBundle> {
  const refuse = (code: FaultCode, field: string) => new Fault(code, { caseId: expected.caseId, field })
  const jwe = await verifiedPayload(jws, centreKeys, () => refuse('bundle.forged', 'signature'))
  const content = await decrypted(jwe, station, refuse)
  const { kid } = decodeProtectedHeader(jws)
  if (content.centreKeyId !== kid || !keyById(centreKeys.issuing, kid, content.issuedAtMs)) throw refuse('bundle.forged', 'key')
  if (content.stationId !== station.stationId) throw refuse('bundle.wrong_station', 'stationId')
  if (content.nik !== expected.nik || content.biodata.nik !== expected.nik) throw refuse('bundle.wrong_person', 'nik')
  if (content.packetId !== expected.packetId) throw refuse('bundle.wrong_person', 'packetId')
  if (content.nonce !== expected.nonce) throw refuse('bundle.replayed', 'nonce')
  if (expected.nowMs !== undefined && expected.nowMs >= content.expiresAtMs) throw refuse('bundle.expired', 'expiresAtMs')
  const photo = Buffer.from(content.photo, 'base64')
  const signature = Buffer.from(content.signature, 'base64')
  const fingers = content.fingers.map(({ position, template }) => ({ position, template: new Uint8Array(Buffer.from(template, 'base64')) }))
  if (photo.length < 4 || photo.readUIntBE(0, 3) !== 0xffd8ff) throw refuse('bundle.forged', 'photo')
  if (signature.length < 8 || signature.readUInt32BE(0) !== 0x89504e47) throw refuse('bundle.forged', 'signature image')
  if (fingers[0]?.position === fingers[1]?.position) throw refuse('bundle.forged', 'fingers')
  if (fingers.some(({ template }) => template.length % 3 !== 0 || template.length > maxTemplateBytes))
    throw refuse('bundle.forged', 'fingers')
  const { bundleId, packetId, nik, issuedAtMs, expiresAtMs, biodata, centreKeyId } = content
  return { bundleId, packetId, nik, issuedAtMs, expiresAtMs, biodata, photo, signature, fingers, centreKeyId }
}

/** The key's validity is checked against the time of issue once that is readable; here any pinned issuing key may sign. */
async function verifiedPayload(jws: string, centreKeys: CentreKeySet, forged: () => Fault): Promise<string> {
  try {
    const { kid } = decodeProtectedHeader(jws)
    const pinned = centreKeys.issuing.find(({ jwk }) => jwk.kid === kid)
    if (!pinned) throw forged()
    const { payload, protectedHeader } = await compactVerify(jws, publicKeyOf(pinned), { algorithms: ['ES256'] })
    if (protectedHeader.typ !== jwsTypes.bundle) throw forged()
    return Buffer.from(payload).toString('ascii')
  } catch {
    throw forged()
  }
}

async function decrypted(jwe: string, station: StationIdentity, refuse: (code: FaultCode, field: string) => Fault): Promise<BundleContent> {
  let plaintext: Uint8Array
  try {
    plaintext = (
      await compactDecrypt(jwe, station.sealing.privateKey, {
        keyManagementAlgorithms: ['ECDH-ES+A256KW'],
        contentEncryptionAlgorithms: ['A256GCM'],
      })
    ).plaintext
  } catch {
    // Signed by the centre and yet not openable here: sealed for somebody else.
    throw refuse('bundle.wrong_station', 'key')
  }
  try {
    return contentSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plaintext)))
  } catch {
    throw refuse('bundle.forged', 'content')
  }
}

const blobKind = 'bundle'

export function createBundles(deps: {
  readonly store: Store
  readonly centre: CentreClient
  readonly centreKeys: CentreKeySet
  readonly station: StationIdentity
  readonly clock: Clock
  readonly random: Random
  readonly effects: Effects
}): Bundles {
  const { store, centre, centreKeys, station, clock, random, effects } = deps

  const open = (jws: string, holder: BundleHolder, nonce: string, nowMs: number | undefined): Promise<IssuanceBundle> =>
    effects.perform('compute', () => openBundle(jws, { ...holder, nonce, nowMs }, station, centreKeys))

  const keep = async (jws: string, bundle: IssuanceBundle, holder: BundleHolder, nonce: string): Promise<void> => {
    const { caseId } = holder
    const blob = await store.blobs.put(caseId, blobKind, Buffer.from(jws, 'ascii'))
    const audit = { actor: 'centre', act: 'bundle.accepted', caseId, hashes: { bundle: blob.hash } }
    await store.commit(audit, async (trx) => {
      const known = await trx.selectFrom('bundles').select('id').where('id', '=', bundle.bundleId).executeTakeFirst()
      if (known) throw new Fault('bundle.replayed', { caseId, field: 'bundleId' })
      await store.blobs.record(trx, blob)
      await trx.updateTable('bundles').set({ state: 'superseded' }).where('case_id', '=', caseId).where('state', '=', 'held').execute()
      await trx
        .insertInto('bundles')
        .values({
          id: bundle.bundleId,
          case_id: caseId,
          sealed_blob: blob.hash,
          received_ms: Math.floor(clock.nowMs()),
          expires_ms: Math.floor(bundle.expiresAtMs),
          nonce,
          state: 'held',
        })
        .execute()
    })
  }

  return {
    fetch: async (holder) => {
      const nonce = Buffer.from(random.bytes(18)).toString('base64url')
      const jws = await centre.issuance({ packetId: holder.packetId, stationId: station.stationId, nonce })
      try {
        const bundle = await open(jws, holder, nonce, clock.nowMs())
        await keep(jws, bundle, holder, nonce)
        return bundle
      } catch (error) {
        if (error instanceof Fault && error.code.startsWith('bundle.')) {
          await store.commit({ actor: 'centre', act: error.code, caseId: holder.caseId, facts: error.context }, async () => {})
        }
        throw error
      }
    },
    load: async (holder, { evenExpired = false } = {}) => {
      const row = await store.read((db) =>
        db
          .selectFrom('bundles')
          .select(['sealed_blob', 'nonce'])
          .where('case_id', '=', holder.caseId)
          .where('state', '=', 'held')
          .executeTakeFirst(),
      )
      if (!row) throw new Fault('bundle.missing', { caseId: holder.caseId })
      const jws = Buffer.from(await store.blobs.get(row.sealed_blob)).toString('ascii')
      return open(jws, holder, row.nonce, evenExpired ? undefined : clock.nowMs())
    },
  }
}
