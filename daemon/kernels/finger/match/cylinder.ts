// Minutia cylinder codes as bits (Cappelli, Ferrara, Maltoni 2010): what the neighbourhood of a minutia looks like, whatever its place and rotation.

import { isWithin } from './hull.js'

/** Radius of the neighbourhood: about eight ridges. */
const radiusPx = 75
/** Cells across the base, and slices of direction. */
const cellsAcross = 10
const slices = 6
const sigmaPx = 8
/** Spread of the direction of one minutia, radians. */
const sigmaAngle = 0.6
/** A cell is set where the neighbours' influence passes this. */
const threshold = 0.12
/** Cells further than this outside the hull were not seen. */
const hullMarginPx = 30
const leastValidShare = 0.5
const leastNeighbours = 2

const cellPx = (2 * radiusPx) / cellsAcross
const reachPx = 2.5 * sigmaPx

/** Centres of the cells inside the circle, in the frame of the minutia. */
const cells: readonly (readonly [number, number])[] = Array.from({ length: cellsAcross * cellsAcross }, (_, i) => {
  const u = ((i % cellsAcross) + 0.5) * cellPx - radiusPx
  const v = (Math.floor(i / cellsAcross) + 0.5) * cellPx - radiusPx
  return [u, v] as const
}).filter(([u, v]) => Math.hypot(u, v) <= radiusPx)

/** Whole vectors of 128 bits. */
export const cylinderWords = 4 * Math.ceil((cells.length * slices) / 128)

interface Points {
  readonly count: number
  readonly x: Float32Array
  readonly y: Float32Array
  readonly angle: Int16Array
  readonly distance: Float32Array
  readonly hull: Float32Array
}

/** @param bits,valid,usable out: see PreparedTemplate */
export function describeCylinders(points: Points, bits: Int32Array, valid: Int32Array, usable: Uint8Array): void {
  const { count, x, y, angle, distance, hull } = points
  const near = new Int32Array(count)
  const sums = new Float64Array(slices)
  for (let m = 0; m < count; m++) {
    let neighbours = 0
    for (let t = 0; t < count; t++) {
      if (t !== m && distance[m * count + t]! <= radiusPx + reachPx) near[neighbours++] = t
    }
    const radians = (angle[m]! / 32_768) * Math.PI
    const cos = Math.cos(radians)
    const sin = Math.sin(radians)
    let validCells = 0
    for (let c = 0; c < cells.length; c++) {
      const [u, v] = cells[c]!
      const px = x[m]! + u * cos - v * sin
      const py = y[m]! + u * sin + v * cos
      if (!isWithin(hull, px, py, hullMarginPx)) continue
      validCells++
      sums.fill(0)
      for (let k = 0; k < neighbours; k++) {
        const t = near[k]!
        const squared = (x[t]! - px) ** 2 + (y[t]! - py) ** 2
        if (squared > reachPx * reachPx) continue
        const spatial = Math.exp(-squared / (2 * sigmaPx * sigmaPx))
        const turn = (((angle[t]! - angle[m]!) << 16) >> 16) / 32_768
        for (let s = 0; s < slices; s++) {
          const off = Math.abs(turn - ((2 * s + 1) / slices - 1))
          const gap = Math.min(off, 2 - off) * Math.PI
          sums[s]! += spatial * Math.exp((-gap * gap) / (2 * sigmaAngle * sigmaAngle))
        }
      }
      for (let s = 0; s < slices; s++) {
        const bit = c * slices + s
        const at = m * cylinderWords + (bit >> 5)
        valid[at]! |= 1 << (bit & 31)
        if (sums[s]! > threshold) bits[at]! |= 1 << (bit & 31)
      }
    }
    usable[m] = validCells >= leastValidShare * cells.length && neighbours >= leastNeighbours ? 1 : 0
  }
}
