// A finger's touch drawn once, so that every frame of a moving hand costs no more than a look-up a pixel. It knows neither hand nor platen.

import type { Random } from '../../protocol/random.js'
import type { MasterPrint } from './master-print.js'
import type { GreyImage } from './person.js'
import { noiseWords, smoothNoise, smoothstep } from './raster.js'
import { coverageOf, type Pose, reachAt, stretchPx, type Touch } from './touch.js'

/** What makes this finger's print another than a sound one's; all from 0, none, to 1. */
export interface SkinState {
  /** Ridges break into specks. */
  readonly dry: number
  /** Valleys fill, and the glass around is fogged. */
  readonly wet: number
  readonly worn: number
  /** Gauze in place of ridges. */
  readonly bandaged: boolean
}

export const soundSkin: SkinState = { dry: 0, wet: 0, worn: 0, bandaged: false }

/**
 * Pixels of a touch before anybody knows how hard it is pressed: 6 bits of how far out in the contact area, 2 of roughness, 8 of the ridge's height.
 * Pressing, arriving and drying on the glass are tables over these 16 bits.
 */
export interface Sprite {
  readonly widthPx: number
  readonly heightPx: number
  readonly left: number
  readonly top: number
  readonly pixels: Uint16Array
}

const reachSteps = 63
const farthestReach = 1.4
const heightStep = 1.7
const lowestHeight = -90
/** No ink: the farthest and lowest there is. */
const untouched = reachSteps << 10
/** Every so many columns the smooth fields are looked up; between them they are a straight line. */
const stride = 8

/** Fields of one row of the sprite, looked up sparsely. */
interface Fields {
  readonly outline: Float32Array
  readonly moisture: Float32Array
  readonly stretchX: Float32Array
  readonly stretchY: Float32Array
}

/** @param random of what the skin state adds; not drawn from for sound skin */
export function drawSprite(master: MasterPrint, touch: Touch, pose: Pose, skin: SkinState, random: Random): Sprite {
  const { widthPx: masterWidth, heightPx: masterHeight, ridges } = master
  const cos = Math.cos((pose.angleDeg * Math.PI) / 180)
  const sin = Math.sin((pose.angleDeg * Math.PI) / 180)
  const margin = skin.wet > 0 ? 1.25 : 1
  const halfX = ((Math.abs(cos) * masterWidth + Math.abs(sin) * masterHeight) / 2) * margin
  const halfY = ((Math.abs(sin) * masterWidth + Math.abs(cos) * masterHeight) / 2) * margin
  const left = Math.floor(pose.cx - halfX)
  const top = Math.floor(pose.cy - halfY)
  const widthPx = Math.ceil(pose.cx + halfX) - left + 1
  const heightPx = Math.ceil(pose.cy + halfY) - top + 1
  const pixels = new Uint16Array(widthPx * heightPx)
  const grain = noiseWords(touch.grain)
  const shape = shapedBy(skin, random)
  const columns = Math.ceil(widthPx / stride) + 1
  const fields: Fields = {
    outline: new Float32Array(columns),
    moisture: new Float32Array(columns),
    stretchX: new Float32Array(columns),
    stretchY: new Float32Array(columns),
  }
  for (let row = 0; row < heightPx; row++) {
    const offY = row + top - pose.cy
    for (let k = 0; k < columns; k++) {
      const offX = k * stride + left - pose.cx
      const u = (cos * offX - sin * offY) / masterWidth + 0.5
      const v = (sin * offX + cos * offY) / masterHeight + 0.5
      fields.outline[k] = touch.outline(u, v)
      fields.moisture[k] = touch.moisture(u, v)
      fields.stretchX[k] = touch.stretchX(u, v)
      fields.stretchY[k] = touch.stretchY(u, v)
    }
    for (let column = 0; column < widthPx; column++) {
      const offX = column + left - pose.cx
      const x = cos * offX - sin * offY + masterWidth / 2
      const y = sin * offX + cos * offY + masterHeight / 2
      const k = Math.floor(column / stride)
      const t = column / stride - k
      const reach = reachAt(master, touch, x, y, between(fields.outline, k, t))
      const at = row * widthPx + column
      if (reach >= farthestReach) {
        pixels[at] = untouched
        continue
      }
      const word = grain()
      const rough = (word & 63) + ((word >>> 8) & 63) - 63
      const covered = coverageOf(reach)
      const ridge =
        covered === 0
          ? 0
          : sample(
              ridges,
              masterWidth,
              masterHeight,
              x + stretchPx * between(fields.stretchX, k, t),
              y + stretchPx * between(fields.stretchY, k, t),
            )
      const height = shape(ridge, x, y) + 0.7 * rough * (1.3 - covered) - 24 * between(fields.moisture, k, t)
      // A quarter of a step of noise keeps the steps of the outline from being seen.
      const far = Math.min(reachSteps, Math.floor((reach / farthestReach) * reachSteps + ((word >>> 16) & 255) / 255))
      pixels[at] = (far << 10) | (((rough + 63) >> 5) << 8) | quantised(height)
    }
  }
  return { widthPx, heightPx, left, top, pixels }
}

const between = (field: Float32Array, k: number, t: number): number => field[k]! + (field[k + 1]! - field[k]!) * t

function quantised(height: number): number {
  const step = Math.round((height - lowestHeight) / heightStep)
  return step < 0 ? 0 : Math.min(step, 255)
}

/** What the skin makes of the height of a ridge, 0 to 255; x and y in master pixels. */
function shapedBy({ dry, wet, worn, bandaged }: SkinState, random: Random): (ridge: number, x: number, y: number) => number {
  if (dry === 0 && wet === 0 && worn === 0 && !bandaged) return (ridge) => ridge
  const fine = smoothNoise(random, 60, 90)
  const broad = smoothNoise(random, 9, 13)
  const [u, v] = [1 / 380, 1 / 560]
  if (bandaged) {
    // Gauze: threads along and across, soft, no line of which runs far.
    return (_, x, y) =>
      46 + 26 * Math.sin(x * 0.9 + 3 * broad(x * u, y * v)) * Math.sin(y * 0.9) + 46 * broad(x * u, y * v) + 40 * fine(x * u, y * v)
  }
  return (ridge, x, y) => {
    const specks = fine(x * u, y * v)
    const patch = broad(x * u, y * v)
    const left =
      worn === 0 ? ridge : 128 + (ridge - 128) * Math.max(0, 1 - worn * (1.12 + 0.22 * patch)) + worn * (70 * specks + 50 * patch)
    const broken = dry === 0 ? left : left - dry * (45 + 130 * Math.max(0, specks + 0.35 + 0.3 * patch))
    return wet === 0 ? broken : broken + wet * (255 - broken) * Math.max(0, 0.45 + 0.5 * patch)
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

/** How a sprite is seen. */
export interface Tone {
  /** −1 hardly there … 0 good … 1 pressed too hard. */
  readonly pressure: number
  /** Size of the contact area: 1 flat on the glass, less while the finger comes or goes. */
  readonly contact: number
  /** Fog on the glass around it, 0 to 1. */
  readonly fog: number
  /** Less than 1: what a finger leaves behind. */
  readonly strength: number
}

/** Grey of each of the 65 536 pixels that a sprite can have; 255 where nothing touches. */
export function toneTable({ pressure, contact, fog, strength }: Tone): Uint8Array {
  const table = new Uint8Array(1 << 16)
  for (let far = 0; far <= reachSteps; far++) {
    const reach = (far / reachSteps) * farthestReach
    const covered = contact <= 0 ? 0 : coverageOf(reach / contact)
    const fogged = fog * smoothstep(1.38, 1.05, reach)
    const threshold = 132 - 60 * pressure + 95 * (1 - covered)
    const ink = 1 - 0.3 * (1 - covered)
    for (let low = 0; low < 1024; low++) {
      const rough = ((low >> 8) - 1.5) * 32
      const height = lowestHeight + (low & 255) * heightStep
      const dark = covered <= 0.02 ? 0 : smoothstep(threshold - 112, threshold + 112, height)
      const lost = covered <= 0.02 ? 0 : 16 * covered + dark * ink * (178 + 14 * pressure) - 0.12 * rough
      const shade = Math.max(lost, fogged === 0 ? 0 : 46 * fogged - 0.06 * rough)
      table[(far << 10) | low] = shade <= 0 ? 255 : Math.max(0, 250 - strength * shade)
    }
  }
  return table
}

/** Lays a sprite on `canvas` (light glass), darkest wins. */
export function stamp(canvas: GreyImage, sprite: Sprite, table: Uint8Array, dxPx = 0, dyPx = 0): void {
  const { grey, widthPx, heightPx } = canvas
  const { pixels } = sprite
  const left = sprite.left + dxPx
  const top = sprite.top + dyPx
  const from = Math.max(0, -left)
  const to = Math.min(sprite.widthPx, widthPx - left)
  for (let row = Math.max(0, -top); row < sprite.heightPx && row + top < heightPx; row++) {
    let source = row * sprite.widthPx + from
    let at = (row + top) * widthPx + left + from
    for (let column = from; column < to; column++, source++, at++) {
      const level = table[pixels[source]!]!
      if (level < grey[at]!) grey[at] = level
    }
  }
}
