// What rows of the fault table draw their place and time with.

import type { SeededRandom } from '../../../../simulator/seeded-random.js'
import { type Modality, modalities } from '../../../state.js'
import type { Strike } from './table.js'

export const between = (random: SeededRandom, least: number, most: number): number => Math.round(least + random.next() * (most - least))

export function oneOf<T>(random: SeededRandom, all: readonly T[]): T {
  const drawn = all[Math.floor(random.next() * all.length)]
  if (drawn === undefined) throw new RangeError('nothing to draw from')
  return drawn
}

export const framed = modalities.filter((modality) => modality !== 'signature')

/** Some time into a capture, mostly while it is running. */
export const inCapture = (random: SeededRandom, of: readonly Modality[] = framed, withinMs = 800): Strike => ({
  at: 'capture',
  modality: oneOf(random, of),
  afterMs: between(random, 20, withinMs),
})
