// How far apart the ridges lie: the period of the profile across them, measured in windows (Hong, Wan and Jain 1998) by a few Fourier sums.

import { smoothMap } from './normalise.js'
import type { Flow } from './orientation.js'
import { blockPx, type Grid, marginPx } from './planes.js'

/** Ridge periods of fingers of children and of large hands at 500 ppi. */
export const leastPeriodPx = 5
export const mostPeriodPx = 14
const usualPeriodPx = 9
/** Below it no direction is known to measure across. */
const leastCoherence = 0.1
/** How much the mean of the print counts beside what was measured, at most about 0.15 a block after smoothing. */
const usualWeight = 0.004

/** Window across the ridges, in samples of 1 px, and half its length along them in steps of 2 px. */
const across = 32
const halfAlong = 4
/** Every second block each way is measured. */
const step = 2
const candidates = 24

/** One value a block. */
export interface Periods {
  /** Ridge period in pixels; where nothing was to be measured that of the neighbours or the usual. */
  readonly px: Float32Array
  /** How much of the profile is of that period: ridges in a row come near 1, a lonely line or grain stays below a third. */
  readonly regularity: Float32Array
}

/**
 * @param plane  normalised and smoothed
 * @param mask   blocks with 0 are not measured
 */
export function periodMap(plane: Int16Array, grid: Grid, flow: Flow, mask: Uint8Array): Periods {
  const { columns, rows } = grid
  const count = columns * rows
  const weight = new Float32Array(count)
  const logs = new Float32Array(count)
  const regularity = new Float32Array(count)
  const measured = new Float32Array(count)
  const { cosines, sines, periods } = fourierTables()
  const profile = new Float64Array(across)
  let total = 0
  let totalLog = 0
  for (let row = 1; row < rows; row += step) {
    for (let column = 1; column < columns; column += step) {
      const at = row * columns + column
      measured[at] = 1
      if (mask[at] === 0) continue
      const coherence = Math.sqrt(flow.x[at]! ** 2 + flow.y[at]! ** 2)
      if (coherence < leastCoherence) continue
      const normal = Math.atan2(flow.y[at]!, flow.x[at]!) / 2
      profileAcross(plane, grid, column * blockPx, row * blockPx, normal, profile)
      const { period, share } = strongestPeriod(profile, cosines, sines, periods)
      const sure = share * share * coherence
      weight[at] = sure
      regularity[at] = share
      logs[at] = sure * Math.log(period)
      total += weight[at]!
      totalLog += logs[at]!
    }
  }
  const usual = total > 0 ? totalLog / total : Math.log(usualPeriodPx)
  // A little of the print's mean everywhere: the neighbours outvote it wherever something was measured.
  for (let pass = 0; pass < 4; pass++) for (const map of [weight, logs]) smoothMap(map, columns, rows)
  for (let pass = 0; pass < 2; pass++) for (const map of [regularity, measured]) smoothMap(map, columns, rows)
  for (let at = 0; at < count; at++) {
    logs[at] = Math.exp((logs[at]! + usualWeight * usual) / (weight[at]! + usualWeight))
    regularity[at] = regularity[at]! / Math.max(measured[at]!, 1e-6)
  }
  return { px: logs, regularity }
}

/** Sum along the ridges for each step across them; 0 outside the plane. */
function profileAcross(plane: Int16Array, grid: Grid, x: number, y: number, normal: number, profile: Float64Array): void {
  const { stride, lines } = grid
  const cos = Math.cos(normal)
  const sin = Math.sin(normal)
  const startX = x + marginPx - (across / 2) * cos + 2 * halfAlong * sin + 0.5
  const startY = y + marginPx - (across / 2) * sin - 2 * halfAlong * cos + 0.5
  for (let i = 0; i < across; i++) {
    let sum = 0
    let sampleX = startX + i * cos
    let sampleY = startY + i * sin
    for (let j = -halfAlong; j <= halfAlong; j++) {
      const column = sampleX | 0
      const line = sampleY | 0
      if (column >= 0 && line >= 0 && column < stride && line < lines) sum += plane[line * stride + column]!
      sampleX -= 2 * sin
      sampleY += 2 * cos
    }
    profile[i] = sum
  }
}

interface Tables {
  readonly cosines: Float64Array
  readonly sines: Float64Array
  readonly periods: Float64Array
}

function fourierTables(): Tables {
  const periods = new Float64Array(candidates)
  const cosines = new Float64Array(candidates * across)
  const sines = new Float64Array(candidates * across)
  const ratio = (mostPeriodPx / leastPeriodPx) ** (1 / (candidates - 1))
  for (let k = 0; k < candidates; k++) {
    const period = leastPeriodPx * ratio ** k
    periods[k] = period
    for (let i = 0; i < across; i++) {
      const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / across)
      cosines[k * across + i] = hann * Math.cos((2 * Math.PI * i) / period)
      sines[k * across + i] = hann * Math.sin((2 * Math.PI * i) / period)
    }
  }
  return { cosines, sines, periods }
}

/** The strongest of the candidates, between which a parabola is laid, and its share of the energy of the profile, about 0 to 1. */
function strongestPeriod(
  profile: Float64Array,
  cosines: Float64Array,
  sines: Float64Array,
  periods: Float64Array,
): { period: number; share: number } {
  let mean = 0
  for (let i = 0; i < across; i++) mean += profile[i]!
  mean /= across
  let energy = 1e-9
  for (let i = 0; i < across; i++) energy += (profile[i]! - mean) ** 2
  let best = 0
  let before = 0
  let after = 0
  let strongest = -1
  let previous = 0
  for (let k = 0; k < candidates; k++) {
    let real = 0
    let imaginary = 0
    for (let i = 0; i < across; i++) {
      const value = profile[i]! - mean
      real += value * cosines[k * across + i]!
      imaginary += value * sines[k * across + i]!
    }
    const power = real * real + imaginary * imaginary
    if (power > strongest) {
      strongest = power
      best = k
      before = previous
      after = -1
    } else if (after < 0) after = power
    previous = power
  }
  // At either end of the range nothing tells a peak from a slope.
  if (best === 0 || best === candidates - 1) return { period: periods[best]!, share: 0.01 }
  const bend = before - 2 * strongest + after
  const shift = bend < 0 ? (0.5 * (before - after)) / bend : 0
  const period = periods[best]! * (periods[1]! / periods[0]!) ** shift
  return { period, share: Math.min(1, strongest / (energy * across * 0.14)) }
}
