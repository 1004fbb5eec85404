// The lids of a found face once more, from close by: FaceMesh smooths shut eyes open, MediaPipe's eye network does not. It judges nothing.

import type { Simd } from '../simd/simd.js'
import type { FaceMesh, Point, RgbImage } from './face.js'
import { type FaceNetworks, lidsSizePx } from './networks.js'
import { type Placement, toImage, warpToPlanes } from './warp.js'

interface Eye {
  /** Mesh vertices of the corners. */
  readonly outer: number
  readonly inner: number
  /** Mesh vertices of the network's points 1 to 7 (lower lid) and 9 to 15 (upper lid), each from the outer corner inwards; 0 and 8 are the corners. */
  readonly lower: readonly number[]
  readonly upper: readonly number[]
  /** The network knows one eye, the subject's right: the other is shown to it in a mirror. */
  readonly mirrored: boolean
}

const eyes: readonly Eye[] = [
  {
    ...{ outer: 33, inner: 133, mirrored: false },
    lower: [7, 163, 144, 145, 153, 154, 155],
    upper: [246, 161, 160, 159, 158, 157, 173],
  },
  {
    ...{ outer: 263, inner: 362, mirrored: true },
    lower: [249, 390, 373, 374, 380, 381, 382],
    upper: [466, 388, 387, 386, 385, 384, 398],
  },
]
const firstLower = 1
const firstUpper = 9

/** The crop's side in widths of the eye, as the network was trained (MediaPipe's iris graph). */
const roomAroundEye = 2.3

/** @returns the mesh with x and y of its lids as the eye network sees them; corners, depth and everything else are left as they are */
export async function refineLids(image: RgbImage, mesh: FaceMesh, networks: FaceNetworks, simd?: Simd): Promise<FaceMesh> {
  const points = mesh.points.slice()
  const planes = new Float32Array(3 * lidsSizePx * lidsSizePx)
  for (const { outer, inner, lower, upper, mirrored } of eyes) {
    const place = cropOfEye(at(mesh, mirrored ? inner : outer), at(mesh, mirrored ? outer : inner))
    warpToPlanes(image, place, lidsSizePx, 0, 1, planes, simd)
    if (mirrored) mirror(planes)
    const contours = await networks.lids(planes)
    const take = (vertices: readonly number[], first: number) => {
      for (const [k, vertex] of vertices.entries()) {
        const u = contours[(first + k) * 3]!
        const { x, y } = toImage(place, lidsSizePx, mirrored ? lidsSizePx - u : u, contours[(first + k) * 3 + 1]!)
        points[vertex * 3] = x
        points[vertex * 3 + 1] = y
      }
    }
    take(lower, firstLower)
    take(upper, firstUpper)
  }
  return { ...mesh, points }
}

function at({ points }: FaceMesh, vertex: number): Point {
  return { x: points[vertex * 3]!, y: points[vertex * 3 + 1]! }
}

/** @param from, to the eye's corners, left to right in the picture of an upright head */
function cropOfEye(from: Point, to: Point): Placement {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  return {
    centre: { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 },
    scale: (roomAroundEye * Math.hypot(dx, dy)) / lidsSizePx,
    angleRad: Math.atan2(dy, dx),
  }
}

function mirror(planes: Float32Array): void {
  for (let row = 0; row < planes.length; row += lidsSizePx) planes.subarray(row, row + lidsSizePx).reverse()
}
