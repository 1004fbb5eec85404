// Is a finger that an applicant gave an operator's? Somebody who lays down their own finger to get a capture done is found here; a second person judges.

import type { KeptFingers } from '../capture/kept-fingers.js'
import type { RecordMaker } from '../capture/record-maker.js'
import type { Actor } from '../desks.js'
import type { Finding } from '../state.js'
import type { Store } from '../store/store.js'
import { enrolledFingers } from './finger-store.js'

/**
 * All fingers of all captures against the fingers of all operators who enrolled one. A hit is audited with the operators, without the fingers.
 * @param captures of the case, as examined or as kept
 * @returns at most one finding; none when nobody is enrolled
 * @throws Fault store.*, `internal.unexpected` when the worker died
 */
export async function compareWithOperators(
  { store, records }: { readonly store: Store; readonly records: Pick<RecordMaker, 'compareOperators'> },
  actor: Actor,
  caseId: string,
  captures: readonly KeptFingers[],
): Promise<readonly Finding[]> {
  const enrolled = await enrolledFingers(store)
  const prints = captures.flatMap(({ capture, fingers }) => fingers.map(({ segment, template }) => ({ capture, segment, template })))
  if (enrolled.length === 0 || prints.length === 0) return []
  const hits = await records.compareOperators({ prints: prints.map(({ template }) => template), enrolled })
  if (hits.length === 0) return []
  const operators = hits.map(({ operatorId }) => operatorId)
  await store.commit(
    operators.map((operator) => ({ actor: actor.operator, act: 'record.operator_finger', caseId, facts: { operator } })),
    async () => {},
  )
  const found = hits.flatMap(({ print }) => prints[print] ?? [])
  const modalities = [...new Set(found.map(({ capture }) => capture))]
  const positions = [...new Set(found.map(({ segment }) => segment.position).filter((position) => position > 0))]
  const certainty = hits.some((hit) => hit.certainty === 'sure') ? 'sure' : 'unsure'
  return [{ code: 'operator_finger', certainty, ask: 'review', modalities, again: modalities, positions, operators }]
}
