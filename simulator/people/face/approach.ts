// How a person comes to sit well before the camera: nobody, a typical fault, coached step by step, then a calm sitter who blinks. It knows no pixels and no clock.

import type { Random } from '../../../protocol/random.js'
import type { FacePresentation } from '../person.js'
import { between, pick } from '../raster.js'

export type FaceFault = 'too_far' | 'turned_away' | 'chin_down' | 'eyes_closed' | 'mouth_open' | 'dark'

export interface FaceMoment {
  /** `fault` as the person sat down, `coached` on the way, `blink` in between, `good` from then on. */
  readonly phase: 'fault' | 'coached' | 'good' | 'blink'
  readonly fault: FaceFault
  readonly presentation: FacePresentation
}

/** Frames of an empty chair. */
const emptyFrames = 3
/** Frames that the person needs to hear what is wrong, and frames for each step of putting it right. */
const faultFrames = 8
const coachedSteps = 3
const framesPerStep = 3
/** A calm sitter moves between so many places, each held for a few frames. */
const swayPlaces = 6
const framesPerPlace = 4
/** A blink lasts one frame, about every so many frames. */
const blinkEvery = 37

const faults: Readonly<Record<FaceFault, (side: 1 | -1, strength: number) => FacePresentation>> = {
  too_far: (_, strength) => ({ distance: 2 + 0.4 * strength }),
  turned_away: (side, strength) => ({ yawDeg: side * (22 + 8 * strength) }),
  chin_down: (_, strength) => ({ pitchDeg: 20 + 6 * strength }),
  eyes_closed: () => ({ eyesOpen: 0 }),
  mouth_open: (_, strength) => ({ mouthOpen: 0.85 + 0.15 * strength }),
  dark: (side, strength) => ({ light: { level: 0.1 + 0.05 * strength, side: side * 0.3 } }),
}

/** What each measure is in a person who sits well. */
const well = { yawDeg: 0, pitchDeg: 0, rollDeg: 0, eyesOpen: 1, mouthOpen: 0, distance: 1 } as const

/** `share` of the way from a fault to sitting well. */
function corrected(fault: FacePresentation, share: number): FacePresentation {
  const out: Record<string, number | FacePresentation['light']> = {}
  for (const [name, good] of Object.entries(well)) {
    const wrong = fault[name as keyof typeof well]
    if (wrong !== undefined) out[name] = wrong + (good - wrong) * share
  }
  const { level = 1, side = 0 } = fault.light ?? {}
  return { ...out, ...(fault.light && { light: { level: level + (1 - level) * share, side: side * (1 - share) } }) }
}

/**
 * One person's first minute, the same for the same randomness. At most sixteen different presentations (1 + 2 + 6 + 6), so that pictures can be kept.
 * @returns undefined while the chair is empty
 */
export function faceApproach(random: Random): (frameIndex: number) => FaceMoment | undefined {
  const fault = pick(random, ['too_far', 'turned_away', 'chin_down', 'eyes_closed', 'mouth_open', 'dark'])
  const wrong = faults[fault](random.next() < 0.5 ? -1 : 1, random.next())
  const manner = { rollDeg: tenth(between(random, -1.5, 1.5)), smile: tenth(random.next() * 0.2) }
  const places = Array.from({ length: swayPlaces }, (_, k): FacePresentation => {
    const turn = (2 * Math.PI * k) / swayPlaces
    return {
      ...manner,
      yawDeg: tenth(1.6 * Math.sin(turn)),
      pitchDeg: tenth(0.9 * Math.cos(turn)),
      dxPx: Math.round(6 * Math.sin(turn + 0.6)),
      dyPx: Math.round(3 * Math.sin(2 * turn)),
    }
  })
  const firstBlink = 12 + Math.floor(random.next() * 10)
  return (frameIndex) => {
    const sat = frameIndex - emptyFrames
    if (sat < 0) return undefined
    if (sat < faultFrames) return { phase: 'fault', fault, presentation: { ...manner, ...wrong } }
    const step = Math.floor((sat - faultFrames) / framesPerStep) + 1
    if (step < coachedSteps) return { phase: 'coached', fault, presentation: { ...manner, ...corrected(wrong, step / coachedSteps) } }
    const calm = sat - faultFrames - (coachedSteps - 1) * framesPerStep
    const place = places[Math.floor(calm / framesPerPlace) % swayPlaces]!
    if ((calm + blinkEvery - firstBlink) % blinkEvery === 0) return { phase: 'blink', fault, presentation: { ...place, eyesOpen: 0 } }
    return { phase: 'good', fault, presentation: place }
  }
}

const tenth = (value: number) => Math.round(value * 10) / 10
