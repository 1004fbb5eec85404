// Perekaman: one thing at a time. Seven tiles in order, the live picture as large as it gets, one line of advice, the keys.

import { css, html, type PropertyValues, type TemplateResult } from 'lit'
import { type CaseState, type FingerState, Modality } from '../../../protocol/client.js'
import { StationElement } from '../element.js'
import { currentStep, deviceOf, fingersOf, isOpen, isSaved, modalityOf, modalityOrder } from '../flow.js'
import { looks, screenLooks } from '../looks.js'
import type { Action } from '../parts/actions.js'
import { icon, modalityIcons } from '../parts/icons.js'
import { nameOf } from '../words.js'

export class RekamCapture extends StationElement {
  static override properties = { ...StationElement.properties, chosen: { attribute: false } }
  static override styles = [
    looks,
    screenLooks,
    css`
      :host {
        gap: 12px;
      }
      .stage {
        flex: 1;
        min-height: 0;
        display: grid;
        grid-template-columns: 1fr;
        gap: 12px;
      }
      .stage.hands {
        grid-template-columns: 1fr 200px;
      }
      .stage.portrait {
        grid-template-columns: 1fr 280px;
      }
      .stage:focus {
        outline: none;
      }
      .aside {
        display: flex;
        flex-direction: column;
        justify-content: center;
        gap: 8px;
        text-align: center;
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
      .review {
        flex: 1;
        min-height: 0;
        display: grid;
        grid-template-columns: 3fr 2fr;
        gap: 16px;
        overflow: auto;
      }
      .review rekam-preview {
        min-height: 120px;
        flex: 1;
      }
      .review rekam-person {
        font-size: var(--text-l);
      }
      .idle {
        flex: 1;
        display: grid;
        place-items: center;
        text-align: center;
      }
      @media (max-height: 620px), (max-width: 900px) {
        :host {
          gap: 8px;
        }
        .advice {
          font-size: var(--text-l);
        }
        .stage.hands {
          grid-template-columns: 1fr 150px;
        }
        .stage.portrait {
          grid-template-columns: 1fr 220px;
        }
      }
    `,
  ]
  /** The modality the operator picked out of order; else the next open one. */
  declare chosen: Modality

  constructor() {
    super()
    this.chosen = Modality.MODALITY_UNSPECIFIED
  }

  protected override updated(_changed: PropertyValues): void {
    // The keys belong to the picture while something is captured: a tile that was clicked would keep Space for itself.
    const state = this.#running ? this.view.mirror.capture.state : ''
    if (state !== this.#focusedFor) {
      this.#focusedFor = state
      if (state !== '' && !this.view.dialog) this.renderRoot.querySelector<HTMLElement>('.stage')?.focus()
    }
  }
  #focusedFor = ''
  /** The approval ended because the operator stopped it: no fault to tell. */
  #cancelled = false

  get #running(): boolean {
    const { capture } = this.view.mirror
    return capture.caseId === this.view.caseId && capture.modality !== Modality.MODALITY_UNSPECIFIED && capture.state !== 'idle'
  }

  get #approving(): boolean {
    return this.store.isWaiting('signRecord')
  }

  /** What stands on the stage: what runs, else what was picked, else the next open one; none when all are saved. */
  #focus(at: CaseState): Modality {
    // The pad that the approval is written on belongs to the review.
    if (this.#approving) return Modality.MODALITY_UNSPECIFIED
    if (this.#running) return this.view.mirror.capture.modality
    if (this.chosen !== Modality.MODALITY_UNSPECIFIED) return this.chosen
    return modalityOrder.find((modality) => !isSaved(modalityOf(at, modality))) ?? Modality.MODALITY_UNSPECIFIED
  }

  override render(): TemplateResult {
    const { words } = this
    const at = this.store.case
    if (!at) return this.#empty(words.nobody)
    if (currentStep(at)?.kind !== 'capture') {
      return this.#empty(
        at.steps.some(({ kind, state }) => kind === 'capture' && state === 'done') ? words.sealedAlready : words.notCapturing,
      )
    }
    const focus = this.#focus(at)
    return html`
      <h1 class="unseen">${words.screens.capture}</h1>
      <rekam-tiles .store=${this.store} .of=${at} .now=${focus} .running=${this.#running || this.#approving} .pick=${(modality: Modality) => this.#pick(modality)}></rekam-tiles>
      ${focus === Modality.MODALITY_UNSPECIFIED ? this.#review(at) : this.#picture(at, focus)}
      <rekam-actions .store=${this.store} .actions=${this.#actions(at, focus)}></rekam-actions>
    `
  }

  #empty(sentence: string): TemplateResult {
    const { words, store } = this
    const next: Action = { key: 'n', label: words.nextApplicant, run: () => store.open('queue') }
    return html`
      <h1>${words.screens.capture}</h1>
      <div class="idle muted"><p>${sentence}</p></div>
      <rekam-actions .store=${store} .actions=${[next]}></rekam-actions>
    `
  }

  #picture(at: CaseState, focus: Modality): TemplateResult {
    const { words, store } = this
    const { capture } = this.view.mirror
    const running = this.#running
    const live = running && capture.state === 'live'
    const review = running && capture.state === 'review'
    const what = words.modalities[focus] ?? ''
    const hands = fingersOf[focus] !== undefined
    const portrait = focus === Modality.FACE && running && (capture.components.length > 0 || capture.backdrop !== undefined)
    return html`
      <div class="stage ${hands ? 'hands' : portrait ? 'portrait' : ''}" tabindex="-1">
        <rekam-preview .store=${store} .kind=${running ? deviceOf[focus] : ''} .boxes=${running ? capture.boxes : []}
          .guides=${running ? capture.guides : []} .live=${live}
          .sign=${modalityIcons[focus] ?? 'dot'} .hint=${running && capture.state === 'opening' ? this.#opening(focus) : what}
          .label=${review ? words.resultLabel(what) : words.previewLabel(what)}></rekam-preview>
        ${
          hands
            ? html`<div class="aside"><rekam-hands .store=${store} .of=${at} .now=${running ? focus : Modality.MODALITY_UNSPECIFIED}></rekam-hands>
                ${
                  review
                    ? html`<rekam-fingers .store=${store} .fingers=${capture.fingers}></rekam-fingers>`
                    : html`<span class="small muted">${what}</span>`
                }</div>`
            : ''
        }
        ${
          portrait
            ? html`<rekam-portrait-quality .store=${store} .components=${capture.components} .backdrop=${capture.backdrop}></rekam-portrait-quality>`
            : ''
        }
      </div>
      <p class="advice" role="status">${this.#advice(focus, live, review)}</p>
      ${review ? html`<rekam-eyes .store=${store} .eyes=${capture.eyes}></rekam-eyes>` : ''}
      ${review ? html`<rekam-findings .store=${store} .findings=${capture.findings.filter(isOpen)}></rekam-findings>` : ''}
      ${
        (live || review) && focus !== Modality.SIGNATURE
          ? html`<rekam-measure .store=${store} .measure=${capture.measure} .steady=${capture.stableFrames}
              .needed=${live ? capture.neededFrames : 0}></rekam-measure>`
          : ''
      }
    `
  }

  /** A pad is open at once and waits for the person; a camera takes its time. */
  #opening(focus: Modality): string {
    const opening = this.#running && this.view.mirror.capture.state === 'opening' && focus !== Modality.SIGNATURE
    return opening ? this.words.opening : (this.words.begin[focus] ?? '')
  }

  #advice(focus: Modality, live: boolean, review: boolean): TemplateResult {
    const { words } = this
    const { advice } = this.view.mirror.capture
    if (review && advice !== '') {
      return html`<span class="warn">${icon('warn')}</span>${this.#flaw(advice)}`
    }
    if (review) {
      return html`<span class="info">${icon('eye')}</span>${this.#reviewHint(focus)}`
    }
    if (!live) return html`<span class="muted">${icon('ring')}</span>${this.#opening(focus)}`
    if (focus === Modality.SIGNATURE) return html`<span class="info">${icon('pen')}</span>${words.signNow}`
    if (advice !== '') return html`<span class="warn">${icon('warn')}</span>${nameOf(words.advice, advice)}`
    return html`<span class="ok">${icon('check')}</span>${words.adviceFine}`
  }

  #reviewHint(focus: Modality): string {
    const { words } = this
    if (focus === Modality.FACE) return words.faceApproval
    if (focus === Modality.IRISES) return words.reviewEyes
    return focus === Modality.SIGNATURE ? words.reviewSignature : words.reviewHint
  }

  /** Why a result is not simply good: a finding, something about the fingers, or only that it is weak. */
  #flaw(advice: string): string {
    const { words } = this
    if (advice === 'weak') return words.weakResult
    return words.findings[advice] ?? words.fingerCodes[advice] ?? words.signatureCodes[advice] ?? nameOf(words.advice, advice)
  }

  #review(at: CaseState): TemplateResult {
    const { words } = this
    return html`
      <div class="review">
        <rekam-thumbnails .store=${this.store} .of=${at}></rekam-thumbnails>
        <section class="panel stack">
          <rekam-findings .store=${this.store} .findings=${at.findings.filter(isOpen)}></rekam-findings>
          <h2>${words.reviewTitle}</h2>
          <rekam-person .store=${this.store} .of=${at} .large=${true}></rekam-person>
          ${at.findings.some((finding) => !isOpen(finding)) ? html`<h2>${words.findingsTitle}</h2>` : ''}
          <rekam-findings .store=${this.store} .findings=${at.findings.filter((finding) => !isOpen(finding))}></rekam-findings>
          <rekam-fingers .store=${this.store} .fingers=${fingersOfCase(at)}></rekam-fingers>
          <rekam-eyes .store=${this.store} .eyes=${at.modalities.flatMap(({ eyes }) => eyes)}></rekam-eyes>
          ${
            this.#approving
              ? html`<rekam-preview .store=${this.store} .kind=${'signature_pad'} .boxes=${[]} .sign=${'pen'} .hint=${words.signNow} .label=${words.padLabel}
                  .live=${true}></rekam-preview>`
              : ''
          }
        </section>
      </div>
      <p class="advice" role="status">
        ${
          at.findings.some(isOpen)
            ? html`<span class="warn">${icon('warn')}</span>${words.findingsOpen}`
            : at.recordSigned
              ? html`<span class="ok">${icon('check')}</span>${this.store.isWaiting('sealRecord') ? words.sealing : words.signed}`
              : html`<span class="info">${icon('pen')}</span>${this.#approving ? words.signing : words.reviewSentence}`
        }
      </p>
    `
  }

  #actions(at: CaseState, focus: Modality): readonly Action[] {
    const { words, store } = this
    const { caseId } = at
    if (focus === Modality.MODALITY_UNSPECIFIED) {
      if (this.#approving) {
        return [
          { key: ' ', label: words.takeNow, run: () => void store.run('takeNow', { caseId }) },
          ...this.#penActions(caseId),
          { key: 'Escape', label: words.cancel, run: () => this.#cancelApproval(caseId) },
        ]
      }
      const retake = at.findings.find((finding) => isOpen(finding) && finding.ask === 'retake')?.retake[0]
      if (retake !== undefined) {
        return [{ key: 'Enter', label: words.findingRetake(words.modalities[retake] ?? ''), run: () => this.#pick(retake) }]
      }
      if (at.findings.some(isOpen) && this.view.mirror.session.roles.includes('supervisor')) {
        return [{ key: 'Enter', label: words.judge, disabled: store.isWaiting('reviewFindings'), run: () => this.#judge(caseId) }]
      }
      const disabled = store.isWaiting('sealRecord') || at.findings.some(isOpen)
      if (at.recordSigned) return [{ key: 'Enter', label: words.seal, disabled, run: () => void store.run('sealRecord', { caseId }) }]
      return [{ key: 'Enter', label: words.sign, run: () => this.#approve(caseId) }]
    }
    if (!this.#running) {
      const start = () => void this.#start(caseId, focus)
      const label = words.start(words.modalities[focus] ?? '')
      return [{ key: 'Enter', label, disabled: store.isWaiting('startCapture'), run: start }]
    }
    const cancel: Action = { key: 'Escape', label: words.cancelCapture, run: () => void store.run('cancelCapture', { caseId }) }
    if (this.view.mirror.capture.state !== 'review') {
      const take: Action = { key: ' ', label: words.takeNow, run: () => void store.run('takeNow', { caseId }) }
      return focus === Modality.SIGNATURE ? [take, ...this.#penActions(caseId), cancel] : [take, cancel]
    }
    const label = focus === Modality.FACE ? words.acceptFace : words.accept
    return [
      { key: 'Enter', label, disabled: store.isWaiting('acceptCapture'), run: () => void this.#accept(caseId, focus) },
      { key: 'r', label: words.retake, run: () => void store.run('retakeCapture', { caseId, modality: focus }) },
      cancel,
    ]
  }

  #penActions(caseId: string): readonly Action[] {
    const { words, store } = this
    return [
      { key: 'Backspace', label: words.undoStroke, run: () => void store.run('undoStroke', { caseId }) },
      { key: 'r', label: words.signAgain, run: () => void store.run('signAgain', { caseId }) },
    ]
  }

  #judge(caseId: string): void {
    const { words, store } = this
    store.ask({
      is: 'reason',
      title: words.judgeTitle,
      hint: words.judgeHint,
      reasons: words.judgeReasons,
      confirm: words.judge,
      run: (reason) => void store.run('reviewFindings', { caseId, reason }),
    })
  }

  #approve(caseId: string): void {
    this.#cancelled = false
    this.store.pictures.forgetDevice(deviceOf[Modality.SIGNATURE])
    void this.store.run('signRecord', { caseId }, () => this.#cancelled)
  }

  #cancelApproval(caseId: string): void {
    this.#cancelled = true
    void this.store.run('cancelCapture', { caseId })
  }

  #pick(modality: Modality): void {
    this.chosen = modality
    void this.#start(this.view.caseId, modality)
  }

  async #start(caseId: string, modality: Modality): Promise<void> {
    await this.store.run('startCapture', { caseId, modality })
    this.chosen = Modality.MODALITY_UNSPECIFIED
  }

  async #accept(caseId: string, modality: Modality): Promise<void> {
    const { words, store } = this
    await store.run('acceptCapture', { caseId, modality }, (fault) => {
      if (fault.code !== 'capture.weak_needs_reason') return false
      store.ask({
        is: 'reason',
        title: words.weakTitle,
        hint: words.weakHint,
        reasons: words.weakReasons,
        confirm: words.accept,
        run: (weakReason) => void store.run('acceptCapture', { caseId, modality, weakReason }),
      })
      return true
    })
  }
}

/** The ten fingers as they were captured first, in the order of their positions. */
function fingersOfCase({ modalities }: CaseState): readonly FingerState[] {
  return modalities
    .filter(({ modality }) => modality !== Modality.INDEX_FINGERS)
    .flatMap(({ fingers }) => fingers)
    .sort((a, b) => a.position - b.position)
}
