// Operators' enrolled fingers as they lie in the store: one sealed blob an operator under a key of its own, apart from every case. Compares nothing.

import { isFault } from '../../protocol/fault.js'
import type { FingerTemplate } from '../kernels/finger/template.js'
import type { Store } from '../store/store.js'

export interface EnrolledFinger {
  readonly operatorId: string
  /** ISO/IEC 19794-4. */
  readonly position: number
  readonly template: FingerTemplate
}

const blobKind = 'operator.finger'
const subjectOf = (operatorId: string): string => `operator:${operatorId}`

/** In place of an earlier one, whose file is swept at the next start. @throws Fault store.* */
export async function keepFinger(store: Store, finger: EnrolledFinger, nowMs: number): Promise<void> {
  const { operatorId, position, template } = finger
  const bytes = new TextEncoder().encode(JSON.stringify({ position, template }))
  const blob = await store.blobs.put(subjectOf(operatorId), blobKind, bytes)
  const row = { operator_id: operatorId, position, blob: blob.hash, enrolled_ms: Math.floor(nowMs) }
  const audit = { actor: operatorId, act: 'operator.finger_enrolled', facts: { operator: operatorId, field: `finger ${position}` } }
  await store.commit(audit, async (trx) => {
    await trx.deleteFrom('blobs').where('subject', '=', blob.subject).execute()
    await store.blobs.record(trx, blob)
    await trx
      .insertInto('operator_fingers')
      .values(row)
      .onConflict((conflict) => conflict.column('operator_id').doUpdateSet(row))
      .execute()
  })
}

/** Of operators who may work; one that was damaged is left out and must be enrolled again. */
export async function enrolledFingers(store: Store, only?: string): Promise<readonly EnrolledFinger[]> {
  const rows = await store.read((db) =>
    db
      .selectFrom('operator_fingers')
      .innerJoin('operators', 'operators.id', 'operator_fingers.operator_id')
      .innerJoin('blobs', 'blobs.hash', 'operator_fingers.blob')
      .select(['operator_fingers.operator_id', 'operator_fingers.position', 'operator_fingers.blob'])
      .where('operators.disabled', '=', 0)
      .where('blobs.quarantined_ms', 'is', null)
      .$if(only !== undefined, (query) => query.where('operators.id', '=', only ?? ''))
      .orderBy('operators.number')
      .execute(),
  )
  const found: EnrolledFinger[] = []
  for (const { operator_id: operatorId, position, blob } of rows) {
    const bytes = await readable(store, blob)
    if (bytes) found.push({ operatorId, position, template: parseTemplate(bytes) })
  }
  return found
}

/** Key, rows and file go. Of somebody without an enrolled finger: nothing happens. */
export async function forgetFinger(store: Store, actor: string, operatorId: string): Promise<void> {
  const row = await store.read((db) =>
    db.selectFrom('operator_fingers').select('operator_id').where('operator_id', '=', operatorId).executeTakeFirst(),
  )
  if (!row) return
  const audit = { actor, act: 'operator.finger_erased', facts: { operator: operatorId } }
  await store.blobs.eraseSubject(subjectOf(operatorId), audit, async (trx) => {
    await trx.deleteFrom('operator_fingers').where('operator_id', '=', operatorId).execute()
  })
}

/** Of operators who were locked when the station died before it could erase. */
export async function sweepFingers(store: Store): Promise<void> {
  const rows = await store.read((db) =>
    db
      .selectFrom('operator_fingers')
      .innerJoin('operators', 'operators.id', 'operator_fingers.operator_id')
      .select('operator_id')
      .where('operators.disabled', '!=', 0)
      .execute(),
  )
  for (const { operator_id: operatorId } of rows) await forgetFinger(store, 'station', operatorId)
}

/** Sealed by this station: its shape is known. */
const parseTemplate = (bytes: Uint8Array): FingerTemplate =>
  (JSON.parse(new TextDecoder().decode(bytes)) as { template: FingerTemplate }).template

async function readable(store: Store, hash: string): Promise<Uint8Array | undefined> {
  try {
    return await store.blobs.get(hash)
  } catch (error) {
    if (isFault(error, 'store.corrupt', 'store.blob_unknown')) return undefined
    throw error
  }
}
