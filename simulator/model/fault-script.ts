// What goes wrong with a simulated capture device and when, as data; and the player that makes it happen. Knows no driver.

import type { Clock, Timer } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import type { CaptureDeviceModel } from './capture-device.js'

/** Bytes and times are whole numbers; what ends by itself has `forMs`. */
export type CaptureFault =
  /** The cable comes out: after so many bytes of the frame under way, or at once; and goes in again, or stays out. */
  | { readonly fault: 'unplug'; readonly afterBytes?: number; readonly backAfterMs?: number }
  | { readonly fault: 'corrupt' | 'short' | 'double' | 'wrong_size'; readonly frames: number }
  | { readonly fault: 'stall' | 'silence' | 'freeze' | 'wedge' | 'heal' }
  | { readonly fault: 'clock_jump'; readonly byMs: number }
  | { readonly fault: 'slow_usb'; readonly bytesPerSecond: number; readonly forMs?: number }
  | { readonly fault: 'dirty_platen' | 'overheat'; readonly forMs?: number }
  /** In hundredths of a new lamp's light. */
  | { readonly fault: 'weak_light'; readonly percent: number; readonly forMs?: number }
  | { readonly fault: 'light_drift'; readonly percentPerMinute: number; readonly forMs?: number }

/** `frame`: exposures that somebody sat for, since the script was given, from 0. `ms`: since then. */
export type FaultMoment = { readonly frame: number } | { readonly ms: number }

export type FaultStep = CaptureFault & { readonly at: FaultMoment }
export type FaultScript = readonly FaultStep[]

const mostSteps = 1000
const longestMs = 31 * 24 * 3_600_000
const largestFrame = 8 * 1024 * 1024

interface Bound {
  readonly least: number
  readonly most: number
  readonly optional?: true
}
const forMs: Bound = { least: 1, most: longestMs, optional: true }
const frames: Bound = { least: 1, most: 100_000 }

const bounds: Readonly<Record<CaptureFault['fault'], Readonly<Record<string, Bound>>>> = {
  unplug: { afterBytes: { least: 0, most: largestFrame, optional: true }, backAfterMs: forMs },
  corrupt: { frames },
  short: { frames },
  double: { frames },
  wrong_size: { frames },
  stall: {},
  silence: {},
  freeze: {},
  wedge: {},
  heal: {},
  clock_jump: { byMs: { least: -longestMs, most: longestMs } },
  slow_usb: { bytesPerSecond: { least: 1_000, most: 1_000_000_000 }, forMs },
  dirty_platen: { forMs },
  overheat: { forMs },
  weak_light: { percent: { least: 1, most: 100 }, forMs },
  light_drift: { percentPerMinute: { least: 0, most: 100 }, forMs },
}

/** @throws Fault `input.invalid` | `input.too_large` | `input.unknown_key`, naming step and field */
export function readFaultScript(json: unknown): FaultScript {
  if (!Array.isArray(json)) throw new Fault('input.invalid', { field: 'faults', expected: 'a list' })
  if (json.length > mostSteps) throw new Fault('input.too_large', { field: 'faults', size: json.length, limit: mostSteps })
  return json.map((step: unknown, index) => readStep(step, index))
}

function readStep(step: unknown, offset: number): FaultStep {
  const { at, fault, ...values } = record(step, `faults`, offset)
  const fields = typeof fault === 'string' && Object.hasOwn(bounds, fault) ? bounds[fault as CaptureFault['fault']] : undefined
  if (!fields) throw new Fault('input.invalid', { field: 'faults.fault', offset, expected: Object.keys(bounds).join(' ') })
  for (const name of Object.keys(values))
    if (!Object.hasOwn(fields, name)) throw new Fault('input.unknown_key', { field: `faults.${name}`, offset })
  for (const [name, bound] of Object.entries(fields)) {
    if (values[name] === undefined && bound.optional) continue
    whole(values[name], bound, `faults.${name}`, offset)
  }
  const moment = record(at, 'faults.at', offset)
  const [unit, ...more] = Object.keys(moment)
  if ((unit !== 'frame' && unit !== 'ms') || more.length > 0)
    throw new Fault('input.invalid', { field: 'faults.at', offset, expected: 'frame or ms' })
  whole(moment[unit], { least: 0, most: longestMs }, `faults.at.${unit}`, offset)
  return step as FaultStep
}

function record(value: unknown, field: string, offset: number): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Fault('input.invalid', { field, offset, expected: 'an object' })
  return value as Record<string, unknown>
}

function whole(value: unknown, { least, most }: Bound, field: string, offset: number): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return
  throw new Fault('input.invalid', {
    field,
    offset,
    expected: `${least}..${most}`,
    found: typeof value === 'number' ? value : typeof value,
  })
}

/** What the cable of a device can do. */
export interface Cable {
  out(): Promise<void>
  back(): Promise<void>
}

/** Makes the script happen. @param told of each step as it begins @returns ends it: what has not happened yet will not */
export function playFaults(
  { model, cable, clock }: { readonly model: CaptureDeviceModel; readonly cable: Cable; readonly clock: Clock },
  script: FaultScript,
  told: (step: FaultStep) => void = () => {},
): () => void {
  const timers = new Set<Timer>()
  const after = (delayMs: number, act: () => void): void => {
    const timer = clock.after(delayMs, () => {
      timers.delete(timer)
      act()
    })
    timers.add(timer)
  }
  const begin = (step: FaultStep): void => {
    told(step)
    inflict(step, model, cable, after)
  }
  const byFrame = new Map<number, FaultStep[]>()
  for (const step of script) {
    if ('ms' in step.at) after(step.at.ms, () => begin(step))
    else byFrame.set(step.at.frame, [...(byFrame.get(step.at.frame) ?? []), step])
  }
  let frame = 0
  const unwatch = model.onExposure(() => {
    for (const step of byFrame.get(frame++) ?? []) begin(step)
  })
  return () => {
    unwatch()
    for (const timer of timers) timer.cancel()
  }
}

type Later = (delayMs: number, act: () => void) => void

function inflict(step: CaptureFault, model: CaptureDeviceModel, cable: Cable, after: Later): void {
  const until = (ms: number | undefined, act: () => void): void => {
    if (ms !== undefined) after(ms, act)
  }
  switch (step.fault) {
    case 'unplug': {
      const pull = () => {
        void cable.out()
        until(step.backAfterMs, () => void cable.back())
      }
      if (step.afterBytes === undefined) pull()
      else model.cutNext({ afterBytes: step.afterBytes, happens: pull })
      break
    }
    case 'corrupt':
      model.corruptNext(step.frames)
      break
    case 'short':
      model.shortNext(step.frames)
      break
    case 'double':
      model.repeatNext(step.frames)
      break
    case 'wrong_size':
      model.wrongSizeNext(step.frames)
      break
    case 'clock_jump':
      model.jumpClock(step.byMs)
      break
    case 'slow_usb':
      model.slowUsb(step.bytesPerSecond)
      until(step.forMs, () => model.slowUsb(undefined))
      break
    case 'dirty_platen':
      model.smear()
      until(step.forMs, () => model.clean())
      break
    case 'overheat':
      model.overheat()
      until(step.forMs, () => model.cool())
      break
    case 'weak_light':
      model.dimLamp(step.percent / 100)
      until(step.forMs, () => model.dimLamp(1))
      break
    case 'light_drift':
      model.driftLamp(step.percentPerMinute / 100)
      until(step.forMs, () => model.driftLamp(0))
      break
    default:
      model[step.fault]()
  }
}
