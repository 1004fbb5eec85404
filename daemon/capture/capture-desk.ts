// The recording desk: one capture at a time, held for review in memory, durable at once when accepted, sealed and queued when signed.

import type { Clock } from '../../protocol/clock.js'
import { Fault, toFault } from '../../protocol/fault.js'
import type { PresentationAttack } from '../../protocol/hardware/frames.js'
import type { Log } from '../../protocol/log.js'
import type { Actor, CaptureDesk } from '../desks.js'
import type { Devices } from '../devices/devices.js'
import { assessSignature } from '../kernels/signature/assess.js'
import type { CaseDocument } from '../service/case.js'
import type { CaseBook } from '../service/case-book.js'
import { requireRole } from '../service/case-desk.js'
import { isCaptured, requireFaceApproved, requireStep } from '../service/case-engine.js'
import { type CaptureStatus, idleCapture, isOpen, type Modality, type StationState } from '../state.js'
import type { Store } from '../store/store.js'
import type { FrameAnalyst } from './analyst.js'
import { type Examined, examineCapture, type Taken } from './examined.js'
import type { PortraitPicture } from './face-record.js'
import { applicantOf } from './face-watch.js'
import { type AttackPolicy, findingsWith, verdictOf } from './findings.js'
import type { FrameRing } from './frame-ring.js'
import { writeCapture } from './kept-captures.js'
import type { RecordMaker } from './record-maker.js'
import type { SealRecord } from './seal-record.js'
import { type PenTaking, type Taking, takeFrames, takePen } from './takes.js'

export interface CaptureDeskDeps {
  readonly book: CaseBook
  readonly store: Store
  readonly devices: Devices
  readonly ring: FrameRing
  readonly analyst: FrameAnalyst
  readonly records: RecordMaker
  readonly seal: SealRecord
  readonly state: StationState
  readonly attackPolicy: AttackPolicy
  /** `first`: no finger and no iris before the applicant approved the portrait. */
  readonly faceApproval: 'first' | 'any_order'
  readonly clock: Clock
  readonly log: Log
}

/** The one capture that the station is at. */
interface Running {
  readonly caseId: string
  readonly modality: Modality
  /** Counts retakes that were not accepted in between. */
  readonly attempt: number
  /** Counts captures of this station's life. */
  readonly captureId: number
  session?: Pick<Taking<unknown>, 'taken' | 'takeNow' | 'cancel'>
  /** Of the pad alone. */
  pen?: PenTaking
  taken?: Taken
  examined?: Examined
  takenAtMs: number
  /** The record is being made and kept: asking twice makes no second one. */
  accepting?: boolean
}

/** Room for all records of one person and their packet, with what the encoders need on the way. */
const personBytes = 32 * 1024 * 1024

export function openCaptureDesk(deps: CaptureDeskDeps): CaptureDesk & { close(): Promise<void> } {
  return new Desk(deps)
}

class Desk implements CaptureDesk {
  readonly #deps: CaptureDeskDeps
  #running: Running | undefined
  #captures = 0

  constructor(deps: CaptureDeskDeps) {
    this.#deps = deps
  }

  async start(actor: Actor, caseId: string, modality: Modality): Promise<void> {
    this.#requireIdle()
    const doc = await this.#readyFor(actor, caseId, modality)
    // Somebody else may have begun while the disk was asked.
    this.#requireIdle()
    this.#begin(actor, doc, modality, 1)
  }

  async takeNow(_actor: Actor, caseId: string): Promise<void> {
    const running = this.#runningFor(caseId)
    if (!running.session) throw new Fault('capture.not_running', { caseId })
    running.session.takeNow()
  }

  async accept(actor: Actor, caseId: string, modality: Modality, weakReason: string): Promise<void> {
    await this.#caseAtCapture(actor, caseId)
    const running = this.#runningFor(caseId)
    const { taken, examined } = running
    if (running.modality !== modality || !taken || !examined || running.accepting)
      throw new Fault('capture.not_running', { caseId, modality })
    if (this.#deps.attackPolicy === 'refuse' && attackOf(taken)?.verdict === 'attack')
      throw new Fault('capture.presentation_attack', { caseId, modality })
    const reason = weakReason.trim().slice(0, 200)
    const weak = this.#flaw(taken, examined) !== ''
    if (weak && reason === '') throw new Fault('capture.weak_needs_reason', { caseId, modality })
    running.accepting = true
    try {
      const bytes = await this.#deps.records.make(examined.job)
      await this.#keep(
        actor,
        running,
        { taken, examined, bytes },
        weak ? { state: 'weak_accepted', weakReason: reason } : { state: 'good' },
      )
    } finally {
      running.accepting = false
    }
    this.#end(running)
  }

  async retake(actor: Actor, caseId: string, modality: Modality): Promise<void> {
    const doc = await this.#readyFor(actor, caseId, modality)
    const before = this.#running
    const requireReviewed = () => {
      if (this.#running !== before || (before && (before.caseId !== caseId || before.session || before.accepting)))
        throw new Fault('capture.running', { caseId, modality: this.#running?.modality ?? modality })
    }
    requireReviewed()
    if (before) await this.#auditDropped(actor, before)
    // Somebody else may have acted while that was written.
    requireReviewed()
    if (before) this.#end(before)
    this.#begin(actor, doc, modality, before?.modality === modality ? before.attempt + 1 : 1)
  }

  async undoStroke(_actor: Actor, caseId: string): Promise<void> {
    this.#penFor(caseId).undo()
  }

  async signAgain(_actor: Actor, caseId: string): Promise<void> {
    await this.#penFor(caseId).again()
  }

  async cancel(actor: Actor, caseId: string): Promise<void> {
    const running = this.#runningFor(caseId)
    if (running.accepting) throw new Fault('capture.running', { caseId, modality: running.modality })
    await stopped(running)
    await this.#auditDropped(actor, running)
    this.#end(running)
  }

  async signRecord(actor: Actor, caseId: string): Promise<void> {
    const doc = await this.#caseAtCapture(actor, caseId)
    const open = doc.modalities.filter((each) => !isCaptured(each))
    if (open.length > 0) throw new Fault('capture.incomplete', { caseId, modality: open.map(({ modality }) => modality).join(',') })
    this.#requireIdle()
    const running: Running = { caseId, modality: 'signature', attempt: 1, captureId: ++this.#captures, takenAtMs: 0 }
    this.#running = running
    try {
      const pen = takePen(this.#deps, (status) => this.#show(running, status))
      running.session = pen
      running.pen = pen
      const approval = await pen.taken.catch((error: unknown) => {
        throw error instanceof DOMException ? new Fault('capture.not_signed', { caseId }) : error
      })
      delete running.pen
      if (assessSignature(approval.samples, approval.pad).codes.some((code) => unsigned.includes(code)))
        throw new Fault('capture.not_signed', { caseId })
      const bytes = await this.#deps.records.make({ modality: 'signature', ...approval })
      const blob = await this.#deps.store.blobs.put(caseId, 'approval', bytes)
      await this.#deps.book.change(
        actor,
        caseId,
        'record.signed',
        { is: 'record_signed', corrections: doc.corrections?.length ?? 0 },
        {
          hashes: { approval: blob.hash },
          write: async (trx) => {
            await this.#deps.store.blobs.record(trx, blob)
            await writeCapture(trx, caseId, 'approval', 'good', { blob: blob.hash }, this.#deps.clock.nowMs())
          },
        },
      )
    } finally {
      this.#end(running)
    }
  }

  async seal(actor: Actor, caseId: string): Promise<void> {
    await this.#deps.seal.seal(actor, await this.#caseAtCapture(actor, caseId))
  }

  async review(actor: Actor, caseId: string, reason: string): Promise<void> {
    const { findings = [] } = await this.#deps.book.get(caseId)
    if (!actor.roles.includes('supervisor')) throw new Fault('case.role_required', { caseId, role: 'supervisor' })
    const said = reason.trim().slice(0, 200)
    if (said === '') throw new Fault('input.invalid', { field: 'reason', reason: 'missing' })
    const codes = findings.filter(isOpen).map(({ code }) => code)
    const input = { is: 'findings_reviewed', reason: said } as const
    await this.#deps.book.change(actor, caseId, 'record.findings_reviewed', input, { facts: { field: codes.join(',') } })
  }

  async close(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    if (running) await stopped(running)
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
    if (faceApproval === 'first') requireFaceApproved(doc, modality)
    await store.assertRoom(personBytes)
    await seal.assertRoom()
    return doc
  }

  /** A portrait that was shown and not approved. */
  async #auditDropped(actor: Actor, { caseId, modality, taken }: Running): Promise<void> {
    if (!taken || modality !== 'face') return
    await this.#deps.store.commit({ actor: actor.operator, act: 'face.retaken', caseId }, async () => {})
  }

  #requireIdle(): void {
    if (this.#running) throw new Fault('capture.running', { caseId: this.#running.caseId, modality: this.#running.modality })
  }

  #runningFor(caseId: string): Running {
    if (this.#running?.caseId !== caseId) throw new Fault('capture.not_running', { caseId })
    return this.#running
  }

  #penFor(caseId: string): PenTaking {
    const { pen } = this.#runningFor(caseId)
    if (!pen) throw new Fault('capture.not_running', { caseId, modality: 'signature' })
    return pen
  }

  /** Everything that can be refused was refused before: from here on faults end the capture, not the command. */
  #begin(actor: Actor, doc: CaseDocument, modality: Modality, attempt: number): void {
    const running: Running = { caseId: doc.caseId, modality, attempt, captureId: ++this.#captures, takenAtMs: 0 }
    this.#running = running
    try {
      this.#take(running, doc)
        .then((taken) => this.#review(running, taken))
        .catch((error: unknown) => this.#failed(actor, running, error))
    } catch (error) {
      this.#running = undefined
      throw error
    }
  }

  #take(running: Running, doc: CaseDocument): Promise<Taken> {
    const show = (status: Partial<CaptureStatus>) => this.#show(running, status)
    if (running.modality === 'signature') {
      const pen = takePen(this.#deps, show)
      running.session = pen
      running.pen = pen
      return pen.taken.then((capture) => ({ of: 'pen', capture }))
    }
    const frames = takeFrames(this.#deps, running.modality, show, { captureId: running.captureId, applicant: applicantOf(doc) })
    running.session = frames
    return frames.taken.then((capture) => ({ of: 'frames', capture }))
  }

  /** Examined before anybody is asked to accept it: what speaks against it must be known then. */
  async #review(running: Running, taken: Taken): Promise<void> {
    if (this.#running !== running) return
    const { caseId, modality } = running
    running.takenAtMs = this.#deps.clock.nowMs()
    const examined = await examineCapture(this.#deps, await this.#deps.book.get(caseId), running, taken)
    const doc = await this.#deps.book.get(caseId)
    if (this.#running !== running) return
    running.taken = taken
    running.examined = examined
    delete running.session
    delete running.pen
    this.#show(running, {
      state: 'review',
      measure: measureOf(taken),
      advice: this.#flaw(taken, examined),
      ...examined.show,
      findings: findingsWith(doc, modality, attackOf(taken), this.#deps.attackPolicy, examined.found),
    })
    if (examined.portrait) this.#showPortrait(examined.portrait)
  }

  /** What the applicant approves is what will be recorded, not the camera's picture around it. */
  #showPortrait({ jpeg: picture, widthPx, heightPx }: PortraitPicture): void {
    const { state, clock } = this.#deps
    const capturedAtMs = clock.nowMs()
    state.show({ deviceKind: 'face_camera', sensor: 0, sequence: 0, widthPx, heightPx, picture, capturedAtMs, ink: '' })
  }

  /** Why this is not simply good; '' when it is. */
  #flaw(taken: Taken, { flaw }: Examined): string {
    if (this.#deps.attackPolicy !== 'ignore' && attackOf(taken)?.verdict === 'attack') return 'presentation_attack'
    return flaw === '' && taken.of === 'frames' && taken.capture.weak ? 'weak' : flaw
  }

  /** That one modality is pending again; what was accepted before stays. */
  #failed(actor: Actor, running: Running, error: unknown): void {
    if (this.#running !== running) return
    this.#end(running)
    if (error instanceof DOMException) return
    const fault = toFault(error)
    this.#deps.log.write('warn', 'capture.failed', {
      modality: running.modality,
      caseId: running.caseId,
      reason: fault.code,
      operator: actor.operator,
    })
    this.#deps.state.publish({ is: 'fault', fault: { code: fault.code, context: { ...fault.context, modality: running.modality } } })
  }

  async #keep(
    actor: Actor,
    running: Running,
    { taken, examined, bytes }: { taken: Taken; examined: Examined; bytes: Uint8Array },
    change: { state: 'good' | 'weak_accepted'; weakReason?: string },
  ): Promise<void> {
    const { store, book, clock, attackPolicy } = this.#deps
    const { caseId, modality } = running
    const blob = await store.blobs.put(caseId, `record.${modality}`, bytes)
    const beside = examined.kept && (await store.blobs.put(caseId, `${examined.kept.name}.${modality}`, examined.kept.bytes))
    const doc = await book.get(caseId)
    const before = doc.modalities.find((each) => each.modality === modality)
    const measure = measureOf(taken)
    const attack = attackOf(taken)
    const full = {
      ...change,
      tries: (before?.tries ?? 0) + 1,
      measure,
      ...examined.results,
      // Accepting a portrait is the applicant's word (letter 400.8.1.2/13999/Dukcapil of 11 October 2024).
      ...(modality === 'face' && { approvedByApplicant: true }),
      ...(attack && { presentationAttack: attack.verdict }),
    }
    const findings = findingsWith(doc, modality, attack, attackPolicy, examined.found)
    await book.change(
      actor,
      caseId,
      modality === 'face' ? 'face.approved' : 'capture.accepted',
      { is: 'modality_changed', modality, change: full, findings },
      {
        facts: { modality, size: bytes.length },
        hashes: { record: blob.hash },
        write: async (trx) => {
          await store.blobs.record(trx, blob)
          if (beside) await store.blobs.record(trx, beside)
          const kept = {
            blob: blob.hash,
            takenAtMs: running.takenAtMs,
            measure,
            ...change,
            ...(beside && examined.kept && { [examined.kept.name]: beside.hash }),
            ...(attack && { presentationAttack: attack }),
          }
          await writeCapture(trx, caseId, modality, change.state, kept, clock.nowMs())
        },
      },
    )
  }

  #show(running: Running, status: Partial<CaptureStatus>): void {
    if (this.#running !== running) return
    this.#deps.state.publish({ is: 'capture', capture: { ...idleCapture, caseId: running.caseId, modality: running.modality, ...status } })
  }

  #end(running: Running): void {
    if (this.#running !== running) return
    this.#running = undefined
    this.#deps.state.publish({ is: 'capture', capture: idleCapture })
  }
}

/** A slip of the pen approves nothing; a line does, of somebody who cannot write. */
const unsigned: readonly string[] = ['signature_empty', 'signature_too_short']

/** Resolves when its device is free again. */
async function stopped({ session }: Running): Promise<void> {
  session?.cancel()
  await session?.taken.catch(() => {})
}

const attackOf = (taken: Taken): PresentationAttack | undefined =>
  taken.of === 'frames' ? verdictOf(taken.capture.frames.map(({ header }) => header)) : undefined

const measureOf = (taken: Taken): number => (taken.of === 'frames' ? taken.capture.measure : 100)
