// Accuracy on a folder of finger images named as in the Fingerprint Verification Competition, F_I.ext: finger F, impression I.
// Run as `node dist/bench/fvc.js DIR… [--json] [--standard45] [--ppi N] [--templates] [--scores FILE]`.

import { readdir, readFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { extractTemplate } from '../daemon/kernels/finger/extract.js'
import { compareTemplates, openWorkspace, type PreparedTemplate, prepareTemplate } from '../daemon/kernels/finger/match.js'
import { toPpi500 } from '../daemon/kernels/finger/resample.js'
import type { FingerTemplate } from '../daemon/kernels/finger/template.js'
import { readGreyImage } from '../daemon/kernels/image/codec.js'
import { writeWhole } from '../daemon/kernels/image/whole-file.js'
import { openSimd, type Simd } from '../daemon/kernels/simd/simd.js'
import { readFingerMinutiaeRecord, templateOfView } from '../daemon/record/finger-minutiae.js'
import { systemClock } from '../protocol/clock.js'
import { countBelow, type ErrorRates, errorRates, thresholdAt } from './fvc-rates.js'

const usage = `usage: fvc DIR… [--json] [--standard45] [--ppi N] [--scores FILE]
  DIR holds images F_I.ext or templates F_I.fmr, F_I.xyt (NBIS mindtct -m1), any number of fingers and impressions
  --standard45   impostors are the first impressions only, as in the competition; else every impression against all of other fingers
  --ppi N        resolution of images that do not state their own (500)
  --scores FILE  writes every comparison: genuine 1 or 0, score, both files`

export interface Impression {
  readonly file: string
  readonly finger: string
  readonly impression: string
  /** Nothing when no template could be made: all its comparisons are failures. */
  readonly template: PreparedTemplate | undefined
}

export interface Comparison {
  readonly a: Impression
  readonly b: Impression
  readonly genuine: boolean
  readonly score: number
}

export interface FolderResult {
  readonly folder: string
  readonly impressions: number
  readonly failures: number
  readonly all: ErrorRates
  readonly standard: ErrorRates
  readonly minutiae: number
  /** Milliseconds an image, compute only; 0 when templates were given. */
  readonly extractMs: number
  readonly matchesPerSecond: number
  readonly comparisons: readonly Comparison[]
}

/** @returns exit status */
export async function main(args: readonly string[], print: (line: string) => void): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      standard45: { type: 'boolean', default: false },
      ppi: { type: 'string' },
      scores: { type: 'string' },
    },
  })
  const ppi = values.ppi === undefined ? 500 : Number(values.ppi)
  if (positionals.length === 0 || !(ppi >= 100 && ppi <= 4000)) {
    print(usage)
    return 2
  }
  const results: FolderResult[] = []
  for (const folder of positionals) {
    const result = await evaluate(folder, ppi)
    results.push(result)
    const { comparisons, ...facts } = result
    if (values.json) print(JSON.stringify(facts))
    else for (const line of asText(result, values.standard45)) print(line)
  }
  if (!values.json && results.length > 1) print(meanLine(results.map((each) => (values.standard45 ? each.standard : each.all))))
  if (values.scores !== undefined) await writeWhole(values.scores, new TextEncoder().encode(scoreLines(results)))
  return 0
}

/** Templates of all files of a folder, in order of their names. */
export async function readFolder(folder: string, ppi: number): Promise<{ impressions: readonly Impression[]; extractMs: number }> {
  const files = (await readdir(folder)).filter((file) => namePattern.test(file)).sort()
  const impressions: Impression[] = []
  const simd = openSimd()
  let extractMs = 0
  for (const file of files) {
    const [, finger = '', impression = ''] = namePattern.exec(file) ?? []
    const { template, ms } = await templateOf(join(folder, file), ppi, simd)
    extractMs += ms
    const usable = template !== undefined && template.minutiae.length > 0
    impressions.push({ file, finger, impression, template: usable ? prepareTemplate(template) : undefined })
  }
  return { impressions, extractMs }
}

/** Reads, extracts and compares all of a folder. */
export async function evaluate(folder: string, ppi: number): Promise<FolderResult> {
  const { impressions, extractMs } = await readFolder(folder, ppi)
  const minutiae = impressions.reduce((sum, { template }) => sum + (template?.count ?? 0), 0)
  const start = systemClock.monotonicMs()
  const comparisons = compareAll(impressions)
  const elapsedMs = systemClock.monotonicMs() - start
  return {
    folder: basename(folder),
    impressions: impressions.length,
    failures: impressions.filter(({ template }) => template === undefined).length,
    all: ratesOf(comparisons),
    standard: ratesOf(comparisons.filter((each) => each.genuine || isFirst(each, impressions))),
    minutiae: Math.round(minutiae / Math.max(1, impressions.length)),
    extractMs: extractMs / Math.max(1, impressions.length),
    matchesPerSecond: Math.round((1000 * comparisons.length) / elapsedMs),
    comparisons,
  }
}

const namePattern = /^([^_]+)_([^_.]+)\.(png|pgm|tif|tiff|bmp|jpg|jpeg|jp2|wsq|fmr|xyt)$/i

function compareAll(impressions: readonly Impression[]): readonly Comparison[] {
  const workspace = openWorkspace(openSimd())
  return impressions.flatMap((a, i) =>
    impressions.slice(i + 1).map((b) => {
      const score = a.template && b.template ? compareTemplates(a.template, b.template, workspace) : Number.NEGATIVE_INFINITY
      return { a, b, genuine: a.finger === b.finger, score }
    }),
  )
}

/** The competition compares the first impression of each finger with the first of all others. */
function isFirst({ a, b }: Comparison, impressions: readonly Impression[]): boolean {
  const first = (of: Impression) => impressions.find(({ finger }) => finger === of.finger) === of
  return first(a) && first(b)
}

function ratesOf(comparisons: readonly Comparison[]): ErrorRates {
  const scores = (genuine: boolean) => comparisons.filter((each) => each.genuine === genuine).map(({ score }) => score)
  return errorRates(scores(true), scores(false))
}

/** A file that cannot be read, or holds no print, is a failure to extract: counted, not fatal. */
async function templateOf(path: string, ppi: number, simd: Simd): Promise<{ template: FingerTemplate | undefined; ms: number }> {
  try {
    const kind = extname(path).toLowerCase()
    if (kind === '.xyt') return { template: readXyt(await readFile(path, 'utf8')), ms: 0 }
    if (kind === '.fmr') {
      const [view] = readFingerMinutiaeRecord(await readFile(path)).views
      return { template: view && templateOfView(view), ms: 0 }
    }
    const image = await readGreyImage(path)
    const { grey, widthPx, heightPx } = toPpi500(image, image.ppi ?? ppi)
    const start = systemClock.monotonicMs()
    const template = extractTemplate(grey, widthPx, heightPx, {}, simd)
    return { template, ms: systemClock.monotonicMs() - start }
  } catch {
    return { template: undefined, ms: 0 }
  }
}

/** One `x y theta quality` a line, theta in units of 2° counter-clockwise, as `mindtct -m1` writes it. */
function readXyt(text: string): FingerTemplate {
  const minutiae = text.split('\n').flatMap((line) => {
    const [x = Number.NaN, y = Number.NaN, theta = Number.NaN, quality = 0] = line.trim().split(/\s+/).map(Number)
    return line.trim() === '' ? [] : [{ x, y, angle: (theta * Math.PI) / 90, type: 0 as const, quality }]
  })
  const extent = (values: readonly number[]) => 1 + values.reduce((most, value) => Math.max(most, value), 0)
  return {
    widthPx: extent(minutiae.map(({ x }) => x)),
    heightPx: extent(minutiae.map(({ y }) => y)),
    minutiae: minutiae.sort((a, b) => b.quality - a.quality),
  }
}

const percent = (share: number): string => (100 * share).toFixed(2).padStart(6)
const four = ({ eer, fmr100, fmr1000, zeroFmr }: ErrorRates): string =>
  `EER ${percent(eer)}  FMR100 ${percent(fmr100)}  FMR1000 ${percent(fmr1000)}  ZeroFMR ${percent(zeroFmr)} %`

function asText(result: FolderResult, standard45: boolean): readonly string[] {
  const { folder, impressions, failures, all, standard, minutiae, extractMs, matchesPerSecond } = result
  return [
    `${folder}: ${impressions} impressions, ${failures} without template, ${minutiae} minutiae each, ${extractMs.toFixed(1)} ms an image, ${matchesPerSecond} matches/s`,
    `  all ${all.impostors} impostors, ${all.genuine} genuine:      ${four(all)}`,
    `  standard ${standard.impostors} impostors, ${standard.genuine} genuine:  ${four(standard)}`,
    ...detTable(result, standard45),
  ]
}

/** FNMR where the false match rate is at most so much. */
function detTable({ comparisons, all }: FolderResult, standard45: boolean): readonly string[] {
  if (standard45) return []
  const own = Float64Array.from(comparisons.filter(({ genuine }) => genuine).map(({ score }) => score)).sort()
  const other = comparisons.filter(({ genuine }) => !genuine).map(({ score }) => score)
  const rows = [0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001].filter((share) => share * all.impostors >= 1)
  return [
    '  FMR %    threshold   FNMR %',
    ...rows.map((share) => {
      const threshold = thresholdAt(other, share)
      return `  ${percent(share)}  ${threshold.toFixed(2).padStart(10)}  ${percent(countBelow(own, threshold) / own.length)}`
    }),
  ]
}

function meanLine(rates: readonly ErrorRates[]): string {
  const mean = (of: (each: ErrorRates) => number) => rates.reduce((sum, each) => sum + of(each), 0) / rates.length
  return `mean of ${rates.length}: ${four({
    genuine: 0,
    impostors: 0,
    eer: mean(({ eer }) => eer),
    fmr100: mean(({ fmr100 }) => fmr100),
    fmr1000: mean(({ fmr1000 }) => fmr1000),
    zeroFmr: mean(({ zeroFmr }) => zeroFmr),
  })}`
}

function scoreLines(results: readonly FolderResult[]): string {
  const lines = results.flatMap(({ folder, comparisons }) =>
    comparisons.map(({ a, b, genuine, score }) => `${genuine ? 1 : 0} ${score} ${folder}/${a.file} ${folder}/${b.file}`),
  )
  return `${lines.join('\n')}\n`
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main(process.argv.slice(2), (line) => {
    process.stdout.write(`${line}\n`)
  })
}
