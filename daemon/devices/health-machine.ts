// How a capture device is looked after while nobody uses it: asked for its status, its platen looked at, its light set. Pure; knows no slot and no driver.

import type { CaptureCounters, CaptureDeviceStatus, PlatenReading } from '../../drivers/driver.js'
import { deviceErrors, emptyPlatenLevel } from '../../protocol/hardware/capture-device.js'
import { type DeviceCondition, deviceConditions } from '../state.js'

export interface HealthRules {
  /** Status is asked for this often after a change or a use; ever more rarely, up to `lastPollMs`, while nothing happens. */
  readonly pollMs: number
  readonly lastPollMs: number
  /** The platen is looked at so long after opening, then this often, or after so many captures. */
  readonly firstLookMs: number
  readonly lookMs: number
  readonly capturesBetweenLooks: number
}

export interface HealthState {
  readonly hasPlaten: boolean
  /** Its light can be set. */
  readonly hasLight: boolean
  readonly used: boolean
  /** A question is under way. */
  readonly asking: boolean
  readonly pollAtMs: number
  readonly pollEveryMs: number
  readonly lookAtMs: number
  readonly lookAgainMs: number
  /** Looks in a row that said nothing. */
  readonly unseen: number
  readonly captures: number
  /** As set last, 128 the factory setting. */
  readonly light: number
  /** Light settings in a row that did not bring the platen to its level. */
  readonly settings: number
  readonly status: CaptureDeviceStatus | undefined
  readonly statusAtMs: number
  readonly platen: readonly DeviceCondition[]
  readonly clockJumpedUntilMs: number
  readonly framesLost: boolean
}

export type HealthInput =
  | { readonly is: 'taken' | 'tick' }
  | { readonly is: 'freed'; readonly counters: CaptureCounters | undefined }
  | { readonly is: 'status'; readonly status: CaptureDeviceStatus }
  | { readonly is: 'platen'; readonly reading: PlatenReading | undefined }

export type HealthEffect =
  | { readonly do: 'ask_status' | 'look_at_platen' }
  | { readonly do: 'set_light'; readonly level: number }
  | { readonly do: 'wake'; readonly afterMs: number }

export interface HealthStep {
  readonly state: HealthState
  readonly effects: readonly HealthEffect[]
}

const factoryLight = 128
/** Told when more of the platen is darker than its surroundings, until less is. */
const dirtyShare = { from: 0.004, until: 0.002 } as const
/** The level may be off by so much before the light is set. */
const levelTolerance = 0.03
/** A lamp that gives less than this share is told as drifted; less than that, as weak. */
const lampShare = { drifted: 0.87, weak: 0.67 } as const
const mostSettings = 3
const saturatedLevel = 254
/** So many looks without a word about the platen: it needs a calibration by hand. */
const mostUnseen = 6
const lookAgainMs = { first: 10_000, last: 600_000 } as const
const verifyMs = 500
/** The device's uptime may go so far from ours between two questions. */
const clockToleranceMs = 2000
const clockToldMs = 600_000
/** Frames of a stream that never came, told from this share on. */
const lostShare = 0.1
const leastFrames = 20

export function begunHealth(
  nowMs: number,
  { hasPlaten, hasLight }: Pick<HealthState, 'hasPlaten' | 'hasLight'>,
  rules: HealthRules,
): HealthState {
  return {
    hasPlaten,
    hasLight,
    used: false,
    asking: false,
    pollAtMs: nowMs,
    pollEveryMs: rules.pollMs,
    lookAtMs: hasPlaten ? nowMs + rules.firstLookMs : Number.POSITIVE_INFINITY,
    lookAgainMs: lookAgainMs.first,
    unseen: 0,
    captures: 0,
    light: factoryLight,
    settings: 0,
    status: undefined,
    statusAtMs: nowMs,
    platen: [],
    clockJumpedUntilMs: Number.NEGATIVE_INFINITY,
    framesLost: false,
  }
}

export function stepHealth(state: HealthState, input: HealthInput, nowMs: number, rules: HealthRules): HealthStep {
  switch (input.is) {
    case 'taken':
      return { state: { ...state, used: true }, effects: [] }
    case 'freed':
      return onwards(freed(state, input.counters, nowMs, rules), nowMs)
    case 'tick':
      return onwards(state, nowMs)
    case 'status':
      return onwards(told({ ...state, asking: false }, input.status, nowMs, rules), nowMs)
    case 'platen': {
      const { state: next, effects } = seen({ ...state, asking: false }, input.reading, nowMs, rules)
      const then = onwards(next, nowMs)
      return { state: then.state, effects: [...effects, ...then.effects] }
    }
  }
}

/** One question at a time, and none while somebody uses the device. */
function onwards(state: HealthState, nowMs: number): HealthStep {
  if (state.used || state.asking) return { state, effects: [] }
  if (nowMs >= state.pollAtMs) return { state: { ...state, asking: true }, effects: [{ do: 'ask_status' }] }
  if (nowMs >= state.lookAtMs) return { state: { ...state, asking: true }, effects: [{ do: 'look_at_platen' }] }
  return { state, effects: [{ do: 'wake', afterMs: Math.min(state.pollAtMs, state.lookAtMs) - nowMs }] }
}

function freed(state: HealthState, counters: CaptureCounters | undefined, nowMs: number, rules: HealthRules): HealthState {
  const captures = state.captures + 1
  const due = state.hasPlaten && captures >= rules.capturesBetweenLooks
  const all = counters ? counters.published + counters.missed : 0
  const framesLost = all < leastFrames || !counters ? state.framesLost : counters.missed / all > lostShare
  return {
    ...state,
    used: false,
    captures,
    framesLost,
    clockJumpedUntilMs: counters && counters.clockJumps > 0 ? nowMs + clockToldMs : state.clockJumpedUntilMs,
    pollEveryMs: rules.pollMs,
    pollAtMs: nowMs + rules.pollMs,
    // Whoever was just asked for one hand is about to be asked for the next.
    lookAtMs: Math.max(due ? 0 : state.lookAtMs, nowMs + rules.firstLookMs),
  }
}

function told(state: HealthState, status: CaptureDeviceStatus, nowMs: number, rules: HealthRules): HealthState {
  const before = state.status
  const jumped = before && Math.abs(status.uptimeMs - before.uptimeMs - (nowMs - state.statusAtMs)) > clockToleranceMs
  const calm = before && !jumped && isHot(before) === isHot(status) && before.conditions.join() === status.conditions.join()
  const pollEveryMs = calm && !isHot(status) ? Math.min(rules.lastPollMs, state.pollEveryMs * 2) : rules.pollMs
  return {
    ...state,
    status,
    statusAtMs: nowMs,
    clockJumpedUntilMs: jumped ? nowMs + clockToldMs : state.clockJumpedUntilMs,
    pollEveryMs,
    pollAtMs: nowMs + pollEveryMs,
    // A device that is too hot does not start: its platen is looked at when it has cooled.
    lookAtMs: isHot(status) ? Math.max(state.lookAtMs, nowMs + pollEveryMs + rules.firstLookMs) : state.lookAtMs,
  }
}

function seen(state: HealthState, reading: PlatenReading | undefined, nowMs: number, rules: HealthRules): HealthStep {
  // Abandoned for a capture: that says nothing about the platen.
  if (!reading && state.used) return { state: { ...state, lookAtMs: nowMs + lookAgainMs.first }, effects: [] }
  if (!reading || reading.occupied || reading.level === 0) {
    const unseen = state.unseen + 1
    const platen = unseen < mostUnseen ? state.platen : withCondition(state.platen, 'needs_recalibration', true)
    const again = Math.min(lookAgainMs.last, state.lookAgainMs * 2)
    return { state: { ...state, unseen, platen, lookAgainMs: again, lookAtMs: nowMs + state.lookAgainMs }, effects: [] }
  }
  const limit = state.platen.includes('platen_dirty') ? dirtyShare.until : dirtyShare.from
  // A lamp that was replaced: what is saturated cannot be measured.
  const saturated = reading.level >= saturatedLevel && state.light > factoryLight
  const wanted = saturated ? factoryLight : Math.max(1, Math.min(255, Math.round((state.light * emptyPlatenLevel) / reading.level)))
  const off = saturated || Math.abs(reading.level - emptyPlatenLevel) > emptyPlatenLevel * levelTolerance
  const sets = off && state.hasLight && wanted !== state.light && state.settings < mostSettings
  const lamp = reading.level / emptyPlatenLevel / (state.light / factoryLight)
  let platen = withCondition(state.platen, 'platen_dirty', reading.residueShare > limit)
  platen = withCondition(platen, 'light_drift', lamp < lampShare.drifted && lamp >= lampShare.weak)
  platen = withCondition(platen, 'light_weak', lamp < lampShare.weak)
  // At the end of its range the light cannot be set any more.
  platen = withCondition(platen, 'needs_recalibration', off && !sets)
  const next: HealthState = {
    ...state,
    platen,
    unseen: 0,
    lookAgainMs: lookAgainMs.first,
    captures: 0,
    light: sets ? wanted : state.light,
    settings: sets ? state.settings + 1 : 0,
    lookAtMs: nowMs + (sets ? verifyMs : rules.lookMs),
  }
  return { state: next, effects: sets ? [{ do: 'set_light', level: wanted }] : [] }
}

/** What is to be told, in the order of the list. */
export function conditionsOf(state: HealthState, nowMs: number): readonly DeviceCondition[] {
  const { status } = state
  const holds = new Set<DeviceCondition>([...state.platen, ...(status?.conditions ?? [])])
  if (status && isHot(status)) holds.add('overheated')
  if (nowMs < state.clockJumpedUntilMs) holds.add('clock_jumped')
  if (state.framesLost) holds.add('frames_lost')
  return deviceConditions.filter((name) => holds.has(name))
}

export const isHot = (status: CaptureDeviceStatus): boolean =>
  status.conditions.includes('overheated') || (status.state === 'failed' && status.lastError === deviceErrors.overheated)

function withCondition(all: readonly DeviceCondition[], name: DeviceCondition, holds: boolean): readonly DeviceCondition[] {
  return holds === all.includes(name) ? all : holds ? [...all, name] : all.filter((each) => each !== name)
}
