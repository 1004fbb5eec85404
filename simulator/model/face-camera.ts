// Simulated face camera: 1920 × 1080 motion JPEG, frames of varying length.

import { captureProductIds } from '../../protocol/hardware/capture-device.js'
import { type CaptureDeviceModel, type CaptureModelOptions, captureDeviceModel } from './capture-device.js'
import { developJpeg, flatJpeg } from './sensor.js'

const faceSensor = { widthPx: 1920, heightPx: 1080, maxPayloadBytes: 2 * 1024 * 1024 } as const

export interface FaceImages {
  /**
   * What the camera sees: a JPEG of 1920 × 1080, at most 2 MiB; undefined for an empty chair (flat grey). Not changed.
   * @param indicatorMask 1 when the ready lamp is lit
   * @param frameIndex counts from the start of this stream
   */
  face(indicatorMask: number, frameIndex: number): Promise<Uint8Array | undefined> | Uint8Array | undefined
}

export function faceCameraModel(options: CaptureModelOptions & { readonly images: FaceImages }): CaptureDeviceModel {
  const empty = flatJpeg(faceSensor.widthPx, faceSensor.heightPx)
  return captureDeviceModel(options, {
    kind: 'face_camera',
    product: 'Face camera (simulated)',
    productId: captureProductIds.faceCamera,
    sensors: [{ ...faceSensor, ppi: 0, format: 'mjpeg' }],
    fps: 15,
    render: async (exposure) => developJpeg((await options.images.face(exposure.indicatorMask, exposure.frameIndex)) ?? empty, exposure),
  })
}
