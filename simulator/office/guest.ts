// Who stands at the counter, and how that person behaves. Plain data.

import type { Person } from '../people/person.js'
import type { SeededRandom } from '../seeded-random.js'

/**
 * `coached`: comes before the cameras as people do, first wrong, then right by itself, and does it at once when asked again.
 * `practised`: does everything right from the start.
 * `natural`: moves, errs, reacts to what it hears, with the body it has.
 */
export const manners = ['coached', 'practised', 'natural'] as const
export type Manner = (typeof manners)[number]

export interface Guest {
  readonly person: Person
  /** Of this person's ways. */
  readonly random: SeededRandom
  readonly manner: Manner
}
