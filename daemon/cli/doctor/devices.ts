// Every device the station needs: whether it is there, whether it is trusted, and what keeps it from working. Each is opened once when no station has it.

import { openCardPrinter } from '../../../drivers/card-printer/evolis/driver.js'
import { captureKindOf, openCaptureDevice } from '../../../drivers/registry.js'
import { openPcscTransport } from '../../../drivers/transport/pcsc.js'
import { serialTransport } from '../../../drivers/transport/serial.js'
import { openUsbTransport } from '../../../drivers/transport/usb.js'
import { systemClock } from '../../../protocol/clock.js'
import { isFault, toFault } from '../../../protocol/fault.js'
import { faultWords } from '../../../protocol/fault-words.js'
import { printerProductId, printerVendorId } from '../../../protocol/hardware/card-printer.js'
import type { UsbDeviceInfo, UsbTransport } from '../../../protocol/hardware/usb.js'
import { silentLog } from '../../../protocol/log.js'
import { systemRandom } from '../../../protocol/random.js'
import { captureRulesOf, neededFrames } from '../../capture/plan-rules.js'
import type { StationConfig } from '../../config.js'
import { recordingNormMs } from '../../figures/weekly.js'
import { bad, good, type Look, together, weak } from './finding.js'
import type { RunningStation } from './running.js'

const captureKinds = ['slap_scanner', 'iris_camera', 'face_camera'] as const

export async function checkUsb(config: StationConfig, running: RunningStation | undefined): Promise<Look> {
  if (running && running.metrics.size > 0) return together([...captureKinds, 'card_printer'].map((kind) => toldOf(running, kind)))
  const usb = openUsbTransport({ clock: systemClock, log: silentLog })
  try {
    const plugged = (await usb.list()).map((info) => ({ info, kind: kindOf(info) })).filter(({ kind }) => kind !== undefined)
    if (plugged.length === 0) return weak('no capture device is plugged in', 'plug in scanner and cameras, or try --simulate')
    const looks: Look[] = []
    for (const { info, kind } of plugged) looks.push(await lookAt(usb, info, kind ?? '', config, running !== undefined))
    for (const kind of captureKinds)
      if (!plugged.some((each) => each.kind === kind)) looks.push(weak(`no ${kind}`, `plug in the ${kind.replace('_', ' ')}`))
    return together(looks)
  } finally {
    await usb.close()
  }
}

const isPrinter = (info: UsbDeviceInfo): boolean => info.vendorId === printerVendorId && info.productId === printerProductId
const kindOf = (info: UsbDeviceInfo): string | undefined => captureKindOf(info) ?? (isPrinter(info) ? 'card_printer' : undefined)

function toldOf({ metrics }: RunningStation, kind: string): Look {
  if (metrics.get(`rekam_device_ready{device="${kind}"}`) === 1) return good(`${kind} ready`)
  return weak(`${kind} is not ready`, `see what the station's screen says of the ${kind.replace('_', ' ')}`)
}

async function lookAt(usb: UsbTransport, info: UsbDeviceInfo, kind: string, config: StationConfig, held: boolean): Promise<Look> {
  const name = `${kind} ${info.serial}`
  const { trustedDevices, frameSilenceMs: silenceMs } = config
  if (kind !== 'card_printer' && !trustedDevices.some((each) => each.serial === info.serial && each.kind === kind))
    return bad(`${name} is not on the list`, 'add its serial and key to trustedDevices, or unplug it')
  if (held) return good(`${name} (held by the running station)`)
  try {
    const deps = { usb, clock: systemClock, random: systemRandom, log: silentLog }
    const limits = { frozenFrames: neededFrames, silenceMs }
    const device = isPrinter(info)
      ? await openCardPrinter(deps, info.key)
      : await openCaptureDevice({ ...deps, trust: trustedDevices, limits }, info.key)
    await device.close()
    return good(`${name} works`)
  } catch (error) {
    const { code, message } = toFault(error)
    return bad(`${name}: ${faultWords[code].what.en} [${message}]`, faultWords[code].next.en)
  }
}

export async function checkPad({ signaturePadPath }: StationConfig, running: RunningStation | undefined): Promise<Look> {
  if (signaturePadPath === '') return weak('no path configured', 'set signaturePadPath')
  if (running) return good(`${signaturePadPath} (held by the running station)`)
  const serial = serialTransport({ clock: systemClock })
  const port = await serial.open(
    signaturePadPath,
    { baudRate: 19_200, dataBits: 8, parity: 'odd', stopBits: 1 },
    { data: () => {}, lost: () => {} },
  )
  await port.close()
  return good(signaturePadPath)
}

export async function checkReaders({ cardTerminal, pcscAdapter }: StationConfig): Promise<Look> {
  const cards = openPcscTransport({ clock: systemClock, log: silentLog, adapter: pcscAdapter })
  try {
    const names = (await cards.readers()).map(({ name }) => name)
    if (names.length === 0) return weak('PC/SC knows no reader', 'plug in the printer with its contactless station; is pcscd running?')
    const there = names.some((name) => name === cardTerminal || name.startsWith(`${cardTerminal} `))
    return there ? good(names.join('; ')) : weak(names.join('; '), `none of them is ${cardTerminal}: correct cardTerminal`)
  } catch (error) {
    // No reader is asked for yet: what does not answer is the service.
    if (!isFault(error, 'card.terminal_lost')) throw error
    return bad(`no PC/SC service answers (${error.context.reason ?? ''})`, 'install and start pcscd')
  } finally {
    await cards.close()
  }
}

/** Whether everything that a recording asks for can be captured with what the configuration knows, in an order that it allows, in the time promised. */
export function checkPlan(config: StationConfig): Look {
  const { order, modalities } = captureRulesOf(config.capture)
  const normS = order.reduce((sum, modality) => sum + modalities[modality].normMs, 0) / 1000
  const norm = recordingNormMs / 1000
  const looks = [
    normS > norm ? weak(`norms add up to ${normS} s`, `${norm} s are promised: lower normMs`) : good(`norms add up to ${normS} s`),
    ...(config.simulated ? [] : deviceLooks(config)),
  ]
  const early = order.slice(0, order.indexOf('face')).filter((modality) => modality !== 'signature')
  if (config.faceApproval === 'first' && early.length > 0)
    looks.unshift(
      bad(`${early.join(', ')} before the portrait is approved`, 'put face first in capture.order, or set faceApproval to any_order'),
    )
  return together(looks)
}

function deviceLooks({ signaturePadPath, trustedDevices }: StationConfig): readonly Look[] {
  const asks = { slap_scanner: 'fingers', iris_camera: 'irises', face_camera: 'the photo' } as const
  const looks = captureKinds.map((kind) =>
    trustedDevices.some((each) => each.kind === kind)
      ? good(asks[kind])
      : weak(`${asks[kind]}: no trusted ${kind}`, `name the ${kind} in trustedDevices`),
  )
  return [...looks, signaturePadPath === '' ? weak('the signature: no pad', 'set signaturePadPath') : good('the signature')]
}
