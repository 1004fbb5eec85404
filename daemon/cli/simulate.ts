// rekam simulate: whole days of a simulated office in virtual time, with faults, everything looked at after every step. The same seed gives the same digest.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Command, type Terminal, UsageError } from './command.js'
import type { DaysOutcome, Visit } from './simulation/days.js'
import type { FaultProfile } from './simulation/faults/table.js'
import type { Figures, VisitCost } from './simulation/figures.js'
import { wholeNumber } from './station.js'

const usage = 'rekam simulate --days N [--seed S] [--faults none|devices|people|station] [--persons A_DAY] [--json]'

export const command: Command = { name: 'simulate', usage: [usage], run }

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      days: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      faults: { type: 'string', default: 'none' },
      persons: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const { faultProfiles } = await import('./simulation/faults/table.js')
  const { personsPerDay } = await import('./simulation/days.js')
  if (!Object.hasOwn(faultProfiles, values.faults)) throw new UsageError(`--faults is one of ${Object.keys(faultProfiles).join(', ')}`)
  const folder = await mkdtemp(join(tmpdir(), 'rekam-simulate-'))
  try {
    return await simulate(
      {
        folder,
        days: wholeNumber('days', values.days, 366),
        seed: wholeNumber('seed', values.seed, 2 ** 31 - 1),
        persons: values.persons === undefined ? personsPerDay : wholeNumber('persons', values.persons, 1_000),
        profile: values.faults as FaultProfile,
      },
      values.json,
      terminal,
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Asked {
  readonly folder: string
  readonly days: number
  readonly seed: number
  readonly persons: number
  readonly profile: FaultProfile
}

async function simulate(asked: Asked, json: boolean, terminal: Terminal): Promise<number> {
  const { simulateDays } = await import('./simulation/days.js')
  const { figuresOf } = await import('./simulation/figures.js')
  const visits: (Visit & VisitCost)[] = []
  const meter = machineMeter()
  if (!json) terminal.line(`Simulated: ${asked.days} day(s) of ${asked.persons} persons, seed ${asked.seed}, faults ${asked.profile}`)
  const outcome = await simulateDays(asked, (visit) => {
    const seen = { ...visit, ...meter() }
    visits.push(seen)
    terminal.line(json ? JSON.stringify(lineOf(seen)) : textOf(seen))
  })
  const figures = figuresOf(visits)
  for (const violation of outcome.violations) terminal.line(json ? JSON.stringify({ violation }) : `VIOLATION ${JSON.stringify(violation)}`)
  if (json) terminal.line(JSON.stringify({ figures }))
  else for (const line of describe(figures)) terminal.line(line)
  conclude(outcome, asked, json, terminal)
  return outcome.violations.length > 0 ? 1 : 0
}

function conclude({ persons, faults, violations, digest }: DaysOutcome, { seed }: Asked, json: boolean, terminal: Terminal): void {
  if (json) terminal.line(JSON.stringify({ persons, faults, violations: violations.length, digest }))
  else terminal.line(`${persons} persons, ${faults} faults, ${violations.length} violations, digest ${digest} (seed ${seed})`)
}

/** What the machine spent since the last person. */
function machineMeter(): () => VisitCost {
  let before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    before = process.cpuUsage()
    return { cpuMs: Math.round((user + system) / 1_000), rssMb: Math.round(process.memoryUsage.rss() / 1e6) }
  }
}

const faultsOf = ({ inflicted }: Visit) =>
  inflicted
    .filter(({ act }) => act !== '')
    .map(({ row, act, end, told }) => ({ fault: row.name, act, end: end ?? 'open', told: [...told] }))

const lineOf = (visit: Visit & VisitCost) => ({
  person: visit.number,
  how: visit.how,
  recordingS: Math.round(visit.recordingMs / 100) / 10,
  keys: visit.keys,
  ...{ cpuMs: visit.cpuMs, stationMs: visit.stationMs, rssMb: visit.rssMb },
  faults: faultsOf(visit),
})

function textOf(visit: Visit & VisitCost): string {
  const faults = faultsOf(visit).map(({ fault, act, end }) => `${fault} at ${act}: ${end}`)
  return [
    `${String(visit.number).padStart(4)} ${visit.how}`.padEnd(24),
    `${(visit.recordingMs / 1_000).toFixed(1).padStart(7)} s`,
    `${String(visit.keys).padStart(3)} keys`,
    `${String(visit.cpuMs).padStart(6)} ms CPU`,
    `${String(visit.rssMb).padStart(4)} MB`,
    faults.join('; '),
  ].join('  ')
}

function* describe({ recordingS, untroubled, faultCostS, machine, rssMb }: Figures): Iterable<string> {
  yield `recording, virtual: p50 ${recordingS.p50} s, p95 ${recordingS.p95} s; of ${untroubled.persons} untroubled p50 ${untroubled.p50} s, p95 ${untroubled.p95} s, ${untroubled.keys} keys`
  for (const [name, { count, p50, most }] of Object.entries(faultCostS))
    yield `  ${name.padEnd(24)} ${String(count).padStart(3)} times, costs p50 ${p50} s, most ${most} s`
  yield `machine: ${machine.cpuMsP50} ms CPU a person, of it ${machine.stationMsP50} ms in the station (least ${machine.stationMsLeast})`
  yield `memory: ${rssMb.half} MB after half of the persons, ${rssMb.last} MB after the last, ${rssMb.most} MB at most`
}
