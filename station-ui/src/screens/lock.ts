// The locked screen: covers everything; what runs goes on behind it.

import { css, html, type PropertyValues, type TemplateResult } from 'lit'
import { StationElement } from '../element.js'
import { looks } from '../looks.js'
import { icon } from '../parts/icons.js'

export class RekamLock extends StationElement {
  static override styles = [
    looks,
    css`
      :host {
        display: grid;
        place-items: center;
        height: 100%;
        padding: 24px;
        background: var(--ground);
      }
      form.panel {
        width: min(440px, 100%);
        padding: 32px;
      }
      .sign {
        font-size: var(--text-xxl);
        color: var(--info);
        line-height: 1;
      }
      button {
        min-height: 56px;
      }
      button.primary {
        flex: 1;
        font-size: var(--text-l);
      }
    `,
  ]

  protected override firstUpdated(_changed: PropertyValues): void {
    this.renderRoot.querySelector('input')?.focus()
  }

  override render(): TemplateResult {
    const { words } = this
    const send = (event: SubmitEvent) => {
      event.preventDefault()
      const field = this.renderRoot.querySelector('input')
      const pin = field?.value ?? ''
      if (field) field.value = ''
      void this.store.run('unlock', { pin }).then(() => field?.focus())
    }
    return html`
      <form class="panel stack" @submit=${send}>
        <span class="sign">${icon('lock')}</span>
        <h1>${words.lockedTitle}</h1>
        <p class="muted">${words.lockedHint}</p>
        <label>${words.lockedFor(this.view.mirror.session.operator)}
          <input type="password" maxlength="128" autocomplete="current-password" required />
        </label>
        <div class="row">
          <button class="primary">${words.unlock}<kbd>Enter</kbd></button>
          <button type="button" @click=${() => void this.store.run('logOut', {})}>${words.logOut}</button>
        </div>
      </form>
    `
  }
}
