// Orientation flow: how much the ridge direction changes from block to block (ISO/IEC 29794-4; NFIQ 2 v2.2.0).

import { allRidges, type BlockSums, ridgeMask } from './block-sums.js'
import { gradientSums, ridgeNormal } from './gradients.js'
import type { ValueList } from './histogram.js'

/** Blocks begin here: half of what the 36 px neighbourhood of a turned block is wider than the 16 px block. */
const offsetPx = 10
const radians = Math.PI / 180
/** Smaller changes are the finger's own curve. */
const leastTurn = 4 * radians
const turnRange = 90 * radians - leastTurn

/** @param blocks  of 16 px */
export function orientationFlow(grey: Uint8Array, blocks: BlockSums, values: ValueList): void {
  const { blockPx, widthPx, heightPx } = blocks
  const columns = Math.max(0, Math.floor((widthPx - 2 * offsetPx) / blockPx))
  const rows = Math.max(0, Math.floor((heightPx - 2 * offsetPx) / blockPx))
  const mask = ridgeMask(blocks)
  const normals = new Float64Array(columns * rows)
  const sums = new Float64Array(3)
  const inside = new Uint8Array(columns * rows)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const left = offsetPx + column * blockPx
      const top = offsetPx + row * blockPx
      if (!allRidges(mask, blocks, left, top)) continue
      gradientSums(grey, widthPx, left, top, blockPx, blockPx, sums)
      normals[row * columns + column] = ridgeNormal(sums)
      inside[row * columns + column] = 1
    }
  }
  for (let row = 1; row < rows - 1; row++) {
    for (let column = 1; column < columns - 1; column++) {
      const turn = meanTurn(normals, inside, row * columns + column, columns)
      if (turn > leastTurn) values.add((turn - leastTurn) / turnRange)
    }
  }
}

/** Mean difference to the eight neighbours, without regard that 0 and π are one direction (NFIQ 2 v2.2.0); 0 at the edge of the ridges. */
function meanTurn(normals: Float64Array, inside: Uint8Array, at: number, columns: number): number {
  let turn = 0
  for (let neighbour = at - columns - 1; neighbour <= at + columns - 1; neighbour += columns) {
    for (let side = 0; side < 3; side++) {
      if (inside[neighbour + side] === 0) return 0
      turn += Math.abs(normals[at]! - normals[neighbour + side]!)
    }
  }
  return turn / 8
}
