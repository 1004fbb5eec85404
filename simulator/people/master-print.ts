// One finger's ridges, grown once: oriented filtering from seeds until ridges close (the SFinGe idea, Maltoni et al., Handbook of Fingerprint
// Recognition ch. 6), with its minutiae read from the phase vortices of the result. It knows no platen, pressure or noise.

import type { Random } from '../../protocol/random.js'
import { type Pattern, type RidgeFlow, ridgeFlow } from './orientation.js'
import { between, clamp, smoothNoise } from './raster.js'

/** Coordinates of pixels at 500 ppi from the top left of the master. */
export interface MasterMinutia {
  readonly x: number
  readonly y: number
  /** Direction into the ending ridge or valley: unit vector, y downward. */
  readonly dirX: number
  readonly dirY: number
  readonly type: 'ending' | 'bifurcation'
}

export interface MasterPrint {
  readonly pattern: Pattern
  readonly widthPx: number
  readonly heightPx: number
  /** Ridge signal: 0 middle of a valley, 255 crest of a ridge. */
  readonly ridges: Uint8Array
  readonly minutiae: readonly MasterMinutia[]
}

const bins = 32
const radius = 4
const rounds = 12

/** Half of the taps of every kernel: the even part is the same at the opposite offset, the odd part the negative. */
interface Taps {
  readonly count: number
  readonly offsets: Int32Array
  /** `count` weights a kernel, kernels one after the other. */
  readonly even: Float32Array
  readonly odd: Float32Array
  /** Weight of the middle tap of each kernel (even part). */
  readonly middle: Float32Array
}
interface HalfGrid {
  readonly width: number
  readonly height: number
  readonly taps: Taps
  /** Index of the kernel to use, per pixel. */
  readonly kernelAt: Uint8Array
  /** First and last column of each row that a touch can show. */
  readonly spans: Int32Array
}

/**
 * @param widthPx, heightPx size of the fingertip at 500 ppi, even numbers; ridges run to the border, the touch decides what is seen
 * Work is done at half resolution (ridge period about 4.5 samples) and enlarged: same ridges, a sixteenth of the work.
 */
export function growMasterPrint(random: Random, pattern: Pattern, widthPx: number, heightPx: number): MasterPrint {
  const flow = ridgeFlow(random, pattern)
  const width = widthPx / 2 + 2 * radius
  const height = heightPx / 2 + 2 * radius
  // Ridges of one person's fingers differ in width, and more between persons.
  const own = between(random, 0.9, 1.12)
  const periods = [4.15, 4.55, 4.95].map((period) => period * own)
  const grid: HalfGrid = {
    width,
    height,
    taps: buildTaps(periods, width),
    kernelAt: chooseKernels(random, flow, width, height),
    spans: tipSpans(width, height),
  }
  const signal = grow(random, grid)
  const ridges = enlarge(signal, grid, widthPx, heightPx)
  pierce(random, ridges, widthPx, heightPx)
  return { pattern, widthPx, heightPx, ridges, minutiae: findMinutiae(signal, grid, flow) }
}

/** Pores: faint dots on the crests of ridges. */
function pierce(random: Random, ridges: Uint8Array, widthPx: number, heightPx: number): void {
  const tries = Math.round((widthPx * heightPx) / 45)
  for (let i = 0; i < tries; i++) {
    const at = (2 + Math.floor(random.next() * (heightPx - 4))) * widthPx + 2 + Math.floor(random.next() * (widthPx - 4))
    if (ridges[at]! < 235) continue
    for (const step of [0, 1, -1, widthPx, -widthPx]) ridges[at + step] = ridges[at + step]! * (step === 0 ? 0.6 : 0.8)
  }
}

/** Gabor pairs without DC, one for each period and direction (radians, y downward), normalised so that matching ridges give 1. */
function buildTaps(periods: readonly number[], stride: number): Taps {
  const window: { x: number; y: number; weight: number }[] = []
  for (let y = 0; y <= radius; y++) {
    for (let x = -radius; x <= radius; x++) {
      const squared = x * x + y * y
      if (squared <= radius * radius && (y > 0 || x > 0)) window.push({ x, y, weight: Math.exp(-squared / (2 * 1.95 ** 2)) })
    }
  }
  const count = window.length
  const total = 1 + 2 * window.reduce((sum, tap) => sum + tap.weight, 0)
  const even = new Float32Array(periods.length * bins * count)
  const odd = new Float32Array(even.length)
  const middle = new Float32Array(periods.length * bins)
  for (let index = 0; index < middle.length; index++) {
    const angle = ((index % bins) * Math.PI) / bins
    const wave = (2 * Math.PI) / (periods[Math.floor(index / bins)] ?? 4.5)
    const phases = window.map((tap) => wave * (tap.y * Math.cos(angle) - tap.x * Math.sin(angle)))
    const dc = (1 + 2 * window.reduce((sum, tap, k) => sum + tap.weight * Math.cos(phases[k] ?? 0), 0)) / total
    middle[index] = (2 * (1 - dc)) / total
    for (const [k, tap] of window.entries()) {
      even[index * count + k] = (2 * tap.weight * (Math.cos(phases[k] ?? 0) - dc)) / total
      odd[index * count + k] = (2 * tap.weight * Math.sin(phases[k] ?? 0)) / total
    }
  }
  return { count, offsets: Int32Array.from(window, (tap) => tap.y * stride + tap.x), even, odd, middle }
}

/** Only a rounded tip is ever inked: rows of the same outline as the touch, with a margin. */
function tipSpans(width: number, height: number): Int32Array {
  const spans = new Int32Array(2 * height)
  for (let y = radius; y < height - radius; y++) {
    const v = Math.abs((y - (height - 1) / 2) / (height / 2 - radius))
    const half = (width / 2 - radius) * Math.min(1, (1 - v ** 2.6) ** (1 / 2.6) + 0.12)
    spans[2 * y] = Math.max(radius, Math.floor((width - 1) / 2 - half))
    spans[2 * y + 1] = Math.min(width - radius - 1, Math.ceil((width - 1) / 2 + half))
  }
  return spans
}

function toFinger(x: number, y: number, width: number, height: number): { u: number; v: number } {
  const unit = width / 2 - radius
  return { u: (x - (width - 1) / 2) / unit, v: ((height - 1) / 2 - y) / (unit * 1.25) }
}

function chooseKernels(random: Random, flow: RidgeFlow, width: number, height: number): Uint8Array {
  const wobble = smoothNoise(random, 5, 7)
  const spacing = smoothNoise(random, 4, 6)
  const kernelAt = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const { u, v } = toFinger(x, y, width, height)
      const angle = -flow.angleAt(u, v) + 0.2 * wobble(x / width, y / height)
      const bin = ((Math.round((angle * bins) / Math.PI) % bins) + bins) % bins
      const band = clamp(Math.round(1 + 0.9 * spacing(x / width, y / height) - (v < -0.55 ? 0 : 0.1)), 0, 2)
      kernelAt[y * width + x] = band * bins + bin
    }
  }
  return kernelAt
}

function grow(random: Random, grid: HalfGrid): Float32Array {
  const { width, height, taps, kernelAt, spans } = grid
  const { count, offsets, even, middle } = taps
  let now = new Float32Array(width * height)
  let next = new Float32Array(width * height)
  const seeds = Math.round((width * height) / 220)
  for (let i = 0; i < seeds; i++) {
    const x = radius + 1 + Math.floor(random.next() * (width - 2 * radius - 2))
    const y = radius + 1 + Math.floor(random.next() * (height - 2 * radius - 2))
    now[y * width + x] = random.next() < 0.5 ? -1 : 1
  }
  for (let round = 0; round < rounds; round++) {
    const gain = round < 4 ? 4 : round < rounds - 2 ? 1.7 : 2
    for (let y = radius; y < height - radius; y++) {
      const end = y * width + spans[2 * y + 1]!
      for (let at = y * width + spans[2 * y]!; at <= end; at++) {
        const index = kernelAt[at]!
        const base = index * count
        let sum = now[at]! * middle[index]!
        for (let k = 0; k < count; k++) {
          const offset = offsets[k]!
          sum += (now[at + offset]! + now[at - offset]!) * even[base + k]!
        }
        const value = sum * gain
        next[at] = value > 1 ? 1 : Math.max(value, -1)
      }
    }
    ;[now, next] = [next, now]
  }
  return now
}

/** Catmull-Rom, two to one: half-resolution sample (x, y) becomes the pixel pair 2(x - radius), 2(x - radius) + 1. */
function enlarge(ridges: Float32Array, grid: HalfGrid, widthPx: number, heightPx: number): Uint8Array {
  const { width, height } = grid
  const near = [-0.0703125, 0.8671875, 0.2265625, -0.0234375] as const
  const wide = new Float32Array(widthPx * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < widthPx; x++) {
      const at = y * width + radius + (x >> 1)
      const step = x & 1 ? 1 : -1
      wide[y * widthPx + x] =
        near[0] * ridges[at - step]! + near[1] * ridges[at]! + near[2] * ridges[at + step]! + near[3] * ridges[at + 2 * step]!
    }
  }
  const out = new Uint8Array(widthPx * heightPx)
  for (let y = 0; y < heightPx; y++) {
    const row = (radius + (y >> 1)) * widthPx
    const step = (y & 1 ? 1 : -1) * widthPx
    for (let x = 0; x < widthPx; x++) {
      const at = row + x
      const value = near[0] * wide[at - step]! + near[1] * wide[at]! + near[2] * wide[at + step]! + near[3] * wide[at + 2 * step]!
      out[y * widthPx + x] = clamp(127.5 + 127.5 * value, 0, 255)
    }
  }
  return out
}

/** The ridges as a complex wave, its phase growing along the normal: correlation with the sine gives minus its sine, hence behind - ahead. */
function phases(ridges: Float32Array, grid: HalfGrid): { even: Float32Array; odd: Float32Array } {
  const { width, height, taps, kernelAt, spans } = grid
  const even = new Float32Array(width * height)
  const odd = new Float32Array(width * height)
  for (let y = radius; y < height - radius; y++) {
    const end = y * width + spans[2 * y + 1]!
    for (let at = y * width + spans[2 * y]!; at <= end; at++) {
      const index = kernelAt[at]!
      let real = ridges[at]! * taps.middle[index]!
      let imaginary = 0
      for (let k = 0; k < taps.count; k++) {
        const ahead = ridges[at + taps.offsets[k]!]!
        const behind = ridges[at - taps.offsets[k]!]!
        real += (ahead + behind) * taps.even[index * taps.count + k]!
        imaginary += (behind - ahead) * taps.odd[index * taps.count + k]!
      }
      even[at] = real
      odd[at] = imaginary
    }
  }
  return { even, odd }
}

/** A minutia is where the phase of the ridges turns once around a point. Its sign says on which side the extra ridge or valley lies. */
function findMinutiae(ridges: Float32Array, grid: HalfGrid, flow: RidgeFlow): readonly MasterMinutia[] {
  const { width, height, kernelAt, spans } = grid
  const { even, odd } = phases(ridges, grid)
  const vortices: { x: number; y: number; angle: number; charge: number }[] = []
  for (let y = 2 * radius; y < height - 2 * radius - 1; y++) {
    for (let x = spans[2 * y]! + radius; x < spans[2 * y + 1]! - radius; x++) {
      const charge = turns(even, odd, kernelAt, y * width + x, width)
      if (charge !== 0) vortices.push({ x: x + 0.5, y: y + 0.5, angle: ((kernelAt[y * width + x]! % bins) * Math.PI) / bins, charge })
    }
  }
  const singular = [...flow.cores, ...flow.deltas]
  const lone = vortices.filter((vortex) => {
    const finger = toFinger(vortex.x, vortex.y, width, height)
    const { x: u, y: v } = flow.bend(finger.u, finger.v)
    const unit = width / 2 - radius
    if (singular.some((point) => Math.hypot((point.x - u) * unit, (point.y - v) * unit * 1.25) < 2.5)) return false
    return !vortices.some((other) => other.charge !== vortex.charge && Math.hypot(other.x - vortex.x, other.y - vortex.y) < 3.2)
  })
  return lone.map((vortex) => {
    const dirX = Math.cos(vortex.angle) * vortex.charge
    const dirY = Math.sin(vortex.angle) * vortex.charge
    const signal = (distance: number) =>
      ridges[Math.round(vortex.y + dirY * distance) * width + Math.round(vortex.x + dirX * distance)] ?? 0
    const inside = signal(2.5) + signal(3.5) + signal(4.5)
    const type = inside > 0 ? 'ending' : 'bifurcation'
    return { x: 2 * (vortex.x - radius) + 0.5, y: 2 * (vortex.y - radius) + 0.5, dirX, dirY, type }
  })
}

/** Whole turns of the phase around the four samples at `at`: +1, 0 or -1. Directions are modulo π, so samples whose normal points the other way are conjugated. */
function turns(even: Float32Array, odd: Float32Array, kernelAt: Uint8Array, at: number, width: number): number {
  const first = kernelAt[at]! % bins
  const corners = [at, at + 1, at + width + 1, at + width, at]
  let total = 0
  let last = 0
  for (let i = 0; i < corners.length; i++) {
    const corner = corners[i]!
    const apart = Math.abs((kernelAt[corner]! % bins) - first)
    const phase = Math.atan2(apart > bins / 2 ? -odd[corner]! : odd[corner]!, even[corner]!)
    if (i > 0) {
      const step = phase - last
      total += step - 2 * Math.PI * Math.round(step / (2 * Math.PI))
    }
    last = phase
  }
  return Math.round(total / (2 * Math.PI))
}
