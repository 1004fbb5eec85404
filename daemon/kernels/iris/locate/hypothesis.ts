// A whole eye that is assumed, pupil and iris together, and how much of an eye it is. All measures are free of scale: shares and
// contrasts against the picture's own grey levels.

import type { Circle } from '../location.js'
import { leftSide, rightSide } from './limbus.js'
import { type Plane, sample } from './plane.js'
import { edgeContrast } from './radial.js'
import { median, quantile } from './rank.js'
import { arc, directionsOf } from './rays.js'

export interface Hypothesis {
  readonly pupil: Circle
  readonly iris: Circle
  readonly score: number
  /** What the score is the product of, by name. */
  readonly terms: Readonly<Record<string, number>>
}

const around = directionsOf(arc(40))
const lateralX = Float64Array.of(...leftSide.cosines, ...rightSide.cosines)
const lateralY = Float64Array.of(...leftSide.sines, ...rightSide.sines)

/** Places in a disc of radius 1: four rings of sixteen, each ring for the same area. */
const discPlace = (of: (angle: number) => number) =>
  Float64Array.from({ length: 64 }, (_, i) => {
    const ring = i >> 4
    return Math.sqrt((ring + 0.5) / 4) * of((((i & 15) + 0.5 * (ring & 1)) * Math.PI) / 8)
  })
const discX = discPlace(Math.cos)
const discY = discPlace(Math.sin)

/** Grey levels of the whole picture that darkness is told by. */
export interface Levels {
  readonly dark: number
  readonly middle: number
}

export interface PupilMeasure {
  readonly pupil: Circle
  readonly score: number
  readonly contrast: number
  readonly inside: number
  readonly terms: Readonly<Record<string, number>>
}

/** @param opened the picture without highlights */
export function measurePupil(opened: Plane, pupil: Circle, levels: Levels): PupilMeasure {
  const edge = edgeContrast(opened, pupil, around, 0.1, 0.22, 3)
  const near = edgeContrast(opened, pupil, around, 0.04, 0.1, 3)
  const disc = discLevels(opened, pupil, 0.82)
  // The step at the edge itself counts like the one about it: a disc drawn a little too large has only the latter.
  const contrast = Math.sqrt(Math.max(0, near.contrast) * Math.max(0, edge.contrast))
  const range = Math.max(12, levels.middle - levels.dark)
  const terms = {
    pupilSupport: edge.support ** 2 * edge.seen,
    pupilContrast: contrast / (contrast + 10),
    pupilSmooth: 1 / (1 + (disc.spread / Math.max(4, edge.contrast)) ** 2),
    pupilDark: 1 / (1 + (Math.max(0, disc.median - levels.dark) / (0.6 * range)) ** 2),
  }
  const score = product(terms)
  return { pupil, score, contrast: edge.contrast, inside: disc.median, terms }
}

/** @returns undefined when the score does not pass `least`, as soon as that is clear */
export function measureEye(opened: Plane, measured: PupilMeasure, iris: Circle, least: number): Hypothesis | undefined {
  const { pupil } = measured
  const smallest = Math.min(opened.widthPx, (opened.heightPx * 4) / 3)
  const form = {
    ratio: plateau(pupil.r / iris.r, 0.2, 0.64, pupil.r > 0.5 * iris.r ? 0.15 : 0.35),
    centred: plateau(Math.hypot(pupil.x - iris.x, pupil.y - iris.y) / iris.r, 0, 0.06, 0, 0.12),
    size: plateau(iris.r / smallest, 0.13, 0.42, 0.4),
    inside: insideShare(opened, iris),
  }
  const most = measured.score * product(form)
  if (most <= least) return undefined
  const left = edgeContrast(opened, iris, leftSide, 0.05, 0.12, 2)
  const right = edgeContrast(opened, iris, rightSide, 0.05, 0.12, 2)
  // A side that lies mostly outside the picture says little: the other one stands for both, at a discount.
  const both = left.seen > 0.4 && right.seen > 0.4
  const one = left.seen > right.seen ? left : right
  const seen = both ? Math.sqrt((left.seen + right.seen) / 2) : 0.6 * Math.sqrt(one.seen)
  const support = seen * (both ? Math.sqrt(left.support * right.support) : one.support)
  // Of both sides the weaker counts more: a strong edge on one alone is no limbus.
  const contrast = both ? Math.sqrt(Math.max(0, left.contrast) * Math.max(0, right.contrast)) : one.contrast
  const limbus = { limbusSupport: support ** 2, limbusContrast: contrast <= 0 ? 0 : contrast / (contrast + 22) }
  if (most * product(limbus) <= least) return undefined
  const ring = ringLevels(opened, pupil, iris)
  const terms = {
    ...measured.terms,
    ...limbus,
    // The ring is one thing: as bright near the limbus as near the pupil, measured against what bounds it.
    ringEven: 1 / (1 + (ring.step / Math.max(5, 0.6 * (contrast + measured.contrast))) ** 2),
    ringSmooth: 1 / (1 + (ring.spread / Math.max(6, contrast + measured.contrast)) ** 2),
    ...form,
  }
  const score = product(terms)
  return score > least ? { pupil, iris, score, terms } : undefined
}

function product(terms: Readonly<Record<string, number>>): number {
  let all = 1
  for (const name in terms) all *= terms[name]!
  return all
}

/** 1 between the bounds, Gaussian in the logarithm (or, with `width`, in the value) beyond. */
function plateau(value: number, from: number, until: number, logWidth: number, width?: number): number {
  if (value >= from && value <= until) return 1
  const bound = value < from ? from : until
  const off = width === undefined ? Math.log(Math.max(1e-6, value) / bound) / logWidth : (value - bound) / width
  return Math.exp(-0.5 * off * off)
}

/** Median and spread (tenth to seventy-fifth percentile: highlights fill less than the rest) of a disc of `share` of the radius. */
function discLevels(plane: Plane, { x, y, r }: Circle, share: number): { median: number; spread: number } {
  const values = new Float64Array(64)
  let count = 0
  for (let i = 0; i < 64; i++) {
    const value = sample(plane, x + share * r * discX[i]!, y + share * r * discY[i]!)
    if (!Number.isNaN(value)) values[count++] = value
  }
  return { median: median(values, count), spread: quantile(values, count, 0.75) - quantile(values, count, 0.1) }
}

/** Lateral parts of the iris: step of the medians from near the pupil to near the limbus, and spread of all. */
function ringLevels(plane: Plane, pupil: Circle, iris: Circle): { step: number; spread: number } {
  const levels = new Float64Array(6 * lateralX.length)
  // The two inner and the two outer circles come first and last.
  const counts = [0, 0, 0]
  for (let k = 0; k < 6; k++) {
    const share = 0.12 + (0.76 * k) / 5
    for (let i = 0; i < lateralX.length; i++) {
      const ux = lateralX[i]!
      const uy = lateralY[i]!
      const px = (1 - share) * (pupil.x + pupil.r * ux) + share * (iris.x + iris.r * ux)
      const py = (1 - share) * (pupil.y + pupil.r * uy) + share * (iris.y + iris.r * uy)
      const value = sample(plane, px, py)
      if (!Number.isNaN(value)) levels[counts[2]!++] = value
    }
    if (k === 1) counts[0] = counts[2]!
    if (k === 3) counts[1] = counts[2]!
  }
  const all = levels.subarray(0, counts[2])
  const step = Math.abs(median(all.slice(counts[1])) - median(all.slice(0, counts[0])))
  return { step, spread: quantile(all, all.length, 0.9) - quantile(all, all.length, 0.1) }
}

/** Share of the iris's box that lies inside the picture, squared. */
function insideShare({ widthPx, heightPx }: Plane, { x, y, r }: Circle): number {
  const wide = Math.min(widthPx, x + r) - Math.max(0, x - r)
  const high = Math.min(heightPx, y + r) - Math.max(0, y - r)
  return Math.max(0, wide / (2 * r)) * Math.max(0, high / (2 * r))
}
