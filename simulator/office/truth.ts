// What is truly before the devices: for whoever compares it with what a station accepted. Nothing in here was measured from a picture.

import type { EyePresentation, FacePresentation, FingerCondition, FingerPosition, Person } from '../people/person.js'

export interface FingerOnGlass {
  readonly position: FingerPosition
  readonly condition: FingerCondition
  /** Middle of the finger in pixels of the platen; undefined where samples were laid, which do not say. */
  readonly at?: { readonly x: number; readonly y: number }
}

export interface PlatenTruth {
  /** Whose fingers; undefined for the empty glass, and for a picture that nobody vouches for. */
  readonly person: Person | undefined
  /** From left to right. */
  readonly fingers: readonly FingerOnGlass[]
  /** Fingers of hands before are faintly on the glass. */
  readonly ghosts: boolean
  /** False for a picture that a trick put there without saying what it shows. */
  readonly known: boolean
}

export const emptyPlaten: PlatenTruth = { person: undefined, fingers: [], ghosts: false, known: true }

/** `closed`: lids down, for this moment or for ever. */
export type EyeState = 'open' | 'cloudy' | 'closed'

export interface EyesTruth {
  readonly person: Person
  readonly right: EyeState
  readonly left: EyeState
  /** Which of them the camera asked for, and was shown. */
  readonly shown: readonly ('right' | 'left')[]
  readonly look: EyePresentation
}

export interface FaceSceneTruth {
  readonly person: Person
  /** Empty for a sitter who is calm and well placed. */
  readonly presentation: FacePresentation
}

export interface SignatureTruth {
  readonly person: Person
  readonly wrote: 'signature' | 'line'
}

/** Frame numbers count from the start of a device's present or last stream, as in its frame headers; without one the last frame is meant. */
export interface CounterTruth {
  /** Undefined before the first frame, and for a frame that is too long ago or never was. */
  platen(frameIndex?: number): PlatenTruth | undefined
  /** Undefined while nobody looks into the camera. */
  eyes(frameIndex?: number): EyesTruth | undefined
  face(frameIndex?: number): FaceSceneTruth | undefined
  /** Of the last signature. */
  readonly signature: SignatureTruth | undefined
}

/** Frames of one stream that are remembered: a capture's longest patience at the fastest camera. */
const keptFrames = 600

export interface FrameLog<T> {
  /** Whether this frame begins a new stream. Every sensor of a device counts its own frames. */
  begins(sensor: number, frameIndex: number): boolean
  note(frameIndex: number, truth: T): void
  at(frameIndex?: number): T | undefined
}

export function frameLog<T>(): FrameLog<T> {
  const kept = new Map<number, T>()
  let counted: number[] = []
  let last: number | undefined
  return {
    begins: (sensor, frameIndex) => {
      const before = counted[sensor]
      const fresh = counted.length === 0 || (before !== undefined && frameIndex <= before)
      if (fresh) {
        counted = []
        kept.clear()
        last = undefined
      }
      counted[sensor] = frameIndex
      return fresh
    },
    note: (frameIndex, truth) => {
      kept.set(frameIndex, truth)
      last = frameIndex
      if (kept.size > keptFrames) kept.delete(kept.keys().next().value ?? frameIndex)
    },
    at: (frameIndex = last) => (frameIndex === undefined ? undefined : kept.get(frameIndex)),
  }
}
