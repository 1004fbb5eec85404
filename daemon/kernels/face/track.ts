// Faces of a stream: the detector now and then, the mesh on every frame with its crop from the frame before. One tracker a stream; it keeps no picture.

import type { Simd } from '../simd/simd.js'
import { overlap } from './detect.js'
import type { FaceMesh, FoundFace, RgbImage } from './face.js'
import { type LocatedFace, leastPresence, lookIn, searchPlaces, sureOfFirst } from './find.js'
import { eyeCentres } from './landmarks.js'
import { cropOfMesh, meshFace } from './mesh.js'
import type { FaceNetworks } from './networks.js'

export interface FaceTracker {
  /** Frames one after another, never two at a time. @returns its faces, the largest first; others than the largest as they were when the detector last looked */
  look(image: RgbImage): Promise<readonly LocatedFace[]>
}

/** A second person who steps in is seen within so many frames. */
const detectEvery = 10

export function openFaceTracker(networks: FaceNetworks, simd?: Simd): FaceTracker {
  let faces: readonly LocatedFace[] = []
  let sinceDetected = 0
  let lost = 0
  return {
    look: async (image) => {
      const [subject, ...others] = faces
      if (subject && sinceDetected < detectEvery) {
        const mesh = await meshFace(image, cropOfMesh(subject.mesh), networks, simd)
        if (mesh.presence >= leastPresence) {
          sinceDetected++
          faces = [{ face: moved(subject.face, subject.mesh, mesh), mesh }, ...others]
          return faces
        }
      }
      // While nobody is found, every second frame is searched elsewhere than as a whole: one detector run a frame.
      const places = searchPlaces(image)
      const place = places[lost % 2 === 0 ? 0 : 1 + (((lost - 1) / 2) % (places.length - 1))]!
      faces = keepSubject(await lookIn(image, place, sureOfFirst, networks, simd), subject)
      sinceDetected = 1
      lost = faces.length > 0 ? 0 : lost + 1
      return faces
    },
  }
}

/** Two faces of nearly one size do not take turns: who was followed stays first. */
function keepSubject(found: readonly LocatedFace[], subject: LocatedFace | undefined): readonly LocatedFace[] {
  const [largest] = found
  if (!subject || !largest) return found
  const same = found.find(({ face }) => overlap(face, subject.face) > 0.5)
  if (!same || largest.face.width > 1.2 * same.face.width) return found
  return [same, ...found.filter((each) => each !== same)]
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
