// What a frame of the empty platen says about the glass and the lamp. Pure; knows no device and no threshold of a site.

import type { PlatenReading } from '../../driver.js'

/** Every so many pixels are looked at, in both directions: residue is larger. */
const stride = 4
/** Side of a part of the platen, pixels. */
const blockPx = 100
/** A pixel this much darker than the median of its part is residue; this much darker than that of the platen, something that lies there. */
const residueRatio = 0.94
const objectRatio = 0.6
/** A fingertip covers one part in sixty of a platen of 3.2 × 3.0 inch. */
const occupiedShare = 0.01

/**
 * @param image  8-bit grey, row-major, `widthPx * heightPx`, ridges dark
 * @throws never
 */
export function readPlaten(image: Uint8Array, widthPx: number, heightPx: number): PlatenReading {
  const whole = new Uint32Array(256)
  const parts: Uint32Array[] = []
  for (let top = 0; top + blockPx <= heightPx; top += blockPx) {
    for (let left = 0; left + blockPx <= widthPx; left += blockPx) {
      const part = new Uint32Array(256)
      for (let y = top; y < top + blockPx; y += stride) {
        for (let x = left; x < left + blockPx; x += stride) part[image[y * widthPx + x]!]!++
      }
      for (let level = 0; level < 256; level++) whole[level] = whole[level]! + part[level]!
      parts.push(part)
    }
  }
  const level = medianOf(whole)
  const medians = parts.map(medianOf)
  const darker = (ratio: number, of: (index: number) => number): number => {
    let dark = 0
    let all = 0
    parts.forEach((part, index) => {
      const limit = of(index) * ratio
      for (let at = 0; at < 256; at++) {
        all += part[at]!
        if (at < limit) dark += part[at]!
      }
    })
    return all === 0 ? 0 : dark / all
  }
  return {
    occupied: darker(objectRatio, () => level) > occupiedShare,
    level,
    spread: medians.length === 0 ? 0 : Math.max(...medians) - Math.min(...medians),
    // Lamps fall off towards the edges; what is darker than that is covered as a whole, and has no median to go by.
    residueShare: darker(residueRatio, (index) => Math.max(medians[index]!, level * 0.85)),
  }
}

function medianOf(histogram: Uint32Array): number {
  let left = histogram.reduce((sum, count) => sum + count, 0) / 2
  for (let level = 0; level < 256; level++) {
    left -= histogram[level]!
    if (left <= 0) return level
  }
  return 0
}
