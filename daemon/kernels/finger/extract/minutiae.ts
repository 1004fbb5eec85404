// Ends of ridge lines and valley lines become minutiae: direction, quality, and which of them are believed.

import type { Minutia } from '../template.js'
import { smoothMap } from './normalise.js'
import type { Flow } from './orientation.js'
import { blockPx, type Grid, type Room } from './planes.js'
import { prune } from './prune.js'
import { endsOf, skeletonOf, walkFrom } from './skeleton.js'
import { bitsOf, thin } from './thin.js'

/** How far a line is followed for its direction. */
const followPx = 12
/** The print must reach this far around a minutia, and further where the line would have gone on. */
const insidePx = 8
const aheadPx = 12
/** More than this many others within `crowdPx`: a cut, a blot or noise. */
const crowd = 4
const crowdPx = 20

/** What is known of the print, one value a block. */
export interface PrintMaps {
  readonly mask: Uint8Array
  readonly flow: Flow
  readonly agreement: Float32Array
  readonly regularity: Float32Array
}

/** @returns best first */
export function minutiaeOf(ridges: Int16Array, grid: Grid, maps: PrintMaps, room: Room): Minutia[] {
  const { mask, flow } = maps
  const depth = Float32Array.from(mask)
  for (let pass = 0; pass < 3; pass++) smoothMap(depth, grid.columns, grid.rows)
  const found: Minutia[] = []
  for (const [sign, type] of [
    [1, 1],
    [-1, 2],
  ] as const) {
    const bits = bitsOf(ridges, grid, mask, sign, room)
    thin(bits, room)
    const skeleton = skeletonOf(bits, grid.widthPx)
    const walk = { path: new Int32Array(followPx), length: 0, met: 0 }
    for (const at of prune(skeleton, endsOf(skeleton))) {
      walkFrom(skeleton, at, followPx, walk)
      const { stride } = skeleton
      const x = at % stride
      const y = (at - x) / stride
      const back = walk.path[walk.length - 1]!
      const dx = (back % stride) - x
      const dy = (back - (back % stride)) / stride - y
      const length = Math.hypot(dx, dy)
      if (length < 5) continue
      const minutia = {
        x: x - 1,
        y: y - 1,
        angle: directionAt(flow, grid, x - 1, y - 1, dx / length, dy / length),
        type,
        quality: qualityAt(maps, depth, blockAt(grid, x - 1, y - 1)),
      }
      if (wellInside(mask, grid, minutia.x, minutia.y, dx / length, dy / length)) found.push(minutia)
    }
  }
  return withoutCrowds(found).sort((a, b) => b.quality - a.quality)
}

/**
 * Of the line and of the ridges around it, each trusted in turn where the other is not: the sum of their doubled angles, in the sense of
 * the line. Counter-clockwise from +x where y points down, [0, 2π).
 */
function directionAt(flow: Flow, grid: Grid, px: number, py: number, dx: number, dy: number): number {
  const { columns, rows } = grid
  const x = Math.max(0, Math.min(columns - 1.001, (px + 0.5) / blockPx - 0.5))
  const y = Math.max(0, Math.min(rows - 1.001, (py + 0.5) / blockPx - 0.5))
  const column = Math.floor(x)
  const row = Math.floor(y)
  const at = row * columns + column
  const right = column + 1 < columns ? 1 : 0
  const below = row + 1 < rows ? columns : 0
  const [u, v] = [x - column, y - row]
  const mix = (map: Float32Array) =>
    (1 - v) * ((1 - u) * map[at]! + u * map[at + right]!) + v * ((1 - u) * map[at + below]! + u * map[at + below + right]!)
  // The flow is that of the normal: its opposite in doubled angles is that of the ridge.
  const doubled = Math.atan2(2 * dx * dy - mix(flow.y), dx * dx - dy * dy - mix(flow.x)) / 2
  const along = Math.cos(doubled) * dx + Math.sin(doubled) * dy >= 0 ? doubled : doubled + Math.PI
  return (4 * Math.PI - along) % (2 * Math.PI)
}

/**
 * Per cent of chance that another impression of the finger shows it too: a logistic fit over 6,600 minutiae of 30 fingers of three sensors
 * (FVC 2002 DB1 and DB3, 2004 DB1, part B; Maio et al.), by how well the filter agrees, how regular the ridges are, how deep in the print it lies and how straight
 * they flow.
 */
function qualityAt({ agreement, regularity, flow }: PrintMaps, depth: Float32Array, at: number): number {
  const straight = Math.sqrt(flow.x[at]! ** 2 + flow.y[at]! ** 2)
  const odds = 1.2 * agreement[at]! + 2.7 * regularity[at]! + 3.2 * depth[at]! + 0.9 * straight - 5.1
  return Math.max(1, Math.round(100 / (1 + Math.exp(-odds))))
}

const blockAt = ({ columns }: Grid, x: number, y: number): number => Math.floor(y / blockPx) * columns + Math.floor(x / blockPx)

function wellInside(mask: Uint8Array, grid: Grid, x: number, y: number, dx: number, dy: number): boolean {
  const inside = (px: number, py: number) =>
    px >= 0 && py >= 0 && px < grid.widthPx && py < grid.heightPx && mask[blockAt(grid, px, py)] === 1
  for (let i = 0; i < 8; i++) {
    if (!inside(x + insidePx * Math.cos((i * Math.PI) / 4), y + insidePx * Math.sin((i * Math.PI) / 4))) return false
  }
  return inside(x - aheadPx * dx, y - aheadPx * dy)
}

function withoutCrowds(minutiae: readonly Minutia[]): Minutia[] {
  const sorted = [...minutiae].sort((a, b) => a.y - b.y)
  const neighbours = new Int32Array(sorted.length)
  for (let i = 0; i < sorted.length; i++) {
    for (let j = i + 1; j < sorted.length && sorted[j]!.y - sorted[i]!.y <= crowdPx; j++) {
      if (Math.hypot(sorted[i]!.x - sorted[j]!.x, sorted[i]!.y - sorted[j]!.y) > crowdPx) continue
      neighbours[i]!++
      neighbours[j]!++
    }
  }
  return sorted.filter((_, i) => neighbours[i]! <= crowd)
}
