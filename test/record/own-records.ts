// Records of every kind by our own writers, small and whole, for tests that read them back or damage them.

import { encodePng } from '../../daemon/kernels/image/codec.js'
import { encodeJp2 } from '../../daemon/kernels/image/jp2.js'
import { encodeWsq } from '../../daemon/kernels/wsq/index.js'
import {
  type FaceImageRepresentation,
  faceColourSpace,
  faceImageDataType,
  spatialSamplingLevel,
  writeFaceImageRecord,
} from '../../daemon/record/face-image.js'
import {
  type FingerImageRepresentation,
  fingerCompression,
  fingerPosition,
  impressionType,
  writeFingerImageRecord,
} from '../../daemon/record/finger-image.js'
import { eye, type IrisImageRepresentation, irisImageFormat, writeIrisImageRecord } from '../../daemon/record/iris-image.js'
import { captureDate, unknownDevice } from '../../daemon/record/representation.js'
import { type SignatureSample, signatureOfPad, writeSignatureRecord } from '../../daemon/record/signature.js'

export const head = {
  captureDate: captureDate(Date.UTC(2025, 6, 4, 9, 30, 15, 250)),
  captureDevice: unknownDevice,
  qualityBlocks: [{ score: 80, vendor: 1, algorithm: 2 }],
  certificationBlocks: [],
}
export const finger = (
  image: Uint8Array,
  widthPx: number,
  heightPx: number,
  position: number = fingerPosition.plainThumbs,
): FingerImageRepresentation => ({
  ...head,
  fingerPosition: position,
  representationNumber: 0,
  scaleUnits: 1,
  scanResolution: { x: 500, y: 500 },
  imageResolution: { x: 500, y: 500 },
  bitDepth: 8,
  compression: fingerCompression.wsq,
  impression: impressionType.liveScanPlain,
  widthPx,
  heightPx,
  image,
  extendedData: [],
})
export const iris = (image: Uint8Array, which: number): IrisImageRepresentation => ({
  ...head,
  representationNumber: which,
  eye: which,
  imageType: 1,
  imageFormat: irisImageFormat.monoJpeg2000,
  properties: 0x80,
  widthPx: 40,
  heightPx: 30,
  bitDepth: 8,
  range: 0,
  rollAngle: 0xffff,
  rollAngleUncertainty: 0xffff,
  irisCentreX: { smallest: 19, largest: 21 },
  irisCentreY: { smallest: 0, largest: 0 },
  irisDiameter: { smallest: 0, largest: 0 },
  image,
})
export const face = (image: Uint8Array): FaceImageRepresentation => ({
  ...head,
  gender: 0,
  eyeColour: 0,
  hairColour: 0,
  subjectHeight: 0,
  featureMask: 0,
  expression: 0,
  pose: { yaw: 0, pitch: 0, roll: 0 },
  poseUncertainty: { yaw: 0, pitch: 0, roll: 0 },
  landmarks: [{ type: 1, code: 0xc1, x: 12, y: 15, z: 0 }],
  faceImageType: 1,
  imageDataType: faceImageDataType.png,
  widthPx: 40,
  heightPx: 30,
  spatialSamplingLevel: spatialSamplingLevel(200),
  postAcquisitionProcessing: 0,
  crossReference: 0,
  colourSpace: faceColourSpace.rgb24,
  image,
})
export const stroke: SignatureSample[] = Array.from({ length: 120 }, (_, i) => ({
  x: 500 + 9 * i,
  y: Math.round(700 - 300 * Math.sin(i / 9)),
  timeMs: 8 * i,
  force: i % 40 === 39 ? 0 : 300 + i,
  tip: i % 40 !== 39,
}))
export const gradient = (count: number) => Uint8Array.from({ length: count }, (_, i) => (i * 7) & 255)

export async function ownRecords() {
  const thumbs = encodeWsq(gradient(80 * 60), 80, 60, { rate: 0.75, ppi: 500 })
  const iris2000 = await encodeJp2(gradient(40 * 30), 40, 30, 1, { ratio: 4 })
  return {
    FIR: writeFingerImageRecord({
      edition: 2011,
      representations: [finger(thumbs, 80, 60), finger(thumbs, 80, 60, fingerPosition.plainRightFourFingers)],
    }),
    IIR: writeIrisImageRecord({ edition: 2011, representations: [iris(iris2000, eye.right), iris(iris2000, eye.left)] }),
    FAC: writeFaceImageRecord({
      edition: 2011,
      temporalSemantics: 0,
      representations: [face(await encodePng(gradient(40 * 30 * 3), 40, 30))],
    }),
    SDI: writeSignatureRecord(signatureOfPad(stroke, 16.14)),
    WSQ: thumbs,
  }
}
