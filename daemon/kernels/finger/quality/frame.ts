// What of an image is looked at: NFIQ 2 cuts a near-white frame away first, and so do we, or no feature would compare.

export interface GreyCut {
  /** Row-major, no gap between rows. */
  readonly grey: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
  /** Where the cut lies in the image it was taken from. */
  readonly left: number
  readonly top: number
}

/** A line whose mean is above this is paper, not finger (NFIQ 2 v2.2.0). */
const paperGrey = 250

/**
 * Cuts leading and trailing rows and columns of paper away, as NFIQ 2 v2.2.0 does. An image of paper alone comes back whole.
 */
export function withoutFrame(grey: Uint8Array, widthPx: number, heightPx: number): GreyCut {
  const rows = new Float64Array(heightPx)
  const columns = new Float64Array(widthPx)
  for (let y = 0; y < heightPx; y++) {
    const line = y * widthPx
    let sum = 0
    for (let x = 0; x < widthPx; x++) {
      const value = grey[line + x]!
      sum += value
      columns[x]! += value
    }
    rows[y] = sum
  }
  const [top, bottom] = extent(rows, paperGrey * widthPx)
  const [left, right] = extent(columns, paperGrey * heightPx)
  if (left === 0 && top === 0 && right === widthPx - 1 && bottom === heightPx - 1) return { grey, widthPx, heightPx, left, top }
  const width = right - left + 1
  const height = bottom - top + 1
  const cut = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    const from = (top + y) * widthPx + left
    cut.set(grey.subarray(from, from + width), y * width)
  }
  return { grey: cut, widthPx: width, heightPx: height, left, top }
}

/** First and last line that is not paper; everything when all is paper. */
function extent(sums: Float64Array, limit: number): [number, number] {
  const last = sums.length - 1
  const first = sums.findIndex((sum) => sum <= limit)
  if (first < 0) return [0, last]
  return [first, sums.findLastIndex((sum) => sum <= limit)]
}
