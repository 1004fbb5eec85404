// Which eye, and does it stand upright? What the picture itself says, only where it says it clearly. Knows lids and circles; no code, no record.

import { type IrisLocation, lidAt } from './location.js'

export interface EyeSide {
  /** The subject's; the nose lies to the right of the subject's right eye in an unmirrored picture. */
  readonly eye: 'right' | 'left' | 'unsure'
  readonly upright: 'upright' | 'inverted' | 'unsure'
}

/** The pupil lies nasally of the iris centre in most eyes, some hundredths of the radius; more than this only there. */
const nasalShift = 0.035
/** Slope of the lids where they cross the iris: the inner corner lies lower. */
const lidSlope = 0.1
/** The upper lid hides so much more of the iris than the lower one, in radii. */
const lidDifference = 0.15
/** Both only by circles and lids as they were located: an eye opened so wide that no lid touches the iris says nothing of how it stands. */
export const sideOf = (location: IrisLocation): EyeSide => ({ eye: eyeOf(location), upright: uprightOf(location) })

function eyeOf({ pupil, iris, upperLid, lowerLid }: IrisLocation): EyeSide['eye'] {
  const shift = (pupil.x - iris.x) / iris.r
  const lids = [upperLid, lowerLid].filter((lid) => lid !== undefined)
  const slopes = lids.map((lid) => (lidAt(lid, iris.x + iris.r / 2) - lidAt(lid, iris.x - iris.r / 2)) / iris.r)
  const slope = slopes.reduce((sum, value) => sum + value, 0) / Math.max(1, slopes.length)
  if (shift > nasalShift && slope > lidSlope) return 'right'
  return shift < -nasalShift && slope < -lidSlope ? 'left' : 'unsure'
}

function uprightOf({ iris, upperLid, lowerLid }: IrisLocation): EyeSide['upright'] {
  const hiddenAbove = upperLid ? (lidAt(upperLid, iris.x) - (iris.y - iris.r)) / iris.r : 0
  const hiddenBelow = lowerLid ? (iris.y + iris.r - lidAt(lowerLid, iris.x)) / iris.r : 0
  const more = hiddenAbove - hiddenBelow
  return more > lidDifference ? 'upright' : more < -lidDifference ? 'inverted' : 'unsure'
}
