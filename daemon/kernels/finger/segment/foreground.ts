// Which blocks of a finger image hold ridges, against what is the paper or the glass there. Pure.
// Print, lines and handwriting are lively too: they are told by how thinly they cover their neighbourhood.

import type { BlockMap } from './blocks.js'

export interface Foreground {
  /** Share of lively blocks in the window around each block. */
  readonly cover: Float32Array
  /** 1 where the block belongs to something as full of ridges or ink as a finger, row-major. */
  readonly mask: Uint8Array
  /** Grey of empty glass or paper around each block. */
  readonly ground: Float32Array
  /** Deviation from which a block counted as ridges, grey levels. */
  readonly leastDeviation: number
  /** Deviation of this image's good ridges, grey levels; 0 when nothing is lively. */
  readonly contrast: number
}

/** Ridges of the lightest pressure still deviate by this much; grain of paper and scanner noise stay below. */
const faintestDeviation = 12
/** What is below this share of the image's good ridges is residue of an earlier finger, not a finger. */
const residueShare = 0.3
/** No finger is asked to deviate more than this. */
const surelyRidges = 24
/** A block this much darker than its ground is ink or a wet finger even where no ridge can be told. */
const inkShare = 0.45
/** A stroke of a pen fills at most half of a window of this many blocks, a finger all of it. */
const windowBlocks = 13
const leastCover = 0.8
const connectedCover = 0.7
/** From this cover on ridges lie densely. */
const denseCover = 0.75
/** The round end of a finger reaches this far out of such windows. */
const rimBlocks = 5

export function foreground(map: BlockMap): Foreground {
  const { columns, rows, mean, deviation } = map
  const ground = groundOf(map)
  const contrast = contrastOf(deviation)
  const leastDeviation = Math.min(surelyRidges, Math.max(faintestDeviation, residueShare * contrast))
  const lively = new Uint8Array(columns * rows)
  for (let i = 0; i < lively.length; i++) {
    const level = ground[i]!
    if ((deviation[i]! > leastDeviation && mean[i]! < level - leastDeviation / 3) || mean[i]! < level * inkShare) lively[i] = 1
  }
  fillPores(lively, columns, rows)
  const filled = fillValleys(lively, columns, rows)
  const cover = boxShare(filled, columns, rows, windowBlocks)
  const broad = growBroad(filled, cover, columns, rows)
  const near = boxShare(broad, columns, rows, 2 * rimBlocks + 1)
  const dense = boxShare(lively, columns, rows, windowBlocks)
  const mask = new Uint8Array(lively.length)
  for (let i = 0; i < mask.length; i++) {
    // Where ridges lie densely a light block is a gap between fingers, elsewhere it is a valley of a light print.
    if (near[i]! > 0 && (lively[i] === 1 || (filled[i] === 1 && dense[i]! < denseCover))) mask[i] = 1
  }
  return { mask, cover, ground, leastDeviation, contrast }
}

/** A block among at least five lively ones of nine. */
function fillValleys(lively: Uint8Array, columns: number, rows: number): Uint8Array {
  const share = boxShare(lively, columns, rows, 3)
  const filled = new Uint8Array(lively.length)
  for (let i = 0; i < filled.length; i++) if (lively[i] === 1 || share[i]! > 0.5) filled[i] = 1
  return filled
}

/** The blocks in well filled windows, and what is still rather well filled and hangs together with them. */
function growBroad(filled: Uint8Array, cover: Float32Array, columns: number, rows: number): Uint8Array {
  const broad = new Uint8Array(filled.length)
  const queue = new Int32Array(filled.length)
  let length = 0
  for (let i = 0; i < filled.length; i++) {
    if (filled[i] === 0 || cover[i]! < leastCover) continue
    broad[i] = 1
    queue[length++] = i
  }
  const reach = (at: number) => {
    if (broad[at] === 1 || filled[at] === 0 || cover[at]! < connectedCover) return
    broad[at] = 1
    queue[length++] = at
  }
  for (let head = 0; head < length; head++) {
    const at = queue[head]!
    const x = at % columns
    if (x > 0) reach(at - 1)
    if (x < columns - 1) reach(at + 1)
    if (at >= columns) reach(at - columns)
    if (at < columns * (rows - 1)) reach(at + columns)
  }
  return broad
}

/** Deviation that the liveliest tenth of all lively blocks reaches. */
function contrastOf(deviation: Float32Array): number {
  const histogram = new Int32Array(129)
  let count = 0
  for (const value of deviation) {
    if (value <= faintestDeviation / 2) continue
    histogram[Math.min(128, value) | 0]!++
    count++
  }
  let above = 0
  for (let level = 128; level >= 0; level--) {
    above += histogram[level]!
    if (above * 10 > count) return level
  }
  return 0
}

/** Side of a cell of the ground's map in blocks: 128 px, so that paper shaded by a scanner's lamp is followed. */
const cellBlocks = 16
/** Cells to each side that are looked at: three are more than the width of a finger. */
const cellReach = 3

/** The lightest common grey near each block: of every cell its 90th percentile, of the cells around the highest. */
function groundOf({ columns, rows, mean }: BlockMap): Float32Array {
  const across = Math.max(1, Math.ceil(columns / cellBlocks))
  const down = Math.max(1, Math.ceil(rows / cellBlocks))
  const light = new Float32Array(across * down)
  const histogram = new Int32Array(256)
  for (let cell = 0; cell < light.length; cell++) {
    histogram.fill(0)
    const left = (cell % across) * cellBlocks
    const top = Math.floor(cell / across) * cellBlocks
    let count = 0
    for (let y = top; y < Math.min(rows, top + cellBlocks); y++) {
      for (let x = left; x < Math.min(columns, left + cellBlocks); x++, count++) histogram[mean[y * columns + x]! | 0]!++
    }
    let above = 0
    let level = 255
    for (; level > 0; level--) {
      above += histogram[level]!
      if (above * 10 > count) break
    }
    light[cell] = level
  }
  const lightest = light.map((_, cell) => {
    const x = cell % across
    const y = Math.floor(cell / across)
    let best = 0
    for (let j = Math.max(0, y - cellReach); j <= Math.min(down - 1, y + cellReach); j++)
      for (let i = Math.max(0, x - cellReach); i <= Math.min(across - 1, x + cellReach); i++) best = Math.max(best, light[j * across + i]!)
    return best
  })
  const ground = new Float32Array(columns * rows)
  for (let y = 0; y < rows; y++) {
    const line = Math.floor(y / cellBlocks) * across
    for (let x = 0; x < columns; x++) ground[y * columns + x] = lightest[line + Math.floor(x / cellBlocks)]!
  }
  return ground
}

/** A block with at least seven lively neighbours of eight is lively; a gap between fingers, one block wide, has six. */
function fillPores(mask: Uint8Array, columns: number, rows: number): void {
  const before = mask.slice()
  for (let y = 1; y < rows - 1; y++) {
    for (let x = 1; x < columns - 1; x++) {
      const at = y * columns + x
      if (before[at] === 1) continue
      const above = before[at - columns - 1]! + before[at - columns]! + before[at - columns + 1]!
      const below = before[at + columns - 1]! + before[at + columns]! + before[at + columns + 1]!
      if (above + below + before[at - 1]! + before[at + 1]! >= 7) mask[at] = 1
    }
  }
}

/** Share of ones in the square window of odd `side` around each cell; beyond the border are zeros. */
export function boxShare(mask: Uint8Array, columns: number, rows: number, side: number): Float32Array {
  const half = side >> 1
  const out = new Float32Array(columns * rows)
  /** Ones of each column within the rows of the window, with `half` empty columns on both sides. */
  const sums = new Int32Array(columns + 2 * half)
  const scale = 1 / (side * side)
  for (let y = -half; y < rows; y++) {
    const entering = (y + half) * columns
    const leaving = (y - half - 1) * columns
    if (y + half < rows) for (let x = 0; x < columns; x++) sums[x + half]! += mask[entering + x]!
    if (y > half) for (let x = 0; x < columns; x++) sums[x + half]! -= mask[leaving + x]!
    if (y < 0) continue
    let inside = 0
    for (let x = 0; x < 2 * half; x++) inside += sums[x]!
    const line = y * columns
    for (let x = 0; x < columns; x++) {
      inside += sums[x + 2 * half]!
      out[line + x] = inside * scale
      inside -= sums[x]!
    }
  }
  return out
}
