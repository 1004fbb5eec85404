// Which eye, and does it stand upright? What the picture itself says, only where it says it clearly. Knows lids and circles; no code, no record.

import { type IrisLocation, lidAt } from './location.js'

export interface EyeSide {
  /** The subject's; the nose lies to the right of the subject's right eye in an unmirrored picture. */
  readonly eye: 'right' | 'left' | 'unsure'
  readonly upright: 'upright' | 'inverted' | 'unsure'
}

/** The pupil lies nasally of the iris centre in most eyes (Atchison & Smith 2000, about 0.3 mm of a 6 mm radius), more than this only there. */
const nasalShift = 0.035
/** Slope of the lids where they cross the iris: the inner corner lies lower. */
const lidSlope = 0.1
/** The upper lid hides so much more of the iris than the lower one, in radii. */
const lidDifference = 0.15

export function sideOf({ pupil, iris, upperLid, lowerLid }: IrisLocation): EyeSide {
  const shift = (pupil.x - iris.x) / iris.r
  const lids = [upperLid, lowerLid].filter((lid) => lid !== undefined)
  const slopes = lids.map((lid) => (lidAt(lid, iris.x + iris.r / 2) - lidAt(lid, iris.x - iris.r / 2)) / iris.r)
  const slope = slopes.reduce((sum, value) => sum + value, 0) / Math.max(1, slopes.length)
  const hiddenAbove = upperLid ? (lidAt(upperLid, iris.x) - (iris.y - iris.r)) / iris.r : 0
  const hiddenBelow = lowerLid ? (iris.y + iris.r - lidAt(lowerLid, iris.x)) / iris.r : 0
  const more = hiddenAbove - hiddenBelow
  return {
    eye: shift > nasalShift && slope > lidSlope ? 'right' : shift < -nasalShift && slope < -lidSlope ? 'left' : 'unsure',
    upright: more > lidDifference ? 'upright' : more < -lidDifference ? 'inverted' : 'unsure',
  }
}
