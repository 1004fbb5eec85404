// The band-passes of the iris code: log-Gabor (Field 1987) along a ring, as complex taps. Numbers alone.

import { codeColumns } from '../code-shape.js'

export interface BandKernel {
  readonly real: Float32Array
  readonly imaginary: Float32Array
  /** How much each neighbour counts, sum 1. */
  readonly envelope: Float32Array
}

/**
 * Columns a wave of each band: 31° and 17°. On drawn sets longer waves bear circles that are 2 px off, shorter ones tissue that gives way with the
 * pupil; between 18 and 28 (and half of it) the error rates hardly differ. Much shorter ones are lost on an iris of 55 px radius.
 */
const wavelengths = [22, 12] as const
/** Ratio of the Gaussian's deviation to the centre frequency, on a logarithmic scale: about 1.9 octaves. */
const deviation = 0.45
/** Taps either way, of a wavelength: the envelope has faded to some per cent. */
const reachOfWave = 1.6

/** Taken back from its spectrum, which is one-sided (hence complex) and without DC; what is cut off at the ends is made up for in the mean. */
function logGabor(wavelength: number): BandKernel {
  const reach = Math.ceil(reachOfWave * wavelength)
  const size = 2 * reach + 1
  const real = new Float32Array(size)
  const imaginary = new Float32Array(size)
  const centre = codeColumns / wavelength
  for (let tap = -reach; tap <= reach; tap++) {
    for (let frequency = 1; frequency < codeColumns / 2; frequency++) {
      const gain = Math.exp(-(Math.log(frequency / centre) ** 2) / (2 * Math.log(deviation) ** 2))
      const phase = (2 * Math.PI * frequency * tap) / codeColumns
      real[tap + reach]! += gain * Math.cos(phase)
      imaginary[tap + reach]! += gain * Math.sin(phase)
    }
  }
  const mean = real.reduce((sum, value) => sum + value, 0) / size
  const sizes = real.map((value, i) => Math.hypot(value, imaginary[i]!))
  const all = sizes.reduce((sum, value) => sum + value, 0)
  return { real: real.map((value) => value - mean), imaginary, envelope: sizes.map((value) => value / all) }
}

export const bandKernels: readonly BandKernel[] = wavelengths.map(logGabor)
