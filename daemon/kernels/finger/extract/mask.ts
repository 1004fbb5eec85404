// Where the print is: blocks whose contrast is that of the print and that the ridge filter explains.

import { smoothMap } from './normalise.js'
import { blockPx, type Grid, marginPx, type Room } from './planes.js'

/** Grey levels of local deviation below which there is nothing but grain. */
const leastDeviation = 4
/** Share of the deviation of the print's better blocks. */
const leastShare = 0.22
/** Correlation of filtered with original below which the filter made the ridges up. Noise gives about 0.4. */
const leastAgreement = 0.55

/** Blocks that may belong to the print, by contrast alone. */
export function contrastMask(deviation: Float32Array): Uint8Array {
  const sorted = deviation.filter((value) => value > leastDeviation).sort()
  const good = sorted[Math.floor(0.8 * sorted.length)] ?? 0
  const least = Math.max(leastDeviation, leastShare * good)
  const mask = new Uint8Array(deviation.length)
  for (let at = 0; at < mask.length; at++) mask[at] = deviation[at]! >= least ? 1 : 0
  return mask
}

/** Correlation of the filtered plane with the one it was made of, in about 30 px around each block, 0 to 1. */
export function agreementMap(original: Int16Array, filtered: Int16Array, grid: Grid, room: Room): Float32Array {
  const { columns, rows, stride } = grid
  const count = columns * rows
  const [both, first, second] = [room.f32(count), room.f32(count), room.f32(count)]
  if (room.simd) {
    const { kernels } = room.simd
    kernels.extractProducts(
      original.byteOffset,
      filtered.byteOffset,
      stride,
      columns,
      rows,
      both.byteOffset,
      first.byteOffset,
      second.byteOffset,
    )
  } else blockProducts(original, filtered, grid, both, first, second)
  for (const map of [both, first, second]) smoothMap(map, columns, rows)
  for (let at = 0; at < count; at++) both[at] = Math.max(0, both[at]! / Math.sqrt(first[at]! * second[at]! + 1))
  return both
}

function blockProducts(
  original: Int16Array,
  filtered: Int16Array,
  grid: Grid,
  both: Float32Array,
  first: Float32Array,
  second: Float32Array,
): void {
  const { columns, rows, stride } = grid
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const start = (row * blockPx + marginPx) * stride + column * blockPx + marginPx
      let ab = 0
      let aa = 0
      let bb = 0
      for (let line = 0; line < blockPx; line++) {
        for (let i = start + line * stride; i < start + line * stride + blockPx; i++) {
          const a = original[i]!
          const b = filtered[i]!
          ab += a * b
          aa += a * a
          bb += b * b
        }
      }
      const at = row * columns + column
      both[at] = ab
      first[at] = aa
      second[at] = bb
    }
  }
}

/** Where the filter agrees, smoothed, without holes and islands. */
export function printMask(agreement: Float32Array, contrast: Uint8Array, grid: Grid, room: Room): Uint8Array {
  const { columns, rows } = grid
  const share = new Float32Array(columns * rows)
  for (let at = 0; at < share.length; at++)
    share[at] = contrast[at]! * Math.max(0, Math.min(1, (agreement[at]! - leastAgreement) * 8 + 0.5))
  smoothMap(share, columns, rows)
  const mask = room.u8(columns * rows)
  for (let at = 0; at < mask.length; at++) mask[at] = share[at]! > 0.5 ? 1 : 0
  return mask
}
