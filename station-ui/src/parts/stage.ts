// The stage of one capture: its picture as large as it gets, one line to be read from two metres, the hands beside it, time and tries. Only shows.

import { css, html, type TemplateResult } from 'lit'
import { type CaptureState, type CaseState, Modality } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { deviceOf, isOpen, modalityOf } from '../flow.js'
import { looks } from '../looks.js'
import { captureOf, choiceOf, isFingers } from '../recording.js'
import { adviceOf } from './advice.js'
import { icon, modalityIcons } from './icons.js'
import { hasPictogram, pictogram } from './pictogram.js'

export class RekamStage extends StationElement {
  static override properties = {
    ...StationElement.properties,
    of: { attribute: false },
    captures: { attribute: false },
    now: { attribute: false },
    sinceMs: { attribute: false },
  }
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
      .stage {
        flex: 1;
        min-height: 0;
        display: grid;
        grid-template-columns: minmax(0, 1fr) 250px;
        gap: 12px;
      }
      .stage.alone {
        grid-template-columns: minmax(0, 1fr);
      }
      .stage:focus {
        outline: none;
      }
      .aside:focus-visible {
        outline-offset: -3px;
      }
      .aside {
        display: flex;
        flex-direction: column;
        gap: 12px;
        min-height: 0;
        overflow: auto;
        text-align: center;
      }
      rekam-hands {
        flex: 0 1 170px;
        min-height: 96px;
      }
      .tries {
        font-weight: 650;
      }
      .told {
        display: grid;
        grid-template-columns: minmax(0, 1fr) max-content;
        gap: 16px;
        align-items: center;
      }
      .advice {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 0 16px;
        align-items: center;
        min-height: 64px;
      }
      .advice .say {
        font-size: var(--text-xxl);
        font-weight: 650;
        line-height: 1.1;
        text-wrap: balance;
      }
      .advice .say.long {
        font-size: var(--text-xl);
      }
      .advice .more {
        grid-column: 2;
        font-size: var(--text-l);
        line-height: 1.25;
      }
      .advice .sign {
        font-size: var(--text-xxl);
        display: flex;
      }
      svg.pictogram {
        height: 64px;
        width: auto;
      }
      .below {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 24px;
        align-items: center;
      }
      .below rekam-measure {
        flex: 1;
        min-width: 280px;
      }
      .below:not(:has(*)) {
        display: none;
      }
      @media (max-height: 620px), (max-width: 900px) {
        :host {
          gap: 8px;
        }
        .stage {
          grid-template-columns: minmax(0, 1fr) 180px;
        }
        .advice {
          min-height: 44px;
        }
        .advice .say,
        .advice .say.long {
          font-size: var(--text-xl);
        }
        .advice .more {
          font-size: var(--text);
        }
        .advice .sign {
          font-size: var(--text-xl);
        }
        svg.pictogram {
          height: 44px;
        }
        rekam-hands {
          flex-basis: 112px;
          min-height: 72px;
        }
        .aside {
          gap: 4px;
        }
      }
    `,
  ]
  declare of: CaseState
  /** Of this case. */
  declare captures: readonly CaptureState[]
  declare now: Modality
  /** When this capture was first seen here; 0 when it does not run. */
  declare sinceMs: number

  override render(): TemplateResult {
    const { words, store, now } = this
    const capture = captureOf(this.captures, now)
    const review = capture?.state === 'review'
    const what = words.modalities[now] ?? ''
    const aside = isFingers(now) || (capture !== undefined && (capture.tries > 1 || capture.eyes.length > 0))
    return html`
      <div class="stage ${aside ? '' : 'alone'}" tabindex="-1">
        <rekam-preview .store=${store} .kind=${capture && capture.state !== 'waiting' ? deviceOf[now] : ''} .boxes=${capture?.boxes ?? []}
          .guides=${capture?.guides ?? []} .live=${capture?.state === 'live'} .sign=${capture?.state === 'waiting' ? 'plug' : (modalityIcons[now] ?? 'dot')}
          .hint=${capture?.state === 'waiting' ? words.waitingSafe : ''} .label=${review ? words.resultLabel(what) : words.previewLabel(what)}></rekam-preview>
        ${aside ? html`<div class="aside" tabindex="0" role="region" aria-label=${what}>${this.#aside(capture)}</div>` : ''}
      </div>
      ${this.#advice(capture)}
      <div class="below">${this.#below(capture)}</div>
    `
  }

  #opening(): string {
    // A pad is open at once and waits for the person; a camera takes its time.
    return this.now === Modality.SIGNATURE ? (this.words.begin[this.now] ?? '') : this.words.opening
  }

  #aside(capture: CaptureState | undefined): TemplateResult {
    const { words, store, now, of } = this
    const tries = capture && capture.tries > 1 ? html`<span class="tries">${words.attempt(capture.attempt, capture.tries)}</span>` : ''
    const portrait = now === Modality.FACE && capture && (capture.components.length > 0 || capture.backdrop !== undefined)
    return html`
      ${
        isFingers(now)
          ? html`<rekam-hands .store=${store} .of=${of} .captures=${this.captures}></rekam-hands>`
          : portrait
            ? html`<rekam-portrait-quality .store=${store} .components=${capture.components} .backdrop=${capture.backdrop}></rekam-portrait-quality>`
            : ''
      }
      ${tries}
      ${
        capture?.state === 'review' && isFingers(now)
          ? html`<rekam-fingers .store=${store} .short=${now === Modality.RIGHT_FOUR || now === Modality.LEFT_FOUR} .fingers=${capture.fingers} .least=${modalityOf(of, now).leastQuality}></rekam-fingers>`
          : ''
      }
      ${capture?.state === 'review' ? html`<rekam-eyes .store=${store} .eyes=${capture.eyes} .least=${modalityOf(of, now).leastQuality}></rekam-eyes>` : ''}
    `
  }

  #advice(capture: CaptureState | undefined): TemplateResult {
    const { now, of } = this
    const { say, more, tone, sign } = adviceOf(now, capture, this.words, { opening: this.#opening(), devices: this.view.mirror.devices })
    const drawn = capture?.state === 'live' && hasPictogram(capture.advice)
    return html`<div class="told"><div class="advice" role="status">
      <span class="sign ${tone}">${drawn ? pictogram(now, capture.advice) : icon(sign)}</span>
      <span class="say ${say.length > 34 ? 'long' : ''}">${say}</span>
      ${more === '' ? '' : html`<span class="more ${tone === 'ok' ? 'muted' : ''}">${more}</span>`}
    </div>
    <rekam-norms .store=${this.store} .of=${of} .record=${capture ? modalityOf(of, now) : undefined} .sinceMs=${this.sinceMs}></rekam-norms></div>`
  }

  #below(capture: CaptureState | undefined): TemplateResult | string {
    const { store, now } = this
    if (!capture) return ''
    const { state, measure, stableFrames, neededFrames, findings } = capture
    const measured = state === 'live' && now !== Modality.SIGNATURE && now !== Modality.EVIDENCE
    const open =
      state === 'review' && choiceOf(capture) !== 'retake' ? findings.filter(isOpen) : findings.filter(({ ask }) => ask !== 'nothing')
    return html`
      ${state === 'review' && open.length > 0 ? html`<rekam-findings .store=${store} .findings=${open}></rekam-findings>` : ''}
      ${measured ? html`<rekam-measure .store=${store} .measure=${measure} .steady=${stableFrames} .needed=${neededFrames}></rekam-measure>` : ''}
    `
  }
}
