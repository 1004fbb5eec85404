// rekam finger match: one pair, or a list of pairs. Each file is read and made ready once, however often it is named, within a bound.

import { open, readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { Fault } from '../../../protocol/fault.js'
import { extractTemplate } from '../../kernels/finger/extract.js'
import { compareTemplates, openWorkspace, operatingPoints, type PreparedTemplate, prepareTemplate } from '../../kernels/finger/match.js'
import type { FingerTemplate } from '../../kernels/finger/template.js'
import { openSimd, type Simd } from '../../kernels/simd/simd.js'
import { readCompactCard } from '../../record/compact-card.js'
import { readFingerMinutiaeRecord, templateOfView } from '../../record/finger-minutiae.js'
import type { Command, Terminal } from '../command.js'
import { errorOf } from '../file-error.js'
import { timed } from '../files.js'
import { cached, pairsOf } from '../pairs.js'
import { readFinger } from './files.js'

const usage = ['rekam finger match A B [--json]', 'rekam finger match --pairs LIST [--json]']

export const command: Command = { name: 'finger match', usage, run }

/** A prepared template of 40 minutiae has about 30 kB, one of 128 about 200 kB. */
const mostCached = 2_000

type Prepared = { readonly template: PreparedTemplate } | { readonly error: { code: string; message: string } }

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { pairs: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  const pairs = await pairsOf(values.pairs, positionals)
  const simd = openSimd()
  const read = cached(mostCached, (file) => prepared(file, simd))
  const workspace = openWorkspace(simd)
  let status = 0
  for (const [a, b] of pairs) {
    const first = await read(a)
    const second = await read(b)
    const failed = 'error' in first ? first.error : 'error' in second ? second.error : undefined
    if ('error' in first || 'error' in second) {
      status = 1
      if (values.json) terminal.line(JSON.stringify({ a, b, error: failed }))
      else terminal.warn(`${a} ${b}: ${failed?.message}`)
      continue
    }
    const { value, ms } = timed(() => compareTemplates(first.template, second.template, workspace))
    const score = Math.round(value * 100) / 100
    terminal.line(values.json ? JSON.stringify({ a, b, score, ms }) : `${a} ${b}: ${score.toFixed(2)}, ${verdict(score)}, ${ms} ms`)
  }
  return status
}

/** What the score says at the documented operating points. */
function verdict(score: number): string {
  if (score >= operatingPoints.fmr1in10000) return 'same finger (false match rate below 1 in 10000)'
  if (score >= operatingPoints.fmr1in1000) return 'same finger (false match rate below 1 in 1000)'
  if (score >= operatingPoints.fmr1in100) return 'undecided (false match rate below 1 in 100)'
  return 'no match'
}

async function prepared(file: string, simd: Simd): Promise<Prepared> {
  try {
    return { template: prepareTemplate(await templateOf(file, simd)) }
  } catch (error) {
    return { error: errorOf(error) }
  }
}

async function templateOf(file: string, simd: Simd): Promise<FingerTemplate> {
  const kind = extname(file).toLowerCase()
  if (kind === '.fmc') return readCompactCard(await readFile(file))
  if (kind === '.json') return readJson(await readFile(file, 'utf8'))
  if (await isRecord(file)) return readRecord(await readFile(file))
  const { grey, widthPx, heightPx } = await readFinger(file)
  const template = extractTemplate(grey, widthPx, heightPx, {}, simd)
  // Nothing to compare is no low likeness.
  if (template.minutiae.length === 0) throw new Fault('finger.no_print')
  return template
}

/** By the format identifier of ISO/IEC 19794-2: names are anybody's. */
async function isRecord(file: string): Promise<boolean> {
  const handle = await open(file)
  try {
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.toString('latin1') === 'FMR\0'
  } finally {
    await handle.close()
  }
}

/** Of a record with several views the first: one comparison is of one finger. */
function readRecord(bytes: Uint8Array): FingerTemplate {
  const [view] = readFingerMinutiaeRecord(bytes).views
  if (!view) throw new Fault('record.corrupt', { field: 'viewCount', offset: 0, found: 0 })
  return templateOfView(view)
}

const jsonTemplate = z.object({
  widthPx: z.number().int().min(1).max(65_535),
  heightPx: z.number().int().min(1).max(65_535),
  minutiae: z
    .array(
      z.object({
        x: z.number(),
        y: z.number(),
        angle: z.number(),
        type: z.union([z.literal(0), z.literal(1), z.literal(2)]),
        quality: z.number().min(0).max(100),
      }),
    )
    .max(10_000),
})

/** As `rekam finger extract --format json` writes it. */
function readJson(text: string): FingerTemplate {
  try {
    return jsonTemplate.parse(JSON.parse(text))
  } catch (cause) {
    throw new Fault('input.corrupt', { reason: 'template_json' }, { cause })
  }
}
