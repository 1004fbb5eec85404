// One place for one device, as a table: what is opened, held, lent, closed and tried again, and when. Pure; knows no driver and no clock.

import { Fault, isFault } from '../../protocol/fault.js'
import type { DeviceKind, DeviceStatus } from '../state.js'
import type { Candidate, Listing, Refused } from './candidates.js'

export interface SlotRules {
  readonly kind: DeviceKind
  readonly firstRetryMs: number
  readonly lastRetryMs: number
}

export interface SlotState {
  /** Undefined until the bus was looked at. */
  readonly listing: Listing | undefined
  /** Refused by their own proof; until they are pulled out. */
  readonly barred: readonly Refused[]
  /** Failed since the last round began, in the order of trying. */
  readonly tried: readonly { readonly key: string; readonly fault: Fault }[]
  /** Could not be opened when last tried: trying again is no news. */
  readonly doubted: readonly string[]
  readonly opening: (Candidate & { readonly warming: boolean }) | undefined
  readonly closing: readonly string[]
  readonly held: Candidate | undefined
  readonly used: boolean
  /** What keeps the slot from holding one. */
  readonly fault: Fault | undefined
  /** What keeps the one that is held from being used. */
  readonly unfit: Fault | undefined
  readonly patienceMs: number
  readonly over: boolean
}

export type SlotInput =
  | { readonly is: 'listed'; readonly listing: Listing }
  | { readonly is: 'warming' | 'take' | 'free' | 'wake' | 'timer' | 'close' }
  | { readonly is: 'opened'; readonly key: string }
  | { readonly is: 'failed'; readonly key: string; readonly fault: Fault }
  | { readonly is: 'closed'; readonly key: string }
  | { readonly is: 'unplugged'; readonly key: string; readonly fault: Fault }
  | { readonly is: 'lost'; readonly fault: Fault; readonly byUser: boolean }
  | { readonly is: 'fitness'; readonly unfit: Fault | undefined }

export type SlotEffect =
  | { readonly do: 'list' | 'stop_waiting' }
  | { readonly do: 'open'; readonly candidate: Candidate }
  | { readonly do: 'close'; readonly key: string; readonly fault?: Fault }
  | { readonly do: 'wait'; readonly afterMs: number }
  | { readonly do: 'tell_user'; readonly fault: Fault }

export interface SlotStep {
  readonly state: SlotState
  readonly effects: readonly SlotEffect[]
}

export const emptySlot = ({ firstRetryMs }: SlotRules): SlotState => ({
  listing: undefined,
  barred: [],
  tried: [],
  doubted: [],
  opening: undefined,
  closing: [],
  held: undefined,
  used: false,
  fault: undefined,
  unfit: undefined,
  patienceMs: firstRetryMs,
  over: false,
})

export function stepSlot(state: SlotState, input: SlotInput, rules: SlotRules): SlotStep {
  if (state.over) return afterwards(state, input)
  switch (input.is) {
    case 'listed':
      return onwards(listed(state, input.listing), [], rules)
    case 'wake':
      return { state: { ...state, tried: [], patienceMs: rules.firstRetryMs }, effects: [{ do: 'list' }] }
    case 'timer':
      return { state: { ...state, tried: [] }, effects: [{ do: 'list' }] }
    case 'warming':
      return { state: { ...state, opening: state.opening && { ...state.opening, warming: true } }, effects: [] }
    case 'opened':
      return opened(state, input.key, rules)
    case 'failed':
      return onwards(failed(state, input.key, input.fault), [], rules)
    case 'closed':
      return onwards({ ...state, closing: state.closing.filter((key) => key !== input.key) }, [], rules)
    case 'unplugged': {
      const without = pulled(state, input.key)
      if (state.held?.key !== input.key) return { state: without, effects: [{ do: 'list' }] }
      const { state: next, effects } = drop(without, input.fault, false, rules)
      return { state: next, effects: [...effects, { do: 'list' }] }
    }
    case 'lost':
      return drop(state, input.fault, input.byUser, rules)
    case 'take':
      return { state: state.held ? { ...state, used: true } : state, effects: [] }
    case 'free':
      // A better one may have been plugged in meanwhile, and could not take over.
      return onwards({ ...state, used: false, tried: [] }, [], rules)
    case 'fitness':
      return { state: { ...state, unfit: state.held && input.unfit }, effects: [] }
    case 'close':
      return close(state)
  }
}

function pulled(state: SlotState, key: string): SlotState {
  const others = (each: { readonly key: string }) => each.key !== key
  const { listing, barred } = state
  const left = listing && { candidates: listing.candidates.filter(others), refused: listing.refused.filter(others) }
  return { ...state, listing: left, barred: barred.filter(others) }
}

function listed(state: SlotState, listing: Listing): SlotState {
  const there = (key: string) => [...listing.candidates, ...listing.refused].some((each) => each.key === key)
  const nothing = listing.candidates.every(({ key }) => isBarred(state, key))
  return {
    ...state,
    listing,
    barred: state.barred.filter(({ key }) => there(key)),
    tried: state.tried.filter(({ key }) => there(key)),
    doubted: state.doubted.filter(there),
    // What was wrong with one that is gone is no longer wrong.
    fault: nothing && !state.opening ? undefined : state.fault,
  }
}

function opened(state: SlotState, key: string, rules: SlotRules): SlotStep {
  const { opening, held, used } = state
  if (opening?.key !== key) return { state, effects: [{ do: 'close', key }] }
  const { warming: _, ...candidate } = opening
  const after: SlotState = { ...state, opening: undefined, doubted: state.doubted.filter((each) => each !== key) }
  // Somebody began to use the other one while this one was being opened: nobody's device is changed under his hands.
  if (held && used) {
    const tried = [...state.tried, { key, fault: new Fault('device.busy', { device: rules.kind }) }]
    return { state: { ...after, tried, closing: [...state.closing, key] }, effects: [{ do: 'close', key }] }
  }
  const next: SlotState = { ...after, held: candidate, fault: undefined, unfit: undefined, patienceMs: rules.firstRetryMs }
  if (!held) return onwards(next, [{ do: 'stop_waiting' }], rules)
  return onwards({ ...next, closing: [...state.closing, held.key] }, [{ do: 'close', key: held.key }], rules)
}

function failed(state: SlotState, key: string, fault: Fault): SlotState {
  const { opening, listing } = state
  if (opening?.key !== key) return state
  const after: SlotState = { ...state, opening: undefined }
  if (isFault(fault, 'device.unknown')) {
    const refused = { key, serial: opening.serial, product: opening.product, reason: String(fault.context.reason ?? '') }
    const left = listing?.candidates.some((each) => each.key !== key && !isBarred(state, each.key))
    return { ...after, barred: [...state.barred, refused], fault: left ? after.fault : undefined }
  }
  const tried = [...state.tried, { key, fault }]
  return {
    ...after,
    tried,
    doubted: [...new Set([...state.doubted, key])],
    fault: tried.find((each) => !isFault(each.fault, 'device.absent'))?.fault,
  }
}

/** The device is gone or spent: closed, and another opened, or the same again. */
function drop(state: SlotState, fault: Fault, byUser: boolean, rules: SlotRules): SlotStep {
  const { held, used } = state
  if (!held) return { state, effects: [] }
  const after: SlotState = {
    ...state,
    ...{ held: undefined, used: false, unfit: undefined, tried: [], fault },
    closing: [...state.closing, held.key],
    patienceMs: rules.firstRetryMs,
  }
  const effects: readonly SlotEffect[] = [
    { do: 'close', key: held.key, fault },
    ...(used && !byUser ? [{ do: 'tell_user', fault } as const] : []),
  ]
  return onwards(after, effects, rules)
}

/** What there is to do next: open the best one that is not held, or wait. */
function onwards(state: SlotState, before: readonly SlotEffect[], rules: SlotRules): SlotStep {
  const { listing, opening, held, used, closing } = state
  if (!listing || opening || used) return { state, effects: before }
  const better = held ? listing.candidates.findIndex(({ key }) => key === held.key) : listing.candidates.length
  const next = listing.candidates
    .slice(0, Math.max(0, better))
    .find(({ key }) => !isBarred(state, key) && !closing.includes(key) && !state.tried.some((each) => each.key === key))
  if (next) {
    const opens: SlotState = { ...state, opening: { ...next, warming: false } }
    return { state: opens, effects: [...before, { do: 'stop_waiting' }, { do: 'open', candidate: next }] }
  }
  // Refused for what they are: asking again would only put the same question. A plug or an unplug wakes the slot.
  const allRefused = listing.candidates.length > 0 && listing.candidates.every(({ key }) => isBarred(state, key))
  if (held || closing.length > 0 || allRefused) return { state, effects: before }
  const patienceMs = Math.min(rules.lastRetryMs, state.patienceMs * 2)
  return { state: { ...state, patienceMs }, effects: [...before, { do: 'wait', afterMs: state.patienceMs }] }
}

function close(state: SlotState): SlotStep {
  const { held } = state
  const effects: readonly SlotEffect[] = [{ do: 'stop_waiting' }, ...(held ? [{ do: 'close', key: held.key } as const] : [])]
  return { state: { ...state, held: undefined, used: false, over: true }, effects }
}

/** Closed during an opening: what still comes is closed too. */
function afterwards(state: SlotState, input: SlotInput): SlotStep {
  return { state, effects: input.is === 'opened' ? [{ do: 'close', key: input.key }] : [] }
}

const isBarred = (state: SlotState, key: string): boolean => state.barred.some((each) => each.key === key)

/** What a user is told, and everybody sees. */
export function slotStatus(
  state: SlotState,
  { kind }: SlotRules,
): Pick<DeviceStatus, 'kind' | 'serial' | 'product' | 'state' | 'refused'> & { readonly fault?: Fault } {
  const { held, opening, listing } = state
  const refusals = [...(listing?.refused ?? []), ...state.barred]
  const refused = refusals.map(({ serial, product, reason }) => ({ serial, product, reason }))
  const nobody = { kind, serial: '', product: '', refused }
  if (held) {
    const { serial, product } = held
    const of = { kind, serial, product, refused }
    if (state.unfit && !state.used) return { ...of, state: 'faulted', fault: state.unfit }
    return { ...of, state: state.used ? 'busy' : 'ready' }
  }
  if (opening && (opening.warming || !(state.fault || state.doubted.includes(opening.key)))) {
    const { serial, product, warming } = opening
    return { kind, serial, product, refused, state: warming ? 'warming' : 'opening' }
  }
  if (state.fault) return { ...nobody, serial: state.fault.context.serial ?? '', state: 'faulted', fault: state.fault }
  if (!listing) return { ...nobody, state: 'opening' }
  const [first] = refusals
  const usable = listing.candidates.filter(({ key }) => !isBarred(state, key))
  if (first && usable.length === 0) {
    const { serial, product, reason } = first
    return { kind, serial, product, refused, state: 'refused', fault: new Fault('device.unknown', { device: kind, serial, reason }) }
  }
  return { ...nobody, state: state.closing.length > 0 && usable.length > 0 ? 'opening' : 'absent' }
}
