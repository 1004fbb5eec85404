// The iris code: phase of band-passed texture along the angle (Daugman 1993, 2004; log-Gabor as Masek 2003), two bits a sample, and which bits
// can be trusted. Knows the rubber sheet; not whose iris it is nor how codes are compared.

import type { Simd } from '../simd/simd.js'
import { type BandKernel, bandKernels } from './code/log-gabor.js'
import { type Rings, ringsOf } from './code/rings.js'
import { codeColumns, codeLanes, codeRows, type IrisCode } from './code-shape.js'
import type { IrisLocation } from './location.js'
import { unwrapIris } from './normalise.js'

/** A sample counts when so much of what its filter weighs is visible. */
const leastVisible = 0.7
/** The weakest responses flip from look to look (Hollingsworth, Bowyer & Flynn 2009): this share of them is masked. */
const fragile = 0.25

/** @param grey 8-bit grey, row-major, near infrared */
export function encodeIris(grey: Uint8Array, widthPx: number, heightPx: number, location: IrisLocation, simd?: Simd): IrisCode {
  return encodeRings(ringsOf(unwrapIris(grey, widthPx, heightPx, location)), simd)
}

function encodeRings(rings: Rings, simd: Simd | undefined): IrisCode {
  const bits = new Uint16Array(codeColumns * codeLanes)
  const mask = new Uint16Array(codeColumns * codeLanes)
  bandKernels.forEach((kernel, band) => {
    const { real, imaginary, seen } = simd ? filterByTwin(rings, kernel, simd) : filter(rings, kernel)
    const trusted = new Uint8Array(seen.length)
    for (let i = 0; i < seen.length; i++) trusted[i] = rings.visible[i] === 1 && seen[i]! >= leastVisible ? 1 : 0
    setBits(real, trusted, 2 * band, bits, mask)
    setBits(imaginary, trusted, 2 * band + 1, bits, mask)
  })
  return { bits, mask }
}

interface Responses {
  readonly real: Float32Array
  readonly imaginary: Float32Array
  /** Share of the filter's envelope that is visible. */
  readonly seen: Float32Array
}

function filter({ grey, visible }: Rings, { real, imaginary, envelope }: BandKernel): Responses {
  const shares = Float32Array.from(visible)
  return { real: convolve(grey, real), imaginary: convolve(grey, imaginary), seen: convolve(shares, envelope) }
}

/** Each ring by itself, round and round. In single precision like the twin. */
function convolve(rings: Float32Array, taps: Float32Array): Float32Array {
  const out = new Float32Array(rings.length)
  const reach = taps.length >> 1
  for (let row = 0; row < codeRows; row++) {
    const from = row * codeColumns
    for (let column = 0; column < codeColumns; column++) {
      let sum = 0
      for (let tap = 0; tap < taps.length; tap++) {
        const at = from + ((column + tap - reach + codeColumns) % codeColumns)
        sum = Math.fround(sum + Math.fround(taps[tap]! * rings[at]!))
      }
      out[from + column] = sum
    }
  }
  return out
}

function filterByTwin({ grey, visible }: Rings, kernel: BandKernel, simd: Simd): Responses {
  return simd.lease((take) => {
    const size = kernel.real.length
    const reach = size >> 1
    const longRow = codeColumns + 2 * reach
    const lines = take(4 * longRow * codeRows)
    const taps = take(4 * size)
    const out = take(4 * grey.length)
    const run = (rings: Float32Array, by: Float32Array): Float32Array => {
      const { buffer } = simd.memory
      new Float32Array(buffer, taps, size).set(by)
      for (let row = 0; row < codeRows; row++) {
        const ring = rings.subarray(row * codeColumns, (row + 1) * codeColumns)
        const line = new Float32Array(buffer, lines + 4 * row * longRow, longRow)
        line.set(ring.subarray(codeColumns - reach))
        line.set(ring, reach)
        line.set(ring.subarray(0, reach), reach + codeColumns)
      }
      simd.kernels.irisConvolve(lines, codeRows, codeColumns, taps, size, out)
      return new Float32Array(buffer, out, rings.length).slice()
    }
    const seen = run(Float32Array.from(visible), kernel.envelope)
    return { real: run(grey, kernel.real), imaginary: run(grey, kernel.imaginary), seen }
  })
}

/** Signs of the responses that can be trusted. */
function setBits(response: Float32Array, trusted: Uint8Array, lane: number, bits: Uint16Array, mask: Uint16Array): void {
  const least = strengthAt(response, trusted, fragile)
  for (let row = 0; row < codeRows; row++) {
    for (let column = 0; column < codeColumns; column++) {
      const value = response[row * codeColumns + column]!
      if (trusted[row * codeColumns + column] !== 1 || Math.abs(value) < least || value === 0) continue
      const to = column * codeLanes + lane
      mask[to]! |= 1 << row
      if (value > 0) bits[to]! |= 1 << row
    }
  }
}

/** Strength that this share of the trusted responses stays below, to a two-thousandth of the strongest. */
function strengthAt(response: Float32Array, trusted: Uint8Array, share: number): number {
  let [strongest, count] = [0, 0]
  for (let i = 0; i < response.length; i++) {
    if (trusted[i] !== 1) continue
    strongest = Math.max(strongest, Math.abs(response[i]!))
    count++
  }
  if (strongest === 0) return 0
  const histogram = new Uint32Array(strengthSteps + 1)
  const scale = strengthSteps / strongest
  for (let i = 0; i < response.length; i++) if (trusted[i] === 1) histogram[Math.floor(Math.abs(response[i]!) * scale)]!++
  let [below, step] = [0, 0]
  while (below + histogram[step]! <= share * count) below += histogram[step++]!
  return step / scale
}

const strengthSteps = 2000

/** Bits that can be trusted. */
export function bitsOf({ mask }: IrisCode): number {
  let count = 0
  for (const lane of mask) for (let left = lane; left !== 0; left &= left - 1) count++
  return count
}
