// To the one resolution that every finger kernel works at. Pure.

/** The resolution of all finger kernels, of WSQ and of the standards' formulas. */
export const kernelPpi = 500
/** Below and above no fingerprint scanner works; such a figure in a file is a writer that knew nothing. */
const leastPpi = 200
const mostPpi = 2_540
/** A scanner may be off by 1 % (FBI Appendix F): nothing is gained by touching such pixels. */
const toleranceShare = 0.01
const largestSidePx = 4_096

interface Picture {
  readonly grey: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
}

/**
 * Cubic convolution (Keys 1981), as wide as an output step when it shrinks: a plainer one would pale the ridges.
 * @param ppi of the image; undefined means 500
 * @returns the same object when nothing is to be done: at 500 ± 1 %, at a resolution that no scanner has, or when the result would be larger than 4096
 */
export function toPpi500<P extends Picture>(image: P, ppi: number | undefined): Picture {
  if (ppi === undefined || ppi < leastPpi || ppi > mostPpi || Math.abs(ppi - kernelPpi) <= toleranceShare * kernelPpi) return image
  const widthPx = Math.max(1, Math.round((image.widthPx * kernelPpi) / ppi))
  const heightPx = Math.max(1, Math.round((image.heightPx * kernelPpi) / ppi))
  if (Math.max(widthPx, heightPx) > largestSidePx) return image
  const columns = weights(image.widthPx, widthPx, ppi / kernelPpi)
  const rows = weights(image.heightPx, heightPx, ppi / kernelPpi)
  const between = new Float32Array(widthPx * image.heightPx)
  for (let y = 0; y < image.heightPx; y++) {
    for (let x = 0; x < widthPx; x++) between[y * widthPx + x] = weighted(image.grey, y * image.widthPx, 1, columns, x)
  }
  const grey = new Uint8Array(widthPx * heightPx)
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) grey[y * widthPx + x] = Math.min(255, Math.max(0, Math.round(weighted(between, x, widthPx, rows, y))))
  }
  return { grey, widthPx, heightPx }
}

/** For each output sample its first input sample and the weights of those from there on. */
interface Weights {
  readonly taps: number
  readonly first: Int32Array
  readonly weight: Float32Array
}

function weights(from: number, to: number, step: number): Weights {
  const scale = Math.max(1, step)
  const reach = 2 * scale
  const taps = 2 * Math.ceil(reach) + 1
  const first = new Int32Array(to)
  const weight = new Float32Array(to * taps)
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * step - 0.5
    const start = Math.ceil(centre - reach)
    let sum = 0
    first[i] = start
    for (let k = 0; k < taps; k++) {
      const inside = start + k >= 0 && start + k < from
      const value = inside ? cubic(Math.abs(start + k - centre) / scale) : 0
      weight[i * taps + k] = value
      sum += value
    }
    for (let k = 0; k < taps; k++) weight[i * taps + k]! /= sum
  }
  return { taps, first, weight }
}

function cubic(distance: number): number {
  if (distance >= 2) return 0
  return distance < 1 ? (1.5 * distance - 2.5) * distance * distance + 1 : ((-0.5 * distance + 2.5) * distance - 4) * distance + 2
}

function weighted(from: Uint8Array | Float32Array, start: number, stride: number, { taps, first, weight }: Weights, i: number): number {
  let sum = 0
  for (let k = 0; k < taps; k++) {
    const share = weight[i * taps + k]!
    if (share !== 0) sum += share * from[start + (first[i]! + k) * stride]!
  }
  return sum
}
