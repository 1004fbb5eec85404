// Who stands at the counter: name, masked NIK, age. Nothing more than the daemon gave, and nothing of anybody else.

import { css, html, type TemplateResult } from 'lit'
import type { CaseState } from '../../../protocol/client.js'
import type { BiodataField } from '../biodata.js'
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
        grid-template-columns: 1fr;
        gap: 0;
        font-size: var(--text-l);
      }
      dt {
        color: var(--muted);
        font-size: var(--text-s);
      }
      .large dt {
        margin-top: 10px;
      }
      .large .rest {
        grid-template-columns: repeat(auto-fill, minmax(9em, 1fr));
        gap: 0 12px;
        font-size: var(--text);
        margin-top: 0;
      }
    `,
  ]
  declare of: CaseState
  declare large: boolean

  override render(): TemplateResult {
    const { words, of } = this
    const { language } = this.view
    const { applicant } = of
    const mark = (field: BiodataField) => (applicant ? correctedMark(applicant, field, language) : '')
    const row = (field: BiodataField) =>
      applicant ? html`<div><dt>${nameOf(words.biodata, field)}</dt><dd>${biodata(applicant, field, language)}</dd></div>` : ''
    return html`
      <div class=${this.large ? 'large' : ''}>
        ${applicant?.name ? html`<p class="name">${applicant.name} ${mark('name')}</p>` : ''}
        <dl>
          <dt>${words.nikMasked}</dt><dd class="numbers">${applicant?.nikMasked}</dd>
          ${
            this.large
              ? ''
              : html`<dt>${words.ticket}</dt><dd class="numbers"><b>${of.ticket}</b>
                  ${applicant?.name ? html` · <span class="unseen">${words.age} </span>${words.years(applicant.ageYears)} ${mark('birth_date')}` : ''}</dd>`
          }
          ${
            applicant?.name && this.large
              ? html`<dt>${words.born}</dt><dd>${born(applicant, language)}</dd>
                  <dt>${words.address}</dt><dd>${biodata(applicant, 'address', language)}</dd>`
              : ''
          }
        </dl>
        ${
          applicant?.name && this.large
            ? html`<dl class="rest">${(['sex', 'blood_group', 'religion', 'marital_status', 'occupation'] as const).map(row)}</dl>`
            : ''
        }
      </div>
    `
  }
}
