// The faults of simulated devices by name, for the control interface. What a model cannot do is refused by name, never passed over.

import { Fault } from '../../protocol/fault.js'
import type { CaptureDeviceModel } from '../model/capture-device.js'
import type { Office } from '../office/office.js'
import type { ControlledDevice } from './acts.js'

/** Models differ in what they can be made to suffer. */
type Sufferer = CaptureDeviceModel &
  Partial<{
    wrongSizeNext(count: number): void
    jumpClock(byMs: number): void
    slowUsb(bytesPerSecond: number): void
    smear(): void
    clean(): void
    dimLamp(share: number): void
    overheat(): void
    cool(): void
  }>

interface Amount {
  readonly count: number
  /** NaN when none was given. */
  readonly value: number
}

const captureFaults: Readonly<Record<string, (model: Sufferer, amount: Amount) => (() => void) | undefined>> = {
  corrupt:
    (model, { count }) =>
    () =>
      model.corruptNext(count),
  short:
    (model, { count }) =>
    () =>
      model.shortNext(count),
  repeat:
    (model, { count }) =>
    () =>
      model.repeatNext(count),
  freeze: (model) => () => model.freeze(),
  silence: (model) => () => model.silence(),
  stall: (model) => () => model.stall(),
  wedge: (model) => () => model.wedge(),
  suspect: (model) => () => model.judge({ verdict: 'attack', score: 90 }),
  wrong_size: (model, { count }) => bound(model, model.wrongSizeNext, count),
  clock_jump: (model, { value }) => bound(model, model.jumpClock, valued(value)),
  slow: (model, { value }) => bound(model, model.slowUsb, valued(value)),
  smear: (model) => bound(model, model.smear),
  clean: (model) => bound(model, model.clean),
  dim: (model, { value }) => bound(model, model.dimLamp, valued(value)),
  overheat: (model) => bound(model, model.overheat),
  cool: (model) => bound(model, model.cool),
}

/** undefined when this model has no such trouble. */
function bound<A extends unknown[]>(model: Sufferer, act: ((...given: A) => void) | undefined, ...given: A): (() => void) | undefined {
  return act && (() => act.apply(model, given))
}

function valued(value: number): number {
  if (!Number.isFinite(value)) throw new Fault('input.invalid', { field: 'value', reason: 'missing' })
  return value
}

function captureModel(office: Office, device: ControlledDevice): CaptureDeviceModel | undefined {
  if (device === 'slap_scanner') return office.scanner
  if (device === 'iris_camera') return office.irisCamera
  return device === 'face_camera' ? office.faceCamera : undefined
}

/** @returns what does it, so that it can be done later @throws Fault `input.invalid` (no such fault) | `input.unsupported` (not this device) */
export function inflict(office: Office, device: ControlledDevice, kind: string, amount: Amount): () => void {
  const model = captureModel(office, device)
  if (device === 'signature_pad' && kind === 'corrupt') return () => office.pad.corruptNext(amount.count)
  const fault = Object.hasOwn(captureFaults, kind) ? captureFaults[kind] : undefined
  if (!fault) throw new Fault('input.invalid', { field: 'kind', expected: Object.keys(captureFaults).join(' ') })
  const act = model && fault(model, amount)
  if (!act) throw new Fault('input.unsupported', { device, operation: kind })
  return act
}

/** Printer and pad have nothing that goes on: their faults end by themselves. */
export function healed(office: Office, device: ControlledDevice): void {
  captureModel(office, device)?.heal()
}
