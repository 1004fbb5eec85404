// Undoes what a circle that was found a little off does to a code: its columns are turned to and fro along the angle. Knows counts alone.

import { countsPerSector, mostTurns, sectors, slack, tableTurns } from './shifts.js'

/** Turns from `-mostTurns` on. */
export const judgedTurns = 2 * mostTurns + 1
/** Room for one more. */
export const outcomeTurns = 24

/**
 * A centre that is off by (dx, dy) turns the column at angle t by (dx sin t - dy cos t) / radius. In columns of 1.4°: 3 are an eighth of a
 * radian over the sector's circle, e.g. 1.5 px of a pupil of 20 px.
 */
const amplitudes = [-3, -1.5, 0, 1.5, 3]
/** Of the share of different bits, for each square column: larger bends must earn their place. */
const penalty = 0.0015

interface Bends {
  /** For each bend and sector the offset in the table, from its first turn. */
  readonly offsets: Uint8Array
  readonly penalties: Float32Array
}

export const bends: Bends = (() => {
  const all = amplitudes.flatMap((a) => amplitudes.map((b) => ({ a, b })))
  return {
    offsets: Uint8Array.from(
      all.flatMap(({ a, b }) =>
        Array.from({ length: sectors }, (_, sector) => {
          const angle = (2 * Math.PI * (sector + 0.5)) / sectors
          return slack + Math.round(a * Math.cos(angle) + b * Math.sin(angle))
        }),
      ),
    ),
    penalties: Float32Array.from(all, ({ a, b }) => penalty * (a * a + b * b)),
  }
})()

/**
 * @param table  of `countShifts`
 * @param out    for each turn the sum of share × common bits, inner and outer rings each under its best bend; then of common bits
 */
export function straighten(table: Uint16Array, out: Float32Array): void {
  out.fill(0)
  for (let turn = 0; turn < judgedTurns; turn++) {
    for (const half of [0, 2]) {
      let [least, seen] = [2, 0]
      bends.penalties.forEach((price, bend) => {
        let [different, common] = [0, 0]
        for (let sector = 0; sector < sectors; sector++) {
          const at = (sector * countsPerSector + half) * tableTurns + turn + bends.offsets[bend * sectors + sector]!
          different += table[at]!
          common += table[at + tableTurns]!
        }
        // In single precision like the twin. Nothing common is NaN and never less.
        const cost = Math.fround(Math.fround(different / common) + price)
        if (cost < least) [least, seen] = [cost, common]
      })
      out[turn] = Math.fround(out[turn]! + Math.fround(least * seen))
      out[outcomeTurns + turn]! += seen
    }
  }
}
