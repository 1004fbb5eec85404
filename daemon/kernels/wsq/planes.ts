// Two coefficient planes in the twins' memory and the way of the wavelet through them: every split reads one plane and writes the other.

import type { Simd } from '../simd/simd.js'
import { type AnalysisFilters, synthesisFilters } from './filters.js'
import type { SplitNode, WaveletTree } from './tree.js'

export type Take = (bytes: number) => number

export interface Planes {
  /** Bytes from row to row. */
  readonly stride: number
  /** Address of the first coefficient of a subband or of a rectangle in it. */
  addressOf(subband: number, at: { readonly x: number; readonly y: number }): number
  /** Splits grey at address `grey` into subbands, all but 60..63. @param levels as `levelsOf` gives them */
  analyse(grey: number, levels: { readonly mean: number; readonly scale: number }, filters: AnalysisFilters): void
  /** Joins the coded subbands to grey at address `grey`, which has 16 bytes more than the image. Filters of 9 and 7 taps. */
  synthesise(grey: number, levels: { readonly mean: number; readonly scale: number }, filters: AnalysisFilters): void
  /** Sets all coded coefficients to zero. */
  clear(): void
}

/** Kernels read up to 28 bytes behind a row. */
const slackBytes = 64

export function takePlanes({ kernels, memory }: Simd, take: Take, tree: WaveletTree): Planes {
  const { width, height } = tree.nodes[0]!
  // An odd number of cache lines a row: rows below each other then do not fall on each other in the cache.
  const stride = 64 * (Math.ceil(width / 16) | 1)
  const bytes = stride * height + slackBytes
  // By the parity of a node's depth: [0] is read when the root is joined, [1] by its children, and so on; splitting goes the other way.
  const planes = [take(bytes), take(bytes)] as const
  const lines = take(kernels.wsqLineBytes(width))
  const taps = take(9 * 4)
  const setTaps = (low: Float64Array, high: Float64Array) => new Float32Array(memory.buffer, taps, 9).set([...low, ...high])
  const nodes = tree.nodes.filter((node) => node.depth > 0 && node.width > 0 && node.height > 0)
  const inverted = (node: SplitNode) => (node.invertRows ? 1 : 0) + (node.invertColumns ? 2 : 0)
  // The four smallest subbands are the quadrants of the one node of depth 4, all others of nodes of odd depth.
  const planeOf = (subband: number) => planes[subband < 4 ? 0 : 1]
  return {
    stride,
    addressOf: (subband, { x, y }) => planeOf(subband) + y * stride + 4 * x,
    analyse: (grey, { mean, scale }, { low, high }) => {
      setTaps(low.half, high.half)
      kernels.wsqSplitGrey(grey, planes[0], stride, width, height, mean, scale, taps, lines)
      for (const node of nodes) {
        const [to, from] = sides(planes, node.depth)
        kernels.wsqSplit(from, to, stride, node.x, node.y, node.width, node.height, inverted(node), taps, lines)
      }
    },
    synthesise: (grey, { mean, scale }, filters) => {
      const { low, high } = synthesisFilters(filters)
      setTaps(low.taps.subarray(low.centre), high.taps.subarray(high.centre))
      for (const node of nodes.toReversed()) {
        const [from, to] = sides(planes, node.depth)
        kernels.wsqJoin(from, to, stride, node.x, node.y, node.width, node.height, inverted(node), taps, lines)
      }
      kernels.wsqJoinGrey(planes[0], grey, stride, width, height, scale, mean + 0.5, taps, lines)
    },
    clear: () => {
      kernels.wsqClear(planes[0], tree.nodes.at(-1)!.height * stride)
      kernels.wsqClear(planes[1], bytes)
    },
  }
}

/** The plane with the quadrants of nodes of that depth, and the one with the nodes themselves. */
const sides = (planes: readonly [number, number], depth: number): readonly [number, number] =>
  depth % 2 === 0 ? planes : [planes[1], planes[0]]
