// How a person comes before the iris camera: nobody, a fault that gets coached away, a blink, then still and good. Pure: a seed and a frame's number.

import type { Random } from '../../../protocol/random.js'
import type { EyePresentation } from '../person.js'
import { between, pick } from '../raster.js'

export type ApproachFault = 'too_far' | 'too_close' | 'moving' | 'lids_half_closed' | 'looking_aside' | 'reflection'
export type ApproachPhase = 'nobody' | ApproachFault | 'blink' | 'good'

export interface EyeApproach {
  /** Undefined while nobody is there. The same few looks come again and again, so that pictures can be kept. */
  look(frameIndex: number): EyePresentation | undefined
  /** What is true of that frame. */
  phase(frameIndex: number): ApproachPhase
}

const faults = ['too_far', 'too_close', 'moving', 'lids_half_closed', 'looking_aside', 'reflection'] as const

/** Two looks with the same fault. */
function faultyLooks(fault: ApproachFault, random: Random): readonly EyePresentation[] {
  const side = random.next() < 0.5 ? -1 : 1
  const both = (make: (by: number) => EyePresentation) => [0, 1].map((by) => ({ seed: 11 + by, ...make(by) }))
  switch (fault) {
    case 'too_far': {
      const scale = between(random, 0.48, 0.6)
      return both((by) => ({ scale: scale + by * 0.05, blurPx: 1.2, dxPx: side * 18 }))
    }
    case 'too_close': {
      const scale = between(random, 1.7, 1.9)
      return both((by) => ({ scale: scale - by * 0.08, blurPx: 3.5, dyPx: side * 10 }))
    }
    case 'moving':
      return both((by) => ({ motionPx: 20 - by * 4, dxPx: side * (24 - by * 20) }))
    case 'lids_half_closed':
      return both((by) => ({ lidOpening: 0.38 + by * 0.08 }))
    case 'looking_aside': {
      const yaw = side * between(random, 24, 30)
      return both((by) => ({ gazeDeg: { yaw: yaw - side * by * 2, pitch: -6 } }))
    }
    case 'reflection':
      return both((by) => ({ reflection: true, dxPx: by * 3 }))
  }
}

/** Frames between two small movements of somebody who holds still. */
const framesALook = 2

/** @param random two equal streams give the same approach */
export function eyeApproach(random: Random): EyeApproach {
  const fault = pick(random, faults)
  const faulty = faultyLooks(fault, random)
  const blink: readonly EyePresentation[] = [
    { lidOpening: 0.45, seed: 21 },
    { lidOpening: 0, seed: 22 },
    { lidOpening: 0.45, seed: 21 },
  ]
  const good: readonly EyePresentation[] = [1, 2, 3, 4].map((seed) => ({
    dxPx: Math.round(between(random, -3, 3)),
    dyPx: Math.round(between(random, -2, 2)),
    angleDeg: Math.round(between(random, -2, 2)),
    seed,
  }))
  const faultFrom = 3
  const blinkFrom = faultFrom + 4 + Math.floor(random.next() * 5)
  const goodFrom = blinkFrom + blink.length
  const phase = (frameIndex: number): ApproachPhase => {
    if (frameIndex < faultFrom) return 'nobody'
    if (frameIndex < blinkFrom) return fault
    return frameIndex < goodFrom ? 'blink' : 'good'
  }
  const looks = { blink: { from: blinkFrom, each: 1, of: blink }, good: { from: goodFrom, each: framesALook, of: good } }
  return {
    phase,
    look: (frameIndex) => {
      const now = phase(frameIndex)
      if (now === 'nobody') return undefined
      const { from, each, of } = now === 'blink' || now === 'good' ? looks[now] : { from: faultFrom, each: framesALook, of: faulty }
      return of[Math.floor((frameIndex - from) / each) % of.length]
    },
  }
}
