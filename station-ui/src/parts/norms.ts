// Time against the norm as thin rings: this part and the whole recording. Shown, never forced; who has priority has no norm.

import { css, html, svg, type TemplateResult } from 'lit'
import type { CaseState, ModalityState } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { currentStep } from '../flow.js'
import { duration } from '../format.js'
import { looks } from '../looks.js'

const around = 2 * Math.PI * 17

export class RekamNorms extends StationElement {
  static override properties = {
    ...StationElement.properties,
    of: { attribute: false },
    record: { attribute: false },
    sinceMs: { attribute: false },
  }
  static override styles = [
    looks,
    css`
      :host {
        display: grid;
        gap: 4px;
        justify-items: start;
        font-size: var(--text-s);
        line-height: 1.2;
        text-align: start;
      }
      .norm {
        display: flex;
        gap: 8px;
        align-items: center;
      }
      svg {
        width: 32px;
        height: 32px;
        fill: none;
        flex: none;
      }
      .track {
        stroke: var(--line);
        stroke-width: 4;
      }
      .ring {
        stroke: var(--info);
        stroke-width: 4;
      }
      .over .ring {
        stroke: var(--warn);
      }
      @media (max-height: 620px), (max-width: 900px) {
        .name {
          display: none;
        }
        svg {
          width: 24px;
          height: 24px;
        }
      }
    `,
  ]
  declare of: CaseState
  /** What is captured now. */
  declare record: ModalityState | undefined
  /** Since when; 0 when it does not run. */
  declare sinceMs: number

  override render(): TemplateResult {
    const { words, of, record, sinceMs } = this
    const { nowMs } = this.view
    const step = currentStep(of)
    return html`
      ${record && sinceMs > 0 ? this.#norm(words.normPart, nowMs - sinceMs, record.normMs) : ''}
      ${step && step.startedAtMs > 0 ? this.#norm(words.normStep, nowMs - step.startedAtMs, step.normMs) : ''}
      ${of.priority ? html`<span class="muted">${words.normWaived}</span>` : ''}
    `
  }

  #norm(name: string, spentMs: number, normMs: number): TemplateResult {
    const { words } = this
    const spent = duration(spentMs)
    if (normMs === 0 || this.of.priority)
      return html`<span class="norm"><span><span class="name">${name}<br /></span><b class="numbers">${spent}</b></span></span>`
    const over = spentMs > normMs
    const share = Math.max(0, Math.min(1, spentMs / normMs))
    const norm = duration(normMs)
    return html`<span class="norm ${over ? 'over' : ''}">
      <svg viewBox="0 0 40 40" aria-hidden="true">
        <circle class="track" cx="20" cy="20" r="17" />
        ${svg`<circle class="ring" cx="20" cy="20" r="17" transform="rotate(-90 20 20)" stroke-dasharray="${share * around} ${around}" />`}
      </svg>
      <span><span class="name">${name}<br /></span><b class="numbers"><span aria-hidden="true">${over ? '▲ ' : ''}${spent} / ${norm}</span
        ><span class="unseen">${words.normOf(spent, norm)}</span></b></span>
    </span>`
  }
}
