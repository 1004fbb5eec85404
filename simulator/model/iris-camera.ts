// Simulated dual iris camera: two near-infrared sensors exposed at the same instant. Sensor 0 sees the subject's right eye, 1 the left.

import { captureProductIds } from '../../protocol/hardware/capture-device.js'
import { type CaptureDeviceModel, type CaptureModelOptions, captureDeviceModel } from './capture-device.js'
import { developGrey } from './sensor.js'

const irisSensor = { widthPx: 640, heightPx: 480 } as const

export interface EyeImages {
  /**
   * What the sensor sees: 8-bit grey, row-major, 640 × 480; undefined for nobody. Not changed.
   * @param sensor 0 right eye, 1 left eye
   * @param indicatorMask eyes the device asks for: bit 0 right, bit 1 left
   * @param frameIndex counts from the start of this stream
   */
  eye(sensor: 0 | 1, indicatorMask: number, frameIndex: number): Promise<Uint8Array | undefined> | Uint8Array | undefined
}

export function irisCameraModel(options: CaptureModelOptions & { readonly images: EyeImages }): CaptureDeviceModel {
  const sensor = { ...irisSensor, emptyLevel: 24 }
  const plan = { ...irisSensor, ppi: 0, format: 'grey8', maxPayloadBytes: irisSensor.widthPx * irisSensor.heightPx } as const
  return captureDeviceModel(options, {
    kind: 'iris_camera',
    product: 'Dual iris camera (simulated)',
    productId: captureProductIds.irisCamera,
    sensors: [plan, plan],
    fps: 15,
    render: async (exposure) => {
      const scene = await options.images.eye(exposure.sensor === 0 ? 0 : 1, exposure.indicatorMask, exposure.frameIndex)
      return developGrey(sensor, scene, exposure, options.random)
    },
  })
}
