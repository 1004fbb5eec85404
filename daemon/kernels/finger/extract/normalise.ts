// Even light and contrast: what is left of an image when the local mean is taken away and the local deviation made the same everywhere.
// All in whole numbers, so that the SIMD twins give the same planes to the last bit.

import { blockPx, type Grid, marginPx, type Room } from './planes.js'

/** Local deviation after normalisation. */
const unitDeviation = 128
/** Values beyond three deviations say nothing more. */
const mostDeviation = 3 * unitDeviation
/** Deviations far below this are the grain of sensor or paper: they are not raised to the contrast of ridges. Grey levels. */
const grainDeviation = 3
/** Fixed point of local means (1/16 grey level) and gains. */
const meanUnit = 16
const gainBits = 10

/** Block maps in grey levels. */
export interface Light {
  readonly mean: Float32Array
  readonly deviation: Float32Array
}

/** Local mean and deviation around each block, weighted over about 30 px. */
export function localLight(grey: Uint8Array, grid: Grid, room: Room): Light {
  const { columns, rows, widthPx, heightPx } = grid
  const count = columns * rows
  const [sums, squares, counts] = [room.f32(count), room.f32(count), room.f32(count)]
  if (room.simd) {
    const { kernels } = room.simd
    kernels.extractBlockSums(grey.byteOffset, widthPx, heightPx, columns, rows, sums.byteOffset, squares.byteOffset, counts.byteOffset)
  } else blockSums(grey, grid, sums, squares, counts)
  for (const map of [sums, squares, counts]) smoothMap(map, columns, rows)
  const mean = new Float32Array(count)
  const deviation = new Float32Array(count)
  for (let at = 0; at < count; at++) {
    mean[at] = sums[at]! / counts[at]!
    deviation[at] = Math.sqrt(Math.max(0, squares[at]! / counts[at]! - mean[at]! ** 2))
  }
  return { mean, deviation }
}

function blockSums(grey: Uint8Array, grid: Grid, sums: Float32Array, squares: Float32Array, counts: Float32Array): void {
  const { columns, rows, widthPx, heightPx } = grid
  for (let row = 0; row < rows; row++) {
    const bottom = Math.min(heightPx, (row + 1) * blockPx)
    for (let column = 0; column < columns; column++) {
      const right = Math.min(widthPx, (column + 1) * blockPx)
      let sum = 0
      let square = 0
      for (let y = row * blockPx; y < bottom; y++) {
        for (let at = y * widthPx + column * blockPx; at < y * widthPx + right; at++) {
          const value = grey[at]!
          sum += value
          square += value * value
        }
      }
      const at = row * columns + column
      sums[at] = sum
      squares[at] = square
      counts[at] = (bottom - row * blockPx) * (right - column * blockPx)
    }
  }
}

/** Binomial 1 4 6 4 1 in both directions, in place; outside the map lie zeros. The sum of weights is 1. */
export function smoothMap(map: Float32Array, columns: number, rows: number): void {
  smoothLines(map, rows, columns, columns, 1)
  smoothLines(map, columns, rows, 1, columns)
}

function smoothLines(map: Float32Array, lines: number, length: number, lineStep: number, step: number): void {
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep
    let a = 0
    let b = 0
    let c = map[start]!
    let d = length > 1 ? map[start + step]! : 0
    for (let i = 0; i < length; i++) {
      const e = i + 2 < length ? map[start + (i + 2) * step]! : 0
      map[start + i * step] = (a + e + 4 * (b + d) + 6 * c) / 16
      a = b
      b = c
      c = d
      d = e
    }
  }
}

/**
 * @returns plane of `mean − grey` in units of the local deviation: ridges positive, `unitDeviation` = one deviation, 0 in the margin
 */
export function normalise(grey: Uint8Array, grid: Grid, light: Light, room: Room): Int16Array {
  const { columns, rows, stride, lines, widthPx, heightPx } = grid
  const plane = room.i16(stride * lines)
  // One more column and row on either side: the middle of the outermost blocks lies inside the image.
  const wide = columns + 2
  const means = room.i32(wide * (rows + 2))
  const gains = room.i32(wide * (rows + 2))
  for (let row = 0; row < rows + 2; row++) {
    for (let column = 0; column < wide; column++) {
      const from = clamp(row - 1, rows) * columns + clamp(column - 1, columns)
      means[row * wide + column] = Math.round(light.mean[from]! * meanUnit)
      const deviation = light.deviation[from]!
      gains[row * wide + column] = Math.round(
        ((unitDeviation / meanUnit) * (1 << gainBits) * deviation) / (deviation * deviation + grainDeviation * grainDeviation),
      )
    }
  }
  if (room.simd) {
    const line = room.u8(widthPx + 2 * marginPx)
    room.simd.kernels.extractNormalise(
      grey.byteOffset,
      widthPx,
      heightPx,
      columns,
      stride,
      means.byteOffset,
      gains.byteOffset,
      gainBits,
      mostDeviation,
      plane.byteOffset,
      line.byteOffset,
    )
    return plane
  }
  for (let y = 0; y < heightPx; y++) normaliseLine(grey, plane, means, gains, y, widthPx, wide, (y + marginPx) * stride + marginPx)
  return plane
}

/** Means and gains between the middles of blocks are interpolated in sixteenths. */
function normaliseLine(
  grey: Uint8Array,
  plane: Int16Array,
  means: Int32Array,
  gains: Int32Array,
  y: number,
  widthPx: number,
  wide: number,
  start: number,
): void {
  const half = blockPx / 2
  const row = (y + half) >> 3
  const down = 2 * ((y + half) & 7) + 1
  const up = 16 - down
  const upper = row * wide
  const lower = upper + wide
  for (let x = 0; x < widthPx; x++) {
    const column = (x + half) >> 3
    const right = 2 * ((x + half) & 7) + 1
    const left = 16 - right
    const a = upper + column
    const b = lower + column
    const mean = (left * ((up * means[a]! + down * means[b]!) >> 4) + right * ((up * means[a + 1]! + down * means[b + 1]!) >> 4)) >> 4
    const gain = (left * ((up * gains[a]! + down * gains[b]!) >> 4) + right * ((up * gains[a + 1]! + down * gains[b + 1]!) >> 4)) >> 4
    const value = ((mean - grey[y * widthPx + x]! * meanUnit) * gain) >> gainBits
    plane[start + x] = Math.max(-mostDeviation, Math.min(mostDeviation, value))
  }
}

const clamp = (value: number, count: number): number => Math.max(0, Math.min(count - 1, value))

/** Binomial 1 4 6 4 1 in both directions: takes away grain, leaves ridges of 5 px period half their height. */
export function smoothPlane(from: Int16Array, grid: Grid, room: Room): Int16Array {
  const { stride, lines } = grid
  const to = room.i16(stride * lines)
  const between = room.i16(stride + 2 * marginPx)
  if (room.simd) {
    room.simd.kernels.extractSmooth(from.byteOffset, to.byteOffset, stride, lines, between.byteOffset)
    return to
  }
  for (let line = 2; line < lines - 2; line++) {
    const at = line * stride
    for (let x = 0; x < stride; x++) {
      const i = at + x
      between[x] = (from[i - 2 * stride]! + from[i + 2 * stride]! + 4 * (from[i - stride]! + from[i + stride]!) + 6 * from[i]! + 8) >> 4
    }
    for (let x = 8; x < stride - 8; x++) {
      to[at + x] = (between[x - 2]! + between[x + 2]! + 4 * (between[x - 1]! + between[x + 1]!) + 6 * between[x]! + 8) >> 4
    }
  }
  return to
}
