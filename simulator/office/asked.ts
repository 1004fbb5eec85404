// What a scanner's lamps ask for, and what is laid down in answer: by the person, or by a trick. It knows no time and draws nothing.

import { type FingerPosition, fingersOf, type GreyImage, type Laying, type Person, type Slap } from '../people/person.js'

/** What the scanner can ask for: several fingers together, some of a hand's only, or one by itself, as when a card is handed over. */
export type Asked = Slap | 'index_fingers' | FingerPosition

/** Somebody's fingers laid down, from left to right. */
export interface Act extends Pick<Laying, 'fingers' | 'how'> {
  readonly person: Person
}

/**
 * Lays something else on the platen than what is asked for; undefined where it is honest. A bare picture says nothing of what it shows, so that
 * nothing can be compared with it.
 */
export type Trick = (asked: Asked, fingers: readonly FingerPosition[]) => Promise<GreyImage> | Act | undefined

export interface Request extends Pick<Laying, 'fingers' | 'how'> {
  /** The smallest named set that all of them belong to. */
  readonly asked: Asked
}

/** Two fingers laid side by side: the left hand's on the left. */
export const indexPair: readonly FingerPosition[] = [7, 2]

/** Bit p - 1 of the mask is finger position p. Undefined when nothing is asked for. */
export function askedFor(mask: number): Request | undefined {
  const asks = (position: FingerPosition) => (mask & (1 << (position - 1))) !== 0
  const all = ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const).filter(asks)
  const [first] = all
  if (first === undefined) return undefined
  if (all.length === 1) return { asked: first, fingers: all, how: 'single' }
  if (all.every((position) => indexPair.includes(position))) return { asked: 'index_fingers', fingers: indexPair, how: 'pair' }
  for (const slap of ['right_four', 'left_four', 'thumbs'] as const) {
    if (all.every((position) => fingersOf[slap].includes(position)))
      return { asked: slap, fingers: fingersOf[slap].filter((position) => all.includes(position)), how: 'slap' }
  }
  // Lamps that light up fingers of no one slap: whoever sees that lays down one.
  return { asked: first, fingers: [first], how: 'single' }
}

export const otherHand = (position: FingerPosition): FingerPosition => (position <= 5 ? position + 5 : position - 5) as FingerPosition
/** As the other hand has them, from left to right. */
export const mirroredFingers = (fingers: readonly FingerPosition[]): readonly FingerPosition[] => fingers.map(otherHand).reverse()
