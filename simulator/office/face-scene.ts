// What the face camera sees, frame by frame, and what is true of it. It knows neither device nor driver.

import type { FaceImages } from '../model/face-camera.js'
import type { FaceAdvice } from '../people/advice.js'
import { faceApproach } from '../people/face/approach.js'
import { beginSitting, hearSitter, type SitterScript, type SittingFault, sitterAt } from '../people/face/motion.js'
import type { FacePresentation } from '../people/person.js'
import type { Guest } from './guest.js'
import { reactionFrames } from './still-platen.js'
import { type FaceSceneTruth, type FrameLog, frameLog } from './truth.js'

export interface FaceScene {
  readonly images: FaceImages
  readonly log: FrameLog<FaceSceneTruth | undefined>
  hear(advice: FaceAdvice): void
  /** Instead of how somebody would sit down by chance; undefined: as it comes. */
  fault: SittingFault | 'none' | undefined
  change(): void
}

/** A calm sitter is shown at so many places a second; each picture is made once. */
const msPerPlace = 250

export function faceScene(nowMs: () => number, guest: () => Guest | undefined): FaceScene {
  const log = frameLog<FaceSceneTruth | undefined>()
  let captures = 0
  let script: SitterScript | undefined
  let approach: ReturnType<typeof faceApproach> | undefined

  const begin = () => {
    captures++
    const who = guest()
    if (who?.manner !== 'natural') return
    const { person, random } = who
    const cloth = Number(person.biodata.birthDate.slice(0, 4)) % 2 === 1 ? 'red' : 'blue'
    script = beginSitting(random.fork(`face ${captures}`), person.body, cloth, nowMs(), captures - 1, scene.fault)
  }
  /** A presentation, or the place of a calm sitter in the round of small movements. */
  const shownAt = (who: Guest, frameIndex: number): FacePresentation | number | undefined => {
    if (who.manner === 'natural') {
      const moment = script && sitterAt(script, nowMs())
      return moment && (moment.presentation ?? Math.floor(nowMs() / msPerPlace))
    }
    approach ??= faceApproach(who.random.fork('face'))
    if (who.manner === 'coached' && captures === 1) return approach(frameIndex)?.presentation
    return frameIndex < reactionFrames ? undefined : frameIndex
  }
  const face = async (indicatorMask: number, frameIndex: number): Promise<Uint8Array | undefined> => {
    if (log.begins(0, frameIndex)) begin()
    const who = guest()
    const shown = who && indicatorMask !== 0 ? shownAt(who, frameIndex) : undefined
    log.note(
      frameIndex,
      who && shown !== undefined ? { person: who.person, presentation: typeof shown === 'number' ? {} : shown } : undefined,
    )
    if (!who || shown === undefined) return undefined
    return typeof shown === 'number' ? who.person.images.faceMjpeg(shown) : who.person.images.faceFrame(shown)
  }
  const scene: FaceScene = {
    images: { face },
    log,
    fault: undefined,
    hear: (advice) => {
      if (script) script = hearSitter(script, advice, nowMs())
    },
    change: () => {
      captures = 0
      script = undefined
      approach = undefined
      scene.fault = undefined
    },
  }
  return scene
}
