// Antrian: a new person takes a ticket; who waits is called.

import { css, html, type PropertyValues, type TemplateResult } from 'lit'
import type { CaseState } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { currentStep } from '../flow.js'
import { clock } from '../format.js'
import { looks, screenLooks } from '../looks.js'
import type { Action } from '../parts/actions.js'
import { icon } from '../parts/icons.js'
import { nameOf, wordsOf } from '../words.js'

export class RekamQueue extends StationElement {
  static override properties = { ...StationElement.properties, nik: { attribute: false }, priority: { attribute: false } }
  static override styles = [
    looks,
    screenLooks,
    css`
      .content {
        display: grid;
        grid-template-columns: minmax(300px, 2fr) 3fr;
        gap: 16px;
        align-items: start;
      }
      input.nik {
        font-size: var(--text-xl);
        letter-spacing: 0.04em;
        min-height: 64px;
      }
      table {
        width: 100%;
        border-collapse: collapse;
      }
      td {
        padding: 8px;
        border-top: 1px solid var(--line);
      }
      td:last-child {
        text-align: end;
        padding-inline-end: 0;
      }
      td:first-child {
        padding-inline-start: 0;
        font-size: var(--text-l);
        font-weight: 650;
        white-space: nowrap;
      }
      tr.now td {
        background: var(--info-tint);
      }
      .badge {
        display: inline-flex;
        align-items: center;
        gap: 4px;
        color: var(--warn);
        font-size: var(--text-s);
        font-weight: 600;
      }
      @media (max-width: 780px) {
        .content {
          grid-template-columns: 1fr;
        }
      }
    `,
  ]
  declare nik: string
  declare priority: boolean

  constructor() {
    super()
    this.nik = ''
    this.priority = false
  }

  protected override firstUpdated(_changed: PropertyValues): void {
    this.renderRoot.querySelector<HTMLInputElement>('.nik')?.focus()
  }

  override render(): TemplateResult {
    const { words } = this
    const { mirror, hello } = this.view
    const standards = mirror.standards
    const actions: Action[] = [{ key: 'Enter', label: words.takeTicket, run: () => void this.#take() }]
    if (hello?.simulated) actions.push({ key: 's', label: words.callSimulated, run: () => void this.#callSimulated() })
    return html`
      <h1>${words.screens.queue}</h1>
      <div class="content">
        <section class="panel stack">
          <h2>${words.newTicket}</h2>
          <label>${words.nik}
            <input class="nik numbers" inputmode="numeric" maxlength="32" autocomplete="off" spellcheck="false" .value=${this.nik}
              @input=${(event: Event) => this.#typed(event)} />
          </label>
          <label class="check"><input type="checkbox" .checked=${this.priority}
            @change=${(event: Event) => this.#ticked(event)} />${words.priority}</label>
          ${
            standards.length > 1
              ? html`<label>${words.service}<select>
                  ${standards.map((each) => html`<option value=${each.id}>${this.view.language === 'id' ? each.titleId : each.titleEn}</option>`)}
                </select></label>`
              : standards.map((each) => html`<p class="small muted">${this.view.language === 'id' ? each.titleId : each.titleEn}</p>`)
          }
        </section>
        <section class="panel stack">
          <h2>${words.openCases}</h2>
          ${this.#cases()}
        </section>
      </div>
      <rekam-actions .store=${this.store} .actions=${actions}></rekam-actions>
    `
  }

  #cases(): TemplateResult {
    const { words } = this
    // Who is to be served first stands first; closed cases have left.
    const open = this.view.mirror.cases
      .filter(({ closedAtMs }) => closedAtMs === 0)
      .toSorted((a, b) => Number(b.priority) - Number(a.priority) || a.openedAtMs - b.openedAtMs)
    if (open.length === 0) return html`<p class="muted">${words.noCases}</p>`
    return html`<table><tbody>${open.map((each) => this.#case(each))}</tbody></table>`
  }

  #case(each: CaseState): TemplateResult {
    const { words } = this
    const { language, hello, caseId } = this.view
    const now = each.caseId === caseId
    const step = currentStep(each)
    return html`
      <tr class=${now ? 'now' : ''}>
        <td class="numbers">${each.ticket}</td>
        <td>
          <div>${each.applicant?.name || each.applicant?.nikMasked}
            ${each.priority ? html`<span class="badge">${icon('warn')}${words.priorityShort}</span>` : ''}</div>
          <div class="small muted">${step ? this.labelOf(step) : nameOf(words.caseStates, each.state)}</div>
        </td>
        <td class="small muted numbers">${words.opened} ${clock(each.openedAtMs, hello?.timezone ?? '', language)}</td>
        <td>${
          now
            ? html`<span class="info"><b>${words.calledNow}</b></span>`
            : html`<button @click=${() => void this.#call(each.caseId)}>${words.call}<span class="unseen"> ${each.ticket}</span></button>`
        }</td>
      </tr>
    `
  }

  #typed(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.nik = event.target.value
  }

  #ticked(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.priority = event.target.checked
  }

  async #take(): Promise<void> {
    const standardId = this.renderRoot.querySelector('select')?.value ?? ''
    const opened = await this.store.run('takeTicket', { nik: this.nik.replaceAll(/\s/g, ''), priority: this.priority, standardId })
    if (!opened) return
    this.nik = ''
    this.priority = false
    this.store.serve(opened.caseId)
    this.store.follow(opened)
  }

  async #call(caseId: string): Promise<void> {
    const called = await this.store.run('callTicket', { caseId })
    if (!called) return
    this.store.serve(caseId)
    this.store.follow(called)
  }

  async #callSimulated(): Promise<void> {
    const person = await this.store.run('callSimulatedPerson', {})
    if (!person) return
    this.nik = person.nik
    this.store.tell((language) => wordsOf(language).simulatedCame(person.name))
    this.renderRoot.querySelector<HTMLInputElement>('.nik')?.focus()
  }
}
