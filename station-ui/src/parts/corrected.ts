// Values of the registry as they are shown, with a mark where one is no longer the registry's: a sign and a word, never a colour alone.

import { html, type TemplateResult } from 'lit'
import type { BiodataField } from '../../../protocol/biodata-fields.js'
import type { Applicant } from '../../../protocol/client.js'
import { biodataText } from '../biodata.js'
import { type Language, nameOf, wordsOf } from '../words.js'
import { icon } from './icons.js'

/** Looks in looks.ts. */
const mark = (text: string): TemplateResult => html`<span class="corrected">${icon('pen')}${text}</span>`

/** Nothing where the value is the registry's. */
export const correctedMark = ({ correctedFields }: Applicant, field: BiodataField, language: Language): TemplateResult | string =>
  correctedFields.includes(field) ? mark(wordsOf(language).corrected) : ''

export const biodata = (applicant: Applicant, field: BiodataField, language: Language): TemplateResult =>
  html`${biodataText(applicant, field, language)} ${correctedMark(applicant, field, language)}`

/** Place and date in one line, as on the card; the mark says which of the two. */
export function born(applicant: Applicant, language: Language): TemplateResult {
  const words = wordsOf(language)
  const both = ['birth_place', 'birth_date'] as const
  const wrong = both.filter((field) => applicant.correctedFields.includes(field))
  return html`${both.map((field) => biodataText(applicant, field, language)).join(', ')}
    ${wrong.map((field) => mark(words.correctedField(nameOf(words.biodata, field).toLowerCase())))}`
}
