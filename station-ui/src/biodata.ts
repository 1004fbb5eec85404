// The data of the registry that may be corrected at the counter: how each value is shown, and who may. Pure.

import { type BiodataField, biodataFields } from '../../protocol/biodata-fields.js'
import type { Applicant } from '../../protocol/client.js'
import { calendarDate } from './format.js'
import { type Language, nameOf, wordsOf } from './words.js'

/** As the registry gives it. */
export const biodataValue = (applicant: Applicant, field: BiodataField): string => applicant[biodataFields[field]]

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
