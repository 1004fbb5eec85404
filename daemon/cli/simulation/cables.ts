// The cables of the simulated office, by kind of device: pulled out and pushed in by whoever stands there.

import type { CaptureDeviceModel } from '../../../simulator/model/capture-device.js'
import type { DeviceKind } from '../../state.js'
import { padPath, type World } from './world.js'

/** @throws RangeError for a kind that is no capture device */
export function captureModel({ office }: World, kind: DeviceKind): CaptureDeviceModel {
  switch (kind) {
    case 'slap_scanner':
      return office.scanner
    case 'iris_camera':
      return office.irisCamera
    case 'face_camera':
      return office.faceCamera
    default:
      throw new RangeError(`no capture device of kind ${kind}`)
  }
}

export async function pullOut(world: World, kind: DeviceKind): Promise<void> {
  if (kind === 'signature_pad') world.serial.unplug(padPath)
  else await world.usb.unplug(captureModel(world, kind))
}

/** Also one that is in already: that is what a replug is. */
export async function pushIn(world: World, kind: DeviceKind): Promise<void> {
  await pullOut(world, kind)
  if (kind === 'signature_pad') world.serial.plug(padPath, world.office.pad)
  else await world.usb.plug(captureModel(world, kind))
}
