// A simulated office's days: one person after the other through the recording, faults as the profile deals them, every statement looked at after every
// step. From one seed; what comes of it is a digest.

import type { Person } from '../../../simulator/people/person.js'
import { personMs } from '../../../simulator/people/reaction.js'
import { seededRandom } from '../../../simulator/seeded-random.js'
import { applicantAt } from './applicant.js'
import { Inspector } from './checks/inspector.js'
import type { Violation } from './checks/statements.js'
import { FaultDirector, type Inflicted } from './faults/director.js'
import type { FaultProfile } from './faults/table.js'
import { Journal } from './journal.js'
import { Lives, type LivesOptions } from './lives.js'
import { Operator, type Served } from './operator.js'
import { type Kernels, openKernels } from './workers.js'
import { simulatedWorld, type World, type WorldOptions } from './world.js'

/** The design target of docs: so many people come to one station on one day. */
export const personsPerDay = 100

export interface DaysOptions {
  readonly seed: number
  readonly days: number
  /** A day. */
  readonly persons: number
  readonly profile: FaultProfile
  /** Where the station's files lie; emptied by whoever gave it. */
  readonly folder: string
  readonly manner?: WorldOptions['manner']
  readonly kernels?: Kernels
  /** Of a test: somebody who is drawn already. */
  readonly first?: Person
  /** Of a test of the tests: a station that is broken on purpose. */
  readonly broken?: Pick<LivesOptions, 'openStore' | 'examine'>
  /** Of a test: instead of what the seed deals, by number of the person. */
  readonly faultsOf?: (number: number) => readonly string[] | undefined
}

/** One person's visit, as it is told while the run goes on. */
export interface Visit extends Pick<Served, 'how' | 'recordingMs' | 'keys' | 'actMs'> {
  readonly number: number
  readonly inflicted: readonly Inflicted[]
  /** CPU milliseconds of the station's own work. */
  readonly stationMs: number
}

export interface DaysOutcome {
  readonly persons: number
  readonly faults: number
  readonly violations: readonly Violation[]
  readonly digest: string
  readonly visits: readonly Visit[]
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** The last packet has found its way by then, or never will. */
const eveningMs = 8 * hourMs
/** The whole chain is read this often; its new entries after every step. */
const auditEvery = 10

interface Run {
  readonly options: DaysOptions
  readonly lives: Lives
  readonly world: World
  readonly inspector: Inspector
  readonly director: FaultDirector
  readonly journal: Journal
  readonly visits: Visit[]
  /** Numbers of those whose record is at the centre, by person. */
  readonly recorded: string[]
  /** Faults that were complained about: once is enough. */
  readonly unended: Set<Inflicted>
}

/** @param tell called behind each person */
export async function simulateDays(options: DaysOptions, tell: (visit: Visit) => void | Promise<void>): Promise<DaysOutcome> {
  const { seed, profile, folder, first } = options
  const kernels = options.kernels ?? openKernels()
  const world = await simulatedWorld({ seed, manner: options.manner ?? 'natural', ...(first && { first }) })
  const lives = new Lives({ seed, world, kernels, folder, ...options.broken })
  const applicant = applicantAt(world.office)
  const director = new FaultDirector(lives, applicant, profile, seededRandom(seed).fork('faults'))
  // A person whose further attempt is worse needs no fault for it.
  const inspector = new Inspector(kernels.simd, (code) => code === 'capture.earlier_stands' || director.explains(code))
  const journal = new Journal()
  const run: Run = { options, lives, world, inspector, director, journal, visits: [], recorded: [], unended: new Set() }
  await lives.open()
  try {
    for (let day = 0; day < options.days; day++) {
      const closesMs = world.clock.monotonicMs() + dayMs
      for (let i = 0; i < options.persons; i++) await visit(run, day * options.persons + i + 1, { applicant, tell })
      await evening(run)
      const nightMs = closesMs - world.clock.monotonicMs()
      if (day + 1 < options.days && nightMs > 0) await lives.pass(nightMs)
    }
    await inspector.close(lives.station)
  } finally {
    await lives.close()
  }
  for (const { person, row, end, told } of director.inflicted) journal.fault(person, row.name, end ?? 'open', [...told])
  return {
    persons: run.visits.length,
    faults: director.inflicted.length,
    violations: inspector.violations,
    digest: journal.digest(),
    visits: run.visits,
  }
}

async function visit(
  run: Run,
  number: number,
  { applicant, tell }: { applicant: ReturnType<typeof applicantAt>; tell: (visit: Visit) => void | Promise<void> },
): Promise<void> {
  const { options, lives, world, inspector, director, journal } = run
  const workMs = lives.workMs
  const { nik } = await world.office.callPerson()
  const person = world.office.personAtCounter as Person
  await inspector.begin(person, number)
  const random = seededRandom(options.seed).fork(`person ${number}`)
  const inflicted = director.deal(number, person, random, options.faultsOf?.(number))
  await director.at('arrival', 'arrival')
  const deps = { lives, applicant, inspector, director, journal }
  if (inflicted.some(({ row }) => row.name === 'comes_again')) await comeAgain(run, number, deps)
  const served = await new Operator(deps, number, nik).serve()
  if (served.how === 'recorded') run.recorded.push(nik)
  journal.left(number, world.clock.monotonicMs(), served.how, served.keys, served.doc)
  await lives.pass(personMs.stepsAside)
  await revived(run)
  await afterwards(run)
  if (number % auditEvery === 0) await inspector.audit(lives.station, 'audit')
  const { how, recordingMs, keys, actMs } = served
  const visited = { number, how, recordingMs, keys, actMs, inflicted, stationMs: Math.round(lives.workMs - workMs) }
  run.visits.push(visited)
  await tell(visited)
}

/** Somebody who was recorded before asks for it once more: the registry knows. */
async function comeAgain(
  { recorded, journal, world }: Run,
  number: number,
  deps: ConstructorParameters<typeof Operator>[0],
): Promise<void> {
  const nik = recorded.at(-1)
  if (nik === undefined) return deps.director.saw('sentAway')
  const { how, keys, doc } = await new Operator(deps, number, nik).serve()
  journal.left(number, world.clock.monotonicMs(), `again: ${how}`, keys, doc)
  if (how === 'recorded') deps.inspector.complain('one_record', 'a person who was recorded before was recorded again', 'comes_again')
}

/** What has arrived at the centre since, and how the faults of those who are through have ended. */
async function afterwards({ lives, inspector, director, journal, world, unended }: Run, last = false): Promise<void> {
  for (const { number, items } of await inspector.arrivals(lives.station, 'arrivals')) {
    director.delivered(number)
    journal.arrived(number, world.clock.monotonicMs(), items)
  }
  const open = director.settle(() => true)
  // What waits for the centre has time until the evening.
  for (const fault of open) {
    const { row, person } = fault
    if (unended.has(fault) || (!last && row.area === 'centre')) continue
    unended.add(fault)
    inspector.complain('fault_ends', `${row.name} of person ${person}`, 'leave')
  }
}

/** A station that died while nobody was at it is found dead and started. */
async function revived({ lives, director }: Run): Promise<void> {
  if (!lives.isDead) return
  director.saw('restarted')
  await lives.reopen()
}

/** The office is closed; the outbox goes on until everything is at the centre. */
async function evening(run: Run): Promise<void> {
  const { lives, inspector } = run
  for (let waitedMs = 0; waitedMs < eveningMs && lives.station.state.outbox.waiting > 0; waitedMs += 60_000) {
    await lives.pass(60_000)
    await revived(run)
  }
  await inspector.after(lives.station, '', 'evening')
  await afterwards(run, true)
}
