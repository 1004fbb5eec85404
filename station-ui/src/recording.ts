// What is recorded now, what comes next and what the keys mean: pure functions of a case and its captures. Draws nothing, sends nothing.

import type { CaptureState, CaseState, ModalityState } from '../../protocol/client.js'
import { Modality } from '../../protocol/client.js'
import { type ExceptionReason, exceptionReasons } from '../../protocol/exception-reasons.js'
import type { StationMirror } from '../../protocol/mirror.js'
import { currentStep, deviceOf, fingersOf, isSaved, modalityOf } from './flow.js'

const { MODALITY_UNSPECIFIED, FACE, SIGNATURE, RIGHT_FOUR, LEFT_FOUR, THUMBS, IRISES } = Modality

/** Of this case, as they run now. */
export const capturesOf = (mirror: StationMirror, caseId: string): readonly CaptureState[] =>
  mirror.captures.filter((each) => each.caseId === caseId && each.modality !== MODALITY_UNSPECIFIED && each.state !== 'idle')

export const captureOf = (captures: readonly CaptureState[], modality: Modality): CaptureState | undefined =>
  captures.find((each) => each.modality === modality)

/** The device is not at work for anything else. @param captures of all cases */
export const isFree = (captures: readonly CaptureState[], modality: Modality): boolean =>
  captures.every((each) => each.state === 'idle' || each.modality === modality || deviceOf[each.modality] !== deviceOf[modality])

export interface Focus {
  /** Picked by the operator, or begun last; unspecified when nothing was. */
  readonly chosen: Modality
  /** Put aside under review. */
  readonly aside: ReadonlySet<Modality>
}

/** What stands on the stage: what was chosen, else what runs, else the next open one; unspecified when all are saved and nothing runs. */
export function focusOf(at: CaseState, captures: readonly CaptureState[], { chosen, aside }: Focus): Modality {
  if (chosen !== MODALITY_UNSPECIFIED) return chosen
  const running = captures.find(({ modality }) => !aside.has(modality))
  return running?.modality ?? nextOpen(at, captures) ?? captures[0]?.modality ?? MODALITY_UNSPECIFIED
}

/** In the site's order: what is neither saved nor running, and whose device is free. */
export const nextOpen = (at: CaseState, captures: readonly CaptureState[], but: Modality = MODALITY_UNSPECIFIED): Modality | undefined =>
  at.modalities.find(
    (record) =>
      record.modality !== but &&
      !isSaved(record) &&
      !captureOf(captures, record.modality) &&
      isFree(
        captures.filter(({ modality }) => modality !== but),
        record.modality,
      ),
  )?.modality

/** What begins by itself once this one is accepted; nothing where another capture waits for a look first. */
export function nextAfter(at: CaseState, captures: readonly CaptureState[], accepted: Modality): Modality | undefined {
  const others = captures.some(({ modality, state }) => modality !== accepted && state === 'review')
  return others ? undefined : nextOpen(at, captures, accepted)
}

/** What the primary action of a review is. */
export type Choice = 'accept' | 'retake' | 'accept_weak'

export function choiceOf({ mayAccept, weak }: Pick<CaptureState, 'mayAccept' | 'weak'>): Choice {
  if (!mayAccept) return 'retake'
  return weak ? 'accept_weak' : 'accept'
}

/** Parts of a modality that an exception can name: fingers of ISO/IEC 19794-4, 1 right and 2 left eye; none where it is one piece. */
export function partsOf(modality: Modality): readonly number[] {
  return modality === IRISES ? [1, 2] : (fingersOf[modality] ?? [])
}

export const isFingers = (modality: Modality): boolean => fingersOf[modality] !== undefined

/** Where an exception of a finger is said: with its hand, or with the thumbs. */
export function handOf(position: number): Modality {
  return [RIGHT_FOUR, LEFT_FOUR, THUMBS].find((modality) => fingersOf[modality]?.includes(position)) ?? MODALITY_UNSPECIFIED
}

/** Why it cannot be recorded: the reasons there are for this modality. */
export function reasonsFor(modality: Modality): readonly ExceptionReason[] {
  if (modality === FACE) return exceptionReasons.face
  if (modality === SIGNATURE) return exceptionReasons.signature
  return modality === IRISES ? exceptionReasons.eye : exceptionReasons.finger
}

/** @returns fingers that are excepted now, of all hands */
export const exceptedFingers = (at: CaseState): readonly number[] =>
  [RIGHT_FOUR, LEFT_FOUR, THUMBS].flatMap((modality) => modalityOf(at, modality).excepted)

/** Somebody who cannot sign approves before a witness. */
export const needsWitness = (at: CaseState): boolean => modalityOf(at, SIGNATURE).state === 'exception'

export type FingerLook = 'empty' | 'asked' | 'live' | 'good' | 'weak' | 'missing' | 'exception'
export interface FingerView {
  readonly look: FingerLook
  /** 0 to 100 where it was assessed. */
  readonly quality?: number
}

/** One finger as it stands now: what is excepted, what a running capture says of it, what was saved. */
export function fingerView(at: CaseState, captures: readonly CaptureState[], position: number): FingerView {
  const home = modalityOf(at, handOf(position))
  if (home.excepted.includes(position)) return { look: 'exception' }
  const running = captures.find((each) => each.asked.includes(position) && isFingers(each.modality))
  if (running) return inCapture(running, modalityOf(at, running.modality), position)
  const partial = captureOf(captures, home.modality)
  // A further attempt asks only for what was weak: the rest of this hand is in hand.
  if (partial) return partial.state === 'review' ? inCapture(partial, home, position) : { look: 'good' }
  return savedFinger(home, position)
}

function inCapture(capture: CaptureState, record: ModalityState, position: number): FingerView {
  if (capture.state !== 'review') return { look: capture.boxes.some((box) => box.position === position) ? 'live' : 'asked' }
  const found = capture.fingers.find((finger) => finger.position === position)
  if (!found) return { look: 'missing' }
  const weak = capture.again.includes(position) || (found.assessed && found.quality < record.leastQuality)
  return { look: weak ? 'weak' : 'good', ...(found.assessed && { quality: found.quality }) }
}

function savedFinger(record: ModalityState, position: number): FingerView {
  if (record.state !== 'good' && record.state !== 'weak_accepted') return { look: 'empty' }
  const found = record.fingers.find((finger) => finger.position === position)
  if (!found) return { look: record.state === 'good' ? 'good' : 'weak' }
  return {
    look: found.assessed && found.quality < record.leastQuality ? 'weak' : 'good',
    ...(found.assessed && { quality: found.quality }),
  }
}

/** The modality that a key of the keyboard row stands for: 1 to 5 the right hand from its thumb, 6 to 0 the left. */
export function modalityOfDigit(digit: string): Modality | undefined {
  return /^\d$/.test(digit) ? handOf(digit === '0' ? 10 : Number(digit)) : undefined
}

export type Cue = 'captured' | 'attention' | 'finished'

/** The sound of what changed; at most one. */
export function cueOf(before: StationMirror, after: StationMirror, caseId: string): Cue | undefined {
  const stepOf = ({ cases }: StationMirror) => currentStep(cases.find((each) => each.caseId === caseId))?.kind
  if (stepOf(before) === 'capture' && stepOf(after) !== undefined && stepOf(after) !== 'capture') return 'finished'
  if (before.captures === after.captures) return undefined
  const was = capturesOf(before, caseId)
  for (const capture of capturesOf(after, caseId)) {
    const state = captureOf(was, capture.modality)?.state
    if (state === capture.state || state === undefined) continue
    if (capture.state === 'review') return choiceOf(capture) === 'accept' ? 'captured' : 'attention'
    if (capture.state === 'waiting') return 'attention'
  }
  return undefined
}
