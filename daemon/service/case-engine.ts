// How a case moves through its standard: a pure function of the document and what happened. No store, no clock, no devices.

import { Fault } from '../../protocol/fault.js'
import { type Finding, isOpen, type Modality, modalities } from '../state.js'
import type { Biodata, CaptureException, CaseDocument, HolderCheck, ModalityRecord, StepRecord } from './case.js'
import { type BiodataCorrected, correctBiodata, portraitBasis } from './correct-biodata.js'
import { applyExceptions, checkException, type ExceptionRules, freshRecord, leavesOutMore, withException } from './exceptions.js'
import type { ServiceStandard, Step, StepKind } from './standard.js'
import { completeCurrent, enter, type Happening, printReady } from './walk.js'

export type CaseInput =
  | { readonly is: 'requirement_checked'; readonly requirementId: string; readonly satisfied: boolean }
  | { readonly is: 'step_completed'; readonly stepId: string }
  | { readonly is: 'returned_to_applicant'; readonly missing: readonly string[] }
  | { readonly is: 'resumed' }
  | { readonly is: 'biodata_found'; readonly biodata: Biodata; readonly source: 'registry' | 'unverified' }
  | BiodataCorrected
  | { readonly is: 'applicant_confirmed' }
  | {
      readonly is: 'modality_changed'
      readonly modality: Modality
      readonly change: Partial<Omit<ModalityRecord, 'modality'>>
      /** Of a portrait: what it was judged and recorded by. */
      readonly basis?: string
      /** All that is found about the captures with this one among them, by what the case says now; absent when nothing of that changes. */
      readonly findings?: readonly Finding[] | ((now: CaseDocument) => readonly Finding[])
    }
  | {
      readonly is: 'exception_recorded'
      readonly modality: Modality
      /** None: all of it. */
      readonly positions: readonly number[]
      readonly reason: string
      /** It is being captured again: what was accepted of it no longer counts once a part is excepted. */
      readonly recaptured?: boolean
      readonly rules: ExceptionRules
    }
  | { readonly is: 'exceptions_withdrawn'; readonly modality: Modality; readonly rules: ExceptionRules }
  | { readonly is: 'findings_reviewed'; readonly reason: string }
  /** `corrections`: how many the biodata had that the resident was shown. */
  | { readonly is: 'record_signed'; readonly corrections?: number }
  /** Instead, where the applicant cannot sign. */
  | { readonly is: 'record_witnessed'; readonly reason: string }
  | { readonly is: 'sealed'; readonly packetId: string }
  | { readonly is: 'central_status'; readonly status: string }
  | { readonly is: 'send_window_passed'; readonly receiptNumber: string }
  | { readonly is: 'blank_bound'; readonly serial: string }
  | { readonly is: 'card_encoded' }
  | { readonly is: 'card_printed' }
  | { readonly is: 'card_spoiled' }
  | { readonly is: 'holder_checked'; readonly check: HolderCheck }
  | { readonly is: 'handed_over' }
  | { readonly is: 'archived'; readonly shelf: string }

/** A fresh case, standing at the first step after the ticket. @param order of recording */
export function openCase(
  standard: ServiceStandard,
  opening: { caseId: string; ticket: string; priority: boolean; nik: string },
  at: Happening,
  order: readonly Modality[] = modalities,
): CaseDocument {
  const draft: CaseDocument = {
    ...opening,
    revision: 0,
    standardId: standard.id,
    standardVersion: standard.version,
    state: 'draft',
    applicantConfirmed: false,
    requirements: standard.requirements.map(({ id }) => ({ id, satisfied: false })),
    steps: standard.steps.map(({ id, kind }) => ({ id, kind, state: 'pending' })),
    currentStepId: '',
    modalities: order.map(freshRecord),
    recordSigned: false,
    centralStatus: '',
    receiptNumber: '',
    openedAtMs: at.nowMs,
  }
  const first = standard.steps[0]
  const entered = enter(draft, standard, 0, at)
  return first?.kind === 'take_ticket' ? completeCurrent(entered, standard, at) : entered
}

/**
 * @returns the next document; the same object when nothing changes
 * @throws Fault `case.wrong_step` | `case.papers_missing` | `case.gate_closed` | `capture.incomplete` | `capture.not_signed` |
 *   `capture.finding_open` | `capture.nothing_to_review` | `capture.second_person` | `capture.already_recorded` |
 *   `capture.biodata_corrected` | `capture.needs_witness` | `capture.can_sign` | `input.invalid` | `input.not_found`
 */
export function stepCase(doc: CaseDocument, input: CaseInput, standard: ServiceStandard, at: Happening): CaseDocument {
  switch (input.is) {
    case 'requirement_checked':
      return checkRequirement(doc, input.requirementId, input.satisfied)
    case 'step_completed':
      return completeByWord(doc, input.stepId, standard, at)
    case 'returned_to_applicant':
      requireStep(doc, 'examine')
      return { ...withMissing(doc, input.missing), state: 'returned_to_applicant' }
    case 'resumed':
      return doc.state === 'returned_to_applicant' ? { ...doc, state: 'verifying' } : doc
    case 'biodata_found':
      requireStep(doc, 'registry_check')
      return withBiodata(doc, input.biodata, input.source)
    case 'biodata_corrected':
      return correctBiodata(doc, input, at)
    case 'applicant_confirmed':
      requireStep(doc, 'registry_check')
      if (!doc.biodata) throw new Fault('case.wrong_step', { caseId: doc.caseId, step: doc.currentStepId, reason: 'no biodata yet' })
      return completeCurrent({ ...doc, applicantConfirmed: true }, standard, at)
    case 'modality_changed':
      requireStep(doc, 'capture')
      return changeModality(doc, input, at)
    case 'exception_recorded':
      requireStep(doc, 'capture')
      return recordException(doc, input, at)
    case 'exceptions_withdrawn': {
      requireStep(doc, 'capture')
      const left = (doc.exceptions ?? []).filter(({ modality }) => modality !== input.modality)
      return applyExceptions(doc, left, input.rules)
    }
    case 'findings_reviewed':
      requireStep(doc, 'capture')
      return reviewFindings(doc, input.reason, at)
    case 'record_signed':
      requireStep(doc, 'capture')
      requireComplete(doc)
      // Corrected while the pen was moving: what was signed is not what stands there now.
      if (input.corrections !== undefined && input.corrections !== (doc.corrections?.length ?? 0))
        throw new Fault('capture.not_signed', { caseId: doc.caseId, reason: 'corrected meanwhile' })
      if (cannotSign(doc)) throw new Fault('capture.needs_witness', { caseId: doc.caseId })
      return { ...doc, recordSigned: true }
    case 'record_witnessed':
      requireStep(doc, 'capture')
      return witnessRecord(doc, input.reason, at)
    case 'sealed':
      requireStep(doc, 'capture')
      requireComplete(doc)
      if (!doc.recordSigned) throw new Fault('capture.not_signed', { caseId: doc.caseId })
      requireSettled(doc)
      return completeCurrent({ ...doc, packetId: input.packetId, state: 'sealed' }, standard, at)
    case 'central_status':
      return centralStatus(doc, input.status, standard, at)
    case 'send_window_passed':
      requireStep(doc, 'send')
      return completeCurrent({ ...doc, receiptNumber: input.receiptNumber }, standard, at)
    default:
      return issuanceStep(doc, input, standard, at)
  }
}

/** A new answer of the registry replaces what was corrected in the old one. */
function withBiodata(
  { corrections: _ofTheOld, ...doc }: CaseDocument,
  biodata: Biodata,
  biodataSource: 'registry' | 'unverified',
): CaseDocument {
  return { ...doc, biodata, biodataSource }
}

type IssuanceInput = Extract<
  CaseInput,
  { is: 'blank_bound' | 'card_encoded' | 'card_printed' | 'card_spoiled' | 'holder_checked' | 'handed_over' | 'archived' }
>

function issuanceStep(doc: CaseDocument, input: IssuanceInput, standard: ServiceStandard, at: Happening): CaseDocument {
  switch (input.is) {
    case 'blank_bound':
      requireStep(doc, 'encode')
      requireGate(doc)
      return { ...doc, blankSerial: input.serial, state: 'personalising' }
    case 'card_encoded':
      requireStep(doc, 'encode')
      return completeCurrent(doc, standard, at)
    case 'card_printed':
      requireStep(doc, 'print')
      return completeCurrent(doc, standard, at)
    case 'card_spoiled':
      return backToEncoding(doc)
    case 'holder_checked':
      requireStep(doc, 'hand_over')
      return { ...doc, holderCheck: input.check }
    case 'handed_over':
      requireStep(doc, 'hand_over')
      return completeCurrent({ ...doc, state: 'handed_over' }, standard, at)
    case 'archived':
      requireStep(doc, 'archive')
      return completeCurrent({ ...doc, shelf: input.shelf }, standard, at)
  }
}

/** The step that stands to be done now. */
export function currentStep(doc: CaseDocument, standard: ServiceStandard): Step | undefined {
  return standard.steps.find(({ id }) => id === doc.currentStepId)
}

/** @throws Fault `case.wrong_step` unless the case stands at a step of this kind */
export function requireStep(doc: CaseDocument, kind: StepKind): StepRecord {
  const current = doc.steps.find(({ id }) => id === doc.currentStepId)
  if (current?.kind !== kind) {
    throw new Fault('case.wrong_step', { caseId: doc.caseId, step: doc.currentStepId, expected: kind, found: current?.kind ?? 'none' })
  }
  return current
}

export const isCaptured = ({ state }: ModalityRecord): boolean => state === 'good' || state === 'weak_accepted' || state === 'exception'

const byWord: readonly StepKind[] = ['examine', 'receipt', 'acknowledge']

function completeByWord(doc: CaseDocument, stepId: string, standard: ServiceStandard, at: Happening): CaseDocument {
  const current = doc.steps.find(({ id }) => id === doc.currentStepId)
  if (!current || current.id !== stepId || !byWord.includes(current.kind)) {
    throw new Fault('case.wrong_step', { caseId: doc.caseId, step: doc.currentStepId, expected: doc.currentStepId, found: stepId })
  }
  if (current.kind !== 'examine') return completeCurrent(doc, standard, at)
  const mandatory = new Set(standard.requirements.filter((each) => each.mandatory).map(({ id }) => id))
  const missing = doc.requirements.filter(({ id, satisfied }) => mandatory.has(id) && !satisfied)
  if (missing.length > 0) throw new Fault('case.papers_missing', { caseId: doc.caseId, field: missing.map(({ id }) => id).join(',') })
  return completeCurrent({ ...doc, requirementsCompleteAtMs: at.nowMs, state: 'complete' }, standard, at)
}

function checkRequirement(doc: CaseDocument, requirementId: string, satisfied: boolean): CaseDocument {
  requireStep(doc, 'examine')
  if (!doc.requirements.some(({ id }) => id === requirementId)) throw new Fault('input.not_found', { field: requirementId })
  return { ...doc, requirements: doc.requirements.map((each) => (each.id === requirementId ? { ...each, satisfied } : each)) }
}

function withMissing(doc: CaseDocument, missing: readonly string[]): CaseDocument {
  return { ...doc, requirements: doc.requirements.map((each) => (missing.includes(each.id) ? { ...each, satisfied: false } : each)) }
}

function changeModality(
  doc: CaseDocument,
  { modality, change, basis, findings }: Extract<CaseInput, { is: 'modality_changed' }>,
  at: Happening,
): CaseDocument {
  // Corrected while the portrait was looked at: it was judged by what no longer stands there.
  if (basis !== undefined && basis !== portraitBasis(doc)) throw new Fault('capture.biodata_corrected', { caseId: doc.caseId, modality })
  const { witness: _ofAnotherRecord, ...rest } = doc
  return {
    ...rest,
    // What the resident signed must be what is sealed: any new picture needs a new signature.
    recordSigned: false,
    capturedBy: at.actor,
    modalities: doc.modalities.map((each) => (each.modality === modality ? { ...withoutVerdict(each), ...change, by: at.actor } : each)),
    ...(findings && { findings: typeof findings === 'function' ? findings(doc) : findings }),
  }
}

/** Of what was captured nothing is left out afterwards: what lies in the store would not be what the case says. */
function recordException(
  doc: CaseDocument,
  { modality, positions, reason, recaptured, rules }: Extract<CaseInput, { is: 'exception_recorded' }>,
  at: Happening,
): CaseDocument {
  const parts = checkException(modality, positions, reason)
  const captured = doc.modalities.find((each) => each.modality === modality)
  const added = { modality, positions: parts, reason, by: at.actor, atMs: at.nowMs } as CaptureException
  const isRecorded = captured?.state === 'good' || captured?.state === 'weak_accepted'
  const replaces = isRecorded && leavesOutMore(doc, added)
  if (replaces && !recaptured) throw new Fault('capture.already_recorded', { caseId: doc.caseId, modality })
  const again = (each: ModalityRecord) => (replaces && each.modality === modality ? { ...freshRecord(modality), tries: each.tries } : each)
  const before = { ...doc, modalities: doc.modalities.map(again) }
  return { ...applyExceptions(before, withException(doc.exceptions ?? [], added), rules), capturedBy: at.actor }
}

export const cannotSign = ({ modalities }: CaseDocument): boolean =>
  modalities.some(({ modality, state }) => modality === 'signature' && state === 'exception')

/** A second person: nobody who captured any of it, or who said that it cannot be signed. */
function witnessRecord(doc: CaseDocument, reason: string, at: Happening): CaseDocument {
  const { caseId, exceptions = [] } = doc
  requireComplete(doc)
  if (!cannotSign(doc)) throw new Fault('capture.can_sign', { caseId })
  if ([...doc.modalities, ...exceptions].some(({ by }) => by === at.actor)) throw new Fault('capture.second_person', { caseId })
  return { ...doc, recordSigned: true, witness: { by: at.actor, reason, atMs: at.nowMs } }
}

/** A reason or a device's verdict belongs to the capture that it was given for. */
function withoutVerdict({ weakReason: _reason, presentationAttack: _verdict, ...rest }: ModalityRecord): ModalityRecord {
  return rest
}

/** The judge is a second person: nobody who captured what is in doubt. What a retake may still settle is not judged. */
function reviewFindings(doc: CaseDocument, reason: string, at: Happening): CaseDocument {
  const { findings = [], caseId } = doc
  const waiting = findings.filter((finding) => isOpen(finding) && finding.ask === 'review')
  if (waiting.length === 0) throw new Fault('capture.nothing_to_review', { caseId })
  const concerned = new Set(waiting.flatMap((finding) => finding.modalities))
  const exceptions = doc.exceptions ?? []
  if ([...doc.modalities, ...exceptions].some(({ modality, by }) => concerned.has(modality) && by === at.actor))
    throw new Fault('capture.second_person', { caseId })
  if (waiting.some(({ operators = [] }) => operators.includes(at.actor))) throw new Fault('capture.second_person', { caseId })
  const review = { by: at.actor, reason, atMs: at.nowMs }
  return { ...doc, findings: findings.map((finding) => (waiting.includes(finding) ? { ...finding, review } : finding)) }
}

const beforeThePortrait: readonly Modality[] = ['face', 'signature']

/**
 * The applicant sees and approves the portrait before fingers and irises are recorded (letter 400.8.1.2/13999/Dukcapil of 11 October 2024).
 * @throws Fault `capture.face_not_approved`
 */
export function requireFaceApproved({ caseId, modalities }: CaseDocument, modality: Modality): void {
  if (beforeThePortrait.includes(modality)) return
  const face = modalities.find((each) => each.modality === 'face')
  if (!face || !isCaptured(face)) throw new Fault('capture.face_not_approved', { caseId, modality })
}

/** @throws Fault `capture.finding_open` naming the findings */
export function requireSettled({ caseId, findings = [] }: CaseDocument): void {
  const open = findings.filter(isOpen)
  if (open.length > 0) throw new Fault('capture.finding_open', { caseId, field: open.map(({ code }) => code).join(',') })
}

/** @throws Fault `capture.incomplete` naming what is open */
export function requireComplete(doc: CaseDocument): void {
  const open = doc.modalities.filter((each) => !isCaptured(each))
  if (open.length > 0)
    throw new Fault('capture.incomplete', { caseId: doc.caseId, modality: open.map(({ modality }) => modality).join(',') })
}

function requireGate(doc: CaseDocument): void {
  if (doc.centralStatus !== printReady) throw new Fault('case.gate_closed', { caseId: doc.caseId, found: doc.centralStatus })
}

/** The centre's word: recorded always, and the sending step ends when it says print-ready. Sent alone is not printable (contradiction C4). */
function centralStatus(doc: CaseDocument, status: string, standard: ServiceStandard, at: Happening): CaseDocument {
  if (doc.centralStatus === status) return doc
  const told = { ...doc, centralStatus: status }
  const current = doc.steps.find(({ id }) => id === doc.currentStepId)
  if (current?.kind === 'send') {
    return status === printReady ? completeCurrent(told, standard, at) : { ...told, state: 'waiting_central' }
  }
  return current?.kind === 'encode' && status === printReady ? { ...told, state: 'print_ready_queue' } : told
}

function backToEncoding(doc: CaseDocument): CaseDocument {
  const encode = doc.steps.findIndex(({ kind }) => kind === 'encode')
  const current = doc.steps.findIndex(({ id }) => id === doc.currentStepId)
  const target = doc.steps[encode]
  if (!target || current < encode) throw new Fault('case.wrong_step', { caseId: doc.caseId, step: doc.currentStepId, expected: 'encode' })
  const { blankSerial: _spoiled, holderCheck: _ofThatCard, ...rest } = doc
  const steps = doc.steps.map((each, index): StepRecord => {
    if (index < encode || index > current) return each
    return {
      id: each.id,
      kind: each.kind,
      state: index === encode ? 'current' : 'pending',
      ...(each.startedAtMs !== undefined && { startedAtMs: each.startedAtMs }),
    }
  })
  return { ...rest, steps, currentStepId: target.id, state: 'print_ready_queue' }
}
