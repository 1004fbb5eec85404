// Medians and entropy of the regions of an eye: pupil, iris, sclera. Knows circles, lids and mask; judges nothing.

import { type IrisLocation, lidAt } from '../location.js'

export interface RegionGreys {
  /** Medians; undefined where nothing of the region is visible. */
  readonly pupil: number | undefined
  readonly iris: number | undefined
  readonly sclera: number | undefined
  /** Entropy of the visible iris, bits. */
  readonly entropyBits: number
  /** Visible iris over the whole ring between the circles, parts outside the image included; 0 to 1. */
  readonly usable: number
  /** Share of the ring between the lids that is as white as the mirror image of a lamp. */
  readonly glare: number
}

/** Of the pupil's radius: its edge is no pupil. */
const pupilInside = 0.8
/** Of the iris radius. */
const irisOutside = 0.9
const sclera = { from: 1.1, until: 1.2 } as const
/** Skin and sclera stay below. */
const lampGrey = 240
/** Every second pixel in both directions is enough for a median and takes a quarter of the time. */
const stride = 2

/** ISO/IEC 29794-6 regions as BIQT-Iris documents them, each about its own centre. */
export function regionGreys(grey: Uint8Array, widthPx: number, heightPx: number, location: IrisLocation): RegionGreys {
  const { pupil, iris, mask } = location
  const histograms = { pupil: new Uint32Array(256), iris: new Uint32Array(256), sclera: new Uint32Array(256), tissue: new Uint32Array(256) }
  const reach = iris.r * sclera.until
  const irisInside = (pupil.r + iris.r) / 2
  let [visible, white, open] = [0, 0, 0]
  for (let y = Math.max(0, Math.floor(iris.y - reach)); y <= Math.min(heightPx - 1, iris.y + reach); y += stride) {
    for (let x = Math.max(0, Math.floor(iris.x - reach)); x <= Math.min(widthPx - 1, iris.x + reach); x += stride) {
      const at = y * widthPx + x
      const level = grey[at]!
      const fromIris = Math.hypot(x - iris.x, y - iris.y)
      if (mask[at] === 255) {
        visible++
        histograms.tissue[level]!++
        if (fromIris >= irisInside && fromIris <= irisOutside * iris.r) histograms.iris[level]!++
      } else if (fromIris < iris.r) {
        const fromPupil = Math.hypot(x - pupil.x, y - pupil.y)
        if (fromPupil < pupilInside * pupil.r) histograms.pupil[level]!++
        if (fromPupil > pupil.r && isBetweenLids(location, x, y)) {
          open++
          if (level >= lampGrey) white++
        }
      } else if (fromIris >= sclera.from * iris.r && fromIris <= sclera.until * iris.r && isSclera(location, x, y)) {
        histograms.sclera[level]!++
      }
    }
  }
  const ring = Math.PI * (iris.r ** 2 - pupil.r ** 2)
  return {
    pupil: median(histograms.pupil),
    iris: median(histograms.iris),
    sclera: median(histograms.sclera),
    entropyBits: entropy(histograms.tissue),
    usable: Math.min(1, (visible * stride * stride) / Math.max(1, ring)),
    glare: white / Math.max(1, visible + open),
  }
}

/** Where a lid does not reach the iris nobody has seen it: only beside the iris there is sclera for sure. */
function isSclera(location: IrisLocation, x: number, y: number): boolean {
  return Math.abs(y - location.iris.y) < location.iris.r * 0.7 && isBetweenLids(location, x, y)
}

const isBetweenLids = ({ upperLid, lowerLid }: IrisLocation, x: number, y: number): boolean =>
  !(upperLid && y < lidAt(upperLid, x)) && !(lowerLid && y > lidAt(lowerLid, x))

function median(histogram: Uint32Array): number | undefined {
  const count = histogram.reduce((sum, value) => sum + value, 0)
  if (count === 0) return undefined
  let below = 0
  for (let level = 0; level < histogram.length; level++) {
    below += histogram[level]!
    if (2 * below >= count) return level
  }
  return undefined
}

function entropy(histogram: Uint32Array): number {
  const count = histogram.reduce((sum, value) => sum + value, 0)
  let bits = 0
  for (const value of histogram) if (value > 0) bits -= (value / count) * Math.log2(value / count)
  return bits
}
