// Corrections of biodata at the counter: only by somebody who proves once more who they are. Knows no device; the finger comes from its own desk.

import type { Clock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import type { Actor } from '../desks.js'
import type { OperatorDesk, Proof } from '../operators/operators.js'
import { type CaseBook, officeDate } from './case-book.js'
import { recordingAgeYears, requireRole } from './case-desk.js'
import { correctBiodata, parseCorrection } from './correct-biodata.js'
import { ageYears } from './nik.js'

export interface CorrectionDesk {
  /**
   * @param request `pin` empty: the slap scanner asks for the operator's own finger
   * @throws Fault `input.invalid` | `case.*` | `operator.*` | `device.*` | `capture.*`; the case is unchanged then
   */
  correct(
    actor: Actor,
    caseId: string,
    request: { readonly field: string; readonly value: string; readonly reason: string; readonly pin: string },
  ): Promise<void>
}

export interface CorrectionDeps {
  readonly book: CaseBook
  readonly operators: Pick<OperatorDesk, 'reauthenticate'>
  /** Asks for the finger that this operator enrolled. */
  readonly fingers: { proof(operatorId: string): Promise<Proof> }
  readonly clock: Clock
}

export function openCorrectionDesk({ book, operators, fingers, clock }: CorrectionDeps): CorrectionDesk {
  return {
    correct: async (actor, caseId, request) => {
      const input = parseCorrection(request)
      const doc = await book.get(caseId)
      const standard = book.standardOf(doc)
      requireRole(actor, doc, standard)
      const nowMs = clock.nowMs()
      // Whatever will be refused is refused before anybody lays down a finger.
      const { biodata } = correctBiodata(doc, input, { actor: actor.operator, nowMs })
      if (input.field === 'birth_date' && ageYears(biodata?.birthDate ?? '', officeDate(nowMs, standard.timezone)) < recordingAgeYears)
        throw new Fault('case.not_eligible', { caseId, reason: 'age', limit: recordingAgeYears })
      const proof: Proof = request.pin === '' ? await fingers.proof(actor.operator) : { pin: request.pin }
      await operators.reauthenticate(actor.operator, proof)
      const facts = { field: input.field, operation: request.pin === '' ? 'finger' : 'pin' }
      await book.change(actor, caseId, 'case.biodata_corrected', input, { facts })
    },
  }
}
