// A grey picture at half its size by a 2 × 2 box filter: four times cheaper than a general resize, and good enough for a preview. Pure.

import type { Simd } from '../simd/simd.js'

export interface HalveKernels {
  halve(grey: number, widthPx: number, halfWidthPx: number, halfHeightPx: number, out: number): void
}

/**
 * @param grey 8-bit grey, row-major; an odd last column or row is left out
 * @returns unshared memory of its own, ⌊w/2⌋ × ⌊h/2⌋
 */
export function halve(grey: Uint8Array, widthPx: number, heightPx: number, simd?: Simd): Uint8Array<ArrayBuffer> {
  const width = widthPx >> 1
  const height = heightPx >> 1
  const out = new Uint8Array(width * height)
  if (simd) {
    simd.lease((take) => {
      const from = take(grey.length)
      const to = take(out.length)
      const bytes = new Uint8Array(simd.memory.buffer)
      bytes.set(grey, from)
      simd.kernels.halve(from, widthPx, width, height, to)
      out.set(bytes.subarray(to, to + out.length))
    })
    return out
  }
  for (let y = 0; y < height; y++) {
    let at = 2 * y * widthPx
    for (let x = 0; x < width; x++, at += 2) {
      out[y * width + x] = (grey[at]! + grey[at + 1]! + grey[at + widthPx]! + grey[at + widthPx + 1]!) >> 2
    }
  }
  return out
}
