// Ends of lines that are no minutiae: breaks across dry ridges, spurs, lonely bits of line.

import { linesFrom, type Skeleton, type Walk, walkFrom, walkMet } from './skeleton.js'

/** Two ends this near that look at each other are one broken line, in pixels (two ridge periods). */
const widestGapPx = 18
/** So near they need not look at each other. */
const rupturePx = 4
/** cos of how far a line may turn inside a gap, at either end. */
const gapTurn = Math.cos(Math.PI / 5)
/** A line shorter than this tells no direction. */
const leastStumpPx = 7
const directionPx = 18
/** Lines from a fork or between two ends shorter than this are artefacts. */
const leastTailPx = 16
const leastFragmentPx = 20
const cellPx = 20

interface End {
  readonly at: number
  readonly x: number
  readonly y: number
  /** Outward unit vector: where the line would go on. */
  readonly dx: number
  readonly dy: number
  readonly long: boolean
}

/** Changes the skeleton; returns the ends that are left. */
export function prune(skeleton: Skeleton, ends: Int32Array): Int32Array {
  const walk = { path: new Int32Array(32), length: 0, met: 0 }
  joinGaps(skeleton, ends, walk)
  let left = stillEnds(skeleton, ends)
  for (let i = 0; i < left.length; i++) cutTail(skeleton, left[i]!, walk)
  left = stillEnds(skeleton, left)
  for (let i = 0; i < left.length; i++) cutFragment(skeleton, left[i]!, walk)
  return stillEnds(skeleton, left)
}

function stillEnds(skeleton: Skeleton, ends: Int32Array): Int32Array {
  return ends.filter((at) => skeleton.cells[at] === 1 && linesFrom(skeleton, at) === 1)
}

function cutTail(skeleton: Skeleton, end: number, walk: Walk): void {
  if (skeleton.cells[end] !== 1) return
  walkFrom(skeleton, end, leastTailPx, walk)
  if (walk.met === walkMet.fork) erase(skeleton, walk)
}

function cutFragment(skeleton: Skeleton, end: number, walk: Walk): void {
  if (skeleton.cells[end] !== 1) return
  walkFrom(skeleton, end, leastFragmentPx, walk)
  if (walk.met === walkMet.end) erase(skeleton, walk)
}

function erase({ cells }: Skeleton, walk: Walk): void {
  for (let i = 0; i < walk.length; i++) cells[walk.path[i]!] = 0
}

function joinGaps(skeleton: Skeleton, cellsOfEnds: Int32Array, walk: Walk): void {
  const ends: End[] = []
  for (const at of cellsOfEnds) ends.push(endAt(skeleton, at, walk))
  const gaps = facingPairs(ends)
  gaps.sort((a, b) => a.px - b.px)
  const joined = new Uint8Array(ends.length)
  for (const { a, b } of gaps) {
    if (joined[a] || joined[b]) continue
    if (!draw(skeleton, ends[a]!, ends[b]!)) continue
    joined[a] = 1
    joined[b] = 1
  }
}

function endAt(skeleton: Skeleton, at: number, walk: Walk): End {
  const { stride } = skeleton
  walkFrom(skeleton, at, directionPx, walk)
  const back = walk.path[walk.length - 1]!
  const x = at % stride
  const y = (at - x) / stride
  const backX = back % stride
  const dx = x - backX
  const dy = y - (back - backX) / stride
  const length = Math.hypot(dx, dy) || 1
  return { at, x, y, dx: dx / length, dy: dy / length, long: walk.length >= leastStumpPx }
}

/** Pairs of ends near each other, found in cells of `cellPx`. */
function facingPairs(ends: readonly End[]): { a: number; b: number; px: number }[] {
  const pairs: { a: number; b: number; px: number }[] = []
  const cells = new Map<number, number[]>()
  const nameOf = (x: number, y: number) => Math.floor(y / cellPx) * 4096 + Math.floor(x / cellPx)
  ends.forEach((end, b) => {
    for (let dy = -cellPx; dy <= cellPx; dy += cellPx) {
      for (let dx = -cellPx; dx <= cellPx; dx += cellPx) {
        for (const a of cells.get(nameOf(end.x + dx, end.y + dy)) ?? []) {
          const px = Math.hypot(end.x - ends[a]!.x, end.y - ends[a]!.y)
          if (px <= widestGapPx && facing(ends[a]!, end, px)) pairs.push({ a, b, px })
        }
      }
    }
    const own = cells.get(nameOf(end.x, end.y))
    if (own) own.push(b)
    else cells.set(nameOf(end.x, end.y), [b])
  })
  return pairs
}

function facing(a: End, b: End, px: number): boolean {
  if (px <= rupturePx) return true
  if (!a.long || !b.long) return false
  const dx = (b.x - a.x) / px
  const dy = (b.y - a.y) / px
  return dx * a.dx + dy * a.dy > gapTurn && -(dx * b.dx + dy * b.dy) > gapTurn
}

/** A line of cells from one end to the other, unless another line lies between them. */
function draw({ cells, stride }: Skeleton, a: End, b: End): boolean {
  const steps = Math.max(Math.abs(b.x - a.x), Math.abs(b.y - a.y))
  const cellAt = (i: number) => Math.round(a.y + ((b.y - a.y) * i) / steps) * stride + Math.round(a.x + ((b.x - a.x) * i) / steps)
  for (let i = 2; i < steps - 1; i++) {
    const at = cellAt(i)
    if (cells[at] || cells[at - 1] || cells[at + 1] || cells[at - stride] || cells[at + stride]) return false
  }
  for (let i = 1; i < steps; i++) cells[cellAt(i)] = 1
  return true
}
