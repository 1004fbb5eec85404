// Counts of different and common bits of two iris codes, turned against each other step by step, sector by sector. Knows bits alone.

import type { Simd } from '../../simd/simd.js'
import { codeColumns, codeLanes, type IrisCode } from '../code.js'

/** Columns either way: 256 columns are 360°, so 15.5°. An upright head in front of a camera leans less. */
export const mostTurns = 11
export const turnSteps = 2 * mostTurns + 1
/** 22.5° a sector. */
const perSector = 16
export const sectors = codeColumns / perSector

/** For each turn from `-mostTurns` and each sector: different bits, common bits. */
export type ShiftCounts = Uint16Array

const lanesTurned = mostTurns * codeLanes

/** @returns a table of `turnSteps * sectors * 2` */
export function countShifts(a: IrisCode, b: IrisCode, simd?: Simd): ShiftCounts {
  return simd ? byTwin(a, b, simd) : byReference(a, b)
}

function byReference(a: IrisCode, b: IrisCode): ShiftCounts {
  const out = new Uint16Array(turnSteps * sectors * 2)
  const bits = repeated(b.bits)
  const mask = repeated(b.mask)
  for (let turn = 0; turn < turnSteps; turn++) {
    for (let i = 0; i < a.bits.length; i++) {
      const at = i + turn * codeLanes
      const seen = a.mask[i]! & mask[at]!
      const to = 2 * (turn * sectors + Math.floor(i / (perSector * codeLanes)))
      out[to]! += ones((a.bits[i]! ^ bits[at]!) & seen)
      out[to + 1]! += ones(seen)
    }
  }
  return out
}

function byTwin(a: IrisCode, b: IrisCode, simd: Simd): ShiftCounts {
  return simd.lease((take) => {
    const [plain, turned, table] = [a.bits.byteLength, a.bits.byteLength + 4 * lanesTurned, 4 * turnSteps * sectors]
    const offsets = [take(plain), take(plain), take(turned), take(turned), take(table)] as const
    const { buffer } = simd.memory
    new Uint16Array(buffer, offsets[0], a.bits.length).set(a.bits)
    new Uint16Array(buffer, offsets[1], a.mask.length).set(a.mask)
    repeat(b.bits, new Uint16Array(buffer, offsets[2], turned / 2))
    repeat(b.mask, new Uint16Array(buffer, offsets[3], turned / 2))
    simd.kernels.irisShifts(offsets[0], offsets[1], offsets[2], offsets[3], codeColumns, perSector, mostTurns, offsets[4])
    return new Uint16Array(buffer, offsets[4], table / 2).slice()
  })
}

/** The code with its last columns in front of it and its first ones behind. */
function repeat(from: Uint16Array, to: Uint16Array): void {
  to.set(from.subarray(from.length - lanesTurned), 0)
  to.set(from, lanesTurned)
  to.set(from.subarray(0, lanesTurned), lanesTurned + from.length)
}

function repeated(from: Uint16Array): Uint16Array {
  const to = new Uint16Array(from.length + 2 * lanesTurned)
  repeat(from, to)
  return to
}

/** Bits set in 16. */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555)
  const fours = (pairs & 0x3333) + ((pairs >>> 2) & 0x3333)
  return ((((fours + (fours >>> 4)) & 0x0f0f) * 0x0101) >>> 8) & 0x1f
}
