// Removes bright spots of whatever form: area opening (Vincent 1993) by union-find (Meijster & Wilkinson 2002). Knows nothing of eyes.

import { newPlane, type PlaneMemory } from './memory.js'
import type { Plane } from './plane.js'

/**
 * Every bright component of fewer than `area` pixels sinks to the level where it joins its surroundings. Edges of anything larger stay exactly.
 */
export function openByArea(plane: Plane, area: number): Plane {
  const { grey, widthPx, heightPx, memory } = plane
  if (memory !== undefined) return openByTwin(plane, memory, area)
  // A frame of one pixel that is never met spares the question whether a neighbour exists.
  const stride = widthPx + 2
  const levels = new Uint8Array(stride * (heightPx + 2))
  for (let y = 0; y < heightPx; y++) levels.set(grey.subarray(y * widthPx, (y + 1) * widthPx), (y + 1) * stride + 1)
  const order = brightestFirst(grey, widthPx, heightPx)
  // Negative: a root, its area negated.
  const parents = new Int32Array(levels.length).fill(unmet)
  for (let i = 0; i < order.length; i++) {
    const pixel = order[i]!
    parents[pixel] = -1
    if (parents[pixel - 1] !== unmet) join(parents, pixel, pixel - 1, area)
    if (parents[pixel + 1] !== unmet) join(parents, pixel, pixel + 1, area)
    if (parents[pixel - stride] !== unmet) join(parents, pixel, pixel - stride, area)
    if (parents[pixel + stride] !== unmet) join(parents, pixel, pixel + stride, area)
  }
  // From the darkest on every parent has its level before its children.
  for (let i = order.length - 1; i >= 0; i--) {
    const pixel = order[i]!
    const parent = parents[pixel]!
    if (parent >= 0) levels[pixel] = levels[parent]!
  }
  const out = new Uint8Array(grey.length)
  for (let y = 0; y < heightPx; y++) {
    const at = (y + 1) * stride + 1
    out.set(levels.subarray(at, at + widthPx), y * widthPx)
  }
  return { grey: out, widthPx, heightPx }
}

function openByTwin({ widthPx, heightPx }: Plane, memory: PlaneMemory, area: number): Plane {
  const out = newPlane(memory, widthPx, heightPx)
  const scratch = memory.take(1040 + 4 * widthPx * heightPx + 5 * (widthPx + 2) * (heightPx + 2))
  memory.simd.kernels.irisOpenByArea(memory.at, widthPx, heightPx, area, out.memory.at, scratch)
  return out
}

const unmet = 0x7fffffff

/** The component that `neighbour` lies in becomes part of `pixel`'s, unless it is large enough to stand: then so is what touches it. */
function join(parents: Int32Array, pixel: number, neighbour: number, area: number): void {
  let root = neighbour
  while (parents[root]! >= 0) root = parents[root]!
  for (let at = neighbour; at !== root; ) {
    const next = parents[at]!
    parents[at] = root
    at = next
  }
  if (root === pixel) return
  if (-parents[root]! < area) {
    parents[pixel]! += parents[root]!
    parents[root] = pixel
  } else parents[pixel] = -area
}

/** Counting sort, stable; places in the framed picture. */
function brightestFirst(grey: Uint8Array, widthPx: number, heightPx: number): Int32Array {
  const starts = new Uint32Array(257)
  for (let i = 0; i < grey.length; i++) starts[256 - grey[i]!]!++
  for (let i = 1; i <= 256; i++) starts[i]! += starts[i - 1]!
  const order = new Int32Array(grey.length)
  for (let y = 0, i = 0; y < heightPx; y++) {
    const row = (y + 1) * (widthPx + 2) + 1
    for (let x = 0; x < widthPx; x++, i++) order[starts[255 - grey[i]!]!++] = row + x
  }
  return order
}
