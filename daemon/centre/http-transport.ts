// The line to the centre over HTTPS (plain HTTP on loopback only, for a simulated centre). Bytes only: knows no packet and no case.

import type { Clock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import { type CentreResponse, type CentreTransport, centreLimits } from '../../protocol/hardware/centre.js'

const loopback: readonly string[] = ['127.0.0.1', 'localhost', '[::1]']

/**
 * @param baseUrl scheme, host and port; a path in front of the centre's own is kept
 * @throws Fault `centre.insecure` (no TLS beyond loopback, or another scheme), `input.invalid` (not an address, or with user, query or fragment)
 */
export function httpCentreTransport(baseUrl: string, clock: Clock): CentreTransport {
  const base = checkedBase(baseUrl)
  return {
    request: async ({ method, path, headers, body, timeoutMs }) => {
      const stop = new AbortController()
      const timer = clock.after(timeoutMs, () => stop.abort())
      try {
        const init: RequestInit = { method, redirect: 'error', signal: stop.signal, ...(headers && { headers: { ...headers } }) }
        if (body) init.body = Buffer.from(body)
        const response = await fetch(`${base}${path}`, init)
        const { status } = response
        return { status, headers: Object.fromEntries(response.headers), body: await bounded(response) } satisfies CentreResponse
      } catch (error) {
        if (error instanceof Fault) throw error
        throw new Fault('centre.unreachable', { reason: stop.signal.aborted ? 'timeout' : 'no answer', timeoutMs }, { cause: error })
      } finally {
        timer.cancel()
      }
    },
  }
}

function checkedBase(baseUrl: string): string {
  let url: URL
  try {
    url = new URL(baseUrl)
  } catch {
    throw new Fault('input.invalid', { field: 'centre.url', reason: 'not an address' })
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new Fault('input.invalid', { field: 'centre.url', reason: 'user, query or fragment' })
  }
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && loopback.includes(url.hostname))
  if (!secure) throw new Fault('centre.insecure', { field: 'centre.url', found: url.protocol })
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

async function bounded(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    const bytes = part as Uint8Array
    size += bytes.length
    if (size > centreLimits.messageBytes)
      throw new Fault('centre.protocol', { reason: 'answer too large', limit: centreLimits.messageBytes })
    parts.push(bytes)
  }
  return Buffer.concat(parts)
}
