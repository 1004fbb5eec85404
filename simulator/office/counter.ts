// The person in front of the devices: looks at what each device lights up, hears what is said, and does it in the time people take. Knows no driver
// and no daemon.

import type { Clock } from '../../protocol/clock.js'
import type { FaceImages } from '../model/face-camera.js'
import type { EyeImages } from '../model/iris-camera.js'
import type { PlatenImages } from '../model/slap-scanner.js'
import type { TopazPadModel } from '../model/topaz-pad.js'
import { isEyeAdvice, isFaceAdvice, isHandAdvice } from '../people/advice.js'
import type { EyeFault } from '../people/eye/motion.js'
import type { SittingFault } from '../people/face/motion.js'
import type { HandFault } from '../people/hand-motion.js'
import type { Person } from '../people/person.js'
import { personMs } from '../people/reaction.js'
import type { SeededRandom } from '../seeded-random.js'
import type { Trick } from './asked.js'
import { eyeScene } from './eye-scene.js'
import { faceScene } from './face-scene.js'
import type { Guest, Manner } from './guest.js'
import { PlatenScene } from './platen-scene.js'
import { stillPlaten } from './still-platen.js'
import type { CounterTruth, SignatureTruth } from './truth.js'

export type { Manner, Trick }

/** Which device a word is about: `come_closer` is said of eyes and of faces. */
export type Part = 'fingers' | 'eyes' | 'face'

/** What somebody of natural manner does wrong next, instead of what chance would bring; `none`: nothing. */
export interface PlannedFaults {
  readonly hand?: HandFault | 'none'
  readonly eyes?: EyeFault | 'none'
  readonly face?: SittingFault | 'none'
}

export interface Counter {
  /** Who stands there; undefined for an empty office. */
  readonly person: Person | undefined
  /** How that person behaves; undefined for an empty office. */
  readonly manner: Manner | undefined
  /** Somebody steps up. @param random of this person's ways @param manner instead of the office's own */
  receive(person: Person, random: SeededRandom, manner?: Manner): void
  /** Nobody stands there any more. */
  leave(): void
  /** Of a scenario in which somebody cheats or errs. */
  trick: Trick | undefined
  /** Until somebody else comes. */
  plan(faults: PlannedFaults): void
  /**
   * Says to the person what the station's screen says (stable names of advice). Only somebody of natural manner listens; what is said while the last
   * word is still being obeyed, and names that mean nothing here, pass unheard.
   * @param part without it whoever the word can be about hears it
   */
  hear(advice: string, part?: Part): void
  readonly truth: CounterTruth
  readonly fingers: PlatenImages
  readonly eyes: EyeImages
  readonly face: FaceImages
  /** Signs when the pad asks for it. */
  sign(pad: TopazPadModel): void
}

/** @param usual manner of whoever comes */
export function atTheCounter(clock: Clock, usual: Manner): Counter {
  let guest: Guest | undefined
  let signatures = 0
  let signature: SignatureTruth | undefined
  const nowMs = () => clock.monotonicMs()
  const playing = () => counter.trick
  const moved = new PlatenScene({ nowMs, guest: () => guest, trick: playing })
  const still = stillPlaten(() => guest?.person, playing)
  const platen = () => ((guest?.manner ?? usual) === 'natural' ? moved : still)
  const eyes = eyeScene(nowMs, () => guest)
  const face = faceScene(nowMs, () => guest)
  const change = (next: Guest | undefined) => {
    guest = next
    counter.trick = undefined
    // Whoever was told once knows how.
    signatures = next?.manner === 'practised' ? 1 : 0
    signature = undefined
    for (const each of [moved, eyes.sitting, face.sitting]) each.change()
  }
  const counter: Counter = {
    get person() {
      return guest?.person
    },
    get manner() {
      return guest?.manner
    },
    receive: (person, random, manner = usual) => change({ person, random, manner }),
    leave: () => change(undefined),
    trick: undefined,
    plan: (faults) => {
      moved.fault = faults.hand
      eyes.sitting.fault = faults.eyes
      face.sitting.fault = faults.face
    },
    hear: (advice, part) => {
      if (isHandAdvice(advice) && (part ?? 'fingers') === 'fingers') moved.hear(advice)
      if (isEyeAdvice(advice) && (part ?? 'eyes') === 'eyes') eyes.sitting.hear(advice)
      if (isFaceAdvice(advice) && (part ?? 'face') === 'face') face.sitting.hear(advice)
    },
    truth: {
      platen: (frameIndex) => platen().log.at(frameIndex),
      eyes: eyes.log.at,
      face: face.log.at,
      get signature() {
        return signature
      },
    },
    fingers: { platen: (mask, frameIndex) => platen().images.platen(mask, frameIndex) },
    eyes: eyes.images,
    face: face.images,
    sign: (pad) => {
      if (!guest) return
      const { person } = guest
      const { writes, pace } = person.body
      if (writes === 'nothing') return
      const written = person.images.signature(++signatures)
      clock.after(personMs.takesPen * pace, () => {
        signature = { person, wrote: writes }
        // A second wish to sign while the pen is down is not heard; a pad that is pulled out ends the signature by itself.
        pad.sign(written).catch(() => {})
      })
    },
  }
  return counter
}
