// The data of the registry that may be corrected at the counter: by name on the wire, and how each is shown. Pure.

import type { Applicant } from '../../protocol/client.js'
import { calendarDate } from './format.js'
import { type Language, nameOf, wordsOf } from './words.js'

const keys = {
  name: 'name',
  birth_place: 'birthPlace',
  birth_date: 'birthDate',
  sex: 'sex',
  blood_group: 'bloodGroup',
  address: 'address',
  religion: 'religion',
  marital_status: 'maritalStatus',
  occupation: 'occupation',
} as const satisfies Readonly<Record<string, keyof Applicant>>

/** As `CorrectBiodata.field` names it. */
export type BiodataField = keyof typeof keys

export const biodataFields = Object.keys(keys) as readonly BiodataField[]

/** As the registry gives it. */
export const biodataValue = (applicant: Applicant, field: BiodataField): string => applicant[keys[field]]

/** As people read it. */
export function biodataText(applicant: Applicant, field: BiodataField, language: Language): string {
  const value = biodataValue(applicant, field)
  if (value === '') return '–'
  if (field === 'birth_date') return calendarDate(value, language)
  return field === 'sex' ? nameOf(wordsOf(language).sexes, value) : value
}

const correctors: readonly string[] = ['counter_officer', 'recording_operator', 'register_officer', 'supervisor']

/** Only what is offered depends on it; the daemon decides. */
export const mayCorrect = (roles: readonly string[]): boolean => roles.some((role) => correctors.includes(role))
