// Is one of these fingers an operator's? Pure; runs in the record worker and in tests. What leaves it names operators, never a score or a template.

import { compareTemplates, openWorkspace, operatingPoints, prepareTemplate } from '../kernels/finger/match.js'
import { amongMany } from '../kernels/finger/sequence.js'
import type { FingerTemplate } from '../kernels/finger/template.js'
import type { Simd } from '../kernels/simd/simd.js'
import type { EnrolledFinger } from './finger-store.js'

export interface OperatorsJob {
  readonly prints: readonly FingerTemplate[]
  readonly enrolled: readonly EnrolledFinger[]
}

export interface OperatorHit {
  readonly operatorId: string
  /** Which of the prints. */
  readonly print: number
  readonly certainty: 'sure' | 'unsure'
}

/**
 * Whatever finger it is said to be: who deceives does not keep to positions. One false hit in a thousand calls, `sure` in ten thousand, however many
 * are compared; of one print with one finger that is the operating point of the check at the handover.
 * @returns the likeliest print of each operator that has one
 */
export function compareOperators({ prints, enrolled }: OperatorsJob, simd?: Simd): readonly OperatorHit[] {
  const workspace = openWorkspace(simd)
  const prepared = prints.map(prepareTemplate)
  const rarer = amongMany(operatingPoints, prints.length * enrolled.length)
  return enrolled.flatMap(({ operatorId, template }): readonly OperatorHit[] => {
    const own = prepareTemplate(template)
    const scores = prepared.map((print) => compareTemplates(print, own, workspace))
    const best = Math.max(0, ...scores)
    if (best < operatingPoints.fmr1in1000 + rarer) return []
    const certainty = best >= operatingPoints.fmr1in10000 + rarer ? 'sure' : 'unsure'
    return [{ operatorId, print: scores.indexOf(best), certainty }]
  })
}
