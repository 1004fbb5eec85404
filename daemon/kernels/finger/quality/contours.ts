// Closing holes in the region of interest as NFIQ 2 v2.2.0 does. It fills all contours of the paper but the last two of OpenCV's list: not
// what its authors meant, who wanted holes alone (mended in later versions), but the forest was trained on it and three features show it.

import { type Regions, regionsOf } from './runs.js'

/** The two values of a mask. */
export const finger = 0
export const paper = 255

const notFilled = 2

/** Fills in place. */
export function fillContours(mask: Uint8Array, widthPx: number, heightPx: number): void {
  const papers = regionsOf(mask, widthPx, heightPx, paper, 1)
  const surroundings = neighbours(papers, regionsOf(mask, widthPx, heightPx, finger, 0))
  const filled = new Set(
    contourList(surroundings)
      .slice(0, -notFilled)
      .filter((region) => region !== outside),
  )
  // What lies inside of something filled is filled too; a region inside begins after what it lies in, so one pass in order is enough.
  papers.regions.forEach((_, region) => {
    if (filled.has(surroundings.aroundPaper[region]!)) filled.add(region)
  })
  papers.regionOf.forEach((region, run) => {
    const line = papers.row[run]! * widthPx
    if (filled.has(region)) mask.fill(finger, line + papers.from[run]!, line + papers.to[run]! + 1)
  })
}

interface Surroundings {
  /** Per region of paper the paper around it with nothing but a hole between, `outside` when there is none. */
  readonly aroundPaper: readonly number[]
  /** Per hole the paper around it. */
  readonly aroundHole: readonly number[]
}

const outside = -1

function neighbours(papers: Regions, fingers: Regions): Surroundings {
  const aroundFinger = fingers.regions.map(({ touchesBorder }, region) => (touchesBorder ? outside : leftOfFirst(fingers, region, papers)))
  const aroundPaper = papers.regions.map((_, region) => aroundFinger[leftOfFirst(papers, region, fingers)] ?? outside)
  return { aroundPaper, aroundHole: aroundFinger.filter((around) => around !== outside) }
}

/** The other value's region left of a region's first pixel in reading order; `outside` at the image's border. */
function leftOfFirst(inner: Regions, region: number, outer: Regions): number {
  const run = inner.regionOf.indexOf(region)
  const row = inner.row[run]!
  const x = inner.from[run]! - 1
  const found = outer.row.findIndex((y, other) => y === row && outer.from[other]! <= x && x <= outer.to[other]!)
  return found < 0 ? outside : outer.regionOf[found]!
}

/**
 * OpenCV's list with two levels: regions of paper from the last found to the first, each followed by its holes. A hole counts as `outside`:
 * it takes a place in the list, and filling it changes nothing that filling the paper around it, which stands before it, does not.
 */
const contourList = ({ aroundPaper, aroundHole }: Surroundings): readonly number[] =>
  aroundPaper
    .map((_, region) => [region, ...aroundHole.filter((around) => around === region).map(() => outside)])
    .reverse()
    .flat()
