// The portrait cut out of a camera's picture: eyes level, on fixed places, resampled once. Templates for the record and for the printed photo.
// Knows no codec.

import type { Point, RgbImage } from './face.js'
import { applied, type Similarity } from './quality/align.js'
import type { FaceGeometry } from './quality/geometry.js'
import { resample } from './quality/resample.js'

export interface PortraitTemplate {
  readonly widthPx: number
  readonly heightPx: number
  /** Row of the eyes, share of the height from above. They lie in the middle of the width. */
  readonly eyeRow: number
  /** What sets the scale: the distance of the eyes as a share of the width, or T (eyes to chin) as a share of the height. */
  readonly scale: { readonly eyeDistance: number } | { readonly eyesToChin: number }
}

/**
 * The token frontal image of ISO/IEC 19794-5: width W, height W / 0.75, eyes on row 0.6 W and W / 4 apart.
 * @param widthPx 240 at least by the standard; a multiple of 3 gives a whole height
 */
export function tokenTemplate(widthPx: number): PortraitTemplate {
  const heightPx = Math.round(widthPx / 0.75)
  return { widthPx, heightPx, eyeRow: (0.6 * widthPx) / heightPx, scale: { eyeDistance: 0.25 } }
}

/**
 * The printed photo, 2 × 3 cm at 300 dpi unless told otherwise. From chin to crown a head is about twice T, hair apart: 75 % of the height
 * (older ICAO 9303 text: 70 to 80 %).
 */
export function printTemplate(
  size: { readonly widthMm: number; readonly heightMm: number; readonly dpi: number } = printSize,
): PortraitTemplate {
  const pixels = (mm: number) => Math.round((mm / 25.4) * size.dpi)
  return { widthPx: pixels(size.widthMm), heightPx: pixels(size.heightMm), eyeRow: 0.47, scale: { eyesToChin: 0.375 } }
}

const printSize = { widthMm: 20, heightMm: 30, dpi: 300 } as const

export interface Placement {
  /** From the portrait to the picture. */
  readonly back: Similarity
  /** Corners of the portrait in the picture: upper left, upper right, lower right, lower left. */
  readonly corners: readonly [Point, Point, Point, Point]
  /** Pixels of the picture for one of the portrait: below 1 the portrait holds less than its size promises. */
  readonly zoom: number
  /** Share of the portrait that lies outside of the picture. */
  readonly missing: number
}

export function placementOf({ widthPx, heightPx }: RgbImage, geometry: FaceGeometry, template: PortraitTemplate): Placement {
  const { rightEye, leftEye, eyeMid, eyeDistance, eyesToChin } = geometry
  const { scale } = template
  const zoom =
    'eyeDistance' in scale ? eyeDistance / (scale.eyeDistance * template.widthPx) : eyesToChin / (scale.eyesToChin * template.heightPx)
  const a = ((leftEye.x - rightEye.x) / eyeDistance) * zoom
  const b = ((leftEye.y - rightEye.y) / eyeDistance) * zoom
  const [u, v] = [(template.widthPx - 1) / 2, template.eyeRow * template.heightPx]
  const back = { a, b, tx: eyeMid.x - a * u + b * v, ty: eyeMid.y - b * u - a * v }
  const at = (x: number, y: number) => applied(back, { x, y })
  const [right, bottom] = [template.widthPx - 1, template.heightPx - 1]
  const corners = [at(0, 0), at(right, 0), at(right, bottom), at(0, bottom)] as const
  return { back, corners, zoom, missing: missingShare(widthPx, heightPx, corners) }
}

/** By area: the portrait's corners cut by the four edges of the picture in turn (Sutherland and Hodgman). */
function missingShare(widthPx: number, heightPx: number, corners: readonly Point[]): number {
  const half = 0.5
  const edges: readonly ((point: Point) => number)[] = [
    ({ x }) => x + half,
    ({ x }) => widthPx - half - x,
    ({ y }) => y + half,
    ({ y }) => heightPx - half - y,
  ]
  const inside = edges.reduce((kept, depth) => kept.flatMap((from, k) => cutAt(from, kept[(k + 1) % kept.length]!, depth)), [...corners])
  return Math.max(0, 1 - area(inside) / area(corners))
}

/** What is left of an edge from one corner to the next: its start when inside, and the place where it crosses. */
function cutAt(from: Point, to: Point, depth: (point: Point) => number): Point[] {
  const [a, b] = [depth(from), depth(to)]
  const crossing = a >= 0 !== b >= 0 ? [{ x: from.x + ((to.x - from.x) * a) / (a - b), y: from.y + ((to.y - from.y) * a) / (a - b) }] : []
  return a >= 0 ? [from, ...crossing] : crossing
}

function area(corners: readonly Point[]): number {
  const doubled = corners.reduce((sum, { x, y }, k) => {
    const next = corners[(k + 1) % corners.length]!
    return sum + x * next.y - y * next.x
  }, 0)
  return Math.abs(doubled) / 2
}

export interface Portrait extends RgbImage {
  /** Share of the pixels that lay outside of the picture: invented, out of the colour given or of the lowest row. */
  readonly filled: number
  readonly placement: Placement
}

/** @param fill what stands where the picture ends above and at the sides: the backdrop's colour, 0..255 each */
export function cutPortrait(
  image: RgbImage,
  geometry: FaceGeometry,
  template: PortraitTemplate,
  fill: { readonly red: number; readonly green: number; readonly blue: number },
): Portrait {
  const placement = placementOf(image, geometry, template)
  const { widthPx, heightPx } = template
  const colour = Uint8Array.of(Math.round(fill.red), Math.round(fill.green), Math.round(fill.blue))
  const { rgb, outside } = resample(image, placement.back, widthPx, heightPx, colour)
  return { rgb, widthPx, heightPx, filled: outside / (widthPx * heightPx), placement }
}
