// A grey picture that the search works on, and its sampling. Knows nothing of eyes.

import type { PlaneMemory } from './memory.js'

export interface Plane {
  readonly grey: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
  /** Where twins find the same picture; without it the references run. */
  readonly memory?: PlaneMemory
}

/** Bilinear; outside the picture NaN. */
export function sample({ grey, widthPx, heightPx }: Plane, x: number, y: number): number {
  if (!(x >= 0 && y >= 0 && x <= widthPx - 1 && y <= heightPx - 1)) return Number.NaN
  const left = Math.min(widthPx - 2, Math.floor(x))
  const top = Math.min(heightPx - 2, Math.floor(y))
  const fx = x - left
  const fy = y - top
  const at = top * widthPx + left
  const upper = grey[at]! + fx * (grey[at + 1]! - grey[at]!)
  const lower = grey[at + widthPx]! + fx * (grey[at + widthPx + 1]! - grey[at + widthPx]!)
  return upper + fy * (lower - upper)
}

/** The grey levels that these shares of the pixels do not pass; shares ascending. */
export function quantiles({ grey }: Plane, shares: readonly number[]): number[] {
  const counts = new Uint32Array(256)
  for (let i = 0; i < grey.length; i++) counts[grey[i]!]!++
  let sum = 0
  let value = -1
  return shares.map((share) => {
    while (value < 255 && (value < 0 || sum < share * grey.length)) sum += counts[++value]!
    return value
  })
}
