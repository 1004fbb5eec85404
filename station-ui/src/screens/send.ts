// Kirim: what the centre has and says, and the proof of recording for whoever must wait.

import { css, html, type TemplateResult } from 'lit'
import type { CaseState } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { currentStep } from '../flow.js'
import { count, kilobytes, time } from '../format.js'
import { looks, screenLooks } from '../looks.js'
import type { Action } from '../parts/actions.js'
import { icon } from '../parts/icons.js'
import { nameOf } from '../words.js'

export class RekamSend extends StationElement {
  static override styles = [
    looks,
    screenLooks,
    css`
      .status {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 8px 16px;
        align-items: center;
        padding: 24px;
      }
      .status svg.icon {
        font-size: var(--text-xxl);
      }
      .bar {
        width: 100%;
        height: 16px;
        display: block;
      }
      .track {
        fill: var(--ground);
        stroke: var(--edge);
      }
      .fill {
        fill: var(--info);
      }
      .receipt {
        font-size: var(--text-xxl);
        font-weight: 650;
        line-height: 1.1;
        overflow-wrap: anywhere;
      }
    `,
  ]

  override render(): TemplateResult {
    const { words } = this
    const at = this.store.case
    return html`
      <h1>${words.sendTitle}</h1>
      <div class="content stack" tabindex="0" role="region" aria-label=${words.screens.send}>
        ${at ? this.#status(at) : html`<p>${words.nobody}</p>`}
        ${at?.receiptNumber ? this.#receipt(at) : ''}
        ${this.#outbox()}
      </div>
      <rekam-actions .store=${this.store} .actions=${at ? this.#actions(at) : []}></rekam-actions>
    `
  }

  #status(at: CaseState): TemplateResult {
    const { words } = this
    const ready = at.centralStatus === 'PRINT_READY_RECORD'
    const step = currentStep(at)
    const recorded = at.steps.some(({ kind, state }) => kind === 'capture' && state === 'done')
    const sentence = ready
      ? words.sendState.ready
      : !recorded
        ? words.sendState.notYet
        : at.state === 'sealed'
          ? words.sendState.sealed
          : words.sendState.waiting
    return html`
      <section class="panel status">
        <span class=${ready ? 'ok' : 'info'}>${icon(ready ? 'check' : recorded ? 'log' : 'ring')}</span>
        <div role="status"><h2>${sentence}</h2></div>
        <span></span>
        <p class="muted">${words.centralStatus}: <b>${at.centralStatus ? nameOf(words.central, at.centralStatus) : words.centralNone}</b>
          ${at.centralStatus ? html`<span class="small">(${at.centralStatus})</span>` : ''}</p>
        ${step?.kind === 'send' ? html`<span></span><p>${words.sendGoesOn}</p>` : ''}
      </section>
    `
  }

  #receipt(at: CaseState): TemplateResult {
    const { words } = this
    return html`
      <section class="panel stack">
        <h2>${words.receiptTitle}</h2>
        ${currentStep(at)?.kind === 'receipt' ? html`<p>${words.receiptHint}</p>` : ''}
        <div><span class="muted">${words.receiptNumber}</span><div class="receipt numbers">${at.receiptNumber}</div></div>
      </section>
    `
  }

  #outbox(): TemplateResult {
    const { words } = this
    const { mirror, hello, language } = this.view
    const { waiting, oldestAtMs, reachable, bytesSent, bytesTotal } = mirror.outbox
    const share = bytesTotal > 0 ? Math.min(100, (bytesSent / bytesTotal) * 100) : waiting > 0 ? 0 : 100
    return html`
      <section class="panel stack">
        <div class="spread">
          <h2>${words.outboxTitle}</h2>
          <span class="row ${reachable ? 'ok' : 'warn'}">${icon(reachable ? 'link' : 'cut')}<b>${reachable ? words.linkUp : words.linkDown}</b></span>
        </div>
        <svg class="bar" role="progressbar" aria-label=${words.outboxTitle} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(share)}>
          <rect class="track" width="100%" height="16" rx="4" /><rect class="fill" width="${share}%" height="16" rx="4" />
        </svg>
        <p class="numbers">${waiting === 0 ? words.outboxEmpty : words.outboxWaiting(count(waiting, language))}
          ${waiting > 0 && bytesTotal > 0 ? html` · ${words.outboxSent(kilobytes(bytesSent, language), kilobytes(bytesTotal, language))}` : ''}
          ${oldestAtMs > 0 ? html` · ${words.outboxSince(time(oldestAtMs, hello?.timezone ?? '', language))}` : ''}</p>
      </section>
    `
  }

  #actions(at: CaseState): readonly Action[] {
    const { words, store } = this
    const step = currentStep(at)
    const next: Action = { key: 'n', label: words.nextApplicant, run: () => store.open('queue') }
    if (step?.kind !== 'receipt') return [next]
    const give = () => void store.run('completeStep', { caseId: at.caseId, stepId: step.id })
    return [{ key: 'Enter', label: words.receiptGiven, run: give }, next]
  }
}
