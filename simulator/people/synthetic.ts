// A whole synthetic person from one number. The same number gives the same person, to the byte.

import { type SeededRandom, seededRandom } from '../seeded-random.js'
import { inventBiodata } from './biodata.js'
import { type Body, wholeBody } from './body.js'
import { createFace } from './face/synthetic-face.js'
import { createHands } from './hands.js'
import { createEyes } from './iris.js'
import type { PadSample, Person } from './person.js'
import { remember } from './raster.js'
import { signatureAttempts, simulateSignature } from './signature.js'

export interface PersonOptions {
  /** Instead of a year that makes an adult of 17 to 70 (2026 is the present). */
  readonly birthYear?: number
  /** What is not as most people's; the rest is as in `wholeBody`. */
  readonly body?: Partial<Body>
}

/** @param seed any 32-bit number */
export function syntheticPerson(seed: number, options: PersonOptions = {}): Person {
  const random = seededRandom(seed)
  const body: Body = { ...wholeBody, ...options.body }
  const biodata = inventBiodata(random.fork('biodata'), options.birthYear)
  const hands = createHands((label) => random.fork(`hands ${label}`), body)
  const eyes = createEyes((label) => random.fork(`eyes ${label}`), body)
  const face = createFace((label) => random.fork(`face ${label}`), { sex: biodata.sex, birthYear: Number(biodata.birthDate.slice(0, 4)) })
  const signatures = remember<readonly PadSample[]>(4)
  return {
    simulated: true,
    source: 'synthetic',
    biodata,
    body,
    images: {
      slap: hands.slap,
      indexFingers: hands.indexFingers,
      finger: hands.finger,
      fingerPatch: hands.fingerPatch,
      iris: async (eye, presentation) => eyes.picture(eye, presentation),
      ...face.images,
      // Without a number a good one: whoever asks so is not after the person's first try.
      signature: (attempt = 2) => signatures(String(attempt), () => written(random.fork('signature'), body, attempt)),
    },
    layFingers: hands.lay,
    truth: { ...hands.truth, iris: eyes.truth, face: face.truth },
  }
}

function written(random: SeededRandom, { writes }: Body, attempt: number): readonly PadSample[] {
  if (writes === 'nothing') return []
  return writes === 'line' ? simulateSignature(random, { attempt, kind: 'line_only' }).samples : signatureAttempts(random)(attempt).samples
}
