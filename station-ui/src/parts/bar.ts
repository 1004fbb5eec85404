// The bar: where we are, what time it is, whether the centre can be reached, how many wait, who works here.

import { css, html, type TemplateResult } from 'lit'
import { StationElement } from '../element.js'
import { date, time } from '../format.js'
import { looks } from '../looks.js'
import { icon } from './icons.js'

export class RekamBar extends StationElement {
  static override styles = [
    looks,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 20px;
        background: var(--brand);
        color: var(--on-brand);
        padding: 6px 16px;
        font-size: var(--text-s);
        height: 56px;
      }
      .name {
        font-size: var(--text-l);
        font-weight: 700;
        letter-spacing: 0.01em;
      }
      .office {
        flex: 1;
        min-width: 0;
        line-height: 1.2;
        max-height: 2.4em;
        overflow: hidden;
        color: var(--brand-muted);
      }
      .simulated {
        border: 2px dashed var(--on-brand);
        border-radius: var(--corner);
        padding: 2px 8px;
        font-weight: 700;
        letter-spacing: 0.04em;
      }
      .item {
        display: flex;
        align-items: center;
        gap: 6px;
        white-space: nowrap;
      }
      .time {
        font-size: var(--text);
        font-weight: 650;
      }
      @media (max-width: 1500px) {
        .date {
          display: none;
        }
      }
      @media (max-width: 1100px) {
        :host {
          gap: 12px;
        }
        .keys,
        .queue,
        .office {
          display: none;
        }
        .name {
          flex: 1;
        }
      }
      button {
        color: var(--on-brand);
        background: transparent;
        border-color: var(--brand-muted);
        min-height: 36px;
        padding: 0 12px;
        font-size: var(--text-s);
      }
      button:hover:not(:disabled) {
        background: color-mix(in srgb, var(--on-brand) 16%, transparent);
      }
      :focus-visible {
        outline-color: var(--on-brand);
      }
    `,
  ]

  override render(): TemplateResult {
    const { words, store } = this
    const { hello, language, mirror, nowMs } = this.view
    const timezone = hello?.timezone ?? ''
    const waiting = mirror.cases.filter(({ closedAtMs }) => closedAtMs === 0).length
    const { outbox, session } = mirror
    const working = store.working
    return html`
      <span class="name">rekam</span>
      ${hello?.simulated ? html`<span class="simulated" title=${words.simulatedTitle}>${words.simulated}</span>` : ''}
      <span class="office">${hello?.office ?? ''}</span>
      ${
        hello
          ? html`<span class="item numbers"><span class="time">${time(nowMs, timezone, language)}</span> <span class="date">${date(nowMs, timezone, language)}</span></span>`
          : ''
      }
      ${
        working
          ? html`<span class="item">${icon(outbox.reachable ? 'link' : 'cut')}${outbox.reachable ? words.linkUp : words.linkDown}</span>
              ${outbox.waiting > 0 ? html`<span class="item numbers">${icon('box')}${words.outboxCount(outbox.waiting)}</span>` : ''}
              <span class="item numbers queue">${icon('queue')}${words.queueCount(waiting)}</span>
              <button class="me" title=${words.ownFinger} @click=${() => store.ask({ is: 'enrolFinger' })}>
                ${icon('operators')}${session.operator}<span class="unseen">: ${words.ownFinger}</span></button>`
          : ''
      }
      <button lang=${language === 'id' ? 'en' : 'id'} @click=${() => store.speak(language === 'id' ? 'en' : 'id')}>
        <span class="unseen">${words.language}: </span>${words.otherLanguage}
      </button>
      ${
        working
          ? html`<button class="keys" @click=${() => store.ask({ is: 'keys' })}>?<span class="unseen"> ${words.keys}</span></button>
              <button @click=${() => void store.run('lock', {})}>${icon('lock')}${words.lock}</button>
              <button @click=${() => void store.run('logOut', {})}>${words.logOut}</button>`
          : ''
      }
    `
  }
}
