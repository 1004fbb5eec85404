// Cuts a square out of a picture for a network: any place, size and angle, as three planes of numbers. It knows no network.

import type { Simd } from '../simd/simd.js'
import type { Point, RgbImage } from './face.js'

/** Where the square lies: its centre in image pixels, image pixels a pixel of the square, and how far it is turned clockwise. */
export interface Placement {
  readonly centre: Point
  readonly scale: number
  readonly angleRad: number
}

/** The part of a picture that is read, in cells of `cellPx` squared: their means are what is sampled, so that shrinking does not alias. */
interface Cells {
  readonly leftPx: number
  readonly topPx: number
  readonly columns: number
  readonly rows: number
  readonly cellPx: number
  /** Lines of a cell that are read: every second one of large cells, whose means hardly differ by it. */
  readonly lines: number
  readonly lineStep: number
}

/** A square's pixel (u, v) lies at x = x0 + a·u − b·v, y = y0 + b·u + a·v of a picture. */
interface Sampling {
  readonly x0: number
  readonly y0: number
  readonly a: number
  readonly b: number
}

/** Sums of a cell's column stay within 16 bits. */
const largestCellPx = 64

/**
 * Outside the picture its nearest edge goes on.
 * @param low, high  what 0 and 255 become
 * @param out        red, green, blue plane, each `sizePx` squared
 */
export function warpToPlanes(
  image: RgbImage,
  place: Placement,
  sizePx: number,
  low: number,
  high: number,
  out: Float32Array,
  simd?: Simd,
): void {
  const cells = cellsUnder(image, place, sizePx)
  const { leftPx, topPx, columns, rows, cellPx, lines, lineStep } = cells
  const a = (Math.cos(place.angleRad) * place.scale) / cellPx
  const b = (Math.sin(place.angleRad) * place.scale) / cellPx
  const middle = (sizePx - 1) / 2
  // From pixel centres of the picture to centres of what is read of a cell.
  const x = (place.centre.x - leftPx - (cellPx - 1) / 2) / cellPx
  const y = (place.centre.y - topPx - ((lines - 1) * lineStep) / 2) / cellPx
  const sampling = { x0: x - a * middle + b * middle, y0: y - b * middle - a * middle, a, b }
  if (simd) {
    warpBySimd(image, cells, sampling, sizePx, low, high, out, simd)
    return
  }
  let { rgb } = image
  if (cellPx > 1 || columns < image.widthPx || rows < image.heightPx) {
    rgb = new Uint8Array(columns * rows * 3)
    meansOfCells(image.rgb, image.widthPx, cells, rgb)
  }
  samplePlanes(rgb, columns, rows, sampling, sizePx, low, high, out)
}

/** @returns the cells under the square, within the picture; at least one */
function cellsUnder({ widthPx, heightPx }: RgbImage, { centre, scale, angleRad }: Placement, sizePx: number): Cells {
  const cellPx = Math.max(1, Math.min(Math.round(scale), largestCellPx, widthPx, heightPx))
  const reach = (scale * sizePx * (Math.abs(Math.cos(angleRad)) + Math.abs(Math.sin(angleRad)))) / 2 + cellPx
  const span = (middle: number, size: number) => {
    const from = Math.max(0, Math.min(size - cellPx, Math.floor(middle - reach)))
    const until = Math.max(from + cellPx, Math.min(size, Math.ceil(middle + reach)))
    return { from, count: Math.floor((until - from) / cellPx) }
  }
  const x = span(centre.x, widthPx)
  const y = span(centre.y, heightPx)
  const lineStep = cellPx >= 4 ? 2 : 1
  return { leftPx: x.from, topPx: y.from, columns: x.count, rows: y.count, cellPx, lines: Math.ceil(cellPx / lineStep), lineStep }
}

/** @param out interleaved RGB, `columns * rows` */
function meansOfCells(rgb: Uint8Array, widthPx: number, cells: Cells, out: Uint8Array): void {
  const { leftPx, topPx, columns, rows, cellPx, lines, lineStep } = cells
  const line = new Uint16Array(columns * cellPx * 3)
  const area = cellPx * lines
  const half = area >> 1
  for (let row = 0; row < rows; row++) {
    line.fill(0)
    for (let j = 0; j < lines; j++) {
      const from = ((topPx + row * cellPx + j * lineStep) * widthPx + leftPx) * 3
      for (let i = 0; i < line.length; i++) line[i] = line[i]! + rgb[from + i]!
    }
    let to = row * columns * 3
    for (let column = 0; column < columns; column++) {
      let red = half
      let green = half
      let blue = half
      const end = (column + 1) * cellPx * 3
      for (let i = column * cellPx * 3; i < end; i += 3) {
        red += line[i]!
        green += line[i + 1]!
        blue += line[i + 2]!
      }
      out[to++] = Math.floor(red / area)
      out[to++] = Math.floor(green / area)
      out[to++] = Math.floor(blue / area)
    }
  }
}

/** Bilinear. */
function samplePlanes(
  rgb: Uint8Array,
  widthPx: number,
  heightPx: number,
  { x0, y0, a, b }: Sampling,
  sizePx: number,
  low: number,
  high: number,
  out: Float32Array,
): void {
  const factor = (high - low) / 255
  const plane = sizePx * sizePx
  const rightEdge = widthPx - 1
  const lowerEdge = heightPx - 1
  for (let v = 0; v < sizePx; v++) {
    for (let u = 0; u < sizePx; u++) {
      const x = Math.min(rightEdge, Math.max(0, x0 + a * u - b * v))
      const y = Math.min(lowerEdge, Math.max(0, y0 + b * u + a * v))
      const left = Math.floor(x)
      const top = Math.floor(y)
      const fx = x - left
      const fy = y - top
      const upper = (top * widthPx + left) * 3
      const lower = top < lowerEdge ? upper + widthPx * 3 : upper
      const right = left < rightEdge ? 3 : 0
      const to = v * sizePx + u
      for (let channel = 0; channel < 3; channel++) {
        const p = rgb[upper + channel]!
        const q = rgb[lower + channel]!
        const above = p + fx * (rgb[upper + right + channel]! - p)
        const below = q + fx * (rgb[lower + right + channel]! - q)
        out[to + channel * plane] = low + factor * (above + fy * (below - above))
      }
    }
  }
}

/** A picture goes through the twin's memory in strips: that of a large camera would stay in it for good. */
const stripBytes = 1 << 18
/** The twins read whole words: so far behind the last byte. */
const readBeyond = 16

function warpBySimd(
  image: RgbImage,
  cells: Cells,
  sampling: Sampling,
  sizePx: number,
  low: number,
  high: number,
  out: Float32Array,
  simd: Simd,
): void {
  const { leftPx, topPx, columns, rows, cellPx, lines, lineStep } = cells
  const { rgb, widthPx } = image
  const lineBytes = columns * cellPx * 3
  const stripRows = Math.min(rows, Math.max(1, Math.floor(stripBytes / (lineBytes * lines))))
  simd.lease((take) => {
    const strip = take(lineBytes * stripRows * lines + readBeyond)
    const line = take(lineBytes * 2 + 2 * readBeyond)
    const means = take(columns * rows * 3 + readBeyond)
    const planes = take(out.byteLength)
    const memory = new Uint8Array(simd.memory.buffer)
    const copy = (firstRow: number, count: number, to: number) => {
      let at = to
      for (let row = firstRow; row < firstRow + count; row++) {
        for (let j = 0; j < lines; j++) {
          const from = ((topPx + row * cellPx + j * lineStep) * widthPx + leftPx) * 3
          memory.set(rgb.subarray(from, from + lineBytes), at)
          at += lineBytes
        }
      }
    }
    if (cellPx === 1) copy(0, rows, means)
    else {
      for (let row = 0; row < rows; row += stripRows) {
        const count = Math.min(stripRows, rows - row)
        copy(row, count, strip)
        simd.kernels.meansOfCells(strip, columns, count, cellPx, lines, line, means + row * columns * 3)
      }
    }
    const { x0, y0, a, b } = sampling
    simd.kernels.samplePlanes(means, columns, rows, x0, y0, a, b, sizePx, low, high, planes)
    out.set(new Float32Array(simd.memory.buffer, planes, out.length))
  })
}

/** From pixels of the square, where a pixel's centre is at its index plus a half, to pixels of the image. */
export function toImage(place: Placement, sizePx: number, x: number, y: number): Point {
  const du = (x - sizePx / 2) * place.scale
  const dv = (y - sizePx / 2) * place.scale
  const cos = Math.cos(place.angleRad)
  const sin = Math.sin(place.angleRad)
  return { x: place.centre.x + cos * du - sin * dv, y: place.centre.y + sin * du + cos * dv }
}
