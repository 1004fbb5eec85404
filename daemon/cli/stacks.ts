// The simulated office on a stack of wires: in process, or below the real operating-system stacks (usbfs, pty, pcscd, HTTP). Loaded only when asked for.

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../protocol/clock.js'
import type { CardTransport } from '../../protocol/hardware/card.js'
import type { Log } from '../../protocol/log.js'
import type { Office, OfficeOptions } from '../../simulator/office/office.js'
import type { Person } from '../../simulator/people/person.js'
import type { Environment } from '../station.js'
import { centreBiometrics } from './centre-biometrics.js'

export const stackNames = ['inproc', 'real'] as const
export type StackName = (typeof stackNames)[number]

/** Reader above the printer's contactless station, and the one on the counter where a finished card is read again. */
export const readerNames = { coupler: 'Printer Contactless Station 00 00', counter: 'Printer Contactless Station 00 01' } as const
/** As vpcd names its slots: one reader, two slots. */
const virtualReader = 'Printer Contactless Station'
const padName = 'tty-pad'

export interface StackOptions {
  readonly seed: number
  readonly clock: Clock
  readonly log: Log
  readonly first?: Person
  /** Where the simulated centre lives on between starts; in memory only when absent. */
  readonly centreFolder?: string
}

interface Stack {
  readonly office: Office
  /** Goes into the station's configuration. */
  readonly settings: Readonly<Record<string, unknown>>
  /** A finished card lies on the counter's reader, seen by any PC/SC client. */
  readonly counter: { lay(card: Office['printer']['output'][number]): Promise<void>; readonly cards: CardTransport }
  close(): Promise<void>
}

export interface InprocStack extends Stack {
  transports(): Environment['transports']
}

/** A stack whose station runs as another process. */
export interface RealStack extends Stack {
  /** For the station's process, and for no other. */
  readonly environment: Readonly<Record<string, string>>
  readonly pcscEnvironment: Readonly<Record<string, string>>
}

async function officeOptions(options: StackOptions, coupler: OfficeOptions['coupler']): Promise<OfficeOptions> {
  const { openCentreFolder } = await import('../../simulator/centre/folder.js')
  const kept = options.centreFolder === undefined ? undefined : openCentreFolder(options.centreFolder)
  return {
    seed: options.seed,
    clock: options.clock,
    biometrics: centreBiometrics,
    coupler,
    ...(options.first && { first: options.first }),
    ...(kept && { centreFolder: kept }),
  }
}

const settingsOf = (office: Office): Readonly<Record<string, unknown>> => ({
  stationId: 'SIM-STATION-1',
  office: 'Dinas Dukcapil Kota Makassar (simulasi)',
  cardTerminal: readerNames.coupler,
  ...office.settings,
})

export async function startInprocStack(options: StackOptions): Promise<InprocStack> {
  const { createOffice } = await import('../../simulator/office/office.js')
  const { inprocUsb } = await import('../../simulator/transport/inproc-usb.js')
  const { inprocSerial } = await import('../../simulator/transport/inproc-serial.js')
  const { inprocCards } = await import('../../simulator/transport/inproc-card.js')
  const cards = inprocCards(options.clock, Object.values(readerNames))
  const coupler = {
    insert: (card: Parameters<typeof cards.insert>[1]) => cards.insert(readerNames.coupler, card),
    remove: () => cards.remove(readerNames.coupler),
  }
  const office = createOffice(await officeOptions(options, coupler))
  const usb = inprocUsb(options.clock)
  for (const model of [office.scanner, office.irisCamera, office.faceCamera, office.printer]) await usb.plug(model)
  const serial = inprocSerial()
  serial.plug(padName, office.pad)
  return {
    office,
    settings: { ...settingsOf(office), signaturePadPath: padName },
    counter: { lay: async (card) => cards.insert(readerNames.counter, card.chip), cards: cards.transport() },
    transports: () => ({ usb: usb.transport(), serial: serial.transport(), cards: cards.transport(), centre: office.centre.transport }),
    close: () => usb.close(),
  }
}

/** Needs umockdev, socat, pcscd and vpcd, and the right to make namespaces. @throws Fault `simulator.missing_program` | `card.terminal_lost` */
export async function startRealStack(options: StackOptions): Promise<RealStack> {
  const { createOffice } = await import('../../simulator/office/office.js')
  const { startUsbfs } = await import('../../simulator/transport/usbfs/server.js')
  const { startPty } = await import('../../simulator/transport/pty.js')
  const { startPrivatePcscd } = await import('../../simulator/transport/pcscd.js')
  const { serveCentre } = await import('../../simulator/transport/http-centre.js')
  const { openPcscTransport } = await import('../../drivers/transport/pcsc.js')
  // A short path: it holds sockets, whose names are limited.
  const folder = await mkdtemp(join(tmpdir(), 'rekam-'))
  const closers: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })]
  const close = async () => {
    for (const each of closers.reverse()) await each()
  }
  try {
    const pcscd = await startPrivatePcscd(folder, [{ name: virtualReader }])
    closers.push(() => pcscd.stop())
    const slot = (name: string) => {
      const found = pcscd.slots.get(name)
      if (!found) throw new RangeError(`no simulated reader ${name}`)
      return found
    }
    const moves = { last: Promise.resolve() }
    const move = (act: () => Promise<void>) => {
      moves.last = moves.last.then(act).catch(() => options.log.write('warn', 'simulator.card_move_failed'))
    }
    const coupler = {
      insert: (card: Parameters<OfficeOptions['coupler']['insert']>[0]) => move(() => slot(readerNames.coupler).insert(card)),
      remove: () => move(() => slot(readerNames.coupler).remove()),
    }
    const office = createOffice(await officeOptions(options, coupler))
    const usbFolder = join(folder, 'usb')
    await mkdir(usbFolder)
    const usb = await startUsbfs(usbFolder)
    closers.push(() => usb.close())
    for (const model of [office.scanner, office.irisCamera, office.faceCamera, office.printer]) await usb.plug(model)
    const pty = await startPty(office.pad, folder, padName)
    closers.push(() => pty.close())
    const centre = await serveCentre(office.centre.link)
    closers.push(() => centre.close())
    const cards = openPcscTransport({ clock: options.clock, log: options.log, adapter: 'pcsc-mini', environment: pcscd.environment })
    closers.push(() => cards.close())
    return {
      office,
      settings: { ...settingsOf(office), signaturePadPath: pty.path, centreUrl: centre.url, simulated: true },
      counter: { lay: (card) => slot(readerNames.counter).insert(card.chip), cards },
      environment: { ...usb.env, ...pcscd.environment },
      pcscEnvironment: pcscd.environment,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
