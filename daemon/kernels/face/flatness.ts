// Does a face before the camera move as a head does, or as a printed picture? From a series of meshes alone. A weak check, named as such: it
// stops a photograph held still or tilted, never a screen that plays a film, nor a mask.

import { landmarksFromMesh } from './landmarks.js'
import { eyesOpen, faceGeometry, mouthClosed } from './quality/geometry.js'

export interface MeshAt {
  readonly timeMs: number
  /** 468 times x, y, z in image pixels. */
  readonly points: Float32Array
}

export interface Flatness {
  /** `unsure`: too short or too little movement to tell. */
  readonly verdict: 'moving' | 'flat_suspected' | 'unsure'
  /** Why: what moved, or what should have and did not. */
  readonly reason: 'blink' | 'mouth' | 'parallax' | 'turned_flat' | 'no_life_sign' | 'too_short' | 'not_yet'
  readonly blinks: number
  /** Largest movement of the face's points that no tilted plane can make, root mean square in eye distances. */
  readonly parallax: number
  /** Largest change of the ratio of width to height between frames: how far what is seen was turned out of the picture's plane. */
  readonly foreshortening: number
}

/** Noise of the mesh on a still picture stays well below these. Chosen on drawn faces; shares of the eye distance, or of the opening. */
const parallaxOfHead = 0.035
const parallaxOfPlane = 0.02
const turnedBy = 0.04
/** A lid below this share of its usual opening is shut; a mouth that opens by this much of T has moved. */
const shutShare = 0.55
const mouthMoves = 0.06
/** People blink every 3 to 6 seconds; who does not in so long is no person before the camera, or stares. */
const longMs = 12_000
const leastFrames = 8

/** @param series in the order of time, of one face */
export function judgeFlatness(series: readonly MeshAt[]): Flatness {
  const first = series[0]
  const last = series[series.length - 1]
  if (first === undefined || last === undefined || series.length < leastFrames) {
    return { verdict: 'unsure', reason: 'too_short', blinks: 0, parallax: 0, foreshortening: 0 }
  }
  const frames = series.map(({ points }) => landmarksFromMesh(points))
  const blinks = blinksOf(frames.map(eyesOpen))
  const mouths = frames.map(mouthClosed)
  const mouthMoved = Math.max(...mouths) - Math.min(...mouths) > mouthMoves
  const against = frames[0]!
  const fits = frames.slice(1).map((frame) => planeFit(against, frame))
  const parallax = Math.max(...fits.map(({ residual }) => residual))
  const foreshortening = Math.max(...fits.map(({ foreshortened }) => foreshortened))
  const found = { blinks, parallax, foreshortening }
  if (blinks > 0) return { verdict: 'moving', reason: 'blink', ...found }
  if (mouthMoved) return { verdict: 'moving', reason: 'mouth', ...found }
  if (parallax >= parallaxOfHead) return { verdict: 'moving', reason: 'parallax', ...found }
  if (foreshortening >= turnedBy && parallax < parallaxOfPlane) return { verdict: 'flat_suspected', reason: 'turned_flat', ...found }
  if (last.timeMs - first.timeMs >= longMs && parallax < parallaxOfPlane)
    return { verdict: 'flat_suspected', reason: 'no_life_sign', ...found }
  return { verdict: 'unsure', reason: 'not_yet', ...found }
}

/** Lids that shut and open again. */
function blinksOf(openings: readonly number[]): number {
  const usual = [...openings].sort((a, b) => a - b)[Math.floor(openings.length * 0.75)]!
  let shut = false
  let seenOpen = false
  let blinks = 0
  for (const opening of openings) {
    const now = opening < shutShare * usual
    if (shut && !now) blinks++
    // A series that begins with shut eyes has not seen them close.
    shut = now && seenOpen
    seenOpen ||= !now
  }
  return blinks
}

/**
 * The affine map that carries one frame's landmarks onto another's (a plane under weak perspective does nothing else), what is left over, and
 * how far the map is from a mere turn and zoom.
 */
function planeFit(from: Float32Array, to: Float32Array): { residual: number; foreshortened: number } {
  const count = from.length / 2
  const mean = (values: Float32Array, axis: number) => values.reduce((sum, value, i) => (i % 2 === axis ? sum + value : sum), 0) / count
  const [fx, fy, tx, ty] = [mean(from, 0), mean(from, 1), mean(to, 0), mean(to, 1)]
  let [xx, xy, yy, ux, uy, vx, vy] = [0, 0, 0, 0, 0, 0, 0]
  for (let k = 0; k < count; k++) {
    const [x, y, u, v] = [from[2 * k]! - fx, from[2 * k + 1]! - fy, to[2 * k]! - tx, to[2 * k + 1]! - ty]
    xx += x * x
    xy += x * y
    yy += y * y
    ux += u * x
    uy += u * y
    vx += v * x
    vy += v * y
  }
  const det = xx * yy - xy * xy
  const [a, b] = [(ux * yy - uy * xy) / det, (uy * xx - ux * xy) / det]
  const [c, d] = [(vx * yy - vy * xy) / det, (vy * xx - vx * xy) / det]
  let squares = 0
  for (let k = 0; k < count; k++) {
    const [x, y] = [from[2 * k]! - fx, from[2 * k + 1]! - fy]
    squares += (a * x + b * y - to[2 * k]! + tx) ** 2 + (c * x + d * y - to[2 * k + 1]! + ty) ** 2
  }
  // Singular values of the map: equal for a turn and zoom.
  const half = Math.hypot(a + d, c - b) / 2
  const other = Math.hypot(a - d, c + b) / 2
  return { residual: Math.sqrt(squares / count) / faceGeometry(to).eyeDistance, foreshortened: 1 - Math.abs(half - other) / (half + other) }
}
