// A whole synthetic person from one number. The same number gives the same person, to the byte.

import { seededRandom } from '../seeded-random.js'
import { inventBiodata } from './biodata.js'
import { faceImages, rasterise } from './face.js'
import { drawFaceForm, faceSvg, faceTruth } from './face-drawing.js'
import { createHands } from './hands.js'
import { createEyes } from './iris.js'
import type { Eye, PadSample, Person } from './person.js'
import { remember } from './raster.js'
import { drawSignature } from './signature.js'

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
  const form = drawFaceForm(random.fork('face'), biodata.sex, Number(biodata.birthDate.slice(0, 4)))
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
      iris: async (eye, presentation) => eyes.picture(eye, presentation),
      ...faceImages(() => rasterise(faceSvg(form), seed)),
      signature: () => signatures('', () => drawSignature(random.fork('signature'))),
    },
    truth: { ...hands.truth, iris: eyes.truth, face: () => faceTruth(form) },
  }
}
