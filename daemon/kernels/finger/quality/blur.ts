// Where ink is, blurred twice: erosion, Gaussian blur and Otsu's threshold as OpenCV has them for 8-bit images, to the last bit, because the
// region of interest hangs on them. Twin: kernels.ts.

/** Widths of the two blurs of NFIQ 2 v2.2.0, in taps. */
export const firstBlur = 41
export const secondBlur = 91

/** @returns 0 where the image is mostly dark, 255 elsewhere */
export function fingerMask(grey: Uint8Array, widthPx: number, heightPx: number): Uint8Array {
  const blurred = gaussianBlur(erode5(grey, widthPx, heightPx), widthPx, heightPx, firstBlur)
  binarise(blurred, otsuThreshold(greyCounts(blurred), blurred.length))
  const mask = gaussianBlur(blurred, widthPx, heightPx, secondBlur)
  binarise(mask, otsuThreshold(greyCounts(mask), mask.length))
  return mask
}

/** Least of the 5 × 5 pixels around each; what lies outside the image does not count. */
function erode5(grey: Uint8Array, widthPx: number, heightPx: number): Uint8Array {
  const rows = new Uint8Array(grey.length)
  for (let y = 0; y < heightPx; y++) {
    const line = y * widthPx
    const end = line + widthPx - 1
    for (let at = line; at <= end; at++) {
      const left1 = grey[Math.max(line, at - 1)]!
      const left2 = grey[Math.max(line, at - 2)]!
      const right1 = grey[Math.min(end, at + 1)]!
      const right2 = grey[Math.min(end, at + 2)]!
      rows[at] = Math.min(grey[at]!, left1, left2, right1, right2)
    }
  }
  const out = new Uint8Array(grey.length)
  for (let y = 0; y < heightPx; y++) {
    const up2 = Math.max(0, y - 2) * widthPx
    const up1 = Math.max(0, y - 1) * widthPx
    const line = y * widthPx
    const down1 = Math.min(heightPx - 1, y + 1) * widthPx
    const down2 = Math.min(heightPx - 1, y + 2) * widthPx
    for (let x = 0; x < widthPx; x++) {
      out[line + x] = Math.min(rows[up2 + x]!, rows[up1 + x]!, rows[line + x]!, rows[down1 + x]!, rows[down2 + x]!)
    }
  }
  return out
}

/**
 * Half of a Gaussian of `size` taps in 1/256, the outermost tap that is not 0 first and the middle one last: sigma from the size,
 * rounding errors carried on from tap to tap so that all sum to 256.
 */
export function gaussianTaps(size: number): Int32Array {
  const half = (size - 1) / 2
  const sigma = 0.15 * size + 0.35
  const values = Float64Array.from({ length: half }, (_, i) => Math.exp((-0.125 / (sigma * sigma)) * (2 * i + 1 - size) ** 2))
  const scale = 1 / (2 * values.reduce((sum, value) => sum + value, 0) + 1)
  const taps = new Int32Array(half + 1)
  let error = 0
  let sum = 0
  for (let i = 0; i < half; i++) {
    const exact = values[i]! * scale * 256 + error
    const tap = Math.round(exact)
    error = exact - tap
    taps[i] = tap
    sum += tap
  }
  taps[half] = 256 - 2 * sum
  return taps.subarray(taps.findIndex((tap) => tap !== 0))
}

/** Mirrors an index at the first and the last element, which are not repeated; as often as needed. */
export function mirrored(index: number, length: number): number {
  if (length === 1) return 0
  const period = 2 * (length - 1)
  const inPeriod = ((index % period) + period) % period
  return inPeriod < length ? inPeriod : period - inPeriod
}

/** Gaussian blur with mirrored borders, rows and columns in 1/256, rounded once at the end. */
function gaussianBlur(grey: Uint8Array, widthPx: number, heightPx: number, size: number): Uint8Array {
  const taps = gaussianTaps(size)
  const rows = new Uint16Array(widthPx * heightPx)
  blurRows(grey, widthPx, heightPx, taps, rows)
  const out = new Uint8Array(widthPx * heightPx)
  blurColumns(rows, widthPx, heightPx, taps, out)
  return out
}

function blurRows(grey: Uint8Array, widthPx: number, heightPx: number, taps: Int32Array, out: Uint16Array): void {
  const half = taps.length - 1
  const padded = new Uint8Array(widthPx + 2 * half)
  const source = Int32Array.from({ length: padded.length }, (_, i) => mirrored(i - half, widthPx))
  const middle = taps[half]!
  for (let y = 0; y < heightPx; y++) {
    const line = y * widthPx
    for (let i = 0; i < padded.length; i++) padded[i] = grey[line + source[i]!]!
    for (let x = 0; x < widthPx; x++) {
      let sum = middle * padded[x + half]!
      for (let i = 0, mirror = x + 2 * half; i < half; i++, mirror--) sum += taps[i]! * (padded[x + i]! + padded[mirror]!)
      out[line + x] = sum
    }
  }
}

function blurColumns(rows: Uint16Array, widthPx: number, heightPx: number, taps: Int32Array, out: Uint8Array): void {
  const half = taps.length - 1
  const above = new Int32Array(half)
  const below = new Int32Array(half)
  const middle = taps[half]!
  for (let y = 0; y < heightPx; y++) {
    for (let i = 0; i < half; i++) {
      above[i] = mirrored(y - half + i, heightPx) * widthPx
      below[i] = mirrored(y + half - i, heightPx) * widthPx
    }
    const line = y * widthPx
    // Four columns at once, the last ones overlapping: a tap and its two rows are looked up once for four pixels.
    for (let next = 0; next < widthPx; next += 4) {
      const x = Math.max(0, Math.min(next, widthPx - 4))
      let sum0 = 32768 + middle * rows[line + x]!
      let sum1 = 32768 + middle * rows[line + x + 1]!
      let sum2 = 32768 + middle * rows[line + x + 2]!
      let sum3 = 32768 + middle * rows[line + x + 3]!
      for (let i = 0; i < half; i++) {
        const tap = taps[i]!
        const a = above[i]! + x
        const b = below[i]! + x
        sum0 += tap * (rows[a]! + rows[b]!)
        sum1 += tap * (rows[a + 1]! + rows[b + 1]!)
        sum2 += tap * (rows[a + 2]! + rows[b + 2]!)
        sum3 += tap * (rows[a + 3]! + rows[b + 3]!)
      }
      out[line + x] = sum0 >> 16
      out[line + x + 1] = sum1 >> 16
      out[line + x + 2] = sum2 >> 16
      out[line + x + 3] = sum3 >> 16
    }
  }
}

/** Smallest float32 step at 1: shares below it are no class (OpenCV). */
const leastShare = 2 ** -23

/** How many pixels have each grey. */
function greyCounts(grey: Uint8Array): Int32Array {
  const counts = new Int32Array(256)
  for (let at = 0; at < grey.length; at++) counts[grey[at]!]! += 1
  return counts
}

/** Otsu 1979: the grey that parts the image into two classes farthest from each other. Pixels above it are the lighter class. */
export function otsuThreshold(counts: Int32Array, pixels: number): number {
  const scale = 1 / pixels
  let mean = 0
  for (let value = 0; value < 256; value++) mean += value * counts[value]!
  mean *= scale
  let darkMean = 0
  let darkShare = 0
  let farthest = 0
  let threshold = 0
  for (let value = 0; value < 256; value++) {
    const share = counts[value]! * scale
    darkMean *= darkShare
    darkShare += share
    const lightShare = 1 - darkShare
    if (Math.min(darkShare, lightShare) < leastShare || Math.max(darkShare, lightShare) > 1 - leastShare) continue
    darkMean = (darkMean + value * share) / darkShare
    const lightMean = (mean - darkShare * darkMean) / lightShare
    const distance = darkShare * lightShare * (darkMean - lightMean) * (darkMean - lightMean)
    if (distance > farthest) {
      farthest = distance
      threshold = value
    }
  }
  return threshold
}

/** 255 where lighter than the threshold, else 0; in place. */
function binarise(grey: Uint8Array, threshold: number): void {
  for (let at = 0; at < grey.length; at++) grey[at] = grey[at]! > threshold ? 255 : 0
}
