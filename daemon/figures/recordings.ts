// Notices when a person's recording is done, from the cases as they are published, and tells the figures how long it took. Keeps no case.

import type { CaseDocument, StepRecord } from '../service/case.js'
import type { StationState } from '../state.js'
import type { Figures } from './attempts.js'

/** @returns stops */
export function watchRecordings(state: StationState, figures: Figures): () => void {
  /** Cases that stand at their recording. Bounded by the cases that are open. */
  const recording = new Set<string>()
  const look = (doc: CaseDocument) => {
    const step = doc.steps.find(({ kind }) => kind === 'capture')
    if (!step) return
    if (step.state === 'current') recording.add(doc.caseId)
    else if (recording.delete(doc.caseId) && step.state === 'done') tell(doc, step)
  }
  const tell = ({ modalities }: CaseDocument, { startedAtMs, endedAtMs, actor }: StepRecord) => {
    // One in which the clock was set back has no duration.
    if (startedAtMs === undefined || endedAtMs === undefined || endedAtMs < startedAtMs) return
    figures.recording({
      endedAtMs,
      operator: actor ?? '',
      tookMs: endedAtMs - startedAtMs,
      tries: modalities.reduce((sum, { tries }) => sum + tries, 0),
      weak: modalities.filter((each) => each.state === 'weak_accepted').length,
      exceptions: modalities.filter((each) => each.state === 'exception').length,
    })
  }
  for (const doc of state.cases) look(doc)
  return state.subscribe((event) => {
    if (event.is === 'case') look(event.case)
  })
}
