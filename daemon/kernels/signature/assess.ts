// A signature from the pad's samples: clean strokes, what is wrong with it, its measures. Pure; decides nothing: a line is accepted elsewhere.

import { cleanStroke, pathMm } from './clean.js'
import { isPlace, type PadArea, type PadFacts, type PadPoint, type Stroke, type StrokeRange, strokeRanges } from './strokes.js'
import { repairTimes } from './timing.js'

/**
 * - `signature_empty`: nothing but taps
 * - `signature_too_short`: too little way or time for a name
 * - `signature_line_only`: one or two straight lines; accepted of those who cannot write, but said
 * - `signature_outside_box`: ink was lost at the border of the area
 */
export type SignatureCode = 'signature_empty' | 'signature_too_short' | 'signature_line_only' | 'signature_outside_box'

export interface SignatureMeasures {
  readonly strokes: number
  /** From the first touch to the last. */
  readonly durationMs: number
  readonly penDownMs: number
  /** Of the ink. */
  readonly pathMm: number
  /** Of the ink, from the pad's origin. */
  readonly box: { readonly xMm: number; readonly yMm: number; readonly widthMm: number; readonly heightMm: number }
  /** While the pen is down. */
  readonly meanSpeedMmPerS: number
  /** Samples at or outside the border of the area; 0 when no area is known. */
  readonly outsideSamples: number
  /** What cleaning did. */
  readonly repaired: { readonly times: number; readonly spikes: number; readonly dropOuts: number; readonly hooks: number }
}

export interface Signature {
  readonly strokes: readonly Stroke[]
  /** Empty when nothing is wrong. */
  readonly codes: readonly SignatureCode[]
  readonly measures: SignatureMeasures
}

const mostPressure = 0xffff

// Own limits, chosen on simulated pens: no standard gives any.
const emptyMm = 2
const shortMm = 15
const shortMs = 300
const mostLines = 2
const leastLineMm = 5
/** Across and along a line that a trembling hand draws. */
const lineWidthMm = 1.2
const lineWidthShare = 0.08
const linePathShare = 1.3
/** Fewer samples at the border are a touch of it, nothing is lost. */
const mostAtBorder = 2

/** @param samples in the order in which the pad gave them, pen up included */
export function assessSignature(samples: readonly PadPoint[], pad: PadFacts): Signature {
  const { timesMs, repaired } = repairTimes(stampsOf(samples))
  const ranges = strokeRanges(samples, timesMs, pad.unitsPerInch)
  const count = { spikes: 0, dropOuts: 0, hooks: 0 }
  const strokes: Stroke[] = []
  for (const range of ranges) {
    const { stroke, dropOuts } = columnsOf(samples, timesMs, range, 25.4 / pad.unitsPerInch)
    const cleaned = cleanStroke(stroke)
    count.spikes += cleaned.spikes
    count.hooks += cleaned.hooks
    count.dropOuts += dropOuts
    strokes.push(cleaned.stroke)
  }
  const outsideSamples = pad.area ? outside(samples, pad.area) : 0
  const measures: SignatureMeasures = { ...measure(strokes), outsideSamples, repaired: { times: repaired, ...count } }
  return { strokes, codes: codesOf(strokes, measures), measures }
}

/** The series without its last stroke and what came after it: undo. The whole series again is `[]`. */
export function withoutLastStroke<T extends PadPoint>(samples: readonly T[], pad: PadFacts): readonly T[] {
  const { timesMs } = repairTimes(stampsOf(samples))
  return samples.slice(0, strokeRanges(samples, timesMs, pad.unitsPerInch).at(-1)?.start ?? 0)
}

function stampsOf(samples: readonly PadPoint[]): Float64Array {
  const stamps = new Float64Array(samples.length)
  for (let i = 0; i < samples.length; i++) stamps[i] = samples[i]!.timeMs
  return stamps
}

/** Samples with the pen up inside a stroke keep their place; their pressure is that before the drop-out. */
function columnsOf(samples: readonly PadPoint[], timesMs: Float64Array, { start, end }: StrokeRange, unitMm: number) {
  const xMm = new Float64Array(end - start)
  const yMm = new Float64Array(end - start)
  const timeMs = new Float64Array(end - start)
  const pressure = new Float64Array(end - start)
  let n = 0
  let dropOuts = 0
  for (let i = start; i < end; i++) {
    const sample = samples[i]!
    if (!sample.penDown && samples[i - 1]!.penDown) dropOuts++
    if (!isPlace(sample)) continue
    xMm[n] = sample.x * unitMm
    yMm[n] = sample.y * unitMm
    timeMs[n] = timesMs[i]!
    pressure[n] = sample.penDown && sample.pressure >= 0 && sample.pressure <= mostPressure ? sample.pressure : n > 0 ? pressure[n - 1]! : 0
    n++
  }
  const cut = (column: Float64Array) => (n === column.length ? column : column.slice(0, n))
  return { stroke: { xMm: cut(xMm), yMm: cut(yMm), timeMs: cut(timeMs), pressure: cut(pressure) }, dropOuts }
}

function outside(samples: readonly PadPoint[], { minX, maxX, minY, maxY }: PadArea): number {
  let count = 0
  for (const { x, y, penDown } of samples) if (penDown && !(x > minX && x < maxX && y > minY && y < maxY)) count++
  return count
}

function measure(strokes: readonly Stroke[]): Omit<SignatureMeasures, 'outsideSamples' | 'repaired'> {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  let penDownMs = 0
  let path = 0
  for (const stroke of strokes) {
    for (let i = 0; i < stroke.xMm.length; i++) {
      left = Math.min(left, stroke.xMm[i]!)
      right = Math.max(right, stroke.xMm[i]!)
      top = Math.min(top, stroke.yMm[i]!)
      bottom = Math.max(bottom, stroke.yMm[i]!)
    }
    penDownMs += stroke.timeMs.at(-1)! - stroke.timeMs[0]!
    path += pathMm(stroke)
  }
  const none = strokes.length === 0
  return {
    strokes: strokes.length,
    durationMs: none ? 0 : strokes.at(-1)!.timeMs.at(-1)! - strokes[0]!.timeMs[0]!,
    penDownMs,
    pathMm: path,
    box: none ? { xMm: 0, yMm: 0, widthMm: 0, heightMm: 0 } : { xMm: left, yMm: top, widthMm: right - left, heightMm: bottom - top },
    meanSpeedMmPerS: penDownMs > 0 ? (path / penDownMs) * 1000 : 0,
  }
}

function codesOf(strokes: readonly Stroke[], { pathMm: path, penDownMs, outsideSamples }: SignatureMeasures): SignatureCode[] {
  if (path < emptyMm) return ['signature_empty']
  const codes: SignatureCode[] = []
  if (path < shortMm || penDownMs < shortMs) codes.push('signature_too_short')
  const drawn = strokes.filter((stroke) => pathMm(stroke) > emptyMm)
  if (drawn.length >= 1 && drawn.length <= mostLines && drawn.every(isLine)) codes.push('signature_line_only')
  if (outsideSamples > mostAtBorder) codes.push('signature_outside_box')
  return codes
}

/** Narrow across its main direction (the larger axis of inertia) and drawn once along it. */
function isLine(stroke: Stroke): boolean {
  const { xMm, yMm } = stroke
  const n = xMm.length
  let [meanX, meanY] = [0, 0]
  for (let i = 0; i < n; i++) {
    meanX += xMm[i]! / n
    meanY += yMm[i]! / n
  }
  let [xx, xy, yy] = [0, 0, 0]
  for (let i = 0; i < n; i++) {
    const [dx, dy] = [xMm[i]! - meanX, yMm[i]! - meanY]
    xx += dx * dx
    xy += dx * dy
    yy += dy * dy
  }
  const angle = Math.atan2(2 * xy, xx - yy) / 2
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  let [least, most, low, high] = [Infinity, -Infinity, Infinity, -Infinity]
  for (let i = 0; i < n; i++) {
    const along = xMm[i]! * cos + yMm[i]! * sin
    const across = yMm[i]! * cos - xMm[i]! * sin
    least = Math.min(least, along)
    most = Math.max(most, along)
    low = Math.min(low, across)
    high = Math.max(high, across)
  }
  const length = most - least
  return length >= leastLineMm && high - low <= Math.max(lineWidthMm, lineWidthShare * length) && pathMm(stroke) <= linePathShare * length
}
