// One packet's way to the centre as a pure machine: what to do next, given what just happened. Knows no clock, no network and no store.

import type { FaultCode } from '../../protocol/fault.js'

/**
 * As written in the packets table. `sealed` lasts from the sealing to the commit that enqueues. `retained`: the centre has nothing more to say
 * and the body waits for its purge. `erased`: its key is gone. The purge after the grace time is not built yet: nothing enters `erased`.
 */
export const packetStates = ['sealed', 'queued', 'sending', 'committed', 'retained', 'erased'] as const
export type PacketStateName = (typeof packetStates)[number]

/** Still to be sent. */
export const waitingStates = ['queued', 'sending'] as const satisfies readonly PacketStateName[]

export type PacketState =
  | { readonly at: 'sealed' | 'queued' | 'retained' | 'erased' }
  | { readonly at: 'sending'; readonly doing: 'asking' | 'committing' | 'verifying' | 'keeping' }
  /** Chunk numbers that the centre lacks, in order; the first is under way. */
  | { readonly at: 'sending'; readonly doing: 'sending'; readonly missing: readonly number[] }
  | { readonly at: 'committed' }

export type PacketInput =
  | { readonly is: 'enqueued' }
  | { readonly is: 'begin' }
  /** The centre's answer: which chunks it lacks or holds wrongly. */
  | { readonly is: 'lacks'; readonly chunks: readonly number[] }
  | { readonly is: 'chunk_held'; readonly chunk: number }
  /** Not verified yet. Also the answer of a centre that committed the packet before. */
  | { readonly is: 'receipt_came'; readonly receiptJws: string }
  | { readonly is: 'receipt_verified'; readonly receiptJws: string }
  | { readonly is: 'receipt_kept' }
  /** `link`: nothing gets through, no packet will. `packet`: this one was refused, others may pass. */
  | { readonly is: 'failed'; readonly cause: 'link' | 'packet'; readonly code: FaultCode }
  | { readonly is: 'centre_finished' }

export type PacketEffect =
  | { readonly do: 'ask' }
  | { readonly do: 'put'; readonly chunk: number }
  | { readonly do: 'commit' }
  | { readonly do: 'verify'; readonly receiptJws: string }
  /** Writes receipt and state in one transaction. */
  | { readonly do: 'keep_receipt'; readonly receiptJws: string }
  | { readonly do: 'pause'; readonly cause: 'link' | 'packet'; readonly code: FaultCode }

export interface PacketStep {
  readonly state: PacketState
  readonly effect?: PacketEffect
}

/** What does not fit the state is no event: late answers and second receipts change nothing. */
export function stepPacket(state: PacketState, input: PacketInput): PacketStep {
  switch (input.is) {
    case 'enqueued':
      return state.at === 'sealed' ? { state: { at: 'queued' } } : { state }
    case 'begin':
      return state.at === 'queued' || state.at === 'sending'
        ? { state: { at: 'sending', doing: 'asking' }, effect: { do: 'ask' } }
        : { state }
    case 'lacks':
      return state.at === 'sending' && state.doing === 'asking' ? sendNext(input.chunks) : { state }
    case 'chunk_held':
      if (state.at !== 'sending' || state.doing !== 'sending') return { state }
      return sendNext(state.missing.filter((chunk) => chunk !== input.chunk))
    case 'receipt_came':
      if (state.at !== 'sending' || (state.doing !== 'asking' && state.doing !== 'committing')) return { state }
      return { state: { at: 'sending', doing: 'verifying' }, effect: { do: 'verify', receiptJws: input.receiptJws } }
    case 'receipt_verified':
      if (state.at !== 'sending' || state.doing !== 'verifying') return { state }
      return { state: { at: 'sending', doing: 'keeping' }, effect: { do: 'keep_receipt', receiptJws: input.receiptJws } }
    case 'receipt_kept':
      return state.at === 'sending' && state.doing === 'keeping' ? { state: { at: 'committed' } } : { state }
    case 'failed':
      if (state.at !== 'sending') return { state }
      return { state: { at: 'queued' }, effect: { do: 'pause', cause: input.cause, code: input.code } }
    case 'centre_finished':
      return state.at === 'committed' ? { state: { at: 'retained' } } : { state }
  }
}

function sendNext(missing: readonly number[]): PacketStep {
  const [chunk] = missing
  if (chunk === undefined) return { state: { at: 'sending', doing: 'committing' }, effect: { do: 'commit' } }
  return { state: { at: 'sending', doing: 'sending', missing }, effect: { do: 'put', chunk } }
}
