// Percentiles and shares of what was measured. Pure.

/** @param share 0 to 1 @returns NaN when nothing was measured */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

export const round = (value: number, digits = 2): number => Number(value.toFixed(digits))

/** Milliseconds since 1970 with fractions: the same clock in every process of a machine. */
export const preciseNowMs = (): number => performance.timeOrigin + performance.now()
