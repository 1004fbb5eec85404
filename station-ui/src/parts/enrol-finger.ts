// The operator enrols a finger of their own: chosen on the drawn hands, once more the PIN, then laid on the scanner.

import { css, html, type TemplateResult } from 'lit'
import { looks } from '../looks.js'
import { wordsOf } from '../words.js'
import type { RekamHands } from './hands.js'
import { ProofDialog, proofLooks } from './own-finger.js'

const rightIndex = 2

export class RekamEnrolFinger extends ProofDialog {
  static override properties = { ...ProofDialog.properties, position: { state: true }, fault: { state: true } }
  static override styles = [
    looks,
    proofLooks,
    css`
      rekam-hands {
        max-width: 420px;
        margin: 0 auto;
      }
    `,
  ]
  /** ISO/IEC 19794-4 */
  declare position: number

  constructor() {
    super()
    this.position = rightIndex
  }

  protected override firstUpdated(): void {
    const hands = this.renderRoot.querySelector<RekamHands>('rekam-hands')
    void hands?.updateComplete.then(() => hands.renderRoot.querySelector<SVGElement>('.selected')?.focus())
  }

  override render(): TemplateResult {
    const { words, store, position } = this
    const finger = words.fingers[position] ?? ''
    const pick = (each: number) => {
      this.position = each
    }
    return html`
      ${this.refusal()} ${this.waiting ? this.underWay() : ''}
      <form ?hidden=${this.waiting} @submit=${(event: SubmitEvent) => void this.#enrol(event)}>
        <p>${words.ownFingerWhy}</p>
        <rekam-hands .store=${store} .single=${true} .selected=${new Set([position])} .pick=${pick}></rekam-hands>
        <div class="both">
          <div><b>${words.ownFingerWhich}: ${finger.toLowerCase()}</b><p class="small muted">${words.ownFingerHint}</p></div>
          <label>${words.proofPin}<input name="pin" type="password" maxlength="128" autocomplete="current-password" required /></label>
        </div>
        <div class="buttons">
          <button type="button" @click=${() => store.ask(undefined)}>${words.cancel}<kbd>Esc</kbd></button>
          <button type="submit" class="primary">${words.ownFingerEnrol(finger)}<kbd>Enter</kbd></button>
        </div>
      </form>
    `
  }

  async #enrol(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    if (!(event.target instanceof HTMLFormElement)) return
    const { position } = this
    const pin = String(new FormData(event.target).get('pin') ?? '')
    if (!(await this.send('enrolOperatorFinger', { pin, position }))) return
    this.store.ask(undefined)
    this.store.tell((language) => wordsOf(language).ownFingerDone(wordsOf(language).fingers[position] ?? ''))
  }
}
