// Minutiae by thinning: binarise, thin to one pixel, read crossing numbers, drop what is near the edge or in pairs. A plain first extractor:
// no ridge enhancement, no quality per minutia. Good on clean prints, honest about few on poor ones.

/** Type codes of ISO/IEC 19794-2: 1 ridge ending, 2 bifurcation. */
export interface Minutia {
  readonly x: number
  readonly y: number
  readonly type: 1 | 2
  /** Direction in radians, counter-clockwise from +x (y points down), [0, 2π). */
  readonly angle: number
}

/** The eight neighbours in order around a pixel. */
const ring = [
  [1, 0],
  [1, -1],
  [0, -1],
  [-1, -1],
  [-1, 0],
  [-1, 1],
  [0, 1],
  [1, 1],
] as const

/** Half side of the window whose mean is the local threshold; two ridge periods at 500 ppi. */
const thresholdHalfPx = 9
/** Minutiae nearer than this to the edge of the print, or to each other, are artefacts of cutting and thinning. */
const marginPx = 16
const pairPx = 7
/** How far a ridge is followed for its direction. */
const followPx = 10

/**
 * @param image 8-bit grey, row-major, 500 ppi, dark ridges
 * @returns at most `limit` minutiae, those nearest to the middle of the print first
 */
export function extractMinutiae(image: Uint8Array, widthPx: number, heightPx: number, limit: number): readonly Minutia[] {
  const { ridge, inside } = binarise(image, widthPx, heightPx)
  thin(ridge, widthPx, heightPx)
  const raw = crossings(ridge, inside, widthPx, heightPx)
  const kept = withoutPairs(raw)
  const cx = mean(kept.map(({ x }) => x))
  const cy = mean(kept.map(({ y }) => y))
  return kept.sort((a, b) => Math.hypot(a.x - cx, a.y - cy) - Math.hypot(b.x - cx, b.y - cy)).slice(0, limit)
}

/** Drops all that have another one nearer than `pairPx`. In cells of that size: a noisy picture has tens of thousands. */
function withoutPairs(minutiae: readonly Minutia[]): Minutia[] {
  const cells = new Map<string, Minutia[]>()
  const cellOf = ({ x, y }: Minutia) => [Math.floor(x / pairPx), Math.floor(y / pairPx)] as const
  for (const each of minutiae) {
    const name = cellOf(each).join()
    cells.set(name, [...(cells.get(name) ?? []), each])
  }
  return minutiae.filter((a) => {
    const [column, row] = cellOf(a)
    const near = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].flatMap((dx) => cells.get(`${column + dx},${row + dy}`) ?? []))
    return !near.some((b) => b !== a && Math.hypot(a.x - b.x, a.y - b.y) < pairPx)
  })
}

const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / Math.max(1, values.length)

/** Ridge where darker than the local mean; inside where the local contrast is that of ridges. Integral images keep it linear. */
function binarise(image: Uint8Array, widthPx: number, heightPx: number): { ridge: Uint8Array; inside: Uint8Array } {
  const stride = widthPx + 1
  const sums = new Float64Array(stride * (heightPx + 1))
  const squares = new Float64Array(stride * (heightPx + 1))
  for (let y = 0; y < heightPx; y++) {
    let line = 0
    let lineSquares = 0
    for (let x = 0; x < widthPx; x++) {
      const value = image[y * widthPx + x] ?? 0
      line += value
      lineSquares += value * value
      const at = (y + 1) * stride + x + 1
      sums[at] = (sums[at - stride] ?? 0) + line
      squares[at] = (squares[at - stride] ?? 0) + lineSquares
    }
  }
  const ridge = new Uint8Array(widthPx * heightPx)
  const inside = new Uint8Array(widthPx * heightPx)
  const box = (table: Float64Array, left: number, top: number, right: number, bottom: number) =>
    (table[bottom * stride + right] ?? 0) -
    (table[top * stride + right] ?? 0) -
    (table[bottom * stride + left] ?? 0) +
    (table[top * stride + left] ?? 0)
  for (let y = 0; y < heightPx; y++) {
    const top = Math.max(0, y - thresholdHalfPx)
    const bottom = Math.min(heightPx, y + thresholdHalfPx + 1)
    for (let x = 0; x < widthPx; x++) {
      const left = Math.max(0, x - thresholdHalfPx)
      const right = Math.min(widthPx, x + thresholdHalfPx + 1)
      const count = (right - left) * (bottom - top)
      const average = box(sums, left, top, right, bottom) / count
      const variance = box(squares, left, top, right, bottom) / count - average * average
      const at = y * widthPx + x
      if (variance < 300) continue
      inside[at] = 1
      // The mean of a 3×3 neighbourhood against the local mean: single dark pixels make no ridge.
      const near = box(sums, Math.max(0, x - 1), Math.max(0, y - 1), Math.min(widthPx, x + 2), Math.min(heightPx, y + 2)) / 9
      if (near < average) ridge[at] = 1
    }
  }
  return { ridge, inside }
}

/** Zhang and Suen 1984: peels the two kinds of border pixels in turn until one pixel remains. */
function thin(ridge: Uint8Array, widthPx: number, heightPx: number): void {
  const offsets = [-widthPx, -widthPx + 1, 1, widthPx + 1, widthPx, widthPx - 1, -1, -widthPx - 1] as const
  const peel: number[] = []
  for (let changed = true; changed; ) {
    changed = false
    for (const even of [true, false]) {
      peel.length = 0
      for (let y = 1; y < heightPx - 1; y++) {
        for (let x = 1; x < widthPx - 1; x++) {
          const at = y * widthPx + x
          if (ridge[at] === 1 && isBorder(ridge, at, offsets, even)) peel.push(at)
        }
      }
      for (const at of peel) ridge[at] = 0
      changed ||= peel.length > 0
    }
  }
}

function isBorder(ridge: Uint8Array, at: number, offsets: readonly number[], even: boolean): boolean {
  let neighbours = 0
  let transitions = 0
  let previous = ridge[at + (offsets[7] ?? 0)] ?? 0
  for (const offset of offsets) {
    const value = ridge[at + offset] ?? 0
    neighbours += value
    if (previous === 0 && value === 1) transitions++
    previous = value
  }
  if (transitions !== 1 || neighbours < 2 || neighbours > 6) return false
  const [n = 0, , e = 0, , s = 0, , w = 0] = offsets.map((offset) => ridge[at + offset] ?? 0)
  return even ? n * e * s === 0 && e * s * w === 0 : n * e * w === 0 && n * s * w === 0
}

/** Crossing number 1 is an ending, 3 a bifurcation (Rutovitz). */
function crossings(ridge: Uint8Array, inside: Uint8Array, widthPx: number, heightPx: number): Minutia[] {
  const found: Minutia[] = []
  for (let y = marginPx; y < heightPx - marginPx; y++) {
    for (let x = marginPx; x < widthPx - marginPx; x++) {
      if (ridge[y * widthPx + x] !== 1) continue
      let changes = 0
      for (let i = 0; i < 8; i++) {
        const [dx, dy] = ring[i] ?? [0, 0]
        const [ex, ey] = ring[(i + 1) % 8] ?? [0, 0]
        changes += Math.abs((ridge[(y + dy) * widthPx + x + dx] ?? 0) - (ridge[(y + ey) * widthPx + x + ex] ?? 0))
      }
      const type = changes === 2 ? 1 : changes === 6 ? 2 : 0
      if (type === 0 || !deepInside(inside, x, y, widthPx)) continue
      const angle = direction(ridge, x, y, type, widthPx, heightPx)
      if (angle !== undefined) found.push({ x, y, type, angle })
    }
  }
  return found
}

function deepInside(inside: Uint8Array, x: number, y: number, widthPx: number): boolean {
  return ring.every(([dx, dy]) => inside[(y + dy * marginPx) * widthPx + x + dx * marginPx] === 1)
}

/**
 * ISO/IEC 19794-2: into the ridge that ends, or into the valley that ends between two branches.
 * Nothing when a ridge is shorter than `followPx` (a spur).
 */
function direction(ridge: Uint8Array, x: number, y: number, type: 1 | 2, widthPx: number, heightPx: number): number | undefined {
  const ends = branches(ridge, x, y, widthPx, heightPx)
  if (ends.length < (type === 1 ? 1 : 3)) return undefined
  const angles = ends.map(({ dx, dy }) => Math.atan2(-dy, dx))
  const [first = 0, second = 0, third = 0] = angles
  const angle = type === 1 ? first : bisectorOfClosest(first, second, third)
  return angle < 0 ? angle + 2 * Math.PI : angle
}

function bisectorOfClosest(a: number, b: number, c: number): number {
  const gap = (p: number, q: number) => Math.abs(Math.atan2(Math.sin(p - q), Math.cos(p - q)))
  const pairs: readonly (readonly [number, number])[] = [
    [a, b],
    [a, c],
    [b, c],
  ]
  const [p, q] = pairs.reduce((best, pair) => (gap(pair[0], pair[1]) < gap(best[0], best[1]) ? pair : best))
  return Math.atan2(Math.sin(p) + Math.sin(q), Math.cos(p) + Math.cos(q))
}

/** Where each ridge that leaves the minutia is after `followPx` steps, relative to it. */
function branches(ridge: Uint8Array, x: number, y: number, widthPx: number, heightPx: number): readonly { dx: number; dy: number }[] {
  const seen = new Set<number>([y * widthPx + x])
  const starts = ring.filter(([dx, dy]) => ridge[(y + dy) * widthPx + x + dx] === 1)
  for (const [dx, dy] of starts) seen.add((y + dy) * widthPx + x + dx)
  const ends: { dx: number; dy: number }[] = []
  for (const [sx, sy] of starts) {
    let px = x + sx
    let py = y + sy
    let steps = 1
    for (; steps < followPx; steps++) {
      const next = ring.find(([dx, dy]) => {
        const nx = px + dx
        const ny = py + dy
        return nx > 0 && ny > 0 && nx < widthPx && ny < heightPx && ridge[ny * widthPx + nx] === 1 && !seen.has(ny * widthPx + nx)
      })
      if (!next) break
      px += next[0]
      py += next[1]
      seen.add(py * widthPx + px)
    }
    if (steps === followPx) ends.push({ dx: px - x, dy: py - y })
  }
  return ends
}
