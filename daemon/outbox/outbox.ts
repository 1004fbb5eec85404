// The outbox: packets wait here in the store until the centre's receipt is verified, over crashes and lost links, oldest first. Knows no record's content.

import type { Transaction } from 'kysely'
import type { Clock, Timer } from '../../protocol/clock.js'
import { Fault, type FaultCode, isFault, toFault } from '../../protocol/fault.js'
import { type CentreKeySet, centreLimits } from '../../protocol/hardware/centre.js'
import type { Log } from '../../protocol/log.js'
import type { Random } from '../../protocol/random.js'
import type { CentreClient } from '../centre/client.js'
import type { Effects } from '../effects.js'
import type { SealedPacket } from '../packet/seal.js'
import type { OutboxStatus } from '../state.js'
import type { Tables } from '../store/schema.js'
import type { SealedBlob, Store } from '../store/store.js'
import { type BackoffRule, backoffMs } from './backoff.js'
import { committedIds, move, oldestWaiting, type PacketRow, packetBlobKind, waiting } from './packets.js'
import { finalStatuses, type StatusRound, statusRound } from './status-round.js'
import { type UploadEnd, upload } from './upload.js'

export interface OutboxLimits {
  readonly waitingPackets: number
  /** Age of the oldest waiting packet at which no new record is begun. */
  readonly waitingMs: number
}
/** 30 days without the centre at 100 persons a day. */
export const outboxLimits: OutboxLimits = { waitingPackets: 3_000, waitingMs: 30 * 24 * 3_600_000 }

const linkRule: BackoffRule = { firstMs: 2_000, factor: 2, maxMs: 5 * 60_000 }
/** With nothing to send or ask, the line is tried this often, so that the counter sees whether the centre can be reached. */
const heartbeatMs = 5 * 60_000
const packetRule: BackoffRule = { firstMs: 30_000, factor: 2, maxMs: 3_600_000 }

export type OutboxEvent =
  | { readonly is: 'committed'; readonly packetId: string; readonly caseId: string; readonly receiptNumber: string }
  /** First answer since the start, and each change; unknown values as they come. Tell it to the case idempotently. */
  | { readonly is: 'status'; readonly packetId: string; readonly caseId: string; readonly status: string }
  /** A packet that does not get through by itself, or a security event. */
  | { readonly is: 'fault'; readonly packetId: string; readonly caseId: string; readonly fault: Fault }

/** A durable ciphertext that no row refers to yet. */
export interface StagedPacket {
  readonly packet: Omit<SealedPacket, 'ciphertext'>
  /** Of the ciphertext, bytes. */
  readonly size: number
  readonly blob: SealedBlob
}

export interface Outbox {
  /** Call before a record is begun. @throws Fault `packet.outbox_full` | `packet.overdue` */
  assertRoom(): Promise<void>
  /** Writes the ciphertext as a sealed blob of the case. @throws as BlobStore.put */
  stage(packet: SealedPacket): Promise<StagedPacket>
  /** In the caller's commit, so that the case and its packet change together; then `kick()`. @throws Fault `packet.outbox_full` */
  enqueue(trx: Transaction<Tables>, staged: StagedPacket): Promise<void>
  /** Sends and asks now if there is anything to do, without waiting for a backoff. Also the start after a restart. */
  kick(): void
  status(): OutboxStatus
  onChange(listener: (status: OutboxStatus) => void): () => void
  /** Listeners are awaited; when one throws at a status, the status is told again at the next question. */
  onEvent(listener: (event: OutboxEvent) => Promise<void> | void): () => void
  /** Asks the centre now. @returns its word @throws as CentreClient.status; Fault `case.not_found` when the case has no packet */
  pollStatus(caseId: string): Promise<string>
  /** Finishes the exchange under way; the rest goes on at the next start. */
  close(): Promise<void>
}

export interface OutboxDeps {
  readonly store: Store
  readonly centre: CentreClient
  readonly centreKeys: CentreKeySet
  readonly clock: Clock
  readonly random: Random
  readonly effects: Effects
  readonly log: Log
  readonly limits?: OutboxLimits
  /** Default 256 KiB, which is also the most. */
  readonly chunkBytes?: number
}

export function createOutbox(deps: OutboxDeps): Outbox {
  return new DurableOutbox(deps)
}

class DurableOutbox implements Outbox {
  readonly #deps: OutboxDeps
  readonly #limits: OutboxLimits
  readonly #round: StatusRound
  readonly #changeListeners = new Set<(status: OutboxStatus) => void>()
  readonly #eventListeners = new Set<(event: OutboxEvent) => Promise<void> | void>()
  /** Packets that were refused, until a monotonic time. Bounded by the number of waiting packets. */
  readonly #parked = new Map<string, { failures: number; untilMs: number }>()
  #link = { failures: 0, untilMs: 0 }
  #status: OutboxStatus = { waiting: 0, oldestAtMs: 0, reachable: false, bytesSent: 0, bytesTotal: 0 }
  #timer: Timer | undefined
  #heartbeatDueMs = 0
  #busy = false
  #running = Promise.resolve()
  #again = false
  #loaded = false
  #closed = false

  constructor(deps: OutboxDeps) {
    this.#deps = deps
    this.#limits = deps.limits ?? outboxLimits
    const tell = (packetId: string, caseId: string, status: string) => this.#centreSays(packetId, caseId, status)
    this.#round = statusRound({ centre: deps.centre, clock: deps.clock, random: deps.random, tell })
  }

  async assertRoom(): Promise<void> {
    const { count, oldestAtMs } = await this.#deps.store.read((db) => waiting(db))
    if (count >= this.#limits.waitingPackets) throw new Fault('packet.outbox_full', { count, limit: this.#limits.waitingPackets })
    const ageMs = this.#deps.clock.nowMs() - oldestAtMs
    if (count > 0 && ageMs > this.#limits.waitingMs) throw new Fault('packet.overdue', { durationMs: ageMs, limit: this.#limits.waitingMs })
  }

  async stage({ ciphertext, ...packet }: SealedPacket): Promise<StagedPacket> {
    return { packet, size: ciphertext.length, blob: await this.#deps.store.blobs.put(packet.caseId, packetBlobKind, ciphertext) }
  }

  async enqueue(trx: Transaction<Tables>, { packet, size, blob }: StagedPacket): Promise<void> {
    const { count } = await waiting(trx)
    if (count >= this.#limits.waitingPackets) throw new Fault('packet.outbox_full', { count, limit: this.#limits.waitingPackets })
    await this.#deps.store.blobs.record(trx, blob)
    const nowMs = Math.floor(this.#deps.clock.nowMs())
    await trx
      .insertInto('packets')
      .values({
        id: packet.packetId,
        case_id: packet.caseId,
        state: 'queued',
        manifest_jws: packet.manifestJws,
        ciphertext_hash: packet.ciphertextSha256,
        size,
        chunk_size: Math.min(this.#deps.chunkBytes ?? centreLimits.chunkBytes, centreLimits.chunkBytes),
        chunks_acknowledged: 0,
        receipt_jws: null,
        created_ms: nowMs,
        updated_ms: nowMs,
        attempts: 0,
        next_attempt_ms: null,
      })
      .execute()
  }

  kick(): void {
    this.#heartbeatDueMs = 0
    this.#link = { ...this.#link, untilMs: 0 }
    this.#wake()
  }

  status(): OutboxStatus {
    return this.#status
  }

  onChange(listener: (status: OutboxStatus) => void): () => void {
    this.#changeListeners.add(listener)
    return () => void this.#changeListeners.delete(listener)
  }

  onEvent(listener: (event: OutboxEvent) => Promise<void> | void): () => void {
    this.#eventListeners.add(listener)
    return () => void this.#eventListeners.delete(listener)
  }

  async pollStatus(caseId: string): Promise<string> {
    const row = await this.#deps.store.read((db) => db.selectFrom('packets').select('id').where('case_id', '=', caseId).executeTakeFirst())
    if (!row) throw new Fault('case.not_found', { caseId })
    return this.#round.ask(row.id, caseId)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#timer?.cancel()
    await this.#running
  }

  /** One worker at a time; a wake while it runs makes it look once more. */
  #wake(): void {
    if (this.#closed) return
    this.#timer?.cancel()
    if (this.#busy) {
      this.#again = true
      return
    }
    this.#busy = true
    this.#running = this.#work()
      .catch((error: unknown) => {
        // The store refused: nothing was lost, but nothing can be kept either. Tried again like a lost link.
        this.#deps.log.write('error', 'outbox.stopped', { reason: toFault(error).code })
        this.#pauseLink()
      })
      .finally(() => {
        this.#busy = false
        if (this.#again && !this.#closed) {
          this.#again = false
          this.#wake()
        } else {
          this.#arm()
        }
      })
  }

  async #work(): Promise<void> {
    const { store, clock } = this.#deps
    if (!this.#loaded) {
      for (const { id, case_id } of await committedIds(store)) this.#round.watch(id, case_id)
      this.#loaded = true
    }
    await this.#refresh(0)
    while (!this.#closed && this.#link.untilMs <= clock.monotonicMs()) {
      const row = await oldestWaiting(store, this.#parkedIds())
      if (row) await this.#send(row)
      else if (!(await this.#ask())) break
    }
  }

  async #send(row: PacketRow): Promise<void> {
    const { store, centre, centreKeys, clock, effects, log } = this.#deps
    let total = 0
    const end: UploadEnd = await upload(
      {
        store,
        centre,
        centreKeys,
        clock,
        effects,
        stopped: () => this.#closed,
        onProgress: (bytesHeld) => {
          total = Math.max(total, bytesHeld)
          this.#reached()
          this.#publish({ ...this.#status, bytesSent: total })
        },
      },
      row,
    )
    if (end.is === 'committed') {
      this.#reached()
      this.#parked.delete(row.id)
      this.#round.watch(row.id, row.case_id)
      await this.#refresh(0)
      await this.#emit({ is: 'committed', packetId: row.id, caseId: row.case_id, receiptNumber: end.receiptNumber })
    } else if (end.is === 'paused') {
      log.write('warn', 'outbox.paused', { packetId: row.id, operation: end.code, reason: end.reason })
      if (end.cause === 'link') this.#pauseLink()
      else await this.#park(row, end.code, end.reason)
    }
  }

  /** @returns false when no question is due */
  async #ask(): Promise<boolean> {
    try {
      let asked = await this.#round.askOne()
      if (!asked && this.#heartbeatDueMs <= this.#deps.clock.monotonicMs()) {
        await this.#deps.centre.greet()
        asked = true
      }
      if (asked) this.#reached()
      return asked
    } catch (error) {
      if (isFault(error, 'centre.unreachable')) this.#pauseLink()
      else this.#reached()
      this.#deps.log.write('warn', 'outbox.question_failed', { reason: toFault(error).code })
      return true
    }
  }

  async #centreSays(packetId: string, caseId: string, status: string): Promise<void> {
    for (const listener of this.#eventListeners) await listener({ is: 'status', packetId, caseId, status })
    if (!finalStatuses.includes(status)) return
    const { store, clock } = this.#deps
    const audit = { actor: 'centre', act: 'packet.retained', caseId, facts: { packetId } }
    await move(store, audit, { id: packetId, from: ['committed'], to: 'retained', atMs: clock.nowMs() })
    this.#round.forget(packetId)
  }

  /** A packet that was refused lets the others pass and is tried again later. A forged receipt goes into the audit chain. */
  async #park(row: PacketRow, code: FaultCode, reason: string): Promise<void> {
    const failures = (this.#parked.get(row.id)?.failures ?? 0) + 1
    const waitMs = backoffMs(packetRule, failures, this.#deps.random)
    this.#parked.set(row.id, { failures, untilMs: this.#deps.clock.monotonicMs() + waitMs })
    const fault = new Fault(code, { packetId: row.id, caseId: row.case_id, reason, attempts: failures, retryAfterMs: waitMs })
    const audit = { actor: 'centre', act: code, caseId: row.case_id, facts: { packetId: row.id, reason } }
    await this.#deps.store.commit(audit, async (trx) => {
      const set = { attempts: failures, updated_ms: Math.floor(this.#deps.clock.nowMs()) }
      await trx.updateTable('packets').set(set).where('id', '=', row.id).execute()
    })
    await this.#emit({ is: 'fault', packetId: row.id, caseId: row.case_id, fault })
  }

  #parkedIds(): string[] {
    const nowMs = this.#deps.clock.monotonicMs()
    return [...this.#parked].filter(([, { untilMs }]) => untilMs > nowMs).map(([id]) => id)
  }

  #pauseLink(): void {
    const failures = this.#link.failures + 1
    this.#link = { failures, untilMs: this.#deps.clock.monotonicMs() + backoffMs(linkRule, failures, this.#deps.random) }
    this.#publish({ ...this.#status, reachable: false })
  }

  #reached(): void {
    this.#heartbeatDueMs = this.#deps.clock.monotonicMs() + heartbeatMs
    this.#link = { failures: 0, untilMs: 0 }
    if (!this.#status.reachable) this.#publish({ ...this.#status, reachable: true })
  }

  /** One timer for whatever comes first: the link's pause, a parked packet, the next question. */
  #arm(): void {
    if (this.#closed) return
    const nowMs = this.#deps.clock.monotonicMs()
    const due = [...this.#parked.values()].map(({ untilMs }) => untilMs).filter((untilMs) => untilMs > nowMs)
    if (this.#round.nextDueMs !== undefined) due.push(this.#round.nextDueMs)
    due.push(this.#heartbeatDueMs)
    const atMs = Math.max(Math.min(...due), this.#link.untilMs)
    this.#timer = this.#deps.clock.after(Math.max(1, atMs - nowMs), () => this.#wake())
  }

  async #refresh(bytesSent: number): Promise<void> {
    const { count, bytes, oldestAtMs } = await this.#deps.store.read((db) => waiting(db))
    this.#publish({ ...this.#status, waiting: count, oldestAtMs, bytesSent, bytesTotal: bytes })
  }

  #publish(status: OutboxStatus): void {
    this.#status = status
    for (const listener of this.#changeListeners) listener(status)
  }

  async #emit(event: OutboxEvent): Promise<void> {
    for (const listener of this.#eventListeners) {
      try {
        await listener(event)
      } catch (error) {
        this.#deps.log.write('error', 'outbox.listener_failed', { operation: event.is, reason: toFault(error).code })
      }
    }
  }
}
