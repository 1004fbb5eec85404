// A block turned so that its ridges stand upright (or lie flat), and what its profile says: clarity, width ratios, one clean frequency.

import type { ValueList } from './histogram.js'

/** Side of the neighbourhood out of which a turned 32 × 16 block is cut: its diagonal, rounded up. */
export const neighbourhoodPx = 36
const longPx = 32
const shortPx = 16
/** Frequency and width ratio see two pixels more on each side; it shifts the content, see `sampleTurned`. */
const padPx = 2

/** Scratch of one image's block loop: made once, used for every block. */
export interface SlantedScratch {
  readonly pixels: Uint8Array
  readonly profile: Float64Array
  readonly line: Float64Array
  readonly ridge: Uint8Array
  readonly runs: Int32Array
  readonly ratios: Float64Array
  readonly columnX: Int32Array
  readonly columnY: Int32Array
  readonly magnitudes: Float64Array
}

export const slantedScratch = (): SlantedScratch => ({
  pixels: new Uint8Array(longPx * shortPx),
  profile: new Float64Array(longPx),
  line: new Float64Array(longPx),
  ridge: new Uint8Array(longPx),
  runs: new Int32Array(longPx),
  ratios: new Float64Array(longPx),
  columnX: new Int32Array(neighbourhoodPx),
  columnY: new Int32Array(neighbourhoodPx),
  magnitudes: new Float64Array(longPx / 2 + 1),
})

/** Adding and taking away this rounds a double of moderate size half to even, as the processor does. */
const roundToEven = 1.5 * 2 ** 52

/**
 * Nearest neighbours of the middle `rows × columns` of a neighbourhood turned by `angle` about its centre: the fixed-point arithmetic of
 * OpenCV's warpAffine (10 bits), which decides which neighbour is nearest. With a pad the centre is that of the padded neighbourhood while
 * the output keeps the unpadded size, so the content is shifted: NFIQ 2 v2.2.0 does so. What lies outside the image or the padded
 * neighbourhood is 0.
 * @param left, top  of the neighbourhood in the image; it lies inside wholly
 */
function sampleTurned(
  grey: Uint8Array,
  stride: number,
  left: number,
  top: number,
  angle: number,
  pad: number,
  rows: number,
  columns: number,
  scratch: SlantedScratch,
): void {
  const { pixels, columnX, columnY } = scratch
  const centre = neighbourhoodPx / 2 + pad
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)
  const shiftX = (1 - cos) * centre - sin * centre
  const shiftY = sin * centre + (1 - cos) * centre
  const scale = 1 / (cos * cos + sin * sin)
  const xx = cos * scale
  const xy = -sin * scale
  const yx = sin * scale
  const yy = cos * scale
  const x0 = -xx * shiftX - xy * shiftY
  const y0 = -yx * shiftX - yy * shiftY
  const firstColumn = (neighbourhoodPx - columns) / 2
  const firstRow = (neighbourhoodPx - rows) / 2
  for (let column = 0; column < columns; column++) {
    columnX[column] = xx * (firstColumn + column) * 1024 + roundToEven - roundToEven
    columnY[column] = yx * (firstColumn + column) * 1024 + roundToEven - roundToEven
  }
  const origin = top * stride + left
  const leastX = -Math.min(pad, left)
  const leastY = -Math.min(pad, top)
  const mostX = Math.min(neighbourhoodPx + pad, stride - left) - 1
  const mostY = Math.min(neighbourhoodPx + pad, grey.length / stride - top) - 1
  let to = 0
  for (let row = 0; row < rows; row++) {
    // Half a pixel for the rounding, the pad taken off at once.
    const lineX = (xy * (firstRow + row) + x0) * 1024 + roundToEven - roundToEven + 512 - pad * 1024
    const lineY = (yy * (firstRow + row) + y0) * 1024 + roundToEven - roundToEven + 512 - pad * 1024
    for (let column = 0; column < columns; column++) {
      const x = (lineX + columnX[column]!) >> 10
      const y = (lineY + columnY[column]!) >> 10
      pixels[to++] = x >= leastX && y >= leastY && x <= mostX && y <= mostY ? grey[origin + y * stride + x]! : 0
    }
  }
}

/** Mean grey along the ridges per column, the straight line through it, and which columns are darker than the line: ridges. */
function ridgesOfProfile(scratch: SlantedScratch): void {
  const { pixels, profile, line, ridge } = scratch
  let sum = 0
  let moment = 0
  for (let column = 0; column < longPx; column++) {
    let grey = 0
    for (let at = column; at < longPx * shortPx; at += longPx) grey += pixels[at]!
    const mean = grey / shortPx
    profile[column] = mean
    sum += mean
    moment += mean * (column + 1)
  }
  const middle = (longPx + 1) / 2
  // Σ(x − middle)² for x = 1 to n is (n³ − n)/12.
  const slope = roundTo10((moment - middle * sum) / ((longPx ** 3 - longPx) / 12))
  const start = roundTo10(sum / longPx - middle * ((moment - middle * sum) / ((longPx ** 3 - longPx) / 12)))
  for (let column = 0; column < longPx; column++) {
    line[column] = (column + 1) * slope + start
    ridge[column] = profile[column]! < line[column]! ? 1 : 0
  }
}

/** Coefficients of the line are rounded to ten decimals (NFIQ 2 v2.2.0). */
const roundTo10 = (value: number): number => (Math.sign(value) * Math.round(Math.abs(value) * 1e10)) / 1e10

/** Ridges and valleys in pixels: 20 is four times the widest of either at 125 ppi, the scale in which NFIQ 2 compares widths. */
const widthScale = 20
const leastRidge = 3 / widthScale
const leastValley = 2 / widthScale
const widest = 10 / widthScale

/**
 * Local clarity of ridges: 1 − half the shares of pixels on the wrong side of the line, 0 when ridges or valleys have no plausible width.
 * @param left, top  of the neighbourhood
 */
export function localClarity(grey: Uint8Array, stride: number, left: number, top: number, normal: number, scratch: SlantedScratch): number {
  sampleTurned(grey, stride, left, top, normal, 0, shortPx, longPx, scratch)
  ridgesOfProfile(scratch)
  const { pixels, line, ridge, runs, ratios } = scratch
  let changes = 0
  for (let column = 1; column < longPx; column++) if (ridge[column] !== ridge[column - 1]) runs[changes++] = column - 1
  if (changes === 0) return 0
  const startsWithRidge = ridge[0] === 1
  // Widths of every second run: those of the first one's kind, then the others. The first width is one too small, as in NFIQ 2.
  const first = meanWidth(runs, changes, 0, ratios)
  const second = meanWidth(runs, changes, 1, ratios)
  const ridgeWidth = startsWithRidge ? first : second
  const valleyWidth = startsWithRidge ? second : first
  if (!(ridgeWidth >= leastRidge && ridgeWidth <= widest && valleyWidth >= leastValley && valleyWidth <= widest)) return 0
  let ridgePixels = 0
  let valleyPixels = 0
  let wrongInRidge = 0
  let wrongInValley = 0
  for (let column = 0; column < longPx; column++) {
    const limit = line[column]!
    let lighter = 0
    for (let at = column; at < longPx * shortPx; at += longPx) if (pixels[at]! >= limit) lighter++
    if (ridge[column] === 1) {
      wrongInRidge += lighter
      ridgePixels += shortPx
    } else {
      wrongInValley += shortPx - lighter
      valleyPixels += shortPx
    }
  }
  return 1 - (wrongInValley / valleyPixels + wrongInRidge / ridgePixels) / 2
}

/** Added up and averaged in the order of OpenCV's mean: 0.15 + 0.15 + 0.15 is not three times 0.15, and the limits are met exactly. */
function meanWidth(changes: Int32Array, count: number, first: 0 | 1, widths: Float64Array): number {
  let found = 0
  for (let i = first; i < count; i += 2) widths[found++] = (changes[i]! - (i === 0 ? 0 : changes[i - 1]!)) / widthScale
  if (found === 0) return 0
  let sum = 0
  let i = 0
  for (; i <= found - 4; i += 4) sum += widths[i]! + widths[i + 1]! + widths[i + 2]! + widths[i + 3]!
  for (; i < found; i++) sum += widths[i]!
  return sum * (1 / found)
}

/** Ratios ridge to valley of neighbouring complete runs, added to `ratios`. */
export function ridgeValleyRatios(
  grey: Uint8Array,
  stride: number,
  left: number,
  top: number,
  normal: number,
  scratch: SlantedScratch,
  ratios: ValueList,
): void {
  sampleTurned(grey, stride, left, top, normal, padPx, shortPx, longPx, scratch)
  ridgesOfProfile(scratch)
  const { ridge, runs } = scratch
  let changes = 0
  // The last column's change is not looked at (NFIQ 2 v2.2.0).
  for (let column = 1; column < longPx - 1; column++) if (ridge[column] !== ridge[column - 1]) runs[changes++] = column - 1
  // Three complete runs are the least that give a ratio: the first complete one is dropped too.
  if (changes < 4) return
  const startsWithRidge = ridge[runs[0]! + 1] === 1
  for (let pair = 0, i = changes - 1; i > 2; i--, pair++) {
    const later = runs[i]! - runs[i - 1]!
    const earlier = runs[i - 1]! - runs[i - 2]!
    const inverted = startsWithRidge ? pair % 2 === 1 : pair % 2 === 0
    ratios.add(inverted ? 1 / (later / earlier) : later / earlier)
  }
}

/** cos and sin of 2πk/32 for k = 0 to 31. */
export interface Circle32 {
  readonly cos: Float64Array
  readonly sin: Float64Array
}

export function circle32(): Circle32 {
  const angles = Float64Array.from({ length: longPx }, (_, k) => (2 * Math.PI * k) / longPx)
  return { cos: angles.map(Math.cos), sin: angles.map(Math.sin) }
}

/** Share of the spectrum that the strongest frequency across the ridges and its two neighbours hold; 1 when it is the lowest one. */
export function frequencyShare(
  grey: Uint8Array,
  stride: number,
  left: number,
  top: number,
  normal: number,
  scratch: SlantedScratch,
  circle: Circle32,
): number {
  sampleTurned(grey, stride, left, top, normal + Math.PI / 2, padPx, longPx, shortPx, scratch)
  const { pixels, profile, magnitudes } = scratch
  for (let row = 0; row < longPx; row++) {
    let sum = 0
    for (let at = row * shortPx; at < (row + 1) * shortPx; at++) sum += pixels[at]!
    profile[row] = sum / shortPx
  }
  // Against the first row: a profile without any change has no spectrum at all, not one of rounding errors.
  const first = profile[0]!
  for (let row = 0; row < longPx; row++) profile[row]! -= first
  const nyquist = longPx / 2
  let strongest = 1
  let total = 0
  for (let k = 1; k <= nyquist; k++) {
    let real = 0
    let imaginary = 0
    for (let row = 0; row < longPx; row++) {
      const value = profile[row]!
      const turn = (k * row) & (longPx - 1)
      real += value * circle.cos[turn]!
      imaginary += value * circle.sin[turn]!
    }
    const magnitude = Math.sqrt(real * real + imaginary * imaginary)
    magnitudes[k] = magnitude
    if (magnitude > magnitudes[strongest]!) strongest = k
    if (k < nyquist) total += magnitude
  }
  if (strongest === 1) return 1
  const right = strongest === nyquist ? nyquist - 1 : strongest + 1
  return (magnitudes[strongest]! + 0.3 * (magnitudes[strongest - 1]! + magnitudes[right]!)) / total
}
