// What cannot be recorded, and why: parts on the drawn hands or eyes, then one of the allowed reasons, with what follows. A letter is the whole answer.

import { css, html, type PropertyValues, type TemplateResult } from 'lit'
import { type CaseState, Modality } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { looks } from '../looks.js'
import { capturesOf, exceptedFingers, fingerView, handOf, isFingers, partsOf, reasonsFor } from '../recording.js'
import { exceptWith, withdrawFrom } from '../run.js'
import { WindowKeys } from '../window-keys.js'
import { nameOf } from '../words.js'
import { partNames } from './advice.js'
import type { RekamHands } from './hands.js'

const letters = 'abcdefgh'

export class RekamException extends StationElement {
  static override properties = { ...StationElement.properties, modality: { attribute: false }, selected: { state: true } }
  static override styles = [
    looks,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 12px;
      }
      .both {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 24px;
      }
      .eyes {
        display: grid;
        gap: 8px;
      }
      .reasons {
        display: grid;
        gap: 8px;
        align-content: start;
      }
      .reasons button {
        display: grid;
        grid-template-columns: max-content 1fr;
        text-align: start;
        font-weight: 600;
        padding: 6px 12px;
        gap: 0 12px;
      }
      .follows {
        grid-column: 2;
        font-weight: 400;
        font-size: var(--text-s);
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        gap: 8px;
      }
      button[aria-checked='true'] {
        background: var(--info);
        border-color: var(--info);
        color: var(--on-info);
      }
      @media (max-width: 720px) {
        .both {
          grid-template-columns: 1fr;
        }
      }
      @media (max-height: 620px) {
        :host,
        .reasons {
          gap: 6px;
        }
      }
    `,
  ]
  declare modality: Modality
  declare selected: ReadonlySet<number>

  constructor() {
    super()
    // A reason that was just disabled, or the dialog itself, hands no key down to here.
    new WindowKeys(this, (event) => this.#key(event), { first: true })
    this.selected = new Set()
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('modality')) this.selected = new Set(this.#likely())
  }

  protected override firstUpdated(_changed: PropertyValues): void {
    const hands = this.renderRoot.querySelector<RekamHands>('rekam-hands')
    if (this.selected.size > 0 || this.#parts.length === 0) this.renderRoot.querySelector<HTMLElement>('.reasons button')?.focus()
    else if (hands) void hands.updateComplete.then(() => hands.renderRoot.querySelector<SVGElement>('.pick')?.focus())
    else this.renderRoot.querySelector<HTMLElement>('[role=checkbox]')?.focus()
  }

  get #parts(): readonly number[] {
    return isFingers(this.modality) ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] : partsOf(this.modality)
  }

  /** What a capture under review could not find; else what is asked of a single part. */
  #likely(): readonly number[] {
    const at = this.store.case
    if (!at) return []
    const captures = capturesOf(this.view.mirror, at.caseId)
    if (isFingers(this.modality))
      return partsOf(this.modality).filter((position) => ['missing', 'weak'].includes(fingerView(at, captures, position).look))
    const capture = captures.find((each) => each.modality === this.modality)
    return this.modality === Modality.IRISES ? (capture?.again ?? []) : []
  }

  override render(): TemplateResult | undefined {
    const { words, modality } = this
    const at = this.store.case
    if (!at) return undefined
    const choose = this.#parts.length > 0 && this.selected.size === 0
    const lasting = this.#lasting(at)
    return html`
      <div class=${this.#parts.length > 0 ? 'both' : ''}>
        ${this.#parts.length > 0 ? html`<div>${this.#picker(at)}</div>` : ''}
        <div class="reasons" role="group" aria-label=${words.exceptionWhy}>
          ${reasonsFor(modality).map(
            (reason, index) => html`<button ?disabled=${choose} @click=${() => this.#record(reason)}>
              <kbd>${letters[index]?.toUpperCase()}</kbd><span>${nameOf(words.exceptionReasons, reason)}</span>
              ${this.#follows(at, reason)}
            </button>`,
          )}
        </div>
      </div>
      <p class="small" role="status">${choose ? words.exceptionChoose : words.followsRest}</p>
      ${lasting === '' ? '' : html`<p>${words.exceptionLasting(lasting)}</p>`}
      <div class="buttons">
        ${lasting === '' ? '' : html`<button @click=${() => this.#withdraw()}>${words.withdraw}<kbd>W</kbd></button>`}
        <button @click=${() => this.store.ask(undefined)}>${words.cancel}<kbd>Esc</kbd></button>
      </div>
    `
  }

  #picker(at: CaseState): TemplateResult {
    const { words, store, selected } = this
    if (isFingers(this.modality)) {
      return html`<rekam-hands .store=${store} .of=${at} .selected=${selected} .pick=${(position: number) => this.#toggle(position)}></rekam-hands>
        <p class="small muted">${words.exceptionPartsHint}</p>`
    }
    return html`<div class="eyes" role="group" aria-label=${words.exceptionParts}>${partsOf(this.modality).map(
      (
        position,
      ) => html`<button role="checkbox" aria-checked=${selected.has(position) ? 'true' : 'false'} @click=${() => this.#toggle(position)}>
        ${position === 1 ? words.rightEye : words.leftEye}<kbd>${position}</kbd></button>`,
    )}</div><p class="small muted">${words.exceptionEyesHint}</p>`
  }

  /** What this reason brings with it at this site. */
  #follows(at: CaseState, reason: string): TemplateResult | string {
    const { words } = this
    const fingers = isFingers(this.modality)
    const many = fingers && new Set([...exceptedFingers(at), ...this.selected]).size > at.mostFingersAlone
    const told = [
      ...(fingers && at.evidenceFor.includes(reason) ? [words.followsEvidence] : []),
      ...(many || reason === 'refuses' ? [words.followsSecond] : []),
      ...(this.modality === Modality.SIGNATURE ? [words.followsWitness] : []),
      ...(reason === 'cannot_sit' || reason === 'unsettled' ? [words.followsStillTaken] : []),
    ]
    return told.length === 0 ? '' : html`<span class="follows">${told.join(' · ')}</span>`
  }

  #lasting(at: CaseState): string {
    const { words } = this
    return at.exceptions
      .filter(({ modality }) => (isFingers(this.modality) ? isFingers(modality) : modality === this.modality))
      .map(({ modality, positions, reason }) => {
        const what = positions.length > 0 ? partNames(modality, positions, words) : (words.modalities[modality] ?? '').toLowerCase()
        return words.exceptionOf(what, nameOf(words.exceptionReasons, reason))
      })
      .join('; ')
  }

  #toggle(position: number): void {
    const selected = new Set(this.selected)
    if (!selected.delete(position)) selected.add(position)
    this.selected = selected
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return
    const key = event.key.toLowerCase()
    const reason = key.length === 1 ? reasonsFor(this.modality)[letters.indexOf(key)] : undefined
    const position = /^\d$/.test(key) ? (isFingers(this.modality) && key === '0' ? 10 : Number(key)) : undefined
    if (reason) this.#record(reason)
    else if (position !== undefined && this.#parts.includes(position)) this.#toggle(position)
    else if (key === 'w') this.#withdraw()
    else if (key === 'arrowdown' || key === 'arrowup') this.#move(key === 'arrowdown' ? 1 : -1)
    else return
    event.preventDefault()
    event.stopImmediatePropagation()
  }

  #move(by: number): void {
    const buttons = [...this.renderRoot.querySelectorAll<HTMLElement>('.reasons button:not(:disabled)')]
    const at = buttons.findIndex((each) => each.matches(':focus'))
    buttons[(at + by + buttons.length) % buttons.length]?.focus()
  }

  #record(reason: string): void {
    const at = this.store.case
    if (!at || (this.#parts.length > 0 && this.selected.size === 0)) return
    const of = (modality: Modality, positions: readonly number[]) => ({ modality, positions })
    const hands = [...new Set([...this.selected].map(handOf))]
    const all = isFingers(this.modality)
      ? hands.map((hand) =>
          of(
            hand,
            [...this.selected].filter((position) => handOf(position) === hand).sort((a, b) => a - b),
          ),
        )
      : [of(this.modality, [...this.selected])]
    this.store.ask(undefined)
    void exceptWith(this.store, at, all, reason)
  }

  #withdraw(): void {
    const at = this.store.case
    if (!at) return
    const wanted = [...this.selected].map(handOf)
    const said = at.exceptions
      .map(({ modality }) => modality)
      .filter((each) => (isFingers(this.modality) ? isFingers(each) : each === this.modality))
    const chosen = isFingers(this.modality) && wanted.length > 0 ? said.filter((each) => wanted.includes(each)) : said
    if (chosen.length === 0) return
    this.store.ask(undefined)
    void withdrawFrom(this.store, at, [...new Set(chosen)])
  }
}
