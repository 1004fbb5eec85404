// A whole station in this process, over a simulated office, in virtual time: what scenarios are told with. The world (office, cards, centre, clock)
// outlives a station: a second one opens over the same world and a copy of the folder, as after a power cut.

import { join } from 'node:path'
import type { Test } from 'tap'
import { analyseFrame, examineFaceFrame } from '../../daemon/capture/analyse-frame.js'
import { examineEyes } from '../../daemon/capture/eyes.js'
import { openFaceWatch } from '../../daemon/capture/face-watch.js'
import { type Examination, type ExamineJob, examineFingers } from '../../daemon/capture/fingers.js'
import { makeRecord } from '../../daemon/capture/make-record.js'
import { centreBiometrics } from '../../daemon/cli/centre-biometrics.js'
import { parseConfig } from '../../daemon/config.js'
import type { Actor } from '../../daemon/desks.js'
import type { Effects } from '../../daemon/effects.js'
import { compareHolder } from '../../daemon/issuance/compare-holder.js'
import { defaultPhotoPolicy } from '../../daemon/kernels/face/ktp-photo.js'
import { openSimd } from '../../daemon/kernels/simd/simd.js'
import type { CaseDocument } from '../../daemon/service/case.js'
import { loadStandards, shippedStandards } from '../../daemon/service/load-standards.js'
import { roles } from '../../daemon/service/standard.js'
import { type DeviceKind, type FaultNotice, type Modality, modalities, type StationState } from '../../daemon/state.js'
import { type Environment, openStation, type RunningStation } from '../../daemon/station.js'
import { openDirectLink } from '../../daemon/store/sqlite-link.js'
import type { Clock, Timer } from '../../protocol/clock.js'
import type { Facts } from '../../protocol/facts.js'
import type { SerialTransport } from '../../protocol/hardware/serial.js'
import type { Log, LogLevel } from '../../protocol/log.js'
import type { CentreMemory } from '../../simulator/centre/state.js'
import type { Manner } from '../../simulator/office/counter.js'
import { createOffice, type Office } from '../../simulator/office/office.js'
import type { Person } from '../../simulator/people/person.js'
import { seededRandom } from '../../simulator/seeded-random.js'
import { type InprocCards, inprocCards } from '../../simulator/transport/inproc-card.js'
import { type InprocSerial, inprocSerial } from '../../simulator/transport/inproc-serial.js'
import { type InprocUsb, inprocUsb } from '../../simulator/transport/inproc-usb.js'
import { VirtualClock } from '../../simulator/virtual-clock.js'
import { copyLive, startMs, storeKey } from '../store/fixture.js'

export const couplerName = 'Printer Contactless Station'
export const padPath = 'tty-pad'

export interface World {
  readonly clock: VirtualClock
  readonly office: Office
  readonly usb: InprocUsb
  readonly serial: InprocSerial
  readonly cards: InprocCards
}

export interface WorldOptions {
  readonly seed: number
  /** Who comes to the counter first; drawing a person takes seconds, so scenarios share one. */
  readonly first?: Person
  readonly atMs?: number
  /** How people come before the devices; practised unless given: most scenarios are not about coaching. */
  readonly manner?: Manner
  /** From a packet's receipt to print-ready. */
  readonly printReadyAfterMs?: number
  /** What an earlier centre remembers. */
  readonly centreMemory?: CentreMemory
}

export async function simulatedWorld({ seed, first, atMs, printReadyAfterMs, centreMemory, manner }: WorldOptions): Promise<World> {
  const clock = new VirtualClock(atMs ?? startMs)
  const cards = inprocCards(clock, [couplerName])
  const office = createOffice({
    seed,
    clock,
    biometrics: centreBiometrics,
    manner: manner ?? 'practised',
    coupler: { insert: (card) => cards.insert(couplerName, card), remove: () => cards.remove(couplerName) },
    ...(first && { first }),
    ...(printReadyAfterMs !== undefined && { printReadyAfterMs }),
    ...(centreMemory && { centreFolder: { memory: centreMemory, keep: () => {} } }),
  })
  const usb = inprocUsb(clock)
  for (const model of [office.scanner, office.irisCamera, office.faceCamera, office.printer]) await usb.plug(model)
  const serial = inprocSerial()
  serial.plug(padPath, office.pad)
  return { clock, office, usb, serial, cards }
}

/** The kernels' twins, one for all stations of a test: the references do the same, slower. */
const simd = openSimd()
/** As patient as the default policy; the networks are opened once. */
const faces = openFaceWatch(defaultPhotoPolicy, simd)

/** Every line the station would have logged, of all levels. */
export class RememberingLog implements Log {
  readonly lines: { readonly level: LogLevel; readonly event: string; readonly facts: Facts }[] = []
  write(level: LogLevel, event: string, facts: Facts = {}): void {
    this.lines.push({ level, event, facts })
  }
}

/** The time of one station: when that dies, no timer of it goes off any more, while the world's clock goes on. */
class StationClock implements Clock {
  readonly #world: VirtualClock
  #dead = false

  constructor(world: VirtualClock) {
    this.#world = world
  }
  nowMs = () => this.#world.nowMs()
  monotonicMs = () => this.#world.monotonicMs()
  after(delayMs: number, fire: () => void): Timer {
    return this.#world.after(delayMs, () => {
      if (!this.#dead) fire()
    })
  }
  die(): void {
    this.#dead = true
  }
}

/** Time stands still while the station works; the simulated centre holds the clock by itself. */
function heldEffects(clock: VirtualClock): Effects {
  return {
    perform: async (kind, act) => {
      // A card or printer answers in its own time, which must go on; so must that of a centre that is slow.
      if (kind === 'centre.request' || kind === 'printer.command' || kind === 'card.command') return act()
      const release = clock.hold()
      try {
        return await act()
      } finally {
        release()
      }
    },
  }
}

/** A station at one moment: its files as after a power cut, what the centre knew, and when it was. */
export interface Moment {
  readonly folder: string
  readonly centreMemory: CentreMemory
  readonly atMs: number
}

export interface StationSetup {
  readonly seed: number
  /** Default: a fresh one of the test. */
  readonly folder?: string
  /** Default: a new one of the seed. */
  readonly world?: World
  readonly first?: Person
  /** Goes around the way in which the station reaches out, e.g. to count and to kill. */
  readonly effects?: (inner: Effects) => Effects
  readonly openStore?: Environment['openStore']
  readonly reserveBytes?: number
  /** In place of the kernels, where a scenario is not about fingers. */
  readonly examine?: (job: ExamineJob) => Examination
  /** As the site's configuration says it. */
  readonly presentationAttack?: 'refuse' | 'review' | 'ignore'
  /** `any_order` unless given: a scenario begins where it is about something. */
  readonly faceApproval?: 'first' | 'any_order'
}

/** Opened, and closed when the test ends. The test's output names the seed. */
export async function simulatedStation(t: Test, setup: StationSetup): Promise<SimulatedStation> {
  const { seed } = setup
  t.comment(`seed ${seed}`)
  const world = setup.world ?? (await simulatedWorld({ seed, ...(setup.first && { first: setup.first }) }))
  const station = await openSimulatedStation({ ...setup, world, folder: setup.folder ?? join(t.testdir(), 'data') })
  t.teardown(() => station.close())
  return station
}

/** A new world and station that go on from `moment`, with the same seed and the same person at the counter. */
export async function stationFrom(t: Test, moment: Moment, setup: StationSetup & { readonly first: Person }): Promise<SimulatedStation> {
  const { atMs, centreMemory } = moment
  const world = setup.world ?? (await simulatedWorld({ seed: setup.seed, first: setup.first, atMs, centreMemory }))
  const folder = join(t.testdir(), 'data')
  await copyLive(moment.folder, folder)
  await world.office.callPerson()
  return simulatedStation(t, { ...setup, world, folder })
}

/** Without a test around it; the caller closes. */
export async function openSimulatedStation(
  setup: StationSetup & { readonly world: World; readonly folder: string },
): Promise<SimulatedStation> {
  const { world, folder, seed } = setup
  const log = new RememberingLog()
  const clock = new StationClock(world.clock)
  const life = { over: false }
  const inner = setup.effects?.(heldEffects(world.clock)) ?? heldEffects(world.clock)
  const effects: Effects = { perform: (kind, act) => (life.over ? new Promise<never>(() => {}) : inner.perform(kind, act)) }
  const { usb, serial, cards, office } = world
  const line = serial.transport()
  // A dead station does not reach for the pad when its line comes back.
  const ownLine: SerialTransport = {
    list: () => line.list(),
    open: (...of) => (life.over ? new Promise<never>(() => {}) : line.open(...of)),
  }
  const transports = { usb: usb.transport(), serial: ownLine, cards: cards.transport(), centre: office.centre.transport }
  const environment: Environment = {
    clock,
    random: seededRandom(seed + 1),
    effects,
    log,
    transports,
    storage: { folder, key: storeKey, openLink: openDirectLink, reserveBytes: setup.reserveBytes ?? 0 },
    // The same work as in the threads, without their start of seconds.
    workers: () => ({
      analyst: {
        analyse: (frame, task, preview) =>
          effects.perform('compute', () => analyseFrame(frame.bytes, frame.header, task, preview, { simd, faces })),
        examineFace: (jpeg, captureId, applicant) => effects.perform('compute', () => examineFaceFrame(jpeg, captureId, applicant, faces)),
        close: async () => {},
      },
      records: {
        make: (job) => effects.perform('compute', () => makeRecord(job, simd)),
        examine: (job) => effects.perform('compute', async () => setup.examine?.(job) ?? examineFingers(job, simd)),
        examineEyes: (job) => effects.perform('compute', async () => examineEyes(job, simd)),
        compareHolder: (job) => effects.perform('compute', async () => compareHolder(job, simd)),
        close: async () => {},
      },
    }),
    ...(setup.openStore && { openStore: setup.openStore }),
  }
  const config = parseConfig(
    {
      stationId: 'SIM-STATION-1',
      cardTerminal: couplerName,
      signaturePadPath: padPath,
      simulated: true,
      ...office.settings,
      ...(setup.presentationAttack && { presentationAttack: setup.presentationAttack }),
      faceApproval: setup.faceApproval ?? 'any_order',
    },
    'simulated office',
  )
  const standards = await loadStandards(shippedStandards)
  const station = await world.clock.runUntil(openStation(environment, { config, standards }))
  const die = async () => {
    clock.die()
    life.over = true
    await Promise.all([transports.usb.close(), transports.cards.close()])
    // A serial line has no owner that could be closed: the dead one's grip on it ends with a replug.
    serial.unplug(padPath)
    serial.plug(padPath, office.pad)
  }
  return new SimulatedStation(world, station, log, folder, die)
}

const officer: Actor = { operator: 'op-1', roles }

/** The station, its people and its world, in the words of the counter. Every act runs the clock until it is done. */
export class SimulatedStation {
  readonly world: World
  readonly station: RunningStation
  readonly log: RememberingLog
  readonly folder: string
  readonly faults: FaultNotice[] = []
  readonly actor = officer
  readonly #die: () => Promise<void>
  #closed = false

  constructor(world: World, station: RunningStation, log: RememberingLog, folder: string, die: () => Promise<void>) {
    this.world = world
    this.station = station
    this.log = log
    this.folder = folder
    this.#die = die
    station.state.subscribe((event) => {
      if (event.is === 'fault') this.faults.push(event.fault)
    })
  }

  get state(): StationState {
    return this.station.state
  }
  get printer(): Office['printer'] {
    return this.world.office.printer
  }
  get centre(): Office['centre'] {
    return this.world.office.centre
  }

  run<T>(work: Promise<T>): Promise<T> {
    return this.world.clock.runUntil(work)
  }

  /** What the work was refused with, or undefined when it was done. */
  refusal(work: Promise<unknown>): Promise<unknown> {
    return this.run(
      work.then(
        () => undefined,
        (error: unknown) => error,
      ),
    )
  }

  /** Lets time run until the state is as wanted. */
  until(wanted: (state: StationState) => boolean): Promise<void> {
    const { state } = this.station
    if (wanted(state)) return Promise.resolve()
    return this.run(
      new Promise((resolve) => {
        const stop = state.subscribe(() => {
          if (!wanted(state)) return
          stop()
          resolve()
        })
      }),
    )
  }

  untilDevice(kind: DeviceKind, wanted: string): Promise<void> {
    return this.until(({ devices }) => devices.find((device) => device.kind === kind)?.state === wanted)
  }

  untilStep(caseId: string, stepId: string): Promise<void> {
    return this.until(({ cases }) => cases.find((doc) => doc.caseId === caseId)?.currentStepId === stepId)
  }

  /** As the store has it. */
  caseNow(caseId: string): Promise<CaseDocument> {
    return this.run(
      this.station.store.read(async (db) => {
        const row = await db.selectFrom('cases').select('state').where('id', '=', caseId).executeTakeFirstOrThrow()
        return JSON.parse(row.state) as CaseDocument
      }),
    )
  }

  /** State of a blank in stock, by the number on its back. */
  async blank(serial: string): Promise<{ readonly state: string; readonly case_id: string | null; readonly reason: string | null }> {
    return this.run(
      this.station.store.read((db) =>
        db.selectFrom('blank_cards').select(['state', 'case_id', 'reason']).where('serial', '=', serial).executeTakeFirstOrThrow(),
      ),
    )
  }

  /** The next person comes, takes a ticket, and is examined and found in the registry. @returns the case, standing at the recording */
  async receive(): Promise<string> {
    const { cases } = this.station
    const { nik } = await this.world.office.callPerson()
    const caseId = await this.run(cases.takeTicket(officer, { nik, priority: false, standardId: 'timed-recording' }))
    await this.run(cases.checkRequirement(officer, caseId, 'family_card_copy', true))
    await this.run(cases.completeStep(officer, caseId, 'examine'))
    await this.run(cases.completeStep(officer, caseId, 'check_registry'))
    await this.run(cases.confirmApplicant(officer, caseId))
    return caseId
  }

  /** Starts it and waits until there is a picture to review or a fault. @returns the fault's code, or '' */
  async present(caseId: string, modality: Modality): Promise<string> {
    const kind = deviceOf[modality]
    await this.untilDevice(kind, 'ready')
    const before = this.faults.length
    await this.run(this.station.capture.start(officer, caseId, modality))
    await this.until(({ capture }) => capture.state === 'review' || this.faults.length > before)
    return this.faults[before]?.code ?? ''
  }

  async capture(caseId: string, modality: Modality): Promise<void> {
    const fault = await this.present(caseId, modality)
    if (fault !== '') throw new Error(`capture of ${modality} ended with ${fault}`)
    const reason = this.state.capture.advice !== '' ? 'simulated person' : ''
    await this.run(this.station.capture.accept(officer, caseId, modality, reason))
  }

  /** All modalities, the resident's approval, the seal. */
  async record(caseId: string): Promise<void> {
    for (const modality of modalities) await this.capture(caseId, modality)
    await this.untilDevice('signature_pad', 'ready')
    await this.run(this.station.capture.signRecord(officer, caseId))
    await this.run(this.station.capture.seal(officer, caseId))
  }

  async issue(caseId: string): Promise<void> {
    await this.untilDevice('card_printer', 'ready')
    await this.run(this.station.issuance.start(officer, caseId))
  }

  async resume(caseId: string): Promise<void> {
    await this.untilDevice('card_printer', 'ready')
    await this.run(this.station.issuance.resume(officer, caseId))
  }

  async handOver(caseId: string): Promise<void> {
    const { issuance, cases } = this.station
    await this.untilDevice('slap_scanner', 'ready')
    await this.run(issuance.verifyHolder(officer, caseId, 0))
    await this.run(issuance.handOver(officer, caseId, ''))
    await this.run(cases.completeStep(officer, caseId, 'acknowledge'))
    await this.run(cases.archive(officer, caseId, 'shelf 1'))
  }

  async photograph(folder: string): Promise<Moment> {
    await copyLive(this.folder, folder)
    return { folder, centreMemory: this.centre.exportMemory(), atMs: this.world.clock.nowMs() }
  }

  /** The power goes: nothing of this station happens any more. What was on its disk at that moment is in `folder`. */
  async kill(folder: string): Promise<void> {
    this.#closed = true
    await this.#die()
    await copyLive(this.folder, folder)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.run(this.station.close())
  }
}

export const deviceOf: Readonly<Record<Modality, DeviceKind>> = {
  face: 'face_camera',
  signature: 'signature_pad',
  right_four: 'slap_scanner',
  left_four: 'slap_scanner',
  thumbs: 'slap_scanner',
  index_fingers: 'slap_scanner',
  irises: 'iris_camera',
}
