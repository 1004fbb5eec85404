// What a pad gives and what a signature is made of; which samples belong to one stroke. Knows no pad's protocol and no record.

/** One point of a pen on a pad, as the driver hands it on. */
export interface PadPoint {
  /** Raw units of the pad, y downwards. */
  readonly x: number
  readonly y: number
  /** 0 when the pad measures none. */
  readonly pressure: number
  readonly timeMs: number
  readonly penDown: boolean
}

/** Raw units, borders included. */
export interface PadArea {
  readonly minX: number
  readonly maxX: number
  readonly minY: number
  readonly maxY: number
}

export interface PadFacts {
  readonly unitsPerInch: number
  /** The active area, or the box drawn on the display. Without it nobody can say that a signature left it. */
  readonly area?: PadArea
}

/** One stroke from pen down to pen up, equally long columns. */
export interface Stroke {
  /** Millimetres from the pad's origin, y downwards. */
  readonly xMm: Float64Array
  readonly yMm: Float64Array
  readonly timeMs: Float64Array
  /** In the pad's own levels; all 0 when it measures none. */
  readonly pressure: Float64Array
}

/** Samples `start` to `end - 1`; samples with the pen up inside are a drop-out that was bridged. */
export interface StrokeRange {
  readonly start: number
  readonly end: number
}

/** A tip switch that flickers and a lost packet or two are shorter than this; the quickest lift of a hand is not. Chosen on simulated pens. */
const mostDropOutMs = 50
/** Bunched stamps and lost packets stretch a flicker of a few samples. */
const mostFlicker = 5
const mostFlickerMs = 75
/** Packets lost with the pen down before and after: nothing says that it was lifted. */
const mostLostMs = 100
/** A pen that rests moves by less. */
const restMm = 1
/** The pen may have become quicker while nobody saw it. */
const mostSpeedUp = 2.5
/** So many intervals on each side tell the speed. */
const speedIntervals = 4

/**
 * Strokes as ranges of samples, in order. A range of one sample alone is a spark on the line and left out.
 * @param timesMs repaired times, one a sample
 */
export function strokeRanges(samples: readonly PadPoint[], timesMs: Float64Array, unitsPerInch: number): StrokeRange[] {
  const unitMm = 25.4 / unitsPerInch
  const ranges: StrokeRange[] = []
  let start = -1
  let last = -1
  const close = () => {
    if (start >= 0 && last > start) ranges.push({ start, end: last + 1 })
    start = -1
  }
  for (let i = 0; i < samples.length; i++) {
    if (!isDown(samples[i]!)) continue
    if (start >= 0 && !continues(samples, timesMs, last, i, unitMm)) close()
    if (start < 0) start = i
    last = i
  }
  close()
  return ranges
}

const isDown = (sample: PadPoint): boolean => sample.penDown && isPlace(sample)

/** No pad has more units; what is beyond, or no number at all, is no place. */
const mostUnits = 0xffff

export const isPlace = ({ x, y }: PadPoint): boolean => Math.abs(x) <= mostUnits && Math.abs(y) <= mostUnits

/** Whether the pen stayed down from one sample to the next one that has it down. */
function continues(samples: readonly PadPoint[], timesMs: Float64Array, from: number, to: number, unitMm: number): boolean {
  const gapMs = timesMs[to]! - timesMs[from]!
  const up = to - from - 1
  if (up === 0 && gapMs <= mostDropOutMs) return true
  if (gapMs > (up === 0 ? mostLostMs : up <= mostFlicker ? mostFlickerMs : mostDropOutMs)) return false
  // The one sample beside a gap may be thrown far away itself: its neighbours are heard too.
  const [beyondFrom, beyondTo] = [samples[from - 1], samples[to + 1]]
  for (const a of beyondFrom && isDown(beyondFrom) ? [from, from - 1] : [from]) {
    for (const b of beyondTo && isDown(beyondTo) ? [to, to + 1] : [to]) {
      const speed = Math.max(speedAt(samples, timesMs, a, -1), speedAt(samples, timesMs, b, 1)) * unitMm
      const spentMs = timesMs[b]! - timesMs[a]!
      if (distance(samples[a]!, samples[b]!) * unitMm <= Math.max(restMm, mostSpeedUp * speed * spentMs)) return true
    }
  }
  return false
}

/** Units a millisecond over the few samples before (-1) or behind (1), as long as the pen is down. */
function speedAt(samples: readonly PadPoint[], timesMs: Float64Array, at: number, direction: 1 | -1): number {
  let path = 0
  let to = at
  for (let k = 0; k < speedIntervals; k++) {
    const next = samples[to + direction]
    if (!next || !isDown(next)) break
    path += distance(samples[to]!, next)
    to += direction
  }
  const spentMs = Math.abs(timesMs[to]! - timesMs[at]!)
  return spentMs > 0 ? path / spentMs : 0
}

const distance = (a: PadPoint, b: PadPoint): number => length(a.x - b.x, a.y - b.y)

/** Math.hypot guards against overflow that millimetres cannot reach, at ten times the price. */
export const length = (x: number, y: number): number => Math.sqrt(x * x + y * y)
