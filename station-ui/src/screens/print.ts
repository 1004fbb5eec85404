// Cetak: one card from the blank to the finished print; what goes wrong is told with what to do.

import { css, html, type TemplateResult } from 'lit'
import type { CaseState } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { reportText } from '../fault-text.js'
import { currentStep } from '../flow.js'
import { looks, screenLooks } from '../looks.js'
import type { Action } from '../parts/actions.js'
import { nameOf } from '../words.js'

const running = ['binding', 'writing', 'reading_back', 'printing']

export class RekamPrint extends StationElement {
  static override styles = [
    looks,
    screenLooks,
    css`
      .card {
        display: flex;
        flex-direction: column;
        gap: 24px;
        padding: 24px;
      }
      .state {
        font-size: var(--text-xl);
        font-weight: 650;
        line-height: 1.2;
      }
    `,
  ]

  override render(): TemplateResult {
    const { words } = this
    const at = this.store.case
    return html`
      <h1>${words.cardTitle}</h1>
      <div class="content stack" tabindex="0" role="region" aria-label=${words.screens.print}>${at ? this.#card(at) : html`<p>${words.nobody}</p>`}</div>
      <rekam-actions .store=${this.store} .actions=${at ? this.#actions(at) : []}></rekam-actions>
    `
  }

  #card(at: CaseState): TemplateResult {
    const { words } = this
    const { issuance, cases } = this.view.mirror
    const mine = issuance.caseId === at.caseId
    const other = mine ? undefined : cases.find(({ caseId }) => caseId === issuance.caseId && running.includes(issuance.state))
    if (!mine) {
      const kind = currentStep(at)?.kind
      const sentence =
        kind === 'encode' ? (at.centralStatus === 'PRINT_READY_RECORD' ? words.cardStates['idle'] : words.cardWaitsGate) : words.cardNotNow
      return html`<section class="panel card">
        <p class="state">${sentence}</p>
        ${other ? html`<p>${words.cardOther(other.ticket)}</p>` : ''}
      </section>`
    }
    return html`
      ${issuance.fault ? html`<rekam-fault .store=${this.store} .fault=${reportText(issuance.fault)} .lasting=${true}></rekam-fault>` : ''}
      <section class="panel card">
        <div class="spread">
          <p class="state" role="status">${nameOf(words.cardStates, issuance.state)}</p>
          ${issuance.blankSerial ? html`<p class="numbers"><span class="muted">${words.blank}</span> <b>${issuance.blankSerial}</b></p>` : ''}
        </div>
        <rekam-chip-bar .store=${this.store} .of=${issuance} .printing=${currentStep(at)?.kind === 'print'}></rekam-chip-bar>
        ${running.includes(issuance.state) ? html`<p class="muted">${words.cardLeave}</p>` : ''}
      </section>
    `
  }

  #actions(at: CaseState): readonly Action[] {
    const { words, store } = this
    const { issuance } = this.view.mirror
    const { caseId } = at
    const mine = issuance.caseId === caseId
    const kind = currentStep(at)?.kind
    const spoil: Action = { key: 'x', label: words.spoilCard, danger: true, run: () => this.#askSpoil(caseId) }
    const disabled = store.isWaiting('startIssuance', 'resumeIssuance', 'spoilCard')
    // The state tells the fault with its card; the command that met it need not say it again.
    const told = (fault: { readonly code: string }) => this.view.mirror.issuance.fault?.code === fault.code
    if (mine && issuance.state === 'attention') {
      const resume = () => void store.run('resumeIssuance', { caseId }, told)
      return [{ key: 'Enter', label: words.resumeCard, disabled, run: resume }, spoil]
    }
    if (mine && running.includes(issuance.state)) return []
    if (kind === 'encode' || kind === 'print') {
      return [{ key: 'Enter', label: words.startCard, disabled, run: () => void store.run('startIssuance', { caseId }, told) }]
    }
    if (mine && issuance.state === 'ready') {
      return [{ key: 'Enter', label: words.goTo(words.screens.handOver), run: () => store.open('handOver') }, spoil]
    }
    return [{ key: 'n', label: words.nextApplicant, run: () => store.open('queue') }]
  }

  #askSpoil(caseId: string): void {
    const { words, store } = this
    store.ask({
      is: 'reason',
      title: words.spoilTitle,
      hint: words.spoilHint,
      reasons: words.spoilReasons,
      confirm: words.spoilCard,
      run: (reason) => void store.run('spoilCard', { caseId, reason }),
    })
  }
}
