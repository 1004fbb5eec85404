// How long to wait after the nth failure. Pure; jitter keeps the stations of a district from knocking all at once.

import type { Random } from '../../protocol/random.js'

export interface BackoffRule {
  readonly firstMs: number
  readonly factor: number
  readonly maxMs: number
}

/** @param failures 1 for the first @returns half to all of the exponential wait, milliseconds */
export function backoffMs(rule: BackoffRule, failures: number, random: Random): number {
  const full = Math.min(rule.maxMs, rule.firstMs * rule.factor ** Math.max(0, failures - 1))
  return Math.round(full * (0.5 + random.next() / 2))
}
