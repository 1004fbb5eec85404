// Mistakes and deceptions at the scanner that scenarios ask for by name. Each says truly what it lays down; none knows what a station makes of it.

import type { FingerPosition, Person } from '../people/person.js'
import { mirroredFingers, otherHand, type Trick } from './asked.js'

export const trickNames = ['wrong_hand', 'same_finger_twice', 'swapped_slaps', 'someone_else'] as const
export type TrickName = (typeof trickNames)[number]

/**
 * - `wrong_hand`: the right hand is laid down for the left one too, and a finger of it by itself likewise
 * - `same_finger_twice`: for a thumb or an index finger a finger that was given before; slaps are honest
 * - `swapped_slaps`: each hand is laid down where the other one is asked for
 * - `someone_else`: another person's fingers, always
 * @param other who helps; needed for `someone_else` only
 */
export function namedTrick(name: TrickName, person: Person, other: Person): Trick {
  switch (name) {
    case 'wrong_hand':
      return (asked, fingers) => {
        if (asked === 'left_four') return { person, fingers: mirroredFingers(fingers), how: 'slap' }
        return typeof asked === 'number' && asked > 5 ? { person, fingers: [otherHand(asked)], how: 'single' } : undefined
      }
    case 'swapped_slaps':
      return (asked, fingers) =>
        asked === 'right_four' || asked === 'left_four' ? { person, fingers: mirroredFingers(fingers), how: 'slap' } : undefined
    case 'same_finger_twice':
      return (asked) => {
        if (asked === 'thumbs') return { person, fingers: [7, 2], how: 'pair' }
        if (asked === 'index_fingers') return { person, fingers: [3, 2], how: 'pair' }
        return typeof asked === 'number' ? { person, fingers: [neighbour(asked)], how: 'single' } : undefined
      }
    case 'someone_else':
      return (asked, fingers) => ({
        person: other,
        fingers,
        how: asked === 'index_fingers' ? 'pair' : typeof asked === 'number' ? 'single' : 'slap',
      })
  }
}

/** Another finger of the same hand. */
const neighbour = (position: FingerPosition): FingerPosition => ((position - 1) % 5 < 2 ? position + 1 : position - 1) as FingerPosition
