// 1:1 comparison of iris codes. Knows codes only: no picture, no policy of what a distance decides.

import type { Simd } from '../simd/simd.js'
import { codeColumns, type IrisCode } from './code.js'
import { countShifts, mostTurns, type ShiftCounts, sectors, turnSteps } from './match/shifts.js'

export interface IrisComparison {
  /** 0 alike to 1; two different eyes lie near 0.45. See `irisPoints`. */
  readonly distance: number
  /** Share of the common bits that differ, at the best turn; 0.5 when nothing is common. */
  readonly hamming: number
  readonly commonBits: number
  /** How far `b` is turned against `a`, degrees clockwise as seen. */
  readonly turnDeg: number
  /** Too little iris is visible in both: the distance then says nothing and is 0.5. */
  readonly enough: boolean
}

/** Distances that two different eyes fall below once in so many comparisons; placeholders until measured. */
export const irisPoints = { fmr1in100: 0.4, fmr1in1000: 0.38, fmr1in10000: 0.36 } as const

/** Below so many common bits a low distance comes by chance. */
const leastCommonBits = 1200
/** Common bits of two good looks: there the distance is the plain share of different bits (Daugman 2007, "normalised Hamming distance"). */
const usualCommonBits = 6000

export function compareIris(a: IrisCode, b: IrisCode, simd?: Simd): IrisComparison {
  return judge(countShifts(a, b, simd))
}

function judge(counts: ShiftCounts): IrisComparison {
  let best: IrisComparison = { distance: 0.5, hamming: 0.5, commonBits: 0, turnDeg: 0, enough: false }
  for (let turn = 0; turn < turnSteps; turn++) {
    let [different, common] = [0, 0]
    for (let sector = 0; sector < sectors; sector++) {
      const at = 2 * (turn * sectors + sector)
      different += counts[at]!
      common += counts[at + 1]!
    }
    if (common < leastCommonBits) continue
    const hamming = different / common
    const distance = 0.5 - (0.5 - hamming) * Math.sqrt(common / usualCommonBits)
    if (!best.enough || distance < best.distance)
      best = { distance, hamming, commonBits: common, turnDeg: ((turn - mostTurns) * 360) / codeColumns, enough: true }
  }
  return best
}
