// rekam iris match: one pair, or a list of pairs. Each file is read and encoded once, however often it is named, within a bound.

import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { compareIris, irisPoints } from '../../kernels/iris/match.js'
import { type IrisTemplate, looksLikeTemplate, readIrisTemplate } from '../../kernels/iris/template.js'
import { openSimd, type Simd } from '../../kernels/simd/simd.js'
import type { Command, Terminal } from '../command.js'
import { errorOf } from '../file-error.js'
import { refuseHuge, type Size, sizeOf, timed } from '../files.js'
import { cached, pairsOf } from '../pairs.js'
import { irisIn, templateOf } from './files.js'

const usage = ['rekam iris match A B [--size WxH] [--json]', 'rekam iris match --pairs LIST [--size WxH] [--json]']

export const command: Command = { name: 'iris match', usage, run }

/** A template has 4 kB. */
const mostCached = 20_000

type Read = { readonly template: IrisTemplate } | { readonly error: { code: string; message: string } }

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { pairs: { type: 'string' }, size: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  const pairs = await pairsOf(values.pairs, positionals)
  const size = sizeOf(values.size)
  const simd = openSimd()
  const read = cached(mostCached, (file) => readTemplate(file, size, simd))
  let status = 0
  for (const [a, b] of pairs) {
    const first = await read(a)
    const second = await read(b)
    if ('error' in first || 'error' in second) {
      status = 1
      const error = 'error' in first ? first.error : 'error' in second ? second.error : undefined
      if (values.json) terminal.line(JSON.stringify({ a, b, error }))
      else terminal.warn(`${a} ${b}: ${error?.message}`)
      continue
    }
    const { value, ms } = timed(() => compareIris(first.template.code, second.template.code, simd))
    const score = Math.round((1 - value.distance) * 1e5) / 1e5
    terminal.line(
      values.json ? JSON.stringify({ a, b, score, ms }) : `${a} ${b}: ${score.toFixed(4)}, ${verdict(value.distance)}, ${ms} ms`,
    )
  }
  return status
}

/** What the distance says at the documented operating points. */
function verdict(distance: number): string {
  if (distance <= irisPoints.fmr1in10000) return 'same eye (false match rate below 1 in 10000)'
  if (distance <= irisPoints.fmr1in1000) return 'same eye (false match rate below 1 in 1000)'
  if (distance <= irisPoints.fmr1in100) return 'undecided (false match rate below 1 in 100)'
  return 'no match'
}

async function readTemplate(file: string, size: Size | undefined, simd: Simd): Promise<Read> {
  try {
    return { template: await templateIn(file, size, simd) }
  } catch (error) {
    return { error: errorOf(error) }
  }
}

/** A template is told by its first bytes. */
async function templateIn(file: string, size: Size | undefined, simd: Simd): Promise<IrisTemplate> {
  await refuseHuge(file)
  const bytes = new Uint8Array(await readFile(file))
  return looksLikeTemplate(bytes) ? readIrisTemplate(bytes) : templateOf(await irisIn(file, bytes, size), simd)
}
