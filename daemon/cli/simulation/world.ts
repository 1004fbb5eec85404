// The world around simulated stations in one process and in virtual time: office, cables, cards, centre, clock. It outlives any station in it.
// Knows no daemon but the kernels that the simulated centre is lent.

import type { CentreMemory } from '../../../simulator/centre/state.js'
import type { Manner } from '../../../simulator/office/counter.js'
import { createOffice, type Office } from '../../../simulator/office/office.js'
import type { Person } from '../../../simulator/people/person.js'
import { type InprocCards, inprocCards } from '../../../simulator/transport/inproc-card.js'
import { type InprocSerial, inprocSerial } from '../../../simulator/transport/inproc-serial.js'
import { type InprocUsb, inprocUsb } from '../../../simulator/transport/inproc-usb.js'
import { VirtualClock } from '../../../simulator/virtual-clock.js'
import { centreBiometrics } from '../centre-biometrics.js'

export const couplerName = 'Printer Contactless Station'
export const padPath = 'tty-pad'
/** A Monday, nine o'clock in Makassar. */
const startMs = Date.UTC(2026, 0, 5, 1)

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
