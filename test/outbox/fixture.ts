// A station's outbox and a simulated centre around one virtual clock: what the tests of packet delivery, bundles and the centre share.

import { createCentreClient } from '../../daemon/centre/client.js'
import type { Effects } from '../../daemon/effects.js'
import { createOutbox, type Outbox, type OutboxEvent, type OutboxLimits } from '../../daemon/outbox/outbox.js'
import { sealPacket } from '../../daemon/packet/seal.js'
import { newStationIdentity, publicIdentity, type StationIdentity } from '../../daemon/packet/station-identity.js'
import type { Store } from '../../daemon/store/store.js'
import type { CentreBiodata } from '../../protocol/hardware/centre.js'
import { silentLog } from '../../protocol/log.js'
import { type CentreOptions, type SimulatedCentre, simulatedCentre } from '../../simulator/centre/centre.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'
import { startMs } from '../store/fixture.js'

export const niks = ['7371015502040001', '7371012902040001', '7371017105990001', '7371010107990002'] as const

export function biodataOf(nik: string): CentreBiodata {
  return {
    nik,
    name: `ORANG ${nik.slice(-4)}`,
    sex: 'F',
    birthDate: '2004-02-15',
    birthPlace: 'MAKASSAR',
    citizenship: 'WNI',
    address: 'JL. CONTOH 1',
    religion: 'ISLAM',
    maritalStatus: 'BELUM KAWIN',
    bloodGroup: 'O',
    occupation: 'PELAJAR',
    familyCardNumber: '7371010101010001',
  }
}

/** Stands for the composition's kernels: bytes that say which record they came of. */
const biometrics: CentreOptions['biometrics'] = {
  templates: async (records) =>
    records
      .flatMap(({ position }) => (position === 13 ? [2, 3] : position === 14 ? [7, 8] : []))
      .map((position) => ({
        position,
        template: new Uint8Array(36).fill(position),
      })),
  photo: async (record) => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), record.subarray(0, 40)]),
  signature: async (record) => Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), record.subarray(0, 40)]),
}

export interface World {
  readonly clock: VirtualClock
  readonly centre: SimulatedCentre
  readonly station: StationIdentity
}

export function world(over: Partial<CentreOptions> = {}): World {
  const clock = new VirtualClock(startMs)
  const known = new Set<string>(niks)
  const centre = simulatedCentre({
    clock,
    random: seededRandom(5),
    population: { find: (nik) => (known.has(nik) ? biodataOf(nik) : undefined) },
    biometrics,
    hold: () => clock.hold(),
    ...over,
  })
  return { clock, centre, station: newStationIdentity('mks-01') }
}

/** Time stands still while the station works; the centre holds the clock by itself. */
export function heldEffects(clock: VirtualClock): Effects {
  return {
    perform: async (kind, act) => {
      if (kind === 'centre.request') return act()
      const release = clock.hold()
      try {
        return await act()
      } finally {
        release()
      }
    },
  }
}

export const modalityItems = ['face', 'signature', 'right_four', 'left_four', 'thumbs', 'irises'].map((modality, at) => ({
  type: `record.${modality}`,
  bytes: seededRandom(100 + at).bytes(at === 2 ? 150_000 : 2_000),
}))

export function sealFor(world: World, caseId: string, nik: string, over: { omit?: string; station?: StationIdentity; seed?: number } = {}) {
  const items = [
    ...modalityItems.filter(({ type }) => type !== over.omit),
    { type: 'biodata', bytes: Buffer.from(JSON.stringify(biodataOf(nik))) },
    { type: 'approval', bytes: Buffer.from('{"approved":true}') },
  ]
  return sealPacket(
    {
      caseId,
      sessionId: `s-${caseId}`,
      items,
      auditHead: { seq: 9, hash: '9a'.repeat(32) },
      devices: [],
      softwareVersion: '0.1.0',
      createdAtMs: world.clock.nowMs(),
      createdMonotonicMs: world.clock.monotonicMs(),
    },
    { station: over.station ?? world.station, sealing: world.centre.publicKeys.sealing },
    seededRandom(over.seed ?? Number.parseInt(Buffer.from(caseId).toString('hex').slice(-6), 16)),
  )
}

export interface Bench extends World {
  readonly store: Store
  readonly outbox: Outbox
  readonly events: OutboxEvent[]
  /** Seals, stages and enqueues; does not send. @returns the packet id */
  enqueue(caseId: string, nik: string, over?: Parameters<typeof sealFor>[3]): Promise<string>
  /** Lets time run until an event fits. */
  event(fits: (event: OutboxEvent) => boolean): Promise<OutboxEvent>
  /** Lets time run until nothing waits any more. */
  drained(): Promise<void>
  row(packetId: string): Promise<{ state: string; receipt_jws: string | null; attempts: number }>
}

export interface BenchOptions {
  readonly effects?: Effects
  readonly limits?: OutboxLimits
  readonly chunkBytes?: number
}

export async function outboxBench(world: World, store: Store, options: BenchOptions = {}): Promise<Bench> {
  const { clock, centre, station } = world
  const effects = options.effects ?? heldEffects(clock)
  const client = createCentreClient({ transport: centre.transport, effects })
  const { unreachable } = centre.script
  centre.script.unreachable = false
  const centreKeys = await createCentreClient({ transport: centre.transport, effects: heldEffects(clock) }).enrolStation(
    publicIdentity(station),
  )
  centre.script.unreachable = unreachable
  const outbox = createOutbox({
    store,
    centre: client,
    centreKeys,
    clock,
    random: seededRandom(77),
    effects,
    log: silentLog,
    chunkBytes: options.chunkBytes ?? 32 * 1024,
    ...(options.limits && { limits: options.limits }),
  })
  const events: OutboxEvent[] = []
  outbox.onEvent((event) => void events.push(event))
  return {
    ...world,
    store,
    outbox,
    events,
    enqueue: async (caseId, nik, over) => {
      const sealed = await sealFor(world, caseId, nik, over)
      const staged = await outbox.stage(sealed)
      await store.commit({ actor: 'op', act: 'record.sealed', caseId }, (trx) => outbox.enqueue(trx, staged))
      return sealed.packetId
    },
    event: (fits) => {
      const found = events.find(fits)
      if (found) return Promise.resolve(found)
      return clock.runUntil(
        new Promise((resolve) => {
          outbox.onEvent((event) => {
            if (fits(event)) resolve(event)
          })
        }),
      )
    },
    drained: () =>
      clock.runUntil(
        new Promise((resolve) => {
          outbox.onChange(({ waiting }) => {
            if (waiting === 0) resolve()
          })
          outbox.kick()
        }),
      ),
    row: async (packetId) => {
      const row = await store.read((db) =>
        db.selectFrom('packets').select(['state', 'receipt_jws', 'attempts']).where('id', '=', packetId).executeTakeFirst(),
      )
      if (!row) throw new Error('no such packet')
      return row
    },
  }
}
