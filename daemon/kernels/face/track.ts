// Faces of a stream: the detector now and then, the mesh on every frame with its crop from the frame before. One tracker a stream; it keeps no picture.

import type { Simd } from '../simd/simd.js'
import { detectFaces, overlap } from './detect.js'
import type { FaceMesh, FoundFace, RgbImage } from './face.js'
import { confirm, type LocatedFace, leastPresence, lookIn, searchPlaces, sureOfFirst, sureOfOther, withLids } from './find.js'
import { eyeCentres } from './landmarks.js'
import { refineLidsInTurn } from './lids.js'
import { cropOfMesh, meshFace } from './mesh.js'
import type { FaceNetworks } from './networks.js'

export interface FaceTracker {
  /** Frames one after another, never two at a time. @returns its faces, the largest first; others than the largest as they were when the detector last looked */
  look(image: RgbImage): Promise<readonly LocatedFace[]>
}

/** A second person who steps in is seen within so many frames. */
const detectEvery = 10
/** The same while the mesh does not vouch for the face: with a mask before it, it never does. */
const detectEveryDoubted = 4
/** Boxes that cover more than this of the smaller one are the same face in two frames. */
const stillThere = 0.4

export function openFaceTracker(networks: FaceNetworks, simd?: Simd): FaceTracker {
  let faces: readonly LocatedFace[] = []
  let foundAt = 0
  let sinceDetected = 0
  let lost = 0

  /** @returns the subject by its mesh in this frame, unless the mesh was sure before and no longer is */
  const follow = async (image: RgbImage, subject: LocatedFace): Promise<LocatedFace | undefined> => {
    const mesh = await meshFace(image, cropOfMesh(subject.mesh), networks, simd)
    const isFollowed = mesh.presence >= leastPresence || subject.mesh.presence < leastPresence
    return isFollowed ? { face: moved(subject.face, subject.mesh, mesh), mesh } : undefined
  }

  /** One eye a frame: both would cost as much as everything else together. */
  const withLidsInTurn = async (image: RgbImage, followed: LocatedFace, before: LocatedFace): Promise<LocatedFace> => ({
    ...followed,
    mesh: await refineLidsInTurn(image, followed.mesh, before.mesh, sinceDetected, networks, simd),
  })

  /** The detector's word on a subject that is followed, and on who else is there. @returns nothing when it does not see the subject */
  const check = async (image: RgbImage, { face, mesh }: LocatedFace, others: readonly LocatedFace[]): Promise<LocatedFace[]> => {
    const detected = await detectFaces(image, searchPlaces(image)[foundAt]!, networks, simd)
    const subject = detected.find((each) => overlap(each, face) > stillThere)
    if (!subject) return []
    const checked: LocatedFace[] = [{ face: subject, mesh }]
    for (const each of detected) {
      if (checked.some((other) => overlap(other.face, each) > stillThere)) continue
      const known = others.find((other) => overlap(other.face, each) > stillThere)
      const other = known ? { face: each, mesh: known.mesh } : await confirm(image, each, sureOfOther, networks, simd)
      if (other) checked.push(other)
    }
    return checked
  }

  /** One detector run a frame: while nobody is found, every second frame is searched elsewhere than as a whole. */
  const search = async (image: RgbImage): Promise<LocatedFace[]> => {
    const places = searchPlaces(image)
    foundAt = lost % 2 === 0 ? 0 : 1 + (((lost - 1) / 2) % (places.length - 1))
    return lookIn(image, places[foundAt]!, foundAt === 0 ? sureOfFirst : sureOfOther, networks, simd)
  }

  return {
    look: async (image) => {
      const [subject, ...others] = faces
      const followed = subject && (await follow(image, subject))
      sinceDetected++
      if (followed && sinceDetected < (followed.mesh.presence >= leastPresence ? detectEvery : detectEveryDoubted)) {
        faces = [await withLidsInTurn(image, followed, subject), ...others]
        return faces
      }
      sinceDetected = 0
      const checked = followed ? await check(image, followed, others) : []
      const ordered = subjectFirst(checked.length > 0 ? checked : await search(image), subject)
      faces = await withLids(image, ordered, networks, simd)
      lost = faces.length > 0 ? 0 : lost + 1
      return faces
    },
  }
}

/** Two faces of nearly one size do not take turns: who was followed stays first. */
function subjectFirst(found: readonly LocatedFace[], subject: LocatedFace | undefined): readonly LocatedFace[] {
  const bySize = [...found].sort((a, b) => b.face.width - a.face.width)
  const same = subject && bySize.find(({ face }) => overlap(face, subject.face) > stillThere)
  if (!same || bySize[0]!.face.width > 1.2 * same.face.width) return bySize
  return [same, ...bySize.filter((each) => each !== same)]
}

/** The detector's box and keypoints carried along with the eyes. */
function moved(face: FoundFace, from: FaceMesh, to: FaceMesh): FoundFace {
  const before = eyes(from)
  const after = eyes(to)
  const grow = after.distance / before.distance
  const carry = ({ x, y }: { x: number; y: number }) => ({ x: after.x + (x - before.x) * grow, y: after.y + (y - before.y) * grow })
  return { ...carry(face), width: face.width * grow, height: face.height * grow, score: face.score, keypoints: face.keypoints.map(carry) }
}

function eyes({ points }: FaceMesh): { x: number; y: number; distance: number } {
  const [right, left] = eyeCentres(points)
  return { x: (right.x + left.x) / 2, y: (right.y + left.y) / 2, distance: Math.hypot(left.x - right.x, left.y - right.y) }
}
