// The fingers of one capture, or of all: name, quality, what is not as it should be. Words beside every number.

import { css, html, type TemplateResult } from 'lit'
import type { FingerState } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { looks } from '../looks.js'
import { nameOf } from '../words.js'
import { icon } from './icons.js'

export class RekamFingers extends StationElement {
  static override properties = { ...StationElement.properties, fingers: { attribute: false } }
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
        grid-template-columns: 1fr max-content;
        column-gap: 8px;
      }
      .codes {
        grid-column: 1 / -1;
      }
      .codes svg.icon {
        width: 14px;
        height: 14px;
        vertical-align: -2px;
      }
    `,
  ]
  declare fingers: readonly FingerState[]

  override render(): TemplateResult | undefined {
    const { words } = this
    if (this.fingers.length === 0) return undefined
    return html`
      <ul aria-label=${words.fingersFound}>
        ${this.fingers.map(
          ({ position, assessed, quality, codes }) => html`<li>
            <span>${words.fingers[position] || words.unnamedFinger}</span>
            <b class="numbers" title=${words.qualityNote}>${assessed ? quality : '–'}</b>
            ${
              codes.length === 0
                ? ''
                : html`<span class="codes warn">${icon('warn')} ${codes.map((code) => nameOf(words.fingerCodes, code)).join(', ')}</span>`
            }
          </li>`,
        )}
      </ul>
    `
  }
}
