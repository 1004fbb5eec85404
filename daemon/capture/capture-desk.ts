// The recording desk: captures on idle devices side by side, held for review in memory with the best of their attempts, durable at once when
// accepted. What a person lacks is said by exceptions; the approval has a file of its own (approve-record.ts).

import { Fault } from '../../protocol/fault.js'
import type { Actor, CaptureDesk } from '../desks.js'
import { isFingers, positionsOf } from '../modality.js'
import type { CaseDocument } from '../service/case.js'
import { requireRole } from '../service/case-desk.js'
import { requireFaceApproved, requireStep } from '../service/case-engine.js'
import { expectedPositions } from '../service/exceptions.js'
import { isOpen, type Modality } from '../state.js'
import { acceptanceOf } from './acceptance.js'
import { type Approval, openApproval } from './approve-record.js'
import { type AttemptDeps, AttemptRunner } from './attempts.js'
import { type KeepDeps, keepCapture } from './keep-capture.js'
import { isUnderWay, type Running, RunningCaptures, stopped } from './running.js'
import type { SealRecord } from './seal-record.js'
import type { PenTaking } from './takes.js'

export interface CaptureDeskDeps extends AttemptDeps, KeepDeps {
  readonly seal: SealRecord
  /** `first`: no finger and no iris before the applicant approved the portrait. */
  readonly faceApproval: 'first' | 'any_order'
}

/** Room for all records of one person and their packet, with what the encoders need on the way. */
const personBytes = 32 * 1024 * 1024
const mostReasonCharacters = 200

export function openCaptureDesk(deps: CaptureDeskDeps): CaptureDesk & { close(): Promise<void> } {
  return new Desk(deps)
}

class Desk implements CaptureDesk {
  readonly #deps: CaptureDeskDeps
  readonly #captures = new RunningCaptures()
  readonly #attempts: AttemptRunner
  readonly #approval: Approval

  constructor(deps: CaptureDeskDeps) {
    this.#deps = deps
    this.#attempts = new AttemptRunner(deps, this.#captures)
    this.#approval = openApproval(deps, this.#captures, this.#attempts)
  }

  async start(actor: Actor, caseId: string, modality: Modality): Promise<void> {
    this.#captures.requireIdle(modality)
    const doc = await this.#readyFor(actor, caseId, modality)
    // Somebody else may have begun while the disk was asked.
    this.#captures.requireIdle(modality)
    this.#attempts.begin(actor, doc, modality)
  }

  async takeNow(_actor: Actor, caseId: string, modality?: Modality): Promise<void> {
    const running = this.#captures.of(caseId, modality)
    if (!running.session) throw new Fault('capture.not_running', { caseId })
    running.session.takeNow()
  }

  async accept(actor: Actor, caseId: string, modality: Modality, weakReason: string): Promise<void> {
    const doc = await this.#caseAtCapture(actor, caseId)
    const running = this.#captures.of(caseId, modality)
    const { reviewed } = running
    if (!reviewed || isUnderWay(running) || running.deciding) throw new Fault('capture.not_running', { caseId, modality })
    const { refusal, weak, reason } = acceptanceOf(doc, running, reviewed, this.#deps.rules, this.#deps.attackPolicy)
    if (refusal) throw refusal
    const said = weak ? saidOf(weakReason) || reason : ''
    if (weak && said === '') throw new Fault('capture.weak_needs_reason', { caseId, modality })
    running.deciding = true
    try {
      const bytes = await this.#deps.records.make(reviewed.examined.job)
      await keepCapture(this.#deps, actor, running, reviewed, { bytes, weakReason: said })
    } finally {
      running.deciding = false
    }
    this.#attempts.tell(running, weak ? 'weak' : 'good')
    this.#attempts.end(running)
  }

  async retake(actor: Actor, caseId: string, modality: Modality, wholly = false): Promise<void> {
    const doc = await this.#readyFor(actor, caseId, modality)
    const before = this.#captures.find(modality)
    const requireReviewed = () => {
      const now = this.#captures.find(modality)
      const other = before && (before.caseId !== caseId || before.modality !== modality || isUnderWay(before) || before.deciding)
      if (now !== before || other) throw new Fault('capture.running', { caseId, modality: now?.modality ?? modality })
    }
    requireReviewed()
    if (before) await this.#auditDropped(actor, before)
    // Somebody else may have acted while that was written.
    requireReviewed()
    if (before) {
      this.#attempts.tell(before, 'retaken')
      this.#attempts.again(actor, doc, before, wholly)
    } else this.#attempts.begin(actor, doc, modality)
  }

  async undoStroke(_actor: Actor, caseId: string): Promise<void> {
    this.#penFor(caseId).undo()
  }

  async signAgain(_actor: Actor, caseId: string): Promise<void> {
    await this.#penFor(caseId).again()
  }

  /** From a further attempt back to what there was before; from there the capture with all its attempts is dropped. */
  async cancel(actor: Actor, caseId: string, modality?: Modality): Promise<void> {
    const running = this.#captures.of(caseId, modality)
    const requireUndecided = () => {
      if (running.deciding) throw new Fault('capture.running', { caseId, modality: running.modality })
    }
    requireUndecided()
    const { captureId, reviewed } = running
    const live = isUnderWay(running)
    await stopped(running)
    // Somebody else cancelled it meanwhile, or it came to its review at that very moment: this was said of what is no more.
    if (!this.#captures.has(running) || running.captureId !== captureId || running.reviewed !== reviewed) return
    if (live && reviewed) return this.#attempts.backToReview(running)
    requireUndecided()
    running.deciding = true
    try {
      await this.#auditDropped(actor, running)
    } finally {
      running.deciding = false
    }
    this.#attempts.tell(running, 'cancelled')
    this.#attempts.end(running)
  }

  async except(actor: Actor, caseId: string, modality: Modality, positions: readonly number[], reason: string): Promise<void> {
    await this.#caseAtCapture(actor, caseId)
    this.#requireNotLive(modality)
    const { exceptions: rules } = this.#deps.rules
    const before = this.#captures.find(modality)
    // What was accepted before is being replaced: that it was captured once says nothing any more.
    const recaptured = before?.caseId === caseId && before.modality === modality
    const input = { is: 'exception_recorded', modality, positions, reason, recaptured, rules } as const
    // What is missing and why is protected data: the audit chain only knows that something was said.
    const doc = await this.#deps.book.change(actor, caseId, 'capture.exception_recorded', input, { facts: { modality } })
    for (const running of this.#captures.all) if (running.caseId === caseId) this.#attempts.judgeAgain(doc, running)
  }

  async withdrawException(actor: Actor, caseId: string, modality: Modality): Promise<void> {
    await this.#caseAtCapture(actor, caseId)
    this.#requireNotLive(modality)
    const input = { is: 'exceptions_withdrawn', modality, rules: this.#deps.rules.exceptions } as const
    const doc = await this.#deps.book.change(actor, caseId, 'capture.exception_withdrawn', input, { facts: { modality } })
    for (const running of this.#captures.all) if (running.caseId === caseId) this.#attempts.judgeAgain(doc, running)
  }

  async signRecord(actor: Actor, caseId: string): Promise<void> {
    await this.#approval.sign(actor, await this.#caseAtCapture(actor, caseId))
  }

  async witnessRecord(actor: Actor, caseId: string, reason: string): Promise<void> {
    await this.#approval.witness(actor, caseId, required(reason))
  }

  async seal(actor: Actor, caseId: string): Promise<void> {
    const doc = await this.#caseAtCapture(actor, caseId)
    // A picture that nobody decided on would stand on a device for a case that is gone from the counter.
    const open = this.#captures.all.find((each) => each.caseId === caseId)
    if (open) throw new Fault('capture.running', { caseId, modality: open.modality })
    await this.#deps.seal.seal(actor, doc)
  }

  async review(actor: Actor, caseId: string, reason: string): Promise<void> {
    const { findings = [] } = await this.#deps.book.get(caseId)
    if (!actor.roles.includes('supervisor')) throw new Fault('case.role_required', { caseId, role: 'supervisor' })
    const said = required(reason)
    const codes = findings.filter(isOpen).map(({ code }) => code)
    const input = { is: 'findings_reviewed', reason: said } as const
    await this.#deps.book.change(actor, caseId, 'record.findings_reviewed', input, { facts: { field: codes.join(',') } })
  }

  async close(): Promise<void> {
    const running = this.#captures.all
    for (const each of running) this.#captures.remove(each)
    await Promise.all(running.map(stopped))
  }

  async #caseAtCapture(actor: Actor, caseId: string): Promise<CaseDocument> {
    const doc = await this.#deps.book.get(caseId)
    requireStep(doc, 'capture')
    requireRole(actor, doc, this.#deps.book.standardOf(doc))
    return doc
  }

  /** @returns the case, when it may capture this now and there is room for it */
  async #readyFor(actor: Actor, caseId: string, modality: Modality): Promise<CaseDocument> {
    const { faceApproval, store, seal } = this.#deps
    const doc = await this.#caseAtCapture(actor, caseId)
    const record = doc.modalities.find((each) => each.modality === modality)
    const leftOut = positionsOf(modality).length > 0 && expectedPositions(doc, modality).length === 0
    if (!record || record.state === 'exception' || leftOut) throw new Fault('capture.excepted', { caseId, modality })
    if (faceApproval === 'first' && modality !== 'evidence') requireFaceApproved(doc, modality)
    await store.assertRoom(personBytes)
    await seal.assertRoom()
    return doc
  }

  /** A portrait that was shown and not approved. */
  async #auditDropped(actor: Actor, { caseId, modality, reviewed }: Running): Promise<void> {
    if (!reviewed || modality !== 'face') return
    await this.#deps.store.commit({ actor: actor.operator, act: 'face.retaken', caseId }, async () => {})
  }

  /** What is asked for at this moment must not be left out meanwhile; what is said of a hand holds for its index finger too. */
  #requireNotLive(modality: Modality): void {
    const concerned = this.#captures.all.find(
      (each) => each.modality === modality || (isFingers(modality) && each.modality === 'index_fingers'),
    )
    if (concerned && (!concerned.reviewed || isUnderWay(concerned) || concerned.deciding))
      throw new Fault('capture.running', { caseId: concerned.caseId, modality: concerned.modality })
  }

  #penFor(caseId: string): PenTaking {
    const { pen } = this.#captures.of(caseId, 'signature')
    if (!pen) throw new Fault('capture.not_running', { caseId, modality: 'signature' })
    return pen
  }
}

const saidOf = (reason: string): string => reason.trim().slice(0, mostReasonCharacters)

/** @throws Fault `input.invalid` when nothing was said */
function required(reason: string): string {
  const said = saidOf(reason)
  if (said === '') throw new Fault('input.invalid', { field: 'reason', reason: 'missing' })
  return said
}
