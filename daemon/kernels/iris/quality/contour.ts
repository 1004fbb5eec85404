// The pupil's edge as it really runs about the circle that stands for it: how round, how oblong. Knows the location; judges nothing.

import { type IrisLocation, lidAt } from '../location.js'

export interface PupilContour {
  /** 100 for a circle, ISO/IEC 29794-6 as BIQT-Iris documents it. */
  readonly circularity: number
  /** Shorter over longer axis of the ellipse that fits; an eye turned away by 25° shows 0.9. */
  readonly axisRatio: number
}

const angles = 64
/** Of the radius, either way. */
const searched = 0.2
/** Harmonics of the sum; finer ones are lashes and noise. */
const harmonics = 8

export function pupilContour(grey: Uint8Array, widthPx: number, heightPx: number, location: IrisLocation): PupilContour {
  const radii = smoothed(edgeRadii(grey, widthPx, heightPx, location))
  const mean = radii.reduce((sum, value) => sum + value, 0) / angles
  let power = 0
  let second = 0
  for (let k = 1; k <= harmonics; k++) {
    let [real, imaginary] = [0, 0]
    radii.forEach((radius, i) => {
      // In per cent of the mean radius: dimensionless, and of a size that the 100 of the formula is meant for.
      real += ((100 * radius) / mean) * Math.cos((2 * Math.PI * k * i) / angles)
      imaginary += ((100 * radius) / mean) * Math.sin((2 * Math.PI * k * i) / angles)
    })
    const amplitude = Math.hypot(real, imaginary) / angles
    // The first harmonic is a centre that is a little off, not a shape.
    if (k > 1) power += 2 * amplitude ** 2
    if (k === 2) second = (2 * amplitude) / 100
  }
  return { circularity: Math.max(0, 100 - power), axisRatio: (1 - second) / (1 + second) }
}

/** Where the step from dark to light is largest along each ray. */
function edgeRadii(
  grey: Uint8Array,
  widthPx: number,
  heightPx: number,
  { pupil: { x, y, r }, upperLid, lowerLid }: IrisLocation,
): number[] {
  const reach = Math.max(3, searched * r)
  const step = Math.max(0.5, reach / 16)
  const apart = Math.max(1, 0.05 * r)
  const at = (radius: number, cos: number, sin: number): number => {
    const column = Math.max(0, Math.min(widthPx - 1, Math.round(x + radius * cos)))
    return grey[Math.max(0, Math.min(heightPx - 1, Math.round(y + radius * sin))) * widthPx + column]!
  }
  return Array.from({ length: angles }, (_, i) => {
    const [cos, sin] = [Math.cos((2 * Math.PI * i) / angles), Math.sin((2 * Math.PI * i) / angles)]
    const [edgeX, edgeY] = [x + 1.1 * r * cos, y + 1.1 * r * sin]
    // Behind a lid the pupil is as round as anybody's guess.
    if ((upperLid && edgeY < lidAt(upperLid, edgeX)) || (lowerLid && edgeY > lidAt(lowerLid, edgeX))) return r
    let [best, radius] = [-1, r]
    for (let off = -reach; off <= reach; off += step) {
      const rise = at(r + off + apart, cos, sin) - at(r + off - apart, cos, sin) - 8 * Math.abs(off / reach)
      if (rise > best) [best, radius] = [rise, r + off]
    }
    return radius
  })
}

/** Median of five neighbours: a glint on the edge is no shape. */
function smoothed(radii: readonly number[]): readonly number[] {
  return radii.map((_, i) => [-2, -1, 0, 1, 2].map((d) => radii[(i + d + angles) % angles]!).sort((a, b) => a - b)[2]!)
}
