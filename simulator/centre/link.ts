// The line between station and simulated centre, and what goes wrong on it. The same script rules the in-process line and the one over HTTP.

import { type Clock, sleep, withDeadline } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import type { CentreRequest, CentreResponse, CentreTransport } from '../../protocol/hardware/centre.js'

/** Faults to come, set by a scenario. */
export interface LinkScript {
  /** Nothing gets through. */
  unreachable: boolean
  /** Time on the line before each answer. */
  answerDelayMs: number
  /** The line breaks, once, when the bodies of the requests from now on pass `bytes`; the request then under way never arrives. */
  cutAfterBytes(bytes: number): void
  /** The next matching request has its effect, once, but its answer is lost. */
  loseAnswer(method: CentreRequest['method'], path: RegExp): void
}

export interface Link {
  readonly script: LinkScript
  /** How many requests had their effect. */
  readonly served: number
  /** @returns 'cut' when the line broke */
  exchange(request: CentreRequest): Promise<CentreResponse | 'cut'>
}

/**
 * @param hold given with a virtual clock: keeps time still while the centre does real work
 */
export function simulatedLink(clock: Clock, serve: (request: CentreRequest) => Promise<CentreResponse>, hold?: () => () => void): Link {
  let cutAt: number | undefined
  let served = 0
  const losses: { readonly method: string; readonly path: RegExp }[] = []
  const script: LinkScript = {
    unreachable: false,
    answerDelayMs: 0,
    cutAfterBytes: (bytes) => {
      cutAt = bytes
    },
    loseAnswer: (method, path) => void losses.push({ method, path }),
  }
  const cuts = (request: CentreRequest): boolean => {
    if (script.unreachable) return true
    if (cutAt === undefined) return false
    cutAt -= request.body?.length ?? 0
    if (cutAt >= 0) return false
    cutAt = undefined
    return true
  }
  return {
    script,
    get served() {
      return served
    },
    exchange: async (request) => {
      if (script.answerDelayMs > 0) await sleep(clock, script.answerDelayMs)
      if (cuts(request)) return 'cut'
      const release = hold?.()
      try {
        const response = await serve(request)
        served++
        const lost = losses.findIndex(({ method, path }) => method === request.method && path.test(request.path))
        if (lost >= 0) losses.splice(lost, 1)
        return lost >= 0 ? 'cut' : response
      } finally {
        release?.()
      }
    },
  }
}

/** The line without a wire. */
export function inProcessTransport(clock: Clock, link: Link): CentreTransport {
  const late = () => new Fault('centre.unreachable', { reason: 'timeout' })
  return {
    request: async (request) => {
      const response = await withDeadline(clock, request.timeoutMs, link.exchange(request), late)
      if (response === 'cut') throw new Fault('centre.unreachable', { reason: 'cut' })
      return response
    },
  }
}
