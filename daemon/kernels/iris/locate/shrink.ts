// Pictures and parts of them made smaller by any factor. Whole numbers, so that the twin (kernels/simd/iris-plane.as.ts) gives the same bytes.

import { newPlane } from './memory.js'
import type { Plane } from './plane.js'

/**
 * Mean over squares of `factor` × `factor` pixels, `factor` ≥ 1 and not necessarily whole. What does not fill a square at the right and lower
 * edge is left out.
 */
export function shrink(plane: Plane, factor: number): Plane {
  return factor <= 1 ? plane : shrinkBox(plane, { left: 0, top: 0, widthPx: plane.widthPx, heightPx: plane.heightPx }, factor)
}

/** Part of a picture, shrunk; `left` and `top` are where its first pixel began. */
export interface Window {
  readonly plane: Plane
  readonly left: number
  readonly top: number
  readonly factor: number
}

/** The box about a circle, `reach` radii to each side, clipped to the picture, shrunk by `factor` ≥ 1. */
export function cutAround(from: Plane, { x, y, r }: { x: number; y: number; r: number }, reach: number, factor: number): Window {
  const left = Math.max(0, Math.floor(x - reach * r))
  const top = Math.max(0, Math.floor(y - reach * r))
  const widthPx = Math.max(0, Math.min(from.widthPx, Math.ceil(x + reach * r) + 1) - left)
  const heightPx = Math.max(0, Math.min(from.heightPx, Math.ceil(y + reach * r) + 1) - top)
  return { plane: shrinkBox(from, { left, top, widthPx, heightPx }, factor), left, top, factor }
}

interface Box {
  readonly left: number
  readonly top: number
  readonly widthPx: number
  readonly heightPx: number
}

const shrunkSide = (lengthPx: number, factor: number): number => Math.floor(lengthPx / factor + 1e-9)

function shrinkBox(plane: Plane, box: Box, factor: number): Plane {
  const width = shrunkSide(box.widthPx, factor)
  const height = shrunkSide(box.heightPx, factor)
  const start = box.top * plane.widthPx + box.left
  if (plane.memory !== undefined) {
    const { simd, take, at } = plane.memory
    const out = newPlane(plane.memory, width, height)
    simd.kernels.irisShrink(
      at + start,
      plane.widthPx,
      box.widthPx,
      box.heightPx,
      factor,
      out.memory.at,
      take(20 * (width + 1) + 4 * box.widthPx + 64),
    )
    return out
  }
  const out = new Uint8Array(width * height)
  shrinkInto(plane.grey, start, plane.widthPx, box, factor, out)
  return { grey: out, widthPx: width, heightPx: height }
}

function shrinkInto(grey: Uint8Array, start: number, stride: number, box: Box, factor: number, out: Uint8Array): void {
  const { widthPx, heightPx } = box
  const columns = spans(shrunkSide(widthPx, factor), factor, widthPx)
  const rows = spans(shrunkSide(heightPx, factor), factor, heightPx)
  const line = new Int32Array(widthPx)
  let to = 0
  for (const row of rows) {
    line.fill(0)
    for (let y = row.first; y <= row.last; y++) {
      const weight = y === row.first ? row.head : y === row.last ? row.tail : 256
      const from = start + y * stride
      for (let x = 0; x < widthPx; x++) line[x] = line[x]! + weight * grey[from + x]!
    }
    for (const { first, last, head, tail, total } of columns) {
      let middle = 0
      for (let x = first + 1; x < last; x++) middle += line[x]!
      const sum = head * line[first]! + 256 * middle + tail * line[last]!
      out[to++] = sum / (row.total * total) + 0.5
    }
  }
}

/** Pixels under a square, how much of the first and the last lies under it and in all, 1/256. */
interface Span {
  readonly first: number
  readonly last: number
  readonly head: number
  readonly tail: number
  readonly total: number
}

function spans(count: number, factor: number, lengthPx: number): Span[] {
  return Array.from({ length: count }, (_, at) => {
    const first = Math.floor(at * factor + 1e-9)
    const until = at * factor + factor
    const last = Math.min(lengthPx - 1, Math.max(first, Math.ceil(until - 1e-9) - 1))
    const head = Math.floor(256 * (first + 1 - at * factor) + 0.5)
    const tail = last === first ? 0 : Math.floor(256 * Math.min(1, until - last) + 0.5)
    return { first, last, head, tail, total: head + tail + 256 * Math.max(0, last - first - 1) }
  })
}
