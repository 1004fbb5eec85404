// The compact card format of ISO/IEC 19794-2: three bytes a minutia, x and y in 0.1 mm, type and angle in one byte.

import type { Minutia } from './minutiae.js'

/** Limit of the reference card's biometric information template. */
export const mostMinutiae = 60
const bytesEach = 3
/** 2π / 64 */
const angleUnit = Math.PI / 32

/**
 * @param minutiae pixel coordinates at `ppi`; shifted so that the leftmost and topmost lie at 0, those beyond 25.5 mm are left out
 * @returns ascending by x then y, at most `mostMinutiae` minutiae
 */
export function writeCompactCard(minutiae: readonly Minutia[], ppi: number): Uint8Array {
  const tenths = (px: number) => Math.round((px * 254) / ppi)
  const left = Math.min(...minutiae.map(({ x }) => tenths(x)))
  const top = Math.min(...minutiae.map(({ y }) => tenths(y)))
  const units = minutiae
    .map(({ x, y, type, angle }) => ({
      x: tenths(x) - left,
      y: tenths(y) - top,
      tail: (type << 6) | (Math.round(angle / angleUnit) & 0x3f),
    }))
    .filter(({ x, y }) => x <= 255 && y <= 255)
    .slice(0, mostMinutiae)
    .sort((a, b) => a.x - b.x || a.y - b.y)
  const out = new Uint8Array(units.length * bytesEach)
  units.forEach(({ x, y, tail }, i) => {
    out.set([x, y, tail], i * bytesEach)
  })
  return out
}
