// Lines of one pixel and where they end. Everything that is done to the lines (join, cut, measure) works on one picture of bytes:
// a minutia is an end of a line of ridges, or of a line of valleys (which is where a ridge forks).

import type { Bits } from './thin.js'

/** 1 on the lines, one empty pixel around: pixel (x, y) lies at `(y + 1) * stride + x + 1`. */
export interface Skeleton {
  readonly stride: number
  readonly cells: Uint8Array
  /** The eight neighbours in order around a cell, starting with east, first of them repeated. */
  readonly ring: Int32Array
  /** The cells that were on a line when the skeleton was made. */
  readonly found: Int32Array
}

export function skeletonOf(bits: Bits, widthPx: number): Skeleton {
  const stride = widthPx + 2
  const cells = new Uint8Array(stride * bits.lines)
  const found: number[] = []
  for (let line = 1; line < bits.lines - 1; line++) {
    for (let k = 4; k < bits.wordsPerLine - 4; k++) {
      let word = bits.words[line * bits.wordsPerLine + k]!
      while (word !== 0) {
        const low = word & -word
        const at = line * stride + 32 * (k - 4) + 31 - Math.clz32(low) + 1
        cells[at] = 1
        found.push(at)
        word ^= low
      }
    }
  }
  return {
    stride,
    cells,
    ring: new Int32Array([1, 1 - stride, -stride, -stride - 1, -1, stride - 1, stride, stride + 1, 1]),
    found: Int32Array.from(found),
  }
}

/** Crossing number of Rutovitz halved: lines that leave the cell. 1 at an end, 2 along a line, 3 and more at a fork. */
export function linesFrom({ cells, ring }: Skeleton, at: number): number {
  let changes = 0
  let previous = cells[at + ring[0]!]! & 1
  for (let i = 1; i <= 8; i++) {
    const value = cells[at + ring[i]!]! & 1
    changes += previous ^ value
    previous = value
  }
  return changes >> 1
}

/** Cells where a line ends, in the order of the picture. */
export function endsOf(skeleton: Skeleton): Int32Array {
  return skeleton.found.filter((at) => linesFrom(skeleton, at) === 1)
}

/** What a walk met: the other end, a fork, or it had gone far enough. */
export const walkMet = { end: 0, fork: 1, enough: 2 } as const

/** Room of a walk: cells in order from the end on. */
export interface Walk {
  readonly path: Int32Array
  length: number
  met: number
}

/** Follows the line from its end for at most `path.length` cells; a fork is not part of the path. */
export function walkFrom(skeleton: Skeleton, end: number, most: number, walk: Walk): void {
  const { cells, ring } = skeleton
  const { path } = walk
  let at = end
  let length = 0
  walk.met = walkMet.enough
  while (length < most) {
    path[length++] = at
    cells[at] = 3
    // Straight neighbours first: a corner of a staircase is passed over both its sides.
    let next = 0
    for (let i = 0; i < 8 && next === 0; i += 2) if (cells[at + ring[i]!] === 1) next = at + ring[i]!
    for (let i = 1; i < 8 && next === 0; i += 2) if (cells[at + ring[i]!] === 1) next = at + ring[i]!
    if (next === 0) {
      walk.met = walkMet.end
      break
    }
    if (linesFrom(skeleton, next) > 2) {
      walk.met = walkMet.fork
      break
    }
    at = next
  }
  walk.length = length
  for (let i = 0; i < length; i++) cells[path[i]!] = 1
}
