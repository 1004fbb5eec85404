// The applicant as the operator reaches them: by word of mouth. What an applicant makes of it is the simulator's business.

import type { Trick } from '../../../simulator/office/counter.js'
import type { Office } from '../../../simulator/office/office.js'

export interface Applicant {
  /** One short sentence, by its stable name: what the screen advises, or what a finding asks for. @returns whether it ended a trick */
  hear(advice: string): boolean
  /** Lays something else before the scanner until that was noticed: no trick survives being named. */
  play(trick: Trick): void
}

export function applicantAt(office: Office): Applicant {
  let shown = false
  return {
    play: (trick) => {
      shown = false
      office.play((asked) => {
        const laid = trick(asked)
        shown ||= laid !== undefined
        return laid
      })
    },
    hear: (_advice) => {
      if (!shown) return false
      shown = false
      office.play(undefined)
      return true
    },
  }
}
