// Both eyes of a capture: side, quality, what is not as it should be. Words beside every number.

import { css, html, type TemplateResult } from 'lit'
import type { EyeState } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { looks } from '../looks.js'
import { nameOf } from '../words.js'
import { icon } from './icons.js'

export class RekamEyes extends StationElement {
  static override properties = { ...StationElement.properties, eyes: { attribute: false } }
  static override styles = [
    looks,
    css`
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 32px;
      }
      li {
        display: flex;
        align-items: baseline;
        gap: 8px;
      }
      svg.icon {
        width: 16px;
        height: 16px;
        vertical-align: -3px;
      }
    `,
  ]
  declare eyes: readonly EyeState[]

  override render(): TemplateResult | undefined {
    const { words } = this
    if (this.eyes.length === 0) return undefined
    return html`<ul aria-label=${words.eyesFound}>
      ${this.eyes.map(
        ({ eye, assessed, quality, codes }) => html`<li>
          <span>${eye === 'right' ? words.rightEye : words.leftEye}</span>
          <b class="numbers" title=${words.eyeQualityNote}>${assessed ? quality : '–'}</b>
          ${
            codes.length === 0
              ? html`<span class="ok">${icon('check')}</span>`
              : html`<span class="warn">${icon('warn')} ${codes.map((code) => nameOf(words.eyeCodes, code)).join(', ')}</span>`
          }
        </li>`,
      )}
    </ul>`
  }
}
