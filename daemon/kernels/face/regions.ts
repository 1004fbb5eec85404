// Parts of the aligned face: the region of the face inside the hull of its landmarks, and the two zones under the eyes. Geometry; knows no pixels.

import type { Point } from './face.js'
import { landmarkAt, landmarkCount } from './landmarks.js'
import { distance, faceGeometry, mouthCentre } from './quality/geometry.js'

/** Left, top inclusive; all in pixels. */
export interface Rectangle {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Convex hull of the landmarks (Andrew's monotone chain), clockwise as seen. */
export function landmarkHull(landmarks: Float32Array): readonly Point[] {
  const points = Array.from({ length: landmarkCount }, (_, k) => landmarkAt(landmarks, k)).sort((p, q) => p.x - q.x || p.y - q.y)
  return [...chain(points), ...chain(points.reverse())]
}

function chain(points: readonly Point[]): Point[] {
  const kept: Point[] = []
  for (const point of points) {
    while (kept.length >= 2 && turn(kept[kept.length - 2]!, kept[kept.length - 1]!, point) <= 0) kept.pop()
    kept.push(point)
  }
  kept.pop()
  return kept
}

const turn = (o: Point, p: Point, q: Point): number => (p.x - o.x) * (q.y - o.y) - (p.y - o.y) * (q.x - o.x)

export function boundsOf(points: readonly Point[]): Rectangle {
  const xs = points.map(({ x }) => x)
  const ys = points.map(({ y }) => y)
  const [left, top] = [Math.min(...xs), Math.min(...ys)]
  return { left, top, width: Math.max(...xs) - left + 1, height: Math.max(...ys) - top + 1 }
}

/** OFIQ draws the hull into a mask of this side and scales that back: edge pixels follow it. */
const drawnPx = 224

/**
 * Region of the face as OFIQ 1.0.3 has it: the hull in a square that is 10 % higher than its bounds, drawn at 224 × 224 and scaled back
 * with nearest neighbours.
 * @returns 1 inside; widthPx × heightPx
 */
export function faceRegion(landmarks: Float32Array, widthPx: number, heightPx: number): Uint8Array {
  const hull = landmarkHull(landmarks)
  const bounds = boundsOf(hull)
  const top = Math.trunc(bounds.top - bounds.height * 0.05)
  const side = Math.trunc(bounds.top + bounds.height * 1.05) - top
  const left = Math.trunc(bounds.left + bounds.width / 2 - side / 2)
  const right = Math.trunc(bounds.left + bounds.width / 2 + side / 2)
  const scale = drawnPx / side
  const spans = rowSpans(
    hull.map(({ x, y }) => ({ x: Math.trunc((x - left) * scale), y: Math.trunc((y - top) * scale) })),
    drawnPx,
  )
  const mask = new Uint8Array(widthPx * heightPx)
  for (let y = Math.max(0, top); y < Math.min(heightPx, top + side); y++) {
    const row = Math.floor(((y - top) * drawnPx) / side)
    const [first, last] = [spans[2 * row]!, spans[2 * row + 1]!]
    if (first > last) continue
    // Pixels whose drawn column floor((x − left)·224/width) lies in first..last.
    const from = left + Math.ceil((first * (right - left)) / drawnPx)
    const until = left + Math.ceil(((last + 1) * (right - left)) / drawnPx)
    mask.fill(1, y * widthPx + Math.max(0, from), y * widthPx + Math.max(0, Math.min(widthPx, until)))
  }
  return mask
}

/** First and last column of a convex polygon in each row, its outline included; first > last where it has none. */
function rowSpans(polygon: readonly Point[], rows: number): Int32Array {
  const spans = new Int32Array(2 * rows)
  for (let row = 0; row < rows; row++) {
    let first = Number.POSITIVE_INFINITY
    let last = Number.NEGATIVE_INFINITY
    polygon.forEach((from, k) => {
      const to = polygon[(k + 1) % polygon.length]!
      if (row < Math.min(from.y, to.y) || row > Math.max(from.y, to.y)) return
      const xs = from.y === to.y ? [from.x, to.x] : [from.x + ((row - from.y) / (to.y - from.y)) * (to.x - from.x)]
      first = Math.min(first, ...xs)
      last = Math.max(last, ...xs)
    })
    spans[2 * row] = first <= last ? Math.round(first) : 1
    spans[2 * row + 1] = first <= last ? Math.round(last) : 0
  }
  return spans
}

/** The squares on the cheeks under both eyes, towards the nose, in which light and colour of the skin are compared. */
export function underEyeZones(aligned: Float32Array): { readonly imageLeft: Rectangle; readonly imageRight: Rectangle } {
  const { rightEye, leftEye, eyeMid, eyeDistance } = faceGeometry(aligned)
  const mouth = mouthCentre(aligned)
  const drop = Math.trunc(
    distance({ x: Math.round(eyeMid.x), y: Math.round(eyeMid.y) }, { x: Math.round(mouth.x), y: Math.round(mouth.y) }) / 2,
  )
  const side = Math.trunc(0.3 * eyeDistance)
  return {
    imageLeft: { left: rightEye.x, top: rightEye.y + drop, width: side, height: side },
    imageRight: { left: leftEye.x - side, top: leftEye.y + drop, width: side, height: side },
  }
}
