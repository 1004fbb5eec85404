// A picture that lies in the twins' memory for as long as one eye is located: copied once, worked on by several twins. Knows no algorithm.

import type { Simd } from '../../simd/simd.js'
import type { Plane } from './plane.js'
import type { Directions } from './rays.js'

/** Rays of one call, and samples of one ray. */
export const mostRays = 128
export const mostSteps = 1024

export interface PlaneMemory {
  readonly simd: Simd
  readonly take: (bytes: number) => number
  /** Where the picture begins; 16 bytes behind it are readable. */
  readonly at: number
  readonly rays: RayMemory
}

/** What calls of twins that look along rays share. */
export interface RayMemory {
  /** Edges found: x, then y, then weight, as many as rays. */
  readonly foundAt: number
  readonly found: Float64Array
  readonly sumsAt: number
  readonly sums: Int32Array
  /** Where directions lie that were copied in already. */
  readonly tables: Map<Directions, number>
}

/** @param take  a lease that outlives the plane. The memory is shared: views stay good when it grows */
export function copyIn({ grey, widthPx, heightPx }: Plane, simd: Simd, take: (bytes: number) => number): Plane {
  const foundAt = take(8 * 3 * mostRays)
  const sumsAt = take(4 * (mostSteps + 4))
  const at = take(widthPx * heightPx + 16)
  const { buffer } = simd.memory
  new Uint8Array(buffer, at, widthPx * heightPx).set(grey.subarray(0, widthPx * heightPx))
  const found = new Float64Array(buffer, foundAt, 3 * mostRays)
  const sums = new Int32Array(buffer, sumsAt, mostSteps + 4)
  return { grey, widthPx, heightPx, memory: { simd, take, at, rays: { foundAt, found, sumsAt, sums, tables: new Map() } } }
}

/** Where the twins find cosines and, behind them, sines. */
export function tableOf({ simd, take, rays }: PlaneMemory, directions: Directions): number {
  const known = rays.tables.get(directions)
  if (known !== undefined) return known
  const { cosines, sines } = directions
  const at = take(16 * cosines.length)
  const numbers = new Float64Array(simd.memory.buffer, at, 2 * cosines.length)
  numbers.set(cosines)
  numbers.set(sines, cosines.length)
  rays.tables.set(directions, at)
  return at
}

/** Room for another picture beside the one given. */
export function newPlane(memory: PlaneMemory, widthPx: number, heightPx: number): Plane & { readonly memory: PlaneMemory } {
  const at = memory.take(widthPx * heightPx + 16)
  return { grey: new Uint8Array(memory.simd.memory.buffer, at, widthPx * heightPx), widthPx, heightPx, memory: { ...memory, at } }
}
