// What is found about the captures of a case: the comparison of all fingers and the devices' own verdicts. Pure.

import type { PresentationAttack } from '../../protocol/hardware/frames.js'
import type { CaseDocument } from '../service/case.js'
import type { Finding, FingerResult, Modality } from '../state.js'
import type { Examination } from './fingers.js'

/** What a device's suspicion of an artefact leads to. `review`: accepted, and a supervisor must look at the person. */
export type AttackPolicy = 'refuse' | 'review' | 'ignore'

/** One verdict of a capture with several frames: the worst; bona fide only when every frame was called so. */
export function verdictOf(frames: readonly { readonly presentationAttack?: PresentationAttack }[]): PresentationAttack | undefined {
  const verdicts = frames.map(({ presentationAttack }) => presentationAttack)
  return verdicts.find((each) => each?.verdict === 'attack') ?? (verdicts.every((each) => each !== undefined) ? verdicts[0] : undefined)
}

/**
 * All findings with this capture among the accepted ones. A new comparison of fingers replaces the old one and what was said of it.
 * @param examination of a finger capture
 */
export function findingsWith(
  { findings = [] }: CaseDocument,
  modality: Modality,
  attack: PresentationAttack | undefined,
  policy: AttackPolicy,
  examination?: Examination,
): readonly Finding[] {
  const ofFingers = examination
    ? examination.findings.map(({ captures, ...rest }): Finding => ({ ...rest, modalities: captures }))
    : findings.filter(({ code }) => code !== 'presentation_attack')
  const ofDevices = findings.filter(({ code, modalities }) => code === 'presentation_attack' && !modalities.includes(modality))
  return attack?.verdict === 'attack' && policy !== 'ignore'
    ? [...ofFingers, ...ofDevices, { ...suspicion, modalities: [modality], again: [modality] }]
    : [...ofFingers, ...ofDevices]
}

/** A device is not sure either: a person is to look. */
const suspicion = { code: 'presentation_attack', certainty: 'unsure', ask: 'review', positions: [] } as const

export const fingerResults = ({ kept }: Examination): readonly FingerResult[] =>
  kept.fingers.map(({ segment, quality, codes }) => ({ position: segment.position, codes, ...(quality !== undefined && { quality }) }))
