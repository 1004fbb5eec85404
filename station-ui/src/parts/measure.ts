// Progress as a picture: the live measure with ticks and its number, and how many frames held still. Not a quality score, and it says so.

import { css, html, svg, type TemplateResult } from 'lit'
import { StationElement } from '../element.js'
import { looks } from '../looks.js'

const ticks = [0, 20, 40, 60, 80, 100] as const

export class RekamMeasure extends StationElement {
  static override properties = {
    ...StationElement.properties,
    measure: { attribute: false },
    steady: { attribute: false },
    needed: { attribute: false },
  }
  static override styles = [
    looks,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 24px;
      }
      .bar {
        flex: 1;
        display: flex;
        align-items: center;
        gap: 12px;
        min-width: 0;
      }
      .bar > span:first-child {
        white-space: nowrap;
      }
      .bar svg {
        flex: 1;
        min-width: 80px;
        height: 26px;
        overflow: visible;
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
      .number {
        font-size: var(--text-xl);
        font-weight: 650;
        min-width: 2.2em;
        text-align: end;
        line-height: 1;
      }
      .frames {
        display: flex;
        align-items: center;
        gap: 8px;
        white-space: nowrap;
      }
      .frames svg {
        height: 16px;
      }
      .frame {
        fill: var(--ground);
        stroke: var(--edge);
        stroke-width: 1.5;
      }
      .frame.still {
        fill: var(--ok);
        stroke: var(--ok);
      }
      @media (max-height: 620px) {
        .note {
          display: none;
        }
      }
    `,
  ]
  declare measure: number
  declare steady: number
  declare needed: number

  override render(): TemplateResult {
    const { words, measure, needed } = this
    const steady = Math.min(this.steady, needed)
    const still = words.stable(steady, needed)
    return html`
      <div class="bar">
        <span class="small"><b>${words.measure}</b><br /><span class="muted note">${words.measureNote}</span></span>
        <svg role="meter" aria-label=${words.measure} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${measure}>
          <rect class="track" x="0" y="0" width="100%" height="14" rx="3" />
          <rect class="fill" x="0" y="0" width="${measure}%" height="14" rx="3" />
          ${ticks.map((tick) => svg`<line class="tick" x1="${tick}%" x2="${tick}%" y1="14" y2=${tick % 100 === 0 ? 26 : 22} />`)}
        </svg>
        <span class="number numbers">${measure}</span>
      </div>
      ${
        needed > 0
          ? html`<div class="frames">
              <svg viewBox="0 0 ${needed * 18} 16" width=${needed * 18} role="img" aria-label=${still}>
                ${Array.from({ length: needed }, (_, i) => svg`<circle class="frame ${i < steady ? 'still' : ''}" cx=${i * 18 + 8} cy="8" r="6.5" />`)}
              </svg>
              <span class="small numbers" aria-hidden="true">${still}</span>
            </div>`
          : ''
      }
    `
  }
}
