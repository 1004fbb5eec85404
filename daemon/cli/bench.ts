// rekam bench: runs benches by name and prints their figures. The benches themselves live in bench/, loaded when asked for.

import { parseArgs } from 'node:util'
import type { Bench, BenchLine, LiveBench, LiveSettings } from '../../bench/harness.js'
import { type Command, type Terminal, UsageError } from './command.js'

/** In the order in which they run when none is named. */
const benches: Readonly<Record<string, () => Promise<{ bench: Bench | LiveBench }>>> = {
  wsq: () => import('../../bench/wsq.js'),
  segment: () => import('../../bench/segment.js'),
  quality: () => import('../../bench/quality.js'),
  extract: () => import('../../bench/extract.js'),
  match: () => import('../../bench/match.js'),
  tenprint: () => import('../../bench/tenprint.js'),
  iris: () => import('../../bench/iris.js'),
  face: () => import('../../bench/face.js'),
  signature: () => import('../../bench/signature.js'),
  live: () => import('../../bench/live.js'),
}
const usage = `rekam bench [${Object.keys(benches).join('|')}]… [--data DIR] [--seconds N] [--persons N] [--only CASE] [--json]`

export const command: Command = { name: 'bench', usage: [usage], run }

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      data: { type: 'string', default: '../shared/data' },
      seconds: { type: 'string', default: '10' },
      persons: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
    },
  })
  const unknown = positionals.find((name) => !(name in benches))
  if (unknown !== undefined) throw new UsageError(`no bench ${unknown}; there are ${Object.keys(benches).join(', ')}`)
  const settings: LiveSettings = {
    seconds: wholeNumber('seconds', values.seconds, 1, 15),
    persons: wholeNumber('persons', values.persons, 1, 1_000),
    only: values.only,
  }
  for (const name of positionals.length > 0 ? positionals : Object.keys(benches)) {
    const load = benches[name]
    if (!load) continue
    for await (const line of linesOf((await load()).bench, values.data, settings)) terminal.line(values.json ? asJson(line) : asText(line))
  }
  return 0
}

async function* linesOf(bench: Bench | LiveBench, data: string, settings: LiveSettings): AsyncGenerator<BenchLine> {
  const { runBench, runLiveBench } = await import('../../bench/harness.js')
  yield* 'cases' in bench ? runBench(bench, data) : runLiveBench(bench, settings)
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < least || value > most) throw new UsageError(`--${name} takes ${least} to ${most}`)
  return value
}

/** Figures stand beside the other fields. */
function asJson({ figures, ...line }: BenchLine): string {
  return JSON.stringify({ ...line, ...figures })
}

function asText(line: BenchLine): string {
  if (line.figures) {
    const figures = Object.entries(line.figures).map(([name, value]) => `${name} ${value}`)
    return [`${line.bench} ${line.case}`.padEnd(44), ...figures].join('  ')
  }
  const parts = [
    `${line.bench} ${line.case}`.padEnd(44),
    `${line.cpuMs.toFixed(2).padStart(9)} ms CPU`,
    `${line.units.toFixed(3).padStart(8)} units`,
    // Only of work that several threads share.
    line.wallMs > 0.8 * line.cpuMs ? '' : `${line.wallMs.toFixed(0)} ms wall`,
    line.ratio === undefined ? '' : `${line.ratio.toFixed(3)} of the reference's ${line.referenceMs} ms`,
    line.other === undefined ? '' : `${line.timesOther?.toFixed(2)}x ${line.other}`,
    line.perSecond === undefined ? '' : `${line.perSecond}/s`,
  ]
  return parts.filter((part) => part !== '').join('  ')
}
