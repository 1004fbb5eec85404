// The one dialog: a reason for what must not be done lightly, the list of keys, or one of the larger forms. Opened and left by keys.

import { css, html, type PropertyValues, type TemplateResult } from 'lit'
import { StationElement } from '../element.js'
import { looks } from '../looks.js'
import type { Dialog, ReasonDialog, Settings } from '../store.js'

export class RekamDialog extends StationElement {
  static override styles = [
    looks,
    css`
      dialog {
        color: var(--ink);
        background: var(--paper);
        border: 1px solid var(--edge);
        border-radius: var(--corner);
        box-shadow: 0 12px 40px rgb(0 0 0 / 0.35);
        padding: 24px;
        width: min(640px, calc(100vw - 48px));
        max-height: calc(100vh - 24px);
      }
      dialog.wide {
        width: min(860px, calc(100vw - 48px));
      }
      dialog::backdrop {
        background: rgb(8 14 18 / 0.6);
      }
      .reasons {
        display: grid;
        gap: 8px;
      }
      .reasons button {
        justify-content: flex-start;
        text-align: start;
        font-weight: 400;
        min-height: 44px;
      }
      .buttons {
        display: flex;
        justify-content: flex-end;
        gap: 8px;
      }
      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 12px 24px;
        align-items: center;
      }
    `,
  ]

  protected override updated(_changed: PropertyValues): void {
    const dialog = this.renderRoot.querySelector('dialog')
    if (dialog && !dialog.open) dialog.showModal()
  }

  override render(): TemplateResult | undefined {
    const { dialog } = this.view
    if (!dialog) return undefined
    return html`
      <dialog class=${dialog.is === 'exception' || dialog.is === 'correct' ? 'wide' : ''} aria-labelledby="title"
        @close=${() => this.store.ask(undefined)}>${this.#content(dialog)}</dialog>
    `
  }

  #content(dialog: Dialog): TemplateResult {
    const { words, store } = this
    const titled = (title: string, form: TemplateResult) => html`<div class="stack"><h2 id="title">${title}</h2>${form}</div>`
    switch (dialog.is) {
      case 'keys':
        return this.#keys()
      case 'reason':
        return this.#reason(dialog)
      case 'exception':
        return titled(words.exceptionTitle, html`<rekam-exception .store=${store} .modality=${dialog.modality}></rekam-exception>`)
      case 'correct':
        return titled(words.correctTitle, html`<rekam-correct .store=${store}></rekam-correct>`)
      case 'enrolFinger':
        return titled(
          words.ownFingerTitle(this.view.mirror.session.operator),
          html`<rekam-enrol-finger .store=${store}></rekam-enrol-finger>`,
        )
    }
  }

  #reason(dialog: ReasonDialog): TemplateResult {
    const { words } = this
    const confirm = (event: Event) => {
      event.preventDefault()
      const field = this.renderRoot.querySelector('input')
      const reason = field?.value.trim() ?? ''
      if (reason === '') {
        field?.focus()
        return
      }
      this.store.ask(undefined)
      dialog.run(reason)
    }
    const fill = (reason: string) => {
      const field = this.renderRoot.querySelector('input')
      if (!field) return
      field.value = reason
      field.focus()
    }
    // A reason never begins with a digit: in an empty field it picks one of the list.
    const digit = (event: KeyboardEvent) => {
      const reason = (event.currentTarget as HTMLInputElement).value === '' ? dialog.reasons[Number(event.key) - 1] : undefined
      if (reason === undefined || event.ctrlKey || event.altKey) return
      event.preventDefault()
      fill(reason)
    }
    return html`
      <form class="stack" @submit=${confirm}>
        <h2 id="title">${dialog.title}</h2>
        <p class="muted">${dialog.hint}</p>
        <label>${words.reason}<input maxlength="200" autocomplete="off" autofocus required @keydown=${digit} /></label>
        <div class="reasons">
          ${dialog.reasons.map(
            (reason, index) => html`<button type="button" @click=${() => fill(reason)}><kbd>${index + 1}</kbd>${reason}</button>`,
          )}
        </div>
        <div class="buttons">
          <button type="button" @click=${() => this.store.ask(undefined)}>${words.cancel}<kbd>Esc</kbd></button>
          <button type="submit" class="primary">${dialog.confirm}<kbd>Enter</kbd></button>
        </div>
      </form>
    `
  }

  #keys(): TemplateResult {
    const { words } = this
    const space = this.view.language === 'id' ? 'Spasi' : 'Space'
    const rows: readonly (readonly [string, string])[] = [
      ['Enter', `${words.goOn} (${words.accept}, ${words.start('…')})`],
      [space, words.takeNow],
      ['R', words.retake],
      ['⌫', words.undoStroke],
      ['Delete', words.drop],
      ['X', words.exception],
      ['1 … 0', words.keyDigits],
      ['F · I · T', words.keyTile],
      ['P', words.residentWindow],
      ['K', words.correct],
      ['Esc', `${words.cancel}, ${words.dismiss}`],
      ['Alt + 1 … 7', `${words.screens.queue} … ${words.screens.operators}`],
      ['Alt + J', words.ownFinger],
      ['Ctrl + L', words.lock],
      ['?', words.keysTitle],
    ]
    return html`
      <div class="stack">
        <h2 id="title">${words.keysTitle}</h2>
        <dl>${rows.map(([key, what]) => html`<dt><kbd>${key}</kbd></dt><dd>${what}</dd>`)}</dl>
        <h2>${words.settingsTitle}</h2>
        ${this.#setting('sounds', words.settingSounds)} ${this.#setting('spoken', words.settingSpoken)}
        <div class="buttons"><button class="primary" autofocus @click=${() => this.store.ask(undefined)}>${words.close}</button></div>
      </div>
    `
  }

  #setting(name: keyof Settings, label: string): TemplateResult {
    const keep = (event: Event) => this.store.keep(name, (event.currentTarget as HTMLInputElement).checked)
    return html`<label class="check"><input type="checkbox" .checked=${this.view.settings[name]} @change=${keep} />${label}</label>`
  }
}
