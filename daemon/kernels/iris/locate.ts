// Finds pupil, iris, lids, lashes and highlights of an eye in near infrared. Several pupils are assumed, each with its irises; whole eyes are
// judged, not parts. Pure; knows no code and no quality.

import type { Simd } from '../simd/simd.js'
import { openByArea } from './locate/area-opening.js'
import { type Hypothesis, type Levels, measureEye, measurePupil, type PupilMeasure } from './locate/hypothesis.js'
import { learnIris } from './locate/iris-model.js'
import { findLids, type Lids } from './locate/lids.js'
import { findLimbus } from './locate/limbus.js'
import { drawMask } from './locate/mask.js'
import { copyIn } from './locate/memory.js'
import { type Plane, quantiles } from './locate/plane.js'
import { refineCircle } from './locate/radial.js'
import { arc, directionsOf } from './locate/rays.js'
import { refineIris, refinePupil } from './locate/refine.js'
import { cutAround, shrink, type Window } from './locate/shrink.js'
import { votedDiscs } from './locate/votes.js'
import type { Circle, IrisLocation, LidCurve } from './location.js'

/** Hypotheses are made on a picture of about this many pixels: 160 × 120. */
const searchPixels = 19_200
const leastSidePx = 32
/** Places are reckoned in 16 bits before the point. */
const mostSidePx = 8192
const leastPupilPx = 3.5
/** Pupils that are completed to eyes. */
const mostPupils = 10
/** Discs of an octave of radii that are looked at. */
const mostDiscs = 10
const leastPupilScore = 0.01
/** Highlights up to this share of the picture vanish before the search. */
const highlightShare = 0.012

/**
 * @param grey  8-bit grey, row-major
 * @returns undefined when nothing resembles an eye; otherwise mind the confidence
 */
export function locateIris(grey: Uint8Array, widthPx: number, heightPx: number, simd?: Simd): IrisLocation | undefined {
  if (Math.min(widthPx, heightPx) < leastSidePx || Math.max(widthPx, heightPx) > mostSidePx) return undefined
  if (grey.length < widthPx * heightPx) return undefined
  const plane = { grey, widthPx, heightPx }
  return simd === undefined ? locateIn(plane) : simd.lease((take) => locateIn(copyIn(plane, simd, take)))
}

function locateIn(plane: Plane): IrisLocation | undefined {
  const factor = searchFactor(plane)
  const best = assumeEye(shrink(plane, factor))
  return best && complete(plane, best, factor)
}

const searchFactor = ({ widthPx, heightPx }: Plane): number => Math.max(1, Math.sqrt((widthPx * heightPx) / searchPixels))

/** The best whole eye in a small picture. */
function assumeEye(small: Plane): Hypothesis | undefined {
  const opened = openByArea(small, Math.round(highlightShare * small.grey.length))
  const [dark = 0, middle = 0] = quantiles(opened, [0.02, 0.5])
  const mostIrisPx = 0.62 * Math.min(small.widthPx, small.heightPx * 1.2)
  let best: Hypothesis | undefined
  for (const pupil of assumePupils(opened, { dark, middle })) {
    // No eye is better than its pupil, and the next pupils are no better.
    if (pupil.score < Math.max(leastPupilScore, best?.score ?? 0)) break
    for (const { iris } of findLimbus(opened, pupil.pupil, mostIrisPx)) best = measureEye(opened, pupil, iris, best?.score ?? 0) ?? best
  }
  return best
}

const around = directionsOf(arc(24))

/** Discs that edges vote for, moved onto their edges; the best of them once more, best first. */
function assumePupils(opened: Plane, levels: Levels): readonly PupilMeasure[] {
  const rough = votedDiscs(opened, leastPupilPx, 0.36 * opened.heightPx, mostDiscs)
    .map((disc) => measurePupil(opened, movedToEdge(opened, disc, 0.35), levels))
    .sort((a, b) => b.score - a.score)
  const kept: Circle[] = []
  for (const { pupil } of rough) {
    const moved = movedToEdge(opened, pupil, 0.2)
    if (kept.some((other) => Math.abs(other.r - moved.r) < 1 && Math.hypot(other.x - moved.x, other.y - moved.y) < 1)) continue
    kept.push(moved)
    if (kept.length === mostPupils) break
  }
  return kept.map((pupil) => measurePupil(opened, pupil, levels)).sort((a, b) => b.score - a.score)
}

function movedToEdge(opened: Plane, pupil: Circle, reach: number): Circle {
  const search = { rays: around, from: 1 - reach, until: 1 + reach, stepPx: 0.5, ringPx: Math.max(1.5, 0.15 * pupil.r), least: 3 }
  return refineCircle(opened, pupil, search, 0.7, 0.5) ?? pupil
}

function complete(plane: Plane, eye: Hypothesis, factor: number): IrisLocation {
  const rough = enlarged(eye.iris, factor)
  const pupil = refinePupil(plane, enlarged(eye.pupil, factor), rough)
  let iris = refineIris(plane, rough, pupil)
  // The iris moves by little between the rounds: one window serves both.
  const near = cutAround(plane, iris, 1.25, Math.max(1, iris.r / lidRadiusPx))
  let lids: Lids = {}
  for (let round = 0; round < 2; round++) {
    lids = lidsOf(near, pupil, iris, lids)
    if (round === 0) iris = refineIris(plane, iris, pupil, lids)
  }
  const { mask, highlights } = drawMask(plane, pupil, iris, lids, learnIris(plane, pupil, iris, lids))
  return {
    pupil,
    iris,
    confidence: confidenceOf(eye),
    mask,
    ...(lids.upper && { upperLid: lids.upper }),
    ...(lids.lower && { lowerLid: lids.lower }),
    highlights,
  }
}

const enlarged = ({ x, y, r }: Circle, factor: number): Circle => ({
  x: x * factor + (factor - 1) / 2,
  y: y * factor + (factor - 1) / 2,
  r: r * factor,
})

/** Lids are sought where the iris has this radius. */
const lidRadiusPx = 40

function lidsOf({ plane, left, top, factor }: Window, pupil: Circle, iris: Circle, known: Lids): Lids {
  const shrunk = ({ x, y, r }: Circle): Circle => ({
    x: (x - left - (factor - 1) / 2) / factor,
    y: (y - top - (factor - 1) / 2) / factor,
    r: r / factor,
  })
  const smallPupil = shrunk(pupil)
  const smallIris = shrunk(iris)
  const offset = (factor - 1) / 2
  const smaller = ({ x0, a, b, c }: LidCurve): LidCurve => ({
    x0: (x0 - left - offset) / factor,
    a: a * factor,
    b,
    c: (c - top - offset) / factor,
  })
  const larger = ({ x0, a, b, c }: LidCurve): LidCurve => ({
    x0: x0 * factor + left + offset,
    a: a / factor,
    b,
    c: c * factor + top + offset,
  })
  const smallLids = mapLids(known, smaller)
  const model = learnIris(plane, smallPupil, smallIris, smallLids)
  return mapLids(findLids(plane, smallPupil, smallIris, model, smallLids), larger)
}

const mapLids = ({ upper, lower }: Lids, map: (lid: LidCurve) => LidCurve): Lids => ({
  ...(upper && { upper: map(upper) }),
  ...(lower && { lower: map(lower) }),
})

/** A score of 0.13 is even odds: eyes seldom stay below, fingerprints, faces and noise seldom pass. */
const evenScore = 0.13

const confidenceOf = ({ score }: Hypothesis): number => score ** 2 / (score ** 2 + evenScore ** 2)
