// The simulated office on a stack of wires: in process, or below the real operating-system stacks (usbfs, pty, pcscd, HTTP). Loaded only when asked for.

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import type { CardTransport } from '../../protocol/hardware/card.js'
import type { Log } from '../../protocol/log.js'
import type { ControlledDevice, ControlledOffice } from '../../simulator/control/acts.js'
import type { SimulatedUsbBus, UsbDeviceModel } from '../../simulator/model/usb-device-model.js'
import type { Office, OfficeOptions } from '../../simulator/office/office.js'
import type { Person } from '../../simulator/people/person.js'
import type { startUsbip, UsbipServer } from '../../simulator/transport/usbip.js'
import { modalities } from '../state.js'
import type { Environment } from '../station.js'
import { lockFolder } from '../store/folder-lock.js'

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
  /** How people come before the devices, and how many cards there are: as in the office's own options. */
  readonly manner?: OfficeOptions['manner']
  readonly blanks?: number
  /** Where the simulated centre lives on between starts; in memory only when absent. */
  readonly centreFolder?: string
}

interface Stack {
  readonly office: Office
  /** Its cables, and who comes to the counter, for the control interface. */
  readonly controlled: ControlledOffice
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
  /** The same USB devices, listed by `usbip --tcp-port P list -r 127.0.0.1`. Not to be attached while a station has them. */
  readonly usbipPort: number
}

/**
 * The next person comes to the counter, with all pictures drawn: an office that draws while a device streams sends no frames meanwhile,
 * and on a busy machine the station takes the device for dead.
 */
export async function callPerson(office: Office, ...of: Parameters<Office['callPerson']>): ReturnType<Office['callPerson']> {
  const called = await office.callPerson(...of)
  const images = office.personAtCounter?.images
  if (!images) return called
  for (const slap of ['right_four', 'left_four', 'thumbs'] as const) await images.slap(slap)
  for (const eye of ['right', 'left'] as const) await images.iris(eye)
  await images.faceMjpeg(0)
  return called
}

/** The centre's codecs are loaded when the first record reaches it: a daemon's start does not wait for them. */
const lateBiometrics: OfficeOptions['biometrics'] = {
  templates: async (records) => (await loadBiometrics()).templates(records),
  photo: async (record) => (await loadBiometrics()).photo(record),
  signature: async (record) => (await loadBiometrics()).signature(record),
}
const loadBiometrics = async () => (await import('./centre-biometrics.js')).centreBiometrics

async function officeOptions(options: StackOptions, coupler: OfficeOptions['coupler'], closing: Closing): Promise<OfficeOptions> {
  const kept = options.centreFolder === undefined ? undefined : await keepCentre(options.centreFolder, closing)
  // An office opened again is another day's: other people come, and other blanks were delivered.
  const day = kept?.memory ? Math.floor(options.clock.nowMs() / 1_000) : 0
  return {
    seed: day === 0 ? options.seed : (options.seed + day) % 1_000_000,
    clock: options.clock,
    biometrics: lateBiometrics,
    coupler,
    ...(options.first && { first: options.first }),
    ...(options.manner && { manner: options.manner }),
    ...(options.blanks !== undefined && { blanks: options.blanks }),
    ...(kept && { centreFolder: kept }),
  }
}

/** Locked before it is read: the centre of a running station would be written over by a second one. @throws Fault `store.locked` */
async function keepCentre(folder: string, closing: Closing) {
  const { openCentreFolder } = await import('../../simulator/centre/folder.js')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const lock = lockFolder(folder)
  closing.add(async () => lock.release())
  return openCentreFolder(folder)
}

/** Sample images do not get better by being shown again. */
const oneAttempt = { modalities: Object.fromEntries(modalities.map((modality) => [modality, { tries: 1 }])) }

const settingsOf = (office: Office, first: Person | undefined): Readonly<Record<string, unknown>> => ({
  stationId: 'SIM-STATION-1',
  office: 'Dinas Dukcapil Kota Makassar (simulasi)',
  cardTerminal: readerNames.coupler,
  // Drawing a person takes a second or two of the processor that also carries the frames.
  frameSilenceMs: 15_000,
  ...office.settings,
  ...(first?.source === 'samples' && { capture: oneAttempt }),
})

/** @throws Fault `store.locked` */
export function startInprocStack(options: StackOptions): Promise<InprocStack> {
  return whole((closing) => assembleInprocStack(options, closing))
}

async function assembleInprocStack(options: StackOptions, closing: Closing): Promise<InprocStack> {
  const { createOffice } = await import('../../simulator/office/office.js')
  const { inprocUsb } = await import('../../simulator/transport/inproc-usb.js')
  const { inprocSerial } = await import('../../simulator/transport/inproc-serial.js')
  const { inprocCards } = await import('../../simulator/transport/inproc-card.js')
  const cards = inprocCards(options.clock, Object.values(readerNames))
  const coupler = {
    insert: (card: Parameters<typeof cards.insert>[1]) => cards.insert(readerNames.coupler, card),
    remove: () => cards.remove(readerNames.coupler),
  }
  const office = createOffice(await officeOptions(options, coupler, closing))
  const usb = inprocUsb(options.clock)
  closing.add(() => usb.close())
  for (const model of [office.scanner, office.irisCamera, office.faceCamera, office.printer]) await usb.plug(model)
  const serial = inprocSerial()
  serial.plug(padName, office.pad)
  return {
    office,
    controlled: {
      ...controlledBy(options.clock, office, usb),
      plug: async (device) => {
        if (device !== 'signature_pad') return plugIn(usb, office, device)
        serial.unplug(padName)
        serial.plug(padName, office.pad)
      },
      unplug: async (device) => {
        if (device === 'signature_pad') serial.unplug(padName)
        else await usb.unplug(usbModel(office, device))
      },
    },
    settings: { ...settingsOf(office, options.first), signaturePadPath: padName },
    counter: { lay: async (card) => cards.insert(readerNames.counter, card.chip), cards: cards.transport() },
    transports: () => ({ usb: usb.transport(), serial: serial.transport(), cards: cards.transport(), centre: office.centre.transport }),
    close: () => closing.close(),
  }
}

/**
 * Needs umockdev, socat, pcscd and vpcd, and the right to make namespaces.
 * @throws Fault `simulator.missing_program` | `card.terminal_lost` | `store.locked`
 */
export function startRealStack(options: StackOptions): Promise<RealStack> {
  return whole((closing) => assembleRealStack(options, closing))
}

/** All of it, or nothing: what was opened before the failure is closed again. */
async function whole<T>(assemble: (closing: Closing) => Promise<T>): Promise<T> {
  const closing = closeInReverse()
  try {
    return await assemble(closing)
  } catch (error) {
    await closing.close()
    throw error
  }
}

async function assembleRealStack(options: StackOptions, closing: Closing): Promise<RealStack> {
  const { createOffice } = await import('../../simulator/office/office.js')
  const { startUsbfs } = await import('../../simulator/transport/usbfs/server.js')
  const { startPty } = await import('../../simulator/transport/pty.js')
  const { startPrivatePcscd } = await import('../../simulator/transport/pcscd.js')
  const { serveCentre } = await import('../../simulator/transport/http-centre.js')
  const { openPcscTransport } = await import('../../drivers/transport/pcsc.js')
  // A short path: it holds sockets, whose names are limited.
  const folder = await mkdtemp(join(tmpdir(), 'rekam-'))
  closing.add(() => rm(folder, { recursive: true, force: true }))
  const pcscd = await startPrivatePcscd(folder, [{ name: virtualReader }])
  closing.add(() => pcscd.stop())
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
  const office = createOffice(await officeOptions(options, coupler, closing))
  const devices = [office.scanner, office.irisCamera, office.faceCamera, office.printer]
  const usbFolder = join(folder, 'usb')
  await mkdir(usbFolder)
  const usb = await startUsbfs(usbFolder)
  closing.add(() => usb.close())
  for (const model of devices) await usb.plug(model)
  const usbip = await exportByUsbip(devices)
  closing.add(() => usbip.close())
  options.log.write('info', 'simulator.usbip', { port: usbip.port })
  const pty = await startPty(office.pad, folder, padName)
  closing.add(() => pty.close())
  const centre = await serveCentre(office.centre.link)
  closing.add(() => centre.close())
  const cards = openPcscTransport({ clock: options.clock, log: options.log, adapter: 'pcsc-mini', environment: pcscd.environment })
  closing.add(() => cards.close())
  return {
    office,
    controlled: controlledBy(options.clock, office, usb),
    settings: { ...settingsOf(office, options.first), signaturePadPath: pty.path, centreUrl: centre.url, simulated: true },
    counter: { lay: (card) => slot(readerNames.counter).insert(card.chip), cards },
    environment: { ...usb.env, ...pcscd.environment },
    pcscEnvironment: pcscd.environment,
    usbipPort: usbip.port,
    close: () => closing.close(),
  }
}

/** Everything that hangs on the USB bus; a pad on a line of the operating system stays where it is. */
function controlledBy(clock: Clock, office: Office, usb: SimulatedUsbBus): ControlledOffice {
  return {
    office,
    clock,
    call: (invited, manner) => callPerson(office, invited, manner),
    plug: (device) => plugIn(usb, office, device),
    unplug: (device) => usb.unplug(usbModel(office, device)),
  }
}

/** Also what is in already: that is what a replug is. */
async function plugIn(usb: SimulatedUsbBus, office: Office, device: ControlledDevice): Promise<void> {
  const model = usbModel(office, device)
  await usb.unplug(model)
  await usb.plug(model)
}

/** @throws Fault `input.unsupported` for what hangs on no USB cable */
function usbModel(office: Office, device: ControlledDevice): UsbDeviceModel {
  switch (device) {
    case 'slap_scanner':
      return office.scanner
    case 'iris_camera':
      return office.irisCamera
    case 'face_camera':
      return office.faceCamera
    case 'card_printer':
      return office.printer
    case 'signature_pad':
      throw new Fault('input.unsupported', { device, operation: 'plug' })
  }
}

/** The usual port of usbipd when it is free, else any: two stacks at once are no trouble. */
async function exportByUsbip(devices: Parameters<typeof startUsbip>[1]): Promise<UsbipServer> {
  const { startUsbip, usbipPort } = await import('../../simulator/transport/usbip.js')
  return startUsbip(usbipPort, devices).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return startUsbip(0, devices)
    throw error
  })
}

interface Closing {
  add(close: () => Promise<void>): void
  /** Everything is closed, whatever one of them says; then the first error is thrown. Idempotent. */
  close(): Promise<void>
}

function closeInReverse(): Closing {
  const closers: (() => Promise<void>)[] = []
  let closed: Promise<void> | undefined
  const closeAll = async () => {
    const errors: unknown[] = []
    for (const close of closers.reverse()) await close().catch((error: unknown) => errors.push(error))
    if (errors.length > 0) throw errors[0]
  }
  return {
    add: (close) => void closers.push(close),
    close: () => {
      closed ??= closeAll()
      return closed
    },
  }
}
