// Takes a device, runs one capture on it and gives it back, whatever happens. Knows no case.

import type { Clock } from '../../protocol/clock.js'
import { type Fault, isFault } from '../../protocol/fault.js'
import type { Devices } from '../devices/devices.js'
import { positionsOf } from '../modality.js'
import type { CaptureStatus, StationState } from '../state.js'
import type { FrameAnalyst } from './analyst.js'
import type { FrameRing } from './frame-ring.js'
import type { LookTask } from './look.js'
import { type FrameCapturePlan, type FrameModality, framePlanOf, oneFingerPlan, signaturePlanOf } from './plan.js'
import type { CaptureRules } from './plan-rules.js'
import { startCaptureSession, type TakenCapture } from './session.js'
import { type SignatureCapture, startSignatureSession } from './signature-session.js'

export interface TakeDeps {
  readonly devices: Devices
  readonly ring: FrameRing
  readonly analyst: FrameAnalyst
  readonly state: StationState
  readonly clock: Clock
}

/** A capture under way. */
export interface Taking<Taken> {
  readonly taken: Promise<Taken>
  takeNow(): void
  lost(fault: Fault): void
  cancel(): void
}

/** Frames that never became a look, told once at the end. */
type Counted = (counters: { readonly dropped: number; readonly corrupt: number }) => void
type Show = (status: Partial<CaptureStatus>) => void

/**
 * @param asked the parts that are wanted this time, see daemon/modality.ts
 * @throws Fault of the slot when its device is not there or in use; what happens later rejects `taken`
 */
export function takeFrames(
  deps: TakeDeps & { readonly rules: CaptureRules },
  modality: FrameModality,
  asked: readonly number[],
  show: Show,
  of: Pick<LookTask, 'captureId' | 'applicant'> & { readonly counted: Counted },
): Taking<TakenCapture> {
  const { counted, ...task } = of
  const hidden = positionsOf(modality).filter((position) => !asked.includes(position))
  return take(deps, { target: modality, hidden, ...task }, framePlanOf(deps.rules, modality, asked), show, counted)
}

/** As takeFrames, for the one finger that the device asks for. @param position ISO/IEC 19794-4 */
export function takeOneFinger(deps: TakeDeps, position: number, show: Show): Taking<TakenCapture> {
  return take(deps, { target: 'one_finger', captureId: 0 }, oneFingerPlan(position), show)
}

function take(deps: TakeDeps, task: LookTask, plan: FrameCapturePlan, show: Show, counted: Counted = () => {}): Taking<TakenCapture> {
  const { devices, ring, analyst, clock, state } = deps
  const slot = devices.capture(plan.kind)
  let lost = (_fault: Fault) => {}
  const device = slot.use((fault) => lost(fault))
  show({ state: 'opening' })
  const session = startCaptureSession(
    {
      device,
      ring,
      analyst,
      clock,
      plan,
      watched: () => state.watched,
      status: (status) => show({ ...status, state: 'live' }),
      show: (picture) => state.show(picture),
      counted: (counters) => {
        slot.count(counters)
        counted(counters)
      },
    },
    task,
    plan.indicator,
  )
  lost = (fault) => session.lost(fault)
  const taken = session.taken.then(
    (capture) => {
      slot.free(device)
      return capture
    },
    (error: unknown) => {
      if (isFault(error, ...spent)) slot.lost(device, error)
      else slot.free(device)
      throw error
    },
  )
  return { taken, takeNow: () => session.takeNow(), lost, cancel: () => session.cancel() }
}

/** After these a capture device must be opened anew. */
const spent = [
  'device.unplugged',
  'device.timeout',
  'device.stall',
  'device.protocol',
  'device.frames_missing',
  'device.frames_corrupt',
  'device.frames_frozen',
] as const

/** Who signs may take back a stroke, or all. */
export interface PenTaking extends Taking<SignatureCapture> {
  undo(): void
  /** @throws Fault of the pad */
  again(): Promise<void>
}

/** As takeFrames, for the pen. */
export function takePen({ devices, clock, state, rules }: TakeDeps & { readonly rules: CaptureRules }, show: Show): PenTaking {
  let lost = (_fault: Fault) => {}
  const pad = devices.pad.use((fault) => lost(fault))
  let sequence = 0
  show({ state: 'opening' })
  const inked = (ink: string) => {
    const size = { widthPx: pad.info.maxUnits, heightPx: pad.info.maxUnits }
    // One event says that ink flows; the ink itself goes the way of pictures, which may be lost.
    if (sequence === 0) show({ state: 'live' })
    state.show({
      deviceKind: 'signature_pad',
      sensor: 0,
      sequence: sequence++,
      ...size,
      picture: new Uint8Array(),
      capturedAtMs: clock.nowMs(),
      ink,
    })
  }
  const session = startSignatureSession({ pad, clock, inked }, signaturePlanOf(rules))
  lost = session.lost
  const taken = session.taken.then(
    (capture) => {
      devices.pad.free(pad)
      return capture
    },
    (error: unknown) => {
      if (isFault(error, 'device.unplugged', 'device.timeout', 'device.line_noise')) devices.pad.lost(pad, error)
      else devices.pad.free(pad)
      throw error
    },
  )
  return { ...session, taken }
}
