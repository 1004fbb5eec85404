// The whole behaviour of a capture device's host side: open, prove, stream, give up. Pure: (state, input) to {state, effects}.

import { Fault, type FaultCode } from '../../protocol/fault.js'
import type { CaptureKind } from '../../protocol/hardware/capture-device.js'
import type { CaptureCounters, CaptureDeviceInfo, CaptureDeviceStatus, PlatenReading, SensorInfo } from '../driver.js'
import type { FrameHead } from './framing.js'
import type { Refusal } from './messages.js'
import {
  isSpent,
  judgeFrame,
  noCounters,
  noteBad,
  noteDropped,
  noteTick,
  type Stream,
  type StreamRules,
  startedStream,
} from './stream-watch.js'

/** What a device of a kind must be, and what its faces may show. */
export interface DeviceProfile {
  readonly kind: CaptureKind
  readonly vendorId: number
  readonly productId: number
  /** Why the device is not good enough for its kind, if so. */
  objection(info: CaptureDeviceInfo): string | undefined
  /** What a frame of the empty platen says, of a kind that has one. */
  readPlaten?(payload: Uint8Array, sensor: SensorInfo): PlatenReading
}

/** A key on the trust list with its id (lower-case hex SHA-256 of the SubjectPublicKeyInfo). */
export interface TrustedKey {
  readonly keyId: string
  readonly kind: CaptureKind
  readonly publicKey: string
}

export interface Rules extends StreamRules {
  readonly profile: DeviceProfile
  readonly serial: string
  /** Every line of the trust list with this serial. */
  readonly keys: readonly TrustedKey[]
  readonly proofPolls: number
  readonly proofPollMs: number
  /** A device that warms up is asked so often, this far apart. */
  readonly warmUpPolls: number
  readonly warmUpPollMs: number
  /** Frames that may be larger find no room: such a device is refused instead of seen and never heard. */
  readonly mostPayloadBytes: number
}

export type State =
  | { readonly at: 'closed' }
  | { readonly at: 'opening'; readonly info?: CaptureDeviceInfo }
  | { readonly at: 'proving'; readonly info: CaptureDeviceInfo; readonly key: TrustedKey; readonly pollsLeft: number }
  | { readonly at: 'warming'; readonly info: CaptureDeviceInfo; readonly pollsLeft: number }
  | { readonly at: 'ready'; readonly info: CaptureDeviceInfo }
  | { readonly at: 'streaming'; readonly info: CaptureDeviceInfo; readonly stream: Stream }
  | { readonly at: 'faulted'; readonly fault: Fault }

export type Input =
  | { readonly is: 'open' | 'claimed' | 'quiet' | 'challenged' | 'proof_pending' | 'stop' | 'close' }
  | { readonly is: 'info'; readonly info: CaptureDeviceInfo | Refusal }
  | { readonly is: 'key_id'; readonly keyId: string }
  | { readonly is: 'proof'; readonly signature: Uint8Array }
  | { readonly is: 'verdict'; readonly genuine: boolean }
  | { readonly is: 'status'; readonly status: CaptureDeviceStatus | Refusal }
  | { readonly is: 'start'; readonly nowMs: number; readonly session: number; readonly maxFps: number }
  | { readonly is: 'frame'; readonly head: FrameHead; readonly stored: boolean; readonly nowMs: number }
  | { readonly is: 'corrupt' | 'short'; readonly nowMs: number }
  | { readonly is: 'garbage'; readonly bytes: number; readonly nowMs: number }
  | { readonly is: 'stale' }
  | { readonly is: 'tick'; readonly nowMs: number }
  | { readonly is: 'failed'; readonly fault: Fault }

export type Effect =
  | { readonly do: 'claim' | 'hush' | 'ask_info' | 'ask_key_id' | 'challenge' | 'opened' | 'discard' }
  | { readonly do: 'publish'; readonly deviceTimeUs: number }
  | { readonly do: 'end_stream'; readonly counters: CaptureCounters }
  | { readonly do: 'ask_proof' | 'ask_status'; readonly afterMs: number }
  | { readonly do: 'verify'; readonly signature: Uint8Array; readonly key: TrustedKey; readonly info: CaptureDeviceInfo }
  | { readonly do: 'wake'; readonly afterMs: number }
  | { readonly do: 'report'; readonly fault: Fault }

export interface Step {
  readonly state: State
  readonly effects: readonly Effect[]
}

const go = (state: State, ...effects: readonly Effect[]): Step => ({ state, effects })
const stay = (state: State): Step => ({ state, effects: [] })

function fail(fault: Fault, ...before: readonly Effect[]): Step {
  return go({ at: 'faulted', fault }, ...before, { do: 'report', fault })
}

/** A device that is not on the list, or is not what it says, is named and refused. */
function refuse(rules: Rules, reason: string): Step {
  return fail(new Fault('device.unknown', { device: rules.profile.kind, serial: rules.serial, reason }))
}

function protocolFault(rules: Rules, { field, offset, found }: Refusal): Fault {
  return new Fault('device.protocol', { device: rules.profile.kind, serial: rules.serial, field, offset, found })
}

export function step(state: State, input: Input, rules: Rules): Step {
  if (input.is === 'close') return go({ at: 'closed' }, ...(state.at === 'streaming' ? over(state.stream) : []))
  switch (state.at) {
    case 'closed':
      return input.is === 'open' ? open(rules) : stay(state)
    case 'opening':
      return opening(state, input, rules)
    case 'proving':
      return proving(state, input, rules)
    case 'warming':
      return warming(state, input, rules)
    case 'ready':
      return ready(state, input, rules)
    case 'streaming':
      return streaming(state, input, rules)
    case 'faulted':
      return stay(state)
  }
}

function open(rules: Rules): Step {
  if (rules.keys.length === 0) return refuse(rules, 'not_listed')
  if (!rules.keys.some((key) => key.kind === rules.profile.kind)) return refuse(rules, 'wrong_kind')
  return go({ at: 'opening' }, { do: 'claim' })
}

function opening(state: Extract<State, { at: 'opening' }>, input: Input, rules: Rules): Step {
  switch (input.is) {
    case 'claimed':
      // A station that died may have left the device streaming.
      return go(state, { do: 'hush' })
    case 'quiet':
      return go(state, { do: 'ask_info' })
    case 'info': {
      const { info } = input
      if ('found' in info) return fail(protocolFault(rules, info))
      const tooLarge = info.sensors.some(({ maxPayloadBytes }) => maxPayloadBytes > rules.mostPayloadBytes)
      const objection = info.kind !== rules.profile.kind ? 'wrong_kind' : tooLarge ? 'frames_too_large' : rules.profile.objection(info)
      return objection ? refuse(rules, objection) : go({ at: 'opening', info }, { do: 'ask_key_id' })
    }
    case 'key_id': {
      const key = rules.keys.find((candidate) => candidate.keyId === input.keyId && candidate.kind === rules.profile.kind)
      if (!state.info || !key) return refuse(rules, 'wrong_key')
      return go({ at: 'proving', info: state.info, key, pollsLeft: rules.proofPolls }, { do: 'challenge' })
    }
    case 'failed':
      return fail(input.fault)
    default:
      return stay(state)
  }
}

function proving(state: Extract<State, { at: 'proving' }>, input: Input, rules: Rules): Step {
  switch (input.is) {
    case 'challenged':
      return go(state, { do: 'ask_proof', afterMs: rules.proofPollMs })
    case 'proof_pending': {
      const timeoutMs = rules.proofPolls * rules.proofPollMs
      if (state.pollsLeft <= 1) return fail(new Fault('device.timeout', { serial: rules.serial, operation: 'proof', timeoutMs }))
      return go({ ...state, pollsLeft: state.pollsLeft - 1 }, { do: 'ask_proof', afterMs: rules.proofPollMs })
    }
    case 'proof':
      return go(state, { do: 'verify', signature: input.signature, key: state.key, info: state.info })
    case 'verdict':
      if (!input.genuine) return refuse(rules, 'wrong_proof')
      return go({ at: 'warming', info: state.info, pollsLeft: rules.warmUpPolls }, { do: 'ask_status', afterMs: 0 })
    case 'failed':
      return fail(input.fault)
    default:
      return stay(state)
  }
}

function warming(state: Extract<State, { at: 'warming' }>, input: Input, rules: Rules): Step {
  if (input.is === 'failed') return fail(input.fault)
  if (input.is !== 'status') return stay(state)
  if ('found' in input.status) return fail(protocolFault(rules, input.status))
  if (input.status.state !== 'warming') return go({ at: 'ready', info: state.info }, { do: 'opened' })
  const timeoutMs = rules.warmUpPolls * rules.warmUpPollMs
  if (state.pollsLeft <= 1) return fail(new Fault('device.timeout', { serial: rules.serial, operation: 'warm_up', timeoutMs }))
  return go({ ...state, pollsLeft: state.pollsLeft - 1 }, { do: 'ask_status', afterMs: rules.warmUpPollMs })
}

function ready(state: Extract<State, { at: 'ready' }>, input: Input, rules: Rules): Step {
  if (input.is === 'failed') return fail(input.fault)
  if (input.is !== 'start') return stay(state)
  const stream = startedStream(state.info, input, rules)
  return go({ at: 'streaming', info: state.info, stream }, { do: 'wake', afterMs: stream.silenceMs })
}

function streaming(state: Extract<State, { at: 'streaming' }>, input: Input, rules: Rules): Step {
  const { info, stream } = state
  const after = (next: Stream, ...effects: readonly Effect[]): Step => {
    const code = isSpent(next, rules)
    return code ? endStream(code, next, rules, effects) : go({ at: 'streaming', info, stream: next }, ...effects)
  }
  switch (input.is) {
    case 'frame': {
      const { stream: next, good } = judgeFrame(stream, input.head, input.nowMs)
      if (!good) return after(next, { do: 'discard' })
      if (!input.stored) return after(noteDropped(next))
      return after(next, { do: 'publish', deviceTimeUs: input.head.deviceTimeUs + next.timeShiftUs })
    }
    case 'corrupt':
    case 'short':
      return after(noteBad(stream, input.is, input.nowMs, rules), { do: 'discard' })
    case 'garbage':
      return after(noteBad(addSkipped(stream, input.bytes), 'corrupt', input.nowMs, rules))
    case 'stale':
      return after({ ...stream, counters: { ...stream.counters, stale: stream.counters.stale + 1 } })
    case 'tick': {
      const look = noteTick(stream, input.nowMs)
      if ('code' in look) return endStream(look.code, stream, rules, [])
      return go({ at: 'streaming', info, stream: look.stream }, { do: 'wake', afterMs: look.wakeMs })
    }
    case 'stop':
      return go({ at: 'ready', info }, ...over(stream))
    case 'failed':
      return fail(input.fault, ...over(stream))
    default:
      return stay(state)
  }
}

function endStream(code: FaultCode, stream: Stream, rules: Rules, before: readonly Effect[]): Step {
  const count = stream.counters.corrupt + stream.counters.short
  const fault = new Fault(code, { device: rules.profile.kind, serial: rules.serial, count, timeoutMs: stream.silenceMs })
  return fail(fault, ...before, ...over(stream))
}

const over = (stream: Stream): readonly Effect[] => [{ do: 'discard' }, { do: 'end_stream', counters: stream.counters }]

function addSkipped(stream: Stream, bytes: number): Stream {
  return { ...stream, counters: { ...stream.counters, skippedBytes: stream.counters.skippedBytes + bytes } }
}

/** Counters of the running stream, zeros when none runs. */
export const countersOf = (state: State): CaptureCounters => (state.at === 'streaming' ? state.stream.counters : noCounters)
