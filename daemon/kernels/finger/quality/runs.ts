// Connected regions of a two-valued mask by its runs per row: few runs make it cheap, whatever the image's size.

export interface Region {
  left: number
  top: number
  right: number
  bottom: number
  /** A pixel lies in the image's first or last row or column. */
  touchesBorder: boolean
}

export interface Regions {
  /** Per run: row, first and last column, and the region's number. */
  readonly row: readonly number[]
  readonly from: readonly number[]
  readonly to: readonly number[]
  readonly regionOf: readonly number[]
  /** Bounding boxes, by the first pixel in reading order. */
  readonly regions: readonly Region[]
}

/** Regions of pixels that equal `value`. Neighbours are left, right, above and below, with `diagonal` 1 the four at the corners too. */
export function regionsOf(mask: Uint8Array, widthPx: number, heightPx: number, value: number, diagonal: 0 | 1): Regions {
  const row: number[] = []
  const from: number[] = []
  const to: number[] = []
  const parent: number[] = []
  let above = 0
  for (let y = 0; y < heightPx; y++) {
    const first = row.length
    addRuns(mask, widthPx, y, value, row, from, to)
    for (let run = first; run < row.length; run++) {
      parent.push(run)
      while (above < first && to[above]! + diagonal < from[run]!) above++
      for (let touching = above; touching < first && from[touching]! <= to[run]! + diagonal; touching++) join(parent, touching, run)
    }
    above = first
  }
  const touches = (run: number) => row[run] === 0 || row[run] === heightPx - 1 || from[run] === 0 || to[run] === widthPx - 1
  const numberOf = new Map<number, number>()
  const regions: Region[] = []
  const regionOf = row.map((y, run) => {
    const root = rootOf(parent, run)
    const known = numberOf.get(root)
    if (known === undefined) {
      numberOf.set(root, regions.length)
      regions.push({ left: from[run]!, top: y, right: to[run]!, bottom: y, touchesBorder: touches(run) })
      return regions.length - 1
    }
    const region = regions[known]!
    region.left = Math.min(region.left, from[run]!)
    region.right = Math.max(region.right, to[run]!)
    region.bottom = y
    region.touchesBorder ||= touches(run)
    return known
  })
  return { row, from, to, regionOf, regions }
}

function addRuns(mask: Uint8Array, widthPx: number, y: number, value: number, row: number[], from: number[], to: number[]): void {
  const line = y * widthPx
  let start = -1
  for (let x = 0; x <= widthPx; x++) {
    const inside = x < widthPx && mask[line + x] === value
    if (inside && start < 0) start = x
    if (!inside && start >= 0) {
      row.push(y)
      from.push(start)
      to.push(x - 1)
      start = -1
    }
  }
}

function rootOf(parent: number[], run: number): number {
  let root = run
  while (parent[root] !== root) root = parent[root]!
  for (let each = run; each !== root; ) {
    const next = parent[each]!
    parent[each] = root
    each = next
  }
  return root
}

/** The earlier run stays the root, so that roots are first in reading order. */
function join(parent: number[], a: number, b: number): void {
  const rootA = rootOf(parent, a)
  const rootB = rootOf(parent, b)
  parent[Math.max(rootA, rootB)] = Math.min(rootA, rootB)
}
