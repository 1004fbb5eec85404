// Filters along the local ridges (Hong, Wan and Jain 1998): even Gabor kernels in whole numbers, one for each direction and period that
// occurs, and what they leave of a plane.

import { leastPeriodPx, mostPeriodPx } from './frequency.js'
import type { Flow } from './orientation.js'
import { type Grid, marginPx, type Room } from './planes.js'

/** Reach of a kernel to each side, and its rows and columns. */
const reachPx = 8
const side = 2 * reachPx + 1
/** Index of the middle of a kernel. */
const half = (side * side) >> 1
/** Squares of this side share a kernel: direction and period are interpolated between the middles of blocks. */
const tilePx = 4
const directions = 32
const periodSteps = 14
/** Kernels are scaled so that ridges of their own direction and period keep their height when divided by 2^bits. */
const kernelBits = 12

/** Kernels are tabulated in steps of this part of a pixel. */
const stepsPerPx = 32

/** How wide the Gaussian is: along the ridge in pixels, across it in periods. */
export interface Width {
  readonly alongPx: number
  readonly acrossPeriods: number
}

/** Kernels written so far, `side * side` each, by direction and period. */
export interface KernelStore {
  readonly width: Width
  readonly slots: Int32Array
  readonly kernels: Int16Array
  count: number
  /** Scratch: one half of a kernel and its middle. */
  readonly bell: Float64Array
  readonly wave: Float64Array
  /** Gaussian along the ridge, by distance in 1/`stepsPerPx` pixels. */
  readonly along: Float64Array
  /** Gaussian and wave across it for each step of the period, when it was first needed. */
  readonly across: (Profile | undefined)[]
}

interface Profile {
  readonly bell: Float64Array
  readonly wave: Float64Array
}

export function kernelStore(width: Width, room: Room): KernelStore {
  const most = directions * periodSteps
  return {
    width,
    slots: new Int32Array(most).fill(-1),
    kernels: room.i16(most * side * side),
    count: 0,
    bell: new Float64Array(half + 1),
    wave: new Float64Array(half + 1),
    along: tabulated((px) => Math.exp(-0.5 * (px / width.alongPx) ** 2)),
    across: new Array<Profile | undefined>(periodSteps),
  }
}

/** For any distance within a kernel. */
function tabulated(of: (px: number) => number): Float64Array {
  const table = new Float64Array(Math.ceil(reachPx * Math.SQRT2 * stepsPerPx) + 1)
  for (let i = 0; i < table.length; i++) table[i] = of(i / stepsPerPx)
  return table
}

function profileOf(store: KernelStore, step: number): Profile {
  const period = leastPeriodPx * Math.exp(step / perLog)
  const spread = store.width.acrossPeriods * period
  store.across[step] ??= {
    bell: tabulated((px) => Math.exp(-0.5 * (px / spread) ** 2)),
    wave: tabulated((px) => Math.cos((2 * Math.PI * px) / period)),
  }
  return store.across[step]
}

/** Which kernel of the store each tile uses; -1: none, the tile stays 0. */
export interface Tiling {
  readonly tileColumns: number
  readonly tileRows: number
  readonly kernelAt: Int32Array
}

const perLog = (periodSteps - 1) / Math.log(mostPeriodPx / leastPeriodPx)

/** @param mask blocks with 0 are left out */
export function tile(grid: Grid, flow: Flow, period: Float32Array, mask: Uint8Array, store: KernelStore, room: Room): Tiling {
  const { columns, rows } = grid
  const tileColumns = 2 * columns
  const tileRows = 2 * rows
  const kernelAt = room.i32(tileColumns * tileRows)
  const steps = new Int32Array(columns * rows)
  for (let at = 0; at < steps.length; at++) {
    steps[at] = Math.max(0, Math.min(periodSteps - 1, Math.round(Math.log(period[at]! / leastPeriodPx) * perLog)))
  }
  for (let row = 0; row < tileRows; row++) {
    for (let column = 0; column < tileColumns; column++) {
      const block = (row >> 1) * columns + (column >> 1)
      const at = row * tileColumns + column
      kernelAt[at] = -1
      if (mask[block] === 0) continue
      // Three quarters of the own block, one quarter of the next, each way.
      const besides = Math.max(0, Math.min(columns - 1, (column >> 1) + (column & 1 ? 1 : -1))) - (column >> 1)
      const beneath = (Math.max(0, Math.min(rows - 1, (row >> 1) + (row & 1 ? 1 : -1))) - (row >> 1)) * columns
      const x = 9 * flow.x[block]! + 3 * (flow.x[block + besides]! + flow.x[block + beneath]!) + flow.x[block + besides + beneath]!
      const y = 9 * flow.y[block]! + 3 * (flow.y[block + besides]! + flow.y[block + beneath]!) + flow.y[block + besides + beneath]!
      const direction = Math.round((Math.atan2(y, x) / (2 * Math.PI)) * directions + directions) % directions
      const name = direction * periodSteps + steps[block]!
      if (store.slots[name]! < 0) {
        store.slots[name] = store.count
        writeKernel(store, direction, steps[block]!)
        store.count++
      }
      kernelAt[at] = store.slots[name]!
    }
  }
  return { tileColumns, tileRows, kernelAt }
}

/** cos across the ridges under a Gaussian, made free of mean, so that blots and light leave no trace. Both are even: one half is written. */
function writeKernel(store: KernelStore, direction: number, step: number): void {
  const { kernels, count, along, bell, wave } = store
  const across = profileOf(store, step)
  const normal = (direction / directions) * Math.PI
  const cos = Math.cos(normal) * stepsPerPx
  const sin = Math.sin(normal) * stepsPerPx
  let bellSum = 0
  let waveSum = 0
  for (let at = 0; at <= half; at++) {
    const x = (at % side) - reachPx
    const y = (at - (at % side)) / side - reachPx
    const u = Math.round(Math.abs(x * cos + y * sin))
    const v = Math.round(Math.abs(y * cos - x * sin))
    bell[at] = across.bell[u]! * along[v]!
    wave[at] = across.wave[u]!
    const times = at < half ? 2 : 1
    bellSum += times * bell[at]!
    waveSum += times * bell[at]! * wave[at]!
  }
  const mean = waveSum / bellSum
  let gain = 0
  for (let at = 0; at <= half; at++) gain += (at < half ? 2 : 1) * bell[at]! * (wave[at]! - mean) * wave[at]!
  const scale = (1 << kernelBits) / gain
  const start = count * side * side
  let rest = 0
  for (let at = 0; at < half; at++) {
    const tap = Math.round(bell[at]! * (wave[at]! - mean) * scale)
    kernels[start + at] = tap
    kernels[start + side * side - 1 - at] = tap
    rest += 2 * tap
  }
  kernels[start + half] = -rest
}

/** @returns plane of the same grid, 0 where no kernel is */
export function filterPlane(from: Int16Array, grid: Grid, tiling: Tiling, store: KernelStore, room: Room): Int16Array {
  const { stride, lines } = grid
  const to = room.i16(stride * lines)
  if (room.simd) {
    const { count } = store
    const pairs = room.i32(stride * lines)
    const taps = room.i32(((side * (side + 1)) / 2) * count)
    room.simd.kernels.extractFilter(
      from.byteOffset,
      to.byteOffset,
      stride,
      lines,
      tiling.kernelAt.byteOffset,
      tiling.tileColumns,
      tiling.tileRows,
      store.kernels.byteOffset,
      count,
      side,
      kernelBits,
      pairs.byteOffset,
      taps.byteOffset,
    )
    return to
  }
  for (let row = 0; row < tiling.tileRows; row++) {
    for (let column = 0; column < tiling.tileColumns; column++) {
      const slot = tiling.kernelAt[row * tiling.tileColumns + column]!
      if (slot >= 0)
        filterTile(from, to, (row * tilePx + marginPx) * stride + column * tilePx + marginPx, stride, store.kernels, slot * side * side)
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
