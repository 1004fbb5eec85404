// What the pixels of the aligned face say: luminance, evenness of the light, colour of the skin, steadiness of the backdrop. As OFIQ 1.0.3, but
// the region of the face is not cut by an occlusion mask and the backdrop is our own (background.ts): no such network is a package.

import { type Background, backgroundWindow, cellColumns, cellPx, cellRows } from '../background.js'
import type { RgbImage } from '../face.js'
import { boundsOf, faceRegion, landmarkHull, type Rectangle, underEyeZones } from '../regions.js'
import { alignedPx, type Similarity, sampleRgb } from './align.js'
import { labOf } from './colour.js'
import { commonShare, histogram, type LuminanceFigures, luminanceFigures, luminanceOf } from './luminance.js'

export interface Appearance extends LuminanceFigures {
  readonly illuminationUniformity: number
  readonly naturalColour: number
}

/**
 * @param aligned landmarks in the aligned image  @param back from the aligned image to the picture
 * @param step    1 looks at each pixel as OFIQ does, 2 at every second one in each direction; the zones are always looked at wholly
 */
export function appearanceOf(image: RgbImage, aligned: Float32Array, back: Similarity, step: 1 | 2): Appearance {
  const region = faceRegion(aligned, alignedPx, alignedPx)
  const bounds = clipped(boundsOf(landmarkHull(aligned)))
  const columns = Math.ceil(bounds.width / step)
  const rows = Math.ceil(bounds.height / step)
  const rgb = new Uint8Array(3 * columns * rows)
  sampleRgb(image, back, bounds.left, bounds.top, step, columns, rows, rgb)
  const luminance = new Uint8Array(columns * rows)
  luminanceOf(rgb, luminance)
  const mask = new Uint8Array(columns * rows)
  for (let row = 0; row < rows; row++) {
    const from = (bounds.top + row * step) * alignedPx + bounds.left
    for (let column = 0; column < columns; column++) mask[row * columns + column] = region[from + column * step]!
  }
  const { imageLeft, imageRight } = underEyeZones(aligned)
  const zones = [imageLeft, imageRight].map((zone) => maskedRgb(image, back, clipped(zone), region))
  return {
    ...luminanceFigures(histogram(luminance, mask)),
    illuminationUniformity: commonShare(wholeHistogram(zones[0]!), wholeHistogram(zones[1]!)),
    naturalColour: naturalColour(zones[0]!, zones[1]!),
  }
}

/** The part of a rectangle that lies in the aligned image. */
function clipped({ left, top, width, height }: Rectangle): Rectangle {
  const from = { x: Math.max(0, Math.min(alignedPx, left)), y: Math.max(0, Math.min(alignedPx, top)) }
  const to = { x: Math.max(from.x, Math.min(alignedPx, left + width)), y: Math.max(from.y, Math.min(alignedPx, top + height)) }
  return { left: from.x, top: from.y, width: to.x - from.x, height: to.y - from.y }
}

/** Black outside of the region. */
function maskedRgb(image: RgbImage, back: Similarity, { left, top, width, height }: Rectangle, region: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(3 * width * height)
  sampleRgb(image, back, left, top, 1, width, height, rgb)
  for (let i = 0; i < width * height; i++) {
    if (region[(top + Math.floor(i / width)) * alignedPx + left + (i % width)] === 0) rgb.fill(0, 3 * i, 3 * i + 3)
  }
  return rgb
}

function wholeHistogram(rgb: Uint8Array): Uint32Array {
  const luminance = new Uint8Array(rgb.length / 3)
  luminanceOf(rgb, luminance)
  return histogram(luminance, new Uint8Array(luminance.length).fill(1))
}

/** Distance of the mean colour of both zones from where skin is: a* of 5 to 25, b* of 5 to 35; 100 when one is negative, 0 for a grey picture. */
function naturalColour(left: Uint8Array, right: Uint8Array): number {
  const sums = [0, 0, 0]
  let grey = true
  for (const zone of [left, right]) {
    for (let at = 0; at < zone.length; at += 3) {
      for (let channel = 0; channel < 3; channel++) sums[channel]! += zone[at + channel]!
      if (zone[at] !== zone[at + 1] || zone[at] !== zone[at + 2]) grey = false
    }
  }
  const pixels = (left.length + right.length) / 3
  if (pixels === 0) return Number.NaN
  if (grey) return 0
  const { a, b } = labOf(sums[0]! / pixels, sums[1]! / pixels, sums[2]! / pixels)
  if (a < 0 || b < 0) return 100
  return Math.hypot(Math.max(0, 5 - a, a - 25), Math.max(0, 5 - b, b - 35))
}

/** The window is looked at in this size. */
const lookedAt = { columns: 354, rows: 292 } as const

/** Mean gradient magnitude (Sobel 3 × 3) of the luminance over the backdrop; NaN when there is none. */
export function backgroundUniformity(image: RgbImage, back: Similarity, { cells }: Background): number {
  const { left, top, width, height } = backgroundWindow
  const window = new Uint8Array(3 * width * height)
  sampleRgb(image, back, left, top, 1, width, height, window)
  const { columns, rows } = lookedAt
  const rgb = new Uint8Array(3 * columns * rows)
  const scale = width / columns
  // Twice bilinear, as the original: first to the aligned image, then to this size.
  const half = (scale - 1) / 2
  sampleRgb({ rgb: window, widthPx: width, heightPx: height }, { a: 1, b: 0, tx: 0, ty: 0 }, half, half, scale, columns, rows, rgb)
  const luminance = new Uint8Array(columns * rows)
  luminanceOf(rgb, luminance)
  let sum = 0
  let taken = 0
  for (let row = 1; row < rows - 1; row++) {
    const cellRow = Math.min(cellRows - 1, Math.floor((row * scale) / cellPx)) * cellColumns
    for (let column = 1; column < columns - 1; column++) {
      if (cells[cellRow + Math.min(cellColumns - 1, Math.floor((column * scale) / cellPx))] === 0) continue
      const at = row * columns + column
      const value = (offset: number) => luminance[at + offset]!
      const sx = value(1 - columns) + 2 * value(1) + value(columns + 1) - value(-columns - 1) - 2 * value(-1) - value(columns - 1)
      const sy =
        value(columns - 1) + 2 * value(columns) + value(columns + 1) - value(-columns - 1) - 2 * value(-columns) - value(1 - columns)
      sum += Math.sqrt(sx * sx + sy * sy)
      taken++
    }
  }
  return taken === 0 ? Number.NaN : sum / taken
}
