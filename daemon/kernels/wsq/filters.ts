// The wavelet filters of WSQ: the ones we write, and the synthesis pair derived from those a file brings. Knows no pixels.

/** One filter as the transform table stores it: the right half, centre tap first when the length is odd. */
export interface StoredFilter {
  readonly length: number
  readonly half: Float64Array
}

/** Analysis filters of a file: low-pass and high-pass. Both lengths odd (whole-sample symmetry) or both even (half-sample). */
export interface AnalysisFilters {
  readonly low: StoredFilter
  readonly high: StoredFilter
}

/** Synthesis filters, complete: `tap[k]` weighs the sample at `k - centre`. */
export interface SynthesisFilter {
  readonly taps: Float64Array
  /** Index of the tap at offset 0 (odd length) or at offset -1/2 (even length). */
  readonly centre: number
}

/** The 9/7 pair of IAFIS-IC-0110 v3, table of default filters. */
export function standardFilters(): AnalysisFilters {
  return {
    low: {
      length: 9,
      half: Float64Array.of(0.85269867900940344, 0.3774028556126538, -0.11062440441842342, -0.02384946501938, 0.03782845550699546),
    },
    high: { length: 7, half: Float64Array.of(0.78848561640566439, -0.41809227322221221, -0.04068941760955844, 0.06453888262893845) },
  }
}

/** Rebuilds the synthesis pair: low from the analysis high-pass, high from the analysis low-pass, signs alternating from the centre. */
export function synthesisFilters(analysis: AnalysisFilters): { low: SynthesisFilter; high: SynthesisFilter } {
  const even = analysis.low.length % 2 === 0
  return even
    ? { low: evenFilter(analysis.high, -1, 1), high: evenFilter(analysis.low, 1, -1) }
    : { low: oddFilter(analysis.high), high: oddFilter(analysis.low) }
}

function oddFilter(stored: StoredFilter): SynthesisFilter {
  const centre = (stored.length - 1) / 2
  const taps = new Float64Array(stored.length)
  for (let k = 0; k <= centre; k++) {
    const value = (k % 2 === 0 ? 1 : -1) * (stored.half[k] ?? 0)
    taps[centre + k] = value
    taps[centre - k] = value
  }
  return { taps, centre }
}

/** @param mirror 1 for a symmetric filter, -1 for an antisymmetric one */
function evenFilter(stored: StoredFilter, firstSign: number, mirror: number): SynthesisFilter {
  const size = stored.length / 2
  const taps = new Float64Array(stored.length)
  for (let k = 0; k < size; k++) {
    const value = (k % 2 === 0 ? firstSign : -firstSign) * (stored.half[k] ?? 0)
    taps[size + k] = value
    taps[size - 1 - k] = mirror * value
  }
  return { taps, centre: size - 1 }
}

/** True when the fast 9/7 kernel may be used: the file's lengths are the standard's (its taps may still differ in the last digits). */
export const isNineSeven = (analysis: AnalysisFilters): boolean => analysis.low.length === 9 && analysis.high.length === 7
