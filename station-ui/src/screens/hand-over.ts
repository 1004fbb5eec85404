// Serah: the holder is compared with the card, receives it, and the file goes to its shelf.

import { css, html, type TemplateResult } from 'lit'
import type { CaseState } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { currentStep } from '../flow.js'
import { looks, screenLooks } from '../looks.js'
import type { Action } from '../parts/actions.js'
import { icon } from '../parts/icons.js'

interface Outcome {
  readonly icon: Parameters<typeof icon>[0]
  readonly look: 'ok' | 'info' | 'warn' | 'muted'
  readonly text: string
}

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
      <div class="content" tabindex="0" role="region" aria-label=${words.screens.handOver}>${at ? this.#now(at) : html`<p>${words.nobody}</p>`}</div>
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
    const { icon: sign, look, text } = checking ? this.#asked(at) : this.#outcome(at)
    return html`
      <section class="panel stack">
        <h2>${words.handHint}</h2>
        <p class="finger ${look}" role="status">${icon(sign)}<b>${text}</b></p>
        ${!at.holderCheck?.verified && !this.#decides ? html`<p class="muted">${words.supervisorDecides}</p>` : ''}
      </section>
      ${
        checking
          ? html`<rekam-preview .store=${store} .kind=${'slap_scanner'} .boxes=${[]} .sign=${'capture'} .hint=${text}
              .label=${words.previewLabel(words.verify)} .live=${true}></rekam-preview>`
          : ''
      }
      <section class="panel stack">
        <rekam-person .store=${store} .of=${at} .large=${true}></rekam-person>
      </section>
    `
  }

  /** A supervisor may give the card to somebody whose finger was not verified. */
  get #decides(): boolean {
    return this.view.mirror.session.roles.includes('supervisor')
  }

  #asked(at: CaseState): Outcome {
    const { words } = this
    const { caseId, advice, fingerPosition } = this.view.mirror.issuance
    const finger = words.fingers[caseId === at.caseId ? fingerPosition : 0] ?? ''
    const help = advice === '' ? undefined : words.advice[advice]
    return { icon: 'half', look: 'info', text: help ?? words.verifying(finger) }
  }

  #outcome({ holderCheck }: CaseState): Outcome {
    const { words } = this
    if (!holderCheck) return { icon: 'ring', look: 'muted', text: words.notVerified }
    const { verified, attemptsLeft, position, band } = holderCheck
    const finger = words.fingers[position] ?? ''
    if (verified) return { icon: 'check', look: 'ok', text: words.verified(finger) }
    const told = (band === 'no_finger' ? words.noFinger : band === 'suspected' ? words.suspected : words.notMatched)(finger)
    return { icon: 'warn', look: 'warn', text: `${told} ${attemptsLeft === 0 ? words.attemptsUsed : words.attemptsLeft(attemptsLeft)}` }
  }

  #actions(at: CaseState): readonly Action[] {
    const { words, store } = this
    const { caseId } = at
    const step = currentStep(at)
    switch (step?.kind) {
      case 'hand_over':
        return this.#givingOut(at)
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

  #givingOut({ caseId, holderCheck }: CaseState): readonly Action[] {
    const { words, store } = this
    if (holderCheck?.verified) return [{ key: 'Enter', label: words.handOver, run: () => void store.run('handOver', { caseId }) }]
    const verify = { label: words.verify, disabled: store.isWaiting('verifyHolder'), run: () => this.#verify(caseId) }
    const give = { label: words.handOverUnverified, danger: true, run: () => this.#askReason(caseId) }
    const checks: readonly Action[] = holderCheck?.attemptsLeft === 0 ? [] : [{ key: 'Enter', ...verify }]
    return this.#decides ? [...checks, { key: 'x', ...give }] : checks
  }

  /** That the finger did not match stands on the screen itself. */
  #verify(caseId: string): void {
    void this.store.run('verifyHolder', { caseId }, ({ code }) => code === 'holder.not_verified' || code === 'capture.presentation_attack')
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
