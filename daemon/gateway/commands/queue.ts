// The queue: tickets are taken and called.

import type { Role } from '../../service/standard.js'
import { caseReply } from './case-reply.js'
import type { CommandTable } from './table.js'

/** Everybody who does some step of some standard. Which step is whose is checked by the case engine against the standard. */
export const stepRoles: readonly Role[] = [
  'information_desk',
  'counter_officer',
  'village_register_officer',
  'recording_operator',
  'print_operator',
  'encode_operator',
  'register_officer',
  'distribution_officer',
  'archive_officer',
  'section_head',
  'division_head',
  'office_head',
  'stock_officer',
  'ikd_operator',
  'supervisor',
]

export const queueCommands = {
  takeTicket: {
    role: ['information_desk', 'counter_officer', 'recording_operator', 'supervisor'],
    run: async (context, { nik, priority, standardId }) => {
      return caseReply(context, await context.station.cases.takeTicket(context.actor, { nik, priority, standardId }))
    },
  },
  callTicket: {
    role: stepRoles,
    run: async (context, { caseId }) => {
      await context.station.cases.call(context.actor, caseId)
      return caseReply(context, caseId)
    },
  },
} satisfies Partial<CommandTable>
