// The portrait as an ISO/IEC 19794-5 record: cut to the token geometry with the eyes level, feature points, quality, JPEG. Pure but for codecs.

import sharp from 'sharp'
import type { RgbImage } from '../kernels/face/face.js'
import { featurePoints } from '../kernels/face/feature-points.js'
import { cutPortrait, placementOf, tokenTemplate } from '../kernels/face/portrait.js'
import { faceGeometry } from '../kernels/face/quality/geometry.js'
import { jpegWithin } from '../kernels/image/budget.js'
import { readRgbImage } from '../kernels/image/codec.js'
import {
  faceColourSpace,
  faceImageDataType,
  faceImageType,
  faceTechnology,
  gender,
  mpeg4Landmark,
  spatialSamplingLevel,
  writeFaceImageRecord,
} from '../record/face-image.js'
import { unknownDevice } from '../record/representation.js'
import type { ExaminedFace } from './face-watch.js'
import type { RawFrame } from './make-record.js'
import { ownQuality, recordHead } from './record-head.js'

export interface FaceRecordJob {
  readonly modality: 'face'
  readonly capturedAtMs: number
  /** The camera's JPEG. */
  readonly frame: RawFrame
  readonly sex: 'M' | 'F'
  /** Absent when no face was found: the middle of the picture is taken then, and nothing is claimed of it. */
  readonly face?: ExaminedFace
}

const template = tokenTemplate(480)
/** A reference portrait is compressed 10:1 at most (ICAO 9303 and ISO/IEC 19794-5 as widely cited: 10 to 15). */
const mostBytes = Math.floor((template.widthPx * template.heightPx * 3) / 10)
const noAngle = { yaw: 0, pitch: 0, roll: 0 }
/** 0 says unspecified: the signs of the standard's angles were not to be verified, and a wrong sign is worse than none. */
const unspecifiedPose = { pose: noAngle, poseUncertainty: noAngle }

/** @throws Fault `image.corrupt` */
export async function makeFaceRecord({ frame, sex, face, capturedAtMs }: FaceRecordJob): Promise<Uint8Array> {
  const picture = await readRgbImage(frame.bytes)
  const portrait = face ? cutPortrait(picture, faceGeometry(face.landmarks), template, face.fill) : await middleOf(picture)
  const { widthPx, heightPx, rgb } = portrait
  const { bytes } = await jpegWithin({ pixels: rgb, widthPx, heightPx }, mostBytes, '4:4:4')
  return writeFaceImageRecord({
    edition: 2011,
    temporalSemantics: 0,
    representations: [
      {
        ...recordHead(capturedAtMs),
        captureDevice: { ...unknownDevice, technology: faceTechnology.digitalVideo },
        qualityBlocks: face ? [ownQuality('face', face.quality)] : [],
        gender: sex === 'M' ? gender.male : gender.female,
        eyeColour: 0,
        hairColour: 0,
        subjectHeight: 0,
        featureMask: 0,
        expression: 0,
        ...describe(picture, face),
        imageDataType: faceImageDataType.jpeg,
        widthPx,
        heightPx,
        postAcquisitionProcessing: 0,
        crossReference: 0,
        colourSpace: faceColourSpace.rgb24,
        image: bytes,
      },
    ],
  })
}

/** What is claimed of the portrait: nothing of one in which no face was found. */
function describe(picture: RgbImage, face: ExaminedFace | undefined) {
  if (!face) {
    const none = { ...unspecifiedPose, landmarks: [], spatialSamplingLevel: spatialSamplingLevel(0) }
    return { ...none, faceImageType: faceImageType.basic }
  }
  const placement = placementOf(picture, faceGeometry(face.landmarks), template)
  // From ear to ear about twice the distance of the eyes, which the template sets to W / 4.
  const headWidthPx = template.widthPx / 2
  return {
    ...unspecifiedPose,
    landmarks: featurePoints(face.landmarks, template.widthPx, template.heightPx, placement.back).map(({ group, number, x, y }) =>
      mpeg4Landmark(group, number, x, y),
    ),
    spatialSamplingLevel: spatialSamplingLevel(headWidthPx),
    faceImageType: faceImageType.tokenFrontal,
  }
}

/** The middle of the picture at the portrait's shape. */
async function middleOf({ rgb, widthPx, heightPx }: RgbImage): Promise<RgbImage> {
  const width = Math.min(widthPx, Math.round((heightPx * template.widthPx) / template.heightPx))
  const data = await sharp(rgb, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .extract({ left: Math.floor((widthPx - width) / 2), top: 0, width, height: heightPx })
    .resize(template.widthPx, template.heightPx, { fit: 'fill' })
    .raw()
    .toBuffer()
  return { rgb: new Uint8Array(data.buffer, data.byteOffset, data.length), widthPx: template.widthPx, heightPx: template.heightPx }
}
