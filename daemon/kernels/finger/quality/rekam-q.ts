// rekam-q: our own score from the features of NFIQ 2, trained on NFIQ 2's scores (bench/train-rekam-q.ts). The mean of two small models that
// err differently: waves, a smooth curve through all features, and shallow trees that know each feature's own steps.

import { featureAt, featureNames } from './histogram.js'
import type { RidgeFacts } from './plausible.js'

/** Numbers of the features alone, nothing of any image. */
export interface RekamQModel {
  readonly version: string
  /** Mean and standard deviation of each input, see `rekamQInputs`. */
  readonly centre: readonly number[]
  readonly spread: readonly number[]
  readonly waves: WaveModel
  readonly trees: TreeModel
}

/** Ridge regression on random Fourier features (Rahimi and Recht 2007) of squashed inputs. */
export interface WaveModel {
  readonly seed: number
  readonly frequency: number
  readonly mean: number
  /** One a wave. */
  readonly weights: readonly number[]
}

/** Boosted regression trees (Friedman 2001), each of seven questions in three levels: 0, then 1 2, then 3 4 5 6. */
export interface TreeModel {
  readonly mean: number
  /** Seven inputs a tree. */
  readonly inputs: readonly number[]
  /** Seven limits a tree: not above goes to the lower question. */
  readonly limits: readonly number[]
  /** Eight values a tree. */
  readonly values: readonly number[]
}

/** The two counts of minutiae stay out: they depend on who extracts them, and on how many a template may hold. */
const inputAt: readonly number[] = featureNames
  .map((_, at) => at)
  .filter((at) => at !== featureAt.minutiae && at !== featureAt.minutiaeInMiddle)

/** What the model looks at of the 69 features. */
export const rekamQInputs = (features: Float64Array): Float64Array => Float64Array.from(inputAt, (at) => features[at]!)

/** Where fewer blocks than this share look like ridges of one finger, the share is the most that is given: print can have pretty strokes. */
const trustedShare = 0.3

/** @returns a whole number from 0 to 100 */
export function rekamQ(model: RekamQModel, features: Float64Array, ridges: RidgeFacts): number {
  const inputs = rekamQInputs(features)
  const score = (waveScore(model, inputs) + treeScore(model.trees, inputs)) / 2
  const share = ridges.agreeing / Math.max(1, ridges.blocks)
  const most = share < trustedShare ? 100 * share : 100
  return Math.round(Math.max(0, Math.min(most, score)))
}

function waveScore({ centre, spread, waves }: Pick<RekamQModel, 'centre' | 'spread' | 'waves'>, inputs: Float64Array): number {
  const heights = waveHeights(waves.seed, waves.frequency, waves.weights.length, squashed(inputs, centre, spread))
  return heights.reduce((sum, height, wave) => sum + height * waves.weights[wave]!, waves.mean)
}

/** Standardised, and outliers drawn in: a sensor that nobody trained on must not throw the sum off. */
export const squashed = (inputs: Float64Array, centre: readonly number[], spread: readonly number[]): Float64Array =>
  inputs.map((value, at) => 2 * Math.tanh((value - centre[at]!) / spread[at]! / 2))

/** cos(frequency · (±x₁ ± x₂ …) + phase) of each wave, signs and phase drawn from the seed (xorshift32, Marsaglia 2003). */
export function waveHeights(seed: number, frequency: number, count: number, inputs: Float64Array): Float64Array {
  const heights = new Float64Array(count)
  const scale = Math.sqrt(2 / count)
  let state = seed | 0
  for (let wave = 0; wave < count; wave++) {
    let sum = 0
    for (let at = 0; at < inputs.length; at++) {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      sum += state < 0 ? -inputs[at]! : inputs[at]!
    }
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    heights[wave] = scale * Math.cos(frequency * sum + (2 * Math.PI * (state >>> 0)) / 2 ** 32)
  }
  return heights
}

function treeScore({ mean, inputs: asked, limits, values }: TreeModel, inputs: Float64Array): number {
  let score = mean
  for (let tree = 0, value = 0; tree < asked.length; tree += 7, value += 8) {
    let question = 0
    for (let level = 0; level < 3; level++) {
      const at = tree + question
      question = 2 * question + (inputs[asked[at]!]! <= limits[at]! ? 1 : 2)
    }
    score += values[value + question - 7]!
  }
  return score
}
