// 1:1 comparison of iris codes. Knows codes only: no picture, no policy of what a distance decides.

import type { Simd } from '../simd/simd.js'
import { codeColumns, type IrisCode } from './code-shape.js'
import { countedTurns, countShifts, mostTurns, perSector, repeat, sectors, tableLength, turnedLength } from './match/shifts.js'
import { bends, judgedTurns, outcomeTurns, straighten } from './match/straighten.js'

export interface IrisComparison {
  /** 0 alike to 0.5, where two different eyes crowd below 0.45; see `irisPoints`. */
  readonly distance: number
  /** Share of the common bits that differ, at the best turn; 0.5 when nothing is common. */
  readonly hamming: number
  readonly commonBits: number
  /** How far `b` is turned against `a`, degrees clockwise as seen. */
  readonly turnDeg: number
  /** False: too little iris is visible in both; the distance then says nothing and is 0.5. */
  readonly enough: boolean
}

/**
 * Distances that two different eyes fall below once in so many comparisons. Counted on drawn eyes: 100 125 comparisons each in sets that emulate
 * MMU1 and CASIA-Iris v1, 12 480 of the station's camera; of the three the strictest, rounded down (0.373, 0.353, 0.334). The last stands on ten
 * comparisons. Real irises resemble each other more or less than drawn ones: count again where real ones may be had (bench/iris-rates.ts).
 */
export const irisPoints = { fmr1in100: 0.37, fmr1in1000: 0.35, fmr1in10000: 0.33 } as const

/** Below so many common bits a low share comes by chance. */
const leastCommonBits = 1200
/** The most that two codes can have in common: with them the distance is the plain share of different bits (Daugman 2007). */
const mostCommonBits = 12_288

/** @returns the same for `b` against `a`, but for the turn and rare ties */
export function compareIris(a: IrisCode, b: IrisCode, simd?: Simd): IrisComparison {
  const outcome = simd ? byTwin(a, b, simd) : byReference(a, b)
  let best: IrisComparison = { distance: 0.5, hamming: 0.5, commonBits: 0, turnDeg: 0, enough: false }
  for (let turn = 0; turn < judgedTurns; turn++) {
    const commonBits = outcome[outcomeTurns + turn]!
    if (commonBits < leastCommonBits) continue
    const hamming = outcome[turn]! / commonBits
    const distance = Math.min(0.5, 0.5 - (0.5 - hamming) * Math.sqrt(commonBits / mostCommonBits))
    if (best.enough && distance >= best.distance) continue
    best = { distance, hamming, commonBits, turnDeg: ((turn - mostTurns) * 360) / codeColumns, enough: true }
  }
  return best
}

/** For each turn the weighted different bits, then the common bits; see `straighten`. */
function byReference(a: IrisCode, b: IrisCode): Float32Array {
  const table = new Uint16Array(tableLength)
  const outcome = new Float32Array(2 * outcomeTurns)
  countShifts(a, b, table)
  straighten(table, outcome)
  return outcome
}

function byTwin(a: IrisCode, b: IrisCode, simd: Simd): Float32Array {
  return simd.lease((take) => {
    const { length } = a.bits
    const at = { a: take(2 * length), aMask: take(2 * length), b: take(2 * turnedLength), bMask: take(2 * turnedLength) }
    const table = take(2 * tableLength)
    const [offsets, penalties, out] = [take(bends.offsets.length), take(4 * bends.penalties.length), take(8 * outcomeTurns)]
    const { buffer } = simd.memory
    new Uint16Array(buffer, at.a, length).set(a.bits)
    new Uint16Array(buffer, at.aMask, length).set(a.mask)
    repeat(b.bits, new Uint16Array(buffer, at.b, turnedLength))
    repeat(b.mask, new Uint16Array(buffer, at.bMask, turnedLength))
    new Uint8Array(buffer, offsets, bends.offsets.length).set(bends.offsets)
    new Float32Array(buffer, penalties, bends.penalties.length).set(bends.penalties)
    simd.kernels.irisShifts(at.a, at.aMask, at.b, at.bMask, codeColumns, perSector, countedTurns, table)
    simd.kernels.irisStraighten(table, sectors, offsets, penalties, bends.penalties.length, out)
    return new Float32Array(buffer, out, 2 * outcomeTurns).slice()
  })
}
