// The composition root: an environment in, a running station out. The only file that knows every room.

import type { Clock } from '../protocol/clock.js'
import type { CardTransport } from '../protocol/hardware/card.js'
import type { CentreTransport } from '../protocol/hardware/centre.js'
import { largestFrameBytes } from '../protocol/hardware/frames.js'
import type { SerialTransport } from '../protocol/hardware/serial.js'
import type { UsbTransport } from '../protocol/hardware/usb.js'
import type { Log } from '../protocol/log.js'
import type { Random } from '../protocol/random.js'
import { type FrameAnalyst, startAnalyst } from './capture/analyst.js'
import { openCaptureDesk } from './capture/capture-desk.js'
import { createFrameRing, type FrameRing } from './capture/frame-ring.js'
import { captureRulesOf } from './capture/plan-rules.js'
import { type RecordMaker, startRecordMaker } from './capture/record-maker.js'
import { createSealRecord } from './capture/seal-record.js'
import { createCentreClient } from './centre/client.js'
import { watchSkew } from './centre/clock-skew.js'
import { ensureCentreKeys } from './centre/keys.js'
import { photoPolicyOf, type StationConfig } from './config.js'
import type { SimulationDesk, Station } from './desks.js'
import { openDevices } from './devices/devices.js'
import type { Effects } from './effects.js'
import { type FiguresDesk, openFigures } from './figures/figures.js'
import { openBlankStock } from './issuance/blank-stock.js'
import { createBundles } from './issuance/bundle.js'
import { openIssuanceDesk } from './issuance/issuance-desk.js'
import { openOperatorFingers } from './operators/fingers.js'
import { openOperatorDesk } from './operators/operators.js'
import { createOutbox } from './outbox/outbox.js'
import { loadStationIdentity } from './packet/station-identity.js'
import { centreRegistry } from './registry/registry.js'
import { openCaseBook } from './service/case-book.js'
import { openCaseDesk } from './service/case-desk.js'
import { watchCentre } from './service/central-watch.js'
import { openCorrectionDesk } from './service/corrections.js'
import type { ServiceStandard } from './service/standard.js'
import { StationState } from './state.js'
import { openStore, type Store, type StoreDeps } from './store/store.js'

const softwareVersion = '0.1.0'

/** Everything the station reaches outside its own memory. */
export interface Environment {
  readonly clock: Clock
  readonly random: Random
  readonly effects: Effects
  readonly log: Log
  readonly transports: {
    readonly usb: UsbTransport
    readonly serial: SerialTransport
    readonly cards: CardTransport
    readonly centre: CentreTransport
  }
  readonly storage: Pick<StoreDeps, 'folder' | 'key' | 'openLink' | 'reserveBytes'>
  /** Where frames are looked at and records are made: threads of their own unless given. */
  readonly workers?: (ring: FrameRing) => { readonly analyst: FrameAnalyst; readonly records: RecordMaker }
  /** A store opened by somebody else's rules, e.g. one that is broken on purpose in a test of the tests. */
  readonly openStore?: (deps: StoreDeps) => Promise<Store>
}

export interface StationOptions {
  readonly config: StationConfig
  readonly standards: readonly ServiceStandard[]
  /** Present on a station whose devices, registry and centre are simulated: it says so everywhere, its cards too. */
  readonly simulation?: SimulationDesk
}

export interface RunningStation extends Station {
  readonly store: Store
  /** Starts the threads that the first capture will need. */
  warmUp(): void
  readonly figures: FiguresDesk
}

/**
 * Of each sensor one frame is looked at, the newest of the others waits, and one is under way: an iris camera's two need six. Memory that no
 * frame was written to is never touched.
 */
const ring = { slots: 8, slotBytes: largestFrameBytes }
const simulatedMark = 'SIMULASI - BUKAN KTP-EL'

/** @throws Fault `store.*`; `centre.unreachable` only at the very first start, when station and centre have not met yet */
export async function openStation(environment: Environment, options: StationOptions): Promise<RunningStation> {
  const { clock, random, effects, log } = environment
  const store = await (environment.openStore ?? openStore)({ ...environment.storage, effects, clock, random, log })
  try {
    return await compose(environment, options, store)
  } catch (error) {
    await store.close()
    throw error
  }
}

async function compose(environment: Environment, { config, standards, simulation }: StationOptions, store: Store): Promise<RunningStation> {
  const { clock, random, effects, log, transports } = environment
  const state = new StationState()
  const operators = await openOperatorDesk({ store, effects, clock, random, log })
  const identity = await loadStationIdentity(store, config.stationId)
  const line = watchSkew(transports.centre, clock)
  const centre = createCentreClient({ transport: line.transport, effects })
  const centreKeys = await ensureCentreKeys(store, centre, identity)

  const simulated = config.simulated || simulation !== undefined
  const rules = captureRulesOf(config.capture)
  const book = openCaseBook({ store, clock, state, standards, order: rules.order })
  const stock = openBlankStock(store)
  await stock.receive('station', config.blanks, clock.nowMs())
  const outbox = createOutbox({ store, centre, centreKeys, clock, random, effects, log })
  const watch = watchCentre({ book, outbox, store, clock, log, stationId: config.stationId })
  const stopTelling = outbox.onChange((status) => state.publish({ is: 'outbox', outbox: status }))
  for (const doc of await book.openCases()) state.publish({ is: 'case', case: doc })
  const figures = openFigures({
    ...{ state, store, outbox, clock, log, softwareVersion, centreKeys },
    timezone: config.timezone,
    skewMs: line.skewMs,
  })

  const devices = openDevices(
    { usb: transports.usb, serial: transports.serial, cards: transports.cards, clock, random, log, state },
    config,
  )
  const frames = createFrameRing(ring.slots, ring.slotBytes)
  const { analyst, records } = threads(environment, frames, config)
  const seal = createSealRecord({ book, store, outbox, identity, centreKeys, state, softwareVersion, clock, random, effects })
  const { presentationAttack: attackPolicy, faceApproval } = config
  const capture = openCaptureDesk({
    ...{ book, store, devices, ring: frames, analyst, records, seal, state, figures, attackPolicy, faceApproval, rules, clock, log },
  })
  const fingers = await openOperatorFingers({ store, operators, records, devices, ring: frames, analyst, state, clock, attackPolicy })
  const bundles = createBundles({ store, centre, centreKeys, station: identity, clock, random, effects })
  const office = config.office
  const issuance = openIssuanceDesk({
    ...{ book, store, stock, devices, bundles, centre, state, clock, effects, log, office, ring: frames, analyst, records, attackPolicy },
    simulatedMark: simulated ? simulatedMark : '',
  })
  outbox.kick()
  log.write('info', 'station.open', { version: softwareVersion })

  const { stationId, timezone } = config
  return {
    ...{ stationId, office, timezone, softwareVersion, simulated, standards, rules },
    ...{ state, store, operators, operatorFingers: fingers, figures, capture, issuance },
    corrections: openCorrectionDesk({ book, operators, fingers, clock }),
    cases: openCaseDesk({ book, registry: centreRegistry(centre), clock, random, standards }),
    ...(simulation && { simulation }),
    warmUp: () => {
      analyst.warm?.()
      records.warm?.()
    },
    close: async () => {
      await capture.close()
      await issuance.close()
      await fingers.close()
      watch.close()
      stopTelling()
      await devices.close()
      await Promise.all([analyst.close(), records.close(), outbox.close()])
      await Promise.all([transports.usb.close(), transports.cards.close()])
      await figures.close()
      await store.close()
    },
  }
}

/** Where frames are looked at and records are made. */
function threads(environment: Environment, frames: FrameRing, config: StationConfig): ReturnType<NonNullable<Environment['workers']>> {
  const { workers, effects } = environment
  if (workers) return workers(frames)
  return { analyst: startAnalyst({ ring: frames, effects, photo: photoPolicyOf(config) }), records: startRecordMaker(effects) }
}
