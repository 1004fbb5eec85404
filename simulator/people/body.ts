// What of a person is not as most people's: fingers, skin, eyes, hand, posture. Plain data; it draws nothing.

import type { Random } from '../../protocol/random.js'
import type { Eye, FingerPosition } from './person.js'

export type Skin = 'normal' | 'dry' | 'wet'

export interface Body {
  readonly missingFingers: readonly FingerPosition[]
  /** They lie on the glass, but no ridge of theirs does. */
  readonly bandagedFingers: readonly FingerPosition[]
  /** Ridges worn away by work or age. */
  readonly wornFingers: readonly FingerPosition[]
  readonly skin: Skin
  /** Clouded over, as of somebody who is blind on one side. */
  readonly cloudyEye?: Eye
  /** Lids that never open. */
  readonly missingEye?: Eye
  readonly writes: 'signature' | 'line' | 'nothing'
  /** Somebody in bed: the head lies turned on a pillow and the hand comes askew, neither can be put quite straight. */
  readonly posture: 'sitting' | 'bedridden'
  /** What this person needs of the usual time for everything (reaction.ts): 1 as usual, 2 twice as long. */
  readonly pace: number
}

export const wholeBody: Body = {
  missingFingers: [],
  bandagedFingers: [],
  wornFingers: [],
  skin: 'normal',
  writes: 'signature',
  posture: 'sitting',
  pace: 1,
}

/**
 * How often an ordinary office meets each. All of these are ASSUMPTIONS, chosen so that a hundred people show most of them; only that they occur
 * and are normal work is known. They are no statistics and must not be quoted as such.
 */
const shares = {
  dry: 0.14,
  wet: 0.07,
  /** At least one finger missing; every fifth of them lacks several of one hand, every tenth the whole hand. */
  missing: 0.04,
  bandaged: 0.02,
  /** One to four worn fingers, as of farmers, masons and the old: some cannot be read at all. */
  worn: 0.05,
  cloudyEye: 0.015,
  missingEye: 0.005,
  line: 0.04,
  nothing: 0.01,
  bedridden: 0.01,
  /** Everything takes half as long again up to twice as long. */
  slow: 0.15,
} as const

const hands: readonly (readonly FingerPosition[])[] = [
  [1, 2, 3, 4, 5],
  [6, 7, 8, 9, 10],
]
const positions: readonly FingerPosition[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

/** @param random every draw is made whatever comes of the one before: a share that changes moves no other */
export function ordinaryBody(random: Random): Body {
  const happens = (share: number) => random.next() < share
  const [dry, wet, missing, bandaged, worn] = [shares.dry, shares.wet, shares.missing, shares.bandaged, shares.worn].map(happens)
  const [cloudy, noEye, line, nothing, bedridden, slow] = [
    shares.cloudyEye,
    shares.missingEye,
    shares.line,
    shares.nothing,
    shares.bedridden,
    shares.slow,
  ].map(happens)
  const lost = lostFingers(random)
  const [hurt, hard] = [some(random, 1), some(random, 1 + Math.floor(random.next() * 4))]
  const [blindSide, emptySide] = [eyeOf(random), eyeOf(random)]
  const tempo = 1.5 + random.next() / 2
  const gone = missing ? lost : []
  const there = (fingers: readonly FingerPosition[]) => fingers.filter((finger) => !gone.includes(finger))
  const covered = bandaged ? there(hurt) : []
  return {
    missingFingers: gone,
    bandagedFingers: covered,
    wornFingers: worn ? there(hard).filter((finger) => !covered.includes(finger)) : [],
    skin: wet ? 'wet' : dry ? 'dry' : 'normal',
    ...(cloudy && { cloudyEye: blindSide }),
    ...(noEye && { missingEye: emptySide }),
    writes: nothing ? 'nothing' : line ? 'line' : 'signature',
    posture: bedridden ? 'bedridden' : 'sitting',
    pace: slow || bedridden ? tempo : 1,
  }
}

function lostFingers(random: Random): readonly FingerPosition[] {
  const dice = random.next()
  const hand = hands[Math.floor(random.next() * hands.length)] ?? []
  const from = Math.floor(random.next() * 3)
  const one = some(random, 1)
  if (dice < 0.1) return hand
  return dice < 0.2 ? hand.slice(from, from + 3) : one
}

function some(random: Random, count: number): readonly FingerPosition[] {
  const left = [...positions]
  const taken: FingerPosition[] = []
  for (let i = 0; i < count; i++) taken.push(...left.splice(Math.floor(random.next() * left.length), 1))
  return taken.sort((a, b) => a - b)
}

const eyeOf = (random: Random): Eye => (random.next() < 0.5 ? 'right' : 'left')
