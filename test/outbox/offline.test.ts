// Thirty days and three thousand sealed records without the centre, then a refusal that says why; when the line is back everything goes out, oldest
// first, and the counter goes on. The real station, store and outbox in virtual time; small packets, no devices.

import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createCentreClient } from '../../daemon/centre/client.js'
import { parseConfig } from '../../daemon/config.js'
import type { Actor } from '../../daemon/desks.js'
import { createOutbox, type StagedPacket } from '../../daemon/outbox/outbox.js'
import { sealPacket } from '../../daemon/packet/seal.js'
import { loadStationIdentity } from '../../daemon/packet/station-identity.js'
import { loadStandards, shippedStandards } from '../../daemon/service/load-standards.js'
import { roles } from '../../daemon/service/standard.js'
import { openStation, type RunningStation } from '../../daemon/station.js'
import { diskFiles } from '../../daemon/store/files.js'
import { openDirectLink } from '../../daemon/store/sqlite-link.js'
import { openStore } from '../../daemon/store/store.js'
import { isFault } from '../../protocol/fault.js'
import { silentLog } from '../../protocol/log.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { inprocCards } from '../../simulator/transport/inproc-card.js'
import { inprocSerial } from '../../simulator/transport/inproc-serial.js'
import { inprocUsb } from '../../simulator/transport/inproc-usb.js'
import { storeKey } from '../store/fixture.js'
import { biodataOf, heldEffects, modalityItems, niks, type World, world } from './fixture.js'

const dayMs = 24 * 3_600_000
const officer: Actor = { operator: 'op-1', roles }

/** What a station without devices refuses a capture with once everything else allows it. */
const allowed = 'device.absent'

const papers = [
  { type: 'biodata', bytes: Buffer.from(JSON.stringify(biodataOf(niks[1]))) },
  { type: 'approval', bytes: Buffer.from('{"approved":true}') },
]

async function stationOver(t: Test, around: World): Promise<RunningStation> {
  const { clock, centre } = around
  const nothing = () => Promise.reject(new Error('nothing is captured here'))
  const idle = { analyse: nothing, examineFace: nothing, make: nothing, examine: nothing, examineEyes: nothing, compareHolder: nothing }
  const workers = { ...idle, findFinger: nothing, compareOperators: nothing, close: async () => {} }
  const station = await clock.runUntil(
    openStation(
      {
        ...{ clock, random: seededRandom(4), effects: heldEffects(clock), log: silentLog },
        transports: {
          usb: inprocUsb(clock).transport(),
          serial: inprocSerial().transport(),
          cards: inprocCards(clock, []).transport(),
          centre: centre.transport,
        },
        storage: { folder: join(t.testdir(), 'data'), key: storeKey, openLink: openDirectLink, reserveBytes: 0 },
        workers: () => ({ analyst: workers, records: workers }),
        // Thousands of fsyncs are the disk's speed, not ours; that files are synced is proven in test/store.
        openStore: (deps) => openStore({ ...deps, files: { ...diskFiles, syncFolder: async () => {} } }),
      },
      {
        config: parseConfig({ stationId: 'SIM-1', faceApproval: 'any_order' }, 'offline'),
        standards: await loadStandards(shippedStandards),
      },
    ),
  )
  t.teardown(() => clock.runUntil(station.close()))
  return station
}

/** One person stands at the recording for the whole month. */
async function someoneAtTheRecording({ cases }: RunningStation, { clock }: World): Promise<string> {
  const run = <T>(work: Promise<T>) => clock.runUntil(work)
  const caseId = await run(cases.takeTicket(officer, { nik: niks[0], priority: false, standardId: 'timed-recording' }))
  await run(cases.checkRequirement(officer, caseId, 'family_card_copy', true))
  for (const step of ['examine', 'check_registry']) await run(cases.completeStep(officer, caseId, step))
  await run(cases.confirmApplicant(officer, caseId))
  return caseId
}

const startCapture = ({ capture }: RunningStation, { clock }: World, caseId: string): Promise<string> =>
  clock.runUntil(
    capture.start(officer, caseId, 'face').then(
      () => 'started',
      (error: unknown) => (isFault(error) ? error.code : String(error)),
    ),
  )

/** Seals little records as the station does and leaves them in its outbox. */
async function sealer({ store }: RunningStation, { clock, centre }: World) {
  const effects = heldEffects(clock)
  const identity = await loadStationIdentity(store, 'SIM-1')
  const client = createCentreClient({ transport: centre.transport, effects })
  const centreKeys = centre.publicKeys
  const outbox = createOutbox({ store, centre: client, centreKeys, clock, random: seededRandom(9), effects, log: silentLog })
  const random = seededRandom(5)
  let last = 0
  const seal = async (): Promise<StagedPacket> => {
    const caseId = `case-${++last}`
    const items = [...modalityItems.map(({ type }) => ({ type, bytes: random.bytes(40) })), ...papers]
    return outbox.stage(
      await sealPacket(
        {
          ...{ caseId, sessionId: caseId, items, devices: [], softwareVersion: '0', auditHead: { seq: 1, hash: '0'.repeat(64) } },
          ...{ createdAtMs: clock.nowMs(), createdMonotonicMs: clock.monotonicMs() },
        },
        { station: identity, sealing: centreKeys.sealing },
        random,
      ),
    )
  }
  /** Another case's packet around the same ciphertext: the limit counts packets, and sealing takes milliseconds. Never sent. */
  const likeness = ({ packet, ...staged }: StagedPacket): StagedPacket => {
    const number = String(++last)
    return {
      ...staged,
      packet: { ...packet, caseId: `case-${number}`, packetId: `${packet.packetId.slice(0, -8)}${number.padStart(8, '0')}` },
    }
  }
  const keep = (staged: readonly StagedPacket[]) =>
    store.commit({ actor: 'op-1', act: 'records.sealed', facts: { count: staged.length } }, async (trx) => {
      for (const each of staged) await outbox.enqueue(trx, each)
    })
  return {
    /** @returns the packets' ids, oldest first */
    real: async (count: number): Promise<readonly string[]> => {
      const staged: StagedPacket[] = []
      for (let i = 0; i < count; i++) staged.push(await seal())
      await keep(staged)
      return staged.map(({ packet }) => packet.packetId)
    },
    likenesses: async (count: number): Promise<void> => {
      const one = await seal()
      await keep(Array.from({ length: count }, () => likeness(one)))
    },
  }
}

const waitingIn = async ({ store }: RunningStation): Promise<number> =>
  (await store.read((db) => db.selectFrom('packets').select('id').where('state', 'in', ['queued', 'sending']).execute())).length

/** The line is back for as long as it takes until so many still wait. */
async function untilWaiting(station: RunningStation, { clock, centre }: World, count: number): Promise<void> {
  centre.script.unreachable = false
  await clock.runUntil(
    new Promise<void>((resolve) => {
      const stop = station.state.subscribe((event) => {
        if (event.is !== 'outbox' || event.outbox.waiting !== count || !event.outbox.reachable) return
        centre.script.unreachable = true
        stop()
        resolve()
      })
    }),
  )
}

t.test('three thousand records wait; the next is refused, nothing is lost, and when the line is back the counter goes on', async (t) => {
  const around = world()
  const { clock, centre } = around
  const station = await stationOver(t, around)
  const caseId = await someoneAtTheRecording(station, around)
  const { real, likenesses } = await sealer(station, around)
  centre.script.unreachable = true
  const refusals = new Set<string>()
  const firstDay = await real(100)
  for (let day = 2; day <= 30; day++) {
    clock.jumpWall(dayMs)
    refusals.add(await startCapture(station, around, caseId))
    await likenesses(100)
  }
  t.same([...refusals], [allowed], 'thirty days of a hundred persons')
  t.equal(await waitingIn(station), 3_000)

  await t.rejects(
    clock.runUntil(station.capture.start(officer, caseId, 'face')),
    { code: 'packet.outbox_full', context: { count: 3_000, limit: 3_000 } },
    'no record is begun that could not be kept',
  )
  await t.rejects(real(1), { code: 'packet.outbox_full' }, 'nor is one added behind the back of that')
  t.equal(await waitingIn(station), 3_000, 'nothing was pushed out')
  t.same(centre.packetIds, [])

  await untilWaiting(station, around, 2_900)
  t.same(centre.packetIds, firstDay, 'oldest first, each once')
  t.equal(await startCapture(station, around, caseId), allowed)
  const [next = ''] = await real(1)
  t.equal(await waitingIn(station), 2_901)
  const rows = await station.store.read((db) => db.selectFrom('packets').select(['id', 'state', 'receipt_jws']).execute())
  t.equal(rows.length, 3_001)
  t.ok(
    rows.every(
      ({ id, state, receipt_jws }) =>
        (state === 'committed') === (receipt_jws !== null) && (state === 'committed') === firstDay.includes(id),
    ),
    'only a receipt ends the waiting',
  )
  t.ok(rows.some(({ id }) => id === next))
  t.match(await station.store.audit.verify(), { ok: true })
})

t.test('on the thirty-first day without the centre no record is begun; one receipt later it goes on', async (t) => {
  const around = world()
  const { clock, centre } = around
  const station = await stationOver(t, around)
  const caseId = await someoneAtTheRecording(station, around)
  const { real } = await sealer(station, around)
  centre.script.unreachable = true
  const [oldest] = await real(1)
  clock.jumpWall(29 * dayMs)
  const [younger] = await real(1)
  clock.jumpWall(dayMs - 3_600_000)
  // The last hour passes minute by minute: the outbox tries the line all the while.
  await clock.runUntil(new Promise<void>((resolve) => void clock.after(3_540_000, resolve)))
  t.equal(await startCapture(station, around, caseId), allowed, 'a minute before')
  clock.jumpWall(120_000)
  const refused = { code: 'packet.overdue', context: { limit: 30 * dayMs } }
  await t.rejects(clock.runUntil(station.capture.start(officer, caseId, 'face')), refused, 'a minute after')
  t.match(station.state.outbox, { waiting: 2, reachable: false })
  await untilWaiting(station, around, 1)
  t.same(centre.packetIds, [oldest])
  t.equal(await startCapture(station, around, caseId), allowed, 'the younger one may wait on')
  await untilWaiting(station, around, 0)
  t.same(centre.packetIds, [oldest, younger])
})
