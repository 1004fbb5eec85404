// Fits the weights of the matcher's score and its scale: `node dist/bench/match-fit.js DIR…`, folders as for fvc.ts, several extractors mixed as given.
// Prints what goes into daemon/kernels/finger/match/score.ts and the error rates of each folder's fingers under weights fitted without them.

import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import { featureNames } from '../daemon/kernels/finger/match/score.js'
import { compareTemplates, openWorkspace } from '../daemon/kernels/finger/match.js'
import { openSimd } from '../daemon/kernels/simd/simd.js'
import { type Impression, readFolder } from './fvc.js'
import { errorRates, thresholdAt } from './fvc-rates.js'

interface Sample {
  /** Image set of both sides; different sets are different fingers. */
  readonly setA: string
  readonly setB: string
  readonly genuine: boolean
  /** Nothing where the matcher found nothing to describe. */
  readonly features: Float64Array | undefined
}

interface Model {
  readonly bias: number
  readonly weights: readonly number[]
}

/** Of the comparisons across sets one in so many is taken: they outnumber all others. */
const acrossStep = 2
/** Pulls weights of standardised features to 0 a little, so that two features that say the same share it. */
const ridge = 1e-3
const newtonSteps = 40

/** @returns exit status */
export async function main(folders: readonly string[], print: (line: string) => void): Promise<number> {
  if (folders.length === 0) {
    print('usage: match-fit DIR…  (folders of one image set by several extractors bear the same name)')
    return 2
  }
  const samples: Sample[] = []
  const read: { set: string; impressions: readonly Impression[]; extractor: string }[] = []
  for (const folder of folders) {
    const { impressions } = await readFolder(folder, 500)
    read.push({ set: basename(folder), impressions, extractor: folder.slice(0, -basename(folder).length) })
  }
  for (const one of read) for (const other of read) if (one.extractor === other.extractor) samples.push(...compareSets(one, other))
  for (const set of new Set(read.map((each) => each.set))) {
    const model = fit(samples.filter(({ setA, setB }) => setA !== set && setB !== set))
    const own = samples.filter(({ setA, setB }) => setA === set && setB === set)
    const { eer, fmr100, fmr1000 } = errorRates(scores(own, model, true), scores(own, model, false))
    print(`left out ${set}: ${[eer, fmr100, fmr1000].map((share) => (100 * share).toFixed(2)).join(' / ')} %`)
  }
  const model = fit(samples)
  const impostors = scores(samples, model, false)
  const thresholds = [0.01, 0.001, 0.0001].map((share) => thresholdAt(impostors, share).toFixed(2))
  print(
    `${samples.length - impostors.length} genuine, ${impostors.length} impostors; log-odds at FMR 1 %, 0.1 %, 0.01 %: ${thresholds.join(', ')}`,
  )
  print(`weights ${featureNames.map((name, f) => `${name} ${model.weights[f]?.toFixed(3)}`).join(', ')}; bias ${model.bias.toFixed(3)}`)
  return 0
}

function compareSets(
  one: { set: string; impressions: readonly Impression[] },
  other: { set: string; impressions: readonly Impression[] },
): Sample[] {
  const workspace = openWorkspace(openSimd())
  const samples: Sample[] = []
  const within = one === other
  one.impressions.forEach((a, i) => {
    other.impressions.forEach((b, k) => {
      if (within ? k <= i : one.set <= other.set || (i + k) % acrossStep !== 0) return
      if (!a.template || !b.template) return
      compareTemplates(a.template, b.template, workspace)
      const features = Number.isNaN(workspace.best[0]!) ? undefined : workspace.best.slice()
      samples.push({ setA: one.set, setB: other.set, genuine: within && a.finger === b.finger, features })
    })
  })
  return samples
}

const scores = (samples: readonly Sample[], { bias, weights }: Model, genuine: boolean): number[] =>
  samples
    .filter((each) => each.genuine === genuine)
    .map(({ features }) => (features ? weights.reduce((sum, weight, f) => sum + weight * features[f]!, bias) : Number.NEGATIVE_INFINITY))

/** Logistic regression by Newton's steps; genuine and impostors weigh the same in sum. Those without features are left out. */
function fit(all: readonly Sample[]): Model {
  const samples = all.flatMap(({ features, genuine }) => (features ? [{ features, genuine }] : []))
  const count = featureNames.length
  const mean = featureNames.map((_, f) => samples.reduce((sum, { features }) => sum + features[f]!, 0) / samples.length)
  const spread = mean.map(
    (m, f) => Math.sqrt(samples.reduce((sum, { features }) => sum + (features[f]! - m) ** 2, 0) / samples.length) + 1e-9,
  )
  const rows = samples.map(({ features }) => [1, ...mean.map((m, f) => (features[f]! - m) / spread[f]!)])
  const genuine = samples.filter((each) => each.genuine).length
  let at = new Array<number>(count + 1).fill(0)
  for (let step = 0; step < newtonSteps; step++) {
    const gradient = at.map((value, f) => (f === 0 ? 0 : -ridge * value))
    const curvature = at.map((_, f) => at.map((__, g) => (f === g ? (f === 0 ? 1e-9 : ridge) : 0)))
    rows.forEach((row, s) => {
      const isGenuine = samples[s]!.genuine
      const weight = 0.5 / (isGenuine ? genuine : samples.length - genuine)
      const chance = 1 / (1 + Math.exp(-row.reduce((sum, value, f) => sum + value * at[f]!, 0)))
      for (let f = 0; f <= count; f++) {
        gradient[f]! += weight * ((isGenuine ? 1 : 0) - chance) * row[f]!
        for (let g = 0; g <= count; g++) curvature[f]![g]! += weight * chance * (1 - chance) * row[f]! * row[g]!
      }
    })
    const change = solve(curvature, gradient)
    at = at.map((value, f) => value + change[f]!)
  }
  const weights = mean.map((_, f) => at[f + 1]! / spread[f]!)
  return { weights, bias: weights.reduce((sum, weight, f) => sum - weight * mean[f]!, at[0]!) }
}

/** Gauss with pivots. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!])
  for (let c = 0; c < rows.length; c++) {
    const pivot = rows.reduce((best, row, i) => (i >= c && Math.abs(row[c]!) > Math.abs(rows[best]![c]!) ? i : best), c)
    ;[rows[c], rows[pivot]] = [rows[pivot]!, rows[c]!]
    for (const row of rows) {
      if (row === rows[c]) continue
      const factor = row[c]! / rows[c]![c]!
      for (let k = c; k < row.length; k++) row[k]! -= factor * rows[c]![k]!
    }
  }
  return rows.map((row, i) => row[rows.length]! / row[i]!)
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main(process.argv.slice(2), (line) => {
    process.stdout.write(`${line}\n`)
  })
}
