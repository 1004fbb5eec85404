// Subband statistics and scalar quantiser of WSQ (IAFIS-IC-0110 v3, quantisation). Works on the coefficient plane; knows no bytes.

import { type Band, codedSubbands, subbandCount, type WaveletTree } from './tree.js'

const varianceThreshold = 1.01
/** Below this sum over subbands 0..3 the window is given up for the whole area. */
const smallVarianceSum = 20_000
/** Narrower bins gain nothing on 8-bit images and would pass the 16-bit indices of the code (the coarsest subbands reach +-4096). */
const narrowestBin = 0.125
/** With fewer samples than this a variance says nothing: the mean square is used. Only images far below a finger's size come here. */
const fewSamples = 8
/** Largest index magnitude that fits the index plane; the code itself would carry 65535. */
const largestIndex = 32_767

const upperWeights: readonly number[] = [1.32, 1.08, 1.42, 1.08, 1.32, 1.42, 1.08, 1.08]

const weightOf = (subband: number): number => (subband < 52 ? 1 : upperWeights[subband - 52]!)
/** Share of the image that a subband holds, 1/m of the specification. */
const shareOf = (subband: number): number => (subband < 4 ? 1 / 1024 : subband < 51 ? 1 / 256 : 1 / 16)

/** Bin width Q and zero-bin width Z of 64 subbands; Q = 0 means the subband is dropped. */
export interface BinWidths {
  readonly q: Float64Array
  readonly z: Float64Array
}

/** Sum and sum of squares of the coefficients in a rectangle. */
export interface Sums {
  readonly sum: number
  readonly squares: number
}

/** Variances of the 60 coded subbands, over the centre window or, on faint images, over the whole area. */
export function subbandVariances(tree: WaveletTree, sumsOf: (subband: number, area: Band) => Sums): Float64Array {
  const variances = new Float64Array(codedSubbands)
  const variance = (k: number, area: Band) => varianceOf(sumsOf(k, area), area.width * area.height)
  let sum = 0
  for (let k = 0; k < 4; k++) sum += variances[k] = variance(k, windowOf(tree.subbands[k]!))
  const faint = sum < smallVarianceSum
  for (let k = faint ? 0 : 4; k < codedSubbands; k++) {
    const band = tree.subbands[k]!
    variances[k] = variance(k, faint ? band : windowOf(band))
  }
  return variances
}

function windowOf(band: Band): Band {
  const width = Math.trunc((3 * band.width) / 4)
  const height = Math.trunc((7 * band.height) / 16)
  if (width * height < fewSamples) return band
  return { x: band.x + (band.width >> 3), y: band.y + Math.trunc((9 * band.height) / 32), width, height }
}

function varianceOf({ sum, squares }: Sums, count: number): number {
  if (count === 0) return 0
  return count < fewSamples ? squares / count : (squares - (sum * sum) / count) / (count - 1)
}

export function sumsOf(plane: Float32Array, stride: number, area: Band): Sums {
  let sum = 0
  let squares = 0
  for (let y = area.y; y < area.y + area.height; y++) {
    const end = y * stride + area.x + area.width
    for (let i = end - area.width; i < end; i++) {
      const value = plane[i]!
      sum += value
      squares += value * value
    }
  }
  return { sum, squares }
}

/** Bin widths for the bit `rate` (0.75 for the 15:1 class, 2.25 for the 5:1 class). */
export function binWidths(variances: Float64Array, rate: number): BinWidths {
  const q = new Float64Array(subbandCount)
  const z = new Float64Array(subbandCount)
  const sigma = variances.map(Math.sqrt)
  const kept: number[] = []
  for (let k = 0; k < codedSubbands; k++) {
    if (variances[k]! < varianceThreshold) continue
    q[k] = k < 4 ? 1 : 10 / (weightOf(k) * Math.log(variances[k]!))
    kept.push(k)
  }
  let active = kept
  let scale = 1
  while (active.length > 0) {
    const share = active.reduce((total, k) => total + shareOf(k), 0)
    // The product of powers as a sum of logarithms: no overflow however few subbands are left.
    const logProduct = active.reduce((total, k) => total + shareOf(k) * Math.log(sigma[k]! / q[k]!), 0)
    scale = (2 ** (rate / share - 1) / 2.5) * Math.exp(-logProduct / share)
    const stay = active.filter((k) => q[k]! / scale < 5 * sigma[k]!)
    if (stay.length === active.length) break
    active = stay
  }
  for (const k of kept) {
    q[k] = Math.max(narrowestBin, q[k]! / scale)
    z[k] = 1.2 * q[k]!
  }
  return { q, z }
}

/** Number of coefficients of the kept subbands from `first` up to `end`. */
export function keptCount(tree: WaveletTree, q: Float64Array, first: number, end: number): number {
  let count = 0
  for (let k = first; k < end; k++) if (q[k]! > 0) count += tree.subbands[k]!.width * tree.subbands[k]!.height
  return count
}

/** Quantises the kept subbands `first`..`end`, row by row, into `out` from its start. @returns how many indices were written */
export function quantise(
  plane: Float32Array,
  stride: number,
  tree: WaveletTree,
  bins: BinWidths,
  first: number,
  end: number,
  out: Int16Array,
): number {
  let at = 0
  for (let k = first; k < end; k++) {
    const width = bins.q[k]!
    if (width === 0) continue
    const band = tree.subbands[k]!
    const half = bins.z[k]! / 2
    for (let y = 0; y < band.height; y++) {
      const start = (band.y + y) * stride + band.x
      for (let x = 0; x < band.width; x++) {
        const value = plane[start + x]!
        let index = 0
        if (value > half) index = Math.min(largestIndex, ((value - half) / width + 1) | 0)
        else if (value < -half) index = Math.max(-largestIndex, ((value + half) / width - 1) | 0)
        out[at++] = index
      }
    }
  }
  return at
}

/** Puts the indices of all kept subbands back on the plane. @param centre  where in its bin a value is rebuilt (0.44 in the standard) */
export function dequantise(
  indices: Int32Array,
  plane: Float32Array,
  stride: number,
  tree: WaveletTree,
  bins: BinWidths,
  centre: number,
): void {
  let at = 0
  for (let k = 0; k < codedSubbands; k++) {
    const width = bins.q[k]!
    if (width === 0) continue
    const band = tree.subbands[k]!
    const half = bins.z[k]! / 2
    for (let y = 0; y < band.height; y++) {
      const start = (band.y + y) * stride + band.x
      for (let x = 0; x < band.width; x++) {
        const index = indices[at++]!
        if (index > 0) plane[start + x] = width * (index - centre) + half
        else if (index < 0) plane[start + x] = width * (index + centre) - half
      }
    }
  }
}
