// Judges a running stream frame by frame: order, repetition, freeze, damage, silence. Pure; part of the machine.

import type { FaultCode } from '../../protocol/fault.js'
import type { CaptureCounters, CaptureDeviceInfo } from '../driver.js'
import type { FrameHead } from './framing.js'

export interface StreamRules {
  /** No good frame for so long is `device.frames_missing`; at low frame rates four periods if that is longer. */
  readonly silenceMs: number
  /** So many damaged frames within `damageWindowMs` are `device.frames_corrupt`. */
  readonly damagedFrames: number
  readonly damageWindowMs: number
  /** So many frames of one sensor in a row with the same payload are `device.frames_frozen`. */
  readonly frozenFrames: number
}

interface SensorWatch {
  readonly sensor: number
  /** -1 before the first frame. */
  readonly sequence: number
  readonly payloadCrc32: number
  /** Frames in a row with this payload. */
  readonly same: number
  /** When its last good frame came, or the stream began. */
  readonly aliveMs: number
  /** Of the last good frame, as published. */
  readonly timeUs: number
}

export interface Stream {
  readonly session: number
  readonly silenceMs: number
  /** When silence is looked for next. */
  readonly lookMs: number
  /** Times of damaged frames within the window, at most `damagedFrames`. */
  readonly damagedMs: readonly number[]
  /** Damaged frames since the last good one. */
  readonly damagedSinceGood: number
  /** Added to the device's times: what its clock has jumped since the start, taken back. */
  readonly timeShiftUs: number
  readonly sensors: readonly SensorWatch[]
  readonly counters: CaptureCounters
}

export const noCounters: CaptureCounters = {
  published: 0,
  corrupt: 0,
  short: 0,
  repeated: 0,
  outOfOrder: 0,
  missed: 0,
  stale: 0,
  dropped: 0,
  clockJumps: 0,
  skippedBytes: 0,
}

export function startedStream(
  info: CaptureDeviceInfo,
  begin: { nowMs: number; session: number; maxFps: number },
  rules: StreamRules,
): Stream {
  const slowest = Math.min(...info.sensors.map((sensor) => sensor.maxFps || 1), begin.maxFps || Number.POSITIVE_INFINITY)
  const silenceMs = Math.max(rules.silenceMs, 4000 / slowest)
  return {
    session: begin.session,
    silenceMs,
    lookMs: begin.nowMs + silenceMs,
    damagedMs: [],
    damagedSinceGood: 0,
    timeShiftUs: 0,
    sensors: info.sensors.map(({ sensor }) => ({ sensor, sequence: -1, payloadCrc32: 0, same: 0, aliveMs: begin.nowMs, timeUs: 0 })),
    counters: noCounters,
  }
}

/** A whole, intact frame: fresh, or one that must not be used. */
export function judgeFrame(stream: Stream, head: FrameHead, nowMs: number): { readonly stream: Stream; readonly good: boolean } {
  const last = stream.sensors.find((watch) => watch.sensor === head.sensor)
  const counters = stream.counters
  if (!last) return { stream, good: false }
  if (head.sequence === last.sequence)
    return { stream: { ...stream, counters: { ...counters, repeated: counters.repeated + 1 } }, good: false }
  if (head.sequence < last.sequence)
    return { stream: { ...stream, counters: { ...counters, outOfOrder: counters.outOfOrder + 1 } }, good: false }
  const same = last.same > 0 && head.payloadCrc32 === last.payloadCrc32 ? last.same + 1 : 1
  const { sensor, sequence, payloadCrc32 } = head
  const steadyUs = last.timeUs + Math.max(1, nowMs - last.aliveMs) * 1000
  const jumped = last.same > 0 && isJump(head.deviceTimeUs + stream.timeShiftUs - last.timeUs, steadyUs - last.timeUs)
  const timeShiftUs = jumped ? steadyUs - head.deviceTimeUs : stream.timeShiftUs
  const watch: SensorWatch = { sensor, sequence, payloadCrc32, same, aliveMs: nowMs, timeUs: head.deviceTimeUs + timeShiftUs }
  const missed = counters.missed + (head.sequence - last.sequence - 1)
  const clockJumps = counters.clockJumps + (jumped ? 1 : 0)
  return {
    stream: {
      ...stream,
      damagedSinceGood: 0,
      timeShiftUs,
      sensors: stream.sensors.map((other) => (other.sensor === head.sensor ? watch : other)),
      counters: { ...counters, published: counters.published + 1, missed, clockJumps },
    },
    good: true,
  }
}

/** Frames may come late, but no later than a stream lives: the device's time went another way than the host's by more than that, or back. */
const jumpUs = 1_500_000

const isJump = (deviceUs: number, hostUs: number): boolean => deviceUs <= 0 || Math.abs(deviceUs - hostUs) > jumpUs

/** A good frame for which the sink had no room. */
export function noteDropped(stream: Stream): Stream {
  const { counters } = stream
  return { ...stream, counters: { ...counters, published: counters.published - 1, dropped: counters.dropped + 1 } }
}

export function noteBad(stream: Stream, as: 'corrupt' | 'short', nowMs: number, rules: StreamRules): Stream {
  const recent = stream.damagedMs.filter((atMs) => nowMs - atMs < rules.damageWindowMs)
  return {
    ...stream,
    damagedMs: [...recent, nowMs].slice(-rules.damagedFrames),
    damagedSinceGood: stream.damagedSinceGood + 1,
    counters: { ...stream.counters, [as]: stream.counters[as] + 1 },
  }
}

/** The fault that ends the stream, if it has come to that. */
export function isSpent(stream: Stream, rules: StreamRules): FaultCode | undefined {
  if (stream.damagedMs.length >= rules.damagedFrames) return 'device.frames_corrupt'
  if (stream.sensors.some((watch) => watch.same >= rules.frozenFrames)) return 'device.frames_frozen'
  return undefined
}

/** A look that comes later than this found the host at something else: frames may lie unread. */
const lateMs = 50

/** A sensor that was silent too long: nothing came at all, or nothing whole. Otherwise the stream looks again after `wakeMs`. */
export function noteTick(
  stream: Stream,
  nowMs: number,
): { readonly code: FaultCode } | { readonly stream: Stream; readonly wakeMs: number } {
  const leftMs = Math.min(...stream.sensors.map((watch) => watch.aliveMs)) + stream.silenceMs - nowMs
  // The silence was the host's own, for all it knows: what came meanwhile is read before it is judged.
  const wakeMs = leftMs <= 0 && nowMs - stream.lookMs > lateMs ? lateMs : leftMs
  if (wakeMs > 0) return { stream: { ...stream, lookMs: nowMs + wakeMs }, wakeMs }
  return { code: stream.damagedSinceGood > 0 ? 'device.frames_corrupt' : 'device.frames_missing' }
}
