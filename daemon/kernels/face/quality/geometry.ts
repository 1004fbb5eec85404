// Distances between landmarks that ISO/IEC 29794-5 components are defined by, computed as OFIQ 1.0.3 does. Knows no pixels.

import type { FoundFace, Point } from '../face.js'
import { landmark, landmarkAt } from '../landmarks.js'

export interface FaceGeometry {
  /** Of the subject's right eye, left in the image. On whole pixels, as OFIQ has it. */
  readonly rightEye: Point
  readonly leftEye: Point
  /** Between the two, not rounded. */
  readonly eyeMid: Point
  readonly chin: Point
  /** T: from `eyeMid` to the chin. */
  readonly eyesToChin: number
  /** Plain distance of the eye centres; not corrected by yaw. */
  readonly eyeDistance: number
}

const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 })
const rounded = ({ x, y }: Point): Point => ({ x: Math.round(x), y: Math.round(y) })
export const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y)

const eyeCentre = (landmarks: Float32Array, { outer, inner }: { outer: number; inner: number }): Point =>
  rounded(middle(landmarkAt(landmarks, outer), landmarkAt(landmarks, inner)))

/** @param landmarks 98 points in WFLW order as x, y pairs */
export function faceGeometry(landmarks: Float32Array): FaceGeometry {
  const rightEye = eyeCentre(landmarks, landmark.rightEye)
  const leftEye = eyeCentre(landmarks, landmark.leftEye)
  const eyeMid = middle(rightEye, leftEye)
  const chin = landmarkAt(landmarks, landmark.chin)
  return { rightEye, leftEye, eyeMid, chin, eyesToChin: distance(eyeMid, chin), eyeDistance: distance(rightEye, leftEye) }
}

type Pairs = readonly (readonly [number, number])[]

const widestPair = (landmarks: Float32Array, pairs: Pairs): number =>
  Math.max(...pairs.map(([a, b]) => distance(landmarkAt(landmarks, a), landmarkAt(landmarks, b))))

/** Opening of the eye that is less open, beside T. OFIQ takes it from the aligned landmarks, on whole pixels there. */
export function eyesOpen(aligned: Float32Array): number {
  const { eyesToChin } = faceGeometry(aligned)
  const opening = Math.min(widestPair(aligned, landmark.rightEye.lidPairs), widestPair(aligned, landmark.leftEye.lidPairs))
  return opening / eyesToChin
}

/** Opening of the inner lips beside T, from the landmarks of the picture itself. */
export function mouthClosed(landmarks: Float32Array): number {
  return widestPair(landmarks, landmark.innerLipPairs) / faceGeometry(landmarks).eyesToChin
}

/** Middle of the inner lips. */
export function mouthCentre(landmarks: Float32Array): Point {
  const [upper, lower] = landmark.innerLipPairs[1]
  return middle(landmarkAt(landmarks, upper), landmarkAt(landmarks, lower))
}

export function interEyeDistance({ eyeDistance }: FaceGeometry, yawDeg: number): number {
  return eyeDistance / Math.cos((yawDeg * Math.PI) / 180)
}

export interface Framing {
  /** T by the picture's height. */
  readonly headSize: number
  /** From the left edge of the image to the far eye, in eye distances; then from the right edge. */
  readonly leftwardCrop: number
  readonly rightwardCrop: number
  /** Above and below the eyes, in T. */
  readonly marginAbove: number
  readonly marginBelow: number
}

export function framing(geometry: FaceGeometry, widthPx: number, heightPx: number): Framing {
  const { rightEye, leftEye, eyeMid, eyesToChin, eyeDistance } = geometry
  return {
    headSize: eyesToChin / heightPx,
    leftwardCrop: leftEye.x / eyeDistance,
    rightwardCrop: (widthPx - rightEye.x) / eyeDistance,
    marginAbove: eyeMid.y / eyesToChin,
    marginBelow: (heightPx - eyeMid.y) / eyesToChin,
  }
}

/** Area of the second-largest face box by the largest one's; 0 for a single face, 1 for none (OFIQ 1.0.3). */
export function secondFaceShare(faces: readonly FoundFace[]): number {
  if (faces.length === 0) return 1
  const [largest = 1, second = 0] = faces.map(({ width, height }) => width * height).sort((a, b) => b - a)
  return second / largest
}

/** The subject of the picture: the largest face. */
export function largestFace(faces: readonly FoundFace[]): FoundFace | undefined {
  return faces.reduce<FoundFace | undefined>(
    (best, face) => (best && best.width * best.height >= face.width * face.height ? best : face),
    undefined,
  )
}
