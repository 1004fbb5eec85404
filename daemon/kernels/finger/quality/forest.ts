// The forest of NFIQ 2 in memory: trees in pre-order, the first child right behind its parent. How it is read: forest-file.ts.

export interface QualityForest {
  readonly treeCount: number
  /** Index of each tree's first node. */
  readonly roots: Int32Array
  /** Feature that a node asks for, plus `inverted` when larger values lead to the first child; `leaf` when it asks for none. */
  readonly feature: Uint8Array
  /** A feature that is not above it leads to the first child, unless inverted. Of a leaf: the class. */
  readonly threshold: Float32Array
  /** Index of the second child. */
  readonly second: Int32Array
  /** MD5 of the file it was read from, in hexadecimal. */
  readonly md5: string
}

export const leaf = 255
export const inverted = 128

/** MD5 of NIST's file for NFIQ 2 v2.1 and v2.2, whose features these are. */
const nistMd5 = 'ccd75820b48c19f1645ef5e9c481c592'

/** Whether it is the forest that NIST published; another one is used too, but its score is whatever it was trained for. */
export const isNistForest = (forest: QualityForest): boolean => forest.md5 === nistMd5

/** Share of the trees that vote for class 1, in percent, rounded: with NIST's 100 trees their number. */
export function forestScore(forest: QualityForest, features: Float64Array): number {
  const { feature, threshold, second } = forest
  // OpenCV compares in single precision.
  const values = Float32Array.from(features)
  let votes = 0
  for (const root of forest.roots) {
    let node = root
    for (let asked = feature[node]!; asked !== leaf; asked = feature[node]!) {
      const isLow = values[asked & ~inverted]! <= threshold[node]!
      node = isLow === asked < inverted ? node + 1 : second[node]!
    }
    votes += threshold[node]!
  }
  return Math.floor((100 * votes) / forest.treeCount + 0.5)
}
