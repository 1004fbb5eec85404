// The applicant's approval of the record as a whole: signed on the pad, or seen by a supervisor where an exception says that nobody can sign.

import { Fault } from '../../protocol/fault.js'
import type { Actor } from '../desks.js'
import { assessSignature } from '../kernels/signature/assess.js'
import type { CaseDocument } from '../service/case.js'
import { cannotSign, requireComplete } from '../service/case-engine.js'
import type { AttemptDeps, AttemptRunner } from './attempts.js'
import { writeCapture } from './kept-captures.js'
import type { RunningCaptures } from './running.js'
import { takePen } from './takes.js'

export interface Approval {
  sign(actor: Actor, doc: CaseDocument): Promise<void>
  witness(actor: Actor, caseId: string, reason: string): Promise<void>
}

/** A slip of the pen approves nothing; a line does, of somebody who cannot write. */
const unsigned: readonly string[] = ['signature_empty', 'signature_too_short']

export function openApproval(deps: AttemptDeps, captures: RunningCaptures, attempts: AttemptRunner): Approval {
  const { store, book, clock } = deps
  return {
    sign: async (actor, doc) => {
      const { caseId } = doc
      requireComplete(doc)
      if (cannotSign(doc)) throw new Fault('capture.needs_witness', { caseId })
      captures.requireIdle('signature')
      const running = attempts.enter(caseId, 'signature', [])
      try {
        const pen = takePen(deps, (status) => attempts.show(running, status))
        running.session = pen
        running.pen = pen
        const approval = await pen.taken.catch((error: unknown) => {
          throw error instanceof DOMException ? new Fault('capture.not_signed', { caseId }) : error
        })
        delete running.pen
        if (assessSignature(approval.samples, approval.pad).codes.some((code) => unsigned.includes(code)))
          throw new Fault('capture.not_signed', { caseId })
        const bytes = await deps.records.make({ modality: 'signature', ...approval })
        const blob = await store.blobs.put(caseId, 'approval', bytes)
        const hashes = { approval: blob.hash }
        await book.change(
          actor,
          caseId,
          'record.signed',
          { is: 'record_signed', corrections: doc.corrections?.length ?? 0 },
          {
            hashes,
            write: async (trx) => {
              await store.blobs.record(trx, blob)
              await writeCapture(trx, caseId, 'approval', 'good', { blob: blob.hash }, clock.nowMs())
            },
          },
        )
      } finally {
        attempts.end(running)
      }
    },
    witness: async (actor, caseId, reason) => {
      if (!actor.roles.includes('supervisor')) throw new Fault('case.role_required', { caseId, role: 'supervisor' })
      await book.change(actor, caseId, 'record.witnessed', { is: 'record_witnessed', reason })
    },
  }
}
