// What is offered where: screens by role, the screen of a step. Only what is shown depends on it; the daemon decides what is allowed.

import type { CaseState, FindingState, ModalityState, StepState } from '../../protocol/client.js'
import { Modality } from '../../protocol/client.js'
import type { Words } from './words.js'

export type ScreenName = keyof Words['screens']

const screenNames: readonly ScreenName[] = ['queue', 'papers', 'capture', 'send', 'print', 'handOver', 'operators']

const desks = ['information_desk', 'counter_officer', 'recording_operator', 'register_officer', 'village_register_officer', 'supervisor']
const offered: Readonly<Record<ScreenName, readonly string[]>> = {
  queue: [...desks, 'print_operator', 'encode_operator', 'distribution_officer', 'archive_officer'],
  papers: desks,
  capture: ['recording_operator', 'supervisor'],
  send: ['recording_operator', 'counter_officer', 'supervisor'],
  print: ['print_operator', 'encode_operator'],
  handOver: ['distribution_officer', 'archive_officer', 'supervisor'],
  operators: ['database_admin', 'supervisor'],
}

export const mayOpen = (screen: ScreenName, roles: readonly string[]): boolean => roles.some((role) => offered[screen].includes(role))

export const screensFor = (roles: readonly string[]): readonly ScreenName[] => screenNames.filter((screen) => mayOpen(screen, roles))

/** Who may be sent pictures; others are not asked to watch. */
export const mayWatch = (roles: readonly string[]): boolean =>
  roles.some((role) => role === 'recording_operator' || role === 'distribution_officer' || role === 'supervisor')

const screenOfKind: Readonly<Record<string, ScreenName>> = {
  take_ticket: 'queue',
  examine: 'papers',
  registry_check: 'papers',
  capture: 'capture',
  send: 'send',
  receipt: 'send',
  encode: 'print',
  print: 'print',
  hand_over: 'handOver',
  acknowledge: 'handOver',
  archive: 'handOver',
}

export const currentStep = (each: CaseState | undefined): StepState | undefined =>
  each?.steps.find((step) => step.id === each.currentStepId && step.state === 'current')

export function screenOf(each: CaseState): ScreenName | undefined {
  const step = currentStep(each)
  return step ? screenOfKind[step.kind] : undefined
}

export const deviceOf: Readonly<Record<Modality, string>> = {
  [Modality.MODALITY_UNSPECIFIED]: '',
  [Modality.FACE]: 'face_camera',
  [Modality.SIGNATURE]: 'signature_pad',
  [Modality.RIGHT_FOUR]: 'slap_scanner',
  [Modality.LEFT_FOUR]: 'slap_scanner',
  [Modality.THUMBS]: 'slap_scanner',
  [Modality.IRISES]: 'iris_camera',
  [Modality.INDEX_FINGERS]: 'slap_scanner',
  [Modality.EVIDENCE]: 'face_camera',
}

/** ISO/IEC 19794-4 positions, as they lie in the picture from left to right. */
export const fingersOf: Readonly<Partial<Record<Modality, readonly number[]>>> = {
  [Modality.RIGHT_FOUR]: [2, 3, 4, 5],
  [Modality.LEFT_FOUR]: [10, 9, 8, 7],
  [Modality.THUMBS]: [6, 1],
  [Modality.INDEX_FINGERS]: [7, 2],
}

export const isSaved = ({ state }: ModalityState): boolean => state === 'good' || state === 'weak_accepted' || state === 'exception'

/** Keeps the record from being sealed. */
export const isOpen = ({ ask, reviewed }: FindingState): boolean => ask !== 'nothing' && !reviewed

export const modalityOf = (each: CaseState, modality: Modality): ModalityState =>
  each.modalities.find((record) => record.modality === modality) ?? {
    modality,
    state: 'pending',
    tries: 0,
    measure: 0,
    fingers: [],
    presentationAttack: '',
    eyes: [],
    approvedByApplicant: false,
    excepted: [],
    normMs: 0,
    deviceKind: deviceOf[modality],
    leastQuality: 0,
  }
