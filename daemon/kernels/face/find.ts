// Faces of a still picture with their meshes: detector, then mesh, then doubt. It judges no quality.

import type { Simd } from '../simd/simd.js'
import { detectFaces, leastScore, sharedArea, wholePicture } from './detect.js'
import type { FaceMesh, FoundFace, RgbImage } from './face.js'
import { cropOfFace, cropOfMesh, meshFace } from './mesh.js'
import type { FaceNetworks } from './networks.js'

export interface LocatedFace {
  readonly face: FoundFace
  readonly mesh: FaceMesh
}

/** Rooms around the picture in which a face is looked for, one after another until there is one: a face that fills the picture needs more. */
const margins = [1, 1.6]

/** @returns faces that detector and mesh together stand by, the largest first (the subject, as OFIQ takes it) */
export async function findFaces(image: RgbImage, networks: FaceNetworks, simd?: Simd): Promise<LocatedFace[]> {
  for (const margin of margins) {
    const located: LocatedFace[] = []
    for (const face of await detectFaces(image, wholePicture(image, margin), networks, simd)) {
      const mesh = await meshOf(image, face, networks, simd)
      if (isBelieved(face, mesh) && !located.some((other) => sharedArea(other.face, face) > 0)) located.push({ face, mesh })
    }
    if (located.length > 0) return located.sort((a, b) => b.face.width * b.face.height - a.face.width * a.face.height)
  }
  return []
}

/** The second look has its crop from the first mesh, as every frame of a stream has. */
async function meshOf(image: RgbImage, face: FoundFace, networks: FaceNetworks, simd?: Simd): Promise<FaceMesh> {
  const first = await meshFace(image, cropOfFace(face), networks, simd)
  const second = await meshFace(image, cropOfMesh(first), networks, simd)
  return second.presence >= first.presence || second.presence >= leastPresence ? second : first
}

/** From here on the mesh vouches for a face by itself. */
export const leastPresence = 0.5

/** Masks and caps over the eyes take the mesh's trust, not the detector's. */
function isBelieved({ score }: FoundFace, { presence }: FaceMesh): boolean {
  return score >= leastScore && (presence >= leastPresence || score >= 0.6)
}
