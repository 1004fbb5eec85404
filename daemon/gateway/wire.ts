// Domain words to wire words, one function a message. The only place where the two meet; a NIK leaves here with four digits.

import { faultReport } from '../../protocol/envelope.js'
import {
  type Applicant,
  type CaptureReportRow,
  type CaptureState,
  type CaseState,
  type DeviceState,
  type ExceptionState,
  type EyeState,
  type FindingState,
  type FingerState,
  type HolderCheckState,
  type Init,
  type IssuanceState,
  type ModalityState,
  type OperatorState,
  type OutboxState,
  type PreviewFrame,
  type RequirementState,
  type StandardSummary,
  type StepState,
  type QualityComponent as WireComponent,
  Modality as WireModality,
} from '../../protocol/gen/station.js'
import { rulesFor } from '../capture/plan.js'
import type { CaptureRules } from '../capture/plan-rules.js'
import type { ReportRow } from '../figures/weekly.js'
import { mostAttempts } from '../issuance/holder-check.js'
import { deviceOf } from '../modality.js'
import type { Operator } from '../operators/operators.js'
import type { CaptureException, CaseDocument, HolderCheck, ModalityRecord } from '../service/case.js'
import { officeDate } from '../service/case-book.js'
import { exceptedPositions } from '../service/exceptions.js'
import { ageYears } from '../service/nik.js'
import { normMs, type ServiceStandard } from '../service/standard.js'
import type {
  CaptureStatus,
  DeviceStatus,
  EyeResult,
  Finding,
  FingerResult,
  IssuanceStatus,
  Modality,
  OutboxStatus,
  PreviewPicture,
  QualityComponent,
} from '../state.js'

const modalityNumbers: Readonly<Record<Modality, WireModality>> = {
  face: WireModality.FACE,
  signature: WireModality.SIGNATURE,
  right_four: WireModality.RIGHT_FOUR,
  left_four: WireModality.LEFT_FOUR,
  thumbs: WireModality.THUMBS,
  irises: WireModality.IRISES,
  index_fingers: WireModality.INDEX_FINGERS,
  evidence: WireModality.EVIDENCE,
}
const modalityNames = new Map<number, Modality>(Object.entries(modalityNumbers).map(([name, number]) => [number, name as Modality]))

/** @param modality already range-checked by protocol/envelope.ts */
export function modalityFromWire(modality: WireModality): Modality {
  const name = modalityNames.get(modality)
  if (!name) throw new RangeError('modality passed the check of the envelope')
  return name
}

const modalityToWire = (modality: Modality | undefined): WireModality =>
  modality === undefined ? WireModality.MODALITY_UNSPECIFIED : modalityNumbers[modality]

export function deviceToWire(device: DeviceStatus): Init<DeviceState> {
  const { fault, temperatureC, ...plain } = device
  const temperature = { temperatureKnown: temperatureC !== undefined, temperatureC: Math.round(temperatureC ?? 0) }
  return { ...plain, ...temperature, ...(fault && { fault: faultReport(fault) }) }
}

export function captureToWire(capture: CaptureStatus): Init<CaptureState> {
  return {
    ...capture,
    modality: modalityToWire(capture.modality),
    measure: Math.round(capture.measure),
    fingers: capture.fingers.map(fingerToWire),
    findings: capture.findings.map(findingToWire),
    eyes: capture.eyes.map(eyeToWire),
    components: capture.components.map(componentToWire),
  }
}

function eyeToWire({ eye, quality, codes }: EyeResult): Init<EyeState> {
  return { eye, assessed: quality !== undefined, quality: Math.round(quality ?? 0), codes }
}

function componentToWire({ name, scalar, least }: QualityComponent): Init<WireComponent> {
  return { name, measured: scalar !== undefined, scalar: scalar ?? 0, least }
}

function fingerToWire({ position, quality, codes }: FingerResult): Init<FingerState> {
  return { position, assessed: quality !== undefined, quality: Math.round(quality ?? 0), codes }
}

function findingToWire(finding: Finding): Init<FindingState> {
  const { code, certainty, ask, modalities, again, positions, review } = finding
  const [concerns, retake] = [modalities.map(modalityToWire), again.map(modalityToWire)]
  return { code, certainty, ask, concerns, retake, positions, reviewed: review !== undefined }
}

export function outboxToWire(outbox: OutboxStatus): Init<OutboxState> {
  return outbox
}

export function issuanceToWire(issuance: IssuanceStatus): Init<IssuanceState> {
  const { fault, ...status } = issuance
  return { ...status, ...(fault && { fault: faultReport(fault) }) }
}

export function previewToWire(picture: PreviewPicture): Init<PreviewFrame> {
  return picture
}

export function standardToWire(standard: ServiceStandard): Init<StandardSummary> {
  return {
    id: standard.id,
    version: standard.version,
    titleId: standard.title.id,
    titleEn: standard.title.en,
    office: standard.office,
  }
}

export function operatorToWire(operator: Operator): Init<OperatorState> {
  return { name: operator.name, roles: operator.roles, locked: operator.locked, number: operator.number }
}

export function reportRowToWire(row: ReportRow): Init<CaptureReportRow> {
  return row
}

/** All but the last four digits hidden. */
function maskNik(nik: string): string {
  return '*'.repeat(Math.max(0, nik.length - 4)) + nik.slice(-4)
}

/** What the words of a case depend on beside the case. */
export interface CaseFrame {
  readonly standards: readonly ServiceStandard[]
  readonly timezone: string
  readonly rules: CaptureRules
  readonly nowMs: number
}

export function caseToWire(document: CaseDocument, frame: CaseFrame): Init<CaseState> {
  const standard =
    frame.standards.find((each) => each.id === document.standardId && each.version === document.standardVersion) ??
    frame.standards.find((each) => each.id === document.standardId)
  return {
    caseId: document.caseId,
    ticket: document.ticket,
    priority: document.priority,
    standardId: document.standardId,
    standardVersion: document.standardVersion,
    state: document.state,
    applicant: applicantToWire(document, frame),
    requirements: document.requirements.map((each) => requirementToWire(each, standard)),
    steps: document.steps.map((each) => stepToWire(each, standard)),
    currentStepId: document.currentStepId,
    modalities: document.modalities.map((record) => modalityStateToWire(document, record, frame)),
    exceptions: (document.exceptions ?? []).map(exceptionToWire),
    witness: document.witness?.by ?? '',
    mostFingersAlone: frame.rules.exceptions.mostFingersAlone,
    evidenceFor: frame.rules.exceptions.evidenceFor,
    findings: (document.findings ?? []).map(findingToWire),
    ...(document.holderCheck && { holderCheck: holderCheckToWire(document.holderCheck) }),
    recordSigned: document.recordSigned,
    centralStatus: document.centralStatus,
    receiptNumber: document.receiptNumber,
    openedAtMs: document.openedAtMs,
    closedAtMs: document.closedAtMs ?? 0,
  }
}

function exceptionToWire({ modality, positions, reason }: CaptureException): Init<ExceptionState> {
  return { modality: modalityToWire(modality), positions, reason }
}

function modalityStateToWire(document: CaseDocument, record: ModalityRecord, { rules }: CaseFrame): Init<ModalityState> {
  const { modality, state, tries, measure, fingers = [], eyes = [], presentationAttack = '', approvedByApplicant = false } = record
  return {
    modality: modalityToWire(modality),
    state,
    tries,
    measure: Math.round(measure),
    fingers: fingers.map(fingerToWire),
    presentationAttack,
    eyes: eyes.map(eyeToWire),
    approvedByApplicant,
    excepted: exceptedPositions(document, modality),
    normMs: rulesFor(rules, modality).normMs,
    leastQuality: rulesFor(rules, modality).leastQuality,
    deviceKind: deviceOf(modality),
  }
}

function holderCheckToWire({ verified, attempts, position, band, threshold }: HolderCheck): Init<HolderCheckState> {
  return { verified, attemptsLeft: Math.max(0, mostAttempts - attempts), position, band, threshold }
}

/** Before the registry answered there is only the masked NIK. */
function applicantToWire(
  { nik, biodata, biodataSource, corrections = [], applicantConfirmed }: CaseDocument,
  frame: CaseFrame,
): Init<Applicant> {
  const nikMasked = maskNik(nik)
  if (!biodata) return { nikMasked }
  const { name, birthPlace, birthDate, sex, address, religion, maritalStatus, bloodGroup, occupation } = biodata
  return {
    nikMasked,
    name,
    birthPlace,
    birthDate,
    sex,
    address,
    religion,
    maritalStatus,
    bloodGroup,
    occupation,
    confirmed: applicantConfirmed,
    source: biodataSource ?? '',
    correctedFields: [...new Set(corrections.map(({ field }) => field))],
    ageYears: ageYears(birthDate, officeDate(frame.nowMs, frame.timezone)),
  }
}

function requirementToWire(each: CaseDocument['requirements'][number], standard: ServiceStandard | undefined): Init<RequirementState> {
  const known = standard?.requirements.find((requirement) => requirement.id === each.id)
  return {
    id: each.id,
    labelId: known?.label.id ?? each.id,
    labelEn: known?.label.en ?? each.id,
    mandatory: known?.mandatory ?? true,
    satisfied: each.satisfied,
  }
}

function stepToWire(each: CaseDocument['steps'][number], standard: ServiceStandard | undefined): Init<StepState> {
  const known = standard?.steps.find((step) => step.id === each.id)
  return {
    id: each.id,
    kind: each.kind,
    labelId: known?.label.id ?? each.id,
    labelEn: known?.label.en ?? each.id,
    state: each.state,
    normMs: known ? normMs(known) : 0,
    startedAtMs: each.startedAtMs ?? 0,
    endedAtMs: each.endedAtMs ?? 0,
    roles: known?.role ?? [],
  }
}
