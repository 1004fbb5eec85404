// Perekaman: one thing at a time. The tiles, the stage of what is captured or the review of all of it, and what the keys do now.

import { css, html, type PropertyValues, type TemplateResult } from 'lit'
import { type CaptureState, type CaseState, Modality } from '../../../protocol/client.js'
import { mayCorrect } from '../biodata.js'
import { StationElement } from '../element.js'
import { currentStep, deviceOf, isOpen, modalityOf } from '../flow.js'
import { looks, screenLooks } from '../looks.js'
import type { Action } from '../parts/actions.js'
import { partNames } from '../parts/advice.js'
import type { RekamStage } from '../parts/stage.js'
import { captureOf, capturesOf, choiceOf, focusOf, handOf, isFree, needsWitness, nextAfter, nextOpen, partsOf } from '../recording.js'
import { accept, pick, start } from '../run.js'

const none = Modality.MODALITY_UNSPECIFIED
const tileKeys = { f: Modality.FACE, i: Modality.IRISES, t: Modality.SIGNATURE } as const

export class RekamCapture extends StationElement {
  static override styles = [
    looks,
    screenLooks,
    css`
      :host {
        gap: 12px;
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
      }
    `,
  ]
  /** The approval ended because the operator stopped it: no fault to tell. */
  #cancelled = false
  #focusedFor = ''
  /** When each capture was first seen here. */
  readonly #since = new Map<Modality, number>()

  protected override willUpdate(_changed: PropertyValues): void {
    const captures = this.#captures
    for (const modality of this.#since.keys()) if (!captureOf(captures, modality)) this.#since.delete(modality)
    for (const { modality } of captures) if (!this.#since.has(modality)) this.#since.set(modality, this.view.nowMs)
  }

  protected override updated(_changed: PropertyValues): void {
    // The keys belong to the picture while something is captured: a tile that was clicked would keep Space for itself.
    const at = this.store.case
    const focus = at ? this.#focus(at) : none
    const state = captureOf(this.#captures, focus)?.state ?? ''
    const seen = `${focus} ${state}`
    if (seen === this.#focusedFor || this.view.dialog) return
    this.#focusedFor = seen
    if (state === '') return
    const stage = this.renderRoot.querySelector<RekamStage>('rekam-stage')
    void stage?.updateComplete.then(() => stage.renderRoot.querySelector<HTMLElement>('.stage')?.focus())
  }

  get #captures(): readonly CaptureState[] {
    return capturesOf(this.view.mirror, this.view.caseId)
  }

  get #approving(): boolean {
    return this.store.isWaiting('signRecord')
  }

  #focus(at: CaseState): Modality {
    // The pad that the approval is written on belongs to the review.
    return this.#approving ? none : focusOf(at, this.#captures, this.view.focus)
  }

  override render(): TemplateResult {
    const { words, store } = this
    const at = store.case
    if (!at) return this.#empty(words.nobody)
    if (currentStep(at)?.kind !== 'capture') {
      return this.#empty(
        at.steps.some(({ kind, state }) => kind === 'capture' && state === 'done') ? words.sealedAlready : words.notCapturing,
      )
    }
    const focus = this.#focus(at)
    const captures = this.#captures
    return html`
      <h1 class="unseen">${words.screens.capture}</h1>
      <rekam-tiles .store=${store} .of=${at} .now=${focus} .captures=${this.#approving ? [] : captures} .blocked=${this.#approving}
        .pick=${(modality: Modality) => pick(store, at, modality)}></rekam-tiles>
      ${
        focus === none
          ? html`<rekam-review .store=${store} .of=${at} .approving=${this.#approving}></rekam-review>`
          : html`<rekam-stage .store=${store} .of=${at} .captures=${captures} .now=${focus} .sinceMs=${this.#since.get(focus) ?? 0}></rekam-stage>`
      }
      <rekam-actions .store=${store} .actions=${[...this.#actions(at, focus), ...this.#everywhere(at, focus)]}></rekam-actions>
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

  #actions(at: CaseState, focus: Modality): readonly Action[] {
    const { words, store } = this
    const { caseId } = at
    if (focus === none) return this.#reviewActions(at)
    const capture = captureOf(this.#captures, focus)
    if (!capture) {
      const excepted = modalityOf(at, focus).state === 'exception'
      const disabled = excepted || store.isWaiting('startCapture') || !isFree(this.view.mirror.captures, focus)
      return [
        { key: 'Enter', label: words.start(words.modalities[focus] ?? ''), disabled, run: () => void start(store, caseId, focus) },
        ...(this.view.focus.chosen === none ? [] : [{ key: 'Escape', label: words.back, run: () => store.choose(none) }]),
      ]
    }
    if (capture.state === 'review') return this.#judgeActions(at, capture)
    const cancel: Action = { key: 'Escape', label: words.cancelCapture, run: () => this.#cancel(caseId, focus) }
    if (capture.state === 'waiting') return [cancel]
    const take: Action = {
      key: ' ',
      label: words.takeNow,
      disabled: store.isWaiting('takeNow'),
      run: () => void store.run('takeNow', { caseId, modality: focus }),
    }
    return focus === Modality.SIGNATURE ? [take, ...this.#penActions(caseId), cancel] : [take, cancel]
  }

  /** One primary action: accept what is good, else ask for what is not, else accept the best of all tries with a reason. */
  #judgeActions(at: CaseState, capture: CaptureState): readonly Action[] {
    const { words, store } = this
    const { caseId } = at
    const { modality, again } = capture
    const { excepted } = modalityOf(at, modality)
    const partial = again.length > 0 && again.length < partsOf(modality).filter((part) => !excepted.includes(part)).length
    const names = partNames(modality, again, words)
    const label = names === '' ? words.retake : words.retakeParts(names)
    const acceptLabel = this.#acceptLabel(at, modality)
    const retake = (wholly: boolean) => () => void store.run('retakeCapture', { caseId, modality, wholly })
    const ways = {
      accept: { key: 'Enter', label: acceptLabel, run: () => void accept(store, at, modality) },
      // Before the tries are used up only an exception allows it, and gives the reason: the station asks for one where it needs one.
      accept_weak: {
        key: 'Enter',
        label: capture.attempt < capture.tries ? acceptLabel : words.acceptWeak,
        run: () => void accept(store, at, modality),
      },
      retake: { key: 'Enter', label, run: retake(false) },
    } as const
    const choice = choiceOf(capture)
    const disabled = store.isWaiting('acceptCapture', 'retakeCapture')
    const second: Action =
      choice === 'retake'
        ? { key: 'r', label: words.retakeWhole, run: retake(true), silent: !partial }
        : { key: 'r', label, run: retake(false) }
    return [
      { ...ways[choice], disabled },
      { ...second, disabled },
      ...(this.#canWait(at, modality) ? [{ key: 'Escape', label: words.later, run: () => store.putAside(modality) }] : []),
      // Not the key that takes back a stroke: one stroke too many would take the signature.
      { key: 'Delete', label: words.drop, silent: true, run: () => this.#cancel(caseId, modality) },
    ]
  }

  /** Something else could be done meanwhile. */
  #canWait(at: CaseState, modality: Modality): boolean {
    return nextOpen(at, this.#captures) !== undefined || this.#captures.some((each) => each.modality !== modality)
  }

  #acceptLabel(at: CaseState, modality: Modality): string {
    const { words } = this
    const next = nextAfter(at, this.view.mirror.captures, modality)
    const face = modality === Modality.FACE
    if (next === undefined) return face ? words.acceptFace : words.accept
    const name = words.tiles[next] ?? ''
    return face ? words.acceptFaceNext(name) : words.acceptNext(name)
  }

  #reviewActions(at: CaseState): readonly Action[] {
    const { words, store } = this
    const { caseId } = at
    if (this.#approving) {
      const modality = Modality.SIGNATURE
      return [
        {
          key: ' ',
          label: words.takeNow,
          disabled: store.isWaiting('takeNow'),
          run: () => void store.run('takeNow', { caseId, modality }),
        },
        ...this.#penActions(caseId),
        { key: 'Escape', label: words.cancel, run: () => this.#cancelApproval(caseId) },
      ]
    }
    const supervisor = this.view.mirror.session.roles.includes('supervisor')
    const open = at.findings.some(isOpen)
    const retake = at.findings.find((finding) => isOpen(finding) && finding.ask === 'retake')?.retake[0]
    if (retake !== undefined) {
      return [{ key: 'Enter', label: words.findingRetake(words.modalities[retake] ?? ''), run: () => pick(store, at, retake) }]
    }
    if (open && supervisor) {
      return [{ key: 'Enter', label: words.judge, disabled: store.isWaiting('reviewFindings'), run: () => this.#judge(caseId) }]
    }
    if (at.recordSigned) {
      const disabled = store.isWaiting('sealRecord') || open
      return [{ key: 'Enter', label: words.seal, disabled, run: () => void store.run('sealRecord', { caseId }) }]
    }
    if (needsWitness(at)) return [{ key: 'Enter', label: words.witness, disabled: !supervisor, run: () => this.#witness(caseId) }]
    return [{ key: 'Enter', label: words.sign, run: () => this.#approve(caseId) }]
  }

  /** Keys that always work here: exceptions, the modalities by their own keys, the resident's window. */
  #everywhere(at: CaseState, focus: Modality): readonly Action[] {
    const { words, store } = this
    if (this.#approving) return []
    const correct: Action = { key: 'k', label: words.correct, silent: focus !== none, run: () => store.ask({ is: 'correct' }) }
    // The pad has keys enough of its own.
    const pen = captureOf(this.#captures, focus)?.state === 'live' && focus === Modality.SIGNATURE
    const recorded = (modality: Modality) => at.modalities.some((record) => record.modality === modality)
    const keys = [
      ...Object.entries(tileKeys),
      ...Array.from({ length: 10 }, (_, i) => [String(i), handOf(i === 0 ? 10 : i)] as const),
    ] satisfies readonly (readonly [string, Modality])[]
    return [
      ...(focus === Modality.EVIDENCE
        ? []
        : [
            {
              key: 'x',
              label: words.exception,
              silent: pen,
              run: () => store.ask({ is: 'exception', modality: focus || Modality.RIGHT_FOUR }),
            },
          ]),
      ...(mayCorrect(this.view.mirror.session.roles) ? [correct] : []),
      {
        key: 'p',
        label: words.residentWindow,
        silent: store.residentListening || this.#captures.length > 0,
        run: () => store.openResident(),
      },
      ...keys
        .filter(([, modality]) => recorded(modality) && isFree(this.view.mirror.captures, modality))
        .map(([key, modality]) => ({ key, label: words.modalities[modality] ?? '', silent: true, run: () => pick(store, at, modality) })),
    ]
  }

  #penActions(caseId: string): readonly Action[] {
    const { words, store } = this
    return [
      { key: 'Backspace', label: words.undoStroke, run: () => void store.run('undoStroke', { caseId }) },
      { key: 'r', label: words.signAgain, run: () => void store.run('signAgain', { caseId }) },
    ]
  }

  async #cancel(caseId: string, modality: Modality): Promise<void> {
    await this.store.run('cancelCapture', { caseId, modality })
    // A further attempt goes back to what there was before, and that stays on the stage.
    if (!captureOf(this.#captures, modality)) this.store.choose(none)
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

  #witness(caseId: string): void {
    const { words, store } = this
    store.ask({
      is: 'reason',
      title: words.witnessTitle,
      hint: words.witnessHint,
      reasons: words.witnessReasons,
      confirm: words.witness,
      run: (reason) => void store.run('witnessRecord', { caseId, reason }),
    })
  }

  #approve(caseId: string): void {
    this.#cancelled = false
    this.store.pictures.forgetDevice(deviceOf[Modality.SIGNATURE])
    void this.store.run('signRecord', { caseId }, () => this.#cancelled)
  }

  #cancelApproval(caseId: string): void {
    this.#cancelled = true
    void this.store.run('cancelCapture', { caseId, modality: Modality.SIGNATURE })
  }
}
