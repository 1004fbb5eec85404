// Feature points for the ISO/IEC 19794-5 record out of a face's landmarks: the ones of MPEG-4 (ISO/IEC 14496-2) that a mesh gives.
// Codes and sides are from common knowledge of the standards, whose text was not at hand: left and right are the subject's.

import type { Point } from './face.js'
import { landmark, landmarkAt } from './landmarks.js'
import { applied, inverse, type Similarity } from './quality/align.js'

/** A point as MPEG-4 numbers it: group and number in it, e.g. 8.4. */
export interface FeaturePoint extends Point {
  readonly group: number
  readonly number: number
}

/** Group, number, and the landmarks (WFLW order) in whose middle the point lies. */
const table: readonly (readonly [group: number, number: number, landmarks: readonly number[]])[] = [
  // Chin; middle of the upper and of the lower inner lip; left and right inner corner
  [2, 1, [landmark.chin]],
  [2, 2, [90]],
  [2, 3, [94]],
  [2, 4, [92]],
  [2, 5, [88]],
  // Middle of the upper lid left, right; of the lower lid left, right
  [3, 1, [70]],
  [3, 2, [62]],
  [3, 3, [74]],
  [3, 4, [66]],
  // "Left" corner of the left eye, of the right eye; "right" corner of the left eye, of the right eye
  [3, 7, [landmark.leftEye.outer]],
  [3, 8, [landmark.rightEye.inner]],
  [3, 11, [landmark.leftEye.inner]],
  [3, 12, [landmark.rightEye.outer]],
  // Brows: inner ends left and right, outer ends left and right
  [4, 1, [42]],
  [4, 2, [37]],
  [4, 5, [46]],
  [4, 6, [33]],
  // Outer lips: middle above and below, corners left and right
  [8, 1, [79]],
  [8, 2, [85]],
  [8, 3, [landmark.mouthLeft]],
  [8, 4, [landmark.mouthRight]],
  // Wings of the nose left and right, tip
  [9, 1, [59]],
  [9, 2, [55]],
  [9, 3, [landmark.noseTip]],
  // 19794-5's own: centres of the left and of the right eye
  [12, 1, [landmark.leftEye.inner, landmark.leftEye.outer]],
  [12, 2, [landmark.rightEye.inner, landmark.rightEye.outer]],
]

/**
 * @param landmarks 98 points of the picture
 * @param back      from the portrait to the picture, when the points are wanted in a portrait cut out of it
 * @returns those that lie inside widthPx × heightPx, on whole pixels
 */
export function featurePoints(landmarks: Float32Array, widthPx: number, heightPx: number, back?: Similarity): readonly FeaturePoint[] {
  const into = back && inverse(back)
  return table
    .map(([group, number, places]) => {
      const points = places.map((place) => landmarkAt(landmarks, place))
      const mean = (axis: 'x' | 'y') => points.reduce((sum, point) => sum + point[axis], 0) / points.length
      const place = { x: mean('x'), y: mean('y') }
      const { x, y } = into ? applied(into, place) : place
      return { group, number, x: Math.round(x), y: Math.round(y) }
    })
    .filter(({ x, y }) => x >= 0 && y >= 0 && x < widthPx && y < heightPx)
}
