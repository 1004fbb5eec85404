// What the resident's window may know: their own picture, one thing to do, and at the review their own data. Pure; nothing of anybody else.

import type { CaptureState, CaseState, Hello, StationMirror } from '../../../protocol/client.js'
import { Modality } from '../../../protocol/client.js'
import { initialMirror } from '../../../protocol/mirror.js'
import { currentStep, isSaved } from '../flow.js'
import { captureOf, capturesOf, type Focus, focusOf, needsWitness } from '../recording.js'
import type { Language } from '../words.js'

export interface Scene {
  readonly language: Language
  readonly office: string
  readonly simulated: boolean
  /** Sentences are said aloud too. */
  readonly spoken: boolean
  /**
   * `away`: nobody is served, or the operator's screen is locked. `notice`: what is recorded and why, before it begins. `capture`: one thing to do.
   * `review`: data and pictures to be read. `approve`: sign now. `done`: thank you.
   */
  readonly shows: 'away' | 'notice' | 'capture' | 'review' | 'approve' | 'done'
  readonly modality: Modality
  /** The person's case without anything but what the window draws; undefined where it draws nothing of it. */
  readonly at: CaseState | undefined
  readonly capture: CaptureState | undefined
}

/** Of the operator's window. */
export interface SceneSource {
  readonly link: 'connecting' | 'open' | 'lost'
  readonly language: Language
  readonly hello: Pick<Hello, 'office' | 'simulated'> | undefined
  readonly mirror: StationMirror
  readonly focus: Focus
  readonly settings: { readonly spoken: boolean }
}

export function sceneOf(view: SceneSource, caseOf: CaseState | undefined, approving: boolean): Scene {
  const { language, hello, settings, mirror } = view
  const { loggedIn, locked } = mirror.session
  const frame = { language, office: hello?.office ?? '', simulated: hello?.simulated ?? false, spoken: settings.spoken }
  const nothing = { ...frame, modality: Modality.MODALITY_UNSPECIFIED, at: undefined, capture: undefined } as const
  if (view.link !== 'open' || !loggedIn || locked || !caseOf) return { ...nothing, shows: 'away' }
  const kind = currentStep(caseOf)?.kind
  if (kind !== 'capture') {
    const done = caseOf.steps.some((step) => step.kind === 'capture' && step.state === 'done')
    return { ...nothing, shows: done ? 'done' : kind === 'examine' || kind === 'registry_check' ? 'notice' : 'away' }
  }
  if (approving) return { ...nothing, shows: 'approve', modality: Modality.SIGNATURE }
  const captures = capturesOf(mirror, caseOf.caseId)
  const modality = focusOf(caseOf, captures, view.focus)
  if (modality === Modality.MODALITY_UNSPECIFIED) return { ...nothing, shows: 'review', at: bare(caseOf, true) }
  const capture = captureOf(captures, modality)
  if (!capture && !caseOf.modalities.some(isSaved)) return { ...nothing, shows: 'notice' }
  return { ...nothing, shows: 'capture', modality, at: bare(caseOf, false), capture: capture && plain(capture) }
}

/** @param whole with the person's own data, for the review */
function bare(at: CaseState, whole: boolean): CaseState {
  return {
    ...{ caseId: at.caseId, ticket: '', priority: false, standardId: '', standardVersion: 0, state: '', requirements: [], steps: [] },
    ...{ currentStepId: '', recordSigned: at.recordSigned, centralStatus: '', receiptNumber: '', openedAtMs: 0, closedAtMs: 0 },
    ...{ findings: [], exceptions: [], witness: needsWitness(at) ? 'needed' : '', mostFingersAlone: 0, evidenceFor: [] },
    ...(whole && at.applicant && { applicant: at.applicant }),
    modalities: at.modalities.map((each) => ({ ...each, measure: 0, fingers: [], eyes: [], presentationAttack: '' })),
  }
}

/** Without the judgement of the operator's side. */
const plain = (capture: CaptureState): CaptureState => ({
  ...initialMirror.capture,
  ...{ caseId: capture.caseId, modality: capture.modality, state: capture.state, asked: capture.asked },
  ...{ advice: capture.state === 'live' ? capture.advice : '', boxes: capture.boxes, guides: capture.guides },
  ...{ stableFrames: capture.stableFrames, neededFrames: capture.neededFrames, again: capture.again, mayAccept: capture.mayAccept },
})
