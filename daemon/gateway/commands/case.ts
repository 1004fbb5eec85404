// The desk work on a case: papers, the applicant's word, steps that need no machine, the archive.

import { stepRoles } from '../roles.js'
import { caseReply } from './case-reply.js'
import type { CommandTable } from './table.js'

export const caseCommands = {
  checkRequirement: {
    role: ['information_desk', 'counter_officer', 'village_register_officer', 'recording_operator', 'register_officer', 'supervisor'],
    run: async (context, { caseId, requirementId, satisfied }) => {
      await context.station.cases.checkRequirement(context.actor, caseId, requirementId, satisfied)
      return caseReply(context, caseId)
    },
  },
  completeStep: {
    role: stepRoles,
    run: async (context, { caseId, stepId }) => {
      await context.station.cases.completeStep(context.actor, caseId, stepId)
      return caseReply(context, caseId)
    },
  },
  returnToApplicant: {
    role: ['information_desk', 'counter_officer', 'village_register_officer', 'recording_operator', 'register_officer', 'supervisor'],
    run: async (context, { caseId, missingRequirementIds }) => {
      await context.station.cases.returnToApplicant(context.actor, caseId, missingRequirementIds)
      return caseReply(context, caseId)
    },
  },
  confirmApplicant: {
    role: ['counter_officer', 'recording_operator', 'register_officer', 'supervisor'],
    run: async (context, { caseId }) => {
      await context.station.cases.confirmApplicant(context.actor, caseId)
      return caseReply(context, caseId)
    },
  },
  correctBiodata: {
    role: ['counter_officer', 'recording_operator', 'register_officer', 'supervisor'],
    run: async (context, { caseId, field, value, reason, pin }) => {
      await context.station.corrections.correct(context.actor, caseId, { field, value, reason, pin })
      return caseReply(context, caseId)
    },
  },
  archiveCase: {
    role: ['archive_officer'],
    run: async (context, { caseId, shelf }) => {
      await context.station.cases.archive(context.actor, caseId, shelf)
      return caseReply(context, caseId)
    },
  },
} satisfies Partial<CommandTable>
