// The seven captures in their order, each with its state as a sign and a word. A click starts it out of order.

import { css, html, type TemplateResult } from 'lit'
import type { CaseState, Modality } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { modalityOf, modalityOrder } from '../flow.js'
import { looks } from '../looks.js'
import { nameOf } from '../words.js'
import { type IconName, icon, modalityIcons } from './icons.js'

const marks: Readonly<Record<string, { readonly sign: IconName; readonly tone: string }>> = {
  pending: { sign: 'ring', tone: 'muted' },
  capturing: { sign: 'half', tone: 'info' },
  review: { sign: 'eye', tone: 'info' },
  good: { sign: 'check', tone: 'ok' },
  weak_accepted: { sign: 'warn', tone: 'warn' },
  exception: { sign: 'cross', tone: 'warn' },
}

export class RekamTiles extends StationElement {
  static override properties = {
    ...StationElement.properties,
    of: { attribute: false },
    now: { attribute: false },
    running: { attribute: false },
    pick: { attribute: false },
  }
  static override styles = [
    looks,
    css`
      ol {
        display: grid;
        grid-template-columns: repeat(7, 1fr);
        gap: 8px;
      }
      button {
        width: 100%;
        height: 100%;
        min-height: 60px;
        padding: 6px 10px;
        justify-content: flex-start;
        text-align: start;
        font-weight: 600;
        font-size: var(--text-s);
        line-height: 1.2;
        border-color: var(--line);
      }
      button > svg.icon {
        width: 26px;
        height: 26px;
        color: var(--muted);
      }
      button:disabled {
        color: var(--ink);
        background: var(--paper);
        border-style: solid;
      }
      .now button {
        border: 2px solid var(--info);
        background: var(--info-tint);
      }
      .now button > svg.icon {
        color: var(--info);
      }
      .state {
        display: flex;
        align-items: center;
        gap: 4px;
        font-weight: 400;
        margin-top: 2px;
      }
      .state svg.icon {
        width: 14px;
        height: 14px;
        stroke-width: 3;
      }
      @media (max-height: 620px) {
        button {
          min-height: 52px;
          padding: 4px 8px;
        }
        button > svg.icon {
          display: none;
        }
      }
    `,
  ]
  declare of: CaseState
  declare now: Modality
  declare running: boolean
  declare pick: (modality: Modality) => void

  override render(): TemplateResult {
    return html`<ol>${modalityOrder.map((modality) => this.#tile(modality))}</ol>`
  }

  #tile(modality: Modality): TemplateResult {
    const { words } = this
    const { state, tries } = modalityOf(this.of, modality)
    const now = modality === this.now
    const { capture } = this.view.mirror
    const shown = this.running && now ? (capture.state === 'review' ? 'review' : 'capturing') : state
    const { sign, tone } = marks[shown] ?? { sign: 'ring', tone: 'muted' }
    const again = tries > 1 ? ` · ${words.tries(tries)}` : ''
    return html`
      <li class=${now ? 'now' : ''}>
        <button ?disabled=${this.running} aria-current=${now ? 'true' : 'false'} @click=${() => this.pick(modality)}>
          ${icon(modalityIcons[modality] ?? 'dot')}
          <span>${words.modalities[modality]}
            <span class="state ${tone}">${icon(sign)}${nameOf(words.modalityStates, shown)}${again}</span></span>
        </button>
      </li>
    `
  }
}
