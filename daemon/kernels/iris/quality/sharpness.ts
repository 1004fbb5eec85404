// How sharp: the band-pass of ISO/IEC 29794-6 (Daugman's 8x8 idea on a 9x9 kernel as BIQT-Iris has it), and blur along one direction.

import type { Simd } from '../../simd/simd.js'
import type { Circle, IrisLocation } from '../location.js'

/** Upper half with the middle row; the lower half mirrors it. */
const kernelRows = [
  [0, 1, 1, 2, 2, 2, 1, 1, 0],
  [1, 2, 4, 5, 5, 5, 4, 2, 1],
  [1, 4, 5, 3, 0, 3, 5, 4, 1],
  [2, 5, 3, -12, -24, -12, 3, 5, 2],
  [2, 5, 0, -24, -40, -24, 0, 5, 2],
] as const
const sharpnessKernel = Int16Array.from({ length: 81 }, (_, i) => kernelRows[Math.min(Math.floor(i / 9), 8 - Math.floor(i / 9))]![i % 9]!)
const stride = 4
const half = 4
/** Power at which the measure is 50. */
const halfPower = 180_000

export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/**
 * @param box of the image, its right and bottom edges excluded; the whole image where the standard's own number is wanted
 * @returns 0 to 100
 */
export function sharpness(grey: Uint8Array, widthPx: number, box: Box, simd?: Simd): number {
  const sum = simd ? bandPowerByTwin(grey, widthPx, box, simd) : bandPower(grey, widthPx, box)
  const power = sum / Math.max(1, (box.right - box.left) * (box.bottom - box.top))
  return (100 * power ** 2) / (power ** 2 + halfPower ** 2)
}

export function bandPower(grey: Uint8Array, widthPx: number, { left, top, right, bottom }: Box): number {
  let sum = 0
  for (let y = top + half; y < bottom - half; y += stride) {
    for (let x = left + half; x < right - half; x += stride) {
      let response = 0
      for (let row = 0; row < 9; row++) {
        const from = (y + row - half) * widthPx + x - half
        for (let column = 0; column < 9; column++) response += sharpnessKernel[row * 9 + column]! * grey[from + column]!
      }
      sum += response * response
    }
  }
  return sum
}

export function bandPowerByTwin(grey: Uint8Array, widthPx: number, { left, top, right, bottom }: Box, simd: Simd): number {
  return simd.lease((take) => {
    const rows = grey.subarray(top * widthPx, bottom * widthPx)
    const from = take(rows.length + 16)
    new Uint8Array(simd.memory.buffer, from, rows.length).set(rows)
    return simd.kernels.irisBandPower(from, widthPx, left, 0, right, bottom - top)
  })
}

/** Square about the iris, cut at the image. */
export function irisBox({ x, y, r }: Circle, widthPx: number, heightPx: number): Box {
  return {
    left: Math.max(0, Math.floor(x - r)),
    top: Math.max(0, Math.floor(y - r)),
    right: Math.min(widthPx, Math.ceil(x + r) + 1),
    bottom: Math.min(heightPx, Math.ceil(y + r) + 1),
  }
}

/**
 * Motion in one picture, 0 none to 1: how much less detail there is along one direction than across it. Taken where radial and
 * tangential texture weigh alike, about the lower diagonals (lids hide the upper ones). It sees blur along a line, not that of a
 * shake to and fro, and a lens with astigmatism looks the same.
 */
export function directionality(grey: Uint8Array, widthPx: number, heightPx: number, { iris, pupil, mask }: IrisLocation): number {
  // Tensor of each diagonal by itself: the texture of one runs askew, the mirror image of the other.
  const tensors = [
    [0, 0, 0, 0],
    [0, 0, 0, 0],
  ]
  const from = Math.max(1, Math.floor(iris.y))
  const until = Math.min(heightPx - 2, Math.ceil(iris.y + iris.r))
  for (let y = from; y <= until; y++) {
    for (let x = Math.max(1, Math.floor(iris.x - iris.r)); x <= Math.min(widthPx - 2, iris.x + iris.r); x++) {
      const at = y * widthPx + x
      const aslant = Math.abs(x - iris.x) / Math.max(1, y - iris.y)
      if (aslant < 0.58 || aslant > 1.73 || mask[at] !== 255) continue
      if ((x - iris.x) ** 2 + (y - iris.y) ** 2 > (0.9 * iris.r) ** 2 || (x - pupil.x) ** 2 + (y - pupil.y) ** 2 < (1.1 * pupil.r) ** 2)
        continue
      // Neighbours that are masked would bring the edges of lids and lashes in.
      if (mask[at - 1] !== 255 || mask[at + 1] !== 255 || mask[at - widthPx] !== 255 || mask[at + widthPx] !== 255) continue
      const across = grey[at + 1]! - grey[at - 1]!
      const down = grey[at + widthPx]! - grey[at - widthPx]!
      const tensor = tensors[x < iris.x ? 0 : 1]!
      tensor[0]! += across * across
      tensor[1]! += down * down
      tensor[2]! += across * down
      tensor[3]!++
    }
  }
  const [a, b] = tensors
  if (a![3]! < 50 || b![3]! < 50) return 0
  const part = (k: number): number => a![k]! / a![3]! + b![k]! / b![3]!
  const [xx, yy, xy] = [part(0), part(1), part(2)]
  return xx + yy === 0 ? 0 : Math.hypot(xx - yy, 2 * xy) / (xx + yy)
}
