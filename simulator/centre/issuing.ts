// Issuance bundles of the simulated centre: what a card is made of, sealed for one station and signed. Image and template work is handed in.

import { createPublicKey } from 'node:crypto'
import { CompactEncrypt, CompactSign } from 'jose'
import { type BundleContent, type CentreBiodata, jwsTypes, type StationPublicKeys } from '../../protocol/hardware/centre.js'
import { Refusal } from './answers.js'
import type { KeyRing } from './keys.js'
import type { RecordParts } from './records.js'

/** The centre's biometric work. The composition hands it in: the simulator shares no kernel with the station. */
export interface CentreBiometrics {
  /**
   * @param fingerRecords ISO/IEC 19794-4 records; position is 13, 14 or 15 where one record holds a whole slap
   * @returns compact card minutiae (ISO/IEC 19794-2, 3 bytes each) by finger position 1 to 10, best finger first
   */
  templates(
    fingerRecords: readonly { readonly position: number; readonly record: Uint8Array }[],
  ): Promise<readonly { readonly position: number; readonly template: Uint8Array }[]>
  /** @param faceRecord ISO/IEC 19794-5 @returns JPEG of the card's photo */
  photo(faceRecord: Uint8Array): Promise<Uint8Array>
  /** @param record ISO/IEC 19794-7 @returns PNG */
  signature(record: Uint8Array): Promise<Uint8Array>
}

/** ISO/IEC 19794-4 positions of the card's fingers by regulation: right and left index. */
const cardFingers = [2, 7]

/** @throws Refusal 409 when fewer than two fingers gave a template */
export async function makeContent(
  parts: RecordParts,
  biometrics: CentreBiometrics,
  about: Omit<BundleContent, 'photo' | 'signature' | 'fingers' | 'biodata'> & { readonly biodata: CentreBiodata },
): Promise<BundleContent> {
  const [templates, photo, signature] = await Promise.all([
    biometrics.templates(parts.fingers),
    biometrics.photo(parts.face),
    biometrics.signature(parts.signature),
  ])
  const index = cardFingers.flatMap((position) => templates.filter((each) => each.position === position).slice(0, 1))
  const chosen = [...index, ...templates.filter((each) => !index.includes(each))].slice(0, 2)
  if (chosen.length < 2) throw new Refusal(409, 'no_templates')
  return {
    ...about,
    photo: base64(photo),
    signature: base64(signature),
    fingers: chosen.map(({ position, template }) => ({ position, format: 'iso-19794-2-compact', template: base64(template) })),
  }
}

/** JWE for the station (ECDH-ES+A256KW, A256GCM), inside a JWS of the centre's issuing key (ES256). */
export async function sealBundle(content: BundleContent, station: StationPublicKeys, key: ReturnType<KeyRing['current']>): Promise<string> {
  const jwe = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(content)))
    .setProtectedHeader({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM', kid: station.sealing.kid })
    .encrypt(createPublicKey({ key: { ...station.sealing }, format: 'jwk' }))
  return new CompactSign(new TextEncoder().encode(jwe))
    .setProtectedHeader({ alg: 'ES256', typ: jwsTypes.bundle, kid: key.kid })
    .sign(key.privateKey)
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
