// The way of a case along the steps of its standard: what is done, what is next, what is skipped. Pure; knows no input.

import type { CaseDocument, CaseStateName, StepRecord } from './case.js'
import type { ServiceStandard, Step, StepKind } from './standard.js'

/** Who moved the case, and when. */
export interface Happening {
  readonly actor: string
  readonly nowMs: number
}

/** The centre's word that a card may be made. */
export const printReady = 'PRINT_READY_RECORD'

/** The present step is done: on to the next one. */
export function completeCurrent(doc: CaseDocument, standard: ServiceStandard, at: Happening): CaseDocument {
  const index = doc.steps.findIndex(({ id }) => id === doc.currentStepId)
  const steps = doc.steps.map(
    (each, i): StepRecord => (i === index ? { ...each, state: 'done', endedAtMs: at.nowMs, actor: at.actor } : each),
  )
  return enter({ ...doc, steps }, standard, index + 1, at)
}

/** Enters the first step from `from` on whose condition holds; closes the case behind the last one. */
export function enter(doc: CaseDocument, standard: ServiceStandard, from: number, at: Happening): CaseDocument {
  const steps = [...doc.steps]
  for (let i = from; i < standard.steps.length; i++) {
    const step = standard.steps[i]
    const record = steps[i]
    if (!step || !record) break
    if (!holds(step, doc)) {
      steps[i] = { ...record, state: 'skipped' }
      continue
    }
    steps[i] = { ...record, state: 'current', startedAtMs: record.startedAtMs ?? at.nowMs }
    return { ...doc, steps, currentStepId: step.id, state: stateAt(step.kind, doc) }
  }
  return { ...doc, steps, currentStepId: '', state: 'archived', closedAtMs: at.nowMs }
}

function holds(step: Step, doc: CaseDocument): boolean {
  if (step.when === 'central.print_ready') return doc.centralStatus === printReady
  if (step.when === 'central.not_print_ready') return doc.centralStatus !== printReady
  return true
}

function stateAt(kind: StepKind, doc: CaseDocument): CaseStateName {
  switch (kind) {
    case 'take_ticket':
      return 'draft'
    case 'examine':
      return 'verifying'
    case 'registry_check':
      return 'complete'
    case 'capture':
      return 'capturing'
    case 'send':
      return 'sealed'
    case 'receipt':
      return 'waiting_central'
    case 'encode':
      return doc.centralStatus === printReady ? 'print_ready_queue' : 'receipt_issued'
    case 'print':
      return 'personalising'
    case 'hand_over':
      return 'ready_for_pickup'
    case 'acknowledge':
    case 'archive':
      return 'handed_over'
  }
}
