// The recording of one applicant.

import { Modality } from '../../../protocol/gen/station.js'
import { modalityFromWire } from '../wire.js'
import { type CommandTable, done } from './table.js'

/** Commands that mean the only capture of a case may leave it out. */
const maybeModality = (modality: Modality) => (modality === Modality.MODALITY_UNSPECIFIED ? undefined : modalityFromWire(modality))

const recording = ['recording_operator'] as const

export const captureCommands = {
  startCapture: {
    role: recording,
    run: async ({ station, actor }, { caseId, modality }) => {
      await station.capture.start(actor, caseId, modalityFromWire(modality))
      return done
    },
  },
  takeNow: {
    role: recording,
    run: async ({ station, actor }, { caseId, modality }) => {
      await station.capture.takeNow(actor, caseId, maybeModality(modality))
      return done
    },
  },
  acceptCapture: {
    role: recording,
    run: async ({ station, actor }, { caseId, modality, weakReason }) => {
      await station.capture.accept(actor, caseId, modalityFromWire(modality), weakReason)
      return done
    },
  },
  retakeCapture: {
    role: recording,
    run: async ({ station, actor }, { caseId, modality, wholly }) => {
      await station.capture.retake(actor, caseId, modalityFromWire(modality), wholly)
      return done
    },
  },
  cancelCapture: {
    role: recording,
    run: async ({ station, actor }, { caseId, modality }) => {
      await station.capture.cancel(actor, caseId, maybeModality(modality))
      return done
    },
  },
  undoStroke: {
    role: recording,
    run: async ({ station, actor }, { caseId }) => {
      await station.capture.undoStroke(actor, caseId)
      return done
    },
  },
  signAgain: {
    role: recording,
    run: async ({ station, actor }, { caseId }) => {
      await station.capture.signAgain(actor, caseId)
      return done
    },
  },
  recordException: {
    role: recording,
    run: async ({ station, actor }, { caseId, modality, positions, reason }) => {
      await station.capture.except(actor, caseId, modalityFromWire(modality), positions, reason)
      return done
    },
  },
  withdrawException: {
    role: recording,
    run: async ({ station, actor }, { caseId, modality }) => {
      await station.capture.withdrawException(actor, caseId, modalityFromWire(modality))
      return done
    },
  },
  witnessRecord: {
    role: ['supervisor'],
    run: async ({ station, actor }, { caseId, reason }) => {
      await station.capture.witnessRecord(actor, caseId, reason)
      return done
    },
  },
  signRecord: {
    role: recording,
    run: async ({ station, actor }, { caseId }) => {
      await station.capture.signRecord(actor, caseId)
      return done
    },
  },
  sealRecord: {
    role: recording,
    run: async ({ station, actor }, { caseId }) => {
      await station.capture.seal(actor, caseId)
      return done
    },
  },
  reviewFindings: {
    role: ['supervisor'],
    run: async ({ station, actor }, { caseId, reason }) => {
      await station.capture.review(actor, caseId, reason)
      return done
    },
  },
} satisfies Partial<CommandTable>
