// The typed client of the station daemon, for the UI, the CLI, tests and integrators (`rekam/client`). Node and browser alike: the socket is handed in.
// Mirrors the station's state and carries commands; decides nothing.

import { type Clock, systemClock, type Timer } from './clock.js'
import {
  CLOSE_CODES,
  chooseVersion,
  decodeServerFrame,
  encodeClientFrame,
  faultFromReport,
  type ServerMessage,
  WIRE_LIMITS,
} from './envelope.js'
import { Fault, toFault } from './fault.js'
import type {
  CaptureReport,
  CaseState,
  Done,
  Event,
  Hello,
  Init,
  OperatorList,
  PreviewFrame,
  Reply,
  RequestCommand,
  SessionState,
  SimulatedPerson,
} from './gen/station.js'
import { applyEvent, applySnapshot, initialMirror, type StationMirror } from './mirror.js'

export { Fault, type FaultCode, isFault, isFaultOf } from './fault.js'
export type * from './gen/station.js'
export { Modality } from './gen/station.js'
export type { StationMirror } from './mirror.js'

/** What a browser's WebSocket and the one of `ws` have in common. Binary messages must arrive as ArrayBuffer or Uint8Array. */
export interface SocketLike {
  binaryType: string
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  send(bytes: Uint8Array<ArrayBuffer>): void
  close(code?: number): void
}

export type CommandName = keyof RequestCommand

/** What a command is answered with, where it is not just Done. */
interface Answers {
  claimStation: SessionState
  logIn: SessionState
  logOut: SessionState
  lock: SessionState
  unlock: SessionState
  listOperators: OperatorList
  takeTicket: CaseState
  callTicket: CaseState
  checkRequirement: CaseState
  completeStep: CaseState
  returnToApplicant: CaseState
  confirmApplicant: CaseState
  archiveCase: CaseState
  correctBiodata: CaseState
  reportCaptures: CaptureReport
  callSimulatedPerson: SimulatedPerson
}
export type Answer<K extends CommandName> = K extends keyof Answers ? Answers[K] : Done

export type ClientEvent =
  /** The mirror changed; `event` is undefined when a snapshot replaced it. */
  | { readonly is: 'changed'; readonly state: StationMirror; readonly event: Event | undefined }
  /** The connection is gone, by `close()` or not: connect again. `fault` says why when something went wrong, e.g. a gap in the sequence. */
  | { readonly is: 'closed'; readonly fault: Fault | undefined }

export interface StationClient {
  readonly hello: Hello
  /** As the last snapshot and the events since then tell it. A new object at every change. */
  readonly state: StationMirror
  readonly closed: boolean
  /**
   * @throws Fault as the daemon reported it; protocol.connection_lost when the connection goes before the answer; gateway.too_many_requests when
   * more than `WIRE_LIMITS.openRequests` are open
   */
  request<K extends CommandName>(command: K, fields: Init<RequestCommand[K]>): Promise<Answer<K>>
  /** @returns unsubscribe */
  on(listener: (event: ClientEvent) => void): () => void
  /** Pictures come after the command `watchPreview`. @returns unsubscribe */
  onPreview(listener: (picture: PreviewFrame) => void): () => void
  close(): void
}

export interface ConnectOptions {
  /** `ws://127.0.0.1:<port>/ws` */
  readonly url: string
  readonly socket: (url: string) => SocketLike
  /** Name and version of the client, for the daemon's log. */
  readonly client: string
  readonly clock?: Clock
}

/**
 * Connects, greets and waits for the first snapshot.
 * @throws Fault protocol.connection_lost (nobody there, refused, or silent for `WIRE_LIMITS.helloTimeoutMs`), protocol.version, protocol.malformed
 */
export function connect(options: ConnectOptions): Promise<StationClient> {
  return new Promise((resolve, reject) => {
    const connection = new Connection(options, resolve, reject)
    connection.open()
  })
}

interface Waiting {
  resolve(outcome: unknown): void
  reject(fault: Fault): void
}

class Connection implements StationClient {
  #hello: Hello | undefined
  #state = initialMirror
  #closed = false
  #ready = false
  #nextId = 1
  #socket: SocketLike | undefined
  #timer: Timer | undefined
  readonly #waiting = new Map<number, Waiting>()
  readonly #listeners = new Set<(event: ClientEvent) => void>()
  readonly #watchers = new Set<(picture: PreviewFrame) => void>()
  readonly #options: ConnectOptions
  readonly #resolve: (client: StationClient) => void
  readonly #reject: (fault: Fault) => void

  constructor(options: ConnectOptions, resolve: (client: StationClient) => void, reject: (fault: Fault) => void) {
    this.#options = options
    this.#resolve = resolve
    this.#reject = reject
  }

  open(): void {
    const socket = this.#options.socket(this.#options.url)
    this.#socket = socket
    socket.binaryType = 'arraybuffer'
    socket.onmessage = (event: { readonly data: unknown }) => this.#receive(event.data)
    socket.onclose = () => this.#end(new Fault('protocol.connection_lost'))
    socket.onerror = () => this.#end(new Fault('protocol.connection_lost'))
    const clock = this.#options.clock ?? systemClock
    const timeoutMs = WIRE_LIMITS.helloTimeoutMs
    this.#timer = clock.after(timeoutMs, () => this.#end(new Fault('protocol.connection_lost', { timeoutMs })))
  }

  get hello(): Hello {
    if (!this.#hello) throw new Fault('protocol.connection_lost')
    return this.#hello
  }
  get state(): StationMirror {
    return this.#state
  }
  get closed(): boolean {
    return this.#closed
  }

  request<K extends CommandName>(command: K, fields: Init<RequestCommand[K]>): Promise<Answer<K>>
  request(command: CommandName, fields: object): Promise<unknown> {
    if (this.#closed) return Promise.reject(new Fault('protocol.connection_lost'))
    const limit = WIRE_LIMITS.openRequests
    if (this.#waiting.size >= limit) return Promise.reject(new Fault('gateway.too_many_requests', { limit }))
    return new Promise((resolve, reject) => {
      const id = this.#freeId()
      this.#send(encodeClientFrame({ request: { id, [command]: fields } }))
      this.#waiting.set(id, { resolve, reject })
    })
  }

  on(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  onPreview(listener: (picture: PreviewFrame) => void): () => void {
    this.#watchers.add(listener)
    return () => void this.#watchers.delete(listener)
  }

  close(): void {
    this.#end(undefined)
  }

  #freeId(): number {
    while (this.#waiting.has(this.#nextId)) this.#advanceId()
    const id = this.#nextId
    this.#advanceId()
    return id
  }

  #advanceId(): void {
    this.#nextId = this.#nextId >= 0x7fff_ffff ? 1 : this.#nextId + 1
  }

  #send(bytes: Uint8Array): void {
    // A copy in a buffer of its own: the encoder's view may lie in a pool, and browsers refuse shared memory.
    this.#socket?.send(new Uint8Array(bytes))
  }

  #receive(data: unknown): void {
    if (this.#closed) return
    try {
      if (data instanceof ArrayBuffer) this.#take(decodeServerFrame(new Uint8Array(data)))
      else if (data instanceof Uint8Array) this.#take(decodeServerFrame(new Uint8Array(data)))
      else throw new Fault('protocol.malformed', { reason: 'not_binary' })
    } catch (error) {
      this.#end(toFault(error))
    }
  }

  #take(frame: ServerMessage): void {
    switch (frame.body) {
      case 'hello':
        this.#hello = frame.hello
        this.#send(encodeClientFrame({ hello: { version: chooseVersion(frame.hello), client: this.#options.client } }))
        break
      case 'reply':
        this.#answer(frame.reply)
        break
      case 'snapshot':
        this.#state = applySnapshot(frame.snapshot)
        this.#changed(undefined)
        break
      case 'event':
        this.#state = applyEvent(this.#state, frame.event)
        this.#changed(frame.event)
        break
      case 'preview':
        for (const watcher of this.#watchers) watcher(frame.preview)
        break
    }
  }

  #changed(event: Event | undefined): void {
    if (!this.#ready) {
      this.#ready = true
      this.#timer?.cancel()
      this.#resolve(this)
    }
    for (const listener of this.#listeners) listener({ is: 'changed', state: this.#state, event })
  }

  #answer(reply: Reply): void {
    if (reply.id === 0) {
      this.#end(reply.outcome === 'fault' ? faultFromReport(reply.fault) : new Fault('protocol.malformed', { field: 'reply.id' }))
      return
    }
    const waiting = this.#waiting.get(reply.id)
    if (!waiting) return
    this.#waiting.delete(reply.id)
    if (reply.outcome === undefined) waiting.reject(new Fault('protocol.malformed', { field: 'reply.outcome', reason: 'missing' }))
    else if (reply.outcome === 'fault') waiting.reject(faultFromReport(reply.fault))
    else waiting.resolve(outcomeOf(reply))
  }

  #end(fault: Fault | undefined): void {
    if (this.#closed) return
    this.#closed = true
    this.#timer?.cancel()
    this.#socket?.close(CLOSE_CODES.normal)
    for (const waiting of this.#waiting.values()) waiting.reject(new Fault('protocol.connection_lost', {}, { cause: fault }))
    this.#waiting.clear()
    if (!this.#ready) this.#reject(fault ?? new Fault('protocol.connection_lost'))
    for (const listener of this.#listeners) listener({ is: 'closed', fault })
  }
}

function outcomeOf(reply: Reply): unknown {
  switch (reply.outcome) {
    case 'done':
      return reply.done
    case 'session':
      return reply.session
    case 'operators':
      return reply.operators
    case 'case':
      return reply.case
    case 'simulatedPerson':
      return reply.simulatedPerson
    case 'captureReport':
      return reply.captureReport
    default:
      return undefined
  }
}
