// The reply of commands that move a case: the case as it is now.

import { Fault } from '../../../protocol/fault.js'
import { caseToWire } from '../wire.js'
import type { CommandContext, Outcome } from './table.js'

export function caseReply({ station, nowMs }: CommandContext, caseId: string): Outcome {
  const document = station.state.cases.find((each) => each.caseId === caseId)
  if (!document) throw new Fault('case.not_found', { caseId })
  return { case: caseToWire(document, { standards: station.standards, timezone: station.timezone, rules: station.rules, nowMs }) }
}
