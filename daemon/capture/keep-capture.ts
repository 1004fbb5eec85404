// An accepted capture becomes durable at once: record and companions as sealed blobs, then row, case and audit entry in one commit.

import type { Clock } from '../../protocol/clock.js'
import type { Actor } from '../desks.js'
import type { CaseDocument } from '../service/case.js'
import type { CaseBook } from '../service/case-book.js'
import { exceptedPositions } from '../service/exceptions.js'
import type { Finding } from '../state.js'
import type { Store } from '../store/store.js'
import { type AttackPolicy, findingsWith } from './findings.js'
import { writeCapture } from './kept-captures.js'
import type { CaptureRules } from './plan-rules.js'
import { attackOf, measureOf, type Reviewed, type Running } from './running.js'

export interface KeepDeps {
  readonly book: CaseBook
  readonly store: Store
  readonly attackPolicy: AttackPolicy
  readonly rules: CaptureRules
  readonly clock: Clock
}

/** @param weakReason '' for a good capture @throws Fault of the store; nothing is changed then */
export async function keepCapture(
  deps: KeepDeps,
  actor: Actor,
  { caseId, modality, attempt }: Running,
  reviewed: Reviewed,
  { bytes, weakReason }: { readonly bytes: Uint8Array; readonly weakReason: string },
): Promise<void> {
  const { book, store, clock } = deps
  const { examined, takenAtMs } = reviewed
  const blob = await store.blobs.put(caseId, `record.${modality}`, bytes)
  const beside = examined.kept && (await store.blobs.put(caseId, `${examined.kept.name}.${modality}`, examined.kept.bytes))
  const doc = await book.get(caseId)
  const before = doc.modalities.find((each) => each.modality === modality)
  const measure = measureOf(reviewed)
  const attack = attackOf(reviewed)
  const state = weakReason === '' ? 'good' : 'weak_accepted'
  const change = { state, ...(weakReason !== '' && { weakReason }) } as const
  await book.change(
    actor,
    caseId,
    modality === 'face' ? 'face.approved' : 'capture.accepted',
    {
      is: 'modality_changed',
      modality,
      change: {
        ...change,
        tries: (before?.tries ?? 0) + attempt,
        measure,
        ...examined.results,
        // Accepting a portrait is the applicant's word (letter 400.8.1.2/13999/Dukcapil of 11 October 2024).
        ...(modality === 'face' && { approvedByApplicant: true }),
        ...(attack && { presentationAttack: attack.verdict }),
      },
      ...(examined.basis !== undefined && { basis: examined.basis }),
      // By the case as it is at the commit: another capture, an exception, a review may come in between.
      findings: (now) => findingsIfKept(deps, now, modality, reviewed, weakReason !== ''),
    },
    {
      facts: { modality, size: bytes.length },
      hashes: { record: blob.hash },
      write: async (trx) => {
        await store.blobs.record(trx, blob)
        if (beside) await store.blobs.record(trx, beside)
        const kept = {
          ...{ blob: blob.hash, takenAtMs, measure },
          ...change,
          ...(beside && examined.kept && { [examined.kept.name]: beside.hash }),
          ...(attack && { presentationAttack: attack }),
        }
        await writeCapture(trx, caseId, modality, state, kept, clock.nowMs())
      },
    },
  )
}

/** Said of an earlier capture of this modality alone. */
const isOf = ({ code, modalities }: Finding, modality: Running['modality']): boolean =>
  (code === 'weak_capture' || code === 'operator_finger') && modalities.includes(modality)

/** The fingers that were counted short are said to be missing by now. */
function isExplained(doc: CaseDocument, { code, modalities, positions }: Finding): boolean {
  const excepted = modalities.flatMap((modality) => exceptedPositions(doc, modality))
  return code === 'count_mismatch' && positions.length > 0 && positions.every((position) => excepted.includes(position))
}

/** The site wants a second person to look at a weak capture of this modality. */
function weakFinding(modality: Running['modality'], { weakNeedsSecondPerson }: CaptureRules): readonly Finding[] {
  if (!weakNeedsSecondPerson.some((each) => each === modality)) return []
  return [{ code: 'weak_capture', certainty: 'sure', ask: 'review', modalities: [modality], again: [], positions: [] }]
}

/** Findings that accepting this capture would leave. */
export function findingsIfKept(
  { attackPolicy, rules }: Pick<KeepDeps, 'attackPolicy' | 'rules'>,
  doc: CaseDocument,
  modality: Running['modality'],
  reviewed: Reviewed,
  weak: boolean,
): readonly Finding[] {
  const found = findingsWith(doc, modality, attackOf(reviewed), attackPolicy, reviewed.examined.found).filter(
    (finding) => !isExplained(doc, finding),
  )
  const others = found.filter((each) => !isOf(each, modality))
  return [...others, ...reviewed.ofOperators, ...(weak ? weakFinding(modality, rules) : [])]
}
