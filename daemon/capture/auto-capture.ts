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
  /** Frames in which nobody was found are kept too, behind all others: an eye or a face that no kernel finds can still be taken as weak. */
  readonly keepsUnseen?: boolean
}

/** The frame kept so far: a good one outranks any other, one with somebody in it any empty one, then the higher measure counts. */
interface Best {
  readonly measure: number
  readonly good: boolean
  /** Somebody was seen in it. */
  readonly seen: boolean
  /** It is one of the good and still frames that stand in a row now. */
  readonly inRow: boolean
}

export type AutoCaptureState =
  | { readonly at: 'watching'; readonly sinceMs: number; readonly steady: number; readonly last?: Look; readonly best?: Best }
  | { readonly at: 'taken'; readonly weak: boolean }
  | { readonly at: 'given_up' }

export type AutoCaptureInput = { readonly is: 'look'; readonly look: Look } | { readonly is: 'take_now' } | { readonly is: 'tick' }

/** `keep`: this frame is the best so far, copy it before its slot is released. `take`: what was kept is the capture. */
export type AutoCaptureEffect = { readonly do: 'keep' } | { readonly do: 'take'; readonly weak: boolean } | { readonly do: 'give_up' }

export const beginAutoCapture = (nowMs: number): AutoCaptureState => ({ at: 'watching', sinceMs: nowMs, steady: 0 })

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
      // The operator's eye stands in for the row of still frames, not for a frame that was never good.
      return state.best ? taken(!state.best.good) : { state, effects: [] }
    case 'tick':
      if (nowMs - state.sinceMs < plan.timeoutMs) return { state, effects: [] }
      return state.best?.seen ? taken(true) : { state: { at: 'given_up' }, effects: [{ do: 'give_up' }] }
  }
}

function onLook(
  state: Extract<AutoCaptureState, { at: 'watching' }>,
  look: Look,
  plan: AutoCapturePlan,
  nowMs: number,
): { readonly state: AutoCaptureState; readonly effects: readonly AutoCaptureEffect[] } {
  const { sinceMs, best } = state
  if (!look.present) {
    const first = plan.keepsUnseen === true && !best
    const kept = first ? { measure: 0, good: false, seen: false, inRow: false } : best && { ...best, inRow: false }
    const gone = { at: 'watching', sinceMs, steady: 0, ...(kept && { best: kept }) } as const
    const next = stepAutoCapture(gone, { is: 'tick' }, plan, nowMs)
    return { state: next.state, effects: first ? [{ do: 'keep' }, ...next.effects] : next.effects }
  }
  const still = state.last !== undefined && motion(state.last.signature, look.signature) <= plan.mostMotion
  const good = still && look.measure >= plan.leastMeasure && look.advice === ''
  const steady = good ? state.steady + 1 : 0
  const better = !best?.seen || (good && !best.good) || (good === best.good && look.measure > best.measure)
  if (steady >= plan.neededFrames) {
    // The best of the row, which is the best of all only when nothing else came before.
    const keep = better || !best?.inRow
    return { state: { at: 'taken', weak: false }, effects: [...(keep ? [{ do: 'keep' } as const] : []), { do: 'take', weak: false }] }
  }
  const watching = {
    at: 'watching',
    sinceMs,
    steady,
    last: look,
    best: better ? { measure: look.measure, good, seen: true, inRow: good } : { ...best, inRow: good && best.inRow },
  } as const
  const next = stepAutoCapture(watching, { is: 'tick' }, plan, nowMs)
  return { state: next.state, effects: better ? [{ do: 'keep' }, ...next.effects] : next.effects }
}

function taken(weak: boolean): { readonly state: AutoCaptureState; readonly effects: readonly AutoCaptureEffect[] } {
  return { state: { at: 'taken', weak }, effects: [{ do: 'take', weak }] }
}
