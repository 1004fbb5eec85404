// Removes bright spots of whatever form: area opening (Vincent 1993) by union-find (Meijster & Wilkinson 2002). Knows nothing of eyes.

import type { Plane } from './plane.js'

/**
 * Every bright component of fewer than `area` pixels sinks to the level where it joins its surroundings. Edges of anything larger stay exactly.
 */
export function openByArea({ grey, widthPx, heightPx }: Plane, area: number): Plane {
  const size = grey.length
  const order = brightestFirst(grey)
  // parent: < 0 a root, its area negated; `size` not seen yet
  const parent = new Int32Array(size).fill(size)
  const root = (of: number): number => {
    let top = of
    while (parent[top]! >= 0) top = parent[top]!
    for (let at = of; at !== top; ) {
      const next = parent[at]!
      parent[at] = top
      at = next
    }
    return top
  }
  for (let i = 0; i < size; i++) {
    const pixel = order[i]!
    const x = pixel % widthPx
    parent[pixel] = -1
    for (let side = 0; side < 4; side++) {
      if ((side === 0 && x === 0) || (side === 1 && x === widthPx - 1)) continue
      const neighbour = side === 0 ? pixel - 1 : side === 1 ? pixel + 1 : side === 2 ? pixel - widthPx : pixel + widthPx
      if (neighbour < 0 || neighbour >= size || parent[neighbour] === size) continue
      const other = root(neighbour)
      if (other === pixel) continue
      if (grey[other] === grey[pixel] || -parent[other]! < area) {
        parent[pixel]! += parent[other]!
        parent[other] = pixel
      } else parent[pixel] = -area
    }
  }
  const out = new Uint8Array(size)
  for (let i = size - 1; i >= 0; i--) {
    const pixel = order[i]!
    out[pixel] = parent[pixel]! >= 0 ? out[parent[pixel]!]! : grey[pixel]!
  }
  return { grey: out, widthPx, heightPx }
}

/** Counting sort, stable. */
function brightestFirst(grey: Uint8Array): Int32Array {
  const starts = new Uint32Array(257)
  for (const value of grey) starts[256 - value]!++
  for (let i = 1; i <= 256; i++) starts[i]! += starts[i - 1]!
  const order = new Int32Array(grey.length)
  for (let i = 0; i < grey.length; i++) order[starts[255 - grey[i]!]!++] = i
  return order
}
