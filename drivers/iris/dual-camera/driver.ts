// Dual iris camera: what makes a capture device one, and how eyes are asked for.

import { captureProductIds, captureVendorId, eyeIndicators } from '../../../protocol/hardware/capture-device.js'
import type { DeviceProfile } from '../../capture-device/machine.js'

export const irisCameraProfile: DeviceProfile = {
  kind: 'iris_camera',
  vendorId: captureVendorId,
  productId: captureProductIds.irisCamera,
  objection: ({ sensors }) => {
    if (sensors.length !== 2 || !sensors.some(({ sensor }) => sensor === 0) || !sensors.some(({ sensor }) => sensor === 1))
      return 'two_sensors_expected'
    if (sensors.some(({ format }) => format !== 'grey8')) return 'grey8_expected'
    // ISO/IEC 19794-6 §A: an uncropped image is at least 640 × 480.
    return sensors.every(({ widthPx, heightPx }) => widthPx >= 640 && heightPx >= 480) ? undefined : 'image_too_small'
  },
}

/** Indicator for the eyes to present; a person's own right and left. */
export function eyeIndicator(eyes: { readonly right: boolean; readonly left: boolean }): number {
  return (eyes.right ? eyeIndicators.right : 0) | (eyes.left ? eyeIndicators.left : 0)
}
