// Serah: the holder is compared with the card, receives it, and the file goes to its shelf.

import { css, html, type TemplateResult } from 'lit'
import type { CaseState } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { currentStep } from '../flow.js'
import { looks, screenLooks } from '../looks.js'
import type { Action } from '../parts/actions.js'
import { icon } from '../parts/icons.js'

export class RekamHandOver extends StationElement {
  static override styles = [
    looks,
    screenLooks,
    css`
      .content {
        display: flex;
        flex-direction: column;
        gap: 16px;
      }
      .panel {
        padding: 24px;
      }
      .finger {
        display: flex;
        gap: 12px;
        align-items: center;
        font-size: var(--text-l);
      }
      rekam-preview {
        flex: 1;
        min-height: 200px;
      }
      label {
        max-width: 360px;
      }
    `,
  ]

  override render(): TemplateResult {
    const { words } = this
    const at = this.store.case
    return html`
      <h1>${words.handTitle}</h1>
      <div class="content">${at ? this.#now(at) : html`<p>${words.nobody}</p>`}</div>
      <rekam-actions .store=${this.store} .actions=${at ? this.#actions(at) : []}></rekam-actions>
    `
  }

  #now(at: CaseState): TemplateResult {
    const { words } = this
    switch (currentStep(at)?.kind) {
      case 'hand_over':
        return this.#holder(at)
      case 'acknowledge':
        return html`<section class="panel stack"><h2>${words.acknowledge}</h2><p>${words.acknowledgeHint}</p></section>`
      case 'archive':
        return html`<section class="panel stack">
          <h2>${words.archive}</h2><p>${words.shelfHint}</p>
          <label>${words.shelf}<input class="shelf" maxlength="40" autocomplete="off" autofocus /></label>
        </section>`
      case undefined:
        return html`<section class="panel stack">
          <h2 class="row ok">${icon('check')}${words.closedTitle}</h2><p>${words.closedHint}</p>
        </section>`
      default:
        return html`<section class="panel"><p>${words.handNotNow}</p></section>`
    }
  }

  #holder(at: CaseState): TemplateResult {
    const { words, store } = this
    const checking = store.isWaiting('verifyHolder')
    const verified = this.view.verifiedCaseId === at.caseId
    return html`
      <section class="panel stack">
        <rekam-person .store=${store} .of=${at} .large=${true}></rekam-person>
      </section>
      <section class="panel stack">
        <h2>${words.handHint}</h2>
        <p class="finger ${verified ? 'ok' : checking ? 'info' : 'muted'}" role="status">
          ${icon(verified ? 'check' : checking ? 'half' : this.view.cannotVerify ? 'warn' : 'ring')}
          <b>${verified ? words.verified : checking ? words.verifying : this.view.cannotVerify ? words.cannotVerify : words.notVerified}</b>
        </p>
      </section>
      ${
        checking
          ? html`<rekam-preview .store=${store} .kind=${'slap_scanner'} .boxes=${[]} .sign=${'capture'} .hint=${words.verifying}
              .label=${words.previewLabel(words.verify)} .live=${true}></rekam-preview>`
          : ''
      }
    `
  }

  #actions(at: CaseState): readonly Action[] {
    const { words, store } = this
    const { caseId } = at
    const step = currentStep(at)
    switch (step?.kind) {
      case 'hand_over': {
        const { verifiedCaseId, cannotVerify } = this.view
        const giveWithReason = () => this.#askReason(caseId)
        const verify = { label: words.verify, disabled: store.isWaiting('verifyHolder'), run: () => void this.#verify(caseId) }
        if (verifiedCaseId === caseId) {
          const give = () => void store.run('handOver', { caseId })
          return [
            { key: 'Enter', label: words.handOver, run: give },
            { key: 'v', ...verify },
          ]
        }
        if (cannotVerify) {
          return [
            { key: 'Enter', label: words.handOverUnverified, run: giveWithReason },
            { key: 'v', ...verify },
          ]
        }
        return [
          { key: 'Enter', ...verify },
          { key: 'x', label: words.handOverUnverified, danger: true, run: giveWithReason },
        ]
      }
      case 'acknowledge': {
        const stepId = step.id
        return [{ key: 'Enter', label: words.acknowledge, run: () => void store.run('completeStep', { caseId, stepId }) }]
      }
      case 'archive':
        return [{ key: 'Enter', label: words.archive, run: () => void this.#archive(caseId) }]
      case undefined:
        return [{ key: 'Enter', label: words.nextApplicant, run: () => store.open('queue') }]
      default:
        return [{ key: 'n', label: words.nextApplicant, run: () => store.open('queue') }]
    }
  }

  async #verify(caseId: string): Promise<void> {
    const { store } = this
    const done = await store.run('verifyHolder', { caseId }, (fault) => {
      if (fault.code !== 'input.unsupported') return false
      store.holderVerified('')
      return true
    })
    if (done) store.holderVerified(caseId)
  }

  #askReason(caseId: string): void {
    const { words, store } = this
    store.ask({
      is: 'reason',
      title: words.unverifiedTitle,
      hint: words.unverifiedHint,
      reasons: words.unverifiedReasons,
      confirm: words.handOver,
      run: (unverifiedReason) => void store.run('handOver', { caseId, unverifiedReason }),
    })
  }

  async #archive(caseId: string): Promise<void> {
    const shelf = this.renderRoot.querySelector<HTMLInputElement>('.shelf')?.value ?? ''
    await this.store.run('archiveCase', { caseId, shelf })
  }
}
