// Which of several things happens, by the share of each. The shares are the business of whoever calls it.

import type { Random } from '../../protocol/random.js'

/** @param weight of all of them: 1 as given, less for somebody who knows better @returns undefined when none of them happens */
export function drawByShare<T extends string>(random: Random, shares: Readonly<Record<T, number>>, weight: number): T | undefined {
  let dice = random.next() / weight
  for (const [what, share] of Object.entries<number>(shares) as [T, number][]) {
    if (dice < share) return what
    dice -= share
  }
  return undefined
}
