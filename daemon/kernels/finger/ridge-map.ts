// Where there are ridges: a coarse map of a finger image by block contrast. Pure; knows no device and no person.

/** Side of one block in pixels: about one and a half ridge periods at 500 ppi. */
export const blockPx = 16

/** Ridges alternate dark and light; paper grain and ghosts of earlier fingers stay below this deviation, or above this grey. */
const ridgeDeviation = 24
const lightestGrey = 225

export interface RidgeMap {
  readonly columns: number
  readonly rows: number
  /** 1 where the block holds ridges, row-major. */
  readonly ridges: Uint8Array
  /** Mean grey of each block, 0 to 255. */
  readonly grey: Uint8Array
  /** How far the gradients of a block with ridges run along one line, 0 to 1; 0 for the others. Noise stays near 0.17, inked ridges reach 0.4. */
  readonly coherence: Float32Array
  /** Number of blocks with ridges. */
  readonly area: number
}

/**
 * @param image 8-bit grey, row-major, `widthPx * heightPx`, dark ridges on light ground
 * @returns incomplete blocks at the right and lower edge are left out
 */
export function ridgeMap(image: Uint8Array, widthPx: number, heightPx: number): RidgeMap {
  const columns = Math.floor(widthPx / blockPx)
  const rows = Math.floor(heightPx / blockPx)
  const ridges = new Uint8Array(columns * rows)
  const grey = new Uint8Array(columns * rows)
  const coherence = new Float32Array(columns * rows)
  let area = 0
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0
      let squares = 0
      // Every second pixel of every second row: ridges are nine pixels wide, a quarter of the samples tells the same.
      for (let y = 0; y < blockPx; y += 2) {
        const line = (row * blockPx + y) * widthPx + column * blockPx
        for (let x = 0; x < blockPx; x += 2) {
          const value = image[line + x] ?? 0
          sum += value
          squares += value * value
        }
      }
      const count = (blockPx / 2) ** 2
      const mean = sum / count
      const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean))
      const at = row * columns + column
      grey[at] = mean
      if (deviation > ridgeDeviation && mean < lightestGrey) {
        ridges[at] = 1
        coherence[at] = blockCoherence(image, widthPx, column * blockPx, row * blockPx)
        area++
      }
    }
  }
  return { columns, rows, ridges: close(ridges, columns, rows), grey, coherence, area }
}

/** Kass and Witkin 1987: the length of the mean squared gradient vector over the mean gradient energy. */
function blockCoherence(image: Uint8Array, stride: number, left: number, top: number): number {
  let xx = 0
  let yy = 0
  let xy = 0
  for (let y = 1; y < blockPx - 1; y += 2) {
    for (let x = 1; x < blockPx - 1; x += 2) {
      const at = (top + y) * stride + left + x
      const gx = (image[at + 1] ?? 0) - (image[at - 1] ?? 0)
      const gy = (image[at + stride] ?? 0) - (image[at - stride] ?? 0)
      xx += gx * gx
      yy += gy * gy
      xy += gx * gy
    }
  }
  return xx + yy === 0 ? 0 : Math.hypot(xx - yy, 2 * xy) / (xx + yy)
}

/** Fills one-block holes and drops lonely blocks: a block follows the majority of its eight neighbours. */
function close(map: Uint8Array, columns: number, rows: number): Uint8Array {
  const out = new Uint8Array(map.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let neighbours = 0
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const y = row + dy
          const x = column + dx
          if ((dx !== 0 || dy !== 0) && x >= 0 && y >= 0 && x < columns && y < rows) neighbours += map[y * columns + x] ?? 0
        }
      }
      const at = row * columns + column
      out[at] = neighbours >= 5 || (map[at] === 1 && neighbours >= 2) ? 1 : 0
    }
  }
  return out
}
