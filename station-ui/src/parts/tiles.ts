// The captures in the site's order, each with its state as a sign and a word. A click starts one out of order, or beside another on an idle device.

import { css, html, type TemplateResult } from 'lit'
import type { CaptureState, CaseState, Modality, ModalityState } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { looks } from '../looks.js'
import { captureOf, isFree } from '../recording.js'
import { nameOf } from '../words.js'
import { type IconName, icon, modalityIcons } from './icons.js'

const marks: Readonly<Record<string, { readonly sign: IconName; readonly tone: string }>> = {
  pending: { sign: 'ring', tone: 'muted' },
  capturing: { sign: 'half', tone: 'info' },
  waiting: { sign: 'plug', tone: 'warn' },
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
    captures: { attribute: false },
    blocked: { attribute: false },
    pick: { attribute: false },
  }
  static override styles = [
    looks,
    css`
      ol {
        display: grid;
        grid-auto-columns: minmax(0, 1fr);
        grid-auto-flow: column;
        gap: 8px;
      }
      button {
        width: 100%;
        height: 100%;
        min-height: 60px;
        padding: 6px 8px;
        display: grid;
        grid-template-columns: auto 1fr;
        justify-content: start;
        text-align: start;
        font-weight: 600;
        font-size: var(--text-s);
        line-height: 1.2;
        gap: 2px 8px;
        border-color: var(--line);
      }
      button > svg.icon {
        width: 22px;
        height: 22px;
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
        grid-column: 1 / -1;
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
  /** Of this case. */
  declare captures: readonly CaptureState[]
  /** The approval has the pad. */
  declare blocked: boolean
  declare pick: (modality: Modality) => void

  override render(): TemplateResult {
    return html`<ol>${this.of.modalities.map((record) => this.#tile(record))}</ol>`
  }

  #tile({ modality, state, tries }: ModalityState): TemplateResult {
    const { words } = this
    const now = modality === this.now
    const running = captureOf(this.captures, modality)
    const shown = !running ? state : running.state === 'review' || running.state === 'waiting' ? running.state : 'capturing'
    const { sign, tone } = marks[shown] ?? { sign: 'ring', tone: 'muted' }
    const again = tries > 1 ? ` · ${words.tries(tries)}` : ''
    const closed = this.blocked || !isFree(this.view.mirror.captures, modality)
    return html`
      <li class=${now ? 'now' : ''}>
        <button ?disabled=${closed} aria-current=${now ? 'true' : 'false'} @click=${() => this.pick(modality)}>
          ${icon(modalityIcons[modality] ?? 'dot')}
          <span>${words.tiles[modality]}</span>
          <span class="state ${tone}">${icon(sign)}${nameOf(words.modalityStates, shown)}${again}</span>
        </button>
      </li>
    `
  }
}
