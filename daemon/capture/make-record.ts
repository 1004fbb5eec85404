// From a capture to its ISO/IEC 19794 record: WSQ for fingers, JPEG 2000 for irises, JPEG for the face, a time series for the signature. Pure but for codecs.

import type { PenSample } from '../../drivers/driver.js'
import { Fault } from '../../protocol/fault.js'
import type { FrameHeader } from '../../protocol/hardware/frames.js'
import { kernelPpi } from '../kernels/finger/resample.js'
import { cutFinger } from '../kernels/finger/segment.js'
import type { FingerCapture } from '../kernels/finger/sequence.js'
import type { Simd } from '../kernels/simd/simd.js'
import { encodeWsq } from '../kernels/wsq/index.js'
import { fingerCompression, fingerPosition, impressionType, writeFingerImageRecord } from '../record/finger-image.js'
import type { QualityBlock } from '../record/representation.js'
import { signatureOfPad, writeSignatureRecord } from '../record/signature.js'
import type { ExaminedEye } from './eyes.js'
import { type FaceRecordJob, makeFaceRecord } from './face-record.js'
import { type Platen, platenOf } from './fingers.js'
import { makeIrisRecord } from './iris-record.js'
import type { ExaminedFinger } from './kept-fingers.js'
import { ownQuality, recordHead } from './record-head.js'
import type { SignatureCapture } from './signature-session.js'

export interface RawFrame {
  readonly header: FrameHeader
  readonly bytes: Uint8Array
}

export type RecordJob =
  | {
      readonly modality: FingerCapture
      readonly capturedAtMs: number
      /** The pictures that the fingers lie in, by attempt. */
      readonly frames: readonly { readonly attempt: number; readonly frame: RawFrame }[]
      /** The attempt whose picture stands for the slap as a whole. */
      readonly attempt: number
      /** As they were found and assessed in these pictures. */
      readonly fingers: readonly Pick<ExaminedFinger, 'segment' | 'quality' | 'attempt'>[]
    }
  | {
      readonly modality: 'irises'
      readonly capturedAtMs: number
      readonly frames: readonly RawFrame[]
      /** As they were found and assessed in these frames. */
      readonly eyes: readonly ExaminedEye[]
    }
  | FaceRecordJob
  /** The camera's own JPEG: evidence is not made better. */
  | { readonly modality: 'evidence'; readonly frame: RawFrame }
  | ({ readonly modality: 'signature' } & SignatureCapture)

/** The 15:1 class of IAFIS-IC-0110. */
export const wsqRate = 0.75

/** @returns the record's bytes @throws Fault of the codecs and writers */
export async function makeRecord(job: RecordJob, simd?: Simd): Promise<Uint8Array> {
  switch (job.modality) {
    case 'right_four':
    case 'left_four':
    case 'thumbs':
    case 'index_fingers':
      return fingerRecord(job, simd)
    case 'irises':
      return makeIrisRecord(job.frames, job.eyes, job.capturedAtMs)
    case 'face':
      return makeFaceRecord(job)
    case 'evidence':
      return job.frame.bytes
    case 'signature':
      return signatureRecord(job.samples, job.pad.unitsPerInch)
  }
}

const slapPosition: Readonly<Partial<Record<FingerCapture, number>>> = {
  right_four: fingerPosition.plainRightFourFingers,
  left_four: fingerPosition.plainLeftFourFingers,
  thumbs: fingerPosition.plainThumbs,
}

/**
 * The whole platen of a slap under the slap's position, then each finger upright by itself with its quality. Two index fingers have no position
 * of their own as a pair: they stand singly. A finger that was better in another attempt is cut from that one's picture.
 */
async function fingerRecord(
  { modality, frames, attempt, fingers, capturedAtMs }: Extract<RecordJob, { modality: FingerCapture }>,
  simd: Simd | undefined,
): Promise<Uint8Array> {
  const pictures = new Map(frames.map(({ attempt, frame }) => [attempt, { platen: platenOf(frame), ppi: frame.header.ppi }]))
  const pictureOf = (attempt: number) => {
    const picture = pictures.get(attempt)
    if (!picture) throw new Fault('internal.unexpected', { operation: 'record', field: 'attempt' })
    return picture
  }
  const resolution = { x: kernelPpi, y: kernelPpi }
  const represent = (position: number, ppi: number, picture: Platen, qualityBlocks: readonly QualityBlock[]) => ({
    ...recordHead(capturedAtMs),
    qualityBlocks,
    fingerPosition: position,
    representationNumber: 0,
    scaleUnits: 1 as const,
    scanResolution: { x: ppi, y: ppi },
    imageResolution: resolution,
    bitDepth: 8,
    compression: fingerCompression.wsq,
    impression: impressionType.liveScanPlain,
    widthPx: picture.widthPx,
    heightPx: picture.heightPx,
    image: encodeWsq(picture.grey, picture.widthPx, picture.heightPx, { rate: wsqRate, ppi: kernelPpi }, simd),
    extendedData: [],
  })
  const singles = fingers.map(({ segment, quality, attempt }) => {
    const { platen, ppi } = pictureOf(attempt)
    const cut = cutFinger(platen.grey, platen.widthPx, platen.heightPx, segment)
    return represent(segment.position, ppi, cut, quality === undefined ? [] : [ownQuality('finger', quality)])
  })
  const slap = slapPosition[modality]
  const { platen, ppi } = pictureOf(attempt)
  const whole = slap === undefined && singles.length > 0 ? [] : [represent(slap ?? fingerPosition.unknown, ppi, platen, [])]
  return writeFingerImageRecord({ edition: 2011, representations: [...whole, ...singles] })
}

function signatureRecord(samples: readonly PenSample[], unitsPerInch: number): Uint8Array {
  const startMs = samples[0]?.timeMs ?? 0
  const series = samples.map(({ x, y, pressure, timeMs, penDown }) => ({ x, y, timeMs: timeMs - startMs, force: pressure, tip: penDown }))
  return writeSignatureRecord(signatureOfPad(series, unitsPerInch / 25.4))
}
