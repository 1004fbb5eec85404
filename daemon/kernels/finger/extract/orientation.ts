// Which way the ridges run: averaged squared gradients (Kass and Witkin 1987) as one vector a block, smoothed as a field.

import { smoothMap } from './normalise.js'
import { blockPx, type Grid, marginPx, type Room } from './planes.js'

/**
 * Vectors of the doubled angle of the ridge normal (y downward): (cos 2φ, sin 2φ) times the coherence in [0, 1].
 * One a block, row-major.
 */
export interface Flow {
  readonly x: Float32Array
  readonly y: Float32Array
}

/** Sums over each block of the gradient energy and its two doubled-angle components. */
export interface Tensor {
  readonly energy: Float32Array
  readonly x: Float32Array
  readonly y: Float32Array
}

/** Central differences, summed over each block. */
export function blockTensor(plane: Int16Array, grid: Grid, room: Room): Tensor {
  const { columns, rows, stride } = grid
  const count = columns * rows
  const [energy, x, y] = [room.f32(count), room.f32(count), room.f32(count)]
  if (room.simd) {
    room.simd.kernels.extractTensor(plane.byteOffset, stride, columns, rows, energy.byteOffset, x.byteOffset, y.byteOffset)
    return { energy, x, y }
  }
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const start = (row * blockPx + marginPx) * stride + column * blockPx + marginPx
      let xx = 0
      let yy = 0
      let xy = 0
      for (let line = 0; line < blockPx; line++) {
        for (let i = start + line * stride; i < start + line * stride + blockPx; i++) {
          const dx = plane[i + 1]! - plane[i - 1]!
          const dy = plane[i + stride]! - plane[i - stride]!
          xx += dx * dx
          yy += dy * dy
          xy += dx * dy
        }
      }
      const at = row * columns + column
      energy[at] = xx + yy
      x[at] = xx - yy
      y[at] = 2 * xy
    }
  }
  return { energy, x, y }
}

/**
 * A field from one tensor at three scales (about 20, 30 and 45 px wide). Where the near neighbourhood agrees with itself it decides,
 * where it does not (creases, blots, noise) the wider one does.
 */
export function flowOf(tensor: Tensor, grid: Grid, scales: number): Flow {
  const { columns, rows } = grid
  const count = columns * rows
  const energy = tensor.energy.slice()
  const x = tensor.x.slice()
  const y = tensor.y.slice()
  const flow = { x: new Float32Array(count), y: new Float32Array(count) }
  const left = new Float32Array(count).fill(1)
  for (let scale = 0; scale < scales; scale++) {
    for (let pass = 0; pass <= scale; pass++) for (const map of [energy, x, y]) smoothMap(map, columns, rows)
    const last = scale === scales - 1
    for (let at = 0; at < count; at++) {
      const length = Math.sqrt(x[at]! * x[at]! + y[at]! * y[at]!)
      if (length === 0) continue
      const coherence = length / energy[at]!
      // Confidence that this scale may decide: nothing below a coherence of 0.3, all above 0.8.
      const share = last ? left[at]! : left[at]! * Math.max(0, Math.min(1, (coherence - 0.3) * 2))
      flow.x[at]! += (share * x[at]!) / energy[at]!
      flow.y[at]! += (share * y[at]!) / energy[at]!
      left[at]! -= share
    }
  }
  return flow
}
