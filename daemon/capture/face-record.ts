// The portrait: cut to the token geometry with the eyes level, as the applicant approves it, and put into an ISO/IEC 19794-5 record as it is.

import sharp from 'sharp'
import type { RgbImage } from '../kernels/face/face.js'
import { type FeaturePoint, featurePoints } from '../kernels/face/feature-points.js'
import { cutPortrait, tokenTemplate } from '../kernels/face/portrait.js'
import { faceGeometry } from '../kernels/face/quality/geometry.js'
import { jpegWithin } from '../kernels/image/budget.js'
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
import type { LocatedPortrait } from './face-watch.js'
import { ownQuality, recordHead } from './record-head.js'

export interface PortraitPicture {
  /** JPEG 4:4:4. */
  readonly jpeg: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
  /** In the portrait's pixels; empty when no face was found. */
  readonly points: readonly FeaturePoint[]
  /** 0 to 100; absent when no face was found. */
  readonly quality?: number
  readonly frontal: boolean
}

export interface FaceRecordJob {
  readonly modality: 'face'
  readonly capturedAtMs: number
  readonly sex: 'M' | 'F'
  readonly portrait: PortraitPicture
}

const template = tokenTemplate(480)
/** A tenth of the raw picture: a face needs less, and is then compressed as little as JPEG can. */
const mostBytes = Math.floor((template.widthPx * template.heightPx * 3) / 10)

/** @param face absent when no face was found: the middle of the picture is taken then, and nothing is claimed of it */
export async function cutForRecord(picture: RgbImage, face: LocatedPortrait | undefined): Promise<PortraitPicture> {
  const cut = face && cutPortrait(picture, faceGeometry(face.landmarks), template, face.fill)
  const { rgb, widthPx, heightPx } = cut ?? (await middleOf(picture))
  const { bytes: jpeg } = await jpegWithin({ pixels: rgb, widthPx, heightPx }, mostBytes, '4:4:4')
  if (!face || !cut) return { jpeg, widthPx, heightPx, points: [], frontal: false }
  const points = featurePoints(face.landmarks, widthPx, heightPx, cut.placement.back)
  return { jpeg, widthPx, heightPx, points, quality: face.quality, frontal: face.frontal }
}

/** @throws Fault of the writer */
export function makeFaceRecord({ portrait, sex, capturedAtMs }: FaceRecordJob): Uint8Array {
  const { jpeg, widthPx, heightPx, points, quality, frontal } = portrait
  return writeFaceImageRecord({
    edition: 2011,
    temporalSemantics: 0,
    representations: [
      {
        ...recordHead(capturedAtMs),
        captureDevice: { ...unknownDevice, technology: faceTechnology.digitalVideo },
        qualityBlocks: quality === undefined ? [] : [ownQuality('face', quality)],
        gender: sex === 'M' ? gender.male : gender.female,
        eyeColour: 0,
        hairColour: 0,
        subjectHeight: 0,
        featureMask: 0,
        expression: 0,
        ...unspecifiedPose,
        landmarks: points.map(({ group, number, x, y }) => mpeg4Landmark(group, number, x, y)),
        faceImageType: frontal ? faceImageType.tokenFrontal : faceImageType.basic,
        imageDataType: faceImageDataType.jpeg,
        widthPx,
        heightPx,
        // From ear to ear about twice the distance of the eyes, which the template sets to W / 4.
        spatialSamplingLevel: spatialSamplingLevel(points.length > 0 ? template.widthPx / 2 : 0),
        postAcquisitionProcessing: 0,
        crossReference: 0,
        colourSpace: faceColourSpace.rgb24,
        image: jpeg,
      },
    ],
  })
}

const noAngle = { yaw: 0, pitch: 0, roll: 0 }
/** 0 says unspecified: the signs of the standard's angles were not to be verified, and a wrong sign is worse than none. */
const unspecifiedPose = { pose: noAngle, poseUncertainty: noAngle }

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
