// The station's six devices: which plug-in belongs to which slot, and hot-plug. Policy of use is the desks'.

import { type CardPrinter, openCardPrinter } from '../../drivers/card-printer/evolis/driver.js'
import { type CardTerminal, openCardTerminal } from '../../drivers/card-terminal/driver.js'
import type { CaptureDevice, SignaturePad } from '../../drivers/driver.js'
import { captureKindOf, openCaptureDevice } from '../../drivers/registry.js'
import { openTopazPad } from '../../drivers/signature/topaz/driver.js'
import type { TopazModelName } from '../../drivers/signature/topaz/models.js'
import type { Clock } from '../../protocol/clock.js'
import { Fault } from '../../protocol/fault.js'
import type { CaptureKind } from '../../protocol/hardware/capture-device.js'
import type { CardReaderState, CardTransport } from '../../protocol/hardware/card.js'
import { printerProductId, printerVendorId } from '../../protocol/hardware/card-printer.js'
import type { SerialTransport } from '../../protocol/hardware/serial.js'
import type { UsbDeviceInfo, UsbTransport } from '../../protocol/hardware/usb.js'
import type { Log } from '../../protocol/log.js'
import type { Random } from '../../protocol/random.js'
import { neededFrames } from '../capture/plan-rules.js'
import type { StationState } from '../state.js'
import { type Listing, listingOf, type TrustSettings } from './candidates.js'
import { careFor, type HealthSettings } from './health.js'
import { type DeviceSlot, type DeviceSource, openDeviceSlot } from './slot.js'

export interface DeviceSettings extends TrustSettings {
  /** No frame for this long is a fault of the device. */
  readonly frameSilenceMs: number
  /** '' when the station has no pad. */
  readonly signaturePadPath: string
  readonly signaturePadModel: TopazModelName
  /** PC/SC name of the reader above the printer's contactless station. */
  readonly cardTerminal: string
  readonly deviceHealth: HealthSettings
}

export interface Devices {
  capture(kind: CaptureKind): DeviceSlot<CaptureDevice>
  readonly pad: DeviceSlot<SignaturePad>
  readonly printer: DeviceSlot<CardPrinter>
  readonly terminal: CardTerminal
  close(): Promise<void>
}

export interface DevicesDeps {
  readonly usb: UsbTransport
  readonly serial: SerialTransport
  readonly cards: CardTransport
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly state: StationState
}

/** A serial line tells nobody that it is there again. */
const padRetryMs = 1_500

const captureKinds: readonly CaptureKind[] = ['slap_scanner', 'iris_camera', 'face_camera']

export function openDevices(deps: DevicesDeps, settings: DeviceSettings): Devices {
  const { usb, clock, random, log } = deps

  const limits = { frozenFrames: neededFrames, silenceMs: settings.frameSilenceMs }
  const captureSource = (kind: CaptureKind): DeviceSource<CaptureDevice> => ({
    list: async () => listingOf(kind, await usb.list(), settings),
    open: ({ key }, { warming }) => openCaptureDevice({ usb, clock, random, log, trust: settings.trustedDevices, limits, warming }, key),
  })
  const care = careFor(clock, settings.deviceHealth)
  const captures = new Map(captureKinds.map((kind) => [kind, openDeviceSlot(deps, kind, captureSource(kind), { care })]))
  const printer = openDeviceSlot<CardPrinter>(deps, 'card_printer', {
    list: async () => anyOf((await usb.list()).filter(isPrinter)),
    open: ({ key }) => openCardPrinter({ usb, log }, key),
  })
  const { signaturePadPath: path, signaturePadModel: model } = settings
  const pad = openDeviceSlot<SignaturePad>(
    deps,
    'signature_pad',
    {
      list: async () => anyOf(path === '' ? [] : [{ key: path, serial: '', product: 'Topaz' }]),
      open: (_candidate, { lost }) => openTopazPad({ serial: deps.serial, clock, log, lost }, path, model),
    },
    { lastRetryMs: padRetryMs },
  )
  const terminal = openCardTerminal({ cards: deps.cards, clock, log }, settings.cardTerminal)
  const unwatchCards = watchTerminal(deps, settings.cardTerminal)

  const slotOf = (info: UsbDeviceInfo): DeviceSlot<CaptureDevice> | DeviceSlot<CardPrinter> | undefined => {
    const kind = captureKindOf(info)
    return kind ? captures.get(kind) : isPrinter(info) ? printer : undefined
  }
  const unwatchUsb = usb.watch(({ type, info }) => {
    const slot = slotOf(info)
    // What is none of ours may be the bridge that the pad hangs on: nothing else tells of a serial line that is there again.
    if (type === 'plugged') (slot ?? pad).wake()
    else slot?.unplugged(info.key, new Fault('device.unplugged', { device: captureKindOf(info) ?? 'card_printer', serial: info.serial }))
  })

  return {
    capture: (kind) => {
      const slot = captures.get(kind)
      if (!slot) throw new Fault('device.absent', { device: kind })
      return slot
    },
    pad,
    printer,
    terminal,
    close: async () => {
      unwatchUsb()
      unwatchCards()
      await Promise.all([...captures.values(), printer, pad].map((slot) => slot.close()))
    },
  }
}

const anyOf = (candidates: Listing['candidates']): Listing => ({ candidates, refused: [] })

const isPrinter = (info: UsbDeviceInfo): boolean => info.vendorId === printerVendorId && info.productId === printerProductId

/** The terminal has no slot: PC/SC lets go of it between cards. Only its presence is told. */
function watchTerminal({ cards, state }: DevicesDeps, name: string): () => void {
  const device = {
    kind: 'card_terminal',
    serial: '',
    product: name,
    framesDropped: 0,
    framesCorrupt: 0,
    refused: [],
    conditions: [],
  } as const
  const tell = (readers: readonly CardReaderState[]) => {
    const there = readers.some((reader) => reader.name === name || reader.name.startsWith(`${name} `))
    state.publish({ is: 'device', device: { ...device, state: there ? 'ready' : 'absent' } })
  }
  state.publish({ is: 'device', device: { ...device, state: 'opening' } })
  cards.readers().then(tell, () => tell([]))
  return cards.watch(tell)
}
