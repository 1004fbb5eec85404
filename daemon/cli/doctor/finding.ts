// What one look of the doctor gives: how it stands, what was found, what to do.

import { toFault } from '../../../protocol/fault.js'
import { faultWords } from '../../../protocol/fault-words.js'

export interface Look {
  readonly state: 'good' | 'weak' | 'bad'
  readonly found: string
  /** What to do; '' when good. */
  readonly next: string
}

export interface Finding extends Look {
  readonly check: string
}

export const good = (found: string): Look => ({ state: 'good', found, next: '' })
export const weak = (found: string, next: string): Look => ({ state: 'weak', found, next })
export const bad = (found: string, next: string): Look => ({ state: 'bad', found, next })

export function failed(error: unknown): Look {
  const fault = toFault(error)
  const cause = fault.cause instanceof Error ? ` (${fault.cause.message})` : ''
  return bad(`${faultWords[fault.code].what.en} [${fault.message}]${cause}`, faultWords[fault.code].next.en)
}

/** Several looks at things of one kind, as one: the worst decides, each says its own. */
export function together(looks: readonly Look[]): Look {
  const worst = (['bad', 'weak', 'good'] as const).find((state) => looks.some((look) => look.state === state)) ?? 'good'
  const said = (of: keyof Look) =>
    looks
      .map((look) => look[of])
      .filter((text) => text !== '')
      .join('; ')
  return { state: worst, found: said('found'), next: said('next') }
}
