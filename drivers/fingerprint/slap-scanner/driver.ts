// Four-finger scanner: what makes a capture device one, and how fingers are asked for.

import { captureProductIds, captureVendorId } from '../../../protocol/hardware/capture-device.js'
import type { DeviceProfile } from '../../capture-device/machine.js'
import { readPlaten } from './platen.js'

/** FAP 60 of the FBI's Appendix F / PIV mobile profile: a platen of at least 3.2 × 3.0 inch at 500 ppi. */
const platen = { widthInch: 3.2, heightInch: 3.0, ppi: 500 } as const

export const slapScannerProfile: DeviceProfile = {
  kind: 'slap_scanner',
  vendorId: captureVendorId,
  productId: captureProductIds.slapScanner,
  objection: ({ sensors: [sensor, ...others] }) => {
    if (!sensor || others.length > 0) return 'one_sensor_expected'
    if (sensor.format !== 'grey8') return 'grey8_expected'
    if (sensor.ppi < platen.ppi) return 'resolution_too_low'
    const bigEnough = sensor.widthPx >= platen.widthInch * sensor.ppi && sensor.heightPx >= platen.heightInch * sensor.ppi
    return bigEnough ? undefined : 'platen_too_small'
  },
  readPlaten: (payload, { widthPx, heightPx }) => readPlaten(payload, widthPx, heightPx),
}

/** Indicator for finger positions 1..10 (ISO/IEC 19794-4: 1 right thumb … 10 left little). */
export function fingerIndicator(positions: readonly number[]): number {
  return positions.reduce((mask, position) => mask | (1 << (position - 1)), 0) & 0x3ff
}
