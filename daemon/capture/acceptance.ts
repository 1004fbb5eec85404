// May this capture be accepted, and as what? Pure: the site's rules, the case and the best of its attempts in; a word for the screen out.

import { Fault } from '../../protocol/fault.js'
import type { CaseDocument } from '../service/case.js'
import { expectedPositions, leniency } from '../service/exceptions.js'
import type { Modality } from '../state.js'
import type { AttackPolicy } from './findings.js'
import { rulesFor } from './plan.js'
import type { CaptureRules } from './plan-rules.js'
import { attackOf, type Reviewed, type Running } from './running.js'

export interface Acceptance {
  /** Why this is not simply good, by its stable name; '' when it is. */
  readonly flaw: string
  readonly weak: boolean
  /** Reason of an exception that takes the operator's place. */
  readonly reason: string
  /** Why it may not be accepted now: `capture.parts_missing` | `capture.presentation_attack` | `capture.tries_left` */
  readonly refusal?: Fault
}

/** Attempts of this modality so far, those of captures accepted before included. */
export const triesOf = (
  { modalities }: Pick<CaseDocument, 'modalities'>,
  { modality, attempt }: Pick<Running, 'modality' | 'attempt'>,
): number => (modalities.find((each) => each.modality === modality)?.tries ?? 0) + attempt

export function acceptanceOf(
  doc: CaseDocument,
  running: Running,
  reviewed: Reviewed,
  rules: CaptureRules,
  policy: AttackPolicy,
): Acceptance {
  const { caseId, modality } = running
  const absent = absentNow(doc, modality, reviewed)
  const attacked = attackOf(reviewed)?.verdict === 'attack'
  const flaw = attacked && policy !== 'ignore' ? 'presentation_attack' : flawOf(modality, reviewed, absent)
  const weak = flaw !== ''
  const reason = leniency(doc, modality) ?? ''
  const count = triesOf(doc, running)
  const limit = rulesFor(rules, modality).tries
  const refusal =
    absent.length > 0
      ? new Fault('capture.parts_missing', { caseId, modality, field: absent.join(',') })
      : attacked && policy === 'refuse'
        ? new Fault('capture.presentation_attack', { caseId, modality })
        : weak && reason === '' && count < limit
          ? new Fault('capture.tries_left', { caseId, modality, count, limit })
          : undefined
  return { flaw, weak, reason, ...(refusal && { refusal }) }
}

/** What is in no picture and is expected, also since an exception was withdrawn. */
export function absentNow(doc: CaseDocument, modality: Modality, { examined }: Reviewed): readonly number[] {
  const expected = expectedPositions(doc, modality)
  return examined.absent.filter((position) => expected.includes(position))
}

function flawOf(modality: Modality, { taken, examined: { flaw, best }, ofOperators }: Reviewed, absent: readonly number[]): string {
  if (ofOperators.length > 0) return 'operator_finger'
  // Of what is in doubt as a whole it says little that a part is missing.
  if (absent.length > 0 && (best || flaw === '')) return modality === 'irises' ? 'no_iris' : 'fingers_missing'
  return flaw === '' && taken.of === 'frames' && taken.capture.weak ? 'weak' : flaw
}
