// Error rates on folders of eye images: which images are of one eye is in their names. Compare bench/fvc.ts.
// Run as `node dist/bench/iris-rates.js DIR… [--pattern REGEXP] [--json] [--scores FILE]`, or with `--drawn SET` in place of a folder.

import { readdir } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { type IrisImage, readIris, templateOf } from '../daemon/cli/iris/files.js'
import { writeWhole } from '../daemon/kernels/image/whole-file.js'
import { compareIris } from '../daemon/kernels/iris/match.js'
import type { IrisTemplate } from '../daemon/kernels/iris/template.js'
import { openSimd } from '../daemon/kernels/simd/simd.js'
import { systemClock } from '../protocol/clock.js'
import { isFault } from '../protocol/fault.js'
import type { EyeSetName } from '../simulator/people/eye/sets.js'
import { errorRates, thresholdAt } from './fvc-rates.js'

const usage = `usage: iris-rates DIR… [--pattern REGEXP] [--json] [--scores FILE]
       iris-rates --drawn lg2200|filled|station [--eyes 90] [--looks 5] [--seed 2] [--json] [--scores FILE]
  DIR holds images at any depth; --pattern is matched with each path below DIR, its groups together name the eye (default ${'^(.+)_[^_/]+$'}:
  all but what follows the last underscore; CASIA v1 with one folder an eye: '^([^/]+)/', MMU1: '^(\\d+)/(left|right)/')
  --scores FILE  writes every comparison: genuine 1 or 0, score, both files`

const image = /\.(png|jpe?g|pgm|bmp|jp2|iso|iir)$/i
const defaultPattern = '^(.+)_[^_/]+$'

interface Look {
  readonly file: string
  readonly eye: string
  /** Nothing when no iris was found: all its comparisons count as no likeness at all. */
  readonly template: IrisTemplate | undefined
}

interface Comparison {
  readonly a: Look
  readonly b: Look
  readonly genuine: boolean
  readonly score: number
}

/** @returns exit status */
export async function main(args: readonly string[], print: (line: string) => void): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      pattern: { type: 'string', default: defaultPattern },
      json: { type: 'boolean', default: false },
      scores: { type: 'string' },
      drawn: { type: 'string' },
      eyes: { type: 'string', default: '90' },
      looks: { type: 'string', default: '5' },
      seed: { type: 'string', default: '2' },
    },
  })
  const set = (['lg2200', 'filled', 'station'] as const).find((name) => name === values.drawn)
  const numbers = { eyes: Number(values.eyes), looks: Number(values.looks), seed: Number(values.seed) }
  if ((positionals.length === 0) === (set === undefined) || !Object.values(numbers).every(Number.isSafeInteger)) {
    print(usage)
    return 2
  }
  const lines: string[] = []
  for (const folder of set ? [`drawn ${set}`] : positionals) {
    const { looks, encodeMs } = set ? await drawSet(set, numbers) : await readFolder(folder, new RegExp(values.pattern))
    const start = systemClock.monotonicMs()
    const comparisons = compareAll(looks)
    const facts = { folder: basename(folder), ...factsOf(looks, comparisons), encodeMs, perSecond: rate(comparisons.length, start) }
    print(values.json ? JSON.stringify(facts) : asText(facts))
    lines.push(...comparisons.map(({ a, b, genuine, score }) => `${genuine ? 1 : 0} ${score} ${a.file} ${b.file}`))
  }
  if (values.scores !== undefined) await writeWhole(values.scores, new TextEncoder().encode(`${lines.join('\n')}\n`))
  return 0
}

const rate = (count: number, start: number): number => Math.round((1000 * count) / (systemClock.monotonicMs() - start))

interface Read {
  readonly looks: readonly Look[]
  /** Of one image. */
  readonly encodeMs: number
}

async function readFolder(folder: string, pattern: RegExp): Promise<Read> {
  const encode = timedEncoder()
  const looks: Look[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    const eye = pattern.exec(relative(folder, file).replace(image, ''))?.slice(1).join(' ')
    if (!entry.isFile() || !image.test(file) || eye === undefined) continue
    // A picture that cannot be read counts like one without an iris.
    const picture = await readIris(file).catch(() => undefined)
    looks.push({ file, eye, template: picture && encode.template(picture) })
  }
  looks.sort((a, b) => (a.file < b.file ? -1 : 1))
  return { looks, encodeMs: encode.ms() / Math.max(1, looks.length) }
}

/** Figures of drawn eyes are no figures of real ones. */
async function drawSet(name: EyeSetName, size: { eyes: number; looks: number; seed: number }): Promise<Read> {
  const { eyeSet } = await import('../simulator/people/eye/sets.js')
  const encode = timedEncoder()
  const looks = Array.from(eyeSet(name, size), (item) => ({
    file: `${item.eye}_${item.look}`,
    eye: String(item.eye),
    template: encode.template(item),
  }))
  return { looks, encodeMs: encode.ms() / Math.max(1, looks.length) }
}

function timedEncoder(): { template(picture: IrisImage): IrisTemplate | undefined; ms(): number } {
  const simd = openSimd()
  let spentMs = 0
  return {
    template: (picture) => {
      const start = systemClock.monotonicMs()
      try {
        return templateOf(picture, simd)
      } catch (error) {
        if (isFault(error, 'iris.not_found')) return undefined
        throw error
      } finally {
        spentMs += systemClock.monotonicMs() - start
      }
    },
    ms: () => spentMs,
  }
}

function compareAll(looks: readonly Look[]): readonly Comparison[] {
  const simd = openSimd()
  return looks.flatMap((a, i) =>
    looks.slice(i + 1).map((b) => {
      const both = a.template && b.template ? compareIris(a.template.code, b.template.code, simd) : undefined
      return { a, b, genuine: a.eye === b.eye, score: both ? 1 - both.distance : Number.NEGATIVE_INFINITY }
    }),
  )
}

function factsOf(looks: readonly Look[], comparisons: readonly Comparison[]) {
  const scores = (genuine: boolean) => comparisons.filter((each) => each.genuine === genuine).map(({ score }) => score)
  const [own, other] = [scores(true), scores(false)]
  return {
    eyes: new Set(looks.map(({ eye }) => eye)).size,
    images: looks.length,
    notFound: looks.filter(({ template }) => template === undefined).length,
    ...errorRates(own, other),
    decidability: decidability(own, other),
    distances: [1 / 100, 1 / 1000, 1 / 10_000].map((share) => 1 - thresholdAt(other, share)),
  }
}

/** d' of Daugman (2000): how far the means lie apart, in deviations; failures to enrol left out. */
function decidability(own: readonly number[], other: readonly number[]): number {
  const [a, b] = [own, other].map((scores) => {
    const found = scores.filter(Number.isFinite)
    const mean = found.reduce((sum, score) => sum + score, 0) / found.length
    return { mean, variance: found.reduce((sum, score) => sum + (score - mean) ** 2, 0) / found.length }
  })
  return a && b ? Math.abs(a.mean - b.mean) / Math.sqrt((a.variance + b.variance) / 2) : Number.NaN
}

function asText(facts: ReturnType<typeof factsOf> & { folder: string; encodeMs: number; perSecond: number }): string {
  const percent = (share: number): string => (100 * share).toFixed(2)
  return [
    `${facts.folder}: ${facts.eyes} eyes, ${facts.images} images, ${facts.notFound} without an iris, ${facts.encodeMs.toFixed(1)} ms an image, ${facts.perSecond} comparisons/s`,
    `  ${facts.genuine} genuine, ${facts.impostors} impostors: EER ${percent(facts.eer)} %, FNMR at FMR 1 % ${percent(facts.fmr100)} %, at 0.1 % ${percent(facts.fmr1000)} %, d' ${facts.decidability.toFixed(2)}`,
    `  distances that 1 in 100, 1000, 10000 impostors fall below: ${facts.distances.map((each) => each.toFixed(3)).join(', ')}`,
  ].join('\n')
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main(process.argv.slice(2), (line) => {
    process.stdout.write(`${line}\n`)
  })
}
