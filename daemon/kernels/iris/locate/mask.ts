// The visible iris, pixel by pixel: between the circles and the lids, without highlights, lashes and shadows. Draws what others found.

import type { Circle } from '../location.js'
import { expectedLevels, type IrisModel } from './iris-model.js'
import { type Lids, openRows } from './lids.js'
import type { Plane } from './plane.js'

/** Brighter than the iris by so many deviations and levels: a highlight. Darker, near a lid: lash or shadow. */
const bright = { deviations: 4.5, levels: 40 } as const
const dark = { deviations: 2.8, levels: 16 } as const

interface IrisMask {
  readonly mask: Uint8Array
  readonly highlights: number
}

export function drawMask(plane: Plane, pupil: Circle, iris: Circle, lids: Lids, model: IrisModel): IrisMask {
  const { grey, widthPx, heightPx } = plane
  const mask = new Uint8Array(widthPx * heightPx)
  const open = openRows(lids, widthPx, heightPx)
  const from = whole(open.from, Math.ceil)
  const until = whole(open.until, Math.floor)
  const columns = [Math.max(0, Math.floor(iris.x - iris.r)), Math.max(0, Math.ceil(iris.x + iris.r)) + 1] as const
  const brighter = Math.max(bright.levels, bright.deviations * model.deviation)
  const darker = Math.max(dark.levels, dark.deviations * model.deviation)
  const top = Math.max(0, Math.ceil(iris.y - iris.r))
  const bottom = Math.min(heightPx - 1, Math.floor(iris.y + iris.r))
  // What pixels are besides iris; two rows more above, so that a lash may look up.
  const base = (top - 2) * widthPx
  const kinds = new Uint8Array(Math.max(0, bottom - top + 3) * widthPx)
  const spots: number[] = []
  const { scale, levels } = expectedLevels(model)
  const perPixel = scale / (iris.r * iris.r)
  const slope = model.slope / iris.r
  // Most pixels are plain whatever is expected of them; darkness counts above the middle only.
  const most = Math.max(...model.level) + Math.abs(model.slope)
  const plainUntil = Math.floor(Math.min(...model.level) - Math.abs(model.slope) + brighter)
  // Near the limbus what is bright is sclera, not a highlight.
  const spotSquare = (0.92 * iris.r) ** 2
  const lowest = lids.upper ? Math.max(...from.subarray(...columns)) : 0
  const highest = lids.lower ? Math.min(...until.subarray(...columns)) : heightPx
  for (let y = top; y <= bottom; y++) {
    const isLidded = y < lowest || y > highest
    const plainFrom = y < iris.y ? Math.ceil(most - darker) : 0
    const dy2 = (y - iris.y) ** 2
    const half = Math.sqrt(Math.max(0, iris.r * iris.r - dy2))
    const left = Math.max(0, Math.ceil(iris.x - half))
    const right = Math.min(widthPx - 1, Math.floor(iris.x + half))
    // Empty where the row does not meet the pupil.
    const pupilHalf = Math.sqrt(Math.max(-1, pupil.r * pupil.r - (y - pupil.y) ** 2)) || -1
    const pupilLeft = Math.max(left, Math.ceil(pupil.x - pupilHalf))
    const pupilRight = Math.min(right, Math.floor(pupil.x + pupilHalf))
    const row = y * widthPx
    mask.fill(255, row + left, row + Math.max(left, right + 1))
    if (pupilLeft <= pupilRight) mask.fill(0, row + pupilLeft, row + pupilRight + 1)
    for (let x = left; x <= right; x++) {
      const at = row + x
      const isClosed = isLidded && (y < from[x]! || y > until[x]!)
      const value = grey[at]!
      if (!isClosed && value >= plainFrom && value <= plainUntil) continue
      if (isClosed) {
        mask[at] = 0
        continue
      }
      const dx = x - iris.x
      const square = dx * dx + dy2
      const off = value - levels[(square * perPixel) | 0]! - slope * dx
      if (off > brighter) {
        mask[at] = 0
        if (square >= spotSquare) continue
        kinds[at - base] = spot
        spots.push(at)
        continue
      }
      if (off >= -darker || y >= iris.y || (x >= pupilLeft && x <= pupilRight)) continue
      // A lash hangs down from what is not visible; dark spots that stand alone are the iris's own.
      if (!(y - 1 < from[x]! || isRim(x, y - 1, iris) || touchesLash(kinds, at - base, widthPx))) continue
      kinds[at - base] = lash
      mask[at] = 0
    }
  }
  return { mask, highlights: spreadSpots(spots, kinds, base, mask, plane, iris) }
}

function whole(rows: Float32Array, round: (row: number) => number): Int32Array {
  const out = new Int32Array(rows.length)
  for (let x = 0; x < rows.length; x++) out[x] = round(rows[x]!)
  return out
}

const spot = 1
const lash = 2
const countedSpot = 3

function touchesLash(kinds: Uint8Array, at: number, widthPx: number): boolean {
  const above = at - widthPx
  return (
    kinds[above] === lash ||
    kinds[above - 1] === lash ||
    kinds[above + 1] === lash ||
    kinds[at - 1] === lash ||
    kinds[above - widthPx] === lash
  )
}

const isRim = (x: number, y: number, iris: Circle): boolean => (x - iris.x) ** 2 + (y - iris.y) ** 2 > iris.r * iris.r

/** Counts the spots and takes their rims out of the mask: a highlight bleeds into its neighbours. */
function spreadSpots(
  spots: readonly number[],
  kinds: Uint8Array,
  base: number,
  mask: Uint8Array,
  { widthPx, heightPx }: Plane,
  iris: Circle,
): number {
  const rim = Math.max(1, Math.round(iris.r / 50))
  const least = Math.max(2, (iris.r / 50) ** 2 * 3)
  const stack: number[] = []
  let count = 0
  for (const start of spots) {
    if (kinds[start - base] !== spot) continue
    let size = 0
    kinds[start - base] = countedSpot
    stack.push(start)
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      size++
      const x = at % widthPx
      const y = (at - x) / widthPx
      for (let py = Math.max(0, y - rim); py <= Math.min(heightPx - 1, y + rim); py++) {
        for (let px = Math.max(0, x - rim); px <= Math.min(widthPx - 1, x + rim); px++) {
          const next = py * widthPx + px
          mask[next] = 0
          if (kinds[next - base] !== spot || Math.abs(px - x) > 1 || Math.abs(py - y) > 1) continue
          kinds[next - base] = countedSpot
          stack.push(next)
        }
      }
    }
    if (size >= least) count++
  }
  return count
}
