// Good resampling of a turned and scaled picture, once per portrait: a cubic kernel that widens with the reduction, so that nothing aliases.

import type { RgbImage } from '../face.js'
import type { Similarity } from './align.js'

/** Keys' cubic with a = −1/2 (Catmull-Rom). */
function cubic(x: number): number {
  const t = Math.abs(x)
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1
  return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0
}

/**
 * Pixel (u, v) of the result is the place `back` applied to (u, v). The kernel lies along the picture's own axes: exact for a small turn.
 * Below the picture its lowest row goes on, as shoulders do; where else it ends, `fill` stands.
 */
export function resample(
  { rgb, widthPx, heightPx }: RgbImage,
  { a, b, tx, ty }: Similarity,
  columns: number,
  rows: number,
  fill: Uint8Array,
): { readonly rgb: Uint8Array; readonly outside: number } {
  const out = new Uint8Array(3 * columns * rows)
  const widening = Math.max(1, Math.hypot(a, b))
  const taps = Math.ceil(4 * widening)
  const across = new Float64Array(taps)
  const down = new Float64Array(taps)
  const offsets = new Int32Array(taps)
  let outside = 0
  for (let v = 0, to = 0; v < rows; v++) {
    for (let u = 0; u < columns; u++, to += 3) {
      const x = a * u - b * v + tx
      const y = b * u + a * v + ty
      const below = y > heightPx - 0.5
      if (!(x >= -0.5 && y >= -0.5 && x <= widthPx - 0.5)) {
        out.set(fill, to)
        outside++
        continue
      }
      if (below) outside++
      const left = weights(x, widening, across)
      const top = weights(y, widening, down)
      for (let k = 0; k < taps; k++) offsets[k] = 3 * Math.max(0, Math.min(widthPx - 1, left + k))
      let red = 0
      let green = 0
      let blue = 0
      for (let j = 0; j < taps; j++) {
        const row = Math.max(0, Math.min(heightPx - 1, top + j)) * widthPx * 3
        const weight = down[j]!
        let lineRed = 0
        let lineGreen = 0
        let lineBlue = 0
        for (let k = 0; k < taps; k++) {
          const at = row + offsets[k]!
          const share = across[k]!
          lineRed += share * rgb[at]!
          lineGreen += share * rgb[at + 1]!
          lineBlue += share * rgb[at + 2]!
        }
        red += weight * lineRed
        green += weight * lineGreen
        blue += weight * lineBlue
      }
      out[to] = byte(red)
      out[to + 1] = byte(green)
      out[to + 2] = byte(blue)
    }
  }
  return { rgb: out, outside }
}

const byte = (value: number): number => (value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0)

/** Weights that sum to 1 around a place on one axis. @returns the first pixel they are for */
function weights(place: number, widening: number, out: Float64Array): number {
  const first = Math.floor(place - 2 * widening) + 1
  let sum = 0
  for (let k = 0; k < out.length; k++) {
    const weight = cubic((first + k - place) / widening)
    out[k] = weight
    sum += weight
  }
  for (let k = 0; k < out.length; k++) out[k] = out[k]! / sum
  return first
}
