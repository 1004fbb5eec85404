// rekam bench: runs benches by name and prints their figures. The benches themselves live in bench/, loaded when asked for.

import { parseArgs } from 'node:util'
import type { Bench, BenchLine } from '../../bench/harness.js'
import { type Command, type Terminal, UsageError } from './command.js'

/** In the order in which they run when none is named. */
const benches: Readonly<Record<string, () => Promise<{ bench: Bench }>>> = {
  wsq: () => import('../../bench/wsq.js'),
  segment: () => import('../../bench/segment.js'),
  quality: () => import('../../bench/quality.js'),
  extract: () => import('../../bench/extract.js'),
  match: () => import('../../bench/match.js'),
  tenprint: () => import('../../bench/tenprint.js'),
  iris: () => import('../../bench/iris.js'),
  face: () => import('../../bench/face.js'),
  signature: () => import('../../bench/signature.js'),
}
const usage = `rekam bench [${Object.keys(benches).join('|')}]… [--data DIR] [--json]`

export const command: Command = { name: 'bench', usage: [usage], run }

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean' }, data: { type: 'string', default: '../shared/data' } },
  })
  const unknown = positionals.find((name) => !(name in benches))
  if (unknown !== undefined) throw new UsageError(`no bench ${unknown}; there are ${Object.keys(benches).join(', ')}`)
  const { runBench } = await import('../../bench/harness.js')
  for (const name of positionals.length > 0 ? positionals : Object.keys(benches)) {
    const load = benches[name]
    if (!load) continue
    const { bench } = await load()
    for await (const line of runBench(bench, values.data)) terminal.line(values.json ? JSON.stringify(line) : asText(line))
  }
  return 0
}

function asText(line: BenchLine): string {
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
