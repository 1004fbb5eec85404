// When is a picture taken? Pure: looks go in, effects come out. Keeps the best frame so far, so that a time-out still yields the best there was.

import { type Look, motion } from './look.js'

export interface AutoCapturePlan {
  /** Frames in a row that must be good and still. */
  readonly neededFrames: number
  /** Measure from which a frame is good. */
  readonly leastMeasure: number
  /** Largest change between frames, grey levels of the coarse picture, that still counts as still. */
  readonly mostMotion: number
  /** After this long the best frame so far is taken as weak. */
  readonly timeoutMs: number
}

export type AutoCaptureState =
  | { readonly at: 'watching'; readonly sinceMs: number; readonly steady: number; readonly last?: Look; readonly bestMeasure: number }
  | { readonly at: 'taken'; readonly weak: boolean }
  | { readonly at: 'given_up' }

export type AutoCaptureInput = { readonly is: 'look'; readonly look: Look } | { readonly is: 'take_now' } | { readonly is: 'tick' }

/** `keep`: this frame is the best so far, copy it before its slot is released. `take`: what was kept is the capture. */
export type AutoCaptureEffect = { readonly do: 'keep' } | { readonly do: 'take'; readonly weak: boolean } | { readonly do: 'give_up' }

export const beginAutoCapture = (nowMs: number): AutoCaptureState => ({ at: 'watching', sinceMs: nowMs, steady: 0, bestMeasure: -1 })

export function stepAutoCapture(
  state: AutoCaptureState,
  input: AutoCaptureInput,
  plan: AutoCapturePlan,
  nowMs: number,
): { readonly state: AutoCaptureState; readonly effects: readonly AutoCaptureEffect[] } {
  if (state.at !== 'watching') return { state, effects: [] }
  switch (input.is) {
    case 'look':
      return onLook(state, input.look, plan, nowMs)
    case 'take_now':
      return state.bestMeasure < 0 ? { state, effects: [] } : taken(state.bestMeasure < plan.leastMeasure)
    case 'tick':
      if (nowMs - state.sinceMs < plan.timeoutMs) return { state, effects: [] }
      return state.bestMeasure < 0
        ? { state: { at: 'given_up' }, effects: [{ do: 'give_up' }] }
        : taken(state.bestMeasure < plan.leastMeasure)
  }
}

function onLook(
  state: Extract<AutoCaptureState, { at: 'watching' }>,
  look: Look,
  plan: AutoCapturePlan,
  nowMs: number,
): { readonly state: AutoCaptureState; readonly effects: readonly AutoCaptureEffect[] } {
  if (!look.present)
    return stepAutoCapture(
      { at: 'watching', sinceMs: state.sinceMs, steady: 0, bestMeasure: state.bestMeasure },
      { is: 'tick' },
      plan,
      nowMs,
    )
  const still = state.last !== undefined && motion(state.last.signature, look.signature) <= plan.mostMotion
  const good = still && look.measure >= plan.leastMeasure && look.advice === ''
  const steady = good ? state.steady + 1 : 0
  const better = look.measure > state.bestMeasure || good
  const bestMeasure = Math.max(state.bestMeasure, look.measure)
  const keep: readonly AutoCaptureEffect[] = better ? [{ do: 'keep' }] : []
  if (steady >= plan.neededFrames) return { state: { at: 'taken', weak: false }, effects: [{ do: 'keep' }, { do: 'take', weak: false }] }
  const next = stepAutoCapture({ at: 'watching', sinceMs: state.sinceMs, steady, last: look, bestMeasure }, { is: 'tick' }, plan, nowMs)
  return { state: next.state, effects: [...keep, ...next.effects] }
}

function taken(weak: boolean): { readonly state: AutoCaptureState; readonly effects: readonly AutoCaptureEffect[] } {
  return { state: { at: 'taken', weak }, effects: [{ do: 'take', weak }] }
}
