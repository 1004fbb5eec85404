// The simulated centre on a loopback port: the same requests over real HTTP, the same script of faults. For end-to-end runs, never for a real office.

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CentreRequest, centreLimits } from '../../protocol/hardware/centre.js'
import type { Link } from '../centre/link.js'

export interface HttpCentre {
  /** e.g. `http://127.0.0.1:40123` */
  readonly url: string
  /** Breaks what is open and stops listening. */
  close(): Promise<void>
}

/** @param port 0 takes a free one */
export function serveCentre(link: Link, port = 0): Promise<HttpCentre> {
  const server = createServer((message, reply) => {
    const handle = async () => {
      const request = await read(message)
      const answer = request === undefined ? undefined : await link.exchange(request)
      if (answer === undefined) {
        reply.writeHead(413, { connection: 'close' }).end()
      } else if (answer === 'cut') {
        message.socket.destroy()
      } else {
        reply.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length }).end(answer.body)
      }
    }
    handle().catch(() => message.socket.destroy())
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const { port: bound } = server.address() as AddressInfo
      resolve({
        url: `http://127.0.0.1:${bound}`,
        close: () =>
          new Promise((done) => {
            server.close(() => done())
            server.closeAllConnections()
          }),
      })
    })
  })
}

/** @returns undefined when it is too large or of a method that no centre has */
async function read(message: IncomingMessage): Promise<CentreRequest | undefined> {
  const { method, url = '/' } = message
  const parts: Buffer[] = []
  let size = 0
  for await (const part of message as AsyncIterable<Buffer>) {
    size += part.length
    if (size > centreLimits.messageBytes) return undefined
    parts.push(part)
  }
  if (method !== 'GET' && method !== 'PUT' && method !== 'POST') return undefined
  const headers = Object.fromEntries(
    Object.entries(message.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )
  return { method, path: url, headers, body: Buffer.concat(parts), timeoutMs: 0 }
}
