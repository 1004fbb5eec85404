// One domain event as one session may see it, or nothing. snapshot.ts tells where a client begins.

import { faultReport } from '../../protocol/envelope.js'
import type { Event, Init } from '../../protocol/gen/station.js'
import type { Station } from '../desks.js'
import type { StationEvent } from '../state.js'
import { type Session, seesCases } from './session.js'
import { captureToWire, caseToWire, deviceToWire, issuanceToWire, outboxToWire } from './wire.js'

/** @returns undefined when this session does not see such events; it then takes no sequence number */
export function forward(station: Station, session: Session, event: StationEvent, sequence: number, nowMs: number): Init<Event> | undefined {
  const head = { sequence, atMs: nowMs }
  if (event.is === 'device') return { ...head, device: deviceToWire(event.device) }
  if (event.is === 'operator_finger') {
    const { operatorId, position, advice } = event.finger
    return session.at === 'working' && session.operator.id === operatorId ? { ...head, operatorFinger: { position, advice } } : undefined
  }
  if (!seesCases(session)) return undefined
  switch (event.is) {
    case 'case':
      return {
        ...head,
        case: caseToWire(event.case, { standards: station.standards, timezone: station.timezone, rules: station.rules, nowMs }),
      }
    case 'capture':
      return { ...head, capture: captureToWire(event.capture) }
    case 'outbox':
      return { ...head, outbox: outboxToWire(event.outbox) }
    case 'issuance':
      return { ...head, issuance: issuanceToWire(event.issuance) }
    case 'fault':
      return { ...head, fault: faultReport(event.fault) }
  }
}
