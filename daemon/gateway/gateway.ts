// The station's only door: a loopback web server with the user interface and one websocket a client. Everything behind it is in connection.ts.

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { SocketLike } from '../../protocol/client.js'
import type { Clock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import { CLOSE_CODES, WIRE_LIMITS } from '../../protocol/limits.js'
import type { Log } from '../../protocol/log.js'
import type { Station } from '../desks.js'
import type { AuditEntry } from '../store/store.js'
import { inProcessPair, type MessageChannelLike } from './channel.js'
import { Connection, type ConnectionDeps } from './connection.js'
import { isAllowed, serveStatic } from './http.js'

export interface GatewayDeps {
  readonly station: Station
  /** 0 takes any free port. */
  readonly port: number
  /** Absolute path of the built user interface. */
  readonly uiFolder: string
  readonly clock: Clock
  readonly log: Log
  /** `(entry) => store.commit(entry, async () => {})` */
  readonly audit: (entry: AuditEntry) => Promise<void>
  /** Default: ten minutes. */
  readonly idleLockMs?: number
}

export interface Gateway {
  readonly port: number
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** To be shown once to whoever started an unclaimed station. */
  readonly launchToken?: string
  /** Takes a client that comes by another way than the websocket. */
  accept(channel: MessageChannelLike): void
  close(): Promise<void>
}

const address = '127.0.0.1'
const socketPath = '/ws'
const defaultIdleLockMs = 10 * 60_000
const closeGraceMs = 1_000

/** @throws Fault gateway.port_taken */
export async function openGateway(deps: GatewayDeps): Promise<Gateway> {
  const clients = new Clients(deps)
  const open = new Set<WebSocket>()
  const server = createServer({ headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 }, (request, response) => {
    void serveStatic(request, response, deps.uiFolder, portOf(server))
  })
  server.maxConnections = 4 * WIRE_LIMITS.connections
  server.maxHeadersCount = 64
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: WIRE_LIMITS.clientMessageBytes,
    maxFragments: 16,
    maxBufferedChunks: 64,
  })
  server.on('upgrade', (request, stream, head) => {
    if (request.url !== socketPath) {
      hangUp(stream, '404 Not Found')
      return
    }
    if (!isAllowed(request, portOf(server), true)) {
      deps.log.write('warn', 'gateway.origin_refused')
      hangUp(stream, '403 Forbidden')
      return
    }
    sockets.handleUpgrade(request, stream, head, (socket) => {
      open.add(socket)
      socket.once('close', () => void open.delete(socket))
      clients.accept(channelOf(socket))
    })
  })
  await listen(server, deps.port)
  const port = portOf(server)
  const launchToken = deps.station.operators.issueLaunchToken()
  deps.log.write('info', 'gateway.open', { port })
  return {
    port,
    url: `http://${address}:${port}`,
    ...(launchToken !== undefined && { launchToken }),
    accept: (channel) => clients.accept(channel),
    close: async () => {
      clients.close()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      // A client that does not answer the close is cut off.
      const timer = deps.clock.after(closeGraceMs, () => {
        for (const socket of open) socket.terminate()
      })
      await closed
      timer.cancel()
    },
  }
}

/** A socket for `connect()` that reaches `gateway` without a network. */
export function inProcessSocket(gateway: Pick<Gateway, 'accept'>): SocketLike {
  const { socket, channel } = inProcessPair()
  gateway.accept(channel)
  return socket
}

/** The connections of the station. Usable without a web server. */
export class Clients {
  readonly #open = new Set<Connection>()
  readonly #deps: ConnectionDeps
  #closing = false

  constructor(deps: Pick<GatewayDeps, 'station' | 'clock' | 'log' | 'audit' | 'idleLockMs'>) {
    this.#deps = {
      station: deps.station,
      clock: deps.clock,
      log: deps.log,
      audit: deps.audit,
      idleLockMs: deps.idleLockMs ?? defaultIdleLockMs,
      endSessionsOf: (operatorId) => {
        for (const connection of this.#open) connection.endSessionOf(operatorId)
      },
      onEnd: (connection) => void this.#open.delete(connection),
    }
  }

  accept(channel: MessageChannelLike): void {
    if (this.#closing) {
      channel.close(CLOSE_CODES.goingAway)
      return
    }
    if (this.#open.size >= WIRE_LIMITS.connections) {
      this.#deps.log.write('warn', 'gateway.too_many_clients', { limit: WIRE_LIMITS.connections })
      channel.close(CLOSE_CODES.tooMany)
      return
    }
    this.#open.add(new Connection(this.#deps, channel))
  }

  close(): void {
    this.#closing = true
    for (const connection of this.#open) connection.shutDown()
  }
}

function channelOf(socket: WebSocket): MessageChannelLike {
  // A broken message or peer: ws closes the connection with the right code by itself, and `close` follows.
  socket.on('error', () => {})
  return {
    get bufferedAmount() {
      return socket.bufferedAmount
    },
    send: (bytes) => {
      if (socket.readyState === socket.OPEN) socket.send(bytes, { binary: true })
    },
    onMessage: (listener) => {
      socket.on('message', (data, binary) => {
        if (data instanceof Buffer) listener(new Uint8Array(data), binary)
      })
    },
    onClose: (listener) => void socket.once('close', () => listener()),
    close: (code) => socket.close(code),
  }
}

function hangUp(stream: Duplex, status: string): void {
  stream.on('error', () => {})
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function portOf(server: Server): number {
  const bound = server.address()
  return bound !== null && typeof bound === 'object' ? bound.port : 0
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new Fault('gateway.port_taken', { port }, { cause: error }) : error)
    })
    server.listen(port, address, () => resolve())
  })
}
