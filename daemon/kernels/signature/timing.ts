// Time stamps of a stream of samples made even: repeated, bunched or backward stamps. Knows neither pen nor pad.

/** Longer pauses say nothing about the pad's rate. */
const mostIntervalMs = 60
const usualIntervalMs = 8
/** No pad is faster. */
const leastIntervalMs = 1
/** Three centuries: what is beyond, or no number at all, is no stamp. */
const latestMs = 1e13
/** Of the mean interval: stamps closer than this came in one bunch. */
const bunched = 0.35

/**
 * A bridge of the bus hands samples over in bunches: several share one stamp and a gap stands before them. They are spread backwards
 * from the last of them, at most one mean interval apart, so that a pause before the bunch stays a pause.
 * @returns strictly increasing times, and how many stamps moved by more than a quarter of the interval
 */
export function repairTimes(stampsMs: Float64Array): { timesMs: Float64Array; repaired: number } {
  const n = stampsMs.length
  const timesMs = withoutSteps(stampsMs)
  const intervalMs = meanInterval(timesMs)
  for (let i = 0; i < n; ) {
    let end = i
    while (end + 1 < n && timesMs[end + 1]! - timesMs[end]! < bunched * intervalMs) end++
    if (end > i) {
      const count = end - i + 1
      const room = i === 0 ? Number.POSITIVE_INFINITY : (timesMs[end]! - timesMs[i - 1]!) / count
      const step = Math.min(intervalMs, room)
      for (let k = end - 1; k >= i; k--) timesMs[k] = timesMs[end]! - (end - k) * step
    }
    i = end + 1
  }
  let repaired = 0
  for (let i = 0; i < n; i++) if (!(Math.abs(timesMs[i]! - stampsMs[i]!) <= intervalMs / 4)) repaired++
  return { timesMs, repaired }
}

/** Never decreasing: one stamp ahead of its follower is the wrong one itself, any other backward step is held. */
function withoutSteps(stampsMs: Float64Array): Float64Array {
  const times = stampsMs.slice()
  const n = times.length
  for (let i = 0; i < n; i++) {
    const before = i === 0 ? Number.NEGATIVE_INFINITY : times[i - 1]!
    if (!(Math.abs(times[i]!) <= latestMs)) times[i] = i === 0 ? 0 : before
    const after = i + 1 < n ? times[i + 1]! : Number.POSITIVE_INFINITY
    if (times[i]! > after && after >= before) times[i] = i === 0 ? after : (before + after) / 2
    if (times[i]! < before) times[i] = before
  }
  return times
}

function meanInterval(timesMs: Float64Array): number {
  let sum = 0
  let count = 0
  for (let i = 1; i < timesMs.length; i++) {
    const interval = timesMs[i]! - timesMs[i - 1]!
    if (interval > mostIntervalMs) continue
    sum += interval
    count++
  }
  // A whole signature under one stamp has no rate of its own.
  return sum > 0 ? Math.max(leastIntervalMs, sum / count) : usualIntervalMs
}
