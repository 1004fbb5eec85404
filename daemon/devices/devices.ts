// The station's six devices: which plug-in belongs to which slot, and hot-plug. Policy of use is the desks'.

import { type CardPrinter, openCardPrinter } from '../../drivers/card-printer/evolis/driver.js'
import { type CardTerminal, openCardTerminal } from '../../drivers/card-terminal/driver.js'
import type { CaptureDevice, SignaturePad, TrustedDevice } from '../../drivers/driver.js'
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
import { type DeviceSlot, openDeviceSlot } from './slot.js'

export interface DeviceSettings {
  readonly trustedDevices: readonly TrustedDevice[]
  /** No frame for this long is a fault of the device. */
  readonly frameSilenceMs: number
  /** '' when the station has no pad. */
  readonly signaturePadPath: string
  readonly signaturePadModel: TopazModelName
  /** PC/SC name of the reader above the printer's contactless station. */
  readonly cardTerminal: string
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

const captureKinds: readonly CaptureKind[] = ['slap_scanner', 'iris_camera', 'face_camera']

export function openDevices(deps: DevicesDeps, settings: DeviceSettings): Devices {
  const { usb, clock, random, log } = deps

  /** @throws Fault `device.absent` when nothing that matches is plugged in */
  const find = async (kind: string, matches: (info: UsbDeviceInfo) => boolean): Promise<UsbDeviceInfo> => {
    const found = (await usb.list()).find(matches)
    if (!found) throw new Fault('device.absent', { device: kind })
    return found
  }
  const captures = new Map(
    captureKinds.map((kind) => [
      kind,
      openDeviceSlot<CaptureDevice>(deps, kind, async () => {
        const info = await find(kind, (each) => captureKindOf(each) === kind)
        const limits = { frozenFrames: neededFrames, silenceMs: settings.frameSilenceMs }
        const device = await openCaptureDevice({ usb, clock, random, log, trust: settings.trustedDevices, limits }, info.key)
        return { device, key: info.key, serial: device.serial, product: info.product }
      }),
    ]),
  )
  const printer = openDeviceSlot<CardPrinter>(deps, 'card_printer', async () => {
    const info = await find('card_printer', isPrinter)
    const device = await openCardPrinter({ usb, log }, info.key)
    return { device, key: info.key, serial: device.serial, product: info.product }
  })
  const pad = openDeviceSlot<SignaturePad>(deps, 'signature_pad', async () => {
    if (settings.signaturePadPath === '') throw new Fault('device.absent', { device: 'signature_pad' })
    const device = await openTopazPad({ serial: deps.serial, clock, log }, settings.signaturePadPath, settings.signaturePadModel)
    return { device, key: settings.signaturePadPath, serial: '', product: 'Topaz' }
  })
  const terminal = openCardTerminal({ cards: deps.cards, clock, log }, settings.cardTerminal)
  const unwatchCards = watchTerminal(deps, settings.cardTerminal)

  const slotOf = (info: UsbDeviceInfo): DeviceSlot<CaptureDevice> | DeviceSlot<CardPrinter> | undefined => {
    const kind = captureKindOf(info)
    return kind ? captures.get(kind) : isPrinter(info) ? printer : undefined
  }
  const unwatchUsb = usb.watch(({ type, info }) => {
    const slot = slotOf(info)
    if (type === 'plugged') slot?.wake()
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

const isPrinter = (info: UsbDeviceInfo): boolean => info.vendorId === printerVendorId && info.productId === printerProductId

/** The terminal has no slot: PC/SC lets go of it between cards. Only its presence is told. */
function watchTerminal({ cards, state }: DevicesDeps, name: string): () => void {
  const tell = (readers: readonly CardReaderState[]) => {
    const there = readers.some((reader) => reader.name === name || reader.name.startsWith(`${name} `))
    const device = { kind: 'card_terminal', serial: '', product: name, framesDropped: 0, framesCorrupt: 0 } as const
    state.publish({ is: 'device', device: { ...device, state: there ? 'ready' : 'absent' } })
  }
  cards.readers().then(tell, () => tell([]))
  return cards.watch(tell)
}
