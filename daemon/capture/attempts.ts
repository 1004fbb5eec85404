// One capture through its attempts: taken, examined, shown; after a fault of its device tried again when that is back, and never worse than before.

import type { Clock } from '../../protocol/clock.js'
import { type Fault, isFault, toFault } from '../../protocol/fault.js'
import type { Log } from '../../protocol/log.js'
import type { Actor } from '../desks.js'
import type { AttemptOutcome, Figures } from '../figures/attempts.js'
import { deviceOf } from '../modality.js'
import { compareWithOperators } from '../operators/applicant-check.js'
import type { CaseDocument } from '../service/case.js'
import type { CaseBook } from '../service/case-book.js'
import { exceptedPositions, expectedPositions } from '../service/exceptions.js'
import { type CaptureStatus, type Finding, idleCapture, type Modality } from '../state.js'
import { absentNow, acceptanceOf, triesOf } from './acceptance.js'
import { AttemptTally } from './attempt-tally.js'
import { type Best, type ExamineDeps, type Examined, examineCapture, rawFrames, type Taken, withoutParts } from './examined.js'
import type { PortraitPicture } from './face-record.js'
import { applicantOf } from './face-watch.js'
import { findingsIfKept, type KeepDeps } from './keep-capture.js'
import { rulesFor } from './plan.js'
import { attackOf, isUnderWay, measureOf, type Reviewed, type Running, type RunningCaptures } from './running.js'
import { type TakeDeps, takeFrames, takePen } from './takes.js'

export interface AttemptDeps extends TakeDeps, ExamineDeps, Pick<KeepDeps, 'attackPolicy' | 'rules'> {
  readonly book: CaseBook
  readonly figures: Figures
  readonly clock: Clock
  readonly log: Log
}

type Lost = { readonly dropped: number; readonly corrupt: number }

/** After these the same attempt goes on as soon as the device is back. */
const passing = [
  'device.unplugged',
  'device.timeout',
  'device.stall',
  'device.protocol',
  'device.frames_missing',
  'device.frames_corrupt',
  'device.frames_frozen',
  'device.line_noise',
] as const
/** A device that comes back and fails again this often is left to the operator. */
const mostResumes = 3
/** Longest wait for a device to come back: whoever went for another cable has cancelled by then. */
const mostWaitMs = 60_000

export class AttemptRunner {
  readonly #deps: AttemptDeps
  readonly #captures: RunningCaptures
  #count = 0

  constructor(deps: AttemptDeps, captures: RunningCaptures) {
    this.#deps = deps
    this.#captures = captures
  }

  /** Everything that can be refused was refused before: from here on faults end the capture, not the command. @throws Fault of the device's slot */
  begin(actor: Actor, doc: CaseDocument, modality: Modality): void {
    const running = this.enter(doc.caseId, modality, expectedPositions(doc, modality))
    try {
      this.#attempt(actor, running, doc)
    } catch (error) {
      this.#captures.remove(running)
      throw error
    }
  }

  /** What became of the last attempt, for the figures; told once. */
  tell(running: Running, outcome: AttemptOutcome): void {
    const { tally } = running
    delete running.tally
    if (tally) this.#deps.figures.attempt(tally.facts(outcome))
  }

  /** A capture without a picture yet. */
  enter(caseId: string, modality: Modality, asked: readonly number[]): Running {
    const running: Running = { caseId, modality, captureId: ++this.#count, attempt: 1, asked, frames: new Map(), resumed: 0 }
    this.#captures.add(running)
    return running
  }

  /** @param wholly all of it, not only what was weak or missing @throws Fault of the device's slot; what there was before stays then */
  again(actor: Actor, doc: CaseDocument, running: Running, wholly: boolean): void {
    const expected = expectedPositions(doc, running.modality)
    const wanted = running.reviewed ? this.#againOf(doc, running, running.reviewed) : []
    const before = { attempt: running.attempt, asked: running.asked }
    running.captureId = ++this.#count
    running.attempt++
    running.resumed = 0
    running.asked = wholly || wanted.length === 0 ? expected : wanted
    try {
      this.#attempt(actor, running, doc)
    } catch (error) {
      Object.assign(running, before)
      delete running.tally
      this.#showTaken(running)
      throw error
    }
  }

  /** The attempt under way gave nothing: what there was before stands to be accepted as it did. */
  backToReview(running: Running): void {
    delete running.session
    delete running.pen
    // What is still being examined of it belongs to nothing any more: its number is the next attempt's.
    running.captureId = ++this.#count
    running.attempt--
    this.show(running, { ...running.review })
    this.#showTaken(running)
  }

  /** What is expected of the person changed while a capture is under review. */
  judgeAgain(doc: CaseDocument, running: Running): void {
    const { reviewed, modality } = running
    if (!reviewed || isUnderWay(running)) return
    const leftOut = doc.modalities.every((each) => each.modality !== modality || each.state === 'exception')
    if (leftOut) {
      this.end(running)
      return
    }
    const { leastQuality } = rulesFor(this.#deps.rules, modality)
    // What is said not to be recordable goes out of the picture's findings as if it had been said before.
    const examined = withoutParts(reviewed.examined, modality, exceptedPositions(doc, modality), leastQuality)
    running.reviewed = { ...reviewed, examined }
    running.review = this.#reviewStatus(doc, running, running.reviewed)
    this.show(running, running.review)
  }

  show(running: Running, status: Partial<CaptureStatus>): void {
    if (!this.#captures.has(running)) return
    const { caseId, modality, attempt, asked } = running
    const { tries } = rulesFor(this.#deps.rules, modality)
    this.#deps.state.publish({ is: 'capture', capture: { ...idleCapture, caseId, modality, attempt, tries, asked, ...status } })
  }

  end(running: Running): void {
    if (!this.#captures.has(running)) return
    this.#captures.remove(running)
    const { caseId, modality } = running
    this.#deps.state.release(deviceOf(modality))
    this.#deps.state.publish({ is: 'capture', capture: { ...idleCapture, caseId, modality } })
  }

  #attempt(actor: Actor, running: Running, doc: CaseDocument): void {
    this.#deps.state.release(deviceOf(running.modality))
    running.tally = this.#tallyOf(actor, running, doc)
    this.#take(running, doc)
      .then((taken) => this.#review(actor, running, taken))
      .catch((error: unknown) => this.#failed(actor, running, error))
  }

  #tallyOf({ operator }: Actor, running: Running, doc: CaseDocument): AttemptTally {
    const { clock, state } = this.#deps
    const { modality } = running
    const device = deviceOf(modality)
    const serial = state.devices.find(({ kind }) => kind === device)?.serial ?? ''
    return new AttemptTally(clock, { modality, device, serial, operator, tryNumber: triesOf(doc, running) })
  }

  #take(running: Running, doc: CaseDocument): Promise<Taken> {
    const show = (status: Partial<CaptureStatus>) => {
      running.tally?.advised(status.advice ?? '')
      this.show(running, status)
    }
    const { modality } = running
    if (modality === 'signature') {
      const pen = takePen(this.#deps, show)
      running.session = pen
      running.pen = pen
      return pen.taken.then((capture) => ({ of: 'pen', capture }))
    }
    const { tally, captureId } = running
    const of = { captureId, applicant: applicantOf(doc), counted: (counters: Lost) => tally?.counted(counters) }
    const frames = takeFrames(this.#deps, modality, running.asked, show, of)
    running.session = frames
    return frames.taken.then((capture) => ({ of: 'frames', capture }))
  }

  /** Examined before anybody is asked to accept it: what speaks against it must be known then. */
  async #review(actor: Actor, running: Running, taken: Taken): Promise<void> {
    const { captureId, caseId, modality, attempt } = running
    const isOver = () => !this.#captures.has(running) || running.captureId !== captureId
    if (isOver()) return
    running.tally?.taken()
    const takenAtMs = this.#deps.clock.nowMs()
    if (taken.of === 'frames') running.frames.set(attempt, rawFrames(taken.capture))
    const { leastQuality } = rulesFor(this.#deps.rules, modality)
    const best = running.reviewed && this.#soundBest(running.reviewed)
    const inHand = { ...running, takenAtMs, leastQuality, ...(best && { best }) }
    const examined = await examineCapture(this.#deps, await this.#deps.book.get(caseId), inHand, taken)
    const ofOperators = await this.#fingersOfOperators(actor, caseId, examined)
    const doc = await this.#deps.book.get(caseId)
    if (isOver()) return
    const now: Reviewed = { taken, examined, takenAtMs, ofOperators }
    running.tally?.examined(measureOf(now), examined)
    const stands = this.#standing(running, now)
    running.reviewed = stands
    delete running.session
    delete running.pen
    forget(running)
    running.review = this.#reviewStatus(doc, running, stands)
    this.show(running, running.review)
    this.#showTaken(running)
    if (stands === now) return
    this.#deps.log.write('warn', 'capture.attempt_dropped', { modality, caseId })
    this.#deps.state.publish({ is: 'fault', fault: { code: 'capture.earlier_stands', context: { caseId, modality } } })
  }

  /** Nothing that was good is lost to what is in doubt: that is told, counts as a try, and what was sound stands. */
  #standing({ reviewed: before, modality }: Running, now: Reviewed): Reviewed {
    if (!before) return now
    if (modality === 'face') return isWorsePortrait(now, before) ? before : now
    return this.#soundBest(before) && !this.#soundBest(now) ? before : now
  }

  /** Somebody may have laid down an operator's finger to get on. */
  async #fingersOfOperators(actor: Actor, caseId: string, { fingers }: Examined): Promise<readonly Finding[]> {
    return fingers ? compareWithOperators(this.#deps, actor, caseId, [fingers]) : []
  }

  /** What the device called an artefact, and a finger of an operator, are nothing to build on. */
  #soundBest(reviewed: Reviewed): Best | undefined {
    const suspected = this.#deps.attackPolicy !== 'ignore' && attackOf(reviewed)?.verdict === 'attack'
    return suspected || reviewed.ofOperators.length > 0 ? undefined : reviewed.examined.best
  }

  /** What another attempt is asked for; none: all of it, or nothing is the matter. */
  #againOf(doc: CaseDocument, { modality }: Running, reviewed: Reviewed): readonly number[] {
    const { again, flaw } = reviewed.examined
    if (!this.#soundBest(reviewed) || (again.length === 0 && flaw !== '')) return []
    const absent = absentNow(doc, modality, reviewed)
    return expectedPositions(doc, modality).filter((position) => again.includes(position) || absent.includes(position))
  }

  #reviewStatus(doc: CaseDocument, running: Running, reviewed: Reviewed): Partial<CaptureStatus> {
    const { examined } = reviewed
    const { flaw, weak, refusal } = acceptanceOf(doc, running, reviewed, this.#deps.rules, this.#deps.attackPolicy)
    return {
      state: 'review',
      attempt: triesOf(doc, running),
      measure: measureOf(reviewed),
      advice: flaw,
      ...examined.show,
      findings: findingsIfKept(this.#deps, doc, running.modality, reviewed, weak),
      again: this.#againOf(doc, running, reviewed),
      mayAccept: refusal === undefined,
      weak,
    }
  }

  /** What stands to be accepted, for who looks now and who looks later: the very portrait that is recorded, else the frames that were taken. */
  #showTaken({ modality, reviewed }: Running): void {
    if (!reviewed) return
    const { taken, examined } = reviewed
    if (examined.portrait) this.#showPortrait(examined.portrait)
    if (examined.portrait || taken.of === 'pen') return
    const capturedAtMs = this.#deps.clock.nowMs()
    for (const { header, picture } of taken.capture.frames) {
      const { sensor, sequence, widthPx, heightPx } = header
      if (picture.length === 0) continue
      this.#deps.state.hold({ deviceKind: deviceOf(modality), sensor, sequence, widthPx, heightPx, picture, capturedAtMs, ink: '' })
    }
  }

  #showPortrait({ jpeg: picture, widthPx, heightPx }: PortraitPicture): void {
    const { state, clock } = this.#deps
    const capturedAtMs = clock.nowMs()
    state.hold({ deviceKind: 'face_camera', sensor: 0, sequence: 0, widthPx, heightPx, picture, capturedAtMs, ink: '' })
  }

  /** That one attempt gave nothing; what was accepted before stays, and so does the best of the attempts before. */
  #failed(actor: Actor, running: Running, error: unknown): void {
    if (!this.#captures.has(running)) return
    delete running.session
    delete running.pen
    const outcome = isFault(error, 'capture.nothing_seen') ? 'timeout' : (`fault:${toFault(error).code}` as const)
    this.tell(running, error instanceof DOMException ? 'cancelled' : outcome)
    // Who cancelled has said what follows.
    if (error instanceof DOMException) return
    const fault = toFault(error)
    const { modality, caseId } = running
    this.#deps.log.write('warn', 'capture.failed', { modality, caseId, reason: fault.code, operator: actor.operator })
    this.#deps.state.publish({ is: 'fault', fault: { code: fault.code, context: { ...fault.context, modality } } })
    if (isFault(fault, ...passing) && running.resumed < mostResumes) this.#whenBack(actor, running, fault)
    else this.#giveUp(running)
  }

  #giveUp(running: Running): void {
    if (running.reviewed) this.backToReview(running)
    else this.end(running)
  }

  /** The device went away under the applicant's hand: the attempt goes on by itself when it is back. */
  #whenBack(actor: Actor, running: Running, fault: Fault): void {
    const { state, clock, book } = this.#deps
    const kind = deviceOf(running.modality)
    running.resumed++
    const settle = () => {
      unsubscribe()
      timer.cancel()
    }
    const stop = () => {
      settle()
      delete running.stopWaiting
    }
    const resume = async () => {
      settle()
      const doc = await book.get(running.caseId)
      // Somebody may have cancelled while the case was read.
      if (!this.#captures.has(running) || running.stopWaiting !== stop) return
      stop()
      this.#attempt(actor, running, doc)
    }
    const resumeWhenReady = () => {
      if (!state.devices.some((device) => device.kind === kind && device.state === 'ready')) return
      resume().catch((error: unknown) => {
        stop()
        this.#failed(actor, running, error)
      })
    }
    const unsubscribe = state.subscribe((event) => {
      if (event.is === 'device') resumeWhenReady()
    })
    const timer = clock.after(mostWaitMs, () => {
      stop()
      if (this.#captures.has(running)) this.#giveUp(running)
    })
    running.stopWaiting = stop
    this.show(running, { state: 'waiting', advice: fault.code })
    // It may have come back, or another one stood in for it, before its stream was over.
    resumeWhenReady()
  }
}

/** Of two weak portraits the one of which more is to be seen; of a good one only another good one takes the place. */
function isWorsePortrait(now: Reviewed, before: Reviewed): boolean {
  const isWeak = ({ taken, examined: { flaw } }: Reviewed) => flaw !== '' || (taken.of === 'frames' && taken.capture.weak)
  const quality = ({ examined: { portrait } }: Reviewed) => portrait?.quality ?? -1
  return isWeak(now) && (!isWeak(before) || quality(now) < quality(before))
}

/** Pictures of attempts that nothing is kept of. */
function forget({ frames, reviewed, attempt }: Running): void {
  const best = reviewed?.examined.best
  const parts = best?.of === 'fingers' ? [best.kept, ...best.kept.fingers] : best?.of === 'eyes' ? best.examination.eyes : []
  const used = new Set([attempt, ...parts.map((part) => part.attempt)])
  for (const each of frames.keys()) if (!used.has(each)) frames.delete(each)
}
