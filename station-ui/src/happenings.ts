// What happened, told from the difference of two states. Pure; says nothing about who a person is.

import type { StationMirror } from '../../protocol/client.js'
import { isSaved } from './flow.js'
import { type Language, nameOf, wordsOf } from './words.js'

export interface Happening {
  readonly atMs: number
  readonly tone: 'ok' | 'warn' | 'bad' | 'info'
  readonly text: (language: Language) => string
}

export const keptHappenings = 40

/** @param caseId only the case at the counter is told about */
export function happenings(before: StationMirror, after: StationMirror, caseId: string, atMs: number): readonly Happening[] {
  return [...deviceHappenings(before, after, atMs), ...caseHappenings(before, after, caseId, atMs), ...cardHappenings(before, after, atMs)]
}

function deviceHappenings(before: StationMirror, after: StationMirror, atMs: number): readonly Happening[] {
  if (before.devices === after.devices) return []
  return after.devices.flatMap((device) => {
    const was = before.devices.find(({ kind }) => kind === device.kind)
    const quiet = (state: string | undefined) => state === 'ready' || state === 'busy' || state === 'opening'
    if (!was || was.state === device.state || (quiet(was.state) && quiet(device.state))) return []
    const text = (language: Language) => {
      const words = wordsOf(language)
      return `${nameOf(words.deviceKinds, device.kind)}: ${nameOf(words.deviceStates, device.state)}`
    }
    return [{ atMs, tone: quiet(device.state) ? 'ok' : 'bad', text } as const]
  })
}

function caseHappenings(before: StationMirror, after: StationMirror, caseId: string, atMs: number): readonly Happening[] {
  const was = before.cases.find((each) => each.caseId === caseId)
  const is = after.cases.find((each) => each.caseId === caseId)
  if (!is || was === is) return []
  const told: Happening[] = []
  for (const step of is.steps) {
    const old = was?.steps.find(({ id }) => id === step.id)
    if (!old || old.state === step.state || (step.state !== 'done' && step.state !== 'failed')) continue
    const text = (language: Language) =>
      `${language === 'id' ? step.labelId : step.labelEn}: ${nameOf(wordsOf(language).stepStates, step.state)}`
    told.push({ atMs, tone: step.state === 'done' ? 'ok' : 'bad', text })
  }
  for (const record of is.modalities) {
    const old = was?.modalities.find(({ modality }) => modality === record.modality)
    if (!old || old.state === record.state || !isSaved(record) || isSaved(old)) continue
    const text = (language: Language) => {
      const words = wordsOf(language)
      return `${words.modalities[record.modality] ?? ''}: ${nameOf(words.modalityStates, record.state)}`
    }
    told.push({ atMs, tone: record.state === 'good' ? 'ok' : 'warn', text })
  }
  if (was && was.centralStatus !== is.centralStatus && is.centralStatus !== '') {
    const text = (language: Language) => {
      const words = wordsOf(language)
      return `${words.centralStatus}: ${nameOf(words.central, is.centralStatus)}`
    }
    told.push({ atMs, tone: 'info', text })
  }
  return told
}

function cardHappenings(before: StationMirror, after: StationMirror, atMs: number): readonly Happening[] {
  const { state } = after.issuance
  if (before.issuance.state === state || state === 'idle') return []
  const tone = state === 'attention' || state === 'spoiled' ? 'bad' : state === 'ready' || state === 'handed_over' ? 'ok' : 'info'
  return [{ atMs, tone, text: (language) => nameOf(wordsOf(language).cardStates, state) }]
}
