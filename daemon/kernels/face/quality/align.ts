// The aligned face of ISO/IEC 29794-5: a similarity that lays five points of a face on fixed places of a 616 × 616 image, and that image.

import type { Point, RgbImage } from '../face.js'
import { landmark, landmarkAt, landmarkCount } from '../landmarks.js'
import { faceGeometry } from './geometry.js'

export const alignedPx = 616
/** Right eye, left eye, nose tip, right and left corner of the mouth (the subject's); OFIQ 1.0.3. The eyes are 113 px apart here. */
const places: readonly Point[] = [
  { x: 251, y: 272 },
  { x: 364, y: 272 },
  { x: 308, y: 336 },
  { x: 262, y: 402 },
  { x: 355, y: 402 },
]

/** x' = a·x − b·y + tx, y' = b·x + a·y + ty. */
export interface Similarity {
  readonly a: number
  readonly b: number
  readonly tx: number
  readonly ty: number
}

export const applied = ({ a, b, tx, ty }: Similarity, { x, y }: Point): Point => ({ x: a * x - b * y + tx, y: b * x + a * y + ty })

export function inverse({ a, b, tx, ty }: Similarity): Similarity {
  const scale = a * a + b * b
  return { a: a / scale, b: -b / scale, tx: -(a * tx + b * ty) / scale, ty: (b * tx - a * ty) / scale }
}

/** Least squares; undefined when all points are one. */
function fit(from: readonly Point[], to: readonly Point[]): Similarity | undefined {
  const mean = (points: readonly Point[], axis: 'x' | 'y') => points.reduce((sum, point) => sum + point[axis], 0) / points.length
  const [fx, fy, gx, gy] = [mean(from, 'x'), mean(from, 'y'), mean(to, 'x'), mean(to, 'y')]
  let spread = 0
  let along = 0
  let across = 0
  from.forEach((point, k) => {
    const [x, y, u, v] = [point.x - fx, point.y - fy, to[k]!.x - gx, to[k]!.y - gy]
    spread += x * x + y * y
    along += x * u + y * v
    across += x * v - y * u
  })
  if (!(spread > 0)) return undefined
  const [a, b] = [along / spread, across / spread]
  return { a, b, tx: gx - a * fx + b * fy, ty: gy - b * fx - a * fy }
}

const squaredErrors = (by: Similarity, from: readonly Point[], to: readonly Point[]): number[] =>
  from.map((point, k) => {
    const { x, y } = applied(by, point)
    return (x - to[k]!.x) ** 2 + (y - to[k]!.y) ** 2
  })

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

/**
 * Least median of squares over all pairs of points, then least squares over the points that agree with the best one: what OpenCV's
 * `estimateAffinePartial2D` does with LMEDS, but over every pair instead of drawn ones.
 */
export function robustSimilarity(from: readonly Point[], to: readonly Point[]): Similarity | undefined {
  let best: { by: Similarity; median: number } | undefined
  for (let i = 0; i < from.length; i++) {
    for (let k = i + 1; k < from.length; k++) {
      const by = fit([from[i]!, from[k]!], [to[i]!, to[k]!])
      if (by === undefined) continue
      const found = median(squaredErrors(by, from, to))
      if (best === undefined || found < best.median) best = { by, median: found }
    }
  }
  if (best === undefined) return undefined
  // Rousseeuw's scale of the residuals, with OpenCV's factor and floor.
  const sigma = Math.max(0.001, 2.5 * 1.4826 * (1 + 5 / (from.length - 2)) * Math.sqrt(best.median))
  const errors = squaredErrors(best.by, from, to)
  const agrees = (_: Point, k: number) => errors[k]! <= sigma * sigma
  return fit(from.filter(agrees), to.filter(agrees)) ?? best.by
}

/** From the picture to the aligned image; undefined when the landmarks are all in one place. */
export function alignment(landmarks: Float32Array): Similarity | undefined {
  const { rightEye, leftEye } = faceGeometry(landmarks)
  const others = [landmark.noseTip, landmark.mouthRight, landmark.mouthLeft].map((index) => landmarkAt(landmarks, index))
  return robustSimilarity([rightEye, leftEye, ...others], places)
}

/** Landmarks in the aligned image, on whole pixels. */
export function alignedLandmarks(landmarks: Float32Array, by: Similarity): Float32Array {
  const out = new Float32Array(landmarkCount * 2)
  for (let k = 0; k < landmarkCount; k++) {
    const { x, y } = applied(by, landmarkAt(landmarks, k))
    out[2 * k] = Math.round(x)
    out[2 * k + 1] = Math.round(y)
  }
  return out
}

/**
 * Samples a picture bilinearly along a grid: the pixel (column, row) of `out` is the place `back` applied to (left + column·step, top + row·step).
 * What lies outside the picture is black.
 * @param back from the aligned image to the picture  @param out interleaved RGB, columns × rows
 */
export function sampleRgb(
  { rgb, widthPx, heightPx }: RgbImage,
  back: Similarity,
  left: number,
  top: number,
  step: number,
  columns: number,
  rows: number,
  out: Uint8Array,
): void {
  const { a, b, tx, ty } = back
  const stride = widthPx * 3
  const rightmost = widthPx - 1
  const lowest = heightPx - 1
  let to = 0
  for (let row = 0; row < rows; row++) {
    const v = top + row * step
    let x = a * left - b * v + tx
    let y = b * left + a * v + ty
    const dx = a * step
    const dy = b * step
    for (let column = 0; column < columns; column++, x += dx, y += dy, to += 3) {
      if (!(x >= 0 && y >= 0 && x < rightmost && y < lowest)) {
        sampleEdge(rgb, widthPx, heightPx, x, y, out, to)
        continue
      }
      const column0 = x | 0
      const row0 = y | 0
      // Weights of 1/2048: finer than the 8 bits that come out.
      const fx = ((x - column0) * 2048) | 0
      const fy = ((y - row0) * 2048) | 0
      const w11 = (fx * fy) >> 11
      const w10 = fy - w11
      const w01 = fx - w11
      const w00 = 2048 - fx - fy + w11
      const at = row0 * stride + column0 * 3
      const below = at + stride
      out[to] = (w00 * rgb[at]! + w01 * rgb[at + 3]! + w10 * rgb[below]! + w11 * rgb[below + 3]! + 1024) >> 11
      out[to + 1] = (w00 * rgb[at + 1]! + w01 * rgb[at + 4]! + w10 * rgb[below + 1]! + w11 * rgb[below + 4]! + 1024) >> 11
      out[to + 2] = (w00 * rgb[at + 2]! + w01 * rgb[at + 5]! + w10 * rgb[below + 2]! + w11 * rgb[below + 5]! + 1024) >> 11
    }
  }
}

/** At and beyond the border, where neighbours are missing: those count as black, as with OpenCV's constant border. */
function sampleEdge(rgb: Uint8Array, widthPx: number, heightPx: number, x: number, y: number, out: Uint8Array, to: number): void {
  const column = Math.floor(x)
  const row = Math.floor(y)
  const fx = x - column
  const fy = y - row
  for (let channel = 0; channel < 3; channel++) {
    const value = (c: number, r: number) => (c < 0 || r < 0 || c >= widthPx || r >= heightPx ? 0 : rgb[(r * widthPx + c) * 3 + channel]!)
    const upper = value(column, row) * (1 - fx) + value(column + 1, row) * fx
    const lower = value(column, row + 1) * (1 - fx) + value(column + 1, row + 1) * fx
    out[to + channel] = Math.round(upper * (1 - fy) + lower * fy)
  }
}
