// What the centre says, told to the cases; and the sending window: whoever waits longer gets a receipt and comes back (contradiction C5).

import type { Clock, Timer } from '../../protocol/clock.js'
import { toFault } from '../../protocol/fault.js'
import type { Log } from '../../protocol/log.js'
import type { Outbox } from '../outbox/outbox.js'
import type { Store } from '../store/store.js'
import type { CaseDocument } from './case.js'
import { type CaseBook, nextNumber, stationActor } from './case-book.js'
import { currentStep } from './case-engine.js'
import { normMs } from './standard.js'

const lookEveryMs = 30_000

export function watchCentre(deps: { book: CaseBook; outbox: Outbox; store: Store; clock: Clock; log: Log; stationId: string }): {
  close(): void
} {
  const { book, outbox, store, clock, log, stationId } = deps
  let timer: Timer | undefined

  const stopListening = outbox.onEvent(async (event) => {
    if (event.is !== 'status') return
    const doc = await book.get(event.caseId)
    if (doc.centralStatus === event.status) return
    await book.change(
      stationActor,
      event.caseId,
      'central.status',
      { is: 'central_status', status: event.status },
      { facts: { reason: event.status } },
    )
  })

  const overdue = (doc: CaseDocument): boolean => {
    const step = currentStep(doc, book.standardOf(doc))
    if (step?.kind !== 'send' || !step.norm) return false
    const startedAtMs = doc.steps.find(({ id }) => id === step.id)?.startedAtMs ?? clock.nowMs()
    return clock.nowMs() - startedAtMs > normMs(step)
  }
  const giveReceipt = async ({ caseId }: CaseDocument): Promise<void> => {
    // A number that is drawn and not used leaves a gap, never a double.
    const number = await store.commit({ actor: 'station', act: 'receipt.number_drawn', caseId }, (trx) => nextNumber(trx, 'receipt'))
    const receiptNumber = `${stationId}-${String(number).padStart(6, '0')}`
    await book.change(stationActor, caseId, 'receipt.due', { is: 'send_window_passed', receiptNumber })
  }
  const failed = (error: unknown, caseId?: string) =>
    log.write('error', 'case.window_check_failed', { reason: toFault(error).code, ...(caseId !== undefined && { caseId }) })
  const look = async () => {
    for (const doc of await book.openCases()) {
      try {
        if (overdue(doc)) await giveReceipt(doc)
      } catch (error) {
        // One case that cannot be judged must not keep the others waiting.
        failed(error, doc.caseId)
      }
    }
  }
  const tick = () => {
    look()
      .catch((error: unknown) => failed(error))
      .finally(() => {
        if (timer) timer = clock.after(lookEveryMs, tick)
      })
  }
  timer = clock.after(lookEveryMs, tick)
  return {
    close: () => {
      timer?.cancel()
      timer = undefined
      stopListening()
    },
  }
}
