// A whole station in this process, over a simulated office, in virtual time, in the words of the counter: what scenarios are told with.
// The world (office, cards, centre, clock) outlives a station: a second one opens over the same world and a copy of the folder, as after a power cut.

import type { CentreMemory } from '../../../simulator/centre/state.js'
import type { Office } from '../../../simulator/office/office.js'
import type { Actor } from '../../desks.js'
import { deviceOf } from '../../modality.js'
import type { CaseDocument } from '../../service/case.js'
import { roles } from '../../service/standard.js'
import { type DeviceKind, type FaultNotice, type Modality, modalities, type StationState } from '../../state.js'
import type { RunningStation } from '../../station.js'
import { copyLive } from './folder.js'
import { type OpeningInWorld, openInWorld, type RememberingLog, type StationInWorld } from './station-in-world.js'
import type { World } from './world.js'

/** A station at one moment: its files as after a power cut, what the centre knew, and when it was. */
export interface Moment {
  readonly folder: string
  readonly centreMemory: CentreMemory
  readonly atMs: number
}

/** The caller closes. */
export async function openSimulatedStation(opening: OpeningInWorld): Promise<SimulatedStation> {
  return new SimulatedStation(opening.world, opening.folder, await openInWorld(opening))
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
  readonly #life: Pick<StationInWorld, 'die' | 'bury'>
  #closed = false

  constructor(world: World, folder: string, opened: StationInWorld) {
    const { station, log } = opened
    this.world = world
    this.folder = folder
    this.station = station
    this.log = log
    this.#life = opened
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
    const kind = deviceOf(modality)
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

  /** The power goes: nothing of this station happens any more, and its files stay as they are. */
  async die(): Promise<void> {
    this.#closed = true
    await this.#life.die()
  }

  /** After its death: lets go of what only the end of a process would free. */
  bury(): Promise<void> {
    return this.#life.bury()
  }

  /** Dies; what was on its disk at that moment is in `folder`. */
  async kill(folder: string): Promise<void> {
    await this.die()
    await copyLive(this.folder, folder)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.run(this.station.close())
  }
}
