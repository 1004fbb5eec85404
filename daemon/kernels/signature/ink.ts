// Strokes as ink: SVG paths of varying width, trimmed to what was written and scaled into a box. The one place that knows how a signature looks. Pure.

import { length, type Stroke } from './strokes.js'

/** Where the ink goes, in millimetres of the finished print. */
export interface InkBox {
  readonly widthMm: number
  readonly heightMm: number
  /** Left free on every side; default 3 % of the smaller side. */
  readonly marginMm?: number
}

export interface InkPath {
  /** SVG path data in hundredths of a millimetre. */
  readonly d: string
  readonly widthMm: number
}

export interface Ink {
  readonly widthMm: number
  readonly heightMm: number
  /** One path for each width in use, thin ones first; drawn with round caps and joins. */
  readonly paths: readonly InkPath[]
}

/** Of the finished print: a thinner line breaks up at 300 dpi in one colour. */
export const leastLineMm = 0.25
const mostLineMm = 0.43
/** Steps of a line's width are 0.03 mm and hidden by its round ends. */
const widths = 7
/** So little ink is not blown up to fill the box. */
const mostScale = 4
/** Of the finished print; points closer than this draw nothing new. */
const leastStepMm = 0.12
const cornerCosine = Math.cos((75 * Math.PI) / 180)
const unitsPerMm = 100

/** A stroke thinned out, in units of the print. */
interface Line {
  readonly x: readonly number[]
  readonly y: readonly number[]
  /** 0 thin to 1 thick */
  readonly weight: readonly number[]
}

/** The card's place for a signature, see layout/front.svg: 200 x 90 dots at 300 dpi. */
export const cardInkBox: InkBox = { widthMm: (200 * 25.4) / 300, heightMm: (90 * 25.4) / 300 }

export function drawInk(strokes: readonly Stroke[], box: InkBox): Ink {
  const place = placeIn(strokes, box)
  const weightOf = weighing(strokes)
  const byWidth: string[] = Array.from({ length: widths }, () => '')
  for (const stroke of strokes) if (stroke.xMm.length > 0) drawLine(thinned(stroke, place, weightOf(stroke)), byWidth)
  const paths = byWidth.flatMap((d, level) => (d === '' ? [] : [{ d, widthMm: widthOf(level) }]))
  return { widthMm: box.widthMm, heightMm: box.heightMm, paths }
}

const widthOf = (level: number): number => leastLineMm + ((mostLineMm - leastLineMm) * level) / (widths - 1)

/** @param dpi the size in dots, for rasters; without it the size is in millimetres */
export function inkSvg({ widthMm, heightMm, paths }: Ink, dpi?: number): string {
  const size = (mm: number) => (dpi === undefined ? `${rounded(mm)}mm` : `${Math.max(1, Math.round((mm * dpi) / 25.4))}`)
  const body = paths.map(({ d, widthMm: line }) => `<path stroke-width="${Math.round(line * unitsPerMm)}" d="${d}"/>`).join('')
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size(widthMm)}" height="${size(heightMm)}" ` +
    `viewBox="0 0 ${rounded(widthMm * unitsPerMm)} ${rounded(heightMm * unitsPerMm)}">` +
    `<g fill="none" stroke="#000" stroke-linecap="round" stroke-linejoin="round">${body}</g></svg>`
  )
}

const rounded = (value: number): number => Math.round(value * 100) / 100

interface Place {
  readonly scale: number
  readonly dx: number
  readonly dy: number
}

/** As large as fits inside the margin, in the middle. */
function placeIn(strokes: readonly Stroke[], { widthMm, heightMm, marginMm }: InkBox): Place {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const { xMm, yMm } of strokes) {
    for (let i = 0; i < xMm.length; i++) {
      left = Math.min(left, xMm[i]!)
      right = Math.max(right, xMm[i]!)
      top = Math.min(top, yMm[i]!)
      bottom = Math.max(bottom, yMm[i]!)
    }
  }
  if (!(right >= left)) return { scale: 1, dx: 0, dy: 0 }
  const free = (mm: number) => Math.max(0.01, mm - mostLineMm - 2 * (marginMm ?? 0.03 * Math.min(widthMm, heightMm)))
  const scale = Math.min(mostScale, free(widthMm) / (right - left), free(heightMm) / (bottom - top))
  return { scale, dx: widthMm / 2 - (scale * (left + right)) / 2, dy: heightMm / 2 - (scale * (top + bottom)) / 2 }
}

/** Thick where the pen was pressed, among this person's own pressures; where the pad measures none, thick where the pen was slow. */
function weighing(strokes: readonly Stroke[]): (stroke: Stroke) => Float64Array {
  const pressures = joined(strokes.map(({ pressure }) => pressure)).sort()
  const low = pressures[Math.floor(0.1 * pressures.length)] ?? 0
  const high = pressures[Math.floor(0.95 * pressures.length)] ?? 0
  if (high - low > 0.02 * high) return ({ pressure }) => pressure.map((value) => Math.min(1, Math.max(0, (value - low) / (high - low))))
  const speeds = joined(strokes.map(speedsOf)).sort()
  const median = speeds[speeds.length >> 1] ?? 0
  return (stroke) => speedsOf(stroke).map((speed) => (median + speed > 0 ? median / (median + speed) : 0.5))
}

function joined(columns: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(columns.reduce((sum, column) => sum + column.length, 0))
  let at = 0
  for (const column of columns) {
    out.set(column, at)
    at += column.length
  }
  return out
}

/** Millimetres a millisecond, over the samples on both sides. */
function speedsOf({ xMm, yMm, timeMs }: Stroke): Float64Array {
  const last = xMm.length - 1
  return xMm.map((_, i) => {
    const a = Math.max(0, i - 2)
    const b = Math.min(last, i + 2)
    const spentMs = timeMs[b]! - timeMs[a]!
    return spentMs > 0 ? length(xMm[b]! - xMm[a]!, yMm[b]! - yMm[a]!) / spentMs : 0
  })
}

function thinned({ xMm, yMm }: Stroke, { scale, dx, dy }: Place, weights: Float64Array): Line {
  const x: number[] = []
  const y: number[] = []
  const weight: number[] = []
  const last = xMm.length - 1
  for (let i = 0; i <= last; i++) {
    const px = xMm[i]! * scale + dx
    const py = yMm[i]! * scale + dy
    const near = x.length > 0 && length(px - x.at(-1)!, py - y.at(-1)!) < leastStepMm
    if (near && (i < last || x.length > 1)) continue
    x.push(px)
    y.push(py)
    weight.push((weights[Math.max(0, i - 1)]! + 2 * weights[i]! + weights[Math.min(last, i + 1)]!) / 4)
  }
  return { x, y, weight }
}

/** Pieces between points, each with the width of its middle, appended to the path of that width. */
function drawLine({ x, y, weight }: Line, byWidth: string[]): void {
  const n = x.length
  const level = (value: number) => Math.round(value * (widths - 1))
  if (n === 1) {
    // A dot: a line of no length with round ends.
    byWidth[level(weight[0]!)] += `M${point(x[0]!, y[0]!)}l0 0`
    return
  }
  let drawing = -1
  for (let i = 0; i + 1 < n; i++) {
    const to = level((weight[i]! + weight[i + 1]!) / 2)
    if (to !== drawing) byWidth[to] += `M${point(x[i]!, y[i]!)}`
    drawing = to
    const third = length(x[i + 1]! - x[i]!, y[i + 1]! - y[i]!) / 3
    const [ax, ay] = direction(x, y, i)
    const [bx, by] = direction(x, y, i + 1)
    byWidth[to] +=
      `C${point(x[i]! + ax * third, y[i]! + ay * third)} ${point(x[i + 1]! - bx * third, y[i + 1]! - by * third)} ${point(x[i + 1]!, y[i + 1]!)}`
  }
}

/** Catmull-Rom's: along the line through both neighbours, of length one; none at an end and at a corner, which then stays sharp. */
function direction(x: readonly number[], y: readonly number[], at: number): readonly [number, number] {
  if (at === 0 || at === x.length - 1) return [0, 0]
  const [ux, uy] = [x[at]! - x[at - 1]!, y[at]! - y[at - 1]!]
  const [vx, vy] = [x[at + 1]! - x[at]!, y[at + 1]! - y[at]!]
  if (ux * vx + uy * vy < cornerCosine * length(ux, uy) * length(vx, vy)) return [0, 0]
  const size = length(ux + vx, uy + vy)
  return size > 0 ? [(ux + vx) / size, (uy + vy) / size] : [0, 0]
}

const point = (xMm: number, yMm: number): string => `${Math.round(xMm * unitsPerMm)} ${Math.round(yMm * unitsPerMm)}`
