// Fingers that lie still from the first: the platen of people who do everything right, and of samples that cannot be moved.

import type { PlatenImages } from '../model/slap-scanner.js'
import { emptyGlass } from '../people/hands.js'
import { fingersOf, type GreyImage, type Person, platen } from '../people/person.js'
import { stamp, toneTable } from '../people/sprite.js'
import { type Act, askedFor, indexPair, type Trick } from './asked.js'
import { emptyPlaten, type FrameLog, frameLog, type PlatenTruth } from './truth.js'

/** Frames until the hand lies on the platen, or the eyes look into the camera: about half a second. */
export const reactionFrames = 3

/** @param touch a finger that is put down again lies and presses differently */
export async function stillPicture({ person, fingers, how }: Act, touch: number): Promise<GreyImage> {
  const { images } = person
  const [first] = fingers
  if (how === 'single' && first !== undefined) return images.finger(first, { occasion: 'handover', seed: touch })
  if (how === 'pair' && fingers.join() === indexPair.join()) return images.indexFingers()
  const whole = (['right_four', 'left_four', 'thumbs'] as const).find((slap) => fingersOf[slap].join() === fingers.join())
  if (how === 'slap' && whole) return images.slap(whole)
  // Some fingers of a hand. Samples have whole hands only.
  const ofSlap = (['right_four', 'left_four', 'thumbs'] as const).find((slap) => first !== undefined && fingersOf[slap].includes(first))
  if (!person.layFingers) return ofSlap ? images.slap(ofSlap) : images.indexFingers()
  const canvas = emptyGlass(platen, touch)
  for (const { sprite, pressure, fog } of person.layFingers({ fingers, how, seed: touch }))
    stamp(canvas, sprite, toneTable({ pressure, contact: 1, fog, strength: 1 }))
  return canvas
}

export function stillTruth({ person, fingers }: Act): PlatenTruth {
  const { missingFingers, bandagedFingers, wornFingers } = person.body
  const condition = (position: (typeof fingers)[number]) =>
    bandagedFingers.includes(position) ? 'bandaged' : wornFingers.includes(position) ? 'worn' : 'sound'
  const there = fingers.filter((position) => !missingFingers.includes(position))
  return {
    person: there.length > 0 ? person : undefined,
    fingers: there.map((position) => ({ position, condition: condition(position) })),
    ghosts: false,
    known: true,
  }
}

export interface StillPlaten {
  readonly images: PlatenImages
  readonly log: FrameLog<PlatenTruth>
}

export function stillPlaten(guest: () => Person | undefined, trick: () => Trick | undefined): StillPlaten {
  const log = frameLog<PlatenTruth>()
  let touches = 0
  const drawn = new Map<string, Promise<GreyImage>>()
  const frame = async (mask: number, frameIndex: number): Promise<Uint8Array | undefined> => {
    // A look at the empty platen asks for nobody's finger.
    if (log.begins(0, frameIndex) && askedFor(mask)) {
      touches++
      drawn.clear()
    }
    const person = guest()
    const request = askedFor(mask)
    if (!person || !request || frameIndex < reactionFrames) {
      log.note(frameIndex, emptyPlaten)
      return undefined
    }
    const played = trick()?.(request.asked, request.fingers) ?? { person, fingers: request.fingers, how: request.how }
    if ('then' in played) {
      log.note(frameIndex, { ...emptyPlaten, known: false })
      return (await played).grey
    }
    log.note(frameIndex, stillTruth(played))
    const key = `${played.person.biodata.nik} ${played.how} ${played.fingers}`
    const picture = drawn.get(key) ?? stillPicture(played, touches)
    drawn.set(key, picture)
    return (await picture).grey
  }
  return { images: { platen: frame }, log }
}
