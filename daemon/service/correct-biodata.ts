// Which values of the registry may be corrected at the counter, and how a correction changes the case. Pure; who may and by what proof is the desk's.

import { type BiodataField, biodataFields } from '../../protocol/biodata-fields.js'
import { Fault } from '../../protocol/fault.js'
import type { CaseDocument, Correction, ModalityRecord } from './case.js'
import { freshRecord } from './exceptions.js'
import type { StepKind } from './standard.js'
import type { Happening } from './walk.js'

/** By their names on the wire. Never the NIK; citizenship and family card are changed by procedures of their own. */

export interface BiodataCorrected {
  readonly is: 'biodata_corrected'
  readonly field: BiodataField
  readonly value: string
  readonly reason: string
}

const steps: readonly (StepKind | undefined)[] = ['registry_check', 'capture']
/** More are no corrections but another person's data. */
const mostCorrections = 16
const longestText = 200
/** Nobody who lives was born before; as in the NIK's check. */
const firstBirthDate = '1900-01-01'

/** @throws Fault `input.invalid` (field, value or reason), with the place and never the value */
export function parseCorrection(request: { readonly field: string; readonly value: string; readonly reason: string }): BiodataCorrected {
  const { field } = request
  if (!isCorrectable(field)) throw new Fault('input.invalid', { field: 'field', reason: 'not correctable' })
  const reason = request.reason.normalize('NFC').trim()
  if (reason === '' || reason.length > longestText) throw new Fault('input.invalid', { field: 'reason', reason: 'missing' })
  const value = request.value.normalize('NFC').trim().toUpperCase()
  if (!isAcceptable(field, value)) throw new Fault('input.invalid', { field, reason: 'value' })
  return { is: 'biodata_corrected', field, value, reason }
}

/** What a portrait depends on: the colour of its backdrop goes by an odd or even year of birth, its record names the sex. '' before the registry answered. */
export function portraitBasis({ biodata }: Pick<CaseDocument, 'biodata'>): string {
  return biodata ? `${biodata.sex} ${Number(biodata.birthDate.slice(0, 4)) % 2 === 0 ? 'even' : 'odd'}` : ''
}

/**
 * The new value stands in the biodata from now on, the old one in the list of corrections. What the resident signed, or a supervisor saw approved, was
 * another one; a portrait that was taken for the old values is taken again.
 * @throws Fault `case.wrong_step` | `input.invalid` | `internal.limit`
 */
export function correctBiodata(doc: CaseDocument, { field, value, reason }: BiodataCorrected, at: Happening): CaseDocument {
  const current = doc.steps.find(({ id }) => id === doc.currentStepId)
  if (!doc.biodata || !steps.includes(current?.kind) || doc.packetId !== undefined)
    throw new Fault('case.wrong_step', { caseId: doc.caseId, step: doc.currentStepId, expected: 'capture', found: current?.kind ?? 'none' })
  const { corrections = [] } = doc
  if (corrections.length >= mostCorrections) throw new Fault('internal.limit', { caseId: doc.caseId, limit: mostCorrections })
  const before = doc.biodata[biodataFields[field]]
  if (before === value) throw new Fault('input.invalid', { field, reason: 'unchanged' })
  const correction: Correction = { field, by: at.actor, atMs: at.nowMs, reason, before }
  const { witness: _ofAnotherRecord, ...rest } = doc
  const corrected = { ...rest, biodata: { ...doc.biodata, [biodataFields[field]]: value } }
  const isOutdated = portraitBasis(corrected) !== portraitBasis(doc)
  const modalities = isOutdated ? doc.modalities.map(withoutPortrait) : doc.modalities
  return { ...corrected, modalities, corrections: [...corrections, correction], recordSigned: false }
}

function withoutPortrait(record: ModalityRecord): ModalityRecord {
  const isTaken = record.modality === 'face' && (record.state === 'good' || record.state === 'weak_accepted')
  return isTaken ? { ...freshRecord('face'), tries: record.tries } : record
}

const isCorrectable = (field: string): field is BiodataField => Object.hasOwn(biodataFields, field)

function isAcceptable(field: BiodataField, value: string): boolean {
  if (value === '' || value.length > longestText || /[\p{C}]/u.test(value)) return false
  if (field === 'sex') return value === 'M' || value === 'F'
  if (field === 'birth_date') return isDate(value)
  return field !== 'name' || /^[\p{L}][\p{L}\p{M} .,'’-]*$/u.test(value)
}

/** A day that the calendar has. */
function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const date = new Date(`${text}T00:00:00Z`)
  return text >= firstBirthDate && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}
