// The metrics' own loopback port: one path, GET only, exact Host. Knows no series.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Fault, toFault } from '../../protocol/fault.js'
import type { Log } from '../../protocol/log.js'
import { contentType } from './exposition.js'

export interface MetricsServer {
  readonly port: number
  close(): Promise<void>
}

const address = '127.0.0.1'

/**
 * @param port 0 takes any free port
 * @throws Fault gateway.port_taken
 */
export async function openMetricsServer(deps: {
  readonly port: number
  readonly text: () => Promise<string>
  readonly log: Log
}): Promise<MetricsServer> {
  const server = createServer({ headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 }, (request, response) => {
    void answer(request, response, portOf(server), deps)
  })
  server.maxConnections = 8
  server.maxHeadersCount = 64
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new Fault('gateway.port_taken', { port: deps.port }, { cause: error }) : error)
    })
    server.listen(deps.port, address, resolve)
  })
  deps.log.write('info', 'metrics.open', { port: portOf(server) })
  return {
    port: portOf(server),
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** Never throws. A browser's page gets nothing: it comes with an Origin, or its own name for this host. */
async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  { text, log }: { readonly text: () => Promise<string>; readonly log: Log },
): Promise<void> {
  response.setHeader('Cache-Control', 'no-store')
  response.setHeader('X-Content-Type-Options', 'nosniff')
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
  const { host, origin } = request.headers
  const site = request.headers['sec-fetch-site']
  const strange = host !== `${address}:${port}` || origin !== undefined || (site !== undefined && site !== 'none')
  if (strange) return end(response, 403)
  if (request.method !== 'GET') return end(response, 405)
  if (request.url !== '/metrics') return end(response, 404)
  try {
    const body = await text()
    response.setHeader('Content-Type', contentType)
    end(response, 200, body)
  } catch (error) {
    log.write('warn', 'metrics.failed', { reason: toFault(error).code })
    end(response, 503)
  }
}

function end(response: ServerResponse, status: number, body = ''): void {
  response.writeHead(status)
  response.end(body)
}

function portOf(server: Server): number {
  const bound = server.address()
  return bound !== null && typeof bound === 'object' ? bound.port : 0
}
