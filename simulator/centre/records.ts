// What the simulated centre makes of an opened record: complete or not, known before or not, print-ready when its time has come.
// The 1:N search itself is simulated by comparing NIKs: no biometric search happens here.

import type { CentralStatus, PacketManifest } from '../../protocol/hardware/centre.js'
import { type OpenedItem, openPacket } from './intake-open.js'
import type { KeyRing } from './keys.js'
import type { CentreMemory, HeldPacket, PopulationSource } from './state.js'

const recordModalities = ['face', 'signature', 'right_four', 'left_four', 'thumbs', 'irises'] as const

/** Slap positions of ISO/IEC 19794-4 where a record holds a whole slap. */
const slapPositions: Readonly<Record<string, number>> = { right_four: 13, left_four: 14, thumbs: 15 }

export interface RecordVerdict {
  readonly nik: string
  readonly failure: string
}

/** Opens and judges a packet that has just come in. Never throws: what is wrong becomes the record's status. */
export async function judge(
  memory: CentreMemory,
  keys: KeyRing,
  population: PopulationSource,
  manifest: PacketManifest,
  ciphertext: Uint8Array,
): Promise<RecordVerdict> {
  const failed = { nik: '', failure: 'ENROLL_FAILURE_AT_CENTRAL' satisfies CentralStatus }
  try {
    const items = await openPacket(ciphertext, manifest.packetId, keys.sealing)
    const listed = items.map(({ type, bytes, saltedSha256 }) => `${type} ${bytes.length} ${saltedSha256}`).join('\n')
    const promised = manifest.items.map((item) => `${item.type} ${item.length} ${item.saltedSha256}`).join('\n')
    if (listed !== promised) return failed
    const { excepted, witnessed } = judgementsOf(items)
    const complete = recordModalities.every((modality) => recordsOf(items, modality).length > 0 || excepted.includes(modality))
    const nik = nikOf(items)
    const approved = witnessed || items.some(({ type }) => type === 'approval')
    if (!complete || !approved || !population.find(nik)) return failed
    return { nik, failure: recordOf(memory, nik) ? ('DUPLICATE_RECORD' satisfies CentralStatus) : '' }
  } catch {
    return failed
  }
}

/** What the station says is left out as a whole, and whether somebody witnessed the approval in place of a signature. */
function judgementsOf(items: readonly OpenedItem[]): { readonly excepted: readonly string[]; readonly witnessed: boolean } {
  const said: unknown = JSON.parse(
    new TextDecoder().decode(items.find(({ type }) => type === 'captures')?.bytes ?? new Uint8Array([0x7b, 0x7d])),
  )
  const { captures, witness } = said as { captures?: unknown; witness?: unknown }
  const all: readonly unknown[] = Array.isArray(captures) ? captures : []
  const excepted = all.flatMap((each) => {
    const { modality, state } = each as { modality?: unknown; state?: unknown }
    return state === 'exception' && typeof modality === 'string' ? [modality] : []
  })
  return { excepted, witnessed: typeof witness === 'object' && witness !== null }
}

function nikOf(items: readonly OpenedItem[]): string {
  const biodata: unknown = JSON.parse(new TextDecoder().decode(items.find(({ type }) => type === 'biodata')?.bytes))
  const nik = typeof biodata === 'object' && biodata !== null && 'nik' in biodata ? biodata.nik : ''
  return typeof nik === 'string' ? nik : ''
}

/** Items `record.<modality>` and `record.<modality>.<finger position>`. */
function recordsOf(items: readonly OpenedItem[], modality: string): readonly OpenedItem[] {
  return items.filter(({ type, bytes }) => (type === `record.${modality}` || type.startsWith(`record.${modality}.`)) && bytes.length > 0)
}

export interface RecordParts {
  readonly fingers: readonly { readonly position: number; readonly record: Uint8Array }[]
  readonly face: Uint8Array
  readonly signature: Uint8Array
}

/** The records a card is made of. @throws UnopenablePacket */
export async function recordParts(packet: HeldPacket, keys: KeyRing): Promise<RecordParts> {
  const items = await openPacket(packet.ciphertext, packet.manifest.packetId, keys.sealing)
  const fingers = Object.keys(slapPositions).flatMap((modality) =>
    recordsOf(items, modality).map(({ type, bytes }) => {
      const named = Number(type.split('.')[2] ?? '')
      return { position: named > 0 ? named : (slapPositions[modality] ?? 0), record: bytes }
    }),
  )
  const first = (modality: string) => recordsOf(items, modality)[0]?.bytes ?? new Uint8Array(0)
  return { fingers, face: first('face'), signature: first('signature') }
}

/** The record that counts for a NIK: the first that passed. */
export function recordOf(memory: CentreMemory, nik: string): HeldPacket | undefined {
  return [...memory.packets.values()].find((packet) => packet.nik === nik && packet.failure === '')
}

/** Status of a record at `nowMs`. */
export function statusOf(packet: HeldPacket, nowMs: number, printReadyAfterMs: number): string {
  if (packet.answered !== '') return packet.answered
  if (packet.failure !== '') return packet.failure
  if (packet.cards.some(({ state }) => state === 'handed_over')) return 'CARD_ISSUED' satisfies CentralStatus
  const lastCard = packet.cards.at(-1)
  if (lastCard?.state === 'printed') return 'CARD_PRINTED' satisfies CentralStatus
  if (nowMs - packet.receivedAtMs < printReadyAfterMs) return 'PROCESSING' satisfies CentralStatus
  return 'PRINT_READY_RECORD' satisfies CentralStatus
}
