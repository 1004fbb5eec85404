// The backdrop beside and above a head: where it is and which colour it has. Works in the window of the aligned face in which ISO/IEC 29794-5
// looks at the background; knows no policy. A head's outline is not recognised: what is not alike in colour to the backdrop is simply left out.

import type { RgbImage } from './face.js'
import { alignedPx, type Similarity, sampleRgb } from './quality/align.js'
import { type Lab, labOf, labPixels } from './quality/colour.js'
import { faceGeometry } from './quality/geometry.js'

/** Of the aligned face: cut by 62 px left and right and 210 px below (OFIQ 1.0.3). */
export const backgroundWindow = { left: 62, top: 0, width: alignedPx - 2 * 62, height: alignedPx - 210 } as const
/** Cells of this many aligned pixels are judged as a whole. */
export const cellPx = 6
export const cellColumns = Math.floor(backgroundWindow.width / cellPx)
export const cellRows = Math.floor(backgroundWindow.height / cellPx)
const cellCount = cellColumns * cellRows

export interface Background {
  /** 1 where a cell is backdrop; `cellColumns` × `cellRows`. */
  readonly cells: Uint8Array
  /** Mean colour of those cells. */
  readonly red: number
  readonly green: number
  readonly blue: number
  readonly lab: Lab
  /** Root mean square of the CIELAB distances (ΔE*ab) of the cells from that mean. */
  readonly spread: number
  /** Share of the cells well beside the head that have the backdrop's colour: 1 for a plain cloth, low for a room. */
  readonly coverage: number
  /** Share of the window that is backdrop. */
  readonly share: number
}

/** Semi-axes of what may be head, hair, cap or veil: beside the eyes in eye distances, above them in T. */
const headHalfWidth = 1.45
const headHeight = 1.4
/** Beyond this distance a cell has another colour than the backdrop. Lightness counts half: a cloth is lit unevenly. */
const mostDistance = 20
const lightnessWeight = 0.5
/** Below this share of common colour the surroundings are no single backdrop and all cells beside the head stand for them. */
const leastCommon = 0.75
/** Fewer cells beside the head inside the picture say nothing. */
const leastCells = 40

/**
 * @param aligned landmarks in the aligned image  @param back from the aligned image to the picture
 * @returns undefined when hardly anything beside the head lies inside the picture
 */
export function findBackground(image: RgbImage, aligned: Float32Array, back: Similarity): Background | undefined {
  const { left, top } = backgroundWindow
  const rgb = new Uint8Array(3 * cellCount)
  const middle = (cellPx - 1) / 2
  sampleRgb(image, back, left + middle, top + middle, cellPx, cellColumns, cellRows, rgb)
  const inside = insideCells(image, back)
  const beside = besideHead(aligned, inside)
  if (count(beside) < leastCells) return undefined
  const lab = new Float32Array(3 * cellCount)
  labPixels(rgb, lab)
  const dominant = dominantColour(lab, beside)
  const alike = (cell: number) => distanceTo(lab, cell, dominant) <= mostDistance
  let common = 0
  for (let cell = 0; cell < cellCount; cell++) if (beside[cell] === 1 && alike(cell)) common++
  const coverage = common / count(beside)
  const cells = coverage < leastCommon ? beside : reached(beside, inside, alike)
  return { cells, ...coloursOf(rgb, lab, cells), coverage, share: count(cells) / cellCount }
}

const count = (cells: Uint8Array): number => cells.reduce((sum, cell) => sum + cell, 0)

/** Cells whose middle and neighbourhood lie inside the picture. */
function insideCells({ widthPx, heightPx }: RgbImage, { a, b, tx, ty }: Similarity): Uint8Array {
  const cells = new Uint8Array(cellCount)
  const margin = 0.5 * cellPx * Math.hypot(a, b)
  for (let cell = 0; cell < cellCount; cell++) {
    const u = backgroundWindow.left + ((cell % cellColumns) + 0.5) * cellPx
    const v = backgroundWindow.top + (Math.floor(cell / cellColumns) + 0.5) * cellPx
    const [x, y] = [a * u - b * v + tx, b * u + a * v + ty]
    if (x >= margin && y >= margin && x < widthPx - margin && y < heightPx - margin) cells[cell] = 1
  }
  return cells
}

function besideHead(aligned: Float32Array, inside: Uint8Array): Uint8Array {
  const { eyeMid, eyeDistance, eyesToChin } = faceGeometry(aligned)
  const cells = new Uint8Array(cellCount)
  for (let cell = 0; cell < cellCount; cell++) {
    if (inside[cell] === 0) continue
    const across = (backgroundWindow.left + ((cell % cellColumns) + 0.5) * cellPx - eyeMid.x) / (headHalfWidth * eyeDistance)
    const above = Math.max(
      0,
      (eyeMid.y - backgroundWindow.top - (Math.floor(cell / cellColumns) + 0.5) * cellPx) / (headHeight * eyesToChin),
    )
    if (across * across + above * above > 1) cells[cell] = 1
  }
  return cells
}

function distanceTo(lab: Float32Array, cell: number, { l, a, b }: Lab): number {
  const [dl, da, db] = [lightnessWeight * (lab[3 * cell]! - l), lab[3 * cell + 1]! - a, lab[3 * cell + 2]! - b]
  return Math.sqrt(dl * dl + da * da + db * db)
}

const binSize = 12
const shifts = 4

/** The colour that most cells share: the fullest bin, then the mean around it a few times over. */
function dominantColour(lab: Float32Array, cells: Uint8Array): Lab {
  const bins = new Map<number, number>()
  let fullest = { bin: 0, cells: 0, cell: 0 }
  for (let cell = 0; cell < cellCount; cell++) {
    if (cells[cell] === 0) continue
    const part = (axis: number, lowest: number) => Math.floor((lab[3 * cell + axis]! - lowest) / binSize)
    const bin = (part(0, 0) * 32 + part(1, -128)) * 32 + part(2, -128)
    const held = (bins.get(bin) ?? 0) + 1
    bins.set(bin, held)
    if (held > fullest.cells) fullest = { bin, cells: held, cell }
  }
  let colour: Lab = { l: lab[3 * fullest.cell]!, a: lab[3 * fullest.cell + 1]!, b: lab[3 * fullest.cell + 2]! }
  for (let shift = 0; shift < shifts; shift++) {
    colour = meanLab(lab, (cell) => cells[cell] === 1 && distanceTo(lab, cell, colour) <= mostDistance) ?? colour
  }
  return colour
}

function meanLab(lab: Float32Array, takes: (cell: number) => boolean): Lab | undefined {
  let [l, a, b, taken] = [0, 0, 0, 0]
  for (let cell = 0; cell < cellCount; cell++) {
    if (!takes(cell)) continue
    l += lab[3 * cell]!
    a += lab[3 * cell + 1]!
    b += lab[3 * cell + 2]!
    taken++
  }
  return taken === 0 ? undefined : { l: l / taken, a: a / taken, b: b / taken }
}

/** Cells of the backdrop's colour that touch such cells beside the head, by any path: up to the hair, not behind it. Their rim is left out. */
function reached(beside: Uint8Array, inside: Uint8Array, alike: (cell: number) => boolean): Uint8Array {
  const found = new Uint8Array(cellCount)
  const open: number[] = []
  const visit = (cell: number) => {
    if (found[cell] === 1 || inside[cell] === 0 || !alike(cell)) return
    found[cell] = 1
    open.push(cell)
  }
  for (let cell = 0; cell < cellCount; cell++) if (beside[cell] === 1) visit(cell)
  for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
    const column = cell % cellColumns
    if (column > 0) visit(cell - 1)
    if (column < cellColumns - 1) visit(cell + 1)
    if (cell >= cellColumns) visit(cell - cellColumns)
    if (cell < cellCount - cellColumns) visit(cell + cellColumns)
  }
  return eroded(found)
}

/** Without the cells that touch another colour; what lies outside of the window does not count. */
function eroded(cells: Uint8Array): Uint8Array {
  const out = new Uint8Array(cellCount)
  for (let cell = 0; cell < cellCount; cell++) {
    const column = cell % cellColumns
    const open =
      (column > 0 && cells[cell - 1] === 0) ||
      (column < cellColumns - 1 && cells[cell + 1] === 0) ||
      cells[cell - cellColumns] === 0 ||
      cells[cell + cellColumns] === 0
    if (cells[cell] === 1 && !open) out[cell] = 1
  }
  return out
}

function coloursOf(rgb: Uint8Array, lab: Float32Array, cells: Uint8Array): Pick<Background, 'red' | 'green' | 'blue' | 'lab' | 'spread'> {
  const taken = Math.max(1, count(cells))
  const sums = [0, 0, 0]
  for (let cell = 0; cell < cellCount; cell++)
    if (cells[cell] === 1) for (let channel = 0; channel < 3; channel++) sums[channel]! += rgb[3 * cell + channel]!
  const [red = 0, green = 0, blue = 0] = sums.map((sum) => sum / taken)
  const mean = meanLab(lab, (cell) => cells[cell] === 1) ?? labOf(red, green, blue)
  let squares = 0
  for (let cell = 0; cell < cellCount; cell++) {
    if (cells[cell] === 1)
      squares += (lab[3 * cell]! - mean.l) ** 2 + (lab[3 * cell + 1]! - mean.a) ** 2 + (lab[3 * cell + 2]! - mean.b) ** 2
  }
  return { red, green, blue, lab: mean, spread: Math.sqrt(squares / taken) }
}
