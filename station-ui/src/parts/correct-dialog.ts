// A value of the registry is wrong: which one, before and after, why, and the proof of who corrects it, by PIN or by the operator's own finger.

import { css, html, nothing, type TemplateResult } from 'lit'
import { type BiodataField, biodataFields } from '../../../protocol/biodata-fields.js'
import type { Applicant, CaseState } from '../../../protocol/client.js'
import { biodataText, biodataValue } from '../biodata.js'
import { looks } from '../looks.js'
import { nameOf, wordsOf } from '../words.js'
import { correctedMark } from './corrected.js'
import { ProofDialog, proofLooks } from './own-finger.js'

export class RekamCorrect extends ProofDialog {
  static override properties = {
    ...ProofDialog.properties,
    field: { state: true },
    value: { state: true },
    by: { state: true },
    fault: { state: true },
  }
  static override styles = [
    looks,
    proofLooks,
    css`
      .old {
        font-size: var(--text-l);
        overflow-wrap: anywhere;
        min-height: 48px;
        padding: 8px 0;
      }
      .upper {
        text-transform: uppercase;
      }
      .reasons {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 8px;
        margin-top: 8px;
      }
      .reasons button {
        justify-content: flex-start;
        text-align: start;
        font-weight: 400;
        font-size: var(--text-s);
        line-height: 1.2;
        padding: 4px 8px;
      }
      .ways,
      .by {
        min-height: 48px;
        display: flex;
        align-items: center;
        gap: 24px;
      }
      .by label {
        flex: 1;
      }
    `,
  ]
  declare field: BiodataField
  /** As it will be; undefined while it is as it was. */
  declare value: string | undefined
  declare by: 'pin' | 'finger'

  constructor() {
    super()
    this.field = 'name'
    this.by = 'pin'
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('select')?.focus()
  }

  override render(): TemplateResult | undefined {
    const { words } = this
    const at = this.store.case
    const { applicant } = at ?? {}
    if (!at || !applicant) return undefined
    const byFinger = this.waiting && this.by === 'finger'
    return html`
      ${this.refusal()} ${byFinger ? this.underWay() : ''}
      <form ?hidden=${byFinger} @submit=${(event: SubmitEvent) => void this.#correct(event, at)}>
        <div class="both">${this.#change(applicant)} ${this.#why()}</div>
        ${this.#proof()}
        <p class="small" role="status">${this.#isChanged(applicant) ? (at.recordSigned ? words.correctSigned : nothing) : words.correctUnchanged}</p>
        <div class="buttons">
          <button type="button" @click=${() => this.store.ask(undefined)}>${words.cancel}<kbd>Esc</kbd></button>
          <button type="submit" class="primary" ?disabled=${this.waiting}>${this.by === 'pin' ? words.correct : words.scanFinger}<kbd>Enter</kbd></button>
        </div>
      </form>
    `
  }

  #change(applicant: Applicant): TemplateResult {
    const { words, field } = this
    const choose = (event: Event) => {
      this.field = (event.currentTarget as HTMLSelectElement).value as BiodataField
      this.value = undefined
    }
    return html`<div class="stack">
      <label>${words.correctField}<select name="field" @change=${choose}>
        ${(Object.keys(biodataFields) as BiodataField[]).map((each) => html`<option value=${each} ?selected=${each === field}>${nameOf(words.biodata, each)}</option>`)}
      </select></label>
      <div><b>${words.correctBefore}</b>
        <p class="old">${biodataText(applicant, field, this.view.language)} ${correctedMark(applicant, field, this.view.language)}</p></div>
      <label>${words.correctAfter}${this.#editor(applicant)}</label>
    </div>`
  }

  #editor(applicant: Applicant): TemplateResult {
    const { words, field } = this
    const value = this.value ?? biodataValue(applicant, field)
    const change = (event: Event) => {
      this.value = (event.currentTarget as HTMLInputElement | HTMLSelectElement).value
    }
    if (field === 'sex') {
      return html`<select name="value" .value=${value} @change=${change}>
        ${Object.entries(words.sexes).map(([each, label]) => html`<option value=${each} ?selected=${each === value}>${label}</option>`)}
      </select>`
    }
    if (field === 'birth_date') return html`<input name="value" type="date" required .value=${value} @input=${change} />`
    return html`<input name="value" class="upper" maxlength="200" autocomplete="off" spellcheck="false" required .value=${value} @input=${change} />`
  }

  #why(): TemplateResult {
    const { words } = this
    const fill = (reason: string) => {
      const input = this.renderRoot.querySelector<HTMLInputElement>('input[name=reason]')
      if (!input) return
      input.value = reason
      input.focus()
    }
    // A reason never begins with a digit: in an empty field it picks one of the list.
    const digit = (event: KeyboardEvent) => {
      const reason = (event.currentTarget as HTMLInputElement).value === '' ? words.correctReasons[Number(event.key) - 1] : undefined
      if (reason === undefined || event.ctrlKey || event.altKey) return
      event.preventDefault()
      fill(reason)
    }
    return html`<div>
      <label>${words.reason}<input name="reason" maxlength="200" autocomplete="off" required @keydown=${digit} /></label>
      <div class="reasons">
        ${words.correctReasons.map(
          (reason, index) => html`<button type="button" @click=${() => fill(reason)}><kbd>${index + 1}</kbd>${reason}</button>`,
        )}
      </div>
    </div>`
  }

  #proof(): TemplateResult {
    const { words, by } = this
    const way = (each: 'pin' | 'finger', label: string) => html`<label class="check">
      <input type="radio" name="by" value=${each} .checked=${by === each} @change=${() => {
        this.by = each
      }} />${label}</label>`
    return html`<fieldset><legend>${words.proof}</legend>
      <div class="both">
        <div class="ways">${way('pin', words.proofPin)} ${way('finger', words.proofFinger)}</div>
        <div class="by">${
          by === 'pin'
            ? html`<label><span class="unseen">${words.proofPin}</span>
                <input name="pin" type="password" maxlength="128" autocomplete="current-password" required /></label>`
            : html`<p>${words.proofFingerHint}</p>`
        }</div>
      </div>
    </fieldset>`
  }

  #isChanged(applicant: Applicant): boolean {
    const value = (this.value ?? '').trim().toUpperCase()
    return value !== '' && value !== biodataValue(applicant, this.field)
  }

  async #correct(event: SubmitEvent, { caseId, applicant }: CaseState): Promise<void> {
    event.preventDefault()
    if (!(event.target instanceof HTMLFormElement) || !applicant) return
    if (!this.#isChanged(applicant)) {
      this.renderRoot.querySelector<HTMLElement>('[name=value]')?.focus()
      return
    }
    const data = new FormData(event.target)
    const pin = this.by === 'pin' ? String(data.get('pin') ?? '') : ''
    const { field, value = '' } = this
    const reason = String(data.get('reason') ?? '').trim()
    if (!(await this.send('correctBiodata', { caseId, field, value: value.trim().toUpperCase(), reason, pin }))) return
    this.store.ask(undefined)
    this.store.tell((language) => wordsOf(language).correctDone(nameOf(wordsOf(language).biodata, field)))
  }
}
