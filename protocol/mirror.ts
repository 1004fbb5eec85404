// The station as a client knows it: pure functions from a snapshot and the events after it to the next state. No connection here.

import { Fault } from './fault.js'
import type {
  CaptureState,
  CaseState,
  DeviceState,
  Event,
  FaultReport,
  IssuanceState,
  OperatorFingerState,
  OutboxState,
  SessionState,
  Snapshot,
  StandardSummary,
} from './gen/station.js'

export interface StationMirror {
  readonly sequence: number
  readonly session: SessionState
  readonly devices: readonly DeviceState[]
  readonly cases: readonly CaseState[]
  /** The capture that changed last; idle when none runs. */
  readonly capture: CaptureState
  /** All captures that run, at most one a device. */
  readonly captures: readonly CaptureState[]
  readonly outbox: OutboxState
  readonly issuance: IssuanceState
  readonly standards: readonly StandardSummary[]
  /** The finger that this session's operator is asked for; position 0 when none. */
  readonly operatorFinger: OperatorFingerState
  /** The last fault that the station told of its own accord, until the next snapshot. */
  readonly lastFault: FaultReport | undefined
}

export const initialMirror: StationMirror = {
  sequence: 0,
  session: { loggedIn: false, operator: '', roles: [], locked: false },
  devices: [],
  cases: [],
  capture: {
    caseId: '',
    modality: 0,
    state: 'idle',
    advice: '',
    measure: 0,
    stableFrames: 0,
    neededFrames: 0,
    boxes: [],
    fingers: [],
    findings: [],
    guides: [],
    eyes: [],
    components: [],
    attempt: 0,
    tries: 0,
    asked: [],
    again: [],
    mayAccept: false,
    weak: false,
  },
  captures: [],
  outbox: { waiting: 0, oldestAtMs: 0, reachable: false, bytesSent: 0, bytesTotal: 0 },
  issuance: { caseId: '', state: 'idle', blankSerial: '', bytesWritten: 0, bytesTotal: 0, advice: '', fingerPosition: 0 },
  standards: [],
  operatorFinger: { position: 0, advice: '' },
  lastFault: undefined,
}

export function applySnapshot(snapshot: Snapshot): StationMirror {
  return {
    sequence: snapshot.sequence,
    session: snapshot.session ?? initialMirror.session,
    devices: snapshot.devices,
    cases: snapshot.cases,
    capture: snapshot.capture ?? initialMirror.capture,
    captures: snapshot.captures,
    outbox: snapshot.outbox ?? initialMirror.outbox,
    issuance: snapshot.issuance ?? initialMirror.issuance,
    standards: snapshot.standards,
    operatorFinger: initialMirror.operatorFinger,
    lastFault: undefined,
  }
}

/**
 * @throws Fault protocol.connection_lost when an event is missing between `state` and `event`. An event of a kind that this software does not know
 * only counts.
 */
export function applyEvent(state: StationMirror, event: Event): StationMirror {
  if (event.sequence !== state.sequence + 1) {
    throw new Fault('protocol.connection_lost', { reason: 'sequence_gap', expected: state.sequence + 1, found: event.sequence })
  }
  const next = { ...state, sequence: event.sequence }
  switch (event.body) {
    case 'session':
      return { ...next, session: event.session }
    case 'device':
      return { ...next, devices: replaced(state.devices, event.device, (device) => device.kind) }
    case 'case':
      return { ...next, cases: replaced(state.cases, event.case, (each) => each.caseId) }
    case 'capture':
      return { ...next, ...withCapture(state.captures, event.capture) }
    case 'outbox':
      return { ...next, outbox: event.outbox }
    case 'issuance':
      return { ...next, issuance: event.issuance }
    case 'fault':
      return { ...next, lastFault: event.fault }
    case 'operatorFinger':
      return { ...next, operatorFinger: event.operatorFinger }
    case undefined:
      return next
  }
}

/** One that ended leaves the view to another that still runs. */
function withCapture(captures: readonly CaptureState[], capture: CaptureState): Pick<StationMirror, 'capture' | 'captures'> {
  const of = ({ caseId, modality }: CaptureState) => `${caseId} ${modality}`
  if (capture.state !== 'idle') return { capture, captures: replaced(captures, capture, of) }
  // A station of one capture at a time does not say which one ended.
  const running = captures.filter((each) => capture.modality !== 0 && of(each) !== of(capture))
  return { capture: running.at(-1) ?? capture, captures: running }
}

function replaced<T>(entries: readonly T[], entry: T, keyOf: (entry: T) => string): readonly T[] {
  const at = entries.findIndex((each) => keyOf(each) === keyOf(entry))
  return at < 0 ? [...entries, entry] : entries.with(at, entry)
}
