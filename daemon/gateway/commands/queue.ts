// The queue: tickets are taken and called.

import { stepRoles } from '../roles.js'
import { caseReply } from './case-reply.js'
import type { CommandTable } from './table.js'

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
