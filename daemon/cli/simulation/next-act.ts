// What an operator does next, told from the case alone: after a crash or a log-out the screen shows the same case and the work goes on. Pure.

import type { CaseDocument } from '../../service/case.js'
import { cannotSign, isCaptured } from '../../service/case-engine.js'
import { exceptedPositions } from '../../service/exceptions.js'
import { type Finding, isOpen, type Modality } from '../../state.js'
import type { Lacking } from './applicant.js'

export type Act =
  | { readonly do: 'tick_paper'; readonly requirementId: string }
  | { readonly do: 'finish_papers'; readonly stepId: string }
  | { readonly do: 'ask_registry'; readonly stepId: string }
  | { readonly do: 'confirm_applicant' }
  /** `because`: what a finding named, '' for the first time. */
  | { readonly do: 'capture'; readonly modality: Modality; readonly because: Finding['code'] | '' }
  | ({ readonly do: 'except' } & Lacking)
  | { readonly do: 'call_supervisor' }
  /** In place of the applicant's signature. */
  | { readonly do: 'witness' }
  | { readonly do: 'sign' }
  | { readonly do: 'seal' }

/**
 * Modalities in the order in which the case lists them: that is the office's plan.
 * @param lacks what is plain to see of the applicant
 * @returns undefined when the record is on its way
 */
export function nextAct(doc: CaseDocument, lacks: readonly Lacking[] = []): Act | undefined {
  const step = doc.steps.find(({ id }) => id === doc.currentStepId)
  switch (step?.kind) {
    case 'examine': {
      const paper = doc.requirements.find(({ satisfied }) => !satisfied)
      return paper ? { do: 'tick_paper', requirementId: paper.id } : { do: 'finish_papers', stepId: step.id }
    }
    case 'registry_check':
      return doc.biodata ? { do: 'confirm_applicant' } : { do: 'ask_registry', stepId: step.id }
    case 'capture':
      return nextInRecording(doc, lacks)
    default:
      return undefined
  }
}

function nextInRecording(doc: CaseDocument, lacks: readonly Lacking[]): Act {
  const { modalities, findings = [], recordSigned } = doc
  const pending = modalities.find((each) => !isCaptured(each))
  const unsaid = pending && lacks.find((each) => each.modality === pending.modality && !isSaid(doc, each))
  if (unsaid) return { do: 'except', ...unsaid }
  if (pending) return { do: 'capture', modality: pending.modality, because: '' }
  const open = findings.filter(isOpen)
  const doubted = open.find(({ ask, again }) => ask === 'retake' && again.length > 0)
  const [again] = doubted?.again ?? []
  if (doubted && again) return { do: 'capture', modality: again, because: doubted.code }
  if (open.length > 0) return { do: 'call_supervisor' }
  if (recordSigned) return { do: 'seal' }
  return { do: cannotSign(doc) ? 'witness' : 'sign' }
}

function isSaid(doc: CaseDocument, { modality, positions }: Lacking): boolean {
  if (positions.length === 0) return (doc.exceptions ?? []).some((each) => each.modality === modality)
  const left = exceptedPositions(doc, modality)
  return positions.every((position) => left.includes(position))
}

/** Where the time of an act is booked. */
export const nameOf = (act: Act): string => (act.do === 'capture' ? `capture.${act.modality}` : act.do)
