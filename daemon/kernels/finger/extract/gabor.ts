// Filters along the local ridges (Hong, Wan and Jain 1998): even Gabor kernels in whole numbers, one for each direction and period that
// occurs, and what they leave of a plane.

import { leastPeriodPx, mostPeriodPx } from './frequency.js'
import type { Flow } from './orientation.js'
import { blockPx, type Grid, marginPx, type Room } from './planes.js'

/** Reach of a kernel to each side, and its rows and columns. */
export const reachPx = 8
export const side = 2 * reachPx + 1
/** Squares of this side share a kernel: direction and period are interpolated between the middles of blocks. */
export const tilePx = 4
const directions = 32
const periodSteps = 14
/** Kernels are scaled so that ridges of their own direction and period keep their height when divided by 2^bits. */
export const kernelBits = 12

/** How wide the Gaussian is: along the ridge in pixels, across it in periods. */
export interface Width {
  readonly alongPx: number
  readonly acrossPeriods: number
}

/** Which kernel each tile uses (−1: none, the tile stays 0), and the kernels, `side * side` each. */
export interface Bank {
  readonly tileColumns: number
  readonly tileRows: number
  readonly kernelAt: Int32Array
  readonly kernels: Int16Array
}

/** @param mask blocks with 0 are left out */
export function kernelBank(grid: Grid, flow: Flow, period: Float32Array, mask: Uint8Array, width: Width, room: Room): Bank {
  const { columns, rows } = grid
  const tiles = blockPx / tilePx
  const tileColumns = columns * tiles
  const tileRows = rows * tiles
  const kernelAt = room.i32(tileColumns * tileRows).fill(-1)
  const slots = new Int32Array(directions * periodSteps).fill(-1)
  const used: number[] = []
  const perLog = (periodSteps - 1) / Math.log(mostPeriodPx / leastPeriodPx)
  for (let row = 0; row < tileRows; row++) {
    for (let column = 0; column < tileColumns; column++) {
      const block = (row >> 1) * columns + (column >> 1)
      if (mask[block] === 0) continue
      // Three quarters of the own block, one quarter of the next, each way.
      const besides = Math.max(0, Math.min(columns - 1, (column >> 1) + (column & 1 ? 1 : -1))) - (column >> 1)
      const beneath = (Math.max(0, Math.min(rows - 1, (row >> 1) + (row & 1 ? 1 : -1))) - (row >> 1)) * columns
      const x = 9 * flow.x[block]! + 3 * (flow.x[block + besides]! + flow.x[block + beneath]!) + flow.x[block + besides + beneath]!
      const y = 9 * flow.y[block]! + 3 * (flow.y[block + besides]! + flow.y[block + beneath]!) + flow.y[block + besides + beneath]!
      const direction = Math.round((Math.atan2(y, x) / (2 * Math.PI)) * directions + directions) % directions
      const step = Math.max(0, Math.min(periodSteps - 1, Math.round(Math.log(period[block]! / leastPeriodPx) * perLog)))
      const name = direction * periodSteps + step
      if (slots[name]! < 0) slots[name] = used.push(name) - 1
      kernelAt[row * tileColumns + column] = slots[name]!
    }
  }
  const kernels = room.i16(used.length * side * side)
  used.forEach((name, slot) => {
    const normal = ((name - (name % periodSteps)) / periodSteps / directions) * Math.PI
    const ridgePeriod = leastPeriodPx * Math.exp((name % periodSteps) / perLog)
    writeKernel(kernels, slot * side * side, normal, ridgePeriod, width)
  })
  return { tileColumns, tileRows, kernelAt, kernels }
}

/** cos across the ridges under a Gaussian, made free of mean, so that blots and light leave no trace. */
function writeKernel(kernels: Int16Array, start: number, normal: number, period: number, width: Width): void {
  const cos = Math.cos(normal)
  const sin = Math.sin(normal)
  const acrossPx = width.acrossPeriods * period
  const omega = (2 * Math.PI) / period
  const bell = new Float64Array(side * side)
  const wave = new Float64Array(side * side)
  let bellSum = 0
  let waveSum = 0
  for (let y = -reachPx; y <= reachPx; y++) {
    for (let x = -reachPx; x <= reachPx; x++) {
      const u = x * cos + y * sin
      const v = y * cos - x * sin
      const at = (y + reachPx) * side + x + reachPx
      bell[at] = Math.exp(-0.5 * ((u / acrossPx) ** 2 + (v / width.alongPx) ** 2))
      wave[at] = Math.cos(omega * u)
      bellSum += bell[at]!
      waveSum += bell[at]! * wave[at]!
    }
  }
  const mean = waveSum / bellSum
  let gain = 0
  for (let at = 0; at < side * side; at++) gain += bell[at]! * (wave[at]! - mean) * wave[at]!
  const scale = (1 << kernelBits) / gain
  let rest = 0
  for (let at = 0; at < side * side; at++) {
    kernels[start + at] = Math.round(bell[at]! * (wave[at]! - mean) * scale)
    rest += kernels[start + at]!
  }
  kernels[start + (side * side) / 2 - 0.5]! -= rest
}

/** @returns plane of the same grid, 0 where no kernel is */
export function filterPlane(from: Int16Array, grid: Grid, bank: Bank, room: Room): Int16Array {
  const { stride, lines } = grid
  const to = room.i16(stride * lines)
  if (room.simd) {
    const { tileColumns, tileRows, kernelAt, kernels } = bank
    const count = kernels.length / (side * side)
    const pairs = room.i32(stride * lines)
    const taps = room.i32(((side * (side + 1)) / 2) * count)
    room.simd.kernels.extractFilter(
      from.byteOffset,
      to.byteOffset,
      stride,
      lines,
      kernelAt.byteOffset,
      tileColumns,
      tileRows,
      kernels.byteOffset,
      count,
      side,
      kernelBits,
      pairs.byteOffset,
      taps.byteOffset,
    )
    return to
  }
  for (let row = 0; row < bank.tileRows; row++) {
    for (let column = 0; column < bank.tileColumns; column++) {
      const slot = bank.kernelAt[row * bank.tileColumns + column]!
      if (slot >= 0)
        filterTile(from, to, (row * tilePx + marginPx) * stride + column * tilePx + marginPx, stride, bank.kernels, slot * side * side)
    }
  }
  return to
}

function filterTile(from: Int16Array, to: Int16Array, start: number, stride: number, kernels: Int16Array, kernel: number): void {
  for (let y = 0; y < tilePx; y++) {
    for (let at = start + y * stride; at < start + y * stride + tilePx; at++) {
      let sum = 0
      let tap = kernel
      for (let line = at - reachPx * stride - reachPx; line <= at + reachPx * stride; line += stride) {
        for (let i = line; i < line + side; i++) sum += kernels[tap++]! * from[i]!
      }
      to[at] = sum >> kernelBits
    }
  }
}
