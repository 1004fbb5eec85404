// A finger image reduced to blocks of 8 × 8 pixels: how light, how lively, and which way its lines run. Pure.
// All of segmentation and the live measure work on this map; only here is every pixel touched.

import type { Simd } from '../../simd/simd.js'

export const blockPx = 8

/** Blocks that vary less than this hold nothing that could be a ridge: their gradients are not looked at. */
const stillDeviation = 4

export interface BlockMap {
  readonly columns: number
  readonly rows: number
  /** Mean grey of each block, row-major. */
  readonly mean: Float32Array
  /** Standard deviation of the grey in each block. */
  readonly deviation: Float32Array
  /** Gradient tensor of each block, sums of squares of central differences; zeros where the block is still. */
  readonly xx: Float32Array
  readonly yy: Float32Array
  readonly xy: Float32Array
}

/**
 * @param grey 8-bit grey, row-major, 500 ppi
 * @returns incomplete blocks at the right and lower edge are left out
 */
export function blockMap(grey: Uint8Array, widthPx: number, heightPx: number, simd?: Simd): BlockMap {
  const columns = Math.floor(widthPx / blockPx)
  const rows = Math.floor(heightPx / blockPx)
  if (simd) return blockMapTwin(grey, widthPx, heightPx, columns, rows, simd)
  const plane = () => new Float32Array(columns * rows)
  const map = { columns, rows, mean: plane(), deviation: plane(), xx: plane(), yy: plane(), xy: plane() }
  for (let row = 0; row < rows; row++) {
    statisticsOfRow(grey, widthPx, row, map)
    gradientsOfRow(grey, widthPx, heightPx, row, map)
  }
  return map
}

function blockMapTwin(grey: Uint8Array, widthPx: number, heightPx: number, columns: number, rows: number, simd: Simd): BlockMap {
  return simd.lease((take) => {
    const count = columns * rows
    const image = take(widthPx * heightPx)
    const out = take(5 * 4 * count)
    new Uint8Array(simd.memory.buffer, image, widthPx * heightPx).set(grey)
    simd.kernels.segmentBlocks(image, widthPx, heightPx, columns, rows, out, stillDeviation)
    const plane = (index: number) => new Float32Array(simd.memory.buffer, out + 4 * count * index, count).slice()
    return { columns, rows, mean: plane(0), deviation: plane(1), xx: plane(2), yy: plane(3), xy: plane(4) }
  })
}

/** Every second pixel row: ridges are nine pixels wide, half of the samples tells the same. */
function statisticsOfRow(grey: Uint8Array, stride: number, row: number, { columns, mean, deviation }: BlockMap): void {
  const samples = (blockPx * blockPx) / 2
  for (let column = 0; column < columns; column++) {
    let sum = 0
    let squares = 0
    for (let y = 0; y < blockPx; y += 2) {
      const line = (row * blockPx + y) * stride + column * blockPx
      for (let at = line; at < line + blockPx; at++) {
        const value = grey[at]!
        sum += value
        squares += value * value
      }
    }
    const middle = sum / samples
    mean[row * columns + column] = middle
    deviation[row * columns + column] = Math.sqrt(Math.max(0, squares / samples - middle * middle))
  }
}

function gradientsOfRow(grey: Uint8Array, stride: number, heightPx: number, row: number, map: BlockMap): void {
  const { columns, deviation } = map
  for (let column = 0; column < columns; column++) {
    const block = row * columns + column
    if (deviation[block]! < stillDeviation) continue
    // The outermost pixels of the image have no neighbours to differ from.
    const left = Math.max(1, column * blockPx)
    const right = Math.min(stride - 1, (column + 1) * blockPx)
    let xx = 0
    let yy = 0
    let xy = 0
    for (let y = Math.max(1, row * blockPx + 1); y < Math.min(heightPx - 1, (row + 1) * blockPx); y += 2) {
      for (let at = y * stride + left; at < y * stride + right; at++) {
        const gx = grey[at + 1]! - grey[at - 1]!
        const gy = grey[at + stride]! - grey[at - stride]!
        xx += gx * gx
        yy += gy * gy
        xy += gx * gy
      }
    }
    map.xx[block] = xx
    map.yy[block] = yy
    map.xy[block] = xy
  }
}
