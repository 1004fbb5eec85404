// What the gateway's tests share: connections without a network, a client of raw frames, a log and an audit that can be read.

import { inProcessPair, type MessageChannelLike } from '../../daemon/gateway/channel.js'
import { Clients } from '../../daemon/gateway/gateway.js'
import type { Role } from '../../daemon/service/standard.js'
import type { AuditEntry } from '../../daemon/store/store.js'
import { connect, type StationClient } from '../../protocol/client.js'
import { decodeServerFrame, encodeClientFrame, type ServerMessage } from '../../protocol/envelope.js'
import type { Facts } from '../../protocol/facts.js'
import type { ClientFrame, Init } from '../../protocol/gen/station.js'
import type { Log } from '../../protocol/log.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'
import { type FakeStation, fakeStation } from './fake-station.js'

export const startMs = Date.UTC(2026, 0, 5, 1)

export interface Bench {
  readonly station: FakeStation
  readonly clock: VirtualClock
  readonly clients: Clients
  readonly audit: AuditEntry[]
  readonly lines: { readonly event: string; readonly facts: Facts | undefined }[]
  client(): Promise<StationClient>
  /** Logged in as a new operator with these roles. */
  operator(name: string, roles: readonly Role[]): Promise<StationClient>
}

export function bench(options: { simulated?: boolean; idleLockMs?: number } = {}): Bench {
  const station = fakeStation(options)
  const clock = new VirtualClock(startMs)
  const audit: AuditEntry[] = []
  const lines: { event: string; facts: Facts | undefined }[] = []
  const log: Log = { write: (_level, event, facts) => void lines.push({ event, facts }) }
  const clients = new Clients({
    station,
    clock,
    log,
    audit: async (entry) => void audit.push(entry),
    ...(options.idleLockMs !== undefined && { idleLockMs: options.idleLockMs }),
  })
  const socket = () => {
    const pair = inProcessPair()
    clients.accept(pair.channel)
    return pair.socket
  }
  const client = () => connect({ url: 'in-process', socket, client: 'test', clock })
  return {
    station,
    clock,
    clients,
    audit,
    lines,
    client,
    operator: async (name, roles) => {
      station.operators.hire(name, roles)
      const connected = await client()
      await connected.request('logIn', { name, pin: '123456' })
      return connected
    },
  }
}

/** Lets everything that is ready happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}

/** The daemon's end of a connection under the test's hand: frames go in and come out one by one, the backlog is whatever the test says. */
export class RawClient implements MessageChannelLike {
  bufferedAmount = 0
  readonly frames: ServerMessage[] = []
  closedWith: number | undefined
  #onMessage: (bytes: Uint8Array, binary: boolean) => void = () => {}
  #onClose: () => void = () => {}

  send(bytes: Uint8Array): void {
    this.frames.push(decodeServerFrame(bytes))
  }
  onMessage(listener: (bytes: Uint8Array, binary: boolean) => void): void {
    this.#onMessage = listener
  }
  onClose(listener: () => void): void {
    this.#onClose = listener
  }
  close(code: number): void {
    this.closedWith ??= code
    this.#onClose()
  }
  /** What the client says. */
  say(frame: Init<ClientFrame>): void {
    this.#onMessage(encodeClientFrame(frame), true)
  }
  sayBytes(bytes: Uint8Array, binary = true): void {
    this.#onMessage(bytes, binary)
  }
  of<B extends ServerMessage['body']>(body: B): Extract<ServerMessage, { readonly body: B }>[] {
    return this.frames.filter((frame): frame is Extract<ServerMessage, { readonly body: B }> => frame.body === body)
  }
  /** The code of the fault in the last reply, or its other outcome. */
  get lastReply(): string | undefined {
    const reply = this.of('reply').at(-1)?.reply
    return reply?.outcome === 'fault' ? reply.fault.code : reply?.outcome
  }
}
