// Who works here: log in, or claim a station that nobody works at yet.

import { css, html, type TemplateResult } from 'lit'
import { StationElement } from '../element.js'
import { looks } from '../looks.js'

const fieldsOf = (form: HTMLFormElement) => {
  const data = new FormData(form)
  return (name: string) => String(data.get(name) ?? '')
}

export class RekamLogIn extends StationElement {
  static override properties = { ...StationElement.properties, differ: { attribute: false } }
  static override styles = [
    looks,
    css`
      :host {
        display: grid;
        place-items: center;
        height: 100%;
        padding: 24px;
        overflow: auto;
      }
      form.panel {
        width: min(440px, 100%);
        padding: 32px;
      }
      button.primary {
        min-height: 56px;
        font-size: var(--text-l);
      }
    `,
  ]
  /** The two PINs of the first administrator were not the same. */
  declare differ: boolean

  override render(): TemplateResult {
    return this.view.hello?.unclaimed ? this.#claim() : this.#logIn()
  }

  #logIn(): TemplateResult {
    const { words } = this
    const send = (event: SubmitEvent) => {
      event.preventDefault()
      if (!(event.target instanceof HTMLFormElement)) return
      const form = event.target
      const field = fieldsOf(form)
      void this.store.run('logIn', { name: field('name').trim(), pin: field('pin') }).then((done) => {
        const pin = form.elements.namedItem('pin')
        if (done || !(pin instanceof HTMLInputElement)) return
        pin.value = ''
        pin.focus()
      })
    }
    return html`
      <form class="panel stack" @submit=${send}>
        <h1>${words.logInTitle}</h1>
        <label>${words.logInAs}<input name="name" maxlength="64" autocomplete="username" autofocus required /></label>
        <label>${words.pin}<input name="pin" type="password" maxlength="128" autocomplete="current-password" required /></label>
        <button class="primary" ?disabled=${this.store.isWaiting('logIn')}>${words.logIn}<kbd>Enter</kbd></button>
      </form>
    `
  }

  #claim(): TemplateResult {
    const { words } = this
    const send = (event: SubmitEvent) => {
      event.preventDefault()
      if (!(event.target instanceof HTMLFormElement)) return
      const field = fieldsOf(event.target)
      this.differ = field('pin') !== field('again')
      if (this.differ) return
      void this.store.run('claimStation', { launchToken: field('token').trim(), name: field('name').trim(), pin: field('pin') })
    }
    return html`
      <form class="panel stack" @submit=${send}>
        <h1>${words.claimTitle}</h1>
        <p class="muted">${words.claimHint}</p>
        <label>${words.launchToken}<input name="token" maxlength="128" autocomplete="off" spellcheck="false" autofocus required /></label>
        <label>${words.newName}<input name="name" maxlength="64" autocomplete="username" required /></label>
        <label>${words.newPin}<input name="pin" type="password" maxlength="128" autocomplete="new-password" required /></label>
        <label>${words.repeatPin}<input name="again" type="password" maxlength="128" autocomplete="new-password" required /></label>
        ${this.differ ? html`<p class="bad" role="alert">▲ ${words.pinsDiffer}</p>` : ''}
        <button class="primary" ?disabled=${this.store.isWaiting('claimStation')}>${words.claim}<kbd>Enter</kbd></button>
      </form>
    `
  }
}
