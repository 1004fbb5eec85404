// Simulated four-finger scanner, FAP 60: 3.2 × 3.0 inch platen at 500 ppi. Where the fingers come from is the scenario's business.

import { captureProductIds, emptyPlatenLevel } from '../../protocol/hardware/capture-device.js'
import { type CaptureDeviceModel, type CaptureModelOptions, captureDeviceModel } from './capture-device.js'
import { developGrey } from './sensor.js'

const slapPlaten = { widthPx: 1600, heightPx: 1500, ppi: 500 } as const

export interface PlatenImages {
  /**
   * What lies on the platen, ridges dark: 8-bit grey, row-major, 1600 × 1500; undefined for the empty platen. Not changed.
   * @param indicatorMask finger positions the device asks for, bit p-1 = position p
   * @param frameIndex counts from the start of this stream
   */
  platen(indicatorMask: number, frameIndex: number): Promise<Uint8Array | undefined> | Uint8Array | undefined
}

export function slapScannerModel(options: CaptureModelOptions & { readonly images: PlatenImages }): CaptureDeviceModel {
  const sensor = { ...slapPlaten, emptyLevel: emptyPlatenLevel }
  return captureDeviceModel(options, {
    kind: 'slap_scanner',
    product: 'Slap scanner FAP 60 (simulated)',
    productId: captureProductIds.slapScanner,
    sensors: [{ ...slapPlaten, format: 'grey8', maxPayloadBytes: slapPlaten.widthPx * slapPlaten.heightPx }],
    fps: 10,
    render: async (exposure) =>
      developGrey(sensor, await options.images.platen(exposure.indicatorMask, exposure.frameIndex), exposure, options.random),
  })
}
