// Counts of different and common bits of two iris codes, turned against each other step by step, sector by sector. Knows bits alone.

import { codeColumns, codeLanes, type IrisCode } from '../code-shape.js'

/** Columns either way: 256 columns are 360°, so 15.5°. An upright head in front of a camera leans less. */
export const mostTurns = 11
/** Counted so far beyond, for sectors that are turned more than the eye as a whole. */
export const slack = 4
const turns = mostTurns + slack
export const countedTurns = 2 * turns + 1
/** Room for one more: a power of two. */
export const tableTurns = 32
/** 22.5° each. */
export const perSector = 16
export const sectors = codeColumns / perSector
/** Different and common bits of the inner rings, different and common bits of the outer ones. */
export const countsPerSector = 4
export const tableLength = sectors * countsPerSector * tableTurns

const lanesTurned = turns * codeLanes
export const turnedLength = codeColumns * codeLanes + 2 * lanesTurned

/** @param out for each sector four counts, each for `tableTurns` turns from `-mostTurns - slack` on */
export function countShifts(a: IrisCode, b: IrisCode, out: Uint16Array): void {
  const bits = new Uint16Array(turnedLength)
  const mask = new Uint16Array(turnedLength)
  repeat(b.bits, bits)
  repeat(b.mask, mask)
  out.fill(0)
  for (let turn = 0; turn < countedTurns; turn++) {
    for (let i = 0; i < a.bits.length; i++) {
      const at = i + turn * codeLanes
      const seen = a.mask[i]! & mask[at]!
      const different = (a.bits[i]! ^ bits[at]!) & seen
      const to = Math.floor(i / (perSector * codeLanes)) * countsPerSector * tableTurns + turn
      out[to]! += ones(different & 0xff)
      out[to + tableTurns]! += ones(seen & 0xff)
      out[to + 2 * tableTurns]! += ones(different >>> 8)
      out[to + 3 * tableTurns]! += ones(seen >>> 8)
    }
  }
}

/** The code with its last columns in front of it and its first ones behind. */
export function repeat(from: Uint16Array, to: Uint16Array): void {
  to.set(from.subarray(from.length - lanesTurned), 0)
  to.set(from, lanesTurned)
  to.set(from.subarray(0, lanesTurned), lanesTurned + from.length)
}

/** Bits set in a byte. */
function ones(byte: number): number {
  const pairs = byte - ((byte >>> 1) & 0x55)
  const fours = (pairs & 0x33) + ((pairs >>> 2) & 0x33)
  return (fours + (fours >>> 4)) & 0x0f
}
