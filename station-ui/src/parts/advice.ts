// The one line that helps most, and what stands small below it. Pure: a capture in, words and a sign out.

import { type CaptureState, type DeviceState, Modality } from '../../../protocol/client.js'
import { isFaultCode } from '../../../protocol/fault.js'
import { deviceOf } from '../flow.js'
import { choiceOf } from '../recording.js'
import { nameOf, type Words } from '../words.js'
import type { IconName } from './icons.js'

export interface Advice {
  readonly say: string
  /** '' when there is nothing more to say. */
  readonly more: string
  readonly tone: 'ok' | 'warn' | 'bad' | 'info' | 'muted'
  readonly sign: IconName
}

interface Around {
  readonly opening: string
  readonly devices: readonly DeviceState[]
}

export function adviceOf(modality: Modality, capture: CaptureState | undefined, words: Words, { opening, devices }: Around): Advice {
  const begin = words.begin[modality] ?? ''
  if (!capture) {
    const condition = devices.find(({ kind }) => kind === deviceOf[modality])?.conditions[0]
    const more = condition ? nameOf(words.deviceConditions, condition) : modality === Modality.EVIDENCE ? words.evidenceHint : ''
    return { say: begin, more, tone: 'muted', sign: 'ring' }
  }
  switch (capture.state) {
    case 'live':
      return live(modality, capture, words)
    case 'waiting':
      return waiting(modality, words, devices)
    case 'review':
      return review(modality, capture, words)
    default:
      return { say: opening, more: '', tone: 'muted', sign: 'half' }
  }
}

function live(modality: Modality, { advice, asked, attempt }: CaptureState, words: Words): Advice {
  const again = attempt > 1 && asked.length > 0 ? partNames(modality, asked, words) : ''
  if (modality === Modality.SIGNATURE) return { say: words.signNow, more: '', tone: 'info', sign: 'pen' }
  if (modality === Modality.EVIDENCE) return { say: words.begin[modality] ?? '', more: words.evidenceHint, tone: 'info', sign: 'evidence' }
  if (advice !== '') return { say: nameOf(words.advice, advice), more: again, tone: 'warn', sign: 'warn' }
  return { say: words.adviceFine, more: again, tone: 'ok', sign: 'check' }
}

/** What happened, what is safe and goes on by itself, what to do. */
function waiting(modality: Modality, words: Words, devices: readonly DeviceState[]): Advice {
  const kind = deviceOf[modality]
  const absent = devices.every((device) => device.kind !== kind || device.state === 'absent')
  const say = absent ? nameOf(words.waitingTitle, kind) : words.waitingStalled(nameOf(words.deviceKinds, kind))
  return { say, more: words.waitingGoesOn, tone: 'warn', sign: 'plug' }
}

function review(modality: Modality, capture: CaptureState, words: Words): Advice {
  const { advice, again, attempt, tries } = capture
  const choice = choiceOf(capture)
  if (choice === 'accept') return { say: reviewHint(modality, words), more: '', tone: 'info', sign: 'eye' }
  const parts = partNames(modality, again, words)
  const absent = advice === 'fingers_missing' || advice === 'no_iris'
  const say = parts !== '' && partial(advice) ? (absent ? words.partsMissing(parts) : words.partsWeak(parts)) : flaw(advice, words)
  if (choice === 'accept_weak') return { say, more: attempt >= tries ? words.lastTry : '', tone: 'warn', sign: 'warn' }
  return { say, more: absent ? words.missingHint : parts === '' ? '' : words.tryAgain, tone: 'warn', sign: 'warn' }
}

const partial = (advice: string): boolean => ['fingers_missing', 'weak_fingers', 'no_iris', 'weak_eyes'].includes(advice)

function reviewHint(modality: Modality, words: Words): string {
  if (modality === Modality.FACE) return words.faceApproval
  if (modality === Modality.IRISES) return words.reviewEyes
  if (modality === Modality.EVIDENCE) return words.reviewEvidence
  return modality === Modality.SIGNATURE ? words.reviewSignature : words.reviewHint
}

/** Why a result is not simply good: a finding, something about the fingers, or only that it is weak. */
function flaw(advice: string, words: Words): string {
  if (advice === 'weak' || isFaultCode(advice)) return words.weakResult
  return words.findings[advice] ?? words.fingerCodes[advice] ?? words.signatureCodes[advice] ?? nameOf(words.advice, advice)
}

/** `kelingking kanan`, `telunjuk dan tengah kanan` would be shorter still: here each by its whole name. */
export function partNames(modality: Modality, positions: readonly number[], words: Words): string {
  const names = positions.map((position) => {
    const name = modality === Modality.IRISES ? (position === 1 ? words.rightEye : words.leftEye) : (words.fingers[position] ?? '')
    return name.toLowerCase()
  })
  const last = names.pop() ?? ''
  return names.length === 0 ? last : `${names.join(', ')} ${words.and} ${last}`
}
