// A fault in three parts, with its code small beside.

import { css, html, type TemplateResult } from 'lit'
import type { Fault } from '../../../protocol/fault.js'
import { StationElement } from '../element.js'
import { faultText } from '../fault-text.js'
import { looks } from '../looks.js'
import { icon } from './icons.js'

export class RekamFault extends StationElement {
  static override properties = { ...StationElement.properties, fault: { attribute: false }, lasting: { attribute: false } }
  static override styles = [
    looks,
    css`
      :host {
        display: block;
      }
      .box {
        display: grid;
        grid-template-columns: auto 1.2fr 1fr 1.2fr auto;
        align-items: start;
        gap: 8px 16px;
        background: var(--bad-tint);
        border: 1px solid var(--bad);
        border-inline-start-width: 6px;
        border-radius: var(--corner);
        padding: 12px 16px;
      }
      .sign {
        color: var(--bad);
        font-size: var(--text-l);
      }
      .title {
        font-size: var(--text-s);
        color: var(--muted);
      }
      .now {
        font-weight: 650;
      }
      .end {
        text-align: end;
      }
      .code {
        font-size: var(--text-s);
        color: var(--muted);
        overflow-wrap: anywhere;
        margin-top: 4px;
      }
      @media (max-width: 1100px) {
        .box {
          grid-template-columns: auto 1fr 1fr;
        }
        .end {
          grid-column: 2 / -1;
          display: flex;
          gap: 16px;
          align-items: center;
          justify-content: space-between;
        }
        .safe {
          grid-column: 2;
          grid-row: 2;
        }
        .do {
          grid-column: 3;
          grid-row: 1 / 3;
        }
      }
    `,
  ]
  declare fault: Pick<Fault, 'code' | 'context'> | undefined
  /** Part of a state: cannot be dismissed. */
  declare lasting: boolean

  override render(): TemplateResult | undefined {
    if (!this.fault) return undefined
    const { words } = this
    const { what, safe, next, code } = faultText(this.fault, this.store.case, this.view.language)
    return html`
      <div class="box" role="alert">
        <span class="sign">${icon('warn')}</span>
        <div><div class="title">${words.whatHappened}</div>${what}</div>
        <div class="safe"><div class="title">${words.whatIsSafe}</div>${safe}</div>
        <div class="do"><div class="title">${words.whatToDo}</div><span class="now">${next}</span></div>
        <div class="end">
          ${this.lasting ? '' : html`<button @click=${() => this.store.dismiss()}>${words.dismiss}</button>`}
          <div class="code">${code}</div>
        </div>
      </div>
    `
  }
}
