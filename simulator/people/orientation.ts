// Ridge flow of a fingertip: the zero-pole model (Sherlock and Monro 1993) with an arched tip. It knows no pixels of ridges.

import type { Random } from '../../protocol/random.js'
import type { FingerTruth } from './person.js'
import { between, smoothNoise } from './raster.js'

export type Pattern = FingerTruth['pattern']

interface Point {
  readonly x: number
  readonly y: number
}

/** Finger coordinates: x to the right, y up, unit = half the width of the fingertip, origin in its middle. */
export interface RidgeFlow {
  readonly pattern: Pattern
  readonly cores: readonly Point[]
  readonly deltas: readonly Point[]
  /** Where a point of the finger lies in the model's plane, in which cores and deltas are given. */
  bend(x: number, y: number): Point
  /** Ridge direction in radians, counter-clockwise from the right, modulo π. */
  angleAt(x: number, y: number): number
}

/** Frequencies of the classes are roughly those of a population: mostly ulnar loops, a third whorls, few arches. */
export function drawPattern(random: Random, hand: 'right' | 'left', thumb: boolean): Pattern {
  const dice = random.next()
  if (dice < (thumb ? 0.42 : 0.3)) return 'whorl'
  if (dice > 0.96) return 'arch'
  const ulnar = hand === 'right' ? 'loop_right' : 'loop_left'
  const radial = hand === 'right' ? 'loop_left' : 'loop_right'
  return dice > 0.91 ? radial : ulnar
}

/** The model's loops are all alike but for where their points lie; no two fingers are. In units of half a fingertip. */
const bentBy = 0.25

export function ridgeFlow(random: Random, pattern: Pattern): RidgeFlow {
  const jitter = (value: number, by: number) => between(random, value - by, value + by)
  const side = pattern === 'loop_right' ? -1 : 1
  const cores: Point[] = []
  const deltas: Point[] = []
  if (pattern === 'whorl') {
    const x = jitter(0, 0.18)
    const y = jitter(0.28, 0.2)
    cores.push({ x, y }, { x: jitter(x, 0.16), y: y - between(random, 0.14, 0.6) })
    deltas.push({ x: jitter(-0.8, 0.22), y: jitter(-0.72, 0.25) }, { x: jitter(0.8, 0.22), y: jitter(-0.72, 0.25) })
  } else if (pattern !== 'arch') {
    cores.push({ x: jitter(0.05 * side, 0.2), y: jitter(0.2, 0.22) })
    deltas.push({ x: side * jitter(0.72, 0.25), y: jitter(-0.62, 0.28) })
  }
  const [core, second] = cores
  const [delta] = deltas
  const tails = core && second ? [towards(core, second), towards(second, core)] : core && delta ? [-towards(delta, core)] : []
  const tip = between(random, 0.25, 0.7)
  const hump = between(random, 0.9, 1.25)
  const lean = jitter(0, 0.15)
  const bendX = smoothNoise(random, 2, 3)
  const bendY = smoothNoise(random, 2, 3)
  const bend = (x: number, y: number): Point => {
    const [u, v] = [(x + 1.25) / 2.5, (y + 1.25) / 2.5]
    return { x: x + bentBy * bendX(u, v), y: y + bentBy * bendY(u, v) }
  }
  const angleAt = (fingerX: number, fingerY: number): number => {
    const { x, y } = bend(fingerX, fingerY)
    let angle = -tip * x * Math.max(0, Math.min(1, (y + 0.5) / 1.6))
    if (pattern === 'arch') angle -= hump * 1.9 * (x - lean) * Math.exp(-((x - lean) ** 2) / 0.22 - (y + 0.25) ** 2 / 0.5)
    for (const [i, core] of cores.entries()) angle += aroundCore(x - core.x, y - core.y, tails[i] ?? 0)
    for (const delta of deltas) angle -= Math.atan2(y - delta.y, x - delta.x) / 2
    return angle
  }
  return { pattern, cores, deltas, bend, angleAt }
}

const towards = (from: Point, to: Point) => Math.atan2(to.y - from.y, to.x - from.x)

/** The pole of a core is half the angle around it; close by, ridges run parallel along the tail instead of fanning out (the correction of Vizcaya and Gerhardt, 1996, in spirit). */
function aroundCore(x: number, y: number, tail: number): number {
  const around = Math.atan2(y, x)
  const turned = around - tail
  const beside = turned - 2 * Math.PI * Math.round(turned / (2 * Math.PI))
  const parallel = Math.sign(beside) * Math.max(0, Math.abs(beside) - Math.PI / 2)
  const share = 0.75 * Math.exp(-(x * x + y * y) / 0.6)
  return around / 2 + share * (parallel - beside / 2)
}
