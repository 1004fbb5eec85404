// The visible iris, pixel by pixel: between the circles and the lids, without highlights, lashes and shadows. Draws what others found.

import type { Circle } from '../location.js'
import { type ExpectedLevels, expectedLevels, type IrisModel } from './iris-model.js'
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
  const { widthPx, heightPx } = plane
  const top = Math.max(0, Math.ceil(iris.y - iris.r))
  const bottom = Math.min(heightPx - 1, Math.floor(iris.y + iris.r))
  const drawing = drawingOf(plane, iris, lids, model, top, bottom)
  const { mask, from, until } = drawing
  const columns = [Math.max(0, Math.floor(iris.x - iris.r)), Math.max(0, Math.ceil(iris.x + iris.r)) + 1] as const
  const lowest = lids.upper ? Math.max(...from.subarray(...columns)) : 0
  const highest = lids.lower ? Math.min(...until.subarray(...columns)) : heightPx
  for (let y = top; y <= bottom; y++) {
    const half = Math.sqrt(Math.max(0, iris.r * iris.r - (y - iris.y) ** 2))
    const left = Math.max(0, Math.ceil(iris.x - half))
    const right = Math.min(widthPx - 1, Math.floor(iris.x + half))
    // Empty where the row does not meet the pupil.
    const pupilHalf = Math.sqrt(Math.max(-1, pupil.r * pupil.r - (y - pupil.y) ** 2)) || -1
    const pupilLeft = Math.max(left, Math.ceil(pupil.x - pupilHalf))
    const pupilRight = Math.min(right, Math.floor(pupil.x + pupilHalf))
    const row = y * widthPx
    mask.fill(255, row + left, row + Math.max(left, right + 1))
    if (pupilLeft <= pupilRight) mask.fill(0, row + pupilLeft, row + pupilRight + 1)
    judgeRow(drawing, y, left, right, pupilLeft, pupilRight, y < lowest || y > highest)
  }
  return { mask, highlights: spreadSpots(drawing) }
}

/** What is drawn on, and what pixels are judged by. */
interface Drawing {
  readonly plane: Plane
  readonly iris: Circle
  readonly mask: Uint8Array
  /** First and last row between the lids, by column. */
  readonly from: Int32Array
  readonly until: Int32Array
  /** What pixels are besides iris, from pixel `base` on. */
  readonly kinds: Uint8Array
  readonly base: number
  readonly spots: number[]
  readonly model: IrisModel
  readonly expected: ExpectedLevels
  readonly brighter: number
  readonly darker: number
  /** Most pixels are plain whatever is expected of them: between these levels. */
  readonly plainFrom: number
  readonly plainUntil: number
}

function drawingOf(plane: Plane, iris: Circle, lids: Lids, model: IrisModel, top: number, bottom: number): Drawing {
  const { widthPx, heightPx } = plane
  const open = openRows(lids, widthPx, heightPx)
  const brighter = Math.max(bright.levels, bright.deviations * model.deviation)
  const darker = Math.max(dark.levels, dark.deviations * model.deviation)
  return {
    plane,
    iris,
    mask: new Uint8Array(widthPx * heightPx),
    from: whole(open.from, Math.ceil),
    until: whole(open.until, Math.floor),
    // Two rows more above, so that a lash may look up.
    kinds: new Uint8Array(Math.max(0, bottom - top + 3) * widthPx),
    base: (top - 2) * widthPx,
    spots: [],
    model,
    expected: expectedLevels(model),
    brighter,
    darker,
    plainFrom: Math.ceil(Math.max(...model.level) + Math.abs(model.slope) - darker),
    plainUntil: Math.floor(Math.min(...model.level) - Math.abs(model.slope) + brighter),
  }
}

/** Takes out of a row of the mask what is not visible iris. */
function judgeRow(
  drawing: Drawing,
  y: number,
  left: number,
  right: number,
  pupilLeft: number,
  pupilRight: number,
  isLidded: boolean,
): void {
  const { plane, iris, mask, from, until, kinds, base, spots, model, expected, brighter, darker, plainUntil } = drawing
  const { grey, widthPx } = plane
  const { scale, levels } = expected
  const perPixel = scale / (iris.r * iris.r)
  const slope = model.slope / iris.r
  // Darkness counts above the middle only.
  const plainFrom = y < iris.y ? drawing.plainFrom : 0
  // Near the limbus what is bright is sclera, not a highlight.
  const spotSquare = (0.92 * iris.r) ** 2
  const dy2 = (y - iris.y) ** 2
  for (let x = left, at = y * widthPx + left; x <= right; x++, at++) {
    if (isLidded && (y < from[x]! || y > until[x]!)) {
      mask[at] = 0
      continue
    }
    const value = grey[at]!
    if (value >= plainFrom && value <= plainUntil) continue
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
function spreadSpots({ spots, kinds, base, mask, plane, iris }: Drawing): number {
  const { widthPx, heightPx } = plane
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
