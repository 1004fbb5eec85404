// The pictures and maps that the extractor works on, and where they lie: in plain arrays, or in the memory of the SIMD twins.
// Knows no fingerprint.

import type { Simd } from '../../simd/simd.js'

/** Side of a block: one value of every map. About a ridge period at 500 ppi. */
export const blockPx = 8
/** Pixels around a plane that are always 0, so that no filter asks whether it is at the border. */
export const marginPx = 16

/** How an image is divided. Planes have `stride * lines` samples; pixel (x, y) lies at `(y + marginPx) * stride + x + marginPx`. */
export interface Grid {
  readonly widthPx: number
  readonly heightPx: number
  readonly columns: number
  readonly rows: number
  readonly stride: number
  readonly lines: number
}

export function gridOf(widthPx: number, heightPx: number): Grid {
  const columns = Math.ceil(widthPx / blockPx)
  const rows = Math.ceil(heightPx / blockPx)
  return { widthPx, heightPx, columns, rows, stride: columns * blockPx + 2 * marginPx, lines: rows * blockPx + 2 * marginPx }
}

/** Where planes come from: arrays of zeros. With `Simd` they lie in its memory at their `byteOffset`, as the twins need it. */
export interface Room {
  readonly simd: Simd | undefined
  i16(length: number): Int16Array
  i32(length: number): Int32Array
  f32(length: number): Float32Array
  u8(length: number): Uint8Array
}

/** Gives `work` a room; with `Simd`, what was taken goes back afterwards. */
export function withRoom<T>(simd: Simd | undefined, work: (room: Room) => T): T {
  if (!simd)
    return work({
      simd,
      i16: (length) => new Int16Array(length),
      i32: (length) => new Int32Array(length),
      f32: (length) => new Float32Array(length),
      u8: (length) => new Uint8Array(length),
    })
  return simd.lease((take) => {
    const clear = (bytes: number) => {
      const at = take(bytes)
      simd.kernels.extractClear(at, bytes)
      return at
    }
    return work({
      simd,
      i16: (length) => {
        const at = clear(2 * length)
        return new Int16Array(simd.memory.buffer, at, length)
      },
      i32: (length) => {
        const at = clear(4 * length)
        return new Int32Array(simd.memory.buffer, at, length)
      },
      f32: (length) => {
        const at = clear(4 * length)
        return new Float32Array(simd.memory.buffer, at, length)
      },
      u8: (length) => {
        const at = clear(length)
        return new Uint8Array(simd.memory.buffer, at, length)
      },
    })
  })
}
