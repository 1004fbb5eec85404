// The person in front of the devices: looks at what each device lights up and does it, after the time people take. Knows no driver and no daemon.

import type { Clock } from '../../protocol/clock.js'
import type { FaceImages } from '../model/face-camera.js'
import type { EyeImages } from '../model/iris-camera.js'
import type { PlatenImages } from '../model/slap-scanner.js'
import type { TopazPadModel } from '../model/topaz-pad.js'
import { type EyeApproach, eyeApproach } from '../people/eye/approach.js'
import { type FaceMoment, faceApproach } from '../people/face/approach.js'
import { type EyePresentation, type FingerPosition, fingersOf, type GreyImage, type Person, type Slap } from '../people/person.js'
import type { SeededRandom } from '../seeded-random.js'

const fingerPositions: readonly FingerPosition[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
/** Frames until the hand lies on the platen, or the eyes look into the camera: about half a second. */
const reactionFrames = 3
/** From the cleared display to the pen on it. */
const penReactionMs = 400

/** What the scanner can ask for: several fingers together, or one by itself, as when a card is handed over. */
export type Asked = Slap | 'index_fingers' | FingerPosition

/** Lays something else on the platen than what is asked for; undefined where it is honest. */
export type Trick = (asked: Asked) => Promise<GreyImage> | undefined

/**
 * `coached`: comes before each device as people do, first wrong, then as told, and does it at once when asked again.
 * `practised`: does everything right from the start.
 */
export type Manner = 'coached' | 'practised'

export interface Counter {
  /** Who stands there; undefined for an empty office. */
  readonly person: Person | undefined
  /** Somebody steps up. @param random of this person's ways */
  receive(person: Person, random: SeededRandom): void
  /** Of a scenario in which somebody cheats or errs. */
  trick: Trick | undefined
  readonly fingers: PlatenImages
  readonly eyes: EyeImages
  readonly face: FaceImages
  /** Signs when the pad asks for it. */
  sign(pad: TopazPadModel): void
}

/** How this person comes before the cameras and the pad, and how often that was already. */
interface Ways {
  readonly eyes: EyeApproach
  readonly face: (frameIndex: number) => FaceMoment | undefined
  eyeCaptures: number
  faceCaptures: number
  signatures: number
}

export function atTheCounter(clock: Clock, manner: Manner): Counter {
  /** A finger that is put down again lies and presses differently. */
  let touches = 0
  let person: Person | undefined
  let ways: Ways | undefined
  const counter: Counter = {
    get person() {
      return person
    },
    receive: (who, random) => {
      person = who
      // Whoever was told once knows how.
      const before = manner === 'coached' ? 0 : 1
      ways = {
        eyes: eyeApproach(random.fork('eyes')),
        face: faceApproach(random.fork('face')),
        eyeCaptures: before,
        faceCaptures: before,
        signatures: before,
      }
      counter.trick = undefined
    },
    trick: undefined,
    fingers: {
      platen: async (indicatorMask, frameIndex) => {
        const asked = askedFor(indicatorMask)
        if (asked && frameIndex === 0) touches++
        if (!person || !asked || frameIndex < reactionFrames) return undefined
        return (await (counter.trick?.(asked) ?? laid(person, asked, touches))).grey
      },
    },
    eyes: {
      eye: async (sensor, indicatorMask, frameIndex) => {
        if (!person || !ways) return undefined
        if (sensor === 0 && frameIndex === 0) ways.eyeCaptures++
        const look = ways.eyeCaptures > 1 ? practisedLook(frameIndex) : ways.eyes.look(frameIndex)
        if (!look || (indicatorMask & (1 << sensor)) === 0) return undefined
        return (await person.images.iris(sensor === 0 ? 'right' : 'left', look)).grey
      },
    },
    face: {
      face: async (indicatorMask, frameIndex) => {
        if (!person || !ways || indicatorMask === 0) return undefined
        if (frameIndex === 0) ways.faceCaptures++
        if (ways.faceCaptures > 1) return frameIndex < reactionFrames ? undefined : person.images.faceMjpeg(frameIndex)
        const moment = ways.face(frameIndex)
        return moment && person.images.faceFrame(moment.presentation)
      },
    },
    sign: (pad) => {
      if (!person || !ways) return
      const written = person.images.signature(++ways.signatures)
      clock.after(penReactionMs, () => {
        // A second wish to sign while the pen is down is not heard; a pad that is pulled out ends the signature by itself.
        pad.sign(written).catch(() => {})
      })
    },
  }
  return counter
}

/** Nobody, then somebody who holds still. */
const practisedLook = (frameIndex: number): EyePresentation | undefined => (frameIndex < reactionFrames ? undefined : {})

function laid({ images }: Person, asked: Asked, touch: number): Promise<GreyImage> {
  if (typeof asked === 'number') return images.finger(asked, { occasion: 'handover', seed: touch })
  return asked === 'index_fingers' ? images.indexFingers() : images.slap(asked)
}

/** Bit p - 1 of the mask is finger position p. */
function askedFor(mask: number): Asked | undefined {
  const all: Readonly<Record<Exclude<Asked, FingerPosition>, readonly FingerPosition[]>> = { ...fingersOf, index_fingers: [7, 2] }
  const names = ['right_four', 'left_four', 'thumbs', 'index_fingers'] as const
  const asksFor = (position: FingerPosition) => (mask & (1 << (position - 1))) !== 0
  return names.find((name) => all[name].every(asksFor)) ?? fingerPositions.find(asksFor)
}
