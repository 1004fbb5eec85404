// Closing holes in the region of interest as NFIQ 2 v2.2.0 does. It fills all contours of the paper but the last two of OpenCV's list: not
// what its authors meant, who wanted holes alone (mended in later versions), but the forest was trained on it and three features show it.

import { type Regions, regionsOf } from './runs.js'

/** The two values of a mask. */
export const finger = 0
export const paper = 255

const notFilled = 2

/** Fills in place, in the order of a list of contours: see `contourList`. */
export function fillContours(mask: Uint8Array, widthPx: number, heightPx: number): void {
  const papers = regionsOf(mask, widthPx, heightPx, paper, 1)
  const fingers = regionsOf(mask, widthPx, heightPx, finger, 0)
  const surroundings = neighbours(papers, fingers, widthPx, heightPx)
  const filled = contourList(surroundings).slice(0, -notFilled)
  const fillPaper = new Set<number>()
  const fillHole = new Set<number>()
  for (const contour of filled) (contour.isHole ? fillHole : fillPaper).add(contour.region)
  // What lies inside of something filled is filled too; a region inside begins after what it lies in, so one pass in order is enough.
  papers.regions.forEach((_, region) => {
    const hole = surroundings.aroundPaper[region]!
    if (hole >= 0 && (fillHole.has(hole) || fillPaper.has(surroundings.aroundHole[hole]!))) fillPaper.add(region)
  })
  // The contour of a hole runs on the paper around it.
  for (const hole of fillHole) paintRing(mask, widthPx, fingers, hole)
  papers.regionOf.forEach((region, run) => {
    const line = papers.row[run]! * widthPx
    if (fillPaper.has(region)) mask.fill(finger, line + papers.from[run]!, line + papers.to[run]! + 1)
  })
}

interface Surroundings {
  /** Per region of paper the hole it lies in, −1 when it lies in none. */
  readonly aroundPaper: readonly number[]
  /** Per region of finger the paper around it, −1 when it reaches the image's border: then it is no hole. */
  readonly aroundHole: readonly number[]
}

function neighbours(papers: Regions, fingers: Regions, widthPx: number, heightPx: number): Surroundings {
  const aroundHole = fingers.regions.map(({ left, top, right, bottom }, region) =>
    left > 0 && top > 0 && right < widthPx - 1 && bottom < heightPx - 1 ? leftOfFirst(fingers, region, papers) : -1,
  )
  const aroundPaper = papers.regions.map((_, region) => {
    const around = leftOfFirst(papers, region, fingers)
    return around >= 0 && aroundHole[around]! >= 0 ? around : -1
  })
  return { aroundPaper, aroundHole }
}

/** The other value's region left of a region's first pixel in reading order; −1 at the image's border. */
function leftOfFirst(inner: Regions, region: number, outer: Regions): number {
  const run = inner.regionOf.indexOf(region)
  const row = inner.row[run]!
  const x = inner.from[run]! - 1
  const found = outer.row.findIndex((y, other) => y === row && outer.from[other]! <= x && x <= outer.to[other]!)
  return found < 0 ? -1 : outer.regionOf[found]!
}

interface Contour {
  readonly isHole: boolean
  readonly region: number
}

/** OpenCV's list with two levels: regions of paper from the last found to the first, each followed by its holes, again last found first. */
function contourList({ aroundPaper, aroundHole }: Surroundings): readonly Contour[] {
  const holes = aroundHole.map((around, region) => ({ around, region })).reverse()
  const papers = aroundPaper.map((_, region) => region).reverse()
  return papers.flatMap((region) => [
    { isHole: false, region },
    ...holes.filter(({ around }) => around === region).map((hole) => ({ isHole: true, region: hole.region })),
  ])
}

/** The pixels left, right, above and below of a hole. */
function paintRing(mask: Uint8Array, widthPx: number, fingers: Regions, hole: number): void {
  fingers.regionOf.forEach((region, run) => {
    if (region !== hole) return
    const line = fingers.row[run]! * widthPx
    const first = line + fingers.from[run]!
    const last = line + fingers.to[run]!
    mask.fill(finger, first - 1, last + 2)
    mask.fill(finger, first - widthPx, last - widthPx + 1)
    mask.fill(finger, first + widthPx, last + widthPx + 1)
  })
}
