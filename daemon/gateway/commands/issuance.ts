// The card: written, printed, spoiled, handed over.

import { type CommandTable, done } from './table.js'

const making = ['print_operator', 'encode_operator'] as const
const givingOut = ['distribution_officer', 'supervisor'] as const

export const issuanceCommands = {
  startIssuance: {
    role: making,
    run: async ({ station, actor }, { caseId }) => {
      await station.issuance.start(actor, caseId)
      return done
    },
  },
  resumeIssuance: {
    role: making,
    run: async ({ station, actor }, { caseId }) => {
      await station.issuance.resume(actor, caseId)
      return done
    },
  },
  spoilCard: {
    role: making,
    run: async ({ station, actor }, { caseId, reason }) => {
      await station.issuance.spoil(actor, caseId, reason)
      return done
    },
  },
  verifyHolder: {
    role: givingOut,
    run: async ({ station, actor }, { caseId, position }) => {
      await station.issuance.verifyHolder(actor, caseId, position)
      return done
    },
  },
  handOver: {
    role: givingOut,
    run: async ({ station, actor }, { caseId, unverifiedReason }) => {
      await station.issuance.handOver(actor, caseId, unverifiedReason)
      return done
    },
  },
} satisfies Partial<CommandTable>
