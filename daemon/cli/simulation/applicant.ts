// The applicant as the operator meets them: seen, and spoken to. What an applicant makes of a word is the simulator's business.

import type { ExceptionReason } from '../../../protocol/exception-reasons.js'
import type { Part, Trick } from '../../../simulator/office/counter.js'
import type { Office } from '../../../simulator/office/office.js'
import { isFingers, positionsOf } from '../../modality.js'
import type { Modality, RecordedModality } from '../../state.js'

/** Parts of a modality that anybody can see are not there to be captured. */
export interface Lacking {
  readonly modality: RecordedModality
  readonly positions: readonly number[]
  readonly reason: ExceptionReason
}

export interface Applicant {
  /** What is plain to see before anything is tried. */
  readonly lacks: readonly Lacking[]
  /** One short sentence, by its stable name: what the screen advises of a modality, or what a finding asks for. @returns whether it ended a trick */
  hear(advice: string, modality: Modality): boolean
  /** Lays something else before the scanner until that was noticed: no trick survives being named. */
  play(trick: Trick): void
}

/** What is said about what a finished picture shows. */
const meant: Readonly<Record<string, string>> = {
  halo: 'dry_fingers',
  ghost_prints: 'clean_glass',
  touching_fingers: 'spread_fingers',
  off_edge: 'move_to_centre',
}

const handModalities = ['right_four', 'left_four', 'thumbs'] as const

function partOf(modality: Modality): Part | undefined {
  if (isFingers(modality)) return 'fingers'
  return modality === 'irises' ? 'eyes' : modality === 'face' ? 'face' : undefined
}

export function applicantAt(office: Office): Applicant {
  let shown = false
  return {
    get lacks() {
      return lacksOf(office)
    },
    play: (trick) => {
      shown = false
      office.play((asked, fingers) => {
        const laid = trick(asked, fingers)
        shown ||= laid !== undefined
        return laid
      })
    },
    hear: (advice, modality) => {
      office.counter.hear(meant[advice] ?? advice, partOf(modality))
      if (!shown) return false
      shown = false
      office.play(undefined)
      return true
    },
  }
}

function lacksOf({ personAtCounter }: Office): readonly Lacking[] {
  if (!personAtCounter) return []
  const { missingFingers, bandagedFingers, missingEye, cloudyEye, writes } = personAtCounter.body
  const fingers = (reason: 'missing' | 'bandaged', all: readonly number[]) =>
    handModalities.flatMap((modality): readonly Lacking[] => {
      const positions = positionsOf(modality).filter((position) => all.includes(position))
      return positions.length > 0 ? [{ modality, positions, reason }] : []
    })
  const eye = (reason: 'missing' | 'blind', which: typeof missingEye): readonly Lacking[] =>
    which === undefined ? [] : [{ modality: 'irises', positions: [which === 'right' ? 1 : 2], reason }]
  return [
    ...fingers('missing', missingFingers),
    ...fingers('bandaged', bandagedFingers),
    ...eye('missing', missingEye),
    ...eye('blind', cloudyEye),
    ...(writes === 'nothing' ? [{ modality: 'signature', positions: [], reason: 'cannot_sign' } as const] : []),
  ]
}
