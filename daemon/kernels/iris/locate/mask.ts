// The visible iris, pixel by pixel: between the circles and the lids, without highlights, lashes and shadows. Draws what others found.

import type { Circle } from '../location.js'
import { expectedLevel, type IrisModel } from './iris-model.js'
import { type Lids, openRows } from './lids.js'
import type { Plane } from './plane.js'

/** Brighter than the iris by so many deviations and levels: a highlight. Darker, near a lid: lash or shadow. */
const bright = { deviations: 4.5, levels: 40 } as const
const dark = { deviations: 2.8, levels: 16 } as const

export interface IrisMask {
  readonly mask: Uint8Array
  readonly highlights: number
}

export function drawMask(plane: Plane, pupil: Circle, iris: Circle, lids: Lids, model: IrisModel): IrisMask {
  const { grey, widthPx, heightPx } = plane
  const mask = new Uint8Array(widthPx * heightPx)
  const { from, until } = openRows(lids, widthPx, heightPx)
  const brighter = Math.max(bright.levels, bright.deviations * model.deviation)
  const darker = Math.max(dark.levels, dark.deviations * model.deviation)
  const spots = new Uint8Array(widthPx * heightPx)
  const lashes = new Uint8Array(widthPx * heightPx)
  const lowestLash = iris.y
  const top = Math.max(0, Math.ceil(iris.y - iris.r))
  const bottom = Math.min(heightPx - 1, Math.floor(iris.y + iris.r))
  for (let y = top; y <= bottom; y++) {
    const half = Math.sqrt(Math.max(0, iris.r * iris.r - (y - iris.y) ** 2))
    const left = Math.max(0, Math.ceil(iris.x - half))
    const right = Math.min(widthPx - 1, Math.floor(iris.x + half))
    for (let x = left; x <= right; x++) {
      const at = y * widthPx + x
      if (y < from[x]! || y > until[x]!) continue
      const distance = Math.hypot(x - iris.x, y - iris.y) / iris.r
      const expected = expectedLevel(model, distance, (x - iris.x) / iris.r)
      const off = grey[at]! - expected
      if (off > brighter) {
        // Near the limbus what is bright is sclera, not a highlight.
        if (distance < 0.92) spots[at] = 1
        continue
      }
      if ((x - pupil.x) ** 2 + (y - pupil.y) ** 2 <= pupil.r * pupil.r) continue
      if (off < -darker && y < lowestLash) {
        // A lash hangs down from what is not visible; dark spots that stand alone are the iris's own.
        const above = at - widthPx
        if (
          y === 0 ||
          y - 1 < from[x]! ||
          lashes[above] === 1 ||
          lashes[above - 1] === 1 ||
          lashes[above + 1] === 1 ||
          isRim(x, y - 1, iris)
        )
          lashes[at] = 1
        else if (lashes[at - 1] === 1 || lashes[above - widthPx] === 1) lashes[at] = 1
        if (lashes[at] === 1) continue
      }
      mask[at] = 255
    }
  }
  const highlights = spreadSpots(spots, mask, plane, iris)
  return { mask, highlights }
}

const isRim = (x: number, y: number, iris: Circle): boolean => (x - iris.x) ** 2 + (y - iris.y) ** 2 > iris.r * iris.r

/** Counts the spots and takes their rims out of the mask: a highlight bleeds into its neighbours. */
function spreadSpots(spots: Uint8Array, mask: Uint8Array, { widthPx, heightPx }: Plane, iris: Circle): number {
  const rim = Math.max(1, Math.round(iris.r / 50))
  const least = Math.max(2, (iris.r / 50) ** 2 * 3)
  const stack: number[] = []
  let count = 0
  for (let start = 0; start < spots.length; start++) {
    if (spots[start] !== 1) continue
    let size = 0
    spots[start] = 2
    stack.push(start)
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      size++
      const x = at % widthPx
      const y = (at - x) / widthPx
      for (let dy = -rim; dy <= rim; dy++) {
        for (let dx = -rim; dx <= rim; dx++) {
          const px = x + dx
          const py = y + dy
          if (px < 0 || py < 0 || px >= widthPx || py >= heightPx) continue
          const next = py * widthPx + px
          mask[next] = 0
          if (spots[next] !== 1 || Math.abs(dx) > 1 || Math.abs(dy) > 1) continue
          spots[next] = 2
          stack.push(next)
        }
      }
    }
    if (size >= least) count++
  }
  return count
}
