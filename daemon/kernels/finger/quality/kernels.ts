// The SIMD twin of `fingerMask` (blur.ts): the same steps in the memory of the kernels, the result copied out.

import type { Simd } from '../../simd/simd.js'
import { firstBlur, gaussianTaps, mirrored, otsuThreshold, secondBlur } from './blur.js'

/** Exports of simd/quality.as.ts; shapes are told there. */
export interface QualityKernels {
  qualityErode5(grey: number, width: number, height: number, padded: number, rows: number, out: number): void
  qualityBlurRows(
    grey: number,
    width: number,
    height: number,
    taps: number,
    half: number,
    source: number,
    padded: number,
    out: number,
  ): void
  qualityBlurColumns(rows: number, width: number, height: number, taps: number, half: number, lines: number, out: number): void
  qualityBinarise(grey: number, count: number, threshold: number): void
  qualityHistogram(grey: number, count: number, counts: number): void
}

/** Bytes that the last vector of a plane runs over. */
const slack = 32

/** `fingerMask` with SIMD: equal to it to the last bit. */
export function fingerMaskSimd(grey: Uint8Array, widthPx: number, heightPx: number, simd: Simd): Uint8Array {
  return simd.lease((take) => {
    const count = widthPx * heightPx
    const image = take(count + slack)
    const other = take(count + slack)
    const rows = take(2 * count + slack)
    const padded = take(widthPx + secondBlur + slack)
    const tables = take(4 * (widthPx + secondBlur) + 4 * (heightPx + secondBlur) + 2 * secondBlur)
    const counts = take(1024)
    new Uint8Array(simd.memory.buffer, image, count).set(grey)
    simd.kernels.qualityErode5(image, widthPx, heightPx, padded, rows, other)
    blur(simd, other, widthPx, heightPx, firstBlur, { rows, padded, tables, out: image })
    binarise(simd, image, count, counts)
    blur(simd, image, widthPx, heightPx, secondBlur, { rows, padded, tables, out: other })
    binarise(simd, other, count, counts)
    return new Uint8Array(simd.memory.buffer, other, count).slice()
  })
}

interface BlurRoom {
  readonly rows: number
  readonly padded: number
  readonly tables: number
  readonly out: number
}

function blur(simd: Simd, grey: number, widthPx: number, heightPx: number, size: number, { rows, padded, tables, out }: BlurRoom): void {
  const taps = gaussianTaps(size)
  const half = taps.length - 1
  const source = tables
  const lines = source + 4 * (widthPx + 2 * half)
  const tapsAt = lines + 4 * (heightPx + 2 * half)
  const { buffer } = simd.memory
  new Int32Array(buffer, source, widthPx + 2 * half).forEach((_, i, all) => {
    all[i] = mirrored(i - half, widthPx)
  })
  new Int32Array(buffer, lines, heightPx + 2 * half).forEach((_, i, all) => {
    all[i] = mirrored(i - half, heightPx)
  })
  new Int16Array(buffer, tapsAt, taps.length).set(taps)
  simd.kernels.qualityBlurRows(grey, widthPx, heightPx, tapsAt, half, source, padded, rows)
  simd.kernels.qualityBlurColumns(rows, widthPx, heightPx, tapsAt, half, lines, out)
}

function binarise(simd: Simd, grey: number, count: number, counts: number): void {
  const histogram = new Int32Array(simd.memory.buffer, counts, 256)
  histogram.fill(0)
  simd.kernels.qualityHistogram(grey, count, counts)
  simd.kernels.qualityBinarise(grey, count, otsuThreshold(histogram, count))
}
