// One station over a simulated world: its environment, and the ways in which it can die. Knows no counter and no scenario.

import type { Clock, Timer } from '../../../protocol/clock.js'
import type { Facts } from '../../../protocol/facts.js'
import type { CentreTransport } from '../../../protocol/hardware/centre.js'
import type { SerialTransport } from '../../../protocol/hardware/serial.js'
import type { Log, LogLevel } from '../../../protocol/log.js'
import { seededRandom } from '../../../simulator/seeded-random.js'
import type { VirtualClock } from '../../../simulator/virtual-clock.js'
import type { Examination, ExamineJob } from '../../capture/fingers.js'
import { parseConfig } from '../../config.js'
import type { Effects } from '../../effects.js'
import { loadStandards, shippedStandards } from '../../service/load-standards.js'
import { type Environment, openStation, type RunningStation } from '../../station.js'
import { diskFiles, type Files } from '../../store/files.js'
import { openDirectLink, type SqliteLink } from '../../store/sqlite-link.js'
import { openStore } from '../../store/store.js'
import { storeKey } from './folder.js'
import { inlineWorkers, type Kernels } from './workers.js'
import { couplerName, padPath, type World } from './world.js'

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

async function held<T>(clock: VirtualClock, act: () => Promise<T>): Promise<T> {
  const release = clock.hold()
  try {
    return await act()
  } finally {
    release()
  }
}

/** Time stands still while the station works; the simulated centre holds the clock by itself. */
function heldEffects(clock: VirtualClock): Effects {
  return {
    // A card or printer answers in its own time, which must go on; so must that of a centre that is slow.
    perform: (kind, act) => (kind === 'centre.request' || kind === 'printer.command' || kind === 'card.command' ? act() : held(clock, act)),
  }
}

/** Also what reaches the disk past the effects, e.g. the question how much of it is free, takes none of the world's time. */
function heldFiles(clock: VirtualClock, files: Files): Files {
  return {
    createSynced: (path, bytes) => held(clock, () => files.createSynced(path, bytes)),
    rename: (from, to) => held(clock, () => files.rename(from, to)),
    link: (from, to) => held(clock, () => files.link(from, to)),
    unlink: (path) => held(clock, () => files.unlink(path)),
    syncFolder: (path) => held(clock, () => files.syncFolder(path)),
    read: (path) => held(clock, () => files.read(path)),
    list: (folder) => held(clock, () => files.list(folder)),
    freeBytes: (folder) => held(clock, () => files.freeBytes(folder)),
  }
}

export interface OpeningInWorld {
  readonly seed: number
  readonly world: World
  readonly folder: string
  readonly kernels: Kernels
  /** Goes around the way in which the station reaches out, e.g. to count and to kill. */
  readonly effects?: (inner: Effects) => Effects
  readonly openStore?: Environment['openStore']
  readonly reserveBytes?: number
  /** In place of the disk. */
  readonly files?: Files
  /** In place of the kernels, where a scenario is not about fingers. */
  readonly examine?: (job: ExamineJob) => Examination
  /** As the site's configuration says it, beside what the office brings along. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** Goes around the line to the centre. */
  readonly line?: (inner: CentreTransport) => CentreTransport
}

export interface StationInWorld {
  readonly station: RunningStation
  readonly log: RememberingLog
  /** The power goes: nothing of this station happens any more. Its files stay as they are. */
  die(): Promise<void>
  /** After its death: lets go of files and memory that only a process's end would free. */
  bury(): Promise<void>
}

export async function openInWorld(opening: OpeningInWorld): Promise<StationInWorld> {
  const { world, folder, seed, kernels } = opening
  const log = new RememberingLog()
  const clock = new StationClock(world.clock)
  const life = { over: false }
  const inner = opening.effects?.(heldEffects(world.clock)) ?? heldEffects(world.clock)
  const effects: Effects = { perform: (kind, act) => (life.over ? new Promise<never>(() => {}) : inner.perform(kind, act)) }
  const { usb, serial, cards, office } = world
  const line = office.centre.transport
  const tty = serial.transport()
  // A dead station does not reach for the pad when its line comes back.
  const ownTty: SerialTransport = {
    list: () => tty.list(),
    open: (...of) => (life.over ? new Promise<never>(() => {}) : tty.open(...of)),
  }
  const transports = {
    usb: usb.transport(),
    serial: ownTty,
    cards: cards.transport(),
    centre: opening.line?.(line) ?? line,
  }
  const links: SqliteLink[] = []
  const files = heldFiles(world.clock, opening.files ?? diskFiles)
  const environment: Environment = {
    clock,
    random: seededRandom(seed + 1),
    effects,
    log,
    transports,
    storage: {
      folder,
      key: storeKey,
      openLink: async (database) => {
        const link = await openDirectLink(database)
        links.push(link)
        return link
      },
      reserveBytes: opening.reserveBytes ?? 0,
    },
    workers: () => inlineWorkers(kernels, effects, opening.examine),
    openStore: (deps) => (opening.openStore ?? openStore)({ ...deps, files }),
  }
  const config = parseConfig(
    {
      stationId: 'SIM-STATION-1',
      cardTerminal: couplerName,
      signaturePadPath: padPath,
      simulated: true,
      ...office.settings,
      ...opening.settings,
    },
    'simulated office',
  )
  const standards = await loadStandards(shippedStandards)
  // Opening takes none of the world's time: files and keys are opened past every seam, and no timer may go off meanwhile.
  const station = await world.clock.runUntil(held(world.clock, () => openStation(environment, { config, standards })))
  return {
    station,
    log,
    die: async () => {
      clock.die()
      life.over = true
      await Promise.all([transports.usb.close(), transports.cards.close()])
      // A serial line has no owner that could be closed: the dead one's grip on it ends with a replug.
      serial.unplug(padPath)
      serial.plug(padPath, office.pad)
    },
    bury: async () => {
      for (const link of links.splice(0)) await link.close()
    },
  }
}
