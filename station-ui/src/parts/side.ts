// The side: the person, the steps with their time, the devices, what happened.

import { css, html, type TemplateResult } from 'lit'
import type { DeviceState } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { faultText, reportText } from '../fault-text.js'
import { clock } from '../format.js'
import type { Happening } from '../happenings.js'
import { looks } from '../looks.js'
import { nameOf } from '../words.js'
import { type IconName, icon } from './icons.js'

const deviceMarks: Readonly<Record<string, { readonly sign: IconName; readonly tone: string }>> = {
  ready: { sign: 'dot', tone: 'ok' },
  busy: { sign: 'half', tone: 'info' },
  opening: { sign: 'half', tone: 'muted' },
  warming: { sign: 'half', tone: 'muted' },
  absent: { sign: 'ring', tone: 'bad' },
  faulted: { sign: 'cross', tone: 'bad' },
  refused: { sign: 'cross', tone: 'bad' },
}
const toneSigns: Readonly<Record<Happening['tone'], IconName>> = { ok: 'check', warn: 'warn', bad: 'cross', info: 'dot' }

export class RekamSide extends StationElement {
  static override styles = [
    looks,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 8px;
        padding: 8px 16px;
        background: var(--paper);
        border-inline-start: 1px solid var(--line);
        min-height: 0;
        overflow: auto;
      }
      h2 {
        font-size: var(--text-s);
        color: var(--muted);
        font-weight: 600;
        margin-bottom: 4px;
      }
      section + section {
        border-top: 1px solid var(--line);
        padding-top: 8px;
      }
      .devices li,
      .log li {
        display: grid;
        grid-template-columns: 16px 1fr auto;
        gap: 8px;
        font-size: var(--text-s);
        line-height: 1.2;
        padding: 1px 0;
        align-items: center;
      }
      .wide {
        grid-column: 2 / -1;
      }
      .log li > span:first-child {
        padding-top: 2px;
      }
      .log li {
        grid-template-columns: 16px max-content 1fr;
        align-items: start;
      }
      li > span:first-child {
        display: flex;
      }
      svg.icon {
        width: 14px;
        height: 14px;
      }
      .log {
        flex: 1;
        min-height: 64px;
        overflow: auto;
      }
      @media (max-width: 1100px) {
        :host {
          display: grid;
          grid-template-columns: repeat(auto-fit, minmax(280px, 1fr));
          gap: 16px;
          border-inline-start: 0;
          border-top: 1px solid var(--line);
        }
        section + section {
          border-top: 0;
          padding-top: 0;
        }
      }
    `,
  ]

  override render(): TemplateResult {
    const { words } = this
    const at = this.store.case
    const { happenings } = this.view
    const { devices } = this.view.mirror
    return html`
      <section>
        <h2>${words.person}</h2>
        ${at ? html`<rekam-person .store=${this.store} .of=${at} .large=${false}></rekam-person>` : html`<p class="small">${words.nobody}</p>`}
      </section>
      ${at ? html`<section><h2>${words.steps}</h2><rekam-steps .store=${this.store} .of=${at}></rekam-steps></section>` : ''}
      <section>
        <h2>${words.devices}</h2>
        ${devices.length === 0 ? html`<p class="small muted">${words.noDevices}</p>` : ''}
        <ul class="devices">${devices.map((device) => this.#device(device))}</ul>
      </section>
      <section class="log" tabindex="0" aria-label=${words.happened}>
        <h2>${words.happened}</h2>
        ${happenings.length === 0 ? html`<p class="small muted">${words.nothingHappened}</p>` : ''}
        <ul>${happenings.map((each) => this.#happening(each))}</ul>
      </section>
    `
  }

  #device(device: DeviceState): TemplateResult {
    const { words } = this
    const { sign, tone } = deviceMarks[device.state] ?? { sign: 'ring', tone: 'muted' }
    const what = device.fault && tone === 'bad' ? faultText(reportText(device.fault), this.store.case, this.view.language) : undefined
    return html`
      <li title=${device.product}>
        <span class=${tone}>${icon(sign)}</span>
        <span>${nameOf(words.deviceKinds, device.kind)}</span>
        <span class=${tone}>${nameOf(words.deviceStates, device.state)}</span>
        ${what && device.state !== 'absent' ? html`<span></span><span class="bad wide">${what.next}</span>` : ''}
        ${device.conditions.map((condition) => html`<span class="warn">${icon('warn')}</span><span class="wide">${nameOf(words.deviceConditions, condition)}</span>`)}
        ${device.refused.map(
          ({ serial, reason }) =>
            html`<span class="warn">${icon('cross')}</span><span class="wide">${serial || '–'}: ${nameOf(words.refusedReasons, reason)}</span>`,
        )}
      </li>
    `
  }

  #happening({ atMs, tone, text }: Happening): TemplateResult {
    const { language, hello } = this.view
    return html`
      <li>
        <span class=${tone}>${icon(toneSigns[tone])}</span>
        <span class="muted numbers">${clock(atMs, hello?.timezone ?? '', language)}</span>
        <span>${text(language)}</span>
      </li>
    `
  }
}
