// `rekamSharpness`, our own measure of focus and motion blur around the eyes. It is not OFIQ's `Sharpness`: that one's forest is no package.

import type { RgbImage } from '../face.js'
import { type Similarity, sampleRgb } from './align.js'

/** The band of the eyes in the aligned image: lids and lashes are in every face, covered or not. */
const band = { left: 195, top: 232, width: 226, height: 80 } as const
/** Grey levels by which a place must stand out of its 7 × 7 neighbourhood to count: above the noise of a camera. */
const leastDetail = 6
/** Too few such places: nothing to judge sharpness by. */
const leastPlaces = 200

/**
 * How much of the detail around the eyes is fine: Σ|grey − mean 3 × 3| by Σ|grey − mean 7 × 7| where the latter stands out. Light and contrast
 * cancel. About 0.17 for a smooth slope, towards 0.9 for single pixels; a picture with less than 113 px between the eyes is stretched and
 * so counts as less sharp.
 * @returns NaN when hardly anything stands out
 */
export function rekamSharpness(image: RgbImage, back: Similarity): number {
  const { left, top, width, height } = band
  const rgb = new Uint8Array(3 * width * height)
  sampleRgb(image, back, left, top, 1, width, height, rgb)
  const grey = new Uint8Array(width * height)
  for (let i = 0, at = 0; i < grey.length; i++, at += 3) grey[i] = (77 * rgb[at]! + 150 * rgb[at + 1]! + 29 * rgb[at + 2]!) >> 8
  const sums = summedArea(grey, width, height)
  const boxMean = (x: number, y: number, reach: number): number => {
    const stride = width + 1
    const [above, below] = [(y - reach) * stride, (y + reach + 1) * stride]
    const [before, behind] = [x - reach, x + reach + 1]
    return (sums[below + behind]! - sums[below + before]! - sums[above + behind]! + sums[above + before]!) / (2 * reach + 1) ** 2
  }
  let fine = 0
  let all = 0
  let places = 0
  for (let y = 3; y < height - 3; y++) {
    for (let x = 3; x < width - 3; x++) {
      const value = grey[y * width + x]!
      const coarse = Math.abs(value - boxMean(x, y, 3))
      if (coarse < leastDetail) continue
      fine += Math.abs(value - boxMean(x, y, 1))
      all += coarse
      places++
    }
  }
  return places < leastPlaces ? Number.NaN : fine / all
}

function summedArea(grey: Uint8Array, width: number, height: number): Uint32Array {
  const stride = width + 1
  const sums = new Uint32Array(stride * (height + 1))
  for (let y = 0; y < height; y++) {
    let line = 0
    for (let x = 0; x < width; x++) {
      line += grey[y * width + x]!
      sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1]! + line
    }
  }
  return sums
}

/** @returns 0 to 100, whole; -1 for NaN */
export function rekamSharpnessScalar(native: number): number {
  if (Number.isNaN(native)) return -1
  return Math.round(100 / (1 + Math.exp((0.33 - native) / 0.04)))
}
