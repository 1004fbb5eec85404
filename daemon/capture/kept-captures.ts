// Accepted captures as they lie in the store: one row a modality that names sealed blobs. The record goes to the centre, the fingers and eyes found in
// it stay for the comparison with later captures; fingers go with it as templates.

import type { Transaction } from 'kysely'
import type { PresentationAttack } from '../../protocol/hardware/frames.js'
import type { Tables } from '../store/schema.js'
import type { Store } from '../store/store.js'
import type { KeptEyes } from './eyes.js'
import type { KeptFingers } from './kept-fingers.js'

export interface KeptCapture {
  /** Hash of the blob with the record. */
  readonly blob: string
  /** Hash of the blob with the fingers found. */
  readonly fingers?: string
  /** Hash of the blob with both eyes' templates. */
  readonly eyes?: string
  readonly takenAtMs?: number
  readonly measure?: number
  readonly state?: string
  readonly weakReason?: string
  /** As the device said it. */
  readonly presentationAttack?: PresentationAttack
}

export async function writeCapture(
  trx: Transaction<Tables>,
  caseId: string,
  modality: string,
  status: string,
  kept: KeptCapture,
  nowMs: number,
): Promise<void> {
  const row = { case_id: caseId, modality, status, document: JSON.stringify(kept), updated_ms: Math.floor(nowMs) }
  await trx
    .insertInto('captures')
    .values(row)
    .onConflict((conflict) => conflict.columns(['case_id', 'modality']).doUpdateSet(row))
    .execute()
}

export async function readCaptures(
  store: Store,
  caseId: string,
): Promise<readonly { readonly modality: string; readonly kept: KeptCapture }[]> {
  const rows = await store.read((db) => db.selectFrom('captures').select(['modality', 'document']).where('case_id', '=', caseId).execute())
  return rows.map(({ modality, document }) => ({ modality, kept: JSON.parse(document) as KeptCapture }))
}

export const fingersToBytes = (kept: KeptFingers): Uint8Array => new TextEncoder().encode(JSON.stringify(kept))

/** What was found in the finger captures of a case. @throws Fault `store.corrupt` when one was damaged: capture that modality again */
export async function keptFingers(store: Store, caseId: string, except?: string): Promise<readonly KeptFingers[]> {
  const found: KeptFingers[] = []
  for (const { modality, kept } of await readCaptures(store, caseId)) {
    if (modality === except || kept.fingers === undefined) continue
    found.push(JSON.parse(new TextDecoder().decode(await store.blobs.get(kept.fingers))) as KeptFingers)
  }
  return found
}

/** The eyes as they were accepted last, to be compared with a recapture. @throws Fault `store.corrupt` */
export async function keptEyes(store: Store, caseId: string): Promise<KeptEyes | undefined> {
  const eyes = (await readCaptures(store, caseId)).find(({ modality }) => modality === 'irises')?.kept.eyes
  return eyes === undefined ? undefined : (JSON.parse(new TextDecoder().decode(await store.blobs.get(eyes))) as KeptEyes)
}
