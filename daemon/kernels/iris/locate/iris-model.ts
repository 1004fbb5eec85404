// What the visible iris looks like: grey levels by distance from the centre, learnt where lids seldom reach. Judges pixels, draws nothing.

import { type Circle, lidAt } from '../location.js'
import type { Lids } from './lids.js'
import { type Plane, sample } from './plane.js'
import { median } from './rank.js'
import { arc, directionsOf } from './rays.js'

const bins = 12
/** Directions that the upper lid reaches last, y downward. */
const lowAngles = arc(14, (-12 * Math.PI) / 180, (55 * Math.PI) / 180)
const lowRight = directionsOf(lowAngles)
const lowLeft = directionsOf(lowAngles.map((angle) => Math.PI - angle))
/** Evenly over a disc of radius 1. */
const spiral = directionsOf(Array.from({ length: 64 }, (_, i) => 2.4 * i))

export interface IrisModel {
  /** Expected grey level by distance from the iris centre in twelfths of its radius. */
  readonly level: Float64Array
  /** Change of the level along x, grey levels a radius: light comes from a side. */
  readonly slope: number
  /** Robust standard deviation about the level. */
  readonly deviation: number
  /** Median and robust deviation of the pupil. */
  readonly pupil: number
  readonly pupilDeviation: number
}

/** @param lids  when known: what they hide is not looked at */
export function learnIris(plane: Plane, pupil: Circle, iris: Circle, lids: Lids = {}): IrisModel {
  const byBin: number[][] = Array.from({ length: bins }, () => [])
  const sides: [number[], number[]] = [[], []]
  const nearPupil = (1.08 * pupil.r) ** 2
  for (const [side, { cosines, sines }] of [lowLeft, lowRight].entries()) {
    for (let i = 0; i < cosines.length; i++) {
      const ux = cosines[i]!
      const uy = sines[i]!
      for (let k = 0; k < 24; k++) {
        const rho = (iris.r * (k + 0.5)) / 24
        const x = iris.x + rho * ux
        const y = iris.y + rho * uy
        if ((x - pupil.x) ** 2 + (y - pupil.y) ** 2 < nearPupil) continue
        if (lids.upper && y < lidAt(lids.upper, x)) continue
        if (lids.lower && y > lidAt(lids.lower, x)) continue
        const value = sample(plane, x, y)
        if (Number.isNaN(value)) continue
        byBin[Math.floor((k * bins) / 24)]!.push(value)
        if (k > 10 && k < 22) sides[side as 0 | 1].push(value)
      }
    }
  }
  const level = smoothLevels(byBin)
  const slope =
    sides[0].length > 20 && sides[1].length > 20
      ? (median(Float64Array.from(sides[1])) - median(Float64Array.from(sides[0]))) / (2 * 0.66 * 0.9)
      : 0
  const off: number[] = []
  for (let bin = 0; bin < bins - 1; bin++) for (const value of byBin[bin]!) off.push(Math.abs(value - level[bin]!))
  const inside = pupilLevels(plane, pupil)
  return {
    level,
    slope: Math.max(-40, Math.min(40, slope)),
    deviation: Math.max(4, 0.05 * level[bins >> 1]!, 1.4826 * median(Float64Array.from(off))),
    ...inside,
  }
}

function pupilLevels(plane: Plane, { x, y, r }: Circle): { pupil: number; pupilDeviation: number } {
  const values: number[] = []
  for (let i = 0; i < 64; i++) {
    const rho = 0.85 * r * Math.sqrt((i + 0.5) / 64)
    const value = sample(plane, x + rho * spiral.cosines[i]!, y + rho * spiral.sines[i]!)
    if (!Number.isNaN(value)) values.push(value)
  }
  const pupil = median(Float64Array.from(values))
  return { pupil, pupilDeviation: Math.max(5, 1.4826 * median(Float64Array.from(values, (value) => Math.abs(value - pupil)))) }
}

/** Medians of the bins; bins without enough pixels take their neighbour's. */
function smoothLevels(byBin: readonly number[][]): Float64Array {
  const level = new Float64Array(bins).fill(Number.NaN)
  for (let bin = 0; bin < bins; bin++) if (byBin[bin]!.length >= 6) level[bin] = median(Float64Array.from(byBin[bin]!))
  for (let bin = bins - 2; bin >= 0; bin--) if (Number.isNaN(level[bin]!)) level[bin] = level[bin + 1]!
  for (let bin = 1; bin < bins; bin++) if (Number.isNaN(level[bin]!)) level[bin] = level[bin - 1]!
  return level
}

/** Steps of the square of the distance from the centre, out to the limbus. */
const squares = 2048

/** Expected levels, without the slope, by square of the distance in radii: a pixel needs no root. */
export interface ExpectedLevels {
  /** Index of a squared distance in radii is its product with this. */
  readonly scale: number
  readonly levels: Float32Array
}

export function expectedLevels({ level }: IrisModel): ExpectedLevels {
  const levels = new Float32Array(squares + 1).fill(level[bins - 1]!)
  for (let bin = 0; bin < bins; bin++)
    levels.fill(level[bin]!, Math.round(squares * (bin / bins) ** 2), Math.round(squares * ((bin + 1) / bins) ** 2))
  return { scale: squares, levels }
}
