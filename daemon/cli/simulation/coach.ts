// What an operator says while a capture runs: what the screen advises, one thing at a time, and again when nothing comes of it. Knows no fault.

import type { Clock, Timer } from '../../../protocol/clock.js'
import { operatorMs } from '../../../simulator/people/reaction.js'
import { isFingers } from '../../modality.js'
import type { CaptureStatus, Modality, StationState } from '../../state.js'
import type { Applicant } from './applicant.js'

/** What was said so often about fingers and changes nothing is not said once more: what there is to see is taken by hand. */
const mostSayings = 3
/** While somebody wipes, it takes its time. */
const wiping: readonly string[] = ['clean_glass', 'dry_fingers']

export interface Coaching {
  readonly modality: Modality
  readonly applicant: Applicant
  readonly clock: Clock
  readonly state: StationState
  running(): CaptureStatus
  /** The applicant has ended a trick. */
  obeyed(): void
  /** Said often enough in vain: the picture is taken by hand. */
  takeNow(): void
}

/** @returns ends it */
export function coach({ modality, applicant, clock, state, running, obeyed, takeNow }: Coaching): () => void {
  let speaking: Timer | undefined
  let said: { readonly advice: string; readonly again: Timer } | undefined
  const sayings = new Map<string, number>()
  const advised = () => {
    const now = running()
    return now.state === 'live' ? now.advice : ''
  }
  const say = () => {
    speaking = undefined
    const advice = advised()
    if (advice === '') return
    const times = (sayings.get(advice) ?? 0) + 1
    const inVain = times > mostSayings && isFingers(modality) && !wiping.includes(advice)
    if (inVain && running().boxes.length > 0) return takeNow()
    sayings.set(advice, times)
    if (applicant.hear(advice, modality)) obeyed()
    said = { advice, again: clock.after(operatorMs.repeatsAdvice, () => speak(operatorMs.saysAdvice)) }
  }
  const speak = (afterMs: number) => {
    said?.again.cancel()
    said = undefined
    speaking = clock.after(afterMs, say)
  }
  const stop = state.subscribe((event) => {
    const advice = advised()
    if (event.is !== 'capture' || advice === '' || speaking || said?.advice === advice) return
    speak(operatorMs.readsAdvice + operatorMs.saysAdvice)
  })
  return () => {
    speaking?.cancel()
    said?.again.cancel()
    stop()
  }
}
