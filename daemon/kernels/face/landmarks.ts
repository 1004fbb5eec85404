// From the 468 mesh points to the 98 landmarks (WFLW order) that OFIQ's measures are defined on. Pure geometry; knows no pixels and no network.
import type { Point } from './face.js'

/** Mesh vertex of each WFLW landmark 33..95 (brows, nose, eyes, lips); "right" is the subject's right = the image's left side. */
const firstOfTable = 33
const meshOfLandmark: readonly number[] = [
  // 33..41 right brow: outer end, upper edge inwards, inner end, lower edge outwards
  70, 63, 105, 66, 107, 55, 65, 52, 53,
  // 42..50 left brow: inner end, upper edge outwards, outer end, lower edge inwards
  336, 296, 334, 293, 300, 283, 282, 295, 285,
  // 51..54 bridge of the nose down to its tip; 55..59 under the nose
  168, 197, 5, 4, 98, 97, 2, 326, 327,
  // 60..67 right eye: outer corner, upper lid, inner corner, lower lid; pairs 61-67, 62-66, 63-65
  33, 160, 159, 158, 133, 153, 145, 144,
  // 68..75 left eye: inner corner, upper lid, outer corner, lower lid; pairs 69-75, 70-74, 71-73
  362, 385, 386, 387, 263, 373, 374, 380,
  // 76..87 outer lip: right corner, upper edge, left corner, lower edge back
  61, 40, 37, 0, 267, 270, 291, 321, 405, 17, 181, 91,
  // 88..95 inner lip: right corner, upper edge, left corner, lower edge back; pairs 89-95, 90-94, 91-93
  78, 81, 13, 311, 308, 402, 14, 178,
]

/** The mesh's outline from the right temple over the chin to the left temple; WFLW spaces its 33 contour points evenly along it. */
const rightOutline = [127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152]
const leftOutline = [356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152]

export const landmarkCount = 98

/** Indices of landmarks that OFIQ's measures name. */
export const landmark = {
  chin: 16,
  noseTip: 54,
  rightEye: {
    outer: 60,
    inner: 64,
    lidPairs: [
      [61, 67],
      [62, 66],
      [63, 65],
    ],
  },
  leftEye: {
    outer: 72,
    inner: 68,
    lidPairs: [
      [69, 75],
      [70, 74],
      [71, 73],
    ],
  },
  mouthRight: 76,
  mouthLeft: 82,
  innerLipPairs: [
    [89, 95],
    [90, 94],
    [91, 93],
  ],
} as const

/**
 * The 98 landmarks as x, y pairs, in the pixels of the mesh.
 * Contour 0..32 is resampled by arc length; 96 and 97 (pupils) are the middles of the lids, since this mesh has no iris.
 * @param points  468 times x, y, z
 */
export function landmarksFromMesh(points: Float32Array): Float32Array {
  const out = new Float32Array(landmarkCount * 2)
  spread(points, rightOutline, out, 0, 1)
  spread(points, leftOutline, out, 32, -1)
  meshOfLandmark.forEach((vertex, k) => {
    out[(firstOfTable + k) * 2] = points[vertex * 3]!
    out[(firstOfTable + k) * 2 + 1] = points[vertex * 3 + 1]!
  })
  for (const [pupil, upper, lower] of [
    [96, 62, 66],
    [97, 70, 74],
  ] as const)
    for (let axis = 0; axis < 2; axis++) out[pupil * 2 + axis] = (out[upper * 2 + axis]! + out[lower * 2 + axis]!) / 2
  return out
}

export function landmarkAt(landmarks: Float32Array, index: number): Point {
  return { x: landmarks[index * 2]!, y: landmarks[index * 2 + 1]! }
}

/** Middles of the eye corners, as OFIQ takes them (not rounded here); the subject's right eye first. */
export function eyeCentres(points: Float32Array): readonly [Point, Point] {
  return [middle(points, 33, 133), middle(points, 362, 263)]
}

function middle(points: Float32Array, a: number, b: number): Point {
  return { x: (points[a * 3]! + points[b * 3]!) / 2, y: (points[a * 3 + 1]! + points[b * 3 + 1]!) / 2 }
}

/** 17 points evenly spaced along an outline, from its temple to the chin, to landmarks first, first + step, … */
function spread(points: Float32Array, outline: readonly number[], out: Float32Array, first: number, step: 1 | -1): void {
  const length = (k: number): number => {
    const a = outline[k]! * 3
    const b = outline[k + 1]! * 3
    return Math.hypot(points[b]! - points[a]!, points[b + 1]! - points[a + 1]!)
  }
  let total = 0
  for (let k = 0; k + 1 < outline.length; k++) total += length(k)
  let segment = 0
  let before = 0
  for (let n = 0; n <= 16; n++) {
    const at = (total * n) / 16
    while (segment + 2 < outline.length && before + length(segment) < at) before += length(segment++)
    const t = Math.min(1, (at - before) / Math.max(length(segment), 1e-6))
    const a = outline[segment]! * 3
    const b = outline[segment + 1]! * 3
    const to = (first + n * step) * 2
    for (let axis = 0; axis < 2; axis++) out[to + axis] = points[a + axis]! + (points[b + axis]! - points[a + axis]!) * t
  }
}
