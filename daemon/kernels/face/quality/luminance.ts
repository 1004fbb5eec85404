// Luminance of sRGB pixels as ISO/IEC 29794-5 has it: linear light, so that an ordinary photo looks dark in it. And what is read off its histogram.

/** sRGB's curve (IEC 61966-2-1) undone, 0..1 to 0..1. */
export const linear = (x: number): number => (x > 0.04045 ? ((x + 0.055) / 1.055) ** 2.4 : x / 12.92)

/** Share of each level of each channel in the luminance, times 255. */
export interface LuminanceTable {
  readonly red: Float64Array
  readonly green: Float64Array
  readonly blue: Float64Array
}

const levels = (weight: number) => Float64Array.from({ length: 256 }, (_, level) => 255 * weight * linear(level / 255))
export const luminanceTable: LuminanceTable = { red: levels(0.2126), green: levels(0.7152), blue: levels(0.0722) }

/** @param out one byte a pixel */
export function luminanceOf(rgb: Uint8Array, out: Uint8Array): void {
  const { red, green, blue } = luminanceTable
  for (let i = 0, at = 0; i < out.length; i++, at += 3) out[i] = red[rgb[at]!]! + green[rgb[at + 1]!]! + blue[rgb[at + 2]!]! + 0.5
}

/** Counts of the 256 levels where the mask is not 0. */
export function histogram(luminance: Uint8Array, mask: Uint8Array): Uint32Array {
  const counts = new Uint32Array(256)
  for (let i = 0; i < luminance.length; i++) if (mask[i] !== 0) counts[luminance[i]!]!++
  return counts
}

const total = (counts: Uint32Array): number => counts.reduce((sum, count) => sum + count, 0)

export interface LuminanceFigures {
  readonly mean: number
  readonly variance: number
  /** Entropy of the histogram, bits. */
  readonly dynamicRange: number
  /** Shares of the levels 0..25 and 247..255. */
  readonly underExposed: number
  readonly overExposed: number
}

/** All NaN when nothing was counted. */
export function luminanceFigures(counts: Uint32Array): LuminanceFigures {
  const all = total(counts)
  let mean = 0
  let entropy = 0
  let under = 0
  let over = 0
  counts.forEach((count, level) => {
    const share = count / all
    mean += (share * level) / 255
    if (count > 0) entropy -= share * Math.log2(share)
    if (level <= 25) under += share
    if (level >= 247) over += share
  })
  const variance = counts.reduce((sum, count, level) => sum + (count / all) * (level / 255 - mean) ** 2, 0)
  if (all === 0)
    return { mean: Number.NaN, variance: Number.NaN, dynamicRange: Number.NaN, underExposed: Number.NaN, overExposed: Number.NaN }
  return { mean, variance, dynamicRange: entropy, underExposed: under, overExposed: over }
}

/** Σ min over the levels of the two histograms, each as shares: 1 for sides that are lit alike. */
export function commonShare(a: Uint32Array, b: Uint32Array): number {
  const [allA, allB] = [total(a), total(b)]
  return a.reduce((sum, count, level) => sum + Math.min(count / allA, b[level]! / allB), 0)
}
