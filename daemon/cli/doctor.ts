// rekam doctor: looks at everything a station needs and says what is wrong and what to do. Changes nothing but a first data folder.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock, withDeadline } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import { loadConfig, parseConfig, type StationConfig } from '../config.js'
import { loadStandards, shippedStandards } from '../service/load-standards.js'
import type { Command, Terminal } from './command.js'
import { dataFolder } from './data-folder.js'
import { type CentreLooks, checkClockAndCentre } from './doctor/clock.js'
import { checkKey, checkRoom, lookIntoStore, type StoreLooks } from './doctor/data.js'
import { checkPad, checkPlan, checkReaders, checkUsb } from './doctor/devices.js'
import { type Finding, failed, good, type Look, weak } from './doctor/finding.js'
import { checkMetricsPort, findRunning, type RunningStation, tellRunning } from './doctor/running.js'
import { checkFaceNetworks, checkKernels, checkStacks } from './doctor/software.js'

const checkMs = 20_000

export const command: Command = {
  name: 'doctor',
  usage: ['rekam doctor [--data DIR] [--config FILE] [--json]'],
  run: async (args, terminal) => {
    const { values } = parseArgs({
      args: [...args],
      options: { data: { type: 'string' }, config: { type: 'string' }, json: { type: 'boolean' } },
    })
    const data = dataFolder(values.data)
    const findings = await examine(data, values.config)
    for (const finding of findings) print(finding, values.json === true, terminal)
    return findings.some(({ state }) => state === 'bad') ? 1 : 0
  },
}

async function examine(data: string, configFile: string | undefined): Promise<readonly Finding[]> {
  const config = await readConfig(data, configFile)
  const site = config.value
  let running: RunningStation | undefined
  const station = await within('station', async () => {
    running = await findRunning(data)
    return tellRunning(running)
  })
  // One answer of the centre, one opening of the store: each tells of several things.
  const centre = await several<CentreLooks>(['clock', 'centre'], () => checkClockAndCentre(site))
  const inside = await several<StoreLooks>(['store', 'audit', 'outbox', 'centreKeys'], () => lookIntoStore(data, running))
  const looks: readonly (readonly [string, () => Look | Promise<Look>])[] = [
    ['node', () => good(process.version)],
    ['configuration', () => config.look],
    [
      'service standards',
      async () => good((await loadStandards(shippedStandards)).map(({ id, version }) => `${id} v${version}`).join(', ')),
    ],
    ['clock', () => centre.clock],
    ['store key', () => checkKey(data)],
    ['store', () => inside.store],
    ['audit chain', () => inside.audit],
    ['outbox', () => inside.outbox],
    ['centre keys', () => inside.centreKeys],
    ['disk room', () => checkRoom(data)],
    ['centre', () => centre.centre],
    ['station', () => station],
    ['metrics', () => checkMetricsPort(running, site)],
    ['capture plan', () => checkPlan(site)],
    ['USB devices', () => checkUsb(site, running)],
    ['signature pad', () => checkPad(site, running)],
    ['card terminals', () => checkReaders(site)],
    ['kernels', () => checkKernels()],
    ['face networks', () => checkFaceNetworks()],
    ['simulated stacks', () => checkStacks()],
  ]
  const findings: Finding[] = []
  for (const [check, look] of looks) findings.push({ check, ...(await within(check, async () => look())) })
  return findings
}

const late = (operation: string) => () => new Fault('internal.limit', { operation, timeoutMs: checkMs })

function within(check: string, look: () => Promise<Look>): Promise<Look> {
  return withDeadline(systemClock, checkMs, look(), late(check)).catch(failed)
}

/** What fails as a whole fails in each of its parts. */
function several<Looks>(names: readonly (keyof Looks & string)[], look: () => Promise<Looks>): Promise<Looks> {
  return withDeadline(systemClock, checkMs, look(), late(names.join(','))).catch(
    (error: unknown) => Object.fromEntries(names.map((name) => [name, failed(error)])) as unknown as Looks,
  )
}

async function readConfig(data: string, given: string | undefined): Promise<{ readonly value: StationConfig; readonly look: Look }> {
  const file = given ?? join(data, 'config.json')
  const defaults = parseConfig({}, 'defaults')
  if (given === undefined && !existsSync(file)) return { value: defaults, look: weak('none: defaults are used', `write ${file}`) }
  try {
    return { value: await loadConfig(file), look: good(file) }
  } catch (error) {
    return { value: defaults, look: failed(error) }
  }
}

const signs = { good: '✓', weak: '!', bad: '✗' } as const

function print({ check, state, found, next }: Finding, json: boolean, terminal: Terminal): void {
  if (json) terminal.line(JSON.stringify({ check, state, found, next }))
  else terminal.line(`${signs[state]} ${check.padEnd(18)} ${found}${next === '' ? '' : `\n  → ${next}`}`)
}
