// `rekamEyesOpen`, our own look at the eyes themselves: the dark height of iris and pupil between the lids. OFIQ's `EyesOpen` trusts landmarks,
// which networks guess; this is a second witness that asks none.

import type { Point, RgbImage } from '../face.js'
import { landmark, landmarkAt } from '../landmarks.js'
import { type Similarity, sampleRgb } from './align.js'
import { distance } from './geometry.js'

/** Looked at, in eye widths about the middle of the corners: as far up as the lid's crease, not to the brow. */
const window = { across: 0.5, above: 0.24, below: 0.3 } as const
/** Where skin is that tells how dark dark is: below the lower lid. */
const skin = { from: 0.42, until: 0.62 } as const
/** Columns of the iris: the darkest part of the eye's width. */
const columnsOfIris = 0.16
/** Less contrast than this between skin and the darkest place: nothing to see (dark glasses, a black picture). */
const leastContrast = 16
/** Dark over more of the window than this is no eye: glasses, or a hand. */
const mostDark = 0.7

/**
 * Dark height of the less open eye by the distance of its corners: about 0.3 for a drawn open one, 0.06 to 0.13 for lashes alone. Deep shadow
 * around the eyes, glasses and low resolution leave it undecided or mislead it: it may only ever speak of eyes that are plainly seen to be shut.
 * @returns NaN when an eye cannot be judged
 */
export function rekamEyesOpen(image: RgbImage, aligned: Float32Array, back: Similarity): number {
  const heights = [landmark.rightEye, landmark.leftEye].map(({ outer, inner }) =>
    darkHeight(image, landmarkAt(aligned, outer), landmarkAt(aligned, inner), back),
  )
  return Math.min(...heights)
}

/** @returns 0 to 100, whole; -1 for NaN */
export function rekamEyesOpenScalar(native: number): number {
  if (Number.isNaN(native)) return -1
  return Math.round(100 / (1 + Math.exp((0.12 - native) / 0.025)))
}

function darkHeight(image: RgbImage, a: Point, b: Point, back: Similarity): number {
  const widthPx = Math.round(distance(a, b))
  if (widthPx < 10) return Number.NaN
  const [left, top] = [Math.round((a.x + b.x) / 2 - window.across * widthPx), Math.round((a.y + b.y) / 2 - window.above * widthPx)]
  const eyeRows = Math.round((window.above + window.below) * widthPx)
  const [skinFrom, rows] = [Math.round((window.above + skin.from) * widthPx), Math.round((window.above + skin.until) * widthPx)]
  const rgb = new Uint8Array(3 * widthPx * rows)
  sampleRgb(image, back, left, top, 1, widthPx, rows, rgb)
  const grey = Uint8Array.from({ length: widthPx * rows }, (_, i) => (77 * rgb[3 * i]! + 150 * rgb[3 * i + 1]! + 29 * rgb[3 * i + 2]!) >> 8)
  const light = percentile(grey.subarray(skinFrom * widthPx), 0.5)
  const darkest = percentile(grey.subarray(0, eyeRows * widthPx), 0.02)
  if (light - darkest < leastContrast) return Number.NaN
  const limit = (light + darkest) / 2
  const counts = new Uint8Array(widthPx)
  let dark = 0
  for (let i = 0; i < eyeRows * widthPx; i++) {
    if (grey[i]! >= limit) continue
    counts[i % widthPx]!++
    dark++
  }
  if (dark > mostDark * eyeRows * widthPx) return Number.NaN
  return highest(counts, Math.max(1, Math.round(columnsOfIris * widthPx))) / widthPx
}

function percentile(values: Uint8Array, share: number): number {
  return Uint8Array.from(values).sort()[Math.floor(share * (values.length - 1))]!
}

/** Largest mean of so many neighbouring columns. */
function highest(counts: Uint8Array, columns: number): number {
  let best = 0
  for (let from = 0; from + columns <= counts.length; from++) {
    let sum = 0
    for (let k = 0; k < columns; k++) sum += counts[from + k]!
    best = Math.max(best, sum / columns)
  }
  return best
}
