// Where fingers lie on a sensor: as a hand has them, two side by side, or one alone. It knows no ridges.

import type { Random } from '../../protocol/random.js'
import { type FingerPosition, type FingerPresentation, type Presentation, patch, platen, type Size } from './person.js'
import { between } from './raster.js'
import type { Pose } from './touch.js'

interface FingerForm {
  readonly dx: number
  readonly y: number
  readonly angleDeg: number
  readonly widthPx: number
  readonly heightPx: number
}

const thumb: FingerForm = { dx: 270, y: 750, angleDeg: 6, widthPx: 354, heightPx: 520 }
/** Right hand; the left one is its mirror image. Thumb, index, middle, ring, little; `dx` from the middle of the platen outward. */
const layout: readonly FingerForm[] = [
  thumb,
  { dx: -510, y: 800, angleDeg: 7, widthPx: 292, heightPx: 440 },
  { dx: -165, y: 560, angleDeg: 2, widthPx: 300, heightPx: 460 },
  { dx: 185, y: 620, angleDeg: -3, widthPx: 290, heightPx: 446 },
  { dx: 510, y: 900, angleDeg: -9, widthPx: 250, heightPx: 380 },
]

/** A hand whose fingers lie as close together as they can: share of their usual distance that is gone. */
const closest = 0.3
/** Two fingers laid down side by side, the left one the mirror image. */
const pair = { dx: 250, y: 760, angleDeg: 3 } as const

export const isRight = (position: FingerPosition): boolean => position <= 5
export const isThumb = (position: FingerPosition): boolean => position % 5 === 1
export const formOf = (position: FingerPosition): FingerForm => layout[(position - 1) % 5] ?? thumb

/** @param own of this finger  @param closeness see `Laying` */
export function poseInHand(position: FingerPosition, own: Random, presentation: Presentation, closeness: number): Pose {
  const { dx, y, angleDeg } = formOf(position)
  const side = isRight(position) ? 1 : -1
  const pose = {
    cx: platen.widthPx / 2 + side * dx * (1 - closest * closeness) + between(own, -12, 12) * (1 - closeness),
    cy: y + between(own, -30, 30),
    angleDeg: side * angleDeg * (1 - closeness) + between(own, -2.5, 2.5) * (1 - closeness),
  }
  return presented(pose, platen, presentation)
}

/** @param onTheLeft where a left index finger would lie, whichever finger it is */
export function poseInPair(position: FingerPosition, own: Random, presentation: Presentation, onTheLeft: boolean): Pose {
  const side = isRight(position) ? 1 : -1
  const pose = {
    cx: platen.widthPx / 2 + (onTheLeft ? -pair.dx : pair.dx) + between(own, -12, 12),
    cy: pair.y + between(own, -30, 30),
    angleDeg: side * pair.angleDeg + between(own, -2.5, 2.5),
  }
  return presented(pose, platen, presentation)
}

/** In the middle, or about there. */
export function poseAlone(own: Random, size: Size, presentation: FingerPresentation): Pose {
  const handover = presentation.occasion === 'handover'
  const reach = size === patch ? 18 : handover ? 60 : 25
  const turn = handover ? 14 : 6
  const pose = {
    cx: size.widthPx / 2 + between(own, -reach, reach),
    cy: size.heightPx / 2 + between(own, -reach, reach),
    angleDeg: between(own, -turn, turn),
  }
  return presented(pose, size, presentation)
}

/** Turns and shifts a pose about the middle of the sensor. */
function presented(pose: Pose, size: Size, { dxPx = 0, dyPx = 0, angleDeg = 0 }: Presentation): Pose {
  const cos = Math.cos((angleDeg * Math.PI) / 180)
  const sin = Math.sin((angleDeg * Math.PI) / 180)
  const x = pose.cx - size.widthPx / 2
  const y = pose.cy - size.heightPx / 2
  return {
    cx: size.widthPx / 2 + cos * x + sin * y + dxPx,
    cy: size.heightPx / 2 - sin * x + cos * y + dyPx,
    angleDeg: pose.angleDeg + angleDeg,
  }
}
