// The resident's own window: their picture as in a mirror, one drawing and one sentence, and at the end their data to be read. Fed by the operator's
// window; it has no connection, no session and no way to act.

import { css, html, LitElement, type PropertyValues, type TemplateResult } from 'lit'
import type { BiodataField } from '../../../protocol/biodata-fields.js'
import { type CaseState, Modality } from '../../../protocol/client.js'
import { looks } from '../looks.js'
import { biodata, born } from '../parts/corrected.js'
import { pictogram } from '../parts/pictogram.js'
import type { Scene } from '../resident/scene.js'
import { say } from '../resident/speech.js'
import type { Store } from '../store.js'
import { nameOf, type Words } from '../words.js'

export class RekamResident extends LitElement {
  static override properties = { store: { attribute: false }, scene: { attribute: false } }
  static override styles = [
    looks,
    css`
      :host {
        display: grid;
        grid-template-rows: minmax(0, 1fr) auto;
        height: 100vh;
        background: var(--paper);
        font-size: 1.5rem;
      }
      main {
        min-height: 0;
        display: grid;
        gap: 24px;
        padding: 32px;
        grid-template-rows: minmax(0, 1fr) auto;
      }
      main.text {
        place-content: center;
        grid-template-rows: auto;
        text-align: center;
      }
      h1 {
        font-size: clamp(2.5rem, 6vmin, 5rem);
        line-height: 1.1;
        text-wrap: balance;
      }
      .say {
        display: flex;
        gap: 32px;
        align-items: center;
        min-height: 20vh;
      }
      .say svg.pictogram {
        height: 20vh;
        width: auto;
        flex: none;
        color: var(--info);
      }
      .stage {
        min-height: 0;
        display: grid;
      }
      .stage.hands {
        grid-template-columns: minmax(0, 1fr) 30%;
        gap: 24px;
        align-items: center;
      }
      .stage rekam-preview {
        height: 100%;
      }
      ul.notice {
        display: grid;
        gap: 16px;
        max-width: 34em;
        text-align: start;
        margin-top: 24px;
      }
      .review {
        min-height: 0;
        display: grid;
        grid-template-columns: 3fr 2fr;
        gap: 32px;
        overflow: auto;
      }
      .data {
        font-size: 1.5rem;
        overflow: auto;
      }
      /* All of it on one screen: who reads it has no mouse. */
      .data h1 {
        font-size: clamp(1.75rem, 5vmin, 4rem);
      }
      .data dl {
        display: grid;
        grid-template-columns: 3fr 2fr;
        gap: 0 16px;
      }
      .data .wide {
        grid-column: 1 / -1;
      }
      .data dt {
        color: var(--muted);
        font-size: 1.125rem;
        margin-top: 12px;
      }
      .data dd {
        font-weight: 600;
        line-height: 1.25;
      }
      footer {
        padding: 8px 32px;
        display: flex;
        justify-content: space-between;
        font-size: 1.125rem;
        color: var(--muted);
        border-top: 1px solid var(--line);
      }
      @media (max-width: 900px) {
        .review {
          grid-template-columns: 1fr;
          grid-auto-rows: max-content;
          gap: 16px;
        }
        /* What is to be read stands first. */
        .data {
          order: -1;
          overflow: visible;
          font-size: 1.25rem;
        }
        .last h1 {
          font-size: 1.75rem;
        }
        .last p {
          font-size: 1.125rem;
        }
        footer {
          font-size: 0.875rem;
        }
        main {
          padding: 16px;
        }
      }
    `,
  ]
  declare store: Store
  declare scene: Scene | undefined
  #said = ''
  #unsubscribe: (() => void) | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    this.#unsubscribe = this.store.subscribe(() => this.requestUpdate())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#unsubscribe?.()
  }

  protected override updated(_changed: PropertyValues): void {
    const { scene } = this
    document.documentElement.lang = scene?.language ?? 'id'
    document.title = `rekam · ${this.store.words.resident.title}`
    const sentence = scene ? sentenceOf(scene, this.store.words) : ''
    if (sentence === this.#said) return
    this.#said = sentence
    if (scene?.spoken && sentence !== '') say(sentence, scene.language)
  }

  override render(): TemplateResult {
    const { scene, store } = this
    const { resident } = store.words
    return html`
      ${scene ? this.#body(scene) : html`<main class="text"><h1>${resident.away}</h1></main>`}
      <footer><span>${scene?.office ?? ''}</span>${scene?.simulated ? html`<b>${resident.simulated}</b>` : ''}</footer>
    `
  }

  #body(scene: Scene): TemplateResult {
    const { words } = this.store
    const { resident } = words
    switch (scene.shows) {
      case 'away':
        return html`<main class="text"><h1>${resident.away}</h1><p>${resident.awayText}</p></main>`
      case 'notice':
        return html`<main class="text"><h1>${resident.notice}</h1><ul class="notice">${resident.noticeText.map((line) => html`<li>${line}</li>`)}</ul></main>`
      case 'done':
        return html`<main class="text"><h1>${resident.done}</h1><p>${resident.doneText}</p></main>`
      case 'review':
        return this.#review(scene)
      default:
        return this.#stage(scene)
    }
  }

  #stage(scene: Scene): TemplateResult {
    const { store } = this
    const { modality, capture, at, shows } = scene
    const approve = shows === 'approve'
    const mirrored = modality === Modality.FACE || modality === Modality.EVIDENCE || modality === Modality.IRISES
    const kind = approve ? 'signature_pad' : capture && capture.state !== 'waiting' ? kindOf(at, modality) : ''
    const hands = at !== undefined && (capture?.asked.length ?? 0) > 0 && !mirrored
    const advice = capture?.state !== 'live' ? '' : capture.advice === '' && modality !== Modality.SIGNATURE ? 'fine' : capture.advice
    const sentence = sentenceOf(scene, store.words)
    return html`<main>
      <div class="stage ${hands ? 'hands' : ''}">
        <rekam-preview ?mirrored=${mirrored} .store=${store} .kind=${kind} .boxes=${capture?.boxes ?? []} .guides=${capture?.guides ?? []}
          .live=${capture?.state === 'live'} .sign=${'dot'} .hint=${''} .label=${sentence}></rekam-preview>
        ${hands ? html`<rekam-hands .store=${store} .of=${at} .captures=${capture ? [capture] : []}></rekam-hands>` : ''}
      </div>
      <div class="say" role="status">${pictogram(modality, advice)}<h1>${sentence}</h1></div>
    </main>`
  }

  #review(scene: Scene): TemplateResult {
    const { store } = this
    const { words } = store
    const { at } = scene
    const person = at?.applicant
    const row = (name: string, shown: TemplateResult | string, wide = false) =>
      html`<div class=${wide ? 'wide' : ''}><dt>${name}</dt><dd>${shown}</dd></div>`
    const data = (field: BiodataField, wide = false) =>
      person ? row(nameOf(words.biodata, field), biodata(person, field, scene.language), wide) : ''
    return html`<main>
      <div class="review" tabindex="0" role="region" aria-label=${words.resident.review}>
        ${at ? html`<rekam-thumbnails .store=${store} .of=${at}></rekam-thumbnails>` : ''}
        <div class="data"><h1>${person ? biodata(person, 'name', scene.language) : ''}</h1><dl>
          ${row(words.nikMasked, person?.nikMasked ?? '')} ${data('sex')} ${row(words.born, person ? born(person, scene.language) : '', true)}
          ${data('address', true)} ${data('religion')} ${data('blood_group')} ${data('marital_status')} ${data('occupation')}
        </dl></div>
      </div>
      <div class="last" role="status"><h1>${sentenceOf(scene, words)}</h1><p>${at?.recordSigned ? '' : words.resident.reviewText}</p></div>
    </main>`
  }
}

const kindOf = (at: CaseState | undefined, modality: Modality): string =>
  at?.modalities.find((each) => each.modality === modality)?.deviceKind ?? ''

/** The one sentence that stands there, and may be said aloud. */
function sentenceOf({ shows, modality, capture, at }: Scene, words: Words): string {
  const { resident } = words
  if (shows === 'away') return ''
  if (shows === 'notice') return resident.notice
  if (shows === 'approve') return resident.approve
  if (shows === 'done') return resident.done
  if (shows === 'review') return at?.recordSigned ? resident.approved : at?.witness === 'needed' ? resident.witness : resident.review
  const begin = words.begin[modality] ?? ''
  if (!capture || capture.state === 'opening') return begin
  if (capture.state === 'waiting') return resident.wait
  if (capture.state === 'review') return modality === Modality.FACE && capture.mayAccept ? resident.confirmFace : resident.look
  if (modality === Modality.SIGNATURE || modality === Modality.EVIDENCE) return begin
  return capture.advice === '' ? resident.fine : nameOf(words.advice, capture.advice)
}
