// One finger touching glass: where it lies, how hard it presses, what of it shows. Renders a master print and says where its minutiae went.

import type { Random } from '../../protocol/random.js'
import type { MasterPrint } from './master-print.js'
import type { FingerPosition, FingerTruth, GreyImage, MinutiaTruth } from './person.js'
import { between, noiseWords, smoothNoise, smoothstep } from './raster.js'

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
const stretchPx = 2.5

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

/** 0 off the glass … 1 in full contact; x and y in master pixels. A tip is round above and flatter below. */
function coverage(master: MasterPrint, touch: Touch, x: number, y: number): number {
  const p = (2 * (x - touch.rollX)) / (master.widthPx * contact) - 1 / contact
  const q = (2 * (y - touch.rollY)) / (master.heightPx * contact) - 1 / contact
  const squared = p * p + q * q
  if (squared > 2.2) return 0
  const reach = q < 0 ? Math.sqrt(squared) : Math.sqrt(Math.sqrt(p ** 4 + q ** 4 + 1.1 * p * p * q * q))
  return smoothstep(1.02, 0.84, reach + 0.05 * touch.outline(x / master.widthPx, y / master.heightPx))
}

/** Draws the touch onto `canvas` (white glass), darkest wins. */
export function press(canvas: GreyImage, master: MasterPrint, touch: Touch, pose: Pose): void {
  const { widthPx, heightPx, ridges } = master
  const cos = Math.cos((pose.angleDeg * Math.PI) / 180)
  const sin = Math.sin((pose.angleDeg * Math.PI) / 180)
  const halfX = (Math.abs(cos) * widthPx + Math.abs(sin) * heightPx) / 2
  const halfY = (Math.abs(sin) * widthPx + Math.abs(cos) * heightPx) / 2
  const grain = noiseWords(touch.grain)
  const left = Math.max(0, Math.floor(pose.cx - halfX))
  const right = Math.min(canvas.widthPx - 1, Math.ceil(pose.cx + halfX))
  for (let row = Math.max(0, Math.floor(pose.cy - halfY)); row <= Math.min(canvas.heightPx - 1, Math.ceil(pose.cy + halfY)); row++) {
    for (let column = left; column <= right; column++) {
      const offX = column - pose.cx
      const offY = row - pose.cy
      const x = cos * offX - sin * offY + widthPx / 2
      const y = sin * offX + cos * offY + heightPx / 2
      const covered = coverage(master, touch, x, y)
      if (covered <= 0.02) continue
      const u = x / widthPx
      const v = y / heightPx
      const ridge = sample(ridges, widthPx, heightPx, x + stretchPx * touch.stretchX(u, v), y + stretchPx * touch.stretchY(u, v))
      const threshold = 132 - 60 * touch.pressure + 24 * touch.moisture(u, v) + 95 * (1 - covered)
      const word = grain()
      const rough = (word & 63) + ((word >>> 8) & 63) - 63
      const dark = smoothstep(threshold - 112, threshold + 112, ridge + 0.7 * rough * (1.3 - covered))
      const ink = 1 - 0.3 * (1 - covered)
      const grey = 250 - 16 * covered - dark * ink * (178 + 14 * touch.pressure) + 0.12 * rough
      const at = row * canvas.widthPx + column
      if (grey < canvas.grey[at]!) canvas.grey[at] = grey
    }
  }
}

/** Bilinear; outside the master there is valley. */
function sample(ridges: Uint8Array, widthPx: number, heightPx: number, x: number, y: number): number {
  const column = Math.floor(x)
  const row = Math.floor(y)
  if (column < 0 || row < 0 || column >= widthPx - 1 || row >= heightPx - 1) return 0
  const fx = x - column
  const at = row * widthPx + column
  const top = ridges[at]! + (ridges[at + 1]! - ridges[at]!) * fx
  const bottom = ridges[at + widthPx]! + (ridges[at + widthPx + 1]! - ridges[at + widthPx]!) * fx
  return top + (bottom - top) * (y - row)
}

/** What `press` drew, in pixels of the canvas. Minutiae outside the contact area or the canvas are left out. */
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
    if (coverage(master, touch, x, y) < seen || at.x < 0 || at.y < 0 || at.x >= canvas.widthPx || at.y >= canvas.heightPx) continue
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
