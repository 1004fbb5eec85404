// The whole state as one session may see it. forward.ts tells what changes after it.

import type { Init, Snapshot } from '../../protocol/gen/station.js'
import type { Station } from '../desks.js'
import { type Session, seesCases, sessionState } from './session.js'
import { captureToWire, caseToWire, deviceToWire, issuanceToWire, outboxToWire, standardToWire } from './wire.js'

/** Cases in one snapshot; the newest are kept. Older closed ones are history, not work. */
const casesLimit = 500

export function makeSnapshot(station: Station, session: Session, sequence: number, nowMs: number): Init<Snapshot> {
  const { state, standards, timezone, rules } = station
  const everybody = {
    sequence,
    session: sessionState(session),
    devices: state.devices.map(deviceToWire),
    standards: standards.map(standardToWire),
  }
  if (!seesCases(session)) return everybody
  return {
    ...everybody,
    cases: state.cases.slice(-casesLimit).map((each) => caseToWire(each, { standards, timezone, rules, nowMs })),
    capture: captureToWire(state.capture),
    captures: state.captures.map(captureToWire),
    outbox: outboxToWire(state.outbox),
    issuance: issuanceToWire(state.issuance),
  }
}
