// What the simulated centre remembers: plain data, so that a test can carry it over the death of a process. Knows no request.

import type { CentreBiodata, PacketManifest, StationPublicKeys } from '../../protocol/hardware/centre.js'
import type { KeyState } from './keys.js'

/** Upload that has no commit yet. */
export interface OpenUpload {
  readonly chunks: Map<number, { readonly bytes: Uint8Array; readonly sha256: string }>
}

export interface HeldPacket {
  readonly manifest: PacketManifest
  readonly receiptJws: string
  readonly receivedAtMs: number
  readonly ciphertext: Uint8Array
  /** NIK inside, once opened; '' when it could not be. Never leaves the centre but in a bundle. */
  readonly nik: string
  /** Why the record did not pass, or '' when it did. */
  readonly failure: string
  /** Set by a scenario: what to answer instead of the centre's own status. */
  answered: string
  readonly cards: { readonly blankSerial: string; readonly state: CardState }[]
}

export const cardStates = ['printed', 'spoiled', 'handed_over'] as const
export type CardState = (typeof cardStates)[number]

export interface CentreMemory {
  keys: readonly KeyState[]
  readonly stations: Map<string, StationPublicKeys>
  readonly uploads: Map<string, OpenUpload>
  readonly packets: Map<string, HeldPacket>
  receipts: number
  bundles: number
  /** The bundle given out last, for a scenario that plays it again. */
  lastBundle: string
}

/** What the registry knows: the people generator stands behind it. */
export interface PopulationSource {
  find(nik: string): CentreBiodata | undefined
}

export function emptyMemory(keys: readonly KeyState[]): CentreMemory {
  return { keys, stations: new Map(), uploads: new Map(), packets: new Map(), receipts: 0, bundles: 0, lastBundle: '' }
}

/** A deep copy that shares nothing; structured-clonable, so it can be sent to another process. */
export function copyMemory(memory: CentreMemory): CentreMemory {
  return structuredClone(memory)
}
