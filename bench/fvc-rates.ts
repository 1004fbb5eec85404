// Error rates of a matcher from its genuine and impostor scores, by the rules of the Fingerprint Verification Competition (Maio et al. 2002).

export interface ErrorRates {
  readonly genuine: number
  readonly impostors: number
  /** Shares 0 to 1. */
  readonly eer: number
  /** Share of genuine pairs refused where one impostor in 100, in 1000, none at all is let through. */
  readonly fmr100: number
  readonly fmr1000: number
  readonly zeroFmr: number
}

/** Failures are scores of -Infinity. */
export function errorRates(genuine: readonly number[], impostors: readonly number[]): ErrorRates {
  const own = Float64Array.from(genuine).sort()
  const other = Float64Array.from(impostors).sort()
  return {
    genuine: own.length,
    impostors: other.length,
    eer: equalError(own, other),
    fmr100: refusedAt(own, other, 1 / 100),
    fmr1000: refusedAt(own, other, 1 / 1000),
    zeroFmr: refusedAt(own, other, 0),
  }
}

/** How many of the ascending `values` are below `threshold`. */
export function countBelow(values: Float64Array, threshold: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle]! < threshold) low = middle + 1
    else high = middle
  }
  return low
}

const fnmr = (own: Float64Array, threshold: number): number => countBelow(own, threshold) / own.length
const fmr = (other: Float64Array, threshold: number): number => 1 - countBelow(other, threshold) / other.length

/**
 * FVC2000 (Maio et al. 2002) appendix: with t1 the last threshold where FNMR <= FMR and t2 the first where FNMR >= FMR, the rates at
 * whichever of the two has the lesser sum, in the middle.
 */
function equalError(own: Float64Array, other: Float64Array): number {
  let sum = 1
  for (const threshold of Float64Array.from(new Set([...own, ...other])).sort()) {
    const [missed, passed] = [fnmr(own, threshold), fmr(other, threshold)]
    if (missed >= passed) return (missed === passed ? missed + passed : Math.min(sum, missed + passed)) / 2
    sum = missed + passed
  }
  return sum / 2
}

/** Least FNMR with FMR <= `share`: a threshold just above the highest impostors that may not pass. */
function refusedAt(own: Float64Array, other: Float64Array, share: number): number {
  const passing = Math.floor(share * other.length)
  const highestRefused = other[other.length - 1 - passing]
  if (highestRefused === undefined) return 0
  // Scores equal to the highest refused impostor are refused too.
  let refused = 0
  for (const score of own) if (score <= highestRefused) refused++
  return refused / own.length
}

/** Threshold that a share of the impostors passes. */
export function thresholdAt(impostors: readonly number[], share: number): number {
  const other = Float64Array.from(impostors).sort()
  return other[other.length - 1 - Math.floor(share * other.length)] ?? Number.NaN
}
