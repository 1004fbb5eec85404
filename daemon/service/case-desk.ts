// The counter: tickets, papers, the applicant's data, the archive. Capture and issuance have desks of their own.

import type { Clock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import type { CentralStatus } from '../../protocol/hardware/centre.js'
import type { Random } from '../../protocol/random.js'
import type { Actor, CaseDesk } from '../desks.js'
import type { Biodata, CaseDocument } from './case.js'
import { type CaseBook, officeDate } from './case-book.js'
import { currentStep, requireStep } from './case-engine.js'
import { ageYears, checkNik } from './nik.js'
import type { Role, ServiceStandard } from './standard.js'

/** What the population registry answers about one number. */
export interface RegistryAnswer {
  readonly biodata: Biodata
  /** Central biometric status: a person recorded before is never recorded again. */
  readonly recorded: boolean
}

export interface Registry {
  /** @throws Fault `registry.unreachable` | `registry.no_person` */
  find(nik: string): Promise<RegistryAnswer>
}

/** Of a record with one of these nothing is usable: the person is recorded again. */
const failedAtCentre: readonly string[] = ['ENROLL_FAILURE_AT_CENTRAL', 'ENROLL_FAILURE_AT_REGIONAL'] satisfies readonly CentralStatus[]

/** Record from this age on (domain rule: recorded at 16, printed at 17 or when married). */
export const recordingAgeYears = 16

export function openCaseDesk(deps: {
  book: CaseBook
  registry: Registry
  clock: Clock
  random: Random
  standards: readonly ServiceStandard[]
}): CaseDesk {
  const { book, registry, clock, random, standards } = deps

  /** The registry does not know of a record that still waits in this station's outbox. */
  const isRecordedHere = async ({ caseId, nik }: CaseDocument): Promise<boolean> =>
    (await book.openCases()).some(
      (each) => each.caseId !== caseId && each.nik === nik && each.packetId !== undefined && !failedAtCentre.includes(each.centralStatus),
    )

  const lookUp = async (actor: Actor, doc: CaseDocument): Promise<void> => {
    requireStep(doc, 'registry_check')
    const { biodata, recorded } = await registry.find(doc.nik)
    const age = ageYears(biodata.birthDate, officeDate(clock.nowMs(), book.standardOf(doc).timezone))
    if (age < recordingAgeYears) throw new Fault('case.not_eligible', { caseId: doc.caseId, reason: 'age', limit: recordingAgeYears })
    if (recorded || (await isRecordedHere(doc))) throw new Fault('case.already_recorded', { caseId: doc.caseId })
    await book.change(actor, doc.caseId, 'case.biodata_found', { is: 'biodata_found', biodata, source: 'registry' })
  }

  return {
    takeTicket: async (actor, { nik, priority, standardId }) => {
      checkNik(nik)
      const wanted = standardId === '' ? standards[0]?.id : standardId
      // A new case begins on the newest version; running ones stay on theirs.
      const standard = standards
        .filter(({ id }) => id === wanted)
        .reduce<ServiceStandard | undefined>((a, b) => (a && a.version > b.version ? a : b), undefined)
      if (!standard) throw new Fault('standard.unknown', { field: standardId })
      const caseId = Buffer.from(random.bytes(9)).toString('hex')
      await book.open(actor, { standard, caseId, priority, nik })
      return caseId
    },
    call: async (actor, caseId) => {
      await book.change(actor, caseId, 'case.called', { is: 'resumed' })
    },
    checkRequirement: async (actor, caseId, requirementId, satisfied) => {
      const input = { is: 'requirement_checked', requirementId, satisfied } as const
      await book.change(actor, caseId, 'case.requirement_checked', input, { facts: { field: requirementId } })
    },
    completeStep: async (actor, caseId, stepId) => {
      const doc = await book.get(caseId)
      requireRole(actor, doc, book.standardOf(doc))
      if (currentStep(doc, book.standardOf(doc))?.kind === 'registry_check' && doc.currentStepId === stepId) return lookUp(actor, doc)
      await book.change(actor, caseId, 'case.step_completed', { is: 'step_completed', stepId }, { facts: { step: stepId } })
    },
    returnToApplicant: async (actor, caseId, missing) => {
      const doc = await book.get(caseId)
      if (missing.some((each) => !doc.requirements.some(({ id }) => id === each))) throw new Fault('input.not_found', { field: 'missing' })
      await book.change(actor, caseId, 'case.returned', { is: 'returned_to_applicant', missing }, { facts: { field: missing.join(',') } })
    },
    confirmApplicant: async (actor, caseId) => {
      const doc = await book.get(caseId)
      requireRole(actor, doc, book.standardOf(doc))
      await book.change(actor, caseId, 'case.applicant_confirmed', { is: 'applicant_confirmed' })
    },
    archive: async (actor, caseId, shelf) => {
      const doc = await book.get(caseId)
      requireRole(actor, doc, book.standardOf(doc))
      if (shelf.trim() === '' || shelf.length > 40) throw new Fault('input.invalid', { field: 'shelf', reason: '1 to 40 characters' })
      await book.change(actor, caseId, 'case.archived', { is: 'archived', shelf: shelf.trim() })
    },
  }
}

/**
 * The standard says who may do its step; a supervisor may stand in.
 * @throws Fault `case.role_required`
 */
export function requireRole(actor: Actor, doc: CaseDocument, standard: ServiceStandard): void {
  const step = currentStep(doc, standard)
  const allowed: readonly Role[] = step ? [...step.role, 'supervisor'] : ['supervisor']
  if (!actor.roles.some((role) => allowed.some((each) => each === role))) {
    throw new Fault('case.role_required', { step: step?.id ?? '', role: allowed.join(',') })
  }
}
