// Where an eye lies in a picture: from its form and a look to circles, lid edges and the transform between pixels and the eye. It paints nothing.
// Eye coordinates: origin in the iris centre, unit = iris radius, u to the right, v downward, before the roll.

import type { Circle } from '../person.js'
import { clamp } from '../raster.js'
import type { EyeConditions } from './conditions.js'
import type { EyeForm } from './form.js'

/** Radius of the eyeball in iris radii: 12 mm against 5.9 mm. */
const eyeballRadius = 2.05
/** Lid edges are tabulated from -`lidReach` to `lidReach` iris radii. */
export const lidReach = 5
export const lidStepsPerRadius = 128
/** A lid that lies below the other by less than this shows nothing. */
export const shutGap = 0.03

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Placement {
  readonly cos: number
  readonly sin: number
  /** The eyeball turned aside shows a narrower iris. */
  readonly squeezeX: number
  readonly squeezeY: number
  /** Centre and radius of the pupil in the squeezed eye's coordinates. */
  readonly pupil: { readonly u: number; readonly v: number; readonly radius: number }
  /** Edges of the lids, v by u. */
  readonly upper: Float32Array
  readonly lower: Float32Array
  /** Towards the nose from the iris centre at the middle of the lids: what is added to u·nose. */
  readonly lidShift: number
}

const radians = (deg: number) => (deg * Math.PI) / 180

/** 1 at the peak, 0 in both corners, negative beyond: there is no opening there. */
function arch(toNose: number, peak: number, inner: number, outer: number, power: number): number {
  const t = toNose > peak ? (toNose - peak) / (inner - peak) : (peak - toNose) / (outer + peak)
  return Math.max(-1, 1 - t ** power)
}

export function placeEye(form: EyeForm, look: EyeConditions): Placement {
  const { lids, nose } = form
  const yaw = radians(look.gazeDeg.yaw)
  const pitch = radians(look.gazeDeg.pitch)
  // The iris centre stays where the look puts it, so the lids move the other way; the upper lid follows most of the way up and down.
  const lidShift = eyeballRadius * Math.sin(yaw) * nose
  const fall = eyeballRadius * Math.sin(pitch)
  const corner = (toNose: number) => lids.cornerDrop + lids.tilt * toNose + fall
  const steps = 2 * lidReach * lidStepsPerRadius + 1
  const upper = new Float32Array(steps)
  const lower = new Float32Array(steps)
  for (let i = 0; i < steps; i++) {
    const toNose = clamp((i / lidStepsPerRadius - lidReach) * nose + lidShift, -lidReach, lidReach)
    const base = corner(toNose)
    const deep = lids.lower + fall * 0.6 - corner(lids.lowerPeak)
    const low = base + deep * look.lidOpening.lower * arch(toNose, lids.lowerPeak, lids.inner, lids.outer, 2.2)
    const high = base - (lids.upper - fall * 0.3 + corner(lids.upperPeak)) * arch(toNose, lids.upperPeak, lids.inner, lids.outer, 2.1)
    lower[i] = low
    upper[i] = low + (high - low) * look.lidOpening.upper
  }
  return {
    cos: Math.cos(radians(look.rollDeg)),
    sin: Math.sin(radians(look.rollDeg)),
    squeezeX: Math.cos(yaw),
    squeezeY: Math.cos(pitch),
    pupil: { u: form.pupilOffset.x, v: form.pupilOffset.y, radius: look.pupilRatio },
    upper,
    lower,
    lidShift,
  }
}

/** From eye coordinates to pixels. */
export function toPixel(look: EyeConditions, { cos, sin }: Placement, u: number, v: number): Point {
  return {
    x: look.centre.x + look.irisRadiusPx * (u * cos + v * sin),
    y: look.centre.y + look.irisRadiusPx * (v * cos - u * sin),
  }
}

/** v of a lid's edge at u. */
export function lidAt(edge: Float32Array, u: number): number {
  const at = clamp((u + lidReach) * lidStepsPerRadius, 0, edge.length - 1.001)
  const index = Math.floor(at)
  return edge[index]! + (edge[index + 1]! - edge[index]!) * (at - index)
}

/** Corners of the opening: u towards the nose side and away from it. */
export function cornersOf(form: EyeForm, placement: Placement): { readonly nasal: number; readonly temporal: number } {
  return {
    nasal: (form.lids.inner - placement.lidShift) * form.nose,
    temporal: (-form.lids.outer - placement.lidShift) * form.nose,
  }
}

/** Circles nearest to the outlines, which are ellipses when the eye looks aside. */
export function circlesOf(look: EyeConditions, placement: Placement): { readonly pupil: Circle; readonly iris: Circle } {
  const { squeezeX, squeezeY, pupil } = placement
  const mean = (squeezeX + squeezeY) / 2
  const at = toPixel(look, placement, pupil.u * squeezeX, pupil.v * squeezeY)
  // Every other row is displaced, so the whole is by half as much.
  const half = look.interlaceShiftPx / 2
  return {
    pupil: { x: at.x - half, y: at.y, radius: pupil.radius * mean * look.irisRadiusPx },
    iris: { x: look.centre.x - half, y: look.centre.y, radius: mean * look.irisRadiusPx },
  }
}
