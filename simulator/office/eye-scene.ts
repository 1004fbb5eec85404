// What both sensors of an iris camera see, frame by frame, and what is true of it. It knows neither device nor driver.

import type { EyeImages } from '../model/iris-camera.js'
import type { EyeAdvice } from '../people/advice.js'
import { eyeApproach } from '../people/eye/approach.js'
import { beginEyes, type EyeFault, type EyeScript, eyesAt, hearEyes } from '../people/eye/motion.js'
import type { Eye, EyePresentation, Person } from '../people/person.js'
import { frameNoise, shifted } from '../people/raster.js'
import type { Guest } from './guest.js'
import { Sitting } from './sitting.js'
import { reactionFrames } from './still-platen.js'
import { type EyeState, type EyesTruth, type FrameLog, frameLog } from './truth.js'

export interface EyeScene {
  readonly images: EyeImages
  readonly log: FrameLog<EyesTruth | undefined>
  readonly sitting: Pick<Sitting<EyeScript, EyeAdvice, EyeFault, unknown>, 'hear' | 'fault' | 'change'>
}

interface Shown {
  readonly look: EyePresentation
  readonly dxPx: number
  readonly dyPx: number
  readonly noise?: number
}

/** What changes between the frames of eyes that hold still. */
const noiseLevels = 2

export function eyeScene(nowMs: () => number, guest: () => Guest | undefined): EyeScene {
  const log = frameLog<EyesTruth | undefined>()
  const sitting = new Sitting({
    nowMs,
    guest,
    begin: ({ person, random }, number, fault: EyeFault | 'none' | undefined) =>
      beginEyes(random.fork(`eyes ${number}`), person.body, nowMs(), number - 1, fault),
    hear: hearEyes,
    approach: ({ random }) => eyeApproach(random.fork('eyes')),
  })
  const shownAt = (who: Guest, frameIndex: number): Shown | undefined => {
    if (who.manner === 'natural') {
      const moment = sitting.script && eyesAt(sitting.script, nowMs())
      return moment && { ...moment, noise: frameIndex }
    }
    const approach = sitting.coached(who)
    const look = approach ? approach.look(frameIndex) : frameIndex < reactionFrames ? undefined : {}
    return look && { look, dxPx: 0, dyPx: 0 }
  }
  const eye = async (sensor: 0 | 1, indicatorMask: number, frameIndex: number): Promise<Uint8Array | undefined> => {
    if (log.begins(sensor, frameIndex)) sitting.begin()
    const who = guest()
    const shown = who && shownAt(who, frameIndex)
    const asked = (['right', 'left'] as const).filter((_, i) => (indicatorMask & (1 << i)) !== 0)
    log.note(frameIndex, shown && who && truthOf(who.person, shown.look, asked))
    const side = sensor === 0 ? 'right' : 'left'
    if (!shown || !who || !asked.includes(side)) return undefined
    const picture = await who.person.images.iris(side, shown.look)
    if (shown.noise === undefined) return picture.grey
    return frameNoise(shifted(picture, shown.dxPx, shown.dyPx), 2 * shown.noise + sensor, noiseLevels).grey
  }
  return { images: { eye }, log, sitting }
}

function truthOf(person: Person, look: EyePresentation, shown: readonly Eye[]): EyesTruth {
  const { cloudyEye, missingEye } = person.body
  const state = (eye: Eye): EyeState => (eye === missingEye || look.lidOpening === 0 ? 'closed' : eye === cloudyEye ? 'cloudy' : 'open')
  return { person, right: state('right'), left: state('left'), shown, look }
}
