// The iris code: phase of band-passed texture along the angle (Daugman 1993, 2004; log-Gabor as Masek 2003), two bits a sample, and which bits
// can be trusted. Knows the rubber sheet; not whose iris it is nor how codes are compared.

import type { Simd } from '../simd/simd.js'
import type { IrisLocation } from './location.js'
import { type IrisSheet, sheetAngles, sheetDepths, unwrapIris } from './normalise.js'

export const codeColumns = 256
/** Rings from the pupil to the limbus. */
export const codeRows = 16
/** Lanes of 16 bits a column: of each band the real and the imaginary part's signs, one bit a ring. */
export const codeLanes = 4

/** Column by column, so that a turn of the eye is a shift by whole lanes. Bits that `mask` does not have are 0. */
export interface IrisCode {
  readonly bits: Uint16Array
  readonly mask: Uint16Array
}

export const tune = {
  wavelengths: [18, 10],
  sigmaOnf: 0.5,
  fragile: 0.25,
  kernelVisible: 0.75,
  reach: 1.0,
}

interface Rings {
  readonly grey: Float32Array
  readonly visible: Uint8Array
}

/** Robust deviations beyond which a pixel is glint or lash. */
const brightest = 3.5
const darkest = 4

export function encodeIris(grey: Uint8Array, widthPx: number, heightPx: number, location: IrisLocation, _simd?: Simd): IrisCode {
  return encodeSheet(unwrapIris(grey, widthPx, heightPx, location))
}

export function encodeSheet(sheet: IrisSheet): IrisCode {
  const rings = ringsOf(withoutOutliers(sheet))
  const bits = new Uint16Array(codeColumns * codeLanes)
  const mask = new Uint16Array(codeColumns * codeLanes)
  tune.wavelengths.forEach((wavelength, band) => {
    const kernel = logGabor(wavelength, tune.sigmaOnf)
    const { real, imaginary, trusted } = filterRings(rings, kernel)
    setBits(real, trusted, 2 * band, bits, mask)
    setBits(imaginary, trusted, 2 * band + 1, bits, mask)
  })
  return { bits, mask }
}

/** Glints and lashes that the mask missed: far from the middle grey of what is visible. */
function withoutOutliers({ grey, visible }: IrisSheet): IrisSheet {
  const histogram = new Uint32Array(256)
  let count = 0
  for (let i = 0; i < grey.length; i++) {
    if (visible[i] !== 1) continue
    histogram[Math.round(grey[i]!)]!++
    count++
  }
  const middle = quantileOf(histogram, count / 2)
  const apart = new Uint32Array(256)
  for (let level = 0; level < 256; level++) apart[Math.abs(level - middle)]! += histogram[level]!
  const deviation = 1.4826 * Math.max(2, quantileOf(apart, count / 2))
  const kept = new Uint8Array(visible.length)
  for (let i = 0; i < grey.length; i++) {
    const off = (grey[i]! - middle) / deviation
    kept[i] = visible[i] === 1 && off < brightest && off > -darkest ? 1 : 0
  }
  return { grey, visible: kept }
}

function quantileOf(histogram: Uint32Array, rank: number): number {
  let below = 0
  for (let level = 0; level < histogram.length; level++) {
    below += histogram[level]!
    if (below >= rank) return level
  }
  return histogram.length - 1
}

/** Sheet to rings: the mean of what is visible under a window that reaches into the neighbouring rings. */
function ringsOf({ grey, visible }: IrisSheet): Rings {
  const out = { grey: new Float32Array(codeRows * codeColumns), visible: new Uint8Array(codeRows * codeColumns) }
  const perRow = sheetDepths / codeRows
  const perColumn = sheetAngles / codeColumns
  for (let row = 0; row < codeRows; row++) {
    const centre = (row + 0.5) * perRow - 0.5
    const reach = perRow * tune.reach
    const from = Math.max(0, Math.ceil(centre - reach))
    const until = Math.min(sheetDepths - 1, Math.floor(centre + reach))
    for (let column = 0; column < codeColumns; column++) {
      let [sum, weight, full] = [0, 0, 0]
      for (let depth = from; depth <= until; depth++) {
        const share = 1 - Math.abs(depth - centre) / (reach + 1)
        for (let k = 0; k < perColumn; k++) {
          const at = depth * sheetAngles + column * perColumn + k
          full += share
          if (visible[at] !== 1) continue
          sum += share * grey[at]!
          weight += share
        }
      }
      const to = row * codeColumns + column
      out.grey[to] = weight > 0 ? sum / weight : 0
      out.visible[to] = weight >= 0.5 * full ? 1 : 0
    }
    bridge(out.grey, out.visible, row * codeColumns)
  }
  return out
}

/** Hidden stretches of a ring become straight lines between their ends: a step there would ring through the filter. */
function bridge(grey: Float32Array, visible: Uint8Array, from: number): void {
  let first = 0
  while (first < codeColumns && visible[from + first] !== 1) first++
  if (first === codeColumns) return
  let last = first
  for (let step = 1; step <= codeColumns; step++) {
    const column = first + step
    if (visible[from + (column % codeColumns)] !== 1) continue
    const [a, b] = [grey[from + (last % codeColumns)]!, grey[from + (column % codeColumns)]!]
    for (let gap = last + 1; gap < column; gap++) grey[from + (gap % codeColumns)] = a + ((b - a) * (gap - last)) / (column - last)
    last = column
  }
}

interface Kernel {
  readonly real: Float32Array
  readonly imaginary: Float32Array
  readonly envelope: Float32Array
}

/** Log-Gabor (Field 1987) of one ring, taken back from its spectrum: free of DC by construction, cut where it has faded. */
function logGabor(wavelength: number, sigmaOnf: number): Kernel {
  const reach = Math.min(codeColumns / 2 - 1, Math.ceil(1.6 * wavelength))
  const size = 2 * reach + 1
  const out = { real: new Float32Array(size), imaginary: new Float32Array(size), envelope: new Float32Array(size) }
  const centre = codeColumns / wavelength
  let all = 0
  for (let tap = -reach; tap <= reach; tap++) {
    let [real, imaginary] = [0, 0]
    for (let f = 1; f < codeColumns / 2; f++) {
      const gain = Math.exp(-(Math.log(f / centre) ** 2) / (2 * Math.log(sigmaOnf) ** 2))
      const phase = (2 * Math.PI * f * tap) / codeColumns
      real += gain * Math.cos(phase)
      imaginary += gain * Math.sin(phase)
    }
    out.real[tap + reach] = real
    out.imaginary[tap + reach] = imaginary
    out.envelope[tap + reach] = Math.hypot(real, imaginary)
    all += out.envelope[tap + reach]!
  }
  for (let i = 0; i < size; i++) out.envelope[i]! /= all
  const mean = out.real.reduce((sum, value) => sum + value, 0) / size
  for (let i = 0; i < size; i++) out.real[i]! -= mean
  return out
}

function filterRings(rings: Rings, kernel: Kernel) {
  const size = kernel.real.length
  const reach = size >> 1
  const real = new Float32Array(rings.grey.length)
  const imaginary = new Float32Array(rings.grey.length)
  const trusted = new Uint8Array(rings.grey.length)
  const line = new Float32Array(codeColumns + size - 1)
  const seen = new Float32Array(codeColumns + size - 1)
  for (let row = 0; row < codeRows; row++) {
    for (let i = 0; i < line.length; i++) {
      const at = row * codeColumns + ((i - reach + codeColumns) % codeColumns)
      line[i] = rings.grey[at]!
      seen[i] = rings.visible[at]!
    }
    for (let column = 0; column < codeColumns; column++) {
      let [re, im, share] = [0, 0, 0]
      for (let tap = 0; tap < size; tap++) {
        re += kernel.real[tap]! * line[column + tap]!
        im += kernel.imaginary[tap]! * line[column + tap]!
        share += kernel.envelope[tap]! * seen[column + tap]!
      }
      const to = row * codeColumns + column
      real[to] = re
      imaginary[to] = im
      trusted[to] = rings.visible[to] === 1 && share >= tune.kernelVisible ? 1 : 0
    }
  }
  return { real, imaginary, trusted }
}

/** Signs as bits; the weakest share of the responses flips from look to look (Hollingsworth et al. 2009) and is masked. */
function setBits(response: Float32Array, trusted: Uint8Array, lane: number, bits: Uint16Array, mask: Uint16Array): void {
  const sizes: number[] = []
  for (let i = 0; i < response.length; i++) if (trusted[i] === 1) sizes.push(Math.abs(response[i]!))
  const least = Float32Array.from(sizes).sort()[Math.floor(tune.fragile * sizes.length)] ?? 0
  for (let row = 0; row < codeRows; row++) {
    for (let column = 0; column < codeColumns; column++) {
      const at = row * codeColumns + column
      const value = response[at]!
      if (trusted[at] !== 1 || Math.abs(value) < least || value === 0) continue
      const to = column * codeLanes + lane
      mask[to]! |= 1 << row
      if (value > 0) bits[to]! |= 1 << row
    }
  }
}

/** Bits that can be trusted. */
export function bitsOf({ mask }: IrisCode): number {
  let count = 0
  for (const lane of mask) for (let left = lane; left !== 0; left &= left - 1) count++
  return count
}
