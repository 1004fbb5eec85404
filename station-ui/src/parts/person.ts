// Who stands at the counter: name, masked NIK, age. Nothing more than the daemon gave, and nothing of anybody else.

import { css, html, type TemplateResult } from 'lit'
import type { BiodataField } from '../../../protocol/biodata-fields.js'
import type { CaseState } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { looks } from '../looks.js'
import { nameOf } from '../words.js'
import { biodata, born, correctedMark } from './corrected.js'

export class RekamPerson extends StationElement {
  static override properties = { ...StationElement.properties, of: { attribute: false }, large: { attribute: false } }
  static override styles = [
    looks,
    css`
      :host {
        display: block;
      }
      .name {
        font-size: var(--text-l);
        font-weight: 650;
        line-height: 1.2;
        overflow-wrap: anywhere;
      }
      .large .name {
        font-size: var(--text-xl);
      }
      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 2px 12px;
        margin-top: 4px;
        align-items: baseline;
      }
      .large dl {
        grid-template-columns: repeat(auto-fill, minmax(9em, 1fr));
        gap: 6px 12px;
        margin-top: 6px;
      }
      .large .wide {
        grid-column: 1 / -1;
      }
      .large .wide dd {
        font-size: var(--text-l);
        line-height: 1.25;
      }
      dt {
        color: var(--muted);
        font-size: var(--text-s);
      }
    `,
  ]
  declare of: CaseState
  declare large: boolean

  override render(): TemplateResult {
    return this.large ? this.#whole() : this.#short()
  }

  #short(): TemplateResult {
    const { words, of } = this
    const { language } = this.view
    const { applicant } = of
    const known = applicant?.name ? applicant : undefined
    return html`
      ${known ? html`<p class="name">${biodata(known, 'name', language)}</p>` : ''}
      <dl>
        <dt>${words.nikMasked}</dt><dd class="numbers">${applicant?.nikMasked}</dd>
        <dt>${words.ticket}</dt><dd class="numbers"><b>${of.ticket}</b>
          ${
            known
              ? html` · <span class="unseen">${words.age} </span>${words.years(known.ageYears)} ${correctedMark(known, 'birth_date', language)}`
              : ''
          }</dd>
      </dl>
    `
  }

  #whole(): TemplateResult {
    const { words, of } = this
    const { language } = this.view
    const { applicant } = of
    const row = (name: string, value: TemplateResult, look = '') => html`<div class=${look}><dt>${name}</dt><dd>${value}</dd></div>`
    const field = (each: BiodataField, look = '') =>
      applicant ? row(nameOf(words.biodata, each), biodata(applicant, each, language), look) : ''
    const nik = row(words.nikMasked, html`${applicant?.nikMasked}`, 'numbers')
    if (!applicant?.name) return html`<dl>${nik}</dl>`
    return html`<div class="large">
      <p class="name">${biodata(applicant, 'name', language)}</p>
      <dl>
        ${nik} ${field('sex')} ${row(words.born, born(applicant, language), 'wide')} ${field('address', 'wide')}
        ${(['blood_group', 'religion', 'marital_status', 'occupation'] as const).map((each) => field(each))}
      </dl>
    </div>`
  }
}
