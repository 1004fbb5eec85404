// The k-th smallest of a few numbers without sorting them (Hoare's selection): typed arrays of this size sort slowly.

/** Reorders the first `count` values, none of them NaN. @returns the one that `rank` others do not exceed; 0 of none */
export function ranked(values: Float64Array, count: number, rank: number): number {
  let left = 0
  let right = count - 1
  while (left < right) {
    const pivot = values[(left + right) >> 1]!
    let i = left
    let j = right
    while (i <= j) {
      while (values[i]! < pivot) i++
      while (values[j]! > pivot) j--
      if (i > j) break
      const swapped = values[i]!
      values[i++] = values[j]!
      values[j--] = swapped
    }
    if (rank <= j) right = j
    else if (rank >= i) left = i
    else break
  }
  return count > 0 ? values[rank]! : 0
}

/** Reorders the first `count` values; the upper one of two in the middle. */
export const median = (values: Float64Array, count = values.length): number => ranked(values, count, count >> 1)

/** Reorders the first `count` values. */
export const quantile = (values: Float64Array, count: number, share: number): number => ranked(values, count, Math.floor(count * share))
