// Finds faces in a picture: BlazeFace over the whole, then over parts of it. It believes the network; mesh.ts doubts it.

import type { Simd } from '../simd/simd.js'
import type { FoundFace, Point, RgbImage } from './face.js'
import { type DetectorRows, detectorSizePx, type FaceNetworks } from './networks.js'
import { type Placement, toImage, warpToPlanes } from './warp.js'

/** Score from which BlazeFace's box is a candidate. */
const leastScore = 0.5
/** Boxes that share more than this of their joint area are one face. */
const sameFace = 0.3
/** Anchors: rows of a grid cell lie one after another, and all of a cell share its middle. */
const grids = [
  { stride: 16, perCell: 2, scores: 'scores16', boxes: 'boxes16' },
  { stride: 32, perCell: 6, scores: 'scores32', boxes: 'boxes32' },
] as const
const valuesPerRow = 16
const keypointCount = 6

/** The whole picture in the detector's square; `margin` 1 fills it, more leaves room around for faces larger than the picture. */
export function wholePicture({ widthPx, heightPx }: RgbImage, margin = 1): Placement {
  const centre = { x: (widthPx - 1) / 2, y: (heightPx - 1) / 2 }
  return { centre, scale: (margin * Math.max(widthPx, heightPx)) / detectorSizePx, angleRad: 0 }
}

/** About a face, at the size that the detector sees best: a quarter of its square. */
export function closeTo({ x, y, width, height }: FoundFace): Placement {
  return { centre: { x: x + width / 2, y: y + height / 2 }, scale: (4 * Math.max(width, height)) / detectorSizePx, angleRad: 0 }
}

/** @returns faces in image pixels, best first, one a face */
export async function detectFaces(image: RgbImage, place: Placement, networks: FaceNetworks, simd?: Simd): Promise<FoundFace[]> {
  const planes = new Float32Array(3 * detectorSizePx * detectorSizePx)
  warpToPlanes(image, place, detectorSizePx, -1, 1, planes, simd)
  return decodeFaces(await networks.detect(planes), place)
}

function decodeFaces(rows: DetectorRows, place: Placement): FoundFace[] {
  return mergeFaces(candidates(rows, place))
}

function candidates(rows: DetectorRows, place: Placement): FoundFace[] {
  const found: FoundFace[] = []
  for (const { stride, perCell, scores, boxes } of grids) {
    const logits = rows[scores]
    const values = rows[boxes]
    const columns = detectorSizePx / stride
    for (let row = 0; row < logits.length; row++) {
      const score = 1 / (1 + Math.exp(-logits[row]!))
      if (!(score >= leastScore)) continue
      const cell = Math.floor(row / perCell)
      const anchorX = ((cell % columns) + 0.5) * stride
      const anchorY = (Math.floor(cell / columns) + 0.5) * stride
      const at = row * valuesPerRow
      const point = (k: number): Point => toImage(place, detectorSizePx, anchorX + values[at + k]!, anchorY + values[at + k + 1]!)
      const middle = point(0)
      const width = values[at + 2]! * place.scale
      const height = values[at + 3]! * place.scale
      const keypoints = Array.from({ length: keypointCount }, (_, k) => point(4 + 2 * k))
      found.push({ x: middle.x - width / 2, y: middle.y - height / 2, width, height, score, keypoints })
    }
  }
  return found
}

/** Boxes of one face become their mean, weighted by score (as MediaPipe does it); the best score stays. */
function mergeFaces(found: readonly FoundFace[]): FoundFace[] {
  let rest = [...found].sort((a, b) => b.score - a.score)
  const faces: FoundFace[] = []
  while (rest.length > 0) {
    const best = rest[0]!
    const same = rest.filter((each) => each === best || sharedArea(best, each) > sameFace)
    rest = rest.filter((each) => !same.includes(each))
    const total = same.reduce((sum, { score }) => sum + score, 0)
    const mean = (value: (face: FoundFace) => number) => same.reduce((sum, face) => sum + face.score * value(face), 0) / total
    faces.push({
      x: mean(({ x }) => x),
      y: mean(({ y }) => y),
      width: mean(({ width }) => width),
      height: mean(({ height }) => height),
      score: best.score,
      keypoints: best.keypoints.map((_, k) => ({ x: mean((face) => face.keypoints[k]!.x), y: mean((face) => face.keypoints[k]!.y) })),
    })
  }
  return faces
}

type Box = Pick<FoundFace, 'x' | 'y' | 'width' | 'height'>

const jointArea = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)) *
  Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y))

/** Intersection over union. */
function sharedArea(a: Box, b: Box): number {
  const joint = jointArea(a, b)
  return joint / (a.width * a.height + b.width * b.height - joint)
}

/** Intersection over the smaller box. */
export function overlap(a: Box, b: Box): number {
  return jointArea(a, b) / Math.min(a.width * a.height, b.width * b.height)
}
