// Slaps for the segmentation tests, made of single finger images: four fingers in the arc of a hand or two thumbs, lower joints, tilt,
// residue of earlier fingers. Not realistic enough to measure accuracy with; good enough to catch what breaks.

import { readdirSync } from 'node:fs'
import sharp from 'sharp'
import { type SeededRandom, seededRandom } from '../../simulator/seeded-random.js'

export interface Picture {
  readonly grey: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
}

export async function readPicture(path: string): Promise<Picture> {
  const { data, info } = await sharp(path).greyscale().toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
  return { grey: new Uint8Array(data), widthPx: info.width, heightPx: info.height }
}

export const plain = (widthPx: number, heightPx: number, grey = 252): Picture => ({
  grey: new Uint8Array(widthPx * heightPx).fill(grey),
  widthPx,
  heightPx,
})

export function mirrored({ grey, widthPx, heightPx }: Picture): Picture {
  const out = new Uint8Array(grey.length)
  for (let y = 0; y < heightPx; y++) for (let x = 0; x < widthPx; x++) out[y * widthPx + x] = grey[(y + 1) * widthPx - 1 - x]!
  return { grey: out, widthPx, heightPx }
}

/** Turned counter-clockwise on a larger sheet. */
export function turned(from: Picture, angleDeg: number, sheetGrey = 235): Picture {
  const to = plain(Math.ceil(from.widthPx * 1.2), Math.ceil(from.heightPx * 1.6), sheetGrey)
  lay(to, from, { cx: to.widthPx / 2, cy: to.heightPx / 2, width: from.widthPx, height: from.heightPx, angleDeg }, 'cover')
  return to
}

interface Place {
  readonly cx: number
  readonly cy: number
  readonly width: number
  readonly height: number
  readonly angleDeg: number
}

/** Lays a picture down, scaled to the place; `darken` keeps what was darker there. `strength` fades it towards white. */
function lay(to: Picture, from: Picture, place: Place, how: 'cover' | 'darken', strength = 1): void {
  const cos = Math.cos((place.angleDeg * Math.PI) / 180)
  const sin = Math.sin((place.angleDeg * Math.PI) / 180)
  const reach = Math.hypot(place.width, place.height) / 2
  for (let y = Math.max(0, Math.floor(place.cy - reach)); y < Math.min(to.heightPx, place.cy + reach); y++) {
    for (let x = Math.max(0, Math.floor(place.cx - reach)); x < Math.min(to.widthPx, place.cx + reach); x++) {
      const [dx, dy] = [x - place.cx, y - place.cy]
      const u = ((cos * dx - sin * dy) / place.width + 0.5) * from.widthPx
      const v = ((sin * dx + cos * dy) / place.height + 0.5) * from.heightPx
      if (u < 0 || v < 0 || u >= from.widthPx || v >= from.heightPx) continue
      const value = 255 - strength * (255 - from.grey[Math.floor(v) * from.widthPx + Math.floor(u)]!)
      const at = y * to.widthPx + x
      to.grey[at] = how === 'cover' ? value : Math.min(value, to.grey[at]!)
    }
  }
}

/** Every `step`th print of a folder of single fingers, cut to the print. */
export async function printsOf(folder: string, step: number): Promise<readonly Picture[]> {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.png'))
    .sort()
  const all = await Promise.all(names.filter((_, i) => i % step === 0).map((name) => readPicture(`${folder}/${name}`)))
  return all.map(trimmed).filter(({ widthPx, heightPx }) => widthPx > 150 && heightPx > 200)
}

function trimmed({ grey, widthPx, heightPx }: Picture): Picture {
  let [left, top, right, bottom] = [widthPx, heightPx, 0, 0]
  for (let y = 0; y + 8 <= heightPx; y += 8) {
    for (let x = 0; x + 8 <= widthPx; x += 8) {
      let dark = 0
      for (let j = 0; j < 8; j++) for (let i = 0; i < 8; i++) if (grey[(y + j) * widthPx + x + i]! < 140) dark++
      if (dark < 12) continue
      left = Math.min(left, x)
      top = Math.min(top, y)
      right = Math.max(right, x + 8)
      bottom = Math.max(bottom, y + 8)
    }
  }
  const [width, height] = [Math.max(1, right - left), Math.max(1, bottom - top)]
  const out = plain(width, height)
  for (let y = 0; y < height; y++) out.grey.set(grey.subarray((top + y) * widthPx + left, (top + y) * widthPx + left + width), y * width)
  return out
}

export interface SceneOptions {
  readonly slap: 'right_four' | 'left_four' | 'thumbs'
  readonly tiltDeg?: number
  readonly absent?: readonly number[]
  readonly ghosts?: boolean
  /** Below 1: fingers closer together, so that they touch. */
  readonly spacing?: number
}

export interface Scene {
  readonly picture: Picture
  /** From left to right. */
  readonly fingers: readonly (Place & { readonly position: number })[]
}

const mm = 500 / 25.4
/** Right index to little: from the index towards the little finger, below the middle one's tip, width, length in mm; splay. */
const hand = [
  [0, 10, 14, 23, 5],
  [20, 0, 14.5, 24, 2],
  [39, 4.5, 14, 23, -2],
  [57, 21, 12, 19.5, -9],
] as const

export function slapScene(prints: readonly Picture[], seed: number, options: SceneOptions): Scene {
  const random = seededRandom(seed)
  const picture = plain(1600, 1500)
  for (let i = 0; i < picture.grey.length; i++) picture.grey[i] = 250 + ((Math.imul(i, 2654435761) >>> 13) & 3)
  const pick = () => prints[Math.floor(random.next() * prints.length)]!
  if (options.ghosts) {
    for (const [cx, cy] of [
      [330, 330],
      [1300, 360],
    ] as const) {
      lay(picture, pick(), { cx, cy, width: 280, height: 420, angleDeg: 8 }, 'darken', 0.13)
    }
  }
  const fingers =
    options.slap === 'thumbs' ? thumbs(random) : fourFingers(random, options.slap === 'right_four' ? 1 : -1, options.spacing ?? 1)
  const tiltDeg = options.tiltDeg ?? 0
  const laid = fingers
    .filter(({ position }) => !options.absent?.includes(position))
    .map((finger) => {
      const place = (along: number) => {
        const own = (finger.angleDeg * Math.PI) / 180
        const all = (tiltDeg * Math.PI) / 180
        const x = finger.cx + Math.sin(own) * along
        const y = finger.cy + Math.cos(own) * along
        return {
          cx: picture.widthPx / 2 + Math.cos(all) * x + Math.sin(all) * y,
          cy: picture.heightPx / 2 - Math.sin(all) * x + Math.cos(all) * y,
          width: finger.width,
          height: finger.height,
          angleDeg: finger.angleDeg + tiltDeg,
        }
      }
      lay(picture, pick(), place(0), 'darken', 0.75 + 0.25 * random.next())
      if (options.slap !== 'thumbs') {
        const joint = 17 * mm
        const below = { ...place((finger.height + joint) / 2 + 1.3 * mm), width: finger.width * 0.92, height: joint }
        lay(picture, pick(), below, 'darken', 0.7)
      }
      return { ...place(0), position: finger.position }
    })
  return { picture, fingers: laid }
}

const jitter = (random: SeededRandom, by: number) => (2 * random.next() - 1) * by

/** Centres about the middle of the platen, px. */
function fourFingers(random: SeededRandom, side: 1 | -1, spacing: number): (Place & { position: number })[] {
  const size = 0.92 + 0.16 * random.next()
  const fingers = hand.map(([u, v, width, length, splay], i) => ({
    position: side > 0 ? 2 + i : 7 + i,
    cx: side * ((u - 29) * spacing * size + jitter(random, 0.8)) * mm,
    cy: ((v + length / 2 - 18) * size + jitter(random, 1.5)) * mm,
    width: width * size * mm,
    height: length * size * mm,
    angleDeg: side * splay + jitter(random, 2),
  }))
  return side > 0 ? fingers : fingers.reverse()
}

function thumbs(random: SeededRandom): (Place & { position: number })[] {
  return [-1, 1].map((side) => ({
    position: side < 0 ? 6 : 1,
    cx: side * (14 + jitter(random, 1.5)) * mm,
    cy: jitter(random, 2) * mm,
    width: (17.5 + jitter(random, 0.8)) * mm,
    height: 26 * mm,
    angleDeg: side * 6 + jitter(random, 4),
  }))
}
