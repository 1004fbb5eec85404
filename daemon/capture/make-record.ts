// From a capture to its ISO/IEC 19794 record: WSQ for fingers, JPEG 2000 for irises, JPEG for the face, a time series for the signature. Pure but for codecs.

import sharp from 'sharp'
import type { PenSample } from '../../drivers/driver.js'
import { Fault } from '../../protocol/fault.js'
import type { FrameHeader } from '../../protocol/hardware/frames.js'
import { kernelPpi } from '../kernels/finger/resample.js'
import { cutFinger } from '../kernels/finger/segment.js'
import type { FingerCapture } from '../kernels/finger/sequence.js'
import { encodeJp2 } from '../kernels/image/jp2.js'
import type { Simd } from '../kernels/simd/simd.js'
import { encodeWsq } from '../kernels/wsq/index.js'
import {
  faceColourSpace,
  faceImageDataType,
  faceImageType,
  faceTechnology,
  gender,
  spatialSamplingLevel,
  writeFaceImageRecord,
} from '../record/face-image.js'
import { fingerCompression, fingerPosition, impressionType, writeFingerImageRecord } from '../record/finger-image.js'
import { eye, irisImageFormat, irisImageType, writeIrisImageRecord } from '../record/iris-image.js'
import { captureDate, type QualityBlock, unknownDevice } from '../record/representation.js'
import { signatureOfPad, writeSignatureRecord } from '../record/signature.js'
import { type ExaminedFinger, type Platen, platenOf } from './fingers.js'

export interface RawFrame {
  readonly header: FrameHeader
  readonly bytes: Uint8Array
}

export type RecordJob =
  | {
      readonly modality: FingerCapture
      readonly capturedAtMs: number
      readonly frame: RawFrame
      /** As they were found and assessed in this frame. */
      readonly fingers: readonly Pick<ExaminedFinger, 'segment' | 'quality'>[]
    }
  | { readonly modality: 'irises'; readonly capturedAtMs: number; readonly frames: readonly RawFrame[] }
  | { readonly modality: 'face'; readonly capturedAtMs: number; readonly frame: RawFrame; readonly sex: 'M' | 'F' }
  | { readonly modality: 'signature'; readonly samples: readonly PenSample[]; readonly unitsPerInch: number }

/** The 15:1 class of IAFIS-IC-0110. */
export const wsqRate = 0.75
/** `rekam-q` in a quality block. Our own numbers: no organisation has registered them, see docs/records.md. */
export const ownQualityAlgorithm = { vendor: 0x524b, algorithm: 0x0001 } as const
const irisRatio = 8
/** The portrait: the middle of the camera's picture at 3:4. No face is looked for here. */
const portrait = { widthPx: 480, heightPx: 640, quality: 88 } as const

/** @returns the record's bytes @throws Fault of the codecs and writers */
export function makeRecord(job: RecordJob, simd?: Simd): Promise<Uint8Array> {
  switch (job.modality) {
    case 'right_four':
    case 'left_four':
    case 'thumbs':
    case 'index_fingers':
      return fingerRecord(job, simd)
    case 'irises':
      return irisRecord(job.frames, job.capturedAtMs)
    case 'face':
      return faceRecord(job.frame, job.sex, job.capturedAtMs)
    case 'signature':
      return signatureRecord(job.samples, job.unitsPerInch)
  }
}

const slapPosition: Readonly<Partial<Record<FingerCapture, number>>> = {
  right_four: fingerPosition.plainRightFourFingers,
  left_four: fingerPosition.plainLeftFourFingers,
  thumbs: fingerPosition.plainThumbs,
}

const head = (capturedAtMs: number) => ({
  captureDate: captureDate(capturedAtMs),
  captureDevice: unknownDevice,
  // None is claimed where no quality algorithm runs.
  qualityBlocks: [],
  certificationBlocks: [],
})

/**
 * The whole platen of a slap under the slap's position, then each finger upright by itself with its quality. Two index fingers have no position
 * of their own as a pair: they stand singly.
 */
async function fingerRecord(
  { modality, frame, fingers, capturedAtMs }: Extract<RecordJob, { modality: FingerCapture }>,
  simd: Simd | undefined,
): Promise<Uint8Array> {
  const platen = platenOf(frame)
  const resolution = { x: kernelPpi, y: kernelPpi }
  const represent = (position: number, picture: Platen, qualityBlocks: readonly QualityBlock[]) => ({
    ...head(capturedAtMs),
    qualityBlocks,
    fingerPosition: position,
    representationNumber: 0,
    scaleUnits: 1 as const,
    scanResolution: { x: frame.header.ppi, y: frame.header.ppi },
    imageResolution: resolution,
    bitDepth: 8,
    compression: fingerCompression.wsq,
    impression: impressionType.liveScanPlain,
    widthPx: picture.widthPx,
    heightPx: picture.heightPx,
    image: encodeWsq(picture.grey, picture.widthPx, picture.heightPx, { rate: wsqRate, ppi: kernelPpi }, simd),
    extendedData: [],
  })
  const singles = fingers.map(({ segment, quality }) =>
    represent(
      segment.position,
      cutFinger(platen.grey, platen.widthPx, platen.heightPx, segment),
      quality === undefined ? [] : [{ score: Math.round(quality), ...ownQualityAlgorithm }],
    ),
  )
  const slap = slapPosition[modality]
  const whole = slap === undefined && singles.length > 0 ? [] : [represent(slap ?? fingerPosition.unknown, platen, [])]
  return writeFingerImageRecord({ edition: 2011, representations: [...whole, ...singles] })
}

async function irisRecord(frames: readonly RawFrame[], capturedAtMs: number): Promise<Uint8Array> {
  const representations = await Promise.all(
    frames.map(async ({ header, bytes }, index) => ({
      ...head(capturedAtMs),
      captureDevice: { ...unknownDevice, technology: 1 },
      representationNumber: index,
      // Sensor 0 looks at the right eye (protocol/hardware/frames.ts).
      eye: header.sensor === 0 ? eye.right : eye.left,
      imageType: irisImageType.vga,
      imageFormat: irisImageFormat.monoJpeg2000,
      properties: 0b1000_0000,
      widthPx: header.widthPx,
      heightPx: header.heightPx,
      bitDepth: 8,
      range: 0,
      rollAngle: 0xffff,
      rollAngleUncertainty: 0xffff,
      irisCentreX: unlocated,
      irisCentreY: unlocated,
      irisDiameter: unlocated,
      image: await encodeJp2(bytes, header.widthPx, header.heightPx, 1, { ratio: irisRatio }),
    })),
  )
  return writeIrisImageRecord({ edition: 2011, representations })
}

/** The iris is not located yet: 0 says unknown. */
const unlocated = { smallest: 0, largest: 0 }
const noAngle = { yaw: 0, pitch: 0, roll: 0 }

async function faceRecord({ header, bytes }: RawFrame, sex: 'M' | 'F', capturedAtMs: number): Promise<Uint8Array> {
  const width = Math.round((header.heightPx * portrait.widthPx) / portrait.heightPx)
  const image = await sharp(Buffer.from(bytes))
    .extract({ left: Math.floor((header.widthPx - width) / 2), top: 0, width, height: header.heightPx })
    .resize(portrait.widthPx, portrait.heightPx, { fit: 'fill' })
    .jpeg({ quality: portrait.quality, chromaSubsampling: '4:4:4' })
    .toBuffer()
    .catch((cause: unknown) => {
      throw new Fault('image.corrupt', { modality: 'face', size: bytes.length }, { cause })
    })
  return writeFaceImageRecord({
    edition: 2011,
    temporalSemantics: 0,
    representations: [
      {
        ...head(capturedAtMs),
        captureDevice: { ...unknownDevice, technology: faceTechnology.digitalVideo },
        gender: sex === 'M' ? gender.male : gender.female,
        eyeColour: 0,
        hairColour: 0,
        subjectHeight: 0,
        featureMask: 0,
        expression: 0,
        pose: noAngle,
        poseUncertainty: noAngle,
        landmarks: [],
        faceImageType: faceImageType.basic,
        imageDataType: faceImageDataType.jpeg,
        widthPx: portrait.widthPx,
        heightPx: portrait.heightPx,
        spatialSamplingLevel: spatialSamplingLevel(0),
        postAcquisitionProcessing: 0,
        crossReference: 0,
        colourSpace: faceColourSpace.rgb24,
        image: new Uint8Array(image),
      },
    ],
  })
}

async function signatureRecord(samples: readonly PenSample[], unitsPerInch: number): Promise<Uint8Array> {
  const startMs = samples[0]?.timeMs ?? 0
  const series = samples.map(({ x, y, pressure, timeMs, penDown }) => ({ x, y, timeMs: timeMs - startMs, force: pressure, tip: penDown }))
  return writeSignatureRecord(signatureOfPad(series, unitsPerInch / 25.4))
}
