// The 468 points of one face: a level crop about it, FaceMesh on it, points back in image pixels. It finds no faces.

import type { Simd } from '../simd/simd.js'
import type { FaceMesh, FoundFace, Point, RgbImage } from './face.js'
import { eyeCentres } from './landmarks.js'
import { type FaceNetworks, meshSizePx } from './networks.js'
import { type Placement, toImage, warpToPlanes } from './warp.js'

export const meshPointCount = 468
/** The crop's side in sides of the detector's box. */
const roomAroundFace = 1.5
/** The same in sides of the mesh: more, since a tight crop makes the network draw eyes and chin together (docs/face.md). */
const roomAroundMesh = 1.65

/** The crop for a face as the detector found it: the box's middle, level with the eyes. */
export function cropOfFace({ x, y, width, height, keypoints }: FoundFace): Placement {
  const [rightEye, leftEye] = keypoints
  const centre = { x: x + width / 2, y: y + height / 2 }
  return { centre, scale: (roomAroundFace * Math.max(width, height)) / meshSizePx, angleRad: slope(rightEye!, leftEye!) }
}

/** The crop for a face whose mesh in the frame before is known. */
export function cropOfMesh({ points }: FaceMesh): Placement {
  const [rightEye, leftEye] = eyeCentres(points)
  const angleRad = slope(rightEye, leftEye)
  const cos = Math.cos(angleRad)
  const sin = Math.sin(angleRad)
  let [left, right, top, bottom] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let k = 0; k < points.length; k += 3) {
    const u = cos * points[k]! + sin * points[k + 1]!
    const v = cos * points[k + 1]! - sin * points[k]!
    left = Math.min(left, u)
    right = Math.max(right, u)
    top = Math.min(top, v)
    bottom = Math.max(bottom, v)
  }
  const u = (left + right) / 2
  const v = (top + bottom) / 2
  const side = Math.max(right - left, bottom - top)
  return { centre: { x: cos * u - sin * v, y: sin * u + cos * v }, scale: (roomAroundMesh * side) / meshSizePx, angleRad }
}

/** @returns the mesh with the presence that the network gives it, however low */
export async function meshFace(image: RgbImage, place: Placement, networks: FaceNetworks, simd?: Simd): Promise<FaceMesh> {
  const planes = new Float32Array(3 * meshSizePx * meshSizePx)
  warpToPlanes(image, place, meshSizePx, 0, 1, planes, simd)
  const { points, presence } = await networks.mesh(planes)
  const out = new Float32Array(points.length)
  for (let k = 0; k < points.length; k += 3) {
    const { x, y } = toImage(place, meshSizePx, points[k]!, points[k + 1]!)
    out[k] = x
    out[k + 1] = y
    out[k + 2] = points[k + 2]! * place.scale
  }
  return { points: out, presence }
}

const slope = (from: Point, to: Point): number => Math.atan2(to.y - from.y, to.x - from.x)
