// What the face camera sees, frame by frame, and what is true of it. It knows neither device nor driver.

import type { FaceImages } from '../model/face-camera.js'
import type { FaceAdvice } from '../people/advice.js'
import { faceApproach } from '../people/face/approach.js'
import { beginSitting, hearSitter, type SitterScript, type SittingFault, sitterAt } from '../people/face/motion.js'
import type { FacePresentation } from '../people/person.js'
import type { Guest } from './guest.js'
import { Sitting } from './sitting.js'
import { reactionFrames } from './still-platen.js'
import { type FaceSceneTruth, type FrameLog, frameLog } from './truth.js'

export interface FaceScene {
  readonly images: FaceImages
  readonly log: FrameLog<FaceSceneTruth | undefined>
  readonly sitting: Pick<Sitting<SitterScript, FaceAdvice, SittingFault, unknown>, 'hear' | 'fault' | 'change'>
}

/** A calm sitter is shown at so many places a second; each picture is made once. */
const msPerPlace = 250

export function faceScene(nowMs: () => number, guest: () => Guest | undefined): FaceScene {
  const log = frameLog<FaceSceneTruth | undefined>()
  const sitting = new Sitting({
    nowMs,
    guest,
    begin: ({ person, random }, number, fault: SittingFault | 'none' | undefined) => {
      const cloth = Number(person.biodata.birthDate.slice(0, 4)) % 2 === 1 ? 'red' : 'blue'
      return beginSitting(random.fork(`face ${number}`), person.body, cloth, nowMs(), number - 1, fault)
    },
    hear: hearSitter,
    approach: ({ random }) => faceApproach(random.fork('face')),
  })
  /** A presentation, or the place of a calm sitter in the round of small movements. */
  const shownAt = (who: Guest, frameIndex: number): FacePresentation | number | undefined => {
    if (who.manner === 'natural') {
      const moment = sitting.script && sitterAt(sitting.script, nowMs())
      return moment && (moment.presentation ?? Math.floor(nowMs() / msPerPlace))
    }
    const approach = sitting.coached(who)
    if (approach) return approach(frameIndex)?.presentation
    return frameIndex < reactionFrames ? undefined : frameIndex
  }
  const face = async (indicatorMask: number, frameIndex: number): Promise<Uint8Array | undefined> => {
    if (log.begins(0, frameIndex)) sitting.begin()
    const who = guest()
    const shown = who && indicatorMask !== 0 ? shownAt(who, frameIndex) : undefined
    log.note(
      frameIndex,
      who && shown !== undefined ? { person: who.person, presentation: typeof shown === 'number' ? {} : shown } : undefined,
    )
    if (!who || shown === undefined) return undefined
    return typeof shown === 'number' ? who.person.images.faceMjpeg(shown) : who.person.images.faceFrame(shown)
  }
  return { images: { face }, log, sitting }
}
