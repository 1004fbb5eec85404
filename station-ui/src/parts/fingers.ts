// The fingers of one capture, or of all: name, quality as a bar with a tick at the threshold, what is not as it should be. Words beside every number.

import { css, html, svg, type TemplateResult } from 'lit'
import type { FingerState } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { looks } from '../looks.js'
import { nameOf } from '../words.js'
import { icon } from './icons.js'

export class RekamFingers extends StationElement {
  static override properties = {
    ...StationElement.properties,
    fingers: { attribute: false },
    short: { attribute: false },
    least: { attribute: false },
  }
  static override styles = [
    looks,
    css`
      ul {
        display: grid;
        gap: 4px;
        text-align: start;
        font-size: var(--text-s);
        line-height: 1.25;
      }
      li {
        display: grid;
        grid-template-columns: 1fr 56px 1.8em;
        column-gap: 8px;
        align-items: center;
      }
      b {
        text-align: end;
      }
      .codes {
        grid-column: 1 / -1;
      }
      .codes svg.icon {
        width: 14px;
        height: 14px;
        vertical-align: -2px;
      }
      .bar {
        width: 56px;
        height: 12px;
      }
      .track {
        fill: var(--ground);
        stroke: var(--edge);
      }
      .fill {
        fill: var(--ok);
      }
      .low .fill {
        fill: var(--warn);
      }
      .least {
        stroke: var(--ink);
        stroke-width: 2;
      }
    `,
  ]
  declare fingers: readonly FingerState[]
  /** Without the side, where one hand is spoken of. */
  declare short: boolean
  /** Threshold of the site; 0 none. */
  declare least: number

  constructor() {
    super()
    this.least = 0
    this.short = false
  }

  override render(): TemplateResult | undefined {
    if (this.fingers.length === 0) return undefined
    return html`<ul aria-label=${this.words.fingersFound}>${this.fingers.map((finger) => this.#finger(finger))}</ul>`
  }

  #finger({ position, assessed, quality, codes }: FingerState): TemplateResult {
    const { words, least } = this
    const name = this.short ? words.fingersShort[position] : words.fingers[position]
    const low = assessed && quality < least
    return html`<li class=${low ? 'low' : ''}>
      <span>${name || words.unnamedFinger}</span>
      <svg class="bar" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" width="100" height="12" />
        <rect class="fill" width=${assessed ? quality : 0} height="12" />
        ${least > 0 ? svg`<line class="least" x1=${least} x2=${least} y1="0" y2="12" />` : ''}
      </svg>
      <b class="numbers ${low ? 'warn' : ''}" title=${words.qualityNote}>${assessed ? quality : '–'}</b>
      ${
        codes.length === 0
          ? ''
          : html`<span class="codes warn">${icon('warn')} ${codes.map((code) => nameOf(words.fingerCodes, code)).join(', ')}</span>`
      }
    </li>`
  }
}
