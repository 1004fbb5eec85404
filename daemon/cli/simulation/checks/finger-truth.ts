// Whose finger it really is: templates of accepted fingers are held to the minutiae that the person was drawn with. Knows no station.

import type { FingerPosition, FingerTruth, Person } from '../../../../simulator/people/person.js'
import { compareTemplates, openWorkspace, operatingPoints, type PreparedTemplate, prepareTemplate } from '../../../kernels/finger/match.js'
import type { FingerTemplate } from '../../../kernels/finger/template.js'
import type { Simd } from '../../../kernels/simd/simd.js'

const positions: readonly FingerPosition[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
const patchPx = 500
const radians = Math.PI / 180
const types = { ending: 1, bifurcation: 2 } as const

/** `proven`: it is the finger that it is called. `unknown`: like none of the person's, which a weak print can be. */
export type Identity = { readonly is: 'proven' | 'unknown' } | { readonly is: 'other'; readonly position: number }

export interface FingerTruthOf {
  identify(template: FingerTemplate, position: number): Identity
}

/** @returns undefined for a person made of samples, of whom no truth is known */
export async function fingerTruthOf({ truth, body }: Person, simd: Simd): Promise<FingerTruthOf | undefined> {
  if (!truth) return undefined
  const known = new Map<number, PreparedTemplate>()
  const there = positions.filter((position) => !body.missingFingers.includes(position))
  for (const position of there) known.set(position, prepareTemplate(templateOf(await truth.fingerPatch(position))))
  const workspace = openWorkspace(simd)
  return {
    identify: (template, position) => {
      const probe = prepareTemplate(template)
      const score = (candidate: PreparedTemplate | undefined) => (candidate ? compareTemplates(probe, candidate, workspace) : 0)
      // A finger that the person does not have is none of theirs, whatever it looks like.
      if (!known.has(position)) return { is: 'other', position: 0 }
      const own = score(known.get(position))
      if (own >= operatingPoints.fmr1in1000) return { is: 'proven' }
      const [best] = [...known]
        .map(([other, candidate]) => ({ position: other, score: score(candidate) }))
        .sort((a, b) => b.score - a.score)
      if (best && best.position !== position && best.score >= operatingPoints.fmr1in10000 && best.score > own)
        return { is: 'other', position: best.position }
      return { is: 'unknown' }
    },
  }
}

function templateOf({ minutiae }: FingerTruth): FingerTemplate {
  return {
    widthPx: patchPx,
    heightPx: patchPx,
    minutiae: minutiae.map(({ x, y, angleDeg, type }) => ({
      ...{ x, y, type: types[type], quality: 80 },
      angle: (((angleDeg % 360) + 360) % 360) * radians,
    })),
  }
}
