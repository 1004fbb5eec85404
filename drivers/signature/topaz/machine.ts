// What a signature pad's host side does: hand on samples while somebody signs, give up on a line that only brings noise. Pure.

import type { FaultCode } from '../../../protocol/fault.js'
import type { SignaturePadCounters } from '../../driver.js'
import type { PadPacket } from './framing.js'

export type State =
  | { readonly at: 'idle'; readonly counters: SignaturePadCounters }
  | {
      readonly at: 'signing'
      readonly counters: SignaturePadCounters
      /** 0..1023, holds for the positions that follow. */
      readonly pressure: number
      /** When the latest bad packets came, at most `noisePackets`. */
      readonly badMs: readonly number[]
    }
  | { readonly at: 'lost'; readonly counters: SignaturePadCounters; readonly code: FaultCode }

export type Input =
  | { readonly is: 'begin' | 'end' }
  | { readonly is: 'packet'; readonly packet: PadPacket; readonly timeMs: number }
  | { readonly is: 'bad'; readonly nowMs: number }
  | { readonly is: 'skipped'; readonly bytes: number }
  | { readonly is: 'lost'; readonly code: FaultCode }

export type Effect =
  | {
      readonly do: 'sample'
      readonly x: number
      readonly y: number
      readonly pressure: number
      readonly timeMs: number
      readonly penDown: boolean
    }
  | { readonly do: 'report'; readonly code: FaultCode }

export interface Step {
  readonly state: State
  readonly effects: readonly Effect[]
}

/** So many bad packets within `noiseWindowMs`: wrong line settings or a broken cable, no longer a stray spark. */
const noisePackets = 40
const noiseWindowMs = 2000

export const closedCounters: SignaturePadCounters = { samples: 0, badPackets: 0, skippedBytes: 0 }

const stay = (state: State): Step => ({ state, effects: [] })

export function step(state: State, input: Input): Step {
  if (state.at === 'lost') return stay(state)
  const { counters } = state
  switch (input.is) {
    case 'begin':
      return stay({ at: 'signing', counters: closedCounters, pressure: 0, badMs: [] })
    case 'end':
      return stay({ at: 'idle', counters })
    case 'lost':
      return {
        state: { at: 'lost', counters, code: input.code },
        effects: state.at === 'signing' ? [{ do: 'report', code: input.code }] : [],
      }
    case 'skipped':
      return stay({ ...state, counters: { ...counters, skippedBytes: counters.skippedBytes + input.bytes } })
    case 'bad': {
      const counted = { ...counters, badPackets: counters.badPackets + 1 }
      if (state.at !== 'signing') return stay({ ...state, counters: counted })
      const badMs = [...state.badMs.filter((atMs) => input.nowMs - atMs < noiseWindowMs), input.nowMs]
      if (badMs.length < noisePackets) return stay({ ...state, counters: counted, badMs })
      const code = 'device.line_noise'
      return { state: { at: 'lost', counters: counted, code }, effects: [{ do: 'report', code }] }
    }
    case 'packet':
      return state.at === 'signing' ? signing(state, input.packet, input.timeMs) : stay(state)
  }
}

function signing(state: Extract<State, { at: 'signing' }>, packet: PadPacket, timeMs: number): Step {
  if (packet.is === 'pressure') return stay({ ...state, pressure: packet.level })
  if (packet.is !== 'position') return stay(state)
  const penDown = packet.near && packet.penDown
  const { counters, pressure } = state
  return {
    state: { ...state, counters: { ...counters, samples: counters.samples + 1 } },
    effects: [{ do: 'sample', x: packet.x, y: packet.y, pressure: penDown ? pressure : 0, timeMs, penDown }],
  }
}
