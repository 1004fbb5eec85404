// What lies around the fingers: moisture that darkens the glass, and faint residue of earlier fingers. Pure; lengths in blocks.

import { blockPx } from './blocks.js'
import type { Fingertip } from './box.js'
import type { Sight } from './find.js'
import { boxShare } from './foreground.js'
import { addTexture, coherenceOf, noTexture } from './regions.js'

/** Moist glass is this many grey levels darker than dry one, and smooth. */
const haloGrey = 16
/** Rings of this many blocks are compared: the one next to a finger and one further out. */
const ringBlocks = 3
const farBlocks = 9
/** So much of a ring must be smooth to be judged. */
const smoothShare = 0.3

/** Residue covers at least this many blocks (half a fingertip) … */
const ghostArea = 260
/** … varies more than empty glass by this factor, and by at least so many grey levels … */
const ghostOverNoise = 2.2
const ghostDeviation = 4
/** … and runs in lines. */
const ghostCoherence = 0.3
const ghostCover = 0.6

/** @returns whether the smooth glass next to the upper part of the finger is darker than that further out */
export function hasHalo(sight: Sight, tip: Fingertip): boolean {
  const near = ringGrey(sight, tip, 1)
  const far = ringGrey(sight, tip, farBlocks)
  return near !== undefined && far !== undefined && near < far - haloGrey
}

/** Mean grey of the smooth blocks in a ring around the upper part of a finger, from `from` blocks out; undefined when few are. */
function ringGrey({ map, foreground, mask }: Sight, tip: Fingertip, from: number): number | undefined {
  const { columns, rows } = map
  const cos = Math.cos((tip.angleDeg * Math.PI) / 180)
  const sin = Math.sin((tip.angleDeg * Math.PI) / 180)
  const [cx, cy] = [tip.cx / blockPx, tip.cy / blockPx]
  const [a, b] = [tip.width / blockPx / 2, tip.height / blockPx / 2]
  let [sum, smooth, count] = [0, 0, 0]
  for (let deg = 0; deg < 360; deg += 4) {
    for (let out = from; out < from + ringBlocks; out++) {
      const u = (a + out) * Math.cos((deg * Math.PI) / 180)
      const v = (b + out) * Math.sin((deg * Math.PI) / 180)
      if (v > b / 3) continue
      const x = Math.floor(cx + cos * u + sin * v)
      const y = Math.floor(cy - sin * u + cos * v)
      if (x < 0 || y < 0 || x >= columns || y >= rows) continue
      count++
      const at = y * columns + x
      if (mask[at] === 1 || map.deviation[at]! > foreground.leastDeviation) continue
      smooth++
      sum += map.mean[at]!
    }
  }
  return smooth > count * smoothShare && smooth > 20 ? sum / smooth : undefined
}

/** @returns whether faint ridges lie where no finger is, or below and beside one */
export function hasGhosts({ map, foreground, mask, tips, tiltDeg }: Sight): boolean {
  const { columns, rows, deviation } = map
  const near = boxShare(mask, columns, rows, 2 * ringBlocks + 1)
  const least = Math.max(ghostDeviation, ghostOverNoise * groundNoise(deviation))
  const faint = new Uint8Array(columns * rows)
  for (let at = 0; at < faint.length; at++) {
    if (near[at] === 0 && deviation[at]! > least && deviation[at]! < foreground.leastDeviation) faint[at] = 1
  }
  clearBelow(faint, columns, tips, tiltDeg)
  const cover = boxShare(faint, columns, rows, 13)
  const texture = noTexture()
  let area = 0
  for (let at = 0; at < faint.length; at++) {
    if (faint[at] === 0 || cover[at]! < ghostCover) continue
    area++
    addTexture(texture, map, at)
  }
  return area >= ghostArea && coherenceOf(texture) > ghostCoherence
}

/** The lower joints of a finger may lie on lightly: what is below a tip in the hand's direction is no residue. */
function clearBelow(faint: Uint8Array, columns: number, tips: readonly Fingertip[], tiltDeg: number): void {
  const cos = Math.cos((tiltDeg * Math.PI) / 180)
  const sin = Math.sin((tiltDeg * Math.PI) / 180)
  for (let at = 0; at < faint.length; at++) {
    if (faint[at] === 0) continue
    const x = ((at % columns) + 0.5) * blockPx
    const y = (Math.floor(at / columns) + 0.5) * blockPx
    const u = cos * x - sin * y
    const v = sin * x + cos * y
    if (tips.some((tip) => v > tip.tipV && Math.abs(u - tip.tipU) < tip.width * 0.75 + 0.2 * (v - tip.tipV))) faint[at] = 0
  }
}

/** Median deviation of the blocks: most of a live image is empty glass. */
function groundNoise(deviation: Float32Array): number {
  const histogram = new Int32Array(64)
  for (const value of deviation) histogram[Math.min(63, value * 4) | 0]!++
  let below = 0
  for (let i = 0; i < 64; i++) {
    below += histogram[i]!
    if (below * 2 > deviation.length) return (i + 0.5) / 4
  }
  return 16
}
