// The rail: only the screens that the operator's tasks need.

import { css, html, type TemplateResult } from 'lit'
import { StationElement } from '../element.js'
import { screenOf, screensFor } from '../flow.js'
import { looks } from '../looks.js'
import { icon } from './icons.js'

export class RekamRail extends StationElement {
  static override styles = [
    looks,
    css`
      :host {
        display: block;
        background: var(--paper);
        border-inline-end: 1px solid var(--line);
        padding: 8px;
        overflow: auto;
      }
      ul {
        display: flex;
        flex-direction: column;
        gap: 4px;
      }
      button {
        flex-direction: column;
        width: 100%;
        min-height: 68px;
        padding: 6px 0;
        gap: 4px;
        border-color: transparent;
        font-size: var(--text-s);
        position: relative;
      }
      svg.icon {
        width: 26px;
        height: 26px;
      }
      button[aria-current='page'] {
        background: var(--info-tint);
        color: var(--info);
        border-color: var(--info);
      }
      .here {
        position: absolute;
        top: 4px;
        right: 4px;
        color: var(--info);
      }
      .here svg.icon {
        width: 16px;
        height: 16px;
      }
      @media (max-height: 620px) {
        button {
          min-height: 52px;
        }
        svg.icon {
          width: 20px;
          height: 20px;
        }
      }
      @media (max-width: 640px) {
        ul {
          flex-direction: row;
          overflow: auto;
        }
      }
    `,
  ]

  override render(): TemplateResult {
    const { words, store } = this
    const at = store.case
    const here = at ? screenOf(at) : undefined
    return html`<nav aria-label="rekam"><ul>${screensFor(this.view.mirror.session.roles).map(
      (screen) => html`<li>
        <button aria-current=${screen === this.view.screen ? 'page' : 'false'} @click=${() => store.open(screen)}>
          ${icon(screen)}${words.screens[screen]}
          ${screen === here ? html`<span class="here" title=${words.person}>${icon('dot')}<span class="unseen">${words.person}</span></span>` : ''}
        </button>
      </li>`,
    )}</ul></nav>`
  }
}
