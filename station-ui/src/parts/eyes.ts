// Both eyes of a capture: side, quality as a bar with a tick at the threshold, what is not as it should be. Words beside every number.

import { css, html, svg, type TemplateResult } from 'lit'
import type { EyeState } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { looks } from '../looks.js'
import { nameOf } from '../words.js'
import { icon } from './icons.js'

export class RekamEyes extends StationElement {
  static override properties = { ...StationElement.properties, eyes: { attribute: false }, least: { attribute: false } }
  static override styles = [
    looks,
    css`
      ul {
        display: grid;
        gap: 4px;
        font-size: var(--text-s);
        text-align: start;
      }
      li {
        display: grid;
        grid-template-columns: 1fr 56px 1.8em 16px;
        gap: 0 8px;
        align-items: center;
      }
      b {
        text-align: end;
      }
      .codes {
        grid-column: 1 / -1;
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
      svg.icon {
        width: 16px;
        height: 16px;
        vertical-align: -3px;
      }
    `,
  ]
  declare eyes: readonly EyeState[]
  /** Threshold of the site; 0 none. */
  declare least: number

  constructor() {
    super()
    this.least = 0
  }

  override render(): TemplateResult | undefined {
    if (this.eyes.length === 0) return undefined
    return html`<ul aria-label=${this.words.eyesFound}>${this.eyes.map((eye) => this.#eye(eye))}</ul>`
  }

  #eye({ eye, assessed, quality, codes }: EyeState): TemplateResult {
    const { words, least } = this
    const good = codes.length === 0 && (!assessed || quality >= least)
    return html`<li class=${assessed && quality < least ? 'low' : ''}>
      <span>${eye === 'right' ? words.rightEye : words.leftEye}</span>
      <svg class="bar" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" width="100" height="12" />
        <rect class="fill" width=${assessed ? quality : 0} height="12" />
        ${least > 0 ? svg`<line class="least" x1=${least} x2=${least} y1="0" y2="12" />` : ''}
      </svg>
      <b class="numbers" title=${words.eyeQualityNote}>${assessed ? quality : '–'}</b>
      <span class=${good ? 'ok' : 'warn'}>${icon(good ? 'check' : 'warn')}</span>
      ${codes.length === 0 ? '' : html`<span class="codes warn">${codes.map((code) => nameOf(words.eyeCodes, code)).join(', ')}</span>`}
    </li>`
  }
}
