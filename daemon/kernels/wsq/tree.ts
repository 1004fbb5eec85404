// Geometry of WSQ: where the 20 splits and 64 subbands of an image lie (IAFIS-IC-0110 v3, figures of the decomposition). Knows no pixels.

/** A rectangle of the coefficient plane, pixels from the top left. */
export interface Band {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A rectangle that is split in four. An inverted direction stores its high half first (left or top). */
export interface SplitNode extends Band {
  readonly invertRows: boolean
  readonly invertColumns: boolean
  /** How many splits stand above it; 0 is the whole image. */
  readonly depth: number
}

export interface WaveletTree {
  /** 20 splits in the order of analysis; synthesis runs backwards. */
  readonly nodes: readonly SplitNode[]
  /** 64 subbands in coding order; 60..63 are never coded. */
  readonly subbands: readonly Band[]
}

export const codedSubbands = 60
export const subbandCount = 64

/** First subband of each entropy block, and the end of the last one. */
export const blockBounds: readonly number[] = [0, 19, 52, 60]

type Quadrant = 0 | 1 | 2 | 3

// [parent, quadrant (0 TL, 1 TR, 2 BL, 3 BR), rows inverted, columns inverted]
const nodeTable: readonly (readonly [number, Quadrant, boolean, boolean])[] = [
  [0, 0, false, false],
  [0, 0, false, false],
  [0, 1, true, false],
  [0, 2, false, true],
  [1, 1, true, false],
  [1, 2, false, true],
  [4, 0, false, false],
  [4, 1, true, false],
  [4, 2, false, true],
  [4, 3, true, true],
  [5, 0, false, false],
  [5, 1, true, false],
  [5, 2, false, true],
  [5, 3, true, true],
  [1, 0, false, false],
  [14, 0, false, false],
  [14, 1, true, false],
  [14, 2, false, true],
  [14, 3, true, true],
  [15, 0, false, false],
]

/** Length of the low half of a line of `length` samples. */
export const lowLength = (length: number): number => (length + 1) >> 1

function quadrantOf(node: SplitNode, quadrant: Quadrant): Band {
  const left = node.invertRows ? node.width >> 1 : lowLength(node.width)
  const top = node.invertColumns ? node.height >> 1 : lowLength(node.height)
  const right = (quadrant & 1) === 1
  const bottom = (quadrant & 2) === 2
  return {
    x: node.x + (right ? left : 0),
    y: node.y + (bottom ? top : 0),
    width: right ? node.width - left : left,
    height: bottom ? node.height - top : top,
  }
}

/** The tree of an image of `widthPx` x `heightPx`. Small images give empty rectangles, which every kernel skips. */
export function waveletTree(widthPx: number, heightPx: number): WaveletTree {
  const nodes: SplitNode[] = [{ x: 0, y: 0, width: widthPx, height: heightPx, invertRows: false, invertColumns: false, depth: 0 }]
  for (const [parent, quadrant, invertRows, invertColumns] of nodeTable.slice(1)) {
    nodes.push({ ...quadrantOf(nodes[parent]!, quadrant), invertRows, invertColumns, depth: nodes[parent]!.depth + 1 })
  }
  const subbands: Band[] = []
  const take = (node: number, ...quadrants: readonly Quadrant[]) => {
    for (const quadrant of quadrants) subbands.push(quadrantOf(nodes[node]!, quadrant))
  }
  take(19, 0, 1, 2, 3)
  take(15, 1, 2, 3)
  for (const node of [16, 17, 18, 6, 7, 8, 9, 10, 11, 12, 13]) take(node, 0, 1, 2, 3)
  take(1, 3)
  take(2, 0, 1, 2, 3)
  take(3, 0, 1, 2, 3)
  // The last quarter has four numbers and one rectangle; it is never coded.
  for (let i = 0; i < 4; i++) take(0, 3)
  return { nodes, subbands }
}
