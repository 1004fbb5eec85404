// Who stands at the counter: name, masked NIK, age. Nothing more than the daemon gave, and nothing of anybody else.

import { css, html, type TemplateResult } from 'lit'
import type { CaseState } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { calendarDate } from '../format.js'
import { looks } from '../looks.js'
import { nameOf } from '../words.js'

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
    `,
  ]
  declare of: CaseState
  declare large: boolean

  override render(): TemplateResult {
    const { words, of } = this
    const { language } = this.view
    const { applicant } = of
    return html`
      <div class=${this.large ? 'large' : ''}>
        ${applicant?.name ? html`<p class="name">${applicant.name}</p>` : ''}
        <dl>
          <dt>${words.nikMasked}</dt><dd class="numbers">${applicant?.nikMasked}</dd>
          ${
            this.large
              ? ''
              : html`<dt>${words.ticket}</dt><dd class="numbers"><b>${of.ticket}</b>
                  ${applicant?.name ? html` · <span class="unseen">${words.age} </span>${words.years(applicant.ageYears)}` : ''}</dd>`
          }
          ${
            applicant?.name && this.large
              ? html`<dt>${words.born}</dt><dd>${applicant.birthPlace}, ${calendarDate(applicant.birthDate, language)}</dd>
                  <dt>${words.sex}</dt><dd>${nameOf(words.sexes, applicant.sex)}</dd>
                  <dt>${words.address}</dt><dd>${applicant.address}</dd>`
              : ''
          }
        </dl>
      </div>
    `
  }
}
