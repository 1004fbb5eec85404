// Writes a card so that it can be torn out at any moment and finished later: every changing command is journalled before it is sent,
// what is there is read before it is written, and a card is done only when it was read back whole. Knows no case and no printer.

import { type CardSession, statusWordText } from '../../drivers/card-terminal/driver.js'
import { Fault } from '../../protocol/fault.js'
import type { Effects } from '../effects.js'
import { join, tlv } from '../record/ber-tlv.js'
import { type CardFile, cardApplication } from './profile.js'
import { sizeOf } from './read-card.js'

/** The intent is durable before the command goes out; the outcome is told after. */
export interface CardJournal {
  intend(operation: string, detail: Readonly<Record<string, string | number>>): Promise<void>
  outcome(statusWord: string): Promise<void>
}

export interface PersonaliseDeps {
  readonly card: CardSession
  readonly journal: CardJournal
  readonly effects: Effects
  readonly progress: (state: 'writing' | 'reading_back', bytes: number, total: number) => void
}

/** Data bytes of one command: short APDUs, as every reader takes them. */
const chunkBytes = 240
const ok = 0x9000
const fileNotFound = 0x6a82
const lifeCycleLocked = 0x07

/**
 * Brings the card to hold exactly `files` and locks it. Safe to repeat after any interruption with the same files.
 * @returns the number of bytes read back and found equal
 * @throws Fault `card.readback_differs` when a locked card holds something else: it must be spoiled; `card.*` of the terminal otherwise
 */
export async function personalise(deps: PersonaliseDeps, files: readonly CardFile[]): Promise<number> {
  const total = files.reduce((sum, file) => sum + file.content.length, 0)
  if (!(await isLocked(deps))) {
    await ensureApplication(deps)
    let written = 0
    for (const file of files) {
      await ensureFile(deps, file)
      await writeDifferences(deps, file)
      written += file.content.length
      deps.progress('writing', written, total)
    }
    await compare(deps, files, total)
    await lock(deps)
  }
  await compare(deps, files, total)
  return total
}

const select = (deps: PersonaliseDeps, p1: number, data: Uint8Array) => transmit(deps, { ins: 0xa4, p1, p2: 0x04, data, ne: 256 })

function transmit(deps: PersonaliseDeps, command: Parameters<CardSession['transmit']>[0]) {
  return deps.effects.perform('card.command', () => deps.card.transmit(command))
}

/** Journals, sends and expects 9000. */
async function change(
  deps: PersonaliseDeps,
  operation: string,
  detail: Readonly<Record<string, string | number>>,
  command: Parameters<CardSession['transmit']>[0],
): Promise<void> {
  await deps.journal.intend(operation, detail)
  const { statusWord } = await transmit(deps, command)
  const text = statusWordText(statusWord)
  await deps.journal.outcome(text)
  if (statusWord !== ok) throw new Fault('card.status_word', { operation, statusWord: text })
}

async function isLocked(deps: PersonaliseDeps): Promise<boolean> {
  const { data, statusWord } = await select(deps, 0x00, Uint8Array.of(0x3f, 0x00))
  if (statusWord !== ok) throw new Fault('card.status_word', { operation: 'select_mf', statusWord: statusWordText(statusWord) })
  // Life cycle status byte, tag 8A of the control parameters (ISO/IEC 7816-4 clause 7.4.10); it is the last object.
  return data.at(-3) === 0x8a && data.at(-1) === lifeCycleLocked
}

async function selectApplication(deps: PersonaliseDeps): Promise<boolean> {
  const { statusWord } = await select(deps, 0x04, cardApplication.aid)
  if (statusWord !== ok && statusWord !== fileNotFound)
    throw new Fault('card.status_word', { operation: 'select_application', statusWord: statusWordText(statusWord) })
  return statusWord === ok
}

async function ensureApplication(deps: PersonaliseDeps): Promise<void> {
  if (await selectApplication(deps)) return
  const template = tlv(0x62, join([tlv(0x82, Uint8Array.of(0x38)), tlv(0x83, fid(cardApplication.fid)), tlv(0x84, cardApplication.aid)]))
  await change(deps, 'create_application', {}, { ins: 0xe0, p1: 0, p2: 0, data: template })
  if (!(await selectApplication(deps))) throw new Fault('card.readback_differs', { operation: 'select_application' })
}

async function ensureFile(deps: PersonaliseDeps, file: CardFile): Promise<void> {
  const { data, statusWord } = await select(deps, 0x02, fid(file.fid))
  if (statusWord === ok) {
    // A file of another size is of another card's making; nothing here may overwrite it.
    if (sizeOf(data) !== file.content.length)
      throw new Fault('card.readback_differs', { operation: file.name, expected: file.content.length, found: sizeOf(data) })
    return
  }
  if (statusWord !== fileNotFound) throw new Fault('card.status_word', { operation: 'select_file', statusWord: statusWordText(statusWord) })
  const size = Uint8Array.of(file.content.length >> 8, file.content.length & 0xff)
  const template = tlv(
    0x62,
    join([tlv(0x80, size), tlv(0x82, Uint8Array.of(0x01)), tlv(0x83, fid(file.fid)), tlv(0x88, Uint8Array.of(file.sfi << 3))]),
  )
  await change(deps, 'create_file', { file: file.name }, { ins: 0xe0, p1: 0, p2: 0, data: template })
  const again = await select(deps, 0x02, fid(file.fid))
  if (again.statusWord !== ok)
    throw new Fault('card.status_word', { operation: 'select_file', statusWord: statusWordText(again.statusWord) })
}

/** Reads each piece first and writes only what differs: a finished part is never written twice. */
async function writeDifferences(deps: PersonaliseDeps, file: CardFile): Promise<void> {
  for (let offset = 0; offset < file.content.length; offset += chunkBytes) {
    const piece = file.content.subarray(offset, offset + chunkBytes)
    if (same(await read(deps, offset, piece.length), piece)) continue
    await change(
      deps,
      'update_binary',
      { file: file.name, offset, size: piece.length },
      { ins: 0xd6, p1: offset >> 8, p2: offset & 0xff, data: piece },
    )
  }
}

async function compare(deps: PersonaliseDeps, files: readonly CardFile[], total: number): Promise<void> {
  let read_ = 0
  if (!(await selectApplication(deps))) throw new Fault('card.readback_differs', { operation: 'select_application' })
  for (const file of files) {
    const { statusWord } = await select(deps, 0x02, fid(file.fid))
    if (statusWord !== ok) throw new Fault('card.readback_differs', { operation: file.name, statusWord: statusWordText(statusWord) })
    for (let offset = 0; offset < file.content.length; offset += chunkBytes) {
      const piece = file.content.subarray(offset, offset + chunkBytes)
      if (!same(await read(deps, offset, piece.length), piece)) throw new Fault('card.readback_differs', { operation: file.name, offset })
    }
    read_ += file.content.length
    deps.progress('reading_back', read_, total)
  }
}

async function lock(deps: PersonaliseDeps): Promise<void> {
  await selectApplication(deps)
  await change(deps, 'lock', {}, { ins: 0x44, p1: 0, p2: 0 })
}

async function read(deps: PersonaliseDeps, offset: number, size: number): Promise<Uint8Array> {
  const { data, statusWord } = await transmit(deps, { ins: 0xb0, p1: offset >> 8, p2: offset & 0xff, ne: size })
  if (statusWord !== ok) throw new Fault('card.status_word', { operation: 'read_binary', statusWord: statusWordText(statusWord), offset })
  return data
}

const fid = (id: number): Uint8Array => Uint8Array.of(id >> 8, id & 0xff)

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i])
