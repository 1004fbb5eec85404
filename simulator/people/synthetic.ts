// A whole synthetic person from one number. The same number gives the same person, to the byte.

import { seededRandom } from '../seeded-random.js'
import { inventBiodata } from './biodata.js'
import { createFace } from './face/synthetic-face.js'
import { createHands } from './hands.js'
import { createEyes } from './iris.js'
import type { Eye, PadSample, Person } from './person.js'
import { remember } from './raster.js'
import { signatureAttempts } from './signature.js'

/**
 * @param seed any 32-bit number
 * @param options.cloudyEye an eye clouded over, as of somebody who is blind on one side
 * @param options.birthYear instead of a year that makes an adult of 17 to 70 (2026 is the present)
 */
export function syntheticPerson(seed: number, options: { readonly birthYear?: number; readonly cloudyEye?: Eye } = {}): Person {
  const random = seededRandom(seed)
  const biodata = inventBiodata(random.fork('biodata'), options.birthYear)
  const hands = createHands((label) => random.fork(`hands ${label}`))
  const eyes = createEyes((label) => random.fork(`eyes ${label}`), options.cloudyEye)
  const face = createFace((label) => random.fork(`face ${label}`), { sex: biodata.sex, birthYear: Number(biodata.birthDate.slice(0, 4)) })
  const attempts = signatureAttempts(random.fork('signature'))
  const signatures = remember<readonly PadSample[]>(4)
  return {
    simulated: true,
    source: 'synthetic',
    biodata,
    images: {
      slap: hands.slap,
      indexFingers: hands.indexFingers,
      finger: hands.finger,
      fingerPatch: hands.fingerPatch,
      iris: async (eye, presentation) => eyes.picture(eye, presentation),
      ...face.images,
      // Without a number a good one: whoever asks so is not after the person's first try.
      signature: (attempt = 2) => signatures(String(attempt), () => attempts(attempt).samples),
    },
    truth: { ...hands.truth, iris: eyes.truth, face: face.truth },
  }
}
