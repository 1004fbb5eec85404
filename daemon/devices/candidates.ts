// Which of the plugged-in devices the station may use, in which order, and which it refuses by name. Pure; opens nothing.

import type { TrustedDevice } from '../../drivers/driver.js'
import { captureKindOf } from '../../drivers/registry.js'
import type { CaptureKind } from '../../protocol/hardware/capture-device.js'
import type { UsbDeviceInfo } from '../../protocol/hardware/usb.js'
import type { RefusedDevice } from '../state.js'

/** Something plugged in that may be opened. */
export interface Candidate {
  /** Where it hangs, as its bus names it: tells it from another of the same kind, and changes with every replug. */
  readonly key: string
  readonly serial: string
  readonly product: string
}

export interface Refused extends RefusedDevice {
  readonly key: string
}

/** What of one kind is plugged in: candidates in the order of preference. */
export interface Listing {
  readonly candidates: readonly Candidate[]
  readonly refused: readonly Refused[]
}

/** The site's choice where several devices of a kind are trusted. */
export interface SiteChoice {
  readonly slap_scanner?: string | undefined
  readonly iris_camera?: string | undefined
  readonly face_camera?: string | undefined
  readonly whenChosenIsAway: 'any_trusted' | 'only_chosen'
}

export interface TrustSettings {
  readonly trustedDevices: readonly TrustedDevice[]
  readonly devices: SiteChoice
}

/** One capture device on the bus and what the site's rules say of it. Only a proof says that it is what it claims. */
export interface TrustVerdict extends Candidate {
  readonly kind: CaptureKind
  readonly verdict: 'chosen' | 'trusted' | 'not_chosen' | 'not_listed' | 'wrong_kind' | 'no_serial'
}

/** Every capture device of `infos`, in the order of the bus. */
export function judgeBus(infos: readonly UsbDeviceInfo[], settings: TrustSettings): readonly TrustVerdict[] {
  return infos.flatMap((info): TrustVerdict[] => {
    const kind = captureKindOf(info)
    const { key, serial, product } = info
    return kind ? [{ key, serial, product, kind, verdict: verdictOn(kind, serial, settings) }] : []
  })
}

function verdictOn(kind: CaptureKind, serial: string, { trustedDevices, devices }: TrustSettings): TrustVerdict['verdict'] {
  if (serial === '') return 'no_serial'
  const lines = trustedDevices.filter((line) => line.serial === serial)
  if (lines.length === 0) return 'not_listed'
  if (!lines.some((line) => line.kind === kind)) return 'wrong_kind'
  if (serial === devices[kind]) return 'chosen'
  return devices[kind] !== undefined && devices.whenChosenIsAway === 'only_chosen' ? 'not_chosen' : 'trusted'
}

/** The chosen one first, then the trusted ones in the order of the list. */
export function listingOf(kind: CaptureKind, infos: readonly UsbDeviceInfo[], settings: TrustSettings): Listing {
  const ofKind = judgeBus(infos, settings).filter((each) => each.kind === kind)
  const rank = ({ verdict, serial }: TrustVerdict) =>
    verdict === 'chosen' ? -1 : settings.trustedDevices.findIndex((line) => line.serial === serial && line.kind === kind)
  const usable = ofKind.filter(({ verdict }) => verdict === 'chosen' || verdict === 'trusted')
  return {
    candidates: usable.sort((a, b) => rank(a) - rank(b)).map(({ key, serial, product }) => ({ key, serial, product })),
    refused: ofKind
      .filter((each) => !usable.includes(each))
      .map(({ key, serial, product, verdict }) => ({ key, serial, product, reason: verdict })),
  }
}
