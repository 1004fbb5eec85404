// A whole synthetic person from one number. The same number gives the same person, to the byte.

import { seededRandom } from '../seeded-random.js'
import { inventBiodata } from './biodata.js'
import { createFace } from './face/synthetic-face.js'
import { createHands } from './hands.js'
import { createEyes } from './iris.js'
import type { GreyImage, PadSample, Person } from './person.js'
import { remember } from './raster.js'
import { drawSignature } from './signature.js'

/**
 * @param seed any 32-bit number
 * @param options.birthYear instead of a year that makes an adult of 17 to 70 (2026 is the present)
 */
export function syntheticPerson(seed: number, options: { readonly birthYear?: number } = {}): Person {
  const random = seededRandom(seed)
  const biodata = inventBiodata(random.fork('biodata'), options.birthYear)
  const hands = createHands((label) => random.fork(`hands ${label}`))
  const eyes = createEyes((label) => random.fork(`eyes ${label}`))
  const face = createFace((label) => random.fork(`face ${label}`), { sex: biodata.sex, birthYear: Number(biodata.birthDate.slice(0, 4)) })
  const irises = remember<Promise<GreyImage>>(4)
  const signatures = remember<readonly PadSample[]>(1)
  return {
    simulated: true,
    source: 'synthetic',
    biodata,
    images: {
      slap: hands.slap,
      indexFingers: hands.indexFingers,
      finger: hands.finger,
      fingerPatch: hands.fingerPatch,
      iris: (eye, presentation = {}) => irises(JSON.stringify([eye, presentation]), async () => eyes.draw(eye, presentation)),
      ...face.images,
      signature: () => signatures('', () => drawSignature(random.fork('signature'))),
    },
    truth: { ...hands.truth, iris: eyes.truth, face: face.truth },
  }
}
