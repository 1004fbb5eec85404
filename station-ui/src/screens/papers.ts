// Berkas: the papers, then the registry's data, confirmed by the applicant.

import { css, html, type PropertyValues, type TemplateResult } from 'lit'
import type { BiodataField } from '../../../protocol/biodata-fields.js'
import type { Applicant, CaseState } from '../../../protocol/client.js'
import { mayCorrect } from '../biodata.js'
import { StationElement } from '../element.js'
import { currentStep } from '../flow.js'
import { looks, screenLooks } from '../looks.js'
import type { Action } from '../parts/actions.js'
import { biodata, born } from '../parts/corrected.js'
import { icon } from '../parts/icons.js'
import { nameOf } from '../words.js'

export class RekamPapers extends StationElement {
  static override styles = [
    looks,
    screenLooks,
    css`
      .content {
        display: grid;
        grid-template-columns: 2fr 3fr;
        gap: 16px;
        align-items: start;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .check {
        min-height: 56px;
        font-size: var(--text-l);
      }
      dl {
        display: grid;
        grid-template-columns: minmax(120px, 1fr) 2fr;
        gap: 8px 16px;
        align-items: baseline;
      }
      dt {
        color: var(--muted);
        font-size: var(--text-s);
      }
      dd {
        font-size: var(--text-l);
      }
      dd.name {
        font-size: var(--text-xl);
        font-weight: 650;
        line-height: 1.15;
      }
      @media (max-width: 780px) {
        .content {
          grid-template-columns: 1fr;
        }
      }
    `,
  ]

  #focusedFor = ''

  protected override updated(_changed: PropertyValues): void {
    const at = this.store.case
    const step = at ? `${at.caseId} ${currentStep(at)?.kind}` : ''
    if (step === this.#focusedFor) return
    this.#focusedFor = step
    // The first paper can be ticked with Space at once.
    this.renderRoot.querySelector<HTMLInputElement>('input:enabled:not(:checked)')?.focus()
  }

  override render(): TemplateResult {
    const { words } = this
    const at = this.store.case
    const step = currentStep(at)
    return html`
      <h1>${words.screens.papers}</h1>
      <div class="content" tabindex="0" role="region" aria-label=${words.screens.papers}>${at ? html`${this.#papers(at, step?.kind === 'examine')}${this.#registry(at)}` : words.nobody}</div>
      <rekam-actions .store=${this.store} .actions=${at ? this.#actions(at) : []}></rekam-actions>
    `
  }

  #papers(at: CaseState, open: boolean): TemplateResult {
    const { words } = this
    const check = (requirementId: string, event: Event) => {
      if (!(event.target instanceof HTMLInputElement)) return
      const { checked } = event.target
      event.target.checked = !checked
      void this.store.run('checkRequirement', { caseId: at.caseId, requirementId, satisfied: checked })
    }
    return html`
      <section class="panel stack">
        <h2>${words.papersTitle}</h2>
        <p class="muted">${open ? words.papersHint : at.state === 'returned_to_applicant' ? words.returned : words.papersDone}</p>
        <ul>${at.requirements.map(
          (each) => html`<li><label class="check">
            <input type="checkbox" .checked=${each.satisfied} ?disabled=${!open} @change=${(event: Event) => check(each.id, event)} />
            <span>${this.labelOf(each)} <span class="small muted">(${each.mandatory ? words.mandatory : words.optional})</span></span>
          </label></li>`,
        )}</ul>
      </section>
    `
  }

  #registry(at: CaseState): TemplateResult {
    const { words } = this
    const { applicant } = at
    return html`
      <section class="panel stack">
        <div class="spread"><h2>${words.registryTitle}</h2>
          ${
            applicant?.confirmed
              ? html`<span class="row ok">${icon('check')}<b>${words.confirmed}</b></span>`
              : applicant?.source
                ? html`<span class="info"><b>${nameOf(words.sources, applicant.source)}</b></span>`
                : ''
          }
        </div>
        ${applicant?.name && !applicant.confirmed ? html`<p>${words.registryHint}</p>` : ''}
        ${applicant?.name ? this.#person(applicant) : html`<p class="muted numbers">${words.nikMasked} ${applicant?.nikMasked}</p>`}
      </section>
    `
  }

  #person(applicant: Applicant): TemplateResult {
    const { words } = this
    const { language } = this.view
    const row = (field: BiodataField) => html`<dt>${nameOf(words.biodata, field)}</dt><dd>${biodata(applicant, field, language)}</dd>`
    return html`
      <dl>
        <dt>${words.name}</dt><dd class="name">${biodata(applicant, 'name', language)}</dd>
        <dt>${words.nikMasked}</dt><dd class="numbers">${applicant.nikMasked}</dd>
        <dt>${words.born}</dt><dd>${born(applicant, language)}</dd>
        ${(['sex', 'blood_group', 'address', 'religion', 'marital_status', 'occupation'] as const).map(row)}
      </dl>
    `
  }

  #actions(at: CaseState): readonly Action[] {
    const { words, store } = this
    const step = currentStep(at)
    const { caseId } = at
    if (at.state === 'returned_to_applicant') {
      return [{ key: 'n', label: words.nextApplicant, run: () => store.open('queue') }]
    }
    if (step?.kind === 'examine') {
      const missing = at.requirements.filter(({ satisfied }) => !satisfied).map(({ id }) => id)
      return [
        { key: 'Enter', label: words.papersComplete, run: () => void store.run('completeStep', { caseId, stepId: step.id }) },
        {
          key: 'b',
          label: words.returnToApplicant,
          disabled: missing.length === 0,
          run: () => void store.run('returnToApplicant', { caseId, missingRequirementIds: missing }),
        },
      ]
    }
    if (step?.kind !== 'registry_check') return []
    const ask = () => void store.run('completeStep', { caseId, stepId: step.id })
    if (!at.applicant?.name) return [{ key: 'Enter', label: words.askRegistry, run: ask }]
    return [
      { key: 'Enter', label: words.confirmApplicant, run: () => void store.run('confirmApplicant', { caseId }) },
      ...(mayCorrect(this.view.mirror.session.roles) ? [{ key: 'k', label: words.correct, run: () => store.ask({ is: 'correct' }) }] : []),
      { key: 'r', label: words.askRegistry, run: ask },
    ]
  }
}
