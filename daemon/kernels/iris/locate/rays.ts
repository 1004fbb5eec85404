// Samples along rays, in fixed point: places in 1/65536 px, levels in 1/256. Twins in kernels/simd/iris-radial.as.ts. Knows only pixels.

import type { Plane } from './plane.js'

/** Unit vectors, y downward. */
export interface Directions {
  readonly cosines: Float64Array
  readonly sines: Float64Array
}

export const directionsOf = (angles: readonly number[]): Directions => ({
  cosines: Float64Array.from(angles, Math.cos),
  sines: Float64Array.from(angles, Math.sin),
})

/** Middles of so many equal parts of an arc, radians. */
export const arc = (count: number, from = 0, until = 2 * Math.PI): number[] =>
  Array.from({ length: count }, (_, i) => from + ((i + 0.5) * (until - from)) / count)

const fixed = (value: number): number => Math.floor(value * 65536 + 0.5)

/**
 * Sums of the first 0, 1, 2 … samples of a ray.
 * @param sums room for `steps` + 1
 * @returns samples before the ray leaves the picture, at most `steps`
 */
export function sumRay(
  { grey, widthPx, heightPx }: Plane,
  x: number,
  y: number,
  ux: number,
  uy: number,
  start: number,
  stepPx: number,
  steps: number,
  sums: Int32Array,
): number {
  const dx = fixed(stepPx * ux)
  const dy = fixed(stepPx * uy)
  let px = fixed(x + start * ux)
  let py = fixed(y + start * uy)
  const mostX = (widthPx - 1) << 16
  const mostY = (heightPx - 1) << 16
  let sum = 0
  sums[0] = 0
  for (let k = 0; k < steps; k++) {
    if (px < 0 || py < 0 || px > mostX || py > mostY) return k
    const left = Math.min(px >> 16, widthPx - 2)
    const top = Math.min(py >> 16, heightPx - 2)
    const fx = (px - (left << 16)) >> 8
    const fy = (py - (top << 16)) >> 8
    const at = top * widthPx + left
    const below = at + widthPx
    const upper = (grey[at]! << 8) + fx * (grey[at + 1]! - grey[at]!)
    const lower = (grey[below]! << 8) + fx * (grey[below + 1]! - grey[below]!)
    sum += upper + ((fy * (lower - upper)) >> 8)
    sums[k + 1] = sum
    px += dx
    py += dy
  }
  return steps
}
