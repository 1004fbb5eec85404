// Reads a finished card file by file, as any reader may: the profile has no access conditions yet.

import type { CardSession } from '../../drivers/card-terminal/driver.js'
import { Fault } from '../../protocol/fault.js'
import { cardApplication } from './profile.js'

export interface ReadFile {
  readonly name: string
  readonly fid: number
  readonly content: Uint8Array
}

const cardFileNames: readonly (readonly [number, string])[] = [
  [0x011e, 'EF.COM'],
  [0x010b, 'DG11 biodata'],
  [0x010d, 'DG13 card data'],
  [0x0102, 'DG2 photo'],
  [0x0107, 'DG7 signature'],
  [0x0103, 'DG3 fingers'],
]

const pieceBytes = 240

/** @throws Fault `card.status_word` for a card of another profile; `card.*` of the terminal */
export async function readCard(card: CardSession): Promise<readonly ReadFile[]> {
  await card.expect('select_application', { ins: 0xa4, p1: 0x04, p2: 0x0c, data: cardApplication.aid })
  const files: ReadFile[] = []
  for (const [fid, name] of cardFileNames) {
    const parameters = await card.expect('select_file', {
      ins: 0xa4,
      p1: 0x02,
      p2: 0x04,
      data: Uint8Array.of(fid >> 8, fid & 0xff),
      ne: 256,
    })
    files.push({ name, fid, content: await readContent(card, sizeOf(parameters)) })
  }
  return files
}

async function readContent(card: CardSession, size: number): Promise<Uint8Array> {
  const content = new Uint8Array(size)
  for (let offset = 0; offset < size; offset += pieceBytes) {
    const piece = await card.expect('read_binary', {
      ins: 0xb0,
      p1: offset >> 8,
      p2: offset & 0xff,
      ne: Math.min(pieceBytes, size - offset),
    })
    content.set(piece, offset)
  }
  return content
}

/** Tag 80 of the control parameters (ISO/IEC 7816-4 clause 7.4.3). */
export function sizeOf(parameters: Uint8Array): number {
  for (let at = 2; at + 3 < parameters.length + 1; ) {
    const length = parameters[at + 1] ?? 0
    if (parameters[at] === 0x80) return ((parameters[at + 2] ?? 0) << 8) | (parameters[at + 3] ?? 0)
    at += 2 + length
  }
  throw new Fault('device.protocol', { field: 'file size' })
}
