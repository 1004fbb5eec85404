// What goes into the chip: the open profile ktpel-ref-0. Simulated on purpose: the layout and the keys of the real KTP-el chip are not public,
// and this first profile has no card security (no mutual authentication, no signed object). Pure.

import { Fault } from '../../protocol/fault.js'
import { join, tlv, utf8 } from '../record/ber-tlv.js'
import type { Biodata } from '../service/case.js'

export const cardProfile = 'ktpel-ref-0'
/** Proprietary (F0) and spelled out: nobody's registered application. */
export const cardApplication = { aid: Uint8Array.of(0xf0, ...utf8('KTPELREF0')), fid: 0x7e01 } as const
/** Whole memory of the card, file headers included. */
export const cardMemoryBytes = 8192
/** What the card's file system spends on one file, and on the application itself. */
const fileHeaderBytes = 16
const applicationBytes = 64

export interface CardFile {
  readonly name: string
  readonly fid: number
  /** Short identifier, 1 to 30. */
  readonly sfi: number
  readonly content: Uint8Array
}

/** What a card is made from: all of it comes from the centre's verified bundle. */
export interface CardContent {
  readonly biodata: Biodata
  /** JPEG 2000, already small enough for the chip. */
  readonly photo: Uint8Array
  /** PNG, already small enough for the chip. */
  readonly signature: Uint8Array
  /** ISO/IEC 19794-4 position and a template in the compact card format of 19794-2. */
  readonly fingers: readonly { readonly position: number; readonly template: Uint8Array }[]
  readonly validUntil: string
}

/**
 * The files in the order in which they are written; EF.COM comes last, so that a card without it is seen to be unfinished.
 * @throws Fault `card.no_space` when they do not fit
 */
export function cardFiles(content: CardContent): readonly CardFile[] {
  const files: readonly CardFile[] = [
    { name: 'DG11 biodata', fid: 0x010b, sfi: 11, content: tlv(0x6b, biodataObjects(content.biodata)) },
    {
      name: 'DG13 card data',
      fid: 0x010d,
      sfi: 13,
      content: tlv(0x6d, join([tlv(0x81, utf8(cardProfile)), tlv(0x82, utf8(content.validUntil))])),
    },
    { name: 'DG2 photo', fid: 0x0102, sfi: 2, content: tlv(0x75, tlv(0x5f2e, content.photo)) },
    { name: 'DG7 signature', fid: 0x0107, sfi: 7, content: tlv(0x67, tlv(0x5f43, content.signature)) },
    { name: 'DG3 fingers', fid: 0x0103, sfi: 3, content: tlv(0x63, fingerObjects(content.fingers)) },
    { name: 'EF.COM', fid: 0x011e, sfi: 30, content: commonData() },
  ]
  const size = files.reduce((sum, file) => sum + file.content.length + fileHeaderBytes, applicationBytes)
  if (size > cardMemoryBytes) throw new Fault('card.no_space', { size, limit: cardMemoryBytes })
  return files
}

/** Room for the photo when everything else is as it is. */
export function photoBudget(content: Omit<CardContent, 'photo'>): number {
  const others = cardFiles({ ...content, photo: new Uint8Array() })
  const used = others.reduce((sum, file) => sum + file.content.length + fileHeaderBytes, applicationBytes)
  // Tags and lengths around the photo grow with it.
  return cardMemoryBytes - used - 8
}

/** ICAO 9303-10 names full name 5F0E, personal number 5F10, birth date 5F2B, birth place 5F11, address 5F42, profession 5F13; the rest is ours (context class). */
function biodataObjects(of: Biodata): Uint8Array {
  return join([
    tlv(0x5f10, utf8(of.nik)),
    tlv(0x5f0e, utf8(of.name)),
    tlv(0x5f2b, utf8(of.birthDate.replaceAll('-', ''))),
    tlv(0x5f11, utf8(of.birthPlace)),
    tlv(0x5f42, utf8(of.address)),
    tlv(0x5f13, utf8(of.occupation)),
    tlv(0x81, utf8(of.sex)),
    tlv(0x82, utf8(of.religion)),
    tlv(0x83, utf8(of.maritalStatus)),
    tlv(0x84, utf8(of.bloodGroup)),
    tlv(0x85, utf8(of.citizenship)),
  ])
}

/** A group of templates as in ISO/IEC 7816-11: 7F61 { 02 count, 7F60 { A1 { 81 type, 82 subtype }, 5F2E data } … }. */
function fingerObjects(fingers: CardContent['fingers']): Uint8Array {
  const fingerprint = Uint8Array.of(0x08)
  const each = fingers.map(({ position, template }) => {
    const header = tlv(0xa1, join([tlv(0x81, fingerprint), tlv(0x82, Uint8Array.of(position))]))
    return tlv(0x7f60, join([header, tlv(0x5f2e, template)]))
  })
  return tlv(0x7f61, join([tlv(0x02, Uint8Array.of(fingers.length)), ...each]))
}

/** EF.COM of ICAO 9303-10: LDS version, Unicode version, the data groups that are there. */
function commonData(): Uint8Array {
  return tlv(0x60, join([tlv(0x5f01, utf8('0107')), tlv(0x5f36, utf8('040000')), tlv(0x5c, Uint8Array.of(0x75, 0x63, 0x67, 0x6b, 0x6d))]))
}
