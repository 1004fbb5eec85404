// The recording desk: one capture at a time, held for review in memory, durable at once when accepted, sealed and queued when signed.

import type { Transaction } from 'kysely'
import type { Clock } from '../../protocol/clock.js'
import { Fault, isFault, toFault } from '../../protocol/fault.js'
import type { Log } from '../../protocol/log.js'
import type { Actor, CaptureDesk } from '../desks.js'
import type { Devices } from '../devices/devices.js'
import type { CaseDocument } from '../service/case.js'
import type { CaseBook } from '../service/case-book.js'
import { requireRole } from '../service/case-desk.js'
import { isCaptured, requireStep } from '../service/case-engine.js'
import { type CaptureStatus, idleCapture, type Modality, type StationState } from '../state.js'
import type { Tables } from '../store/schema.js'
import type { Store } from '../store/store.js'
import type { FrameAnalyst } from './analyst.js'
import type { FrameRing } from './frame-ring.js'
import type { RecordJob } from './make-record.js'
import { framePlans, signaturePlan } from './plan.js'
import type { RecordMaker } from './record-maker.js'
import type { SealRecord } from './seal-record.js'
import { startCaptureSession, type TakenCapture } from './session.js'
import { type SignatureCapture, startSignatureSession } from './signature-session.js'

export interface CaptureDeskDeps {
  readonly book: CaseBook
  readonly store: Store
  readonly devices: Devices
  readonly ring: FrameRing
  readonly analyst: FrameAnalyst
  readonly records: RecordMaker
  readonly seal: SealRecord
  readonly state: StationState
  readonly clock: Clock
  readonly log: Log
}

type Taken = { readonly of: 'frames'; readonly capture: TakenCapture } | { readonly of: 'pen'; readonly capture: SignatureCapture }

/** The one capture that the station is at. */
interface Running {
  readonly caseId: string
  readonly modality: Modality
  session?: { readonly taken: Promise<unknown>; takeNow(): void; lost(fault: Fault): void; cancel(): void }
  taken?: Taken
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

  constructor(deps: CaptureDeskDeps) {
    this.#deps = deps
  }

  async start(actor: Actor, caseId: string, modality: Modality): Promise<void> {
    const doc = await this.#caseAtCapture(actor, caseId)
    this.#requireIdle()
    await this.#deps.store.assertRoom(personBytes)
    await this.#deps.seal.assertRoom()
    // Somebody else may have begun while the disk was asked.
    this.#requireIdle()
    this.#begin(actor, doc, modality)
  }

  async takeNow(_actor: Actor, caseId: string): Promise<void> {
    const running = this.#runningFor(caseId)
    if (!running.session) throw new Fault('capture.not_running', { caseId })
    running.session.takeNow()
  }

  async accept(actor: Actor, caseId: string, modality: Modality, weakReason: string): Promise<void> {
    const doc = await this.#caseAtCapture(actor, caseId)
    const running = this.#runningFor(caseId)
    const { taken } = running
    if (running.modality !== modality || !taken || running.accepting) throw new Fault('capture.not_running', { caseId, modality })
    const weak = taken.of === 'frames' && taken.capture.weak
    const reason = weakReason.trim().slice(0, 200)
    if (weak && reason === '') throw new Fault('capture.weak_needs_reason', { caseId, modality })
    running.accepting = true
    try {
      const bytes = await this.#deps.records.make(toJob(running, taken, doc))
      await this.#keep(actor, running, bytes, weak ? { state: 'weak_accepted', weakReason: reason } : { state: 'good' })
    } finally {
      running.accepting = false
    }
    this.#end(running)
  }

  async retake(actor: Actor, caseId: string, modality: Modality): Promise<void> {
    const doc = await this.#caseAtCapture(actor, caseId)
    await this.#deps.store.assertRoom(personBytes)
    const before = this.#running
    if (before && (before.caseId !== caseId || before.session || before.accepting))
      throw new Fault('capture.running', { caseId: before.caseId, modality: before.modality })
    if (before) this.#end(before)
    this.#begin(actor, doc, modality)
  }

  async cancel(_actor: Actor, caseId: string): Promise<void> {
    const running = this.#runningFor(caseId)
    if (running.accepting) throw new Fault('capture.running', { caseId, modality: running.modality })
    await stopped(running)
    this.#end(running)
  }

  async signRecord(actor: Actor, caseId: string): Promise<void> {
    const doc = await this.#caseAtCapture(actor, caseId)
    const open = doc.modalities.filter((each) => !isCaptured(each))
    if (open.length > 0) throw new Fault('capture.incomplete', { caseId, modality: open.map(({ modality }) => modality).join(',') })
    this.#requireIdle()
    const running: Running = { caseId, modality: 'signature', takenAtMs: 0 }
    this.#running = running
    try {
      const approval = await this.#pen(running).catch((error: unknown) => {
        throw error instanceof DOMException ? new Fault('capture.not_signed', { caseId }) : error
      })
      const bytes = await this.#deps.records.make({ modality: 'signature', ...approval })
      const blob = await this.#deps.store.blobs.put(caseId, 'approval', bytes)
      await this.#deps.book.change(
        actor,
        caseId,
        'record.signed',
        { is: 'record_signed' },
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

  #requireIdle(): void {
    if (this.#running) throw new Fault('capture.running', { caseId: this.#running.caseId, modality: this.#running.modality })
  }

  #runningFor(caseId: string): Running {
    if (this.#running?.caseId !== caseId) throw new Fault('capture.not_running', { caseId })
    return this.#running
  }

  /** Everything that can be refused was refused before: from here on faults end the capture, not the command. */
  #begin(actor: Actor, doc: CaseDocument, modality: Modality): void {
    const running: Running = { caseId: doc.caseId, modality, takenAtMs: 0 }
    this.#running = running
    try {
      const taking = modality === 'signature' ? this.#takePen(running) : this.#takeFrames(running, modality)
      taking.then((taken) => this.#review(running, taken)).catch((error: unknown) => this.#failed(actor, running, error))
    } catch (error) {
      this.#running = undefined
      throw error
    }
  }

  #takeFrames(running: Running, modality: Exclude<Modality, 'signature'>): Promise<Taken> {
    const { devices, ring, analyst, clock, state } = this.#deps
    const plan = framePlans[modality]
    const slot = devices.capture(plan.kind)
    const device = slot.use((fault) => running.session?.lost(fault))
    this.#show(running, { state: 'opening' })
    const session = startCaptureSession(
      {
        device,
        ring,
        analyst,
        clock,
        plan,
        watched: () => state.watched,
        status: (status) => this.#show(running, { ...status, state: 'live' }),
        show: (picture) => state.show(picture),
        counted: (counters) => slot.count(counters),
      },
      modality,
      plan.indicator,
    )
    running.session = session
    return session.taken.then(
      (capture) => {
        slot.free(device)
        return { of: 'frames', capture }
      },
      (error: unknown) => {
        if (
          isFault(
            error,
            'device.unplugged',
            'device.timeout',
            'device.stall',
            'device.protocol',
            'device.frames_missing',
            'device.frames_corrupt',
            'device.frames_frozen',
          )
        )
          slot.lost(device, error)
        else slot.free(device)
        throw error
      },
    )
  }

  #takePen(running: Running): Promise<Taken> {
    return this.#pen(running).then((capture) => ({ of: 'pen', capture }))
  }

  #pen(running: Running): Promise<SignatureCapture> {
    const { devices, clock, state } = this.#deps
    const pad = devices.pad.use((fault) => running.session?.lost(fault))
    let sequence = 0
    this.#show(running, { state: 'opening' })
    const inked = (ink: string) => {
      const size = { widthPx: pad.info.maxUnits, heightPx: pad.info.maxUnits }
      // One event says that ink flows; the ink itself goes the way of pictures, which may be lost.
      if (sequence === 0) this.#show(running, { state: 'live' })
      state.show({
        deviceKind: 'signature_pad',
        sensor: 0,
        sequence: sequence++,
        ...size,
        picture: new Uint8Array(),
        capturedAtMs: clock.nowMs(),
        ink,
      })
    }
    const session = startSignatureSession({ pad, clock, inked }, signaturePlan)
    running.session = session
    return session.taken.then(
      (capture) => {
        devices.pad.free(pad)
        return capture
      },
      (error: unknown) => {
        if (isFault(error, 'device.unplugged', 'device.timeout', 'device.line_noise')) devices.pad.lost(pad, error)
        else devices.pad.free(pad)
        throw error
      },
    )
  }

  #review(running: Running, taken: Taken): void {
    if (this.#running !== running) return
    running.taken = taken
    running.takenAtMs = this.#deps.clock.nowMs()
    delete running.session
    const frame = taken.of === 'frames' ? taken.capture.frames[0] : undefined
    this.#show(running, {
      state: 'review',
      measure: taken.of === 'frames' ? taken.capture.measure : 100,
      boxes: frame?.boxes ?? [],
      advice: taken.of === 'frames' && taken.capture.weak ? 'weak' : '',
    })
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
    bytes: Uint8Array,
    change: { state: 'good' | 'weak_accepted'; weakReason?: string },
  ): Promise<void> {
    const { store, book, clock } = this.#deps
    const { caseId, modality, taken } = running
    const blob = await store.blobs.put(caseId, `record.${modality}`, bytes)
    const doc = await book.get(caseId)
    const before = doc.modalities.find((each) => each.modality === modality)
    const measure = taken?.of === 'frames' ? taken.capture.measure : 100
    const full = { ...change, tries: (before?.tries ?? 0) + 1, measure }
    await book.change(
      actor,
      caseId,
      'capture.accepted',
      { is: 'modality_changed', modality, change: full },
      {
        facts: { modality, size: bytes.length },
        hashes: { record: blob.hash },
        write: async (trx) => {
          await store.blobs.record(trx, blob)
          const document = { blob: blob.hash, takenAtMs: running.takenAtMs, measure, ...change }
          await writeCapture(trx, caseId, modality, change.state, document, clock.nowMs())
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

/** Resolves when its device is free again. */
async function stopped({ session }: Running): Promise<void> {
  session?.cancel()
  await session?.taken.catch(() => {})
}

function toJob(running: Running, taken: Taken, doc: CaseDocument): RecordJob {
  const capturedAtMs = running.takenAtMs
  if (taken.of === 'pen') return { modality: 'signature', ...taken.capture }
  const frames = taken.capture.frames.map(({ header, bytes }) => ({ header, bytes }))
  if (running.modality === 'irises') return { modality: 'irises', capturedAtMs, frames }
  const [frame] = frames
  if (!frame || running.modality === 'signature') throw new Fault('capture.nothing_seen', { modality: running.modality })
  if (running.modality === 'face') return { modality: 'face', capturedAtMs, frame, sex: doc.biodata?.sex ?? 'M' }
  return { modality: running.modality, capturedAtMs, frame }
}

async function writeCapture(
  trx: Transaction<Tables>,
  caseId: string,
  modality: string,
  status: string,
  document: unknown,
  nowMs: number,
): Promise<void> {
  const row = { case_id: caseId, modality, status, document: JSON.stringify(document), updated_ms: Math.floor(nowMs) }
  await trx
    .insertInto('captures')
    .values(row)
    .onConflict((conflict) => conflict.columns(['case_id', 'modality']).doUpdateSet(row))
    .execute()
}
