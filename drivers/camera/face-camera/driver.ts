// Face camera: what makes a capture device one, and its ready lamp.

import { captureProductIds, captureVendorId, faceIndicators } from '../../../protocol/hardware/capture-device.js'
import type { DeviceProfile } from '../../capture-device/machine.js'

export const faceCameraProfile: DeviceProfile = {
  kind: 'face_camera',
  vendorId: captureVendorId,
  productId: captureProductIds.faceCamera,
  objection: ({ sensors: [sensor, ...others] }) => {
    if (!sensor || others.length > 0) return 'one_sensor_expected'
    if (sensor.format !== 'mjpeg') return 'mjpeg_expected'
    return sensor.widthPx >= 1280 && sensor.heightPx >= 720 ? undefined : 'image_too_small'
  },
}

/** Indicator that lights the ready lamp. */
export const readyIndicator: number = faceIndicators.ready
