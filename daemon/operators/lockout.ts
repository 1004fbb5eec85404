// How long an operator must wait after wrong PINs: pure arithmetic over the wall clock. Knows no PIN and no store.

export const lockoutPolicy = { freeTries: 5, firstDelayMs: 30_000, longestDelayMs: 15 * 60_000 } as const

/** Milliseconds to wait after the `failures`-th wrong PIN in a row: none up to the fourth, then 30 s, doubling, 15 minutes at most. */
export function delayAfterFailuresMs(failures: number): number {
  if (failures < lockoutPolicy.freeTries) return 0
  return Math.min(lockoutPolicy.firstDelayMs * 2 ** (failures - lockoutPolicy.freeTries), lockoutPolicy.longestDelayMs)
}

/**
 * Milliseconds still to wait at `nowMs`. An end further away than the longest delay means that the clock was set back; the wait then counts from now.
 */
export function remainingMs(lockedUntilMs: number | null, nowMs: number): number {
  if (lockedUntilMs === null || lockedUntilMs <= nowMs) return 0
  return Math.min(lockedUntilMs - nowMs, lockoutPolicy.longestDelayMs)
}
