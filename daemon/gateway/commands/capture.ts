// The recording of one applicant.

import { modalityFromWire } from '../wire.js'
import { type CommandTable, done } from './table.js'

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
    run: async ({ station, actor }, { caseId }) => {
      await station.capture.takeNow(actor, caseId)
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
    run: async ({ station, actor }, { caseId, modality }) => {
      await station.capture.retake(actor, caseId, modalityFromWire(modality))
      return done
    },
  },
  cancelCapture: {
    role: recording,
    run: async ({ station, actor }, { caseId }) => {
      await station.capture.cancel(actor, caseId)
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
