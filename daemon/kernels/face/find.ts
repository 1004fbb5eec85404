// Faces of a still picture with their meshes: detector, then mesh, then doubt, then the subject's lids. It judges no quality.

import type { Simd } from '../simd/simd.js'
import { closeTo, detectFaces, overlap, wholePicture } from './detect.js'
import type { FaceMesh, FoundFace, RgbImage } from './face.js'
import { refineLids } from './lids.js'
import { cropOfFace, cropOfMesh, meshFace } from './mesh.js'
import { detectorSizePx, type FaceNetworks } from './networks.js'
import type { Placement } from './warp.js'

export interface LocatedFace {
  readonly face: FoundFace
  readonly mesh: FaceMesh
}

/** From here on the mesh vouches for a face by itself. */
export const leastPresence = 0.5
/** Masks and caps over the eyes take the mesh's trust; from this score on the detector's word is enough for the first face of a picture … */
export const sureOfFirst = 0.6
/** … and from this one for any other, and for faces beyond the edge or in a part of the picture. */
export const sureOfOther = 0.75

/**
 * The whole picture first; when it holds no face, with room around it (a face larger than the picture), then part by part (small ones).
 * @returns faces that detector and mesh together stand by, the largest first (the subject, as OFIQ takes it); only its lids are looked at closely
 */
export async function findFaces(image: RgbImage, networks: FaceNetworks, simd?: Simd): Promise<LocatedFace[]> {
  for (const [at, place] of searchPlaces(image).entries()) {
    const located = await lookIn(image, place, at === 0 ? sureOfFirst : sureOfOther, networks, simd)
    if (located.length > 0) return withLids(image, located, networks, simd)
  }
  return []
}

/** Nobody asks whether the eyes of others than the subject are open. */
export async function withLids(
  image: RgbImage,
  [subject, ...others]: readonly LocatedFace[],
  networks: FaceNetworks,
  simd?: Simd,
): Promise<LocatedFace[]> {
  return subject ? [{ ...subject, mesh: await refineLids(image, subject.mesh, networks, simd) }, ...others] : []
}

/** Where faces are looked for, the likeliest first. */
export function searchPlaces(image: RgbImage): readonly Placement[] {
  return [wholePicture(image), wholePicture(image, roomBeyond), ...parts(image)]
}

const roomBeyond = 2.2
/** A part's side in longer sides of the picture, and how far the next lies, in sides. */
const partSide = 0.6
const partStep = 0.6

function parts({ widthPx, heightPx }: RgbImage): Placement[] {
  const side = partSide * Math.max(widthPx, heightPx)
  const middles = (size: number): number[] => {
    if (size <= side) return [size / 2]
    const count = Math.ceil((size - side) / (partStep * side)) + 1
    return Array.from({ length: count }, (_, k) => side / 2 + (k * (size - side)) / (count - 1))
  }
  return middles(heightPx).flatMap((y) =>
    middles(widthPx).map((x) => ({ centre: { x: x - 0.5, y: y - 0.5 }, scale: side / detectorSizePx, angleRad: 0 })),
  )
}

/** Detector and mesh at one place. @returns the largest face first */
export async function lookIn(
  image: RgbImage,
  place: Placement,
  sureOfBest: number,
  networks: FaceNetworks,
  simd?: Simd,
): Promise<LocatedFace[]> {
  const located: LocatedFace[] = []
  for (const [at, face] of (await detectFaces(image, place, networks, simd)).entries()) {
    if (located.some((other) => overlap(other.face, face) > sameFace)) continue
    const believed = await confirm(image, face, at === 0 ? sureOfBest : sureOfOther, networks, simd)
    if (believed) located.push(believed)
  }
  return located.sort((a, b) => b.face.width * b.face.height - a.face.width * a.face.height)
}

/** Boxes that cover more than this of the smaller one are one face, whatever the detector says. */
const sameFace = 0.3

/** A face that neither network is sure of is looked at once more from close by. */
export async function confirm(
  image: RgbImage,
  face: FoundFace,
  sure: number,
  networks: FaceNetworks,
  simd?: Simd,
): Promise<LocatedFace | undefined> {
  const mesh = await meshOf(image, face, networks, simd)
  if (mesh.presence >= leastPresence || face.score >= sure) return { face, mesh }
  const [closer] = await detectFaces(image, closeTo(face), networks, simd)
  if (!closer || overlap(closer, face) < sameFace) return undefined
  const closerMesh = await meshOf(image, closer, networks, simd)
  return closerMesh.presence >= leastPresence || closer.score >= sure ? { face: closer, mesh: closerMesh } : undefined
}

/** Turns of the crop, radians: errors of the mesh that come with the pixel grid differ between them, and so their mean has less. */
const turns = [-0.1, 0.1]

/** A first mesh for the crop, then the mean of looks at it turned a little to either side. */
async function meshOf(image: RgbImage, face: FoundFace, networks: FaceNetworks, simd?: Simd): Promise<FaceMesh> {
  const first = await meshFace(image, cropOfFace(face), networks, simd)
  const crop = cropOfMesh(first)
  const looks: FaceMesh[] = []
  for (const turn of turns) looks.push(await meshFace(image, { ...crop, angleRad: crop.angleRad + turn }, networks, simd))
  const presence = looks.reduce((sum, look) => sum + look.presence, 0) / looks.length
  if (presence < Math.min(first.presence, leastPresence)) return first
  return { points: first.points.map((_, at) => looks.reduce((sum, { points }) => sum + points[at]!, 0) / looks.length), presence }
}
