// What is found about the captures of a case: the comparisons of fingers and of eyes, the face's stillness, the devices' own verdicts. Pure.

import type { PresentationAttack } from '../../protocol/hardware/frames.js'
import { sequenceCodes } from '../kernels/finger/sequence.js'
import { eyeCodes } from '../kernels/iris/sequence.js'
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

/** Findings that one comparison makes anew each time. */
export interface Family {
  readonly family: 'fingers' | 'eyes' | 'face'
  readonly findings: readonly Finding[]
}

/**
 * All findings with this capture among the accepted ones. A new comparison replaces the old one of its family and what was said of it.
 * @param found of this capture; absent when nothing was compared
 */
export function findingsWith(
  { findings = [] }: CaseDocument,
  modality: Modality,
  attack: PresentationAttack | undefined,
  policy: AttackPolicy,
  found?: Family,
): readonly Finding[] {
  const compared = findings.filter(({ code }) => code !== 'presentation_attack' && (!found || familyOf(code) !== found.family))
  const ofDevices = findings.filter(({ code, modalities }) => code === 'presentation_attack' && !modalities.includes(modality))
  const suspected = attack?.verdict === 'attack' && policy !== 'ignore'
  return [
    ...compared,
    ...(found?.findings ?? []),
    ...ofDevices,
    ...(suspected ? [{ ...suspicion, modalities: [modality], again: [modality] }] : []),
  ]
}

function familyOf(code: Finding['code']): Family['family'] | undefined {
  if (code === 'flat_face') return 'face'
  if ((eyeCodes as readonly string[]).includes(code)) return 'eyes'
  return (sequenceCodes as readonly string[]).includes(code) ? 'fingers' : undefined
}

/** A device is not sure either: a person is to look. */
const suspicion = { code: 'presentation_attack', certainty: 'unsure', ask: 'review', positions: [] } as const

export const fingerFindings = ({ findings }: Examination): Family => ({
  family: 'fingers',
  findings: findings.map(({ captures, ...rest }): Finding => ({ ...rest, modalities: captures })),
})

export const fingerResults = ({ kept }: Examination): readonly FingerResult[] =>
  kept.fingers.map(({ segment, quality, codes }) => ({ position: segment.position, codes, ...(quality !== undefined && { quality }) }))
