// Sums of grey and of its square per block, and from them the ridge mask: where an image has enough contrast to hold ridges.

export interface BlockSums {
  readonly blockPx: number
  readonly columns: number
  readonly rows: number
  /** Of the whole image; blocks at the right and lower edge may be incomplete. */
  readonly widthPx: number
  readonly heightPx: number
  readonly sum: Float64Array
  readonly squares: Float64Array
}

/** Pixels of a block: fewer at the right and lower edge. */
export const pixelsOf = (blocks: BlockSums, column: number, row: number): number =>
  Math.min(blocks.blockPx, blocks.widthPx - column * blocks.blockPx) * Math.min(blocks.blockPx, blocks.heightPx - row * blocks.blockPx)

export function blockSums(grey: Uint8Array, widthPx: number, heightPx: number, blockPx: number): BlockSums {
  const columns = Math.ceil(widthPx / blockPx)
  const rows = Math.ceil(heightPx / blockPx)
  const sum = new Float64Array(columns * rows)
  const squares = new Float64Array(columns * rows)
  for (let y = 0; y < heightPx; y++) {
    const line = y * widthPx
    const blocks = Math.floor(y / blockPx) * columns
    for (let column = 0; column < columns; column++) {
      const end = line + Math.min(widthPx, (column + 1) * blockPx)
      let lineSum = 0
      let lineSquares = 0
      for (let at = line + column * blockPx; at < end; at++) {
        const value = grey[at]!
        lineSum += value
        lineSquares += value * value
      }
      sum[blocks + column]! += lineSum
      squares[blocks + column]! += lineSquares
    }
  }
  return { blockPx, columns, rows, widthPx, heightPx, sum, squares }
}

/** The same with blocks of twice the side. */
export function coarser(fine: BlockSums): BlockSums {
  const columns = Math.ceil(fine.columns / 2)
  const rows = Math.ceil(fine.rows / 2)
  const sum = new Float64Array(columns * rows)
  const squares = new Float64Array(columns * rows)
  for (let row = 0; row < fine.rows; row++) {
    for (let column = 0; column < fine.columns; column++) {
      const to = (row >> 1) * columns + (column >> 1)
      sum[to]! += fine.sum[row * fine.columns + column]!
      squares[to]! += fine.squares[row * fine.columns + column]!
    }
  }
  return { ...fine, blockPx: 2 * fine.blockPx, columns, rows, sum, squares }
}

/** Mean and population standard deviation of the whole image. */
export function moments(blocks: BlockSums): { mean: number; deviation: number } {
  const count = blocks.widthPx * blocks.heightPx
  const mean = total(blocks.sum) / count
  return { mean, deviation: Math.sqrt(Math.max(0, total(blocks.squares) / count - mean * mean)) }
}

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0)

/** A block is ridges when it deviates by more than this share of the whole image's deviation (NFIQ 2 v2.2.0). */
const ridgeShare = 0.1

/** 1 for each block that may hold ridges. */
export function ridgeMask(blocks: BlockSums): Uint8Array {
  const { deviation } = moments(blocks)
  const mask = new Uint8Array(blocks.sum.length)
  for (let row = 0; row < blocks.rows; row++) {
    for (let column = 0; column < blocks.columns; column++) {
      const at = row * blocks.columns + column
      const count = pixelsOf(blocks, column, row)
      const mean = blocks.sum[at]! / count
      const own = Math.sqrt(Math.max(0, blocks.squares[at]! / count - mean * mean))
      mask[at] = own / deviation > ridgeShare ? 1 : 0
    }
  }
  return mask
}

/** Whether a square of one block's size at any place lies on ridge blocks alone. */
export function allRidges(mask: Uint8Array, blocks: BlockSums, left: number, top: number): boolean {
  const { blockPx, columns } = blocks
  const first = Math.floor(left / blockPx)
  const last = Math.floor((left + blockPx - 1) / blockPx)
  for (let row = Math.floor(top / blockPx); row <= Math.floor((top + blockPx - 1) / blockPx); row++) {
    if (mask[row * columns + first] === 0 || mask[row * columns + last] === 0) return false
  }
  return true
}
