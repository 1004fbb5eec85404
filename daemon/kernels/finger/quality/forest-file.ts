// Reads a forest from the text that OpenCV writes (FileStorage, YAML 1.0), piece by piece: NIST's file for NFIQ 2 has 54.7 MB. Nodes come
// in pre-order, each beginning with its depth; of a node only class and first split count. Any other bytes end in a Fault.

import { createHash } from 'node:crypto'
import { Fault } from '../../../../protocol/fault.js'
import { inverted, leaf, type QualityForest } from './forest.js'
import { featureNames } from './histogram.js'
import { KeyScanner } from './key-scanner.js'

/** Four times NIST's file. */
const mostBytes = 256 * 1024 * 1024
/** NIST's has 100 trees of 144,624 nodes, at most 25 deep. */
const mostTrees = 1_000
const mostNodes = 4_000_000
const mostDepth = 64

/**
 * @param chunks  the file's bytes, in pieces of any size
 * @throws Fault `input.corrupt` (with the line), `input.unsupported` (zip, regression, splits on categories), `input.too_large`
 */
export async function readForest(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<QualityForest> {
  const hash = createHash('md5')
  const builder = new ForestBuilder()
  const scanner = new KeyScanner((key, value, line) => builder.take(key, value, line))
  let size = 0
  for await (const chunk of chunks) {
    if (size === 0 && chunk[0] === 0x50 && chunk[1] === 0x4b) throw unsupported('zip')
    size += chunk.length
    if (size > mostBytes) throw new Fault('input.too_large', { field: 'nfiq2_model', size, limit: mostBytes })
    hash.update(chunk)
    scanner.push(chunk)
  }
  scanner.end()
  return builder.done(hash.digest('hex'), scanner.line)
}

const corrupt = (reason: string, line: number): Fault => new Fault('input.corrupt', { field: 'nfiq2_model', reason, line })
const unsupported = (reason: string): Fault => new Fault('input.unsupported', { field: 'nfiq2_model', reason })

/** Takes keys and values in the file's order and puts the trees together. */
class ForestBuilder {
  private expectedTrees: number | undefined
  private readonly roots: number[] = []
  private feature = new Uint8Array(1024)
  private threshold = new Float32Array(1024)
  private second = new Int32Array(1024)
  private count = 0
  /** Nodes of the tree at hand whose second child is yet to come, and the depth of each. */
  private readonly open = new Int32Array(mostDepth + 1)
  private readonly openDepth = new Int32Array(mostDepth + 1)
  private openCount = 0
  /** Of the node at hand. */
  private depth = -1
  private nodeClass = -1
  private hasSplit = false
  private splitFeature = -1
  private hasThreshold = false

  take(key: string, value: string, line: number): void {
    switch (key) {
      case 'ntrees':
        this.expectedTrees = whole(value, 1, mostTrees, 'ntrees', line)
        return
      case 'is_classifier':
        if (whole(value, 0, 1, 'is_classifier', line) === 0) throw unsupported('regression')
        return
      case 'var_all':
      case 'var_count':
        if (whole(value, 0, 1_000_000, key, line) !== featureNames.length) throw corrupt(key, line)
        return
      case 'nodes':
        this.endTree(line)
        if (this.roots.length === mostTrees) throw corrupt('trees', line)
        this.roots.push(this.count)
        return
      case 'depth':
        this.endNode(line)
        this.beginNode(whole(value, 0, mostDepth, 'depth', line), line)
        return
      default:
        if (this.depth >= 0) this.takeOfNode(key, value, line)
    }
  }

  private takeOfNode(key: string, value: string, line: number): void {
    const node = this.count - 1
    if (key === 'norm_class_idx') {
      this.nodeClass = whole(value, 0, 1, key, line)
    } else if (key === 'var') {
      // Further splits of a node are surrogates for missing values: there are none here.
      if (this.hasThreshold) return
      if (this.splitFeature >= 0) throw corrupt('threshold', line)
      this.splitFeature = whole(value, 0, featureNames.length - 1, key, line)
      this.hasSplit = true
    } else if (key === 'le' || key === 'gt') {
      if (this.hasThreshold) return
      if (this.splitFeature < 0) throw corrupt('var', line)
      const number = Number(value)
      if (value === '' || !Number.isFinite(number)) throw corrupt(key, line)
      this.feature[node] = key === 'gt' ? this.splitFeature + inverted : this.splitFeature
      this.threshold[node] = number
      this.hasThreshold = true
    } else if ((key === 'in' || key === 'not_in') && !this.hasThreshold) {
      throw unsupported('categories')
    }
  }

  private beginNode(depth: number, line: number): void {
    if (this.roots.length === 0) throw corrupt('nodes', line)
    const root = this.roots[this.roots.length - 1]!
    if (this.count === root) {
      if (depth !== 0) throw corrupt('depth', line)
    } else if (this.hasSplit) {
      if (depth !== this.depth + 1) throw corrupt('depth', line)
    } else {
      if (this.openCount === 0) throw corrupt('tree', line)
      this.openCount--
      if (depth !== this.openDepth[this.openCount]! + 1) throw corrupt('depth', line)
      this.second[this.open[this.openCount]!] = this.count
    }
    if (this.count === mostNodes) throw new Fault('input.too_large', { field: 'nfiq2_model', limit: mostNodes })
    if (this.count === this.feature.length) this.grow()
    this.count++
    this.depth = depth
    this.nodeClass = -1
    this.hasSplit = false
    this.splitFeature = -1
    this.hasThreshold = false
  }

  private endNode(line: number): void {
    if (this.depth < 0) return
    const node = this.count - 1
    if (this.nodeClass < 0) throw corrupt('norm_class_idx', line)
    if (!this.hasSplit) {
      this.feature[node] = leaf
      this.threshold[node] = this.nodeClass
      return
    }
    if (!this.hasThreshold) throw corrupt('threshold', line)
    if (this.openCount > mostDepth) throw corrupt('depth', line)
    this.open[this.openCount] = node
    this.openDepth[this.openCount] = this.depth
    this.openCount++
  }

  private endTree(line: number): void {
    this.endNode(line)
    if (this.openCount > 0 || (this.roots.length > 0 && this.count === this.roots[this.roots.length - 1])) throw corrupt('tree', line)
    this.depth = -1
  }

  private grow(): void {
    const feature = new Uint8Array(2 * this.count)
    const threshold = new Float32Array(2 * this.count)
    const second = new Int32Array(2 * this.count)
    feature.set(this.feature)
    threshold.set(this.threshold)
    second.set(this.second)
    this.feature = feature
    this.threshold = threshold
    this.second = second
  }

  done(md5: string, line: number): QualityForest {
    this.endTree(line)
    if (this.roots.length === 0) throw corrupt('trees', line)
    if (this.expectedTrees !== undefined && this.expectedTrees !== this.roots.length) throw corrupt('ntrees', line)
    return {
      treeCount: this.roots.length,
      roots: Int32Array.from(this.roots),
      feature: this.feature.slice(0, this.count),
      threshold: this.threshold.slice(0, this.count),
      second: this.second.slice(0, this.count),
      md5,
    }
  }
}

function whole(text: string, least: number, most: number, reason: string, line: number): number {
  const value = Number(text)
  if (!/^\d{1,9}$/.test(text) || value < least || value > most) throw corrupt(reason, line)
  return value
}
