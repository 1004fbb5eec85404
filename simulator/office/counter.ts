// The person in front of the devices: looks at what each device lights up and does it, after the time people take. Knows no driver and no daemon.

import type { Clock } from '../../protocol/clock.js'
import type { FaceImages } from '../model/face-camera.js'
import type { EyeImages } from '../model/iris-camera.js'
import type { PlatenImages } from '../model/slap-scanner.js'
import type { TopazPadModel } from '../model/topaz-pad.js'
import { fingersOf, type Person, type Slap } from '../people/person.js'

/** Frames until the hand lies on the platen, or the eyes look into the camera: about half a second. */
const reactionFrames = 3
/** From the cleared display to the pen on it. */
const penReactionMs = 400

export interface Counter {
  /** Who stands there; undefined for an empty office. */
  person: Person | undefined
  readonly fingers: PlatenImages
  readonly eyes: EyeImages
  readonly face: FaceImages
  /** Signs when the pad asks for it. */
  sign(pad: TopazPadModel): void
}

export function atTheCounter(clock: Clock): Counter {
  const counter: Counter = {
    person: undefined,
    fingers: {
      platen: async (indicatorMask, frameIndex) => {
        const slap = slapOf(indicatorMask)
        if (!counter.person || !slap || frameIndex < reactionFrames) return undefined
        return (await counter.person.images.slap(slap)).grey
      },
    },
    eyes: {
      eye: async (sensor, indicatorMask, frameIndex) => {
        if (!counter.person || (indicatorMask & (1 << sensor)) === 0 || frameIndex < reactionFrames) return undefined
        return (await counter.person.images.iris(sensor === 0 ? 'right' : 'left')).grey
      },
    },
    face: {
      face: async (indicatorMask, frameIndex) => {
        if (!counter.person || indicatorMask === 0 || frameIndex < reactionFrames) return undefined
        return counter.person.images.faceMjpeg(frameIndex)
      },
    },
    sign: (pad) => {
      const { person } = counter
      if (!person) return
      clock.after(penReactionMs, () => {
        // A second wish to sign while the pen is down is not heard; a pad that is pulled out ends the signature by itself.
        pad.sign(person.images.signature()).catch(() => {})
      })
    },
  }
  return counter
}

/** Bit p - 1 of the mask is finger position p. */
function slapOf(mask: number): Slap | undefined {
  const slaps: readonly Slap[] = ['right_four', 'left_four', 'thumbs']
  return slaps.find((slap) => fingersOf[slap].every((position) => (mask & (1 << (position - 1))) !== 0))
}
