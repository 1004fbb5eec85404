// How far the centre's clock is from ours, from the Date field of its answers (RFC 9110 §6.6.1). Reads nothing else of what passes.

import type { Clock } from '../../protocol/clock.js'
import type { CentreTransport } from '../../protocol/hardware/centre.js'

export interface SkewWatch {
  /** The same line, watched. */
  readonly transport: CentreTransport
  /** Theirs minus ours, from the last answer that told its time; exact to a second and half the answer's way. */
  skewMs(): number | undefined
}

/** The field counts whole seconds and cuts the rest off. */
const cutOffMs = 500

export function watchSkew(transport: CentreTransport, clock: Clock): SkewWatch {
  let skewMs: number | undefined
  return {
    transport: {
      request: async (request) => {
        const beganMs = clock.nowMs()
        const response = await transport.request(request)
        const theirsMs = Date.parse(response.headers['date'] ?? '')
        if (Number.isFinite(theirsMs)) skewMs = theirsMs + cutOffMs - (beganMs + clock.nowMs()) / 2
        return response
      },
    },
    skewMs: () => skewMs,
  }
}
