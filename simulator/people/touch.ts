// One finger touching glass: where it lies, how hard it presses, what of it shows, and where its minutiae went. It draws nothing (sprite.ts does).

import type { Random } from '../../protocol/random.js'
import type { MasterPrint } from './master-print.js'
import type { FingerPosition, FingerTruth, MinutiaTruth } from './person.js'
import { between, smoothNoise, smoothstep } from './raster.js'

/** Centre in pixels and turn in degrees counter-clockwise. */
export interface Pose {
  readonly cx: number
  readonly cy: number
  readonly angleDeg: number
}

export interface Touch {
  /** −1 hardly there … 0 good … 1 pressed too hard. */
  readonly pressure: number
  /** Which part of the fingertip meets the glass: shift of the contact area, pixels. */
  readonly rollX: number
  readonly rollY: number
  readonly outline: (u: number, v: number) => number
  readonly moisture: (u: number, v: number) => number
  readonly stretchX: (u: number, v: number) => number
  readonly stretchY: (u: number, v: number) => number
  readonly grain: number
}

/** Share of the master that a touch shows; the rest is margin for rolling a little to the side. */
const contact = 0.93
const seen = 0.5
export const stretchPx = 2.5

export function drawTouch(random: Random, master: MasterPrint): Touch {
  return {
    pressure: between(random, -0.12, 0.12),
    rollX: between(random, -0.025, 0.025) * master.widthPx,
    rollY: between(random, -0.025, 0.025) * master.heightPx,
    outline: smoothNoise(random, 4, 5),
    moisture: smoothNoise(random, 6, 9),
    stretchX: smoothNoise(random, 2, 3),
    stretchY: smoothNoise(random, 2, 3),
    grain: Math.floor(random.next() * 2 ** 31),
  }
}

/**
 * How far out a point lies in the contact area: 0 in its middle, 1 at its edge; x and y in master pixels. A tip is round above and flatter below.
 * @param outline value of the touch's outline there
 */
export function reachAt(master: MasterPrint, touch: Touch, x: number, y: number, outline: number): number {
  const p = (2 * (x - touch.rollX)) / (master.widthPx * contact) - 1 / contact
  const q = (2 * (y - touch.rollY)) / (master.heightPx * contact) - 1 / contact
  const [pp, qq] = [p * p, q * q]
  const reach = q < 0 ? Math.sqrt(pp + qq) : Math.sqrt(Math.sqrt(pp * pp + qq * qq + 1.1 * pp * qq))
  return reach + 0.05 * outline
}

/** 0 off the glass … 1 in full contact. */
export const coverageOf = (reach: number): number => smoothstep(1.02, 0.84, reach)

/** What a sprite of the touch shows, in pixels of the canvas. Minutiae outside the contact area or the canvas are left out. */
export function touchTruth(
  position: FingerPosition,
  master: MasterPrint,
  touch: Touch,
  pose: Pose,
  canvas: { widthPx: number; heightPx: number },
): FingerTruth {
  const cos = Math.cos((pose.angleDeg * Math.PI) / 180)
  const sin = Math.sin((pose.angleDeg * Math.PI) / 180)
  const place = (x: number, y: number) => ({ x: pose.cx + cos * x + sin * y, y: pose.cy - sin * x + cos * y })
  const minutiae: MinutiaTruth[] = []
  for (const minutia of master.minutiae) {
    const u = minutia.x / master.widthPx
    const v = minutia.y / master.heightPx
    const x = minutia.x - stretchPx * touch.stretchX(u, v)
    const y = minutia.y - stretchPx * touch.stretchY(u, v)
    const at = place(x - master.widthPx / 2, y - master.heightPx / 2)
    const reach = reachAt(master, touch, x, y, touch.outline(x / master.widthPx, y / master.heightPx))
    if (coverageOf(reach) < seen || at.x < 0 || at.y < 0 || at.x >= canvas.widthPx || at.y >= canvas.heightPx) continue
    const turned = (Math.atan2(-minutia.dirY, minutia.dirX) * 180) / Math.PI + pose.angleDeg
    minutiae.push({ x: at.x, y: at.y, angleDeg: ((turned % 360) + 360) % 360, type: minutia.type })
  }
  const centre = place(touch.rollX, touch.rollY)
  return {
    position,
    cx: centre.x,
    cy: centre.y,
    width: master.widthPx * contact,
    height: master.heightPx * contact,
    angleDeg: pose.angleDeg,
    pattern: master.pattern,
    minutiae,
  }
}
