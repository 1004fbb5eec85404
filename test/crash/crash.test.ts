// The station is killed after every effect of one person's whole way, and goes on from its files as they were at that instant.

import { cpSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type Examination, type ExamineJob, examineFingers } from '../../daemon/capture/fingers.js'
import type { EffectKind, Effects } from '../../daemon/effects.js'
import { directEffects } from '../../daemon/effects.js'
import { openSimd } from '../../daemon/kernels/simd/simd.js'
import type { CaseDocument } from '../../daemon/service/case.js'
import { isCaptured } from '../../daemon/service/case-engine.js'
import { modalities } from '../../daemon/state.js'
import type { Environment } from '../../daemon/station.js'
import { openStore } from '../../daemon/store/store.js'
import type { CentreMemory } from '../../simulator/centre/state.js'
import type { Person } from '../../simulator/people/person.js'
import { syntheticPerson } from '../../simulator/people/synthetic.js'
import { couplerName, openSimulatedStation, type SimulatedStation, simulatedWorld } from '../station/simulated-station.js'
import { brokenStore } from '../store/broken-store.js'
import { copyLive } from '../store/fixture.js'
import { type CardsAtMoment, cardsNow, fingerprint, layCards } from './crash-world.js'

const seed = 11
const printReadyAfterMs = 500
/** Effects that leave a trace outside the station's memory. Between two of them a kill changes nothing that lasts. */
const lasting: ReadonlySet<EffectKind> = new Set([
  'store.commit',
  'blob.write',
  'blob.remove',
  'file.write',
  'card.command',
  'printer.command',
  'centre.request',
])

/** Everything that outlives the station at one instant, and what the station had already told as done. */
interface Instant {
  readonly number: number
  readonly after: EffectKind | 'told'
  readonly folder: string
  readonly centreMemory: CentreMemory
  readonly cards: CardsAtMoment
  readonly atMs: number
  readonly told: CaseDocument | undefined
}

const simd = openSimd()
const examined = new Map<string, Examination>()

/** It is one person, whose fingers lie the same way each time: what the kernels find need not be found some hundred times. */
function examine(job: ExamineJob): Examination {
  const key = [job.capture, job.tries, ...job.others.map(({ capture }) => capture).sort()].join(' ')
  const known = examined.get(key) ?? examineFingers(job, simd)
  examined.set(key, known)
  return { ...known, kept: { ...known.kept, takenAtMs: job.takenAtMs } }
}

/** Takes the case from wherever it stands to the archive, as the people at the counter would. */
async function finish(station: SimulatedStation): Promise<string> {
  const caseId = (await theCase(station))?.caseId ?? (await takeTicket(station))
  for (let doc = await station.caseNow(caseId); doc.closedAtMs === undefined; doc = await station.caseNow(caseId))
    await advance(station, doc)
  return caseId
}

/** The one case of this walk as the store has it, closed or not. */
function theCase(station: SimulatedStation): Promise<CaseDocument | undefined> {
  return station.run(
    station.station.store.read(async (db) => {
      const row = await db.selectFrom('cases').select('state').executeTakeFirst()
      return row && (JSON.parse(row.state) as CaseDocument)
    }),
  )
}

function takeTicket(station: SimulatedStation): Promise<string> {
  const nik = station.world.office.personAtCounter?.biodata.nik ?? ''
  return station.run(station.station.cases.takeTicket(station.actor, { nik, priority: false, standardId: 'timed-recording' }))
}

async function advance(station: SimulatedStation, doc: CaseDocument): Promise<void> {
  const { cases, capture, issuance } = station.station
  const { caseId } = doc
  const { actor } = station
  switch (doc.steps.find(({ id }) => id === doc.currentStepId)?.kind) {
    case 'examine':
      for (const { id } of doc.requirements) await station.run(cases.checkRequirement(actor, caseId, id, true))
      return station.run(cases.completeStep(actor, caseId, doc.currentStepId))
    case 'registry_check':
      if (!doc.biodata) await station.run(cases.completeStep(actor, caseId, doc.currentStepId))
      return station.run(cases.confirmApplicant(actor, caseId))
    case 'capture': {
      for (const each of doc.modalities) if (!isCaptured(each)) await station.capture(caseId, each.modality)
      await station.untilDevice('signature_pad', 'ready')
      if (!(await station.caseNow(caseId)).recordSigned) await station.run(capture.signRecord(actor, caseId))
      return station.run(capture.seal(actor, caseId))
    }
    case 'send':
      return station.until(({ cases: all }) => all.find((each) => each.caseId === caseId)?.currentStepId !== doc.currentStepId)
    case 'encode':
    case 'print':
      return station.issue(caseId)
    case 'hand_over':
      await station.untilDevice('slap_scanner', 'ready')
      await station.run(issuance.verifyHolder(actor, caseId, 0))
      return station.run(issuance.handOver(actor, caseId, ''))
    case 'archive':
      return station.run(cases.archive(actor, caseId, 'shelf 1'))
    default:
      return station.run(cases.completeStep(actor, caseId, doc.currentStepId))
  }
}

/**
 * Walks one person through, stopping the world to hand over each instant that could be the last one: after every lasting effect,
 * and whenever the station has just told that something is done.
 */
async function walk(
  first: Person,
  folder: string,
  visit: (instant: Instant) => Promise<void>,
  store?: Environment['openStore'],
): Promise<{ effects: number; instants: number }> {
  const world = await simulatedWorld({ seed, first, printReadyAfterMs })
  await world.office.callPerson()
  const told: Instant[] = []
  let effects = 0
  let instants = 0
  let seen = ''
  let running: SimulatedStation | undefined
  const now = (after: Instant['after'], where: string): Instant => ({
    number: ++instants,
    after,
    folder: where,
    centreMemory: world.office.centre.exportMemory(),
    cards: cardsNow(world.office),
    atMs: world.clock.nowMs(),
    told: running?.state.cases[0],
  })
  const stopped = async (act: () => Promise<void>) => {
    const release = world.clock.hold()
    try {
      await act()
    } finally {
      release()
    }
  }
  const stopAfterEach = (inner: Effects): Effects => ({
    perform: async (kind, act) => {
      for (const instant of told.splice(0)) await stopped(() => visit(instant))
      const result = await inner.perform(kind, act)
      if (!lasting.has(kind)) return result
      effects++
      const trace = traceOf(world.office)
      // A command that only read left everything as it was: the same instant once more.
      if (trace === seen && kind !== 'store.commit' && kind !== 'blob.write') return result
      seen = trace
      await stopped(() => visit(now(kind, folder)))
      return result
    },
  })
  running = await openSimulatedStation({ seed, world, folder, examine, effects: stopAfterEach, ...(store && { openStore: store }) })
  running.state.subscribe((event) => {
    if (event.is !== 'case') return
    // What is on the disk at the very moment in which the word goes out; later writes must not mend it.
    const copy = `${folder}-told-${instants + 1}`
    cpSync(folder, copy, { recursive: true, filter: (source) => !source.endsWith('lock.db') })
    told.push(now('told', copy))
  })
  await finish(running)
  await running.close()
  return { effects, instants }
}

/** What an effect outside the store can have changed. */
function traceOf(office: SimulatedStation['world']['office']): string {
  const { packets, uploads, bundles, stations } = office.centre.exportMemory()
  const uploaded = [...uploads.values()].reduce((sum, { chunks }) => sum + chunks.size, 0)
  return `${fingerprint(cardsNow(office))} ${packets.size} ${uploaded} ${bundles} ${stations.size}`
}

/** What a new station on the files of that instant makes of it. @returns what is wrong, or '' */
async function resume(first: Person, instant: Instant): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rekam-crash-'))
  try {
    await copyLive(instant.folder, folder)
    const world = await simulatedWorld({ seed, first, printReadyAfterMs, atMs: instant.atMs + 60_000, centreMemory: instant.centreMemory })
    layCards(world.office, instant.cards, (chip) => world.cards.insert(couplerName, chip))
    await world.office.callPerson()
    const station = await openSimulatedStation({ seed: seed + instant.number, world, folder, examine })
    try {
      const before = await kept(station)
      const lost = whatWasLost(instant.told, await theCase(station))
      // Behind the word lie the files of the commit before it, and that instant goes the whole way.
      if (lost !== '' || instant.after === 'told') return lost
      const caseId = await finish(station)
      return await whatIsWrong(station, caseId, before)
    } finally {
      await station.close()
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What the station had told as done must be in the files. */
function whatWasLost(told: CaseDocument | undefined, found: CaseDocument | undefined): string {
  if (!told) return ''
  if (!found) return 'the case is gone'
  if (found.revision < told.revision) return `the case stands at revision ${found.revision}, ${told.revision} was told as done`
  const missing = told.modalities.filter(
    (each) => isCaptured(each) && !found.modalities.some((now) => now.modality === each.modality && isCaptured(now)),
  )
  return missing.map(({ modality }) => `${modality} was accepted and is gone`).join('; ')
}

/** Sealed record of each accepted modality. */
function kept(station: SimulatedStation): Promise<ReadonlyMap<string, string>> {
  return station.run(
    station.station.store.read(async (db) => {
      const rows = await db.selectFrom('captures').select(['modality', 'document']).execute()
      return new Map(rows.map(({ modality, document }) => [modality, document]))
    }),
  )
}

/** The invariants of a finished case: nothing lost, nothing doubled, no card in doubt. */
async function whatIsWrong(station: SimulatedStation, caseId: string, before: ReadonlyMap<string, string>): Promise<string> {
  const { store } = station.station
  const { printer } = station
  const wrong: string[] = []
  const hold = (what: string, holds: boolean) => {
    if (!holds) wrong.push(what)
  }
  const after = await kept(station)
  const { rows, blanks } = await station.run(
    store.read(async (db) => ({
      rows: await db.selectFrom('cases').select('id').execute(),
      blanks: await db.selectFrom('blank_cards').select(['serial', 'state', 'case_id']).execute(),
    })),
  )
  hold('exactly one case', rows.length === 1 && rows[0]?.id === caseId)
  hold(
    'an accepted modality was captured again',
    [...before].every(([modality, document]) => after.get(modality) === document),
  )
  hold('every modality is kept', modalities.every((modality) => after.has(modality)) && after.has('approval'))
  hold('exactly one packet at the centre', station.centre.packetIds.length === 1)
  hold('exactly one card printed', printer.output.length === 1 && printer.printed === 1)
  hold('no card spoiled or left inside', printer.rejected.length === 0 && printer.station === undefined)
  const used = blanks.filter(({ state }) => state !== 'issued_to_station')
  hold('exactly one blank used, handed over', used.length === 1 && used[0]?.state === 'handed_over' && used[0]?.case_id === caseId)
  hold('the printed card is the bound one', used[0]?.serial === printer.output[0]?.serial)
  hold('the audit chain is whole', (await station.run(store.audit.verify())).ok)
  hold('the store is whole', (await station.run(store.integrityCheck())).ok)
  return wrong.length === 0 ? '' : `not so: ${wrong.join('; ')}`
}

// Some hundred restarts of a whole station: minutes, not the two that other files get.
t.setTimeout(1_200_000)

async function inFolder<T>(t: Test, act: (folder: string) => Promise<T>): Promise<T> {
  t.comment(`seed ${seed}`)
  return act(join(t.testdir(), 'data'))
}

t.test('killed after any effect, the restarted station completes the case with nothing lost or doubled', { timeout: 900_000 }, (t) =>
  inFolder(t, async (folder) => {
    const first = syntheticPerson(seed)
    const failures: string[] = []
    const kinds = new Map<string, number>()
    const { effects, instants } = await walk(first, folder, async (instant) => {
      kinds.set(instant.after, (kinds.get(instant.after) ?? 0) + 1)
      const wrong = await resume(first, instant)
      if (wrong !== '') failures.push(`instant ${instant.number} after ${instant.after}: ${wrong}`)
    })
    t.comment(`${effects} effects, ${instants} different instants: ${JSON.stringify([...kinds])}`)
    t.strictSame(failures, [])
    t.ok(instants > 100, `${instants} instants`)
    for (const kind of ['store.commit', 'blob.write', 'card.command', 'printer.command', 'centre.request'])
      t.ok(kinds.has(kind), `killed after ${kind}`)
  }),
)

t.test('a store that answers before it has written is caught', { timeout: 300_000 }, (t) =>
  inFolder(t, async (folder) => {
    const first = syntheticPerson(seed)
    let caught = ''
    const lying: Environment['openStore'] = async (deps) => brokenStore(await openStore({ ...deps, effects: directEffects }), deps.effects)
    const enough = new Error('enough seen')
    const walking = walk(
      first,
      folder,
      async (instant) => {
        if (instant.after !== 'told') return
        caught = await resume(first, instant)
        if (caught !== '') throw enough
      },
      lying,
    )
    await walking.catch((error: unknown) => {
      if (error !== enough) throw error
    })
    t.not(caught, '')
    t.comment(caught)
  }),
)
