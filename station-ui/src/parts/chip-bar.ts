// The chip as a bar that fills up while it is written, below the stages that a card goes through.

import { css, html, svg, type TemplateResult } from 'lit'
import type { IssuanceState } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { count } from '../format.js'
import { looks } from '../looks.js'
import { icon } from './icons.js'

const stages: readonly string[] = ['binding', 'writing', 'reading_back', 'printing', 'ready']

export class RekamChipBar extends StationElement {
  static override properties = { ...StationElement.properties, of: { attribute: false }, printing: { attribute: false } }
  static override styles = [
    looks,
    css`
      :host {
        display: block;
      }
      ol {
        display: grid;
        grid-template-columns: repeat(5, 1fr);
        gap: 8px;
      }
      li {
        border-top: 6px solid var(--line);
        padding-top: 8px;
        display: flex;
        gap: 8px;
        align-items: center;
        color: var(--muted);
      }
      li.done {
        border-color: var(--ok);
        color: var(--ink);
      }
      li.now {
        border-color: var(--info);
        color: var(--ink);
        font-weight: 650;
      }
      li.stopped {
        border-color: var(--bad);
        color: var(--bad);
        font-weight: 650;
      }
      .chip {
        margin-top: 24px;
        display: grid;
        grid-template-columns: 72px 1fr;
        gap: 8px 16px;
        align-items: center;
      }
      .chip > svg {
        width: 72px;
        height: 60px;
      }
      .pad {
        fill: #d9b24c;
        stroke: #6d5310;
        stroke-width: 2;
      }
      .cut {
        stroke: #6d5310;
        stroke-width: 2;
        fill: none;
      }
      .bar {
        width: 100%;
        height: 32px;
      }
      .track {
        fill: var(--ground);
        stroke: var(--edge);
      }
      .fill {
        fill: var(--info);
      }
      .tick {
        stroke: var(--edge);
      }
      .fill.full {
        fill: var(--ok);
      }
    `,
  ]
  declare of: IssuanceState
  /** The chip is done and the case stands at the print. */
  declare printing: boolean

  override render(): TemplateResult {
    const { words, of } = this
    const { language } = this.view
    const stopped = of.state === 'attention'
    const at = stopped ? this.#stoppedAt() : of.state === 'handed_over' ? stages.length : stages.indexOf(of.state)
    const share = of.bytesTotal > 0 ? Math.min(100, Math.round((of.bytesWritten / of.bytesTotal) * 100)) : 0
    const written = words.chipWritten(count(of.bytesWritten, language), count(of.bytesTotal, language))
    return html`
      <ol>
        ${words.cardStages.map((name, index) => {
          const done = index < at || of.state === 'ready'
          return html`<li class=${done ? 'done' : index === at ? (stopped ? 'stopped' : 'now') : ''} aria-current=${index === at && !done ? 'step' : 'false'}>
            ${icon(done ? 'check' : index === at ? (stopped ? 'warn' : 'half') : 'ring')}${name}
          </li>`
        })}
      </ol>
      <div class="chip">
        <svg viewBox="0 0 72 60" aria-hidden="true">
          <rect class="pad" x="2" y="2" width="68" height="56" rx="10" />
          <path class="cut" d="M2 22h22v16H2M70 22H48v16h22M24 22V2M48 22V2M24 38v20M48 38v20M24 30h24" />
        </svg>
        <div>
          <div class="spread"><b>${words.chipBar}</b><span class="numbers">${of.bytesTotal > 0 ? `${written} · ${share} %` : '—'}</span></div>
          <svg class="bar" role="progressbar" aria-label=${words.chipBar} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${share}>
            <rect class="track" width="100%" height="32" rx="4" />
            <rect class="fill ${share === 100 ? 'full' : ''}" width="${share}%" height="32" rx="4" />
            ${[25, 50, 75].map((tick) => svg`<line x1="${tick}%" x2="${tick}%" y1="0" y2="32" class="tick" />`)}
          </svg>
        </div>
      </div>
    `
  }

  /** Where a card stopped, as far as its bytes tell. */
  #stoppedAt(): number {
    const { bytesWritten, bytesTotal } = this.of
    if (this.printing) return stages.indexOf('printing')
    if (bytesWritten === 0) return stages.indexOf('binding')
    return stages.indexOf(bytesWritten < bytesTotal ? 'writing' : 'reading_back')
  }
}
