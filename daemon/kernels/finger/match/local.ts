// Which minutiae have like neighbourhoods: all cylinders against all, the most alike pairs go on.

import type { Simd } from '../../simd/simd.js'
import { cylinderWords } from './cylinder.js'
import type { PreparedTemplate } from './prepared.js'
import { type MatchWorkspace, mostPairs } from './workspace.js'

/** Evidence (set bits in both) at which a similarity counts half. */
const halfEvidence = 6
const leastLikeness = 0.05
/** How many pairs go on. */
const pairsAtLeast = 16
const pairsPerMinutia = 0.8

const popcount = (bits: number): number => {
  let v = bits - ((bits >>> 1) & 0x55555555)
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333)
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Fills `similarity` (rows of `a`, `b.count` wide), 0 to 1. */
export function compareCylinders(a: PreparedTemplate, b: PreparedTemplate, similarity: Float32Array, simd?: Simd): void {
  if (simd) compareBySimd(a, b, similarity, simd)
  else compareByWord(a, b, similarity)
}

function compareByWord(a: PreparedTemplate, b: PreparedTemplate, similarity: Float32Array): void {
  for (let i = 0; i < a.count; i++) {
    for (let j = 0; j < b.count; j++) {
      similarity[i * b.count + j] = a.usable[i] === 1 && b.usable[j] === 1 ? alike(a, i, b, j) : 0
    }
  }
}

function compareBySimd(a: PreparedTemplate, b: PreparedTemplate, similarity: Float32Array, { kernels, lease, memory }: Simd): void {
  const wordBytes = 4
  const [aBytes, bBytes] = [a.bits.length * wordBytes, b.bits.length * wordBytes]
  const cells = a.count * b.count
  lease((take) => {
    const [aBits, aValid, aUsable] = [take(aBytes), take(aBytes), take(a.count)]
    const [bBits, bValid, bUsable] = [take(bBytes), take(bBytes), take(b.count)]
    const out = take(cells * wordBytes)
    const words = new Int32Array(memory.buffer)
    const bytes = new Uint8Array(memory.buffer)
    words.set(a.bits, aBits / wordBytes)
    words.set(a.valid, aValid / wordBytes)
    bytes.set(a.usable, aUsable)
    words.set(b.bits, bBits / wordBytes)
    words.set(b.valid, bValid / wordBytes)
    bytes.set(b.usable, bUsable)
    kernels.matchCylinders(a.count, aBits, aValid, aUsable, b.count, bBits, bValid, bUsable, cylinderWords, halfEvidence, out)
    similarity.set(new Float32Array(memory.buffer, out, cells))
  })
}

function alike(a: PreparedTemplate, i: number, b: PreparedTemplate, j: number): number {
  let common = 0
  let different = 0
  let atA = i * cylinderWords
  let atB = j * cylinderWords
  for (let w = 0; w < cylinderWords; w++, atA++, atB++) {
    const p = a.bits[atA]!
    const q = b.bits[atB]!
    common += popcount(p & q)
    different += popcount((p ^ q) & a.valid[atA]! & b.valid[atB]!)
  }
  // 1 - |p - q| / (|p| + |q|) of the paper for cylinders of like weight, stretched so that nothing in common is 0.
  const total = different + 2 * common
  if (total === 0) return 0
  return (1 - Math.sqrt(different / total)) * (common / (common + halfEvidence))
}

/**
 * The most alike of all, each measured by the best that its two minutiae could have had as well.
 * @returns number of pairs in `pairA`, `pairB`, `strength`, in order of the minutiae
 */
export function selectPairs(a: PreparedTemplate, b: PreparedTemplate, work: MatchWorkspace): number {
  const { similarity, likeness, histogram, pairA, pairB, strength } = work
  const cells = a.count * b.count
  const wanted = Math.min(mostPairs, pairsAtLeast + Math.round(pairsPerMinutia * Math.min(a.count, b.count)))
  weighByRivals(a.count, b.count, work)
  histogram.fill(0)
  for (let at = 0; at < cells; at++) histogram[(likeness[at]! * 256) | 0]!++
  let level = 256
  let above = 0
  while (level > leastLikeness * 256 && above + histogram[level]! <= wanted) above += histogram[level--]!
  let found = 0
  for (let i = 0; i < a.count; i++) {
    for (let j = 0; j < b.count; j++) {
      const at = i * b.count + j
      if (likeness[at]! * 256 < level + 1 || found === mostPairs) continue
      pairA[found] = i
      pairB[found] = j
      strength[found++] = similarity[at]!
    }
  }
  return found
}

/** `likeness`: similarity, less where the row or the column has better. */
function weighByRivals(rows: number, columns: number, { similarity, likeness, rowBest, columnBest }: MatchWorkspace): void {
  rowBest.fill(0, 0, rows)
  columnBest.fill(0, 0, columns)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const value = similarity[i * columns + j]!
      if (value > rowBest[i]!) rowBest[i] = value
      if (value > columnBest[j]!) columnBest[j] = value
    }
  }
  for (let j = 0; j < columns; j++) columnBest[j] = 1 / Math.sqrt(columnBest[j]! + 1e-9)
  for (let i = 0; i < rows; i++) {
    const byRow = 1 / Math.sqrt(rowBest[i]! + 1e-9)
    for (let j = 0; j < columns; j++) {
      const value = similarity[i * columns + j]!
      likeness[i * columns + j] = value * value * byRow * columnBest[j]!
    }
  }
}
