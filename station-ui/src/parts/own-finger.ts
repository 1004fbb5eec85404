// The operator's own finger on the slap scanner: which one, what to do, what the scanner sees. And what the dialogs have in common that wait for it:
// a refusal stays in them, Esc ends the waiting first.

import { css, html, type PropertyValues, type TemplateResult } from 'lit'
import type { Fault } from '../../../protocol/fault.js'
import type { Init, RequestCommand } from '../../../protocol/gen/station.js'
import { StationElement } from '../element.js'
import { looks } from '../looks.js'
import { ownFingerKind } from '../pictures.js'
import { WindowKeys } from '../window-keys.js'
import { nameOf } from '../words.js'
import { icon } from './icons.js'

export class RekamOwnFinger extends StationElement {
  static override styles = [
    looks,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 12px;
      }
      rekam-preview {
        height: min(300px, 40vh);
      }
      .advice {
        font-size: var(--text-l);
        font-weight: 650;
        line-height: 1.25;
        min-height: 2.5em;
        display: flex;
        gap: 12px;
        align-items: center;
      }
    `,
  ]
  /** A finger was asked for: when none is any more, it was taken. */
  #asked = false

  protected override willUpdate(_changed: PropertyValues): void {
    if (this.view.mirror.operatorFinger.position > 0) this.#asked = true
  }

  override render(): TemplateResult {
    const { words, store } = this
    const sentence = this.#sentence()
    const { position } = this.view.mirror.operatorFinger
    return html`
      <p class="advice info" role="status">${icon(position > 0 ? 'capture' : 'half')}<span>${sentence}</span></p>
      <rekam-preview .store=${store} .kind=${ownFingerKind} .sign=${'capture'} .hint=${words.fingers[position] ?? ''}
        .label=${words.ownFingerPicture} .live=${position > 0}></rekam-preview>
      <p class="small muted">${words.ownFingerLasts}</p>
    `
  }

  #sentence(): string {
    const { words } = this
    const { position, advice } = this.view.mirror.operatorFinger
    if (position === 0) return this.#asked ? words.ownFingerExamined : words.ownFingerPrepare
    const ask = words.ownFingerAsk(words.fingers[position] ?? '')
    // Which finger is said first, and as long as nothing lies on the glass.
    return advice === '' || advice === 'place_fingers' ? ask : `${words.fingers[position] ?? ''}: ${nameOf(words.advice, advice)}`
  }
}

/** A dialog in which an operator proves once more who they are. */
export abstract class ProofDialog extends StationElement {
  declare fault: Fault | undefined
  #cancelled = false

  constructor() {
    super()
    new WindowKeys(this, (event) => this.#key(event), { first: true })
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !this.waiting) return
    // The dialog itself closes with the next press.
    event.preventDefault()
    event.stopImmediatePropagation()
    this.stop()
  }

  protected get waiting(): boolean {
    return this.store.isWaiting('correctBiodata', 'enrolOperatorFinger')
  }

  protected stop(): void {
    this.#cancelled = true
    void this.store.run('cancelOperatorFinger', {})
  }

  /** @returns whether it was done */
  protected async send<K extends 'correctBiodata' | 'enrolOperatorFinger'>(command: K, fields: Init<RequestCommand[K]>): Promise<boolean> {
    if (this.waiting) return false
    this.#cancelled = false
    this.fault = undefined
    const done = await this.store.run(command, fields, (fault) => {
      if (!this.isConnected) return false
      if (!this.#cancelled) this.fault = fault
      return true
    })
    this.store.pictures.forgetDevice(ownFingerKind)
    if (done) return true
    await this.updateComplete
    const pin = this.renderRoot.querySelector<HTMLInputElement>('input[type=password]')
    if (pin) pin.value = ''
    const next = pin ?? this.renderRoot.querySelector<HTMLElement>('button.primary')
    next?.focus()
    return false
  }

  protected refusal(): TemplateResult | string {
    return this.fault ? html`<rekam-fault .store=${this.store} .fault=${this.fault} .lasting=${true}></rekam-fault>` : ''
  }

  protected underWay(): TemplateResult {
    const { words, store } = this
    return html`<rekam-own-finger .store=${store}></rekam-own-finger>
      <div class="buttons"><button type="button" @click=${() => this.stop()}>${words.cancel}<kbd>Esc</kbd></button></div>`
  }
}

/** Of forms in dialogs. */
export const proofLooks = css`
  :host,
  form {
    display: flex;
    flex-direction: column;
    gap: 12px;
  }
  .both {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 12px 24px;
    align-items: start;
  }
  fieldset {
    border: 1px solid var(--line);
    border-radius: var(--corner);
    margin: 0;
    padding: 8px 12px 12px;
    min-width: 0;
  }
  legend {
    font-weight: 600;
    padding: 0 4px;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: 8px;
  }
  @media (max-width: 720px) {
    .both {
      grid-template-columns: 1fr;
    }
  }
`
