// The 26 features that OFIQ's `Sharpness` feeds to its random forest, with OpenCV's filters. The forest itself is no package and not here; for
// who has it, and for comparing focus figures by their usual names.

import type { RgbImage } from '../face.js'
import { boundsOf, faceRegion, landmarkHull } from '../regions.js'

const laplacianSizes = [1, 3, 5, 7, 9] as const
const boxSizes = [3, 5, 7] as const
const sobelSizes = [1, 3, 5, 7, 9] as const

/** In the order of the values. */
export const sharpnessFeatureNames: readonly string[] = [
  ...laplacianSizes.map((size) => `laplacian${size}`),
  ...boxSizes.map((size) => `meanDifference${size}`),
  ...sobelSizes.map((size) => `sobel${size}`),
].flatMap((name) => [`${name}.mean`, `${name}.deviation`])

/** @param landmarks 98 points of the picture  @returns mean and population deviation of each filter's magnitude inside the face; NaN without one */
export function sharpnessFeatures(image: RgbImage, landmarks: Float32Array): Float64Array {
  const { grey, mask, width, height } = faceCrop(image, landmarks)
  const soft = smoothed(grey, width, height)
  const figures = [
    ...laplacianSizes.map((size) => momentsOf(laplacian(soft, width, height, size), mask)),
    ...boxSizes.map((size) => momentsOf(differenceFromMean(grey, width, height, size), mask)),
    ...sobelSizes.map((size) => momentsOf(filtered(grey, width, height, kernel(Math.max(3, size), 1), kernel(Math.max(3, size), 1)), mask)),
  ]
  return Float64Array.from(figures.flat())
}

interface FaceCrop {
  readonly grey: Int32Array
  readonly mask: Uint8Array
  readonly width: number
  readonly height: number
}

/** Grey as OpenCV converts it, in the bounds of the region of the face. */
function faceCrop({ rgb, widthPx, heightPx }: RgbImage, landmarks: Float32Array): FaceCrop {
  const whole = landmarks.map(Math.round)
  const region = faceRegion(whole, widthPx, heightPx)
  // The region is drawn coarsely: its bounds may pass the hull's by a pixel or two.
  const around = boundsOf(landmarkHull(whole))
  let [left, right, top, bottom] = [widthPx, -1, heightPx, -1]
  for (let y = Math.max(0, around.top - 4); y < Math.min(heightPx, around.top + around.height + 4); y++) {
    for (let x = Math.max(0, around.left - 4); x < Math.min(widthPx, around.left + around.width + 4); x++) {
      if (region[y * widthPx + x] === 0) continue
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
    }
  }
  const width = Math.max(0, right - left + 1)
  const height = Math.max(0, bottom - top + 1)
  const grey = new Int32Array(width * height)
  const mask = new Uint8Array(width * height)
  for (let i = 0; i < grey.length; i++) {
    const from = (top + Math.floor(i / width)) * widthPx + left + (i % width)
    grey[i] = (4899 * rgb[3 * from]! + 9617 * rgb[3 * from + 1]! + 1868 * rgb[3 * from + 2]! + 8192) >> 14
    mask[i] = region[from]!
  }
  return { grey, mask, width, height }
}

/** Derivative of an order out of binomial smoothing, as OpenCV's Sobel kernels. */
function kernel(size: number, order: number): Int32Array {
  let taps = [1]
  for (let step = 1; step < size; step++) {
    const sign = step < size - order ? 1 : -1
    taps = [...taps, 0].map((tap, k) => sign * tap + (taps[k - 1] ?? 0))
  }
  return Int32Array.from(taps)
}

/** Reflection without repeating the border pixel. */
function reflected(place: number, size: number): number {
  let at = place
  while (size > 1 && (at < 0 || at >= size)) at = at < 0 ? -at : 2 * size - 2 - at
  return size > 1 ? at : 0
}

function filtered(grey: Int32Array, width: number, height: number, across: Int32Array, down: Int32Array): Int32Array {
  const lines = new Int32Array(grey.length)
  const columns = places(width, across.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0
      for (let k = 0; k < across.length; k++) sum += across[k]! * grey[y * width + columns[x + k]!]!
      lines[y * width + x] = sum
    }
  }
  const out = new Int32Array(grey.length)
  const rows = places(height, down.length)
  for (let y = 0; y < height; y++) {
    for (let k = 0; k < down.length; k++) {
      const [weight, from] = [down[k]!, rows[y + k]! * width]
      for (let x = 0; x < width; x++) out[y * width + x]! += weight * lines[from + x]!
    }
  }
  return out
}

/** Where a kernel of so many taps finds its pixels: `places[x + k]` for tap k at pixel x. */
const places = (size: number, taps: number): Int32Array =>
  Int32Array.from({ length: size + taps }, (_, at) => reflected(at - (taps >> 1), size))

/** 3 × 3 Gaussian of OpenCV, back in 8 bits. */
const smoothed = (grey: Int32Array, width: number, height: number): Int32Array =>
  filtered(grey, width, height, kernel(3, 0), kernel(3, 0)).map((value) => (value + 8) >> 4)

function laplacian(grey: Int32Array, width: number, height: number, size: number): Int32Array {
  const pass = Int32Array.of(1)
  if (size <= 3) {
    // OpenCV has two fixed kernels here: the cross, and twice the diagonal one.
    const one = Int32Array.of(1, 0, 1)
    if (size === 3) return filtered(grey, width, height, one, one).map((value, i) => 2 * value - 8 * grey[i]!)
    const [across, down] = [filtered(grey, width, height, one, pass), filtered(grey, width, height, pass, one)]
    return across.map((value, i) => value + down[i]! - 4 * grey[i]!)
  }
  const [second, smooth] = [kernel(size, 2), kernel(size, 0)]
  const along = filtered(grey, width, height, second, smooth)
  return filtered(grey, width, height, smooth, second).map((value, i) => value + along[i]!)
}

function differenceFromMean(grey: Int32Array, width: number, height: number, size: number): Int32Array {
  const ones = new Int32Array(size).fill(1)
  return filtered(grey, width, height, ones, ones).map((value, i) => grey[i]! - Math.round(value / size ** 2))
}

function momentsOf(values: Int32Array, mask: Uint8Array): [number, number] {
  let [sum, squares, taken] = [0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    if (mask[i] === 0) continue
    const value = Math.abs(values[i]!)
    sum += value
    squares += value * value
    taken++
  }
  const mean = sum / taken
  return [mean, Math.sqrt(Math.max(0, squares / taken - mean * mean))]
}
