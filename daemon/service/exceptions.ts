// What cannot be recorded, and why: which reasons there are for what, what is left to capture, and when a second person must look. Pure.

import { type ExceptionKind, type ExceptionReason, exceptionReasons } from '../../protocol/exception-reasons.js'
import { Fault } from '../../protocol/fault.js'
import { isFingers, positionsOf } from '../modality.js'
import { type Finding, type Modality, modalities, type PolicyCode, policyCodes, type RecordedModality } from '../state.js'
import type { CaptureException, CaseDocument, ModalityRecord } from './case.js'

/** What the site asks for beside a reason. */
export interface ExceptionRules {
  /** With more fingers missing than this, a supervisor looks at the person. */
  readonly mostFingersAlone: number
  /** Reasons of fingers that a photo of face and hands must show. */
  readonly evidenceFor: readonly string[]
}

function kindOf(modality: RecordedModality): ExceptionKind {
  if (modality === 'face' || modality === 'signature') return modality
  return modality === 'irises' ? 'eye' : 'finger'
}

/** With these a portrait is taken all the same, as good as it gets. */
const takenAllTheSame: readonly ExceptionReason[] = ['cannot_sit', 'unsettled']

/** Whether this exception takes away more than the exceptions before it did. Of what is one piece: all, unless it is taken all the same. */
export function leavesOutMore(
  doc: Excepting,
  { modality, positions, reason }: Pick<CaptureException, 'modality' | 'positions' | 'reason'>,
): boolean {
  if (positionsOf(modality).length === 0) return !takenAllTheSame.includes(reason)
  const left = exceptedPositions(doc, modality)
  return !positions.every((position) => left.includes(position))
}

type Excepting = Pick<CaseDocument, 'exceptions'>

/** The index fingers are captured twice: what is said of them with their hand holds for the second time too. */
function concerns(exception: CaptureException, modality: Modality): boolean {
  const hands = exception.modality === 'right_four' || exception.modality === 'left_four'
  return exception.modality === modality || (modality === 'index_fingers' && hands)
}

/** @returns the parts of a modality that an exception leaves out */
export function exceptedPositions({ exceptions = [] }: Excepting, modality: Modality): readonly number[] {
  const named = exceptions.filter((each) => concerns(each, modality)).flatMap(({ positions }) => positions)
  return positionsOf(modality).filter((position) => named.includes(position))
}

export const expectedPositions = (doc: Excepting, modality: Modality): readonly number[] => {
  const left = exceptedPositions(doc, modality)
  return positionsOf(modality).filter((position) => !left.includes(position))
}

/** A portrait of somebody who cannot sit still for one: weak is good enough. @returns the reason */
export function leniency({ exceptions = [] }: Excepting, modality: Modality): ExceptionReason | undefined {
  return exceptions.find((each) => each.modality === modality && takenAllTheSame.includes(each.reason))?.reason
}

/** Nothing of it is left to capture. */
function isLeftOut(doc: Excepting, modality: RecordedModality): boolean {
  if (positionsOf(modality).length > 0) return expectedPositions(doc, modality).length === 0
  return (doc.exceptions ?? []).some((each) => each.modality === modality && !takenAllTheSame.includes(each.reason))
}

/**
 * @param positions none: all of the modality @returns them, in their order, each once
 * @throws Fault `input.invalid` for a reason or a position that this modality does not have
 */
export function checkException(modality: Modality, positions: readonly number[], reason: string): CaptureException['positions'] {
  if (modality === 'evidence') throw new Fault('input.invalid', { field: 'modality', modality })
  const reasons: readonly string[] = exceptionReasons[kindOf(modality)]
  if (!reasons.includes(reason)) throw new Fault('input.invalid', { field: 'reason', modality, expected: reasons.join(',') })
  const all = positionsOf(modality)
  if (positions.some((position) => !all.includes(position)))
    throw new Fault('input.invalid', { field: 'positions', modality, expected: all.join(',') })
  return all.filter((position) => positions.length === 0 || positions.includes(position))
}

/** What was said of the same parts before is replaced. */
export function withException(exceptions: readonly CaptureException[], added: CaptureException): readonly CaptureException[] {
  const rest = exceptions.flatMap((each): readonly CaptureException[] => {
    if (each.modality !== added.modality) return [each]
    const positions = each.positions.filter((position) => !added.positions.includes(position))
    return positions.length > 0 ? [{ ...each, positions }] : []
  })
  return [...rest, added]
}

/** The case after its exceptions changed: what is left out, what stands to be captured, the evidence, and what a second person must look at. */
export function applyExceptions(doc: CaseDocument, exceptions: readonly CaptureException[], rules: ExceptionRules): CaseDocument {
  const { witness: _ofAnotherRecord, ...rest } = doc
  const excepted = { ...rest, exceptions }
  const settled = doc.modalities.filter(({ modality }) => modality !== 'evidence').map((record) => settle(doc, excepted, record))
  const evidence = doc.modalities.find(({ modality }) => modality === 'evidence')
  const wanted = exceptions.some(({ modality, reason }) => isFingers(modality) && rules.evidenceFor.includes(reason))
  // A photo that was taken stays, whatever is said later: a new exception asks for a new one.
  const photo = wanted && exceptions.length > (doc.exceptions ?? []).length ? freshRecord('evidence') : evidence
  return {
    ...excepted,
    recordSigned: false,
    modalities: wanted ? [...settled, photo ?? freshRecord('evidence')] : settled,
    findings: [...(doc.findings ?? []).filter(({ code }) => !isOfExceptions(code)), ...exceptionFindings(exceptions, rules)],
  }
}

export const freshRecord = (modality: Modality): ModalityRecord => ({ modality, state: 'pending', tries: 0, measure: 0 })

function settle(before: CaseDocument, after: Excepting, record: ModalityRecord): ModalityRecord {
  const modality = modalities.find((each) => each === record.modality)
  if (!modality) return record
  if (isLeftOut(after, modality)) return { ...freshRecord(modality), tries: record.tries, state: 'exception' }
  if (record.state === 'exception') return { ...record, state: 'pending' }
  // What is expected again was not captured when the modality was.
  const newlyExpected = expectedPositions(after, modality).some((position) => exceptedPositions(before, modality).includes(position))
  return newlyExpected ? { ...freshRecord(modality), tries: record.tries } : record
}

const isOfExceptions = (code: Finding['code']): boolean => code !== 'weak_capture' && (policyCodes as readonly string[]).includes(code)

function exceptionFindings(exceptions: readonly CaptureException[], { mostFingersAlone }: ExceptionRules): readonly Finding[] {
  const fingers = exceptions.filter(({ modality }) => isFingers(modality))
  const positions = fingers.flatMap((each) => each.positions)
  const refused = exceptions.filter(({ reason }) => reason === 'refuses')
  const finding = (code: PolicyCode, of: readonly CaptureException[]): Finding => ({
    ...{ code, certainty: 'sure', ask: 'review', again: [], positions: [...new Set(of.flatMap((each) => each.positions))] },
    modalities: [...new Set(of.map(({ modality }) => modality))],
  })
  return [
    ...(new Set(positions).size > mostFingersAlone ? [finding('many_exceptions', fingers)] : []),
    ...(refused.length > 0 ? [finding('refusal', refused)] : []),
  ]
}
