// How the head is turned, from the mesh alone: axes of the head through points that no expression moves. It knows no pixels.

import type { FaceMesh, HeadPose } from './face.js'
import { eyeCentres } from './landmarks.js'

/** Pairs of one height, the subject's right first: eye corners, temples, cheeks, wings of the nose, mouth corners. */
// biome-ignore format: a table
const acrossTheFace = [[33, 263], [133, 362], [127, 356], [234, 454], [93, 323], [132, 361], [98, 327], [61, 291]] as const
const forehead = [151, 9] as const
const underNose = [164, 2] as const
/** The line from forehead to upper lip of a level head leans forward by so much: between what OFIQ reads off photos and what drawn heads say (docs/face.md). */
const levelLeanDeg = 4
/** Eye distance at which the mesh's pitch errs as much as people in front of a camera differ, about 6°: from there down it says little. */
const blindPitchPx = 15

/**
 * Signs as OFIQ's table has them: roll positive against the clock in the picture, yaw positive when the subject's right side comes nearer,
 * pitch larger when the forehead does. Yaw and roll need no calibration, a face being symmetric; pitch has the two constants above.
 */
export function headPose({ points }: FaceMesh): HeadPose {
  const across = unit(acrossTheFace.map(([right, left]) => between(points, [right], [left])).reduce(plus))
  const down = between(points, forehead, underNose)
  // The camera's direction, and the vertical, seen in the plane that cuts the face into halves.
  const inward = unit(minus([0, 0, 1], scaled(across, across[2])))
  const vertical = cross(inward, across)
  const [right, left] = eyeCentres(points)
  const trust = 1 / (1 + (blindPitchPx / Math.hypot(left.x - right.x, left.y - right.y)) ** 2)
  return {
    yawDeg: degrees(Math.atan2(across[2], across[0])),
    pitchDeg: levelLeanDeg + trust * degrees(Math.atan2(dot(down, inward), dot(down, vertical))),
    rollDeg: degrees(-Math.atan2(across[1], across[0])),
  }
}

type Vector = readonly [number, number, number]

function between(points: Float32Array, from: readonly number[], to: readonly number[]): Vector {
  return minus(middle(points, to), middle(points, from))
}

function middle(points: Float32Array, vertices: readonly number[]): Vector {
  const mean = (axis: number) => vertices.reduce((sum, vertex) => sum + points[vertex * 3 + axis]!, 0) / vertices.length
  return [mean(0), mean(1), mean(2)]
}

const plus = (a: Vector, b: Vector): Vector => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
const scaled = (a: Vector, by: number): Vector => [a[0] * by, a[1] * by, a[2] * by]
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
const unit = (a: Vector): Vector => scaled(a, 1 / Math.hypot(...a))
const cross = (a: Vector, b: Vector): Vector => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
const degrees = (radians: number): number => (radians * 180) / Math.PI
