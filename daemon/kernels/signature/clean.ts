// One stroke made clean: spikes out, jitter smoothed without cutting corners, hooks of landing and leaving removed. Pure, in millimetres.

import { length, type Stroke } from './strokes.js'

/** A step this much longer than its neighbours, there and back, is no hand: at a real turning point the pen is slow. */
const spikeRatio = 1.3
const spikeExtraMm = 0.3
/** There and back against the straight way. */
const spikeExcessMm = 0.7
/** A detour of so many of its neighbours' steps is none of a hand either; a pen that turns back at once makes one of about one step. */
const detourRatio = 1.5
const longestSpike = 3
/** Of a spike of several samples, and of one at an end, where only one side speaks against it. */
const farMm = 2.5
const farAtEndMm = 6

/** Half widths of the smoothing window: as wide as the pen went `windowMm`, so that slow stretches, where jitter shows, get the wide ones. */
const widestWindow = 6
const windowMm = 0.6
const leastWindowMm = 2.4
/** Seen over `cornerMm` to each side. */
const cornerMm = 0.6
const cornerCosine = Math.cos((75 * Math.PI) / 180)
const cornerReach = 8

const hookMm = 0.9
const leastHookMm = 0.15
const hookMs = 70
const hookCosine = Math.cos((100 * Math.PI) / 180)
/** Shorter strokes may be all hook: commas, dots, accents. */
const leastHookedMm = 4

export interface CleanedStroke {
  readonly stroke: Stroke
  /** Samples that were taken for errors of the pad. */
  readonly spikes: number
  /** 0, 1 or 2 */
  readonly hooks: number
}

export function cleanStroke(raw: Stroke): CleanedStroke {
  const despiked = withoutSpikes(raw)
  const smooth = smoothed(despiked.stroke)
  const { stroke, hooks } = withoutHooks(smooth)
  return { stroke, spikes: despiked.spikes, hooks }
}

export function pathMm({ xMm, yMm }: Stroke): number {
  let sum = 0
  for (let i = 1; i < xMm.length; i++) sum += length(xMm[i]! - xMm[i - 1]!, yMm[i]! - yMm[i - 1]!)
  return sum
}

const part = (stroke: Stroke, from: number, to: number): Stroke => ({
  xMm: stroke.xMm.slice(from, to),
  yMm: stroke.yMm.slice(from, to),
  timeMs: stroke.timeMs.slice(from, to),
  pressure: stroke.pressure.slice(from, to),
})

function withoutSpikes(raw: Stroke): { stroke: Stroke; spikes: number } {
  const n = raw.xMm.length
  const { xMm, yMm, timeMs } = raw
  const gap = (i: number, k: number) => length(xMm[i]! - xMm[k]!, yMm[i]! - yMm[k]!)
  let from = 0
  let to = n
  if (n >= 4 && gap(0, 1) > farAtEndMm && gap(0, 1) > 5 * gap(1, 2)) from = 1
  if (n >= 4 && gap(n - 1, n - 2) > farAtEndMm && gap(n - 1, n - 2) > 5 * gap(n - 2, n - 3)) to = n - 1
  const stroke = part(raw, from, to)
  let spikes = n - (to - from)
  const { xMm: x, yMm: y } = stroke
  const count = x.length
  const step = (i: number, k: number) => length(x[i]! - x[k]!, y[i]! - y[k]!)
  for (let size = 1; size <= longestSpike; size++) {
    for (let i = 1; i + size < count; i++) {
      const before = i - 1
      const after = i + size
      const there = step(before, i)
      const back = step(after - 1, after)
      const neighbour = Math.max(before > 0 ? step(before - 1, before) : 0, after + 1 < count ? step(after, after + 1) : 0)
      const straight = step(before, after)
      const excess = there + back - straight
      const far = Math.min(there, back) > Math.max(size > 1 ? farMm : 0, spikeRatio * neighbour + spikeExtraMm)
      const aside = far && excess >= spikeExcessMm && (size === 1 || straight <= 0.6 * (there + back))
      if (!aside && !(size === 1 && excess > detourRatio * neighbour + spikeExcessMm)) continue
      for (let k = i; k < after; k++) {
        const spentMs = timeMs[from + after]! - timeMs[from + before]!
        const share = spentMs > 0 ? (timeMs[from + k]! - timeMs[from + before]!) / spentMs : 0.5
        x[k] = x[before]! + share * (x[after]! - x[before]!)
        y[k] = y[before]! + share * (y[after]! - y[before]!)
      }
      spikes += size
      i = after
    }
  }
  return { stroke, spikes }
}

/** Weights of a quadratic fitted to 2m + 1 samples, for its value in the middle (Savitzky and Golay 1964), by m. */
const fits: readonly Float64Array[] = Array.from({ length: widestWindow + 1 }, (_, m) =>
  Float64Array.from(
    { length: 2 * m + 1 },
    (_, k) => (3 * (3 * m * m + 3 * m - 1 - 5 * (k - m) ** 2)) / ((2 * m - 1) * (2 * m + 1) * (2 * m + 3)),
  ),
)

function smoothed(stroke: Stroke): Stroke {
  const { xMm, yMm, pressure } = stroke
  const n = xMm.length
  const x = xMm.slice()
  const y = yMm.slice()
  const force = pressure.slice()
  for (let i = 1; i + 1 < n; i++) {
    force[i] = (pressure[i - 1]! + 2 * pressure[i]! + pressure[i + 1]!) / 4
    const m = windowAt(stroke, i)
    if (m < 2 || isCorner(stroke, i)) continue
    const weights = fits[m]!
    let sumX = 0
    let sumY = 0
    for (let k = -m; k <= m; k++) {
      sumX += weights[k + m]! * xMm[i + k]!
      sumY += weights[k + m]! * yMm[i + k]!
    }
    x[i] = sumX
    y[i] = sumY
  }
  return { ...stroke, xMm: x, yMm: y, pressure: force }
}

/** Half the window: 0 where the pen is so quick that jitter is nothing beside its steps. */
function windowAt({ xMm, yMm }: Stroke, at: number): number {
  const most = Math.min(widestWindow, at, xMm.length - 1 - at)
  let m = 0
  while (m < most) {
    const i = at - m - 1
    const k = at + m + 1
    const reach = Math.max(length(xMm[i]! - xMm[at]!, yMm[i]! - yMm[at]!), length(xMm[k]! - xMm[at]!, yMm[k]! - yMm[at]!))
    if (reach > (m < 2 ? leastWindowMm : windowMm)) break
    m++
  }
  return m
}

function isCorner(stroke: Stroke, at: number): boolean {
  const before = reachedFrom(stroke, at, -1)
  const after = reachedFrom(stroke, at, 1)
  return before >= 0 && after >= 0 && cosineOf(stroke, before, at, after) < cornerCosine
}

/** First sample in a direction that is `cornerMm` away; -1 where the pen rests or ends. */
function reachedFrom({ xMm, yMm }: Stroke, at: number, direction: 1 | -1): number {
  for (let k = 1; k <= cornerReach; k++) {
    const i = at + k * direction
    if (i < 0 || i >= xMm.length) return -1
    if (length(xMm[i]! - xMm[at]!, yMm[i]! - yMm[at]!) >= cornerMm) return i
  }
  return -1
}

/** Of the angle by which the way a → b → c turns: 1 straight on, -1 back. */
function cosineOf({ xMm, yMm }: Stroke, a: number, b: number, c: number): number {
  const [ux, uy] = [xMm[b]! - xMm[a]!, yMm[b]! - yMm[a]!]
  const [vx, vy] = [xMm[c]! - xMm[b]!, yMm[c]! - yMm[b]!]
  const size = length(ux, uy) * length(vx, vy)
  return size > 0 ? (ux * vx + uy * vy) / size : 1
}

function withoutHooks(stroke: Stroke): { stroke: Stroke; hooks: number } {
  if (pathMm(stroke) < leastHookedMm) return { stroke, hooks: 0 }
  const n = stroke.xMm.length
  const from = hookEnd(stroke, 0, 1)
  const to = hookEnd(stroke, n - 1, -1)
  if (from >= to) return { stroke, hooks: 0 }
  const hooks = (from > 0 ? 1 : 0) + (to < n - 1 ? 1 : 0)
  return hooks === 0 ? { stroke, hooks } : { stroke: part(stroke, from, to + 1), hooks }
}

/** Where the hook at an end turns into the stroke: the sharpest turn within its length and time, or the end itself when there is none. */
function hookEnd(stroke: Stroke, end: number, direction: 1 | -1): number {
  const { xMm, yMm, timeMs } = stroke
  let turn = end
  let sharpest = hookCosine
  let path = 0
  for (let i = end + direction; i > 0 && i < xMm.length - 1; i += direction) {
    path += length(xMm[i]! - xMm[i - direction]!, yMm[i]! - yMm[i - direction]!)
    if (path > hookMm || Math.abs(timeMs[i]! - timeMs[end]!) > hookMs) break
    const beyond = reachedFrom(stroke, i, direction)
    if (beyond < 0 || length(xMm[i]! - xMm[end]!, yMm[i]! - yMm[end]!) < leastHookMm) continue
    const cosine = cosineOf(stroke, end, i, beyond)
    if (cosine < sharpest) {
      sharpest = cosine
      turn = i
    }
  }
  return turn
}
