// What arrived at the simulated centre, opened by its own reader and held to what the station had kept.

import type { SimulatedCentre } from '../../../../simulator/centre/centre.js'
import type { FingerCapture } from '../../../kernels/finger/sequence.js'
import { isFingers } from '../../../modality.js'
import { readFingerImageRecord } from '../../../record/finger-image.js'
import type { CaseDocument } from '../../../service/case.js'
import { type Complain, type KeptOfCase, sha256 } from './kept.js'

export interface ArrivedItem {
  readonly type: string
  readonly sha256: string
}

const smallest = 16

/** @returns what lay in the packet, in its order */
export async function checkPacket(
  centre: SimulatedCentre,
  packetId: string,
  doc: CaseDocument,
  kept: KeptOfCase,
  complain: Complain,
): Promise<readonly ArrivedItem[]> {
  const { manifest, items } = await centre.contentsOf(packetId)
  const wrong = (what: string) => complain('packet_complete', what)
  const byType = new Map(items.map(({ type, bytes }) => [type, bytes]))
  if (manifest.caseId !== doc.caseId) wrong('the manifest names another case')
  const approval = doc.witness ? [] : ['approval']
  for (const type of [...approval, 'biodata', 'captures']) if ((byType.get(type)?.length ?? 0) < smallest) wrong(`no ${type}`)
  const biodata = JSON.parse(new TextDecoder().decode(byType.get('biodata'))) as { nik?: unknown }
  if (biodata.nik !== doc.nik) wrong('the biodata are somebody else’s')
  for (const { modality, state } of doc.modalities) {
    if (state === 'exception') continue
    const record = byType.get(`record.${modality}`)
    const row = kept.get(modality)
    if (!record || record.length < smallest) wrong(`no record of ${modality}`)
    else if (sha256(record) !== row?.plain.get(row.row.blob)) wrong(`the record of ${modality} is not the one that was accepted`)
    else if (isFingers(modality)) checkFingers(modality, record, doc, byType, wrong)
  }
  return items.map(({ type, bytes }) => ({ type, sha256: sha256(bytes) }))
}

/** Every finger of the case is in the record by itself, and has a template beside it. */
function checkFingers(
  modality: FingerCapture,
  record: Uint8Array,
  doc: CaseDocument,
  items: ReadonlyMap<string, Uint8Array>,
  wrong: (what: string) => void,
): void {
  const inRecord = new Set(readFingerImageRecord(record).representations.map(({ fingerPosition }) => fingerPosition))
  const named = doc.modalities.find((each) => each.modality === modality)?.fingers ?? []
  for (const { position, quality } of named) {
    if (position === 0) continue
    if (!inRecord.has(position)) wrong(`finger ${position} is not in the record of ${modality}`)
    if (quality !== undefined && !items.has(`minutiae.${modality}.${position}`)) wrong(`no template of finger ${position} of ${modality}`)
  }
}
