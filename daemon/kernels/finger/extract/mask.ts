// Where the print is: blocks whose contrast is that of the print and that the ridge filter explains.

import { smoothMap } from './normalise.js'
import { blockPx, type Grid, marginPx, type Room } from './planes.js'

/** Grey levels of local deviation below which there is nothing but grain. */
const leastDeviation = 4
/** Blocks of this rank by strength stand for what lies around the print, and for its better part. */
const groundRank = 0.08
const goodRank = 0.8
/** Shares of the strength of the better part that every block of the print, and none outside, is held to have. */
const leastShare = 0.15
const mostShare = 0.35
/** Correlation of filtered with original below which the filter made the ridges up. Noise gives about 0.4. */
const leastAgreement = 0.55
/** Regularity (frequency.ts) below which it is a lonely line, writing or a smear. */
const leastRegularity = 0.1
/** Holes of up to so many blocks are a crease, a blot or a core inside the print. */
const mostHole = 30
/** Islands below these (blocks; share of all) are a word, a smudge or a corner of another print. */
const leastIsland = 20
const islandShare = 0.04

/** Blocks that may belong to the print, by contrast alone. */
export function contrastMask(deviation: Float32Array): Uint8Array {
  const sorted = deviation.filter((value) => value > leastDeviation).sort()
  const good = sorted[Math.floor(goodRank * sorted.length)] ?? 0
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

/**
 * Where the ridges that the filter found are strong beside those of the rest of the print, and it did not make them up; smoothed,
 * without holes and islands.
 */
export function printMask(agreement: Float32Array, deviation: Float32Array, regularity: Float32Array, grid: Grid, room: Room): Uint8Array {
  const { columns, rows } = grid
  const strength = agreement.map((value, at) => value * deviation[at]!)
  const least = leastStrength(strength)
  const share = new Float32Array(columns * rows)
  for (let at = 0; at < share.length; at++) {
    const agrees = Math.max(0, Math.min(1, (agreement[at]! - leastAgreement) * 8 + 0.5))
    const regular = Math.max(0, Math.min(1, (regularity[at]! - leastRegularity) * 10 + 0.5))
    share[at] = agrees * regular * Math.max(0, Math.min(1, (strength[at]! / least - 1) * 2 + 0.5))
  }
  smoothMap(share, columns, rows)
  const mask = room.u8(columns * rows)
  for (let at = 0; at < mask.length; at++) mask[at] = share[at]! > 0.5 ? 1 : 0
  dropPatches(mask, grid, 0, mostHole)
  dropPatches(mask, grid, 1, Math.max(leastIsland, islandShare * mask.reduce((sum, each) => sum + each, 0)))
  return mask
}

/** Joined blocks of `value`, at most `most` of them and none at the border when they are holes, become the other value. */
function dropPatches(mask: Uint8Array, { columns, rows }: Grid, value: 0 | 1, most: number): void {
  const seen = new Uint8Array(mask.length)
  const patch = new Int32Array(mask.length)
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] !== value || seen[start] === 1) continue
    let count = 0
    let atBorder = false
    patch[count++] = start
    seen[start] = 1
    for (let next = 0; next < count; next++) {
      const at = patch[next]!
      const column = at % columns
      const row = (at - column) / columns
      if (column === 0 || row === 0 || column === columns - 1 || row === rows - 1) atBorder = true
      for (let side = 0; side < 4; side++) {
        const x = column + (side === 0 ? 1 : side === 1 ? -1 : 0)
        const y = row + (side === 2 ? 1 : side === 3 ? -1 : 0)
        const to = y * columns + x
        if (x < 0 || y < 0 || x >= columns || y >= rows || mask[to] !== value || seen[to] === 1) continue
        seen[to] = 1
        patch[count++] = to
      }
    }
    if (count <= most && (value === 1 || !atBorder)) for (let i = 0; i < count; i++) mask[patch[i]!] = 1 - value
  }
}

/** Between what lies around the print and the print's better blocks, nearer to the former. */
function leastStrength(strength: Float32Array): number {
  const sorted = strength.slice().sort()
  const ground = sorted[Math.floor(groundRank * sorted.length)]!
  const above = sorted.filter((value) => value > leastDeviation)
  const good = above[Math.floor(goodRank * above.length)] ?? 0
  const between = ground + 0.2 * (good - ground)
  return Math.max(leastDeviation, Math.min(mostShare * good, Math.max(leastShare * good, between)))
}
