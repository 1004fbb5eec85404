// Discovery as data: which plug-in is which kind of device, and who opens it.

import { Fault } from '../protocol/fault.js'
import type { CaptureKind } from '../protocol/hardware/capture-device.js'
import type { SerialPortInfo } from '../protocol/hardware/serial.js'
import type { UsbDeviceInfo } from '../protocol/hardware/usb.js'
import { faceCameraProfile } from './camera/face-camera/driver.js'
import { type CaptureDeps, openWithProfile } from './capture-device/driver.js'
import type { DeviceProfile } from './capture-device/machine.js'
import type { CaptureDevice } from './driver.js'
import { slapScannerProfile } from './fingerprint/slap-scanner/driver.js'
import { irisCameraProfile } from './iris/dual-camera/driver.js'

const captureProfiles: readonly DeviceProfile[] = [slapScannerProfile, irisCameraProfile, faceCameraProfile]

/** USB-serial bridges behind which a signature pad may sit. The bridge is generic: the configuration must name the path, or accept the guess. */
const padBridges = [{ vendorId: '0403', productId: '6001' }] as const

const profileOf = (info: UsbDeviceInfo): DeviceProfile | undefined =>
  captureProfiles.find(({ vendorId, productId }) => vendorId === info.vendorId && productId === info.productId)

/** The kind of a USB device by its VID:PID, undefined when it is none of ours. Not proof of anything: opening proves. */
export const captureKindOf = (info: UsbDeviceInfo): CaptureKind | undefined => profileOf(info)?.kind

/** Whether a signature pad may be behind this serial port. */
export function maybeSignaturePad(info: SerialPortInfo): boolean {
  return padBridges.some(
    ({ vendorId, productId }) => vendorId === info.vendorId?.toLowerCase() && productId === info.productId?.toLowerCase(),
  )
}

/**
 * Opens and proves the capture device behind `key` of `deps.usb.list()`.
 * @throws Fault `device.absent` (not plugged in) | `device.unknown` (not ours, not listed, wrong key or proof: context names serial and reason) |
 *   `device.protocol` | `device.busy` | `device.access` | `device.timeout` | `device.stall` | `device.unplugged`
 */
export async function openCaptureDevice(deps: CaptureDeps, key: string): Promise<CaptureDevice> {
  const info = (await deps.usb.list()).find((candidate) => candidate.key === key)
  if (!info) throw new Fault('device.absent', { device: key })
  const profile = profileOf(info)
  if (!profile) throw new Fault('device.unknown', { serial: info.serial, reason: 'no_driver' })
  return openWithProfile(deps, key, profile)
}
