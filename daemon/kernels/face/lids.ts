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
  for (const eye of eyes) await refineEye(image, mesh, eye, points, networks, simd)
  return { ...mesh, points }
}

/**
 * As `refineLids` for a frame of a stream, at half the cost: one eye is looked at, the other keeps the lids of the frame before, moved along
 * with its corners. Who shuts the eyes shuts both: it shows in the frame, and its end one frame later.
 * @param before of the frame before, refined @param turn counts frames
 */
export async function refineLidsInTurn(
  image: RgbImage,
  mesh: FaceMesh,
  before: FaceMesh,
  turn: number,
  networks: FaceNetworks,
  simd?: Simd,
): Promise<FaceMesh> {
  const points = mesh.points.slice()
  for (const [k, eye] of eyes.entries()) {
    if (k === turn % eyes.length) await refineEye(image, mesh, eye, points, networks, simd)
    else carryEye(mesh, before, eye, points)
  }
  return { ...mesh, points }
}

async function refineEye(
  image: RgbImage,
  mesh: FaceMesh,
  { outer, inner, lower, upper, mirrored }: Eye,
  points: Float32Array,
  networks: FaceNetworks,
  simd: Simd | undefined,
): Promise<void> {
  const place = cropOfEye(at(mesh, mirrored ? inner : outer), at(mesh, mirrored ? outer : inner))
  const planes = new Float32Array(3 * lidsSizePx * lidsSizePx)
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

/** By the turn, zoom and shift that carry the eye's corners from one frame to the next. */
function carryEye(mesh: FaceMesh, before: FaceMesh, { outer, inner, lower, upper }: Eye, points: Float32Array): void {
  const [from, fromEnd, to, toEnd] = [at(before, outer), at(before, inner), at(mesh, outer), at(mesh, inner)]
  const [fx, fy, tx, ty] = [fromEnd.x - from.x, fromEnd.y - from.y, toEnd.x - to.x, toEnd.y - to.y]
  const square = fx * fx + fy * fy
  if (!(square > 0)) return
  const [a, b] = [(fx * tx + fy * ty) / square, (fx * ty - fy * tx) / square]
  for (const vertex of [...lower, ...upper]) {
    const { x, y } = at(before, vertex)
    points[vertex * 3] = to.x + a * (x - from.x) - b * (y - from.y)
    points[vertex * 3 + 1] = to.y + b * (x - from.x) + a * (y - from.y)
  }
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
