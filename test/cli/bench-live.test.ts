// The live bench runs from the build: its station in a process of its own, frames on the way, and three clients that a deaf fourth does not hold up.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { need } from '../real-stack/need.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

t.test('a line of figures as JSON', async (t) => {
  if (!need(t, [`${root}dist/.built`])) return
  const args = [`${root}bin/rekam.js`, 'bench', 'live', '--only', 'clients', '--seconds', '1', '--json']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' }, encoding: 'utf8' })
  t.strictSame([status, stderr], [0, ''])
  const lines = stdout.trim().split('\n')
  t.equal(lines.length, 1)
  const line = JSON.parse(lines[0] ?? '{}') as Record<string, unknown>
  t.match(line, { bench: 'live', case: /^4 clients/, cpuMs: Number, wallMs: Number, units: Number })
  t.ok(Number(line['leastFps']) > 0, 'each of the three that read gets pictures')
  t.ok(Number(line['eventP99Ms']) >= 0, 'and events')
  t.ok(Number(line['rssAfterMb']) - Number(line['rssBeforeMb']) < 100, 'what the fourth does not read is not kept')
})
