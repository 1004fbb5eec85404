// Cuts the index finger out of a slap sample, for the simulated handover, and a flat touch out of a rolled one. Plain and forgiving; it is no segmenter to measure others by.

import type { GreyImage } from './person.js'

const block = 8
/** Spread of grey levels that ridges have and paper, print and pencil between them do not. */
const minDeviation = 34
const sizePx = { minWidth: 170, maxWidth: 480, minHeight: 260, maxHeight: 640 } as const

/** A fingertip fills most of its box; writing and print do not. */
const minFill = 0.55

interface Blob {
  left: number
  right: number
  top: number
  bottom: number
  readonly cells: number[]
}

/** @returns the finger nearest the thumb side on white, cropped to it; undefined when nothing of a finger's size is there */
export function cutIndex(slap: GreyImage, hand: 'right' | 'left'): GreyImage | undefined {
  const columns = Math.floor(slap.widthPx / block)
  const rows = Math.floor(slap.heightPx / block)
  const inked = ridgeCells(slap, columns, rows)
  const fingers = blobs(inked, columns, rows)
    .filter(({ left, right, top, bottom, cells }) => {
      const width = (right - left + 1) * block
      const height = (bottom - top + 1) * block
      if (cells.length * block ** 2 < minFill * width * height) return false
      return width >= sizePx.minWidth && width <= sizePx.maxWidth && height >= sizePx.minHeight && height <= sizePx.maxHeight
    })
    .sort((a, b) => (hand === 'right' ? a.left - b.left : b.right - a.right))
  const [finger] = fingers
  return finger && cut(slap, finger, columns)
}

/** What of a rolled impression a flat touch would show. */
const touchPx = { width: 340, height: 470 } as const

/** @returns the middle of the largest print as a flat touch shows it, on white, cropped to it; undefined when nothing of a finger's size is there */
export function cutTouch(rolled: GreyImage): GreyImage | undefined {
  const columns = Math.floor(rolled.widthPx / block)
  const rows = Math.floor(rolled.heightPx / block)
  const [print] = blobs(ridgeCells(rolled, columns, rows), columns, rows).sort((a, b) => b.cells.length - a.cells.length)
  if (!print || print.cells.length * block ** 2 < touchPx.width * touchPx.height * minFill) return undefined
  const middle = (along: (cell: number) => number) =>
    (print.cells.reduce((sum, cell) => sum + along(cell), 0) / print.cells.length + 0.5) * block
  const left = Math.round(middle((cell) => cell % columns) - touchPx.width / 2)
  const top = Math.round(middle((cell) => Math.floor(cell / columns)) - touchPx.height / 2)
  const grey = new Uint8Array(touchPx.width * touchPx.height).fill(255)
  for (let y = 0; y < touchPx.height; y++) {
    for (let x = 0; x < touchPx.width; x++) {
      const inside = ((2 * x) / touchPx.width - 1) ** 2 + ((2 * y) / touchPx.height - 1) ** 2 < 1
      const [column, row] = [left + x, top + y]
      if (inside && column >= 0 && row >= 0 && column < rolled.widthPx && row < rolled.heightPx)
        grey[y * touchPx.width + x] = rolled.grey[row * rolled.widthPx + column]!
    }
  }
  return { widthPx: touchPx.width, heightPx: touchPx.height, grey }
}

/** 1 where ridges are, smoothed by a majority of the neighbourhood so that single lines fall away. */
function ridgeCells(slap: GreyImage, columns: number, rows: number): Uint8Array {
  const busy = new Uint8Array(columns * rows)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0
      let squares = 0
      for (let y = 0; y < block; y++) {
        for (let x = 0; x < block; x++) {
          const value = slap.grey[(row * block + y) * slap.widthPx + column * block + x]!
          sum += value
          squares += value * value
        }
      }
      const mean = sum / block ** 2
      busy[row * columns + column] = Math.sqrt(Math.max(0, squares / block ** 2 - mean * mean)) >= minDeviation || mean < 60 ? 1 : 0
    }
  }
  return majority(busy, columns, rows, 2, 12)
}

function majority(cells: Uint8Array, columns: number, rows: number, reach: number, least: number): Uint8Array {
  const out = new Uint8Array(cells.length)
  for (let row = reach; row < rows - reach; row++) {
    for (let column = reach; column < columns - reach; column++) {
      let count = 0
      for (let y = -reach; y <= reach; y++) for (let x = -reach; x <= reach; x++) count += cells[(row + y) * columns + column + x]!
      out[row * columns + column] = count >= least ? 1 : 0
    }
  }
  return out
}

function blobs(cells: Uint8Array, columns: number, rows: number): Blob[] {
  const seen = new Uint8Array(cells.length)
  const found: Blob[] = []
  for (let start = 0; start < cells.length; start++) {
    if (!cells[start] || seen[start]) continue
    const blob: Blob = { left: columns, right: 0, top: rows, bottom: 0, cells: [start] }
    seen[start] = 1
    for (let i = 0; i < blob.cells.length; i++) {
      const at = blob.cells[i]!
      const column = at % columns
      const row = Math.floor(at / columns)
      blob.left = Math.min(blob.left, column)
      blob.right = Math.max(blob.right, column)
      blob.top = Math.min(blob.top, row)
      blob.bottom = Math.max(blob.bottom, row)
      for (const next of [column > 0 ? at - 1 : at, column < columns - 1 ? at + 1 : at, at - columns, at + columns]) {
        if (next >= 0 && next < cells.length && cells[next] && !seen[next]) {
          seen[next] = 1
          blob.cells.push(next)
        }
      }
    }
    found.push(blob)
  }
  return found
}

/** Only the blob's cells and the ring around them; the rest of the crop is white. */
function cut(slap: GreyImage, blob: Blob, columns: number): GreyImage {
  const widthPx = (blob.right - blob.left + 3) * block
  const heightPx = (blob.bottom - blob.top + 3) * block
  const grey = new Uint8Array(widthPx * heightPx).fill(255)
  for (const cell of blob.cells) {
    const fromX = ((cell % columns) - 1) * block
    const fromY = (Math.floor(cell / columns) - 1) * block
    for (let y = Math.max(0, fromY); y < Math.min(slap.heightPx, fromY + 3 * block); y++) {
      const start = y * slap.widthPx
      const row = slap.grey.subarray(start + Math.max(0, fromX), start + Math.min(slap.widthPx, fromX + 3 * block))
      grey.set(row, (y - (blob.top - 1) * block) * widthPx + Math.max(0, fromX) - (blob.left - 1) * block)
    }
  }
  return { widthPx, heightPx, grey }
}
