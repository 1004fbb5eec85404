// The lids across the iris: of many parabolas the one that best parts what looks like this iris from what does not, and that lies on an edge.
// Areas decide first, the edge second: lashes break edges, skin and lashes never look like the iris over a whole area.

import { type Circle, type LidCurve, lidAt } from '../location.js'
import { type ExpectedLevels, expectedLevels, type IrisModel } from './iris-model.js'
import type { Plane } from './plane.js'

export interface Lids {
  readonly upper?: LidCurve
  readonly lower?: LidCurve
}

/** Hiding less of the iris than this share is not worth a lid. */
const leastHidden = 0.012
/** What an edge of full strength under the whole curve is worth, as rows of pixels in radii. */
const edgeWorth = 0.08
const fullEdge = 16
const darkIsOther = 0.25

/** Evidence by column for a lid whose edge lies in a row. */
interface Columns {
  readonly width: number
  /** Rows from 0 to `height`: the last stands for all below the picture. */
  readonly height: number
  /** `upper[x·(height + 1) + y]`: that pixels above row y are not of the iris, plus the worth of an edge there; `lower` alike for those from y on. */
  readonly upper: Float32Array
  readonly lower: Float32Array
}

/** @param known  from a look before: they are only moved a little */
export function findLids(plane: Plane, pupil: Circle, iris: Circle, model: IrisModel, known: Lids = {}): Lids {
  const columns = gather(plane, pupil, iris, model)
  const upper = search(columns, iris, -1, known.upper)
  const lower = search(columns, iris, 1, known.lower)
  return { ...(upper && { upper }), ...(lower && { lower }) }
}

function gather(plane: Plane, pupil: Circle, iris: Circle, model: IrisModel): Columns {
  const { grey, widthPx, heightPx } = plane
  const stride = heightPx + 1
  const upper = new Float32Array(widthPx * stride)
  const lower = new Float32Array(widthPx * stride)
  const expected = expectedLevels(model)
  const sums = new Float64Array(stride)
  // The ends repeat: an edge is two rows from here on against two above.
  const column = new Int16Array(heightPx + 4)
  const edgeScale = (edgeWorth * iris.r) / (2 * fullEdge)
  const mostEdge = edgeWorth * iris.r
  for (let x = 0; x < widthPx; x++) {
    const half = Math.sqrt(Math.max(0, iris.r * iris.r - (x - iris.x) ** 2))
    if (half < 1) continue
    const top = Math.max(0, Math.ceil(iris.y - half))
    const bottom = Math.min(heightPx - 1, Math.floor(iris.y + half))
    if (top > bottom) continue
    for (let y = 0; y < heightPx; y++) column[y + 2] = grey[y * widthPx + x]!
    column.fill(column[2]!, 0, 2).fill(column[heightPx + 1]!, heightPx + 2)
    sumColumn(column, x, top, bottom, pupil, iris, model, expected, sums)
    const all = sums[bottom + 1]!
    for (let y = 0, at = x * stride; y < heightPx; y++, at++) {
      const step = Math.abs(column[y + 3]! + column[y + 2]! - column[y + 1]! - column[y]!)
      const edge = step < 2 * fullEdge ? edgeScale * step : mostEdge
      if (y > top) upper[at] = (y > bottom ? all : sums[y]!) + edge
      if (y <= bottom) lower[at] = (y < top ? all : all - sums[y]!) + edge
    }
    upper[x * stride + heightPx] = all
  }
  return { width: widthPx, height: heightPx, upper, lower }
}

/** Evidence of the pixels of one column from `top` to `bottom`, summed, into `sums[top]` to `sums[bottom + 1]`. */
function sumColumn(
  column: Int16Array,
  x: number,
  top: number,
  bottom: number,
  pupil: Circle,
  iris: Circle,
  model: IrisModel,
  { scale, levels }: ExpectedLevels,
  sums: Float64Array,
): void {
  const right = (x - iris.x) / iris.r
  const shade = model.slope * right
  const px2 = (x - pupil.x) ** 2
  const dx2 = (x - iris.x) ** 2
  const outer = (1.1 * pupil.r) ** 2
  const inner = (0.88 * pupil.r) ** 2
  const mostPupil = model.pupil + 3 * model.pupilDeviation
  const toIndex = scale / (iris.r * iris.r)
  // The limbus is soft: its last part says nothing of lids.
  const limbus = (0.94 * iris.r) ** 2
  const perLevel = 1 / (2.4 * model.deviation)
  let sum = 0
  sums[top] = 0
  for (let y = top; y <= bottom; y++) {
    const value = column[y + 2]!
    const fromPupil = px2 + (y - pupil.y) ** 2
    const fromIris = dx2 + (y - iris.y) ** 2
    // From −1, surely this iris or its pupil, to 1.5, surely not.
    if (fromPupil < outer) {
      if (fromPupil <= inner) sum += value < mostPupil ? -1 : value < model.level[6]! ? 0 : 0.3
    } else if (fromIris <= limbus) {
      const off = (value - levels[(fromIris * toIndex) | 0]! - shade) * perLevel
      // What is dark may as well be the iris in the lid's shade, or between lashes.
      sum += Math.min(off > 0 ? 1.5 : darkIsOther, off * off - 1)
    }
    sums[y + 1] = sum
  }
}

/** Shapes in radii of the iris, as seen from its centre: height in the middle, slant, bend. */
const slants = [-0.3, -0.15, 0, 0.15, 0.3]
const bends = [-0.15, 0.05, 0.25, 0.45, 0.7]

/** Lids that slant or bend otherwise must earn it; `worth` in squared radii. */
const usual = { slant: 0.2, bend: 0.25, bendBy: 0.3, worth: 0.01 } as const

/** @param side −1 the upper lid, 1 the lower */
function search(columns: Columns, iris: Circle, side: -1 | 1, known: LidCurve | undefined): LidCurve | undefined {
  let best = { height: 1, slant: 0, bend: 0.25, gain: 0 }
  const attempt = (height: number, slant: number, bend: number, every = 1) => {
    const unusual = (slant / usual.slant) ** 2 + ((bend - usual.bend) / usual.bendBy) ** 2
    const gain = gainOf(columns, iris, side, height, slant, bend, every) - usual.worth * unusual * iris.r * iris.r
    if (gain > best.gain) best = { height, slant, bend, gain }
  }
  if (known !== undefined) {
    const { x0, a, b } = known
    attempt((side * (lidAt(known, iris.x) - iris.y)) / iris.r, b + 2 * a * (iris.x - x0), -side * a * iris.r)
  }
  if (best.gain === 0) {
    for (let height = 1.05; height > -0.25; height -= 0.06)
      for (const slant of slants) for (const bend of bends) attempt(height, slant, bend, 2)
    best.gain = 0
    attempt(best.height, best.slant, best.bend)
    if (best.gain === 0) return undefined
  }
  for (let step = known === undefined ? 0.5 : 1; step > 0.1; step /= 2) {
    const { height, slant, bend } = best
    for (let h = -1; h <= 1; h++)
      for (let s = -1; s <= 1; s++)
        for (let k = -1; k <= 1; k++) attempt(height + h * step * 0.06, slant + s * step * 0.15, bend + k * step * 0.2)
  }
  if (best.gain < leastHidden * Math.PI * iris.r * iris.r) return undefined
  return { x0: iris.x, a: (-side * best.bend) / iris.r, b: best.slant, c: iris.y + side * best.height * iris.r }
}

/** Evidence beyond the curve plus what its edge is worth, pixels; looks at every so many columns. */
function gainOf(
  { width, height: rows, upper, lower }: Columns,
  iris: Circle,
  side: -1 | 1,
  height: number,
  slant: number,
  bend: number,
  every: number,
): number {
  const stride = rows + 1
  const gains = side < 0 ? upper : lower
  const from = Math.max(0, Math.ceil(iris.x - iris.r))
  const until = Math.min(width - 1, Math.floor(iris.x + iris.r))
  const middle = iris.y + side * height * iris.r + 0.5
  const bent = (side * bend) / iris.r
  let gain = 0
  for (let x = from; x <= until; x += every) {
    const off = x - iris.x
    const y = middle + off * (slant - bent * off)
    gain += gains[x * stride + (y > 0 ? (y < rows ? y | 0 : rows) : 0)]!
  }
  return gain * every
}

/** Rows between which the eye is open, by column, in the picture's pixels. */
export function openRows(lids: Lids, widthPx: number, heightPx: number): { from: Float32Array; until: Float32Array } {
  const from = new Float32Array(widthPx)
  const until = new Float32Array(widthPx).fill(heightPx - 1)
  for (let x = 0; x < widthPx; x++) {
    if (lids.upper) from[x] = lidAt(lids.upper, x)
    if (lids.lower) until[x] = lidAt(lids.lower, x)
  }
  return { from, until }
}
