// Trains rekam-q on images with known NFIQ 2 scores and says how well it would do on a sensor that it has not seen:
// node dist/bench/train-rekam-q.js DATA [OUT]. Without OUT it only reports. Same data and code, same model.

import { writeFileSync } from 'node:fs'
import { extractTemplate } from '../daemon/kernels/finger/extract.js'
import { qualityFeatures } from '../daemon/kernels/finger/quality/features.js'
import { withoutFrame } from '../daemon/kernels/finger/quality/frame.js'
import type { RidgeFacts } from '../daemon/kernels/finger/quality/plausible.js'
import { type RekamQModel, rekamQ, rekamQInputs } from '../daemon/kernels/finger/quality/rekam-q.js'
import { openSimd } from '../daemon/kernels/simd/simd.js'
import { type GoldenRow, goldenImage, goldenRows } from './rekam-q/golden.js'
import { learnTrees, learnWaves, type Sample, scaleOf, spearman } from './rekam-q/learn.js'

/** Chosen by leaving one set out; the results change little around them. */
const waveOptions = { seed: 20_260, count: 1024, bend: 0.45, penalty: 0.1 }
const treeOptions = { seed: 7, count: 300, rate: 0.03, leastLeaf: 5, sampleShare: 0.5, inputShare: 0.15 }

const simd = openSimd()

interface Known extends Sample {
  readonly set: string
  readonly features: Float64Array
  readonly ridges: RidgeFacts
}

async function known(dataFolder: string, row: GoldenRow, score: number): Promise<Known> {
  const { grey, widthPx, heightPx } = await goldenImage(dataFolder, row)
  const cut = withoutFrame(grey, widthPx, heightPx)
  const { minutiae } = extractTemplate(cut.grey, cut.widthPx, cut.heightPx, {}, simd)
  const { values, ridges } = qualityFeatures(cut.grey, cut.widthPx, cut.heightPx, minutiae, simd)
  return { set: row.set, score, features: values, inputs: rekamQInputs(values), ridges }
}

function train(samples: readonly Known[]): RekamQModel {
  const scale = scaleOf(samples)
  return { version: '1', ...scale, waves: learnWaves(samples, scale, waveOptions), trees: learnTrees(samples, treeOptions) }
}

interface Guess {
  readonly set: string
  readonly score: number
  readonly guess: number
}

const guesses = (model: RekamQModel, samples: readonly Known[]): Guess[] =>
  samples.map(({ set, score, features, ridges }) => ({ set, score, guess: rekamQ(model, features, ridges) }))

function report(name: string, all: readonly Guess[]): void {
  const correlation = spearman(
    all.map(({ guess }) => guess),
    all.map(({ score }) => score),
  )
  const error = all.reduce((sum, { guess, score }) => sum + Math.abs(guess - score), 0) / all.length
  const bias = all.reduce((sum, { guess, score }) => sum + guess - score, 0) / all.length
  console.log(
    `${name.padEnd(24)} ${String(all.length).padStart(4)} images  Spearman ${correlation.toFixed(3)}  error ${error.toFixed(1)}  bias ${bias.toFixed(1)}`,
  )
}

/** Six digits are far more than the scores can tell. */
function moduleText(model: RekamQModel): string {
  const digits = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(6)) : value)
  return `// Written by bench/train-rekam-q.ts: do not edit. Numbers of the model, nothing of any image.

import type { RekamQModel } from './rekam-q.js'

export const rekamQModel: RekamQModel = ${JSON.stringify(model, digits)}
`
}

const [dataFolder, out] = process.argv.slice(2)
if (dataFolder === undefined) {
  console.error('usage: train-rekam-q DATA [OUT]')
  process.exit(2)
}
const samples: Known[] = []
for (const row of await goldenRows(dataFolder)) if (row.score !== undefined) samples.push(await known(dataFolder, row, row.score))
const sets = [...new Set(samples.map(({ set }) => set))]
const unseen = sets.map((set) =>
  guesses(
    train(samples.filter((sample) => sample.set !== set)),
    samples.filter((sample) => sample.set === set),
  ),
)
console.log('Each set as judged by a model of the others:')
sets.forEach((set, at) => {
  report(set, unseen[at] ?? [])
})
report('all', unseen.flat())
const model = train(samples)
console.log('The model of all, on what it was trained on:')
report('all', guesses(model, samples))
if (out !== undefined) writeFileSync(out, moduleText(model))
