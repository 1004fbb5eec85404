// Connected patches of ridges: where they lie and which way the hand points. Pure.

import type { BlockMap } from './blocks.js'

/** One patch, all measures in blocks. */
export interface Region {
  readonly label: number
  readonly area: number
  /** Blocks whose whole neighbourhood is lively. */
  readonly solid: number
  readonly left: number
  readonly top: number
  /** Exclusive. */
  readonly right: number
  readonly bottom: number
  /** How far the lines of neighbouring blocks run alike, 0 to 1: noise and print stay below 0.25, ridges reach 0.3 to 0.8. */
  readonly coherence: number
  /** How far all lines of the patch run in one direction, 0 to 1: a finger curves. */
  readonly sameness: number
}

export interface Regions {
  /** Label of each block, 0 for ground. */
  readonly labels: Int32Array
  readonly regions: readonly Region[]
}

/** Patches below this many blocks are specks: a quarter of a child's fingertip. */
const leastArea = 120
/** A strip of print, cut off by the border of a card, or dense handwriting fills less of the window around any of its blocks. */
const solidCover = 0.8

/** Eight-connected patches, in reading order of their first block. */
export function findRegions(map: BlockMap, mask: Uint8Array, cover: Float32Array): Regions {
  const { columns, rows } = map
  const labels = new Int32Array(columns * rows)
  const queue = new Int32Array(columns * rows)
  const regions: Region[] = []
  let label = 0
  for (let start = 0; start < labels.length; start++) {
    if (mask[start] !== 1 || labels[start] !== 0) continue
    label++
    const length = flood(mask, labels, columns, rows, start, label, queue)
    if (length < leastArea) for (let i = 0; i < length; i++) labels[queue[i]!] = 0
    else regions.push(measure(map, cover, queue.subarray(0, length), label))
  }
  return { labels, regions }
}

/** @returns number of blocks now in `queue` */
function flood(
  mask: Uint8Array,
  labels: Int32Array,
  columns: number,
  rows: number,
  start: number,
  label: number,
  queue: Int32Array,
): number {
  let length = 1
  queue[0] = start
  labels[start] = label
  for (let head = 0; head < length; head++) {
    const at = queue[head]!
    const x = at % columns
    const y = (at - x) / columns
    for (let j = Math.max(0, y - 1); j <= Math.min(rows - 1, y + 1); j++) {
      for (let i = Math.max(0, x - 1); i <= Math.min(columns - 1, x + 1); i++) {
        const next = j * columns + i
        if (mask[next] !== 1 || labels[next] !== 0) continue
        labels[next] = label
        queue[length++] = next
      }
    }
  }
  return length
}

/** Measures a patch given as a list of block indices. */
function measure(map: BlockMap, cover: Float32Array, blocks: Int32Array, label: number): Region {
  let [left, top, right, bottom] = [map.columns, map.rows, 0, 0]
  const texture = noTexture()
  let solid = 0
  for (const at of blocks) {
    if (cover[at]! >= solidCover) solid++
    const x = at % map.columns
    const y = (at - x) / map.columns
    if (x < left) left = x
    if (x >= right) right = x + 1
    if (y < top) top = y
    if (y >= bottom) bottom = y + 1
    addTexture(texture, map, at)
  }
  return { label, area: blocks.length, solid, left, top, right, bottom, coherence: coherenceOf(texture), sameness: samenessOf(texture) }
}

/** How the lines of a patch run. Each block votes with its direction, weighted by how sure that is, not by its contrast. */
export interface Texture {
  coherent: number
  lively: number
  cos2: number
  sin2: number
}

export const noTexture = (): Texture => ({ coherent: 0, lively: 0, cos2: 0, sin2: 0 })

/** How far the lines of neighbouring blocks run alike, 0 to 1: noise and print stay below 0.25, ridges reach 0.3 to 0.8. */
export const coherenceOf = ({ coherent, lively }: Texture): number => (lively === 0 ? 0 : coherent / lively)

/** How far all lines of the patch run in one direction, 0 to 1: a finger curves, stripes do not. */
export const samenessOf = ({ coherent, cos2, sin2 }: Texture): number => (coherent === 0 ? 0 : Math.hypot(cos2, sin2) / coherent)

/** Which way the lines lean when the patch, tilted counter-clockwise by `tiltDeg`, is turned upright; −1 to 1, negative like a backslash. */
export function slantOf({ coherent, cos2, sin2 }: Texture, tiltDeg: number): number {
  const twice = (tiltDeg * Math.PI) / 90
  return coherent === 0 ? 0 : (sin2 * Math.cos(twice) + cos2 * Math.sin(twice)) / coherent
}

/** Adds the gradient tensor of a block and its eight neighbours (Kass and Witkin 1987). */
export function addTexture(to: Texture, { columns, rows, xx, yy, xy }: BlockMap, at: number): void {
  const x = at % columns
  const y = (at - x) / columns
  if (x === 0 || y === 0 || x === columns - 1 || y === rows - 1) return
  let [a, b, c] = [0, 0, 0]
  for (let line = at - columns; line <= at + columns; line += columns) {
    a += xx[line - 1]! + xx[line]! + xx[line + 1]!
    b += yy[line - 1]! + yy[line]! + yy[line + 1]!
    c += xy[line - 1]! + xy[line]! + xy[line + 1]!
  }
  if (a + b === 0) return
  to.coherent += Math.sqrt((a - b) * (a - b) + 4 * c * c) / (a + b)
  to.lively++
  to.cos2 += (a - b) / (a + b)
  to.sin2 += (2 * c) / (a + b)
}

/** Direction of silhouettes. Fingers have long sides: their outlines lie mostly across the finger's axis. */
export interface Outline {
  /** Blocks seen, and how many of them lie at the left or right border of the image. */
  blocks: number
  cut: number
  /** Gradient energy across minus down, twice their product, and their sum. */
  difference: number
  product: number
  energy: number
}

export const noOutline = (): Outline => ({ blocks: 0, cut: 0, difference: 0, product: 0, energy: 0 })

/** Adds what the outline of a smoothed mask says at one block. The image's own border is no outline. */
export function addOutline(to: Outline, share: Float32Array, columns: number, rows: number, at: number): void {
  const x = at % columns
  const y = (at - x) / columns
  to.blocks++
  if (x < 2 || x >= columns - 2) to.cut++
  if (x < 2 || y < 2 || x >= columns - 2 || y >= rows - 2) return
  const gx = share[at + 1]! - share[at - 1]!
  const gy = share[at + columns]! - share[at - columns]!
  to.difference += gx * gx - gy * gy
  to.product += 2 * gx * gy
  to.energy += gx * gx + gy * gy
}

/**
 * The gradient of an upright finger's sides points along x; turned counter-clockwise by t it points along (cos t, −sin t).
 * @returns degrees from upright, positive when tilted counter-clockwise, within ±90
 */
export const tiltOf = ({ difference, product }: Outline): number =>
  difference === 0 && product === 0 ? 0 : (-0.5 * Math.atan2(product, difference) * 180) / Math.PI

/**
 * 0 for a round patch, towards 1 for a long one; the less, the more of its sides the image cuts off: what is left of a finger then has no
 * direction of its own.
 */
export function elongation({ difference, product, energy, blocks, cut }: Outline): number {
  if (energy === 0) return 0
  const whole = Math.max(0, 1 - cut / 2 / Math.sqrt(blocks))
  return (whole * Math.hypot(difference, product)) / energy
}
