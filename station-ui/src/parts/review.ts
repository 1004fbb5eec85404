// The review page: all pictures, the person's data, what is weak, excepted and found, before it is signed and sealed. Only shows.

import { css, html, type TemplateResult } from 'lit'
import { type CaseState, type FingerState, Modality } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { isOpen } from '../flow.js'
import { looks } from '../looks.js'
import { needsWitness } from '../recording.js'
import { nameOf } from '../words.js'
import { partNames } from './advice.js'
import { type IconName, icon } from './icons.js'

export class RekamReview extends StationElement {
  static override properties = { ...StationElement.properties, of: { attribute: false }, approving: { attribute: false } }
  static override styles = [
    looks,
    css`
      :host {
        flex: 1;
        min-height: 0;
        display: flex;
        flex-direction: column;
        gap: 12px;
      }
      .review {
        flex: 1;
        min-height: 0;
        display: grid;
        grid-template-columns: 3fr 2fr;
        gap: 16px;
        overflow: auto;
      }
      .panel {
        gap: 12px;
        overflow: auto;
        padding: 12px 16px;
      }
      rekam-preview {
        min-height: 120px;
        flex: 1;
      }
      .advice {
        font-size: var(--text-xl);
        font-weight: 650;
        line-height: 1.15;
        min-height: 1.2em;
        display: flex;
        gap: 12px;
        align-items: center;
      }
      .list {
        display: grid;
        gap: 4px;
      }
      .list li {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 8px;
      }
      @media (max-width: 1100px), (max-height: 620px) {
        .advice {
          font-size: var(--text-l);
        }
      }
    `,
  ]
  declare of: CaseState
  declare approving: boolean

  override render(): TemplateResult {
    const { words, store, of } = this
    const { findings } = of
    const settled = findings.filter((finding) => !isOpen(finding))
    return html`
      <div class="review" tabindex="0" role="region" aria-label=${words.screens.capture}>
        <rekam-thumbnails .store=${store} .of=${of}></rekam-thumbnails>
        <section class="panel stack" tabindex="0" role="region" aria-label=${words.reviewTitle}>
          <rekam-findings .store=${store} .findings=${findings.filter(isOpen)}></rekam-findings>
          <h2>${words.reviewTitle}</h2>
          ${
            this.approving
              ? html`<rekam-preview .store=${store} .kind=${'signature_pad'} .boxes=${[]} .sign=${'pen'} .hint=${words.signNow} .label=${words.padLabel}
                  .live=${true}></rekam-preview>`
              : ''
          }
          <rekam-person .store=${store} .of=${of} .large=${true}></rekam-person>
          ${this.#list(words.exceptionsTitle, 'cross', this.#exceptions())} ${this.#list(words.reviewWeak, 'warn', this.#weak())}
          ${settled.length > 0 ? html`<h2>${words.findingsTitle}</h2>` : ''}
          <rekam-findings .store=${store} .findings=${settled}></rekam-findings>
          <rekam-fingers .store=${store} .fingers=${fingersOfCase(of)} .least=${leastOf(of)}></rekam-fingers>
          <rekam-eyes .store=${store} .eyes=${of.modalities.flatMap(({ eyes }) => eyes)}></rekam-eyes>
        </section>
      </div>
      <p class="advice" role="status">${this.#advice()}</p>
    `
  }

  #exceptions(): readonly string[] {
    const { words } = this
    return this.of.exceptions.map(({ modality, positions, reason }) => {
      const what = positions.length > 0 ? partNames(modality, positions, words) : (words.modalities[modality] ?? '').toLowerCase()
      return words.exceptionOf(what, nameOf(words.exceptionReasons, reason))
    })
  }

  #weak(): readonly string[] {
    return this.of.modalities.filter(({ state }) => state === 'weak_accepted').map(({ modality }) => this.words.modalities[modality] ?? '')
  }

  #list(title: string, sign: IconName, lines: readonly string[]): TemplateResult | string {
    if (lines.length === 0) return ''
    return html`<div><h2>${title}</h2><ul class="list">${lines.map((line) => html`<li><span class="warn">${icon(sign)}</span><span>${line}</span></li>`)}</ul></div>`
  }

  #advice(): TemplateResult {
    const { words, of, store } = this
    if (of.findings.some(isOpen)) return html`<span class="warn">${icon('warn')}</span>${words.findingsOpen}`
    if (of.recordSigned) {
      const signed = of.witness === '' ? words.signed : words.witnessed
      return html`<span class="ok">${icon('check')}</span>${store.isWaiting('sealRecord') ? words.sealing : signed}`
    }
    if (needsWitness(of)) return html`<span class="info">${icon('eye')}</span>${words.witnessNeeded}`
    return html`<span class="info">${icon('pen')}</span>${this.approving ? words.signing : words.reviewSentence}`
  }
}

/** The ten fingers as they were captured first, in the order of their positions. */
function fingersOfCase({ modalities }: CaseState): readonly FingerState[] {
  return modalities
    .filter(({ modality }) => modality !== Modality.INDEX_FINGERS)
    .flatMap(({ fingers }) => fingers)
    .sort((a, b) => a.position - b.position)
}

const leastOf = ({ modalities }: CaseState): number =>
  modalities.find(({ modality }) => modality === Modality.RIGHT_FOUR)?.leastQuality ?? 0
