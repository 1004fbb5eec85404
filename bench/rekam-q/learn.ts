// The two learners of rekam-q: ridge regression on waves and boosted shallow trees. Deterministic by their seed; small data, plain code.

import { squashed, type TreeModel, type WaveModel, waveHeights } from '../../daemon/kernels/finger/quality/rekam-q.js'

export interface Sample {
  readonly inputs: Float64Array
  readonly score: number
}

/** Uniform in [0, 1), repeatable: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Mean and standard deviation of each input; inputs that never vary get a spread of 1. */
export function scaleOf(samples: readonly Sample[]): { centre: number[]; spread: number[] } {
  const centre: number[] = []
  const spread: number[] = []
  for (let at = 0; at < samples[0]!.inputs.length; at++) {
    const values = samples.map(({ inputs }) => inputs[at]!)
    const middle = mean(values)
    const deviation = Math.sqrt(mean(values.map((value) => (value - middle) ** 2)))
    centre.push(middle)
    spread.push(deviation > 1e-9 ? deviation : 1)
  }
  return { centre, spread }
}

export interface WaveOptions {
  readonly seed: number
  readonly count: number
  /** Width of the kernel: larger bends more. */
  readonly bend: number
  readonly penalty: number
}

/** Solved in the samples' space: there are fewer samples than waves. */
export function learnWaves(
  samples: readonly Sample[],
  scale: { centre: readonly number[]; spread: readonly number[] },
  { seed, count, bend, penalty }: WaveOptions,
): WaveModel {
  const frequency = Math.sqrt((2 * bend) / scale.centre.length)
  const heights = samples.map(({ inputs }) => waveHeights(seed, frequency, count, squashed(inputs, scale.centre, scale.spread)))
  const middle = mean(samples.map(({ score }) => score))
  const matrix = heights.map((a, row) =>
    Float64Array.from(heights, (b, column) => a.reduce((sum, value, at) => sum + value * b[at]!, row === column ? penalty : 0)),
  )
  const shares = solve(
    matrix,
    Float64Array.from(samples, ({ score }) => score - middle),
  )
  const weights = Array.from({ length: count }, (_, wave) => heights.reduce((sum, each, row) => sum + each[wave]! * shares[row]!, 0))
  return { seed, frequency, mean: middle, weights }
}

/** Cholesky; the matrix is symmetric and positive definite. */
function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const size = matrix.length
  const lower = matrix.map((row) => row.slice())
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = lower[i]![j]!
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!
      lower[i]![j] = i === j ? Math.sqrt(sum) : sum / lower[j]![j]!
    }
  }
  const x = right.slice()
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) x[i]! -= lower[i]![k]! * x[k]!
    x[i]! /= lower[i]![i]!
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i]! -= lower[k]![i]! * x[k]!
    x[i]! /= lower[i]![i]!
  }
  return x
}

export interface TreeOptions {
  readonly seed: number
  readonly count: number
  readonly rate: number
  readonly leastLeaf: number
  /** Of the samples for each tree, of the inputs for each question. */
  readonly sampleShare: number
  readonly inputShare: number
}

export function learnTrees(samples: readonly Sample[], options: TreeOptions): TreeModel {
  const random = seeded(options.seed)
  const middle = mean(samples.map(({ score }) => score))
  const rest = Float64Array.from(samples, ({ score }) => score - middle)
  const model = { mean: middle, inputs: [] as number[], limits: [] as number[], values: [] as number[] }
  const drawn = Math.round(options.sampleShare * samples.length)
  for (let tree = 0; tree < options.count; tree++) {
    const chosen = shuffled(samples.length, random).slice(0, drawn)
    const { inputs, limits, values } = growTree(samples, rest, chosen, options, random)
    const scaled = values.map((value) => value * options.rate)
    model.inputs.push(...inputs)
    model.limits.push(...limits)
    model.values.push(...scaled)
    samples.forEach((sample, at) => {
      let question = 0
      for (let level = 0; level < 3; level++) question = 2 * question + (sample.inputs[inputs[question]!]! <= limits[question]! ? 1 : 2)
      rest[at]! -= scaled[question - 7]!
    })
  }
  return model
}

function shuffled(count: number, random: () => number): number[] {
  const order = Array.from({ length: count }, (_, at) => at)
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    const kept = order[at]!
    order[at] = order[other]!
    order[other] = kept
  }
  return order
}

/** Three levels of questions, always: one that finds no good split lets everything pass to its lower side. */
function growTree(
  samples: readonly Sample[],
  rest: Float64Array,
  chosen: readonly number[],
  options: TreeOptions,
  random: () => number,
): { inputs: number[]; limits: number[]; values: number[] } {
  const inputs: number[] = []
  const limits: number[] = []
  const groups: (readonly number[])[] = [chosen]
  for (let question = 0; question < 7; question++) {
    const group = groups[question]!
    const found = bestSplit(samples, rest, group, options, random)
    inputs.push(found?.input ?? 0)
    limits.push(found?.limit ?? Number.MAX_VALUE)
    const isLow = (at: number) => !found || samples[at]!.inputs[found.input]! <= found.limit
    groups[2 * question + 1] = group.filter(isLow)
    groups[2 * question + 2] = group.filter((at) => !isLow(at))
  }
  return { inputs, limits, values: groups.slice(7).map((group) => (group.length === 0 ? 0 : mean(group.map((at) => rest[at]!)))) }
}

function bestSplit(
  samples: readonly Sample[],
  rest: Float64Array,
  group: readonly number[],
  { leastLeaf, inputShare }: TreeOptions,
  random: () => number,
): { input: number; limit: number } | undefined {
  if (group.length < 2 * leastLeaf) return undefined
  const inputCount = samples[0]!.inputs.length
  const total = group.reduce((sum, at) => sum + rest[at]!, 0)
  let best: { input: number; limit: number } | undefined
  let most = (total * total) / group.length
  for (const input of shuffled(inputCount, random).slice(0, Math.round(inputShare * inputCount))) {
    const sorted = [...group].sort((a, b) => samples[a]!.inputs[input]! - samples[b]!.inputs[input]!)
    let low = 0
    for (let count = 1; count <= sorted.length - leastLeaf; count++) {
      low += rest[sorted[count - 1]!]!
      const here = samples[sorted[count - 1]!]!.inputs[input]!
      const next = samples[sorted[count]!]!.inputs[input]!
      if (count < leastLeaf || here === next) continue
      const gain = (low * low) / count + (total - low) ** 2 / (sorted.length - count)
      if (gain > most) {
        most = gain
        best = { input, limit: (here + next) / 2 }
      }
    }
  }
  return best
}

/** Rank correlation (Spearman 1904), ties at their mean rank. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  const x = ranks(a)
  const y = ranks(b)
  const middle = (a.length - 1) / 2
  let both = 0
  let xx = 0
  let yy = 0
  for (let at = 0; at < x.length; at++) {
    both += (x[at]! - middle) * (y[at]! - middle)
    xx += (x[at]! - middle) ** 2
    yy += (y[at]! - middle) ** 2
  }
  return both / Math.sqrt(xx * yy)
}

function ranks(values: readonly number[]): number[] {
  const order = values.map((_, at) => at).sort((p, q) => values[p]! - values[q]!)
  const rank = new Array<number>(values.length)
  for (let first = 0; first < order.length; ) {
    let last = first
    while (last + 1 < order.length && values[order[last + 1]!] === values[order[first]!]) last++
    for (let at = first; at <= last; at++) rank[order[at]!] = (first + last) / 2
    first = last + 1
  }
  return rank
}
