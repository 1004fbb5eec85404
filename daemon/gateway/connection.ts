// One client: greeting, requests in, replies, snapshots, events and previews out, idle lock, and every limit. Knows a channel, not a socket.

import type { Clock, Timer } from '../../protocol/clock.js'
import {
  CLOSE_CODES,
  checkVersion,
  decodeClientFrame,
  encodeServerFrame,
  faultReport,
  PROTOCOL_VERSION,
  WIRE_LIMITS,
} from '../../protocol/envelope.js'
import { Fault, toFault } from '../../protocol/fault.js'
import type { Init, Request, ServerFrame } from '../../protocol/gen/station.js'
import type { PreviewPicture, StationEvent } from '../state.js'
import type { MessageChannelLike } from './channel.js'
import type { ConnectionControl } from './commands/table.js'
import { actorOf, type DispatchDeps, dispatch } from './dispatch.js'
import { forward } from './forward.js'
import { TokenBucket } from './limits.js'
import { PreviewFeed } from './previews.js'
import { nobody, type Session, seesCases } from './session.js'
import { makeSnapshot } from './snapshot.js'
import { previewToWire } from './wire.js'

export interface ConnectionDeps extends DispatchDeps {
  readonly clock: Clock
  /** Time without a request after which the screen locks. */
  readonly idleLockMs: number
  endSessionsOf(operatorId: string): void
  onEnd(connection: Connection): void
}

const auditedRefusalsPerMinute = 10
const burstSeconds = 5

export class Connection implements ConnectionControl {
  readonly #deps: ConnectionDeps
  readonly #channel: MessageChannelLike
  #phase: 'greeting' | 'open' | 'ended' = 'greeting'
  #session: Session = nobody
  #sequence = 0
  #lastActiveMs: number
  #timer: Timer
  #watching = false
  #unwatch: (() => void) | undefined
  readonly #unsubscribe: () => void
  readonly #openRequests = new Set<number>()
  readonly #messages: TokenBucket
  readonly #audits: TokenBucket
  readonly #previews: PreviewFeed

  constructor(deps: ConnectionDeps, channel: MessageChannelLike) {
    this.#deps = deps
    this.#channel = channel
    const { clock, station } = deps
    const nowMs = clock.monotonicMs()
    this.#lastActiveMs = nowMs
    this.#messages = new TokenBucket(WIRE_LIMITS.messagesPerSecond, WIRE_LIMITS.messagesPerSecond * burstSeconds, nowMs)
    this.#audits = new TokenBucket(auditedRefusalsPerMinute / 60, auditedRefusalsPerMinute, nowMs)
    this.#previews = new PreviewFeed(
      clock,
      () => channel.bufferedAmount,
      (picture) => this.#send({ preview: previewToWire(picture) }),
    )
    this.#unsubscribe = station.state.subscribe((event) => this.#tell(event))
    this.#timer = clock.after(WIRE_LIMITS.helloTimeoutMs, () => this.end(CLOSE_CODES.helloMissing))
    channel.onMessage((bytes, binary) => this.#receive(bytes, binary))
    channel.onClose(() => this.#release())
    this.#send({
      hello: {
        minVersion: PROTOCOL_VERSION.min,
        maxVersion: PROTOCOL_VERSION.max,
        softwareVersion: station.softwareVersion,
        stationId: station.stationId,
        office: station.office,
        timezone: station.timezone,
        simulated: station.simulated,
        unclaimed: station.operators.unclaimed,
      },
    })
  }

  get session(): Session {
    return this.#session
  }

  enter(session: Session): void {
    if (this.#phase === 'ended') return
    const before = this.#session
    this.#session = session
    this.#leave(before, session)
    this.#auditSession(before, session, 'operator')
    this.#refresh()
  }

  watchPreview(on: boolean): void {
    this.#watching = on
    this.#updateWatch()
  }

  endSessionsOf(operatorId: string): void {
    this.#deps.endSessionsOf(operatorId)
  }

  /** The operator may no longer work: whatever the session did goes on, but without this connection. */
  endSessionOf(operatorId: string): void {
    if (this.#session.at !== 'nobody' && this.#session.operator.id === operatorId) this.enter(nobody)
  }

  /** The station stops: the client hears why before it is closed. */
  shutDown(): void {
    this.#send({ reply: { id: 0, fault: faultReport(new Fault('gateway.closing')) } })
    this.end(CLOSE_CODES.goingAway)
  }

  end(code: number): void {
    if (this.#phase === 'ended') return
    this.#release()
    this.#channel.close(code)
  }

  #release(): void {
    if (this.#phase === 'ended') return
    const before = this.#session
    this.#phase = 'ended'
    this.#session = nobody
    this.#timer.cancel()
    this.#unsubscribe()
    this.#updateWatch()
    this.#leave(before, nobody)
    this.#auditSession(before, nobody, 'connection_closed')
    this.#deps.onEnd(this)
  }

  /** Whoever is not at work any more is not waited for at the scanner: a finger that is laid there later proves nothing. */
  #leave(before: Session, after: Session): void {
    if (before.at === 'working' && after.at !== 'working') this.#deps.station.operatorFingers.cancel(before.operator.id)
  }

  #receive(bytes: Uint8Array, binary: boolean): void {
    if (this.#phase === 'ended') return
    if (!this.#messages.take(this.#deps.clock.monotonicMs())) {
      this.#refuse(new Fault('gateway.too_many_requests', { limit: WIRE_LIMITS.messagesPerSecond }), CLOSE_CODES.tooFast)
      return
    }
    try {
      if (!binary) throw new Fault('protocol.malformed', { reason: 'not_binary' })
      const frame = decodeClientFrame(bytes)
      if (frame.body === 'hello') this.#greet(frame.hello.version)
      else this.#take(frame.request)
    } catch (error) {
      const fault = toFault(error)
      const codes = { 'protocol.too_large': CLOSE_CODES.tooLarge, 'protocol.version': CLOSE_CODES.version } as const
      this.#refuse(
        fault,
        fault.code === 'protocol.too_large' || fault.code === 'protocol.version' ? codes[fault.code] : CLOSE_CODES.malformed,
      )
    }
  }

  /** Says why in a reply with id 0, then closes. */
  #refuse(fault: Fault, code: number): void {
    this.#deps.log.write('warn', 'gateway.client_refused', { ...fault.context, reason: fault.code })
    this.#send({ reply: { id: 0, fault: faultReport(fault) } })
    this.end(code)
  }

  #greet(version: number): void {
    if (this.#phase !== 'greeting') throw new Fault('protocol.malformed', { field: 'hello', reason: 'twice' })
    checkVersion(version)
    this.#phase = 'open'
    this.#timer.cancel()
    this.#refresh()
  }

  #take(request: Request): void {
    if (this.#phase !== 'open') throw new Fault('protocol.malformed', { field: 'hello', reason: 'missing' })
    if (this.#openRequests.has(request.id)) throw new Fault('protocol.malformed', { field: 'request.id', reason: 'in_use' })
    if (this.#openRequests.size >= WIRE_LIMITS.openRequests) {
      const fault = new Fault('gateway.too_many_requests', { limit: WIRE_LIMITS.openRequests })
      this.#send({ reply: { id: request.id, fault: faultReport(fault) } })
      return
    }
    this.#lastActiveMs = this.#deps.clock.monotonicMs()
    this.#openRequests.add(request.id)
    void this.#run(request)
  }

  async #run(request: Request): Promise<void> {
    const { clock } = this.#deps
    const reply = await dispatch(this.#deps, this, request, clock.nowMs(), () => this.#audits.take(clock.monotonicMs()))
    this.#openRequests.delete(request.id)
    this.#send({ reply })
  }

  /** A changed session sees another station: all of it is told anew, and the idle timer starts. */
  #refresh(): void {
    const { station, clock } = this.#deps
    this.#updateWatch()
    if (this.#phase === 'open') this.#send({ snapshot: makeSnapshot(station, this.#session, this.#sequence, clock.nowMs()) })
    this.#lastActiveMs = clock.monotonicMs()
    this.#armIdleLock(this.#deps.idleLockMs)
  }

  #armIdleLock(afterMs: number): void {
    if (this.#phase !== 'open') return
    this.#timer.cancel()
    if (this.#session.at === 'working') this.#timer = this.#deps.clock.after(afterMs, () => this.#onIdle())
  }

  #onIdle(): void {
    if (this.#session.at !== 'working') return
    const leftMs = this.#lastActiveMs + this.#deps.idleLockMs - this.#deps.clock.monotonicMs()
    if (leftMs > 0 || this.#openRequests.size > 0) {
      this.#armIdleLock(leftMs > 0 ? leftMs : this.#deps.idleLockMs)
      return
    }
    const before = this.#session
    this.#session = { at: 'locked', operator: before.operator }
    this.#auditSession(before, this.#session, 'idle')
    this.#refresh()
  }

  #tell(event: StationEvent): void {
    if (this.#phase !== 'open') return
    const { station, clock } = this.#deps
    const wire = forward(station, this.#session, event, this.#sequence + 1, clock.nowMs())
    if (!wire) return
    this.#sequence++
    this.#send({ event: wire })
  }

  #updateWatch(): void {
    const wanted = this.#watching && this.#phase === 'open' && seesCases(this.#session)
    if (wanted && !this.#unwatch) {
      this.#unwatch = this.#deps.station.state.watch((picture: PreviewPicture) => this.#previews.show(picture))
    } else if (!wanted) {
      this.#unwatch?.()
      this.#unwatch = undefined
      this.#previews.stop()
    }
    // A new session asks for itself.
    if (this.#session.at === 'nobody') this.#watching = false
  }

  #send(frame: Init<ServerFrame>): void {
    if (this.#phase === 'ended') return
    if (this.#channel.bufferedAmount > WIRE_LIMITS.backlogBytes) {
      this.#deps.log.write('warn', 'gateway.client_too_slow', { size: this.#channel.bufferedAmount, limit: WIRE_LIMITS.backlogBytes })
      this.end(CLOSE_CODES.tooSlow)
      return
    }
    try {
      this.#channel.send(encodeServerFrame(frame))
    } catch (error) {
      this.#deps.log.write('error', 'gateway.send_failed', { reason: toFault(error).code })
      // A lost event must not pass unnoticed: the client connects again and gets a snapshot. A lost picture is nothing.
      if (!('preview' in frame)) this.end(CLOSE_CODES.policy)
    }
  }

  #auditSession(before: Session, after: Session, reason: string): void {
    const act = sessionAct(before, after)
    if (!act) return
    const actor = actorOf(after.at === 'nobody' ? before : after).operator
    this.#deps.audit({ actor, act, facts: { reason } }).catch((error: unknown) => {
      this.#deps.log.write('error', 'gateway.audit_failed', { operation: act, reason: toFault(error).code })
    })
  }
}

function sessionAct(before: Session, after: Session): string | undefined {
  if (before.at === after.at) return undefined
  if (after.at === 'nobody') return 'session.closed'
  if (after.at === 'locked') return 'session.locked'
  return before.at === 'locked' ? 'session.unlocked' : 'session.opened'
}
