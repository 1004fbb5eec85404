// From the rubber sheet to the rings of a code: what sticks out is masked, what is masked is bridged. Knows the sheet; no filter.

import { codeColumns, codeRows } from '../code-shape.js'
import { type IrisSheet, sheetAngles, sheetDepths } from '../normalise.js'

export interface Rings {
  /** Ring by ring from the pupil outward. */
  readonly grey: Float32Array
  /** 1 where enough is visible. */
  readonly visible: Uint8Array
}

/** Robust deviations beyond which a pixel is a glint or a lash that the mask missed. */
const brightest = 3.5
const darkest = 4
const leastDeviation = 3
/** A ring's window reaches so far into its neighbours, in rings: texture is longer along the radius than across it. */
const reachOfRing = 1.5
/** Of the window. */
const leastVisible = 0.5

const depthsPerRing = sheetDepths / codeRows
const anglesPerColumn = sheetAngles / codeColumns

export function ringsOf(sheet: IrisSheet): Rings {
  const columns = columnsOf(sheet, withoutOutliers(sheet))
  const out = { grey: new Float32Array(codeRows * codeColumns), visible: new Uint8Array(codeRows * codeColumns) }
  const reach = depthsPerRing * reachOfRing
  for (let row = 0; row < codeRows; row++) {
    const centre = (row + 0.5) * depthsPerRing - 0.5
    const from = Math.max(0, Math.ceil(centre - reach))
    const until = Math.min(sheetDepths - 1, Math.floor(centre + reach))
    let full = 0
    const sums = new Float32Array(codeColumns)
    const weights = new Float32Array(codeColumns)
    for (let depth = from; depth <= until; depth++) {
      const share = 1 - Math.abs(depth - centre) / (reach + 1)
      full += share * anglesPerColumn
      for (let column = 0; column < codeColumns; column++) {
        sums[column]! += share * columns.sums[depth * codeColumns + column]!
        weights[column]! += share * columns.counts[depth * codeColumns + column]!
      }
    }
    for (let column = 0; column < codeColumns; column++) {
      const weight = weights[column]!
      out.grey[row * codeColumns + column] = weight > 0 ? sums[column]! / weight : 0
      out.visible[row * codeColumns + column] = weight >= leastVisible * full ? 1 : 0
    }
    bridge(out.grey, out.visible, row * codeColumns)
  }
  return out
}

/** Sums and counts of what is visible in each column of the code, depth by depth. */
function columnsOf({ grey }: IrisSheet, visible: Uint8Array): { sums: Float32Array; counts: Uint8Array } {
  const sums = new Float32Array(sheetDepths * codeColumns)
  const counts = new Uint8Array(sheetDepths * codeColumns)
  for (let i = 0; i < grey.length; i++) {
    if (visible[i] !== 1) continue
    // Rows of the sheet are whole multiples of the columns' width.
    const to = Math.floor(i / anglesPerColumn)
    sums[to]! += grey[i]!
    counts[to]!++
  }
  return { sums, counts }
}

/** @returns what stays visible */
function withoutOutliers({ grey, visible }: IrisSheet): Uint8Array {
  const histogram = new Uint32Array(256)
  let count = 0
  for (let i = 0; i < grey.length; i++) {
    if (visible[i] !== 1) continue
    histogram[Math.round(grey[i]!)]!++
    count++
  }
  const middle = levelAt(histogram, count / 2)
  const apart = new Uint32Array(256)
  for (let level = 0; level < 256; level++) apart[Math.abs(level - middle)]! += histogram[level]!
  const deviation = Math.max(leastDeviation, 1.4826 * levelAt(apart, count / 2))
  const [low, high] = [middle - darkest * deviation, middle + brightest * deviation]
  const kept = new Uint8Array(visible.length)
  for (let i = 0; i < kept.length; i++) kept[i] = visible[i] === 1 && grey[i]! > low && grey[i]! < high ? 1 : 0
  return kept
}

/** Level below which `rank` of the pixels lie. */
function levelAt(histogram: Uint32Array, rank: number): number {
  let below = 0
  for (let level = 0; level < histogram.length; level++) {
    below += histogram[level]!
    if (below >= rank) return level
  }
  return histogram.length - 1
}

/** Hidden stretches of a ring become straight lines between their ends: a step there would ring through the filter. */
function bridge(grey: Float32Array, visible: Uint8Array, from: number): void {
  let first = 0
  while (first < codeColumns && visible[from + first] !== 1) first++
  let last = first
  for (let column = first + 1; column <= first + codeColumns && first < codeColumns; column++) {
    if (visible[from + (column % codeColumns)] !== 1) continue
    const [a, b] = [grey[from + (last % codeColumns)]!, grey[from + (column % codeColumns)]!]
    for (let gap = last + 1; gap < column; gap++) grey[from + (gap % codeColumns)] = a + ((b - a) * (gap - last)) / (column - last)
    last = column
  }
}
