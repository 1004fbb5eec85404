// ISO/IEC 19794-5 face image records: the 2011 edition written and read, the 2005 edition read. Knows layouts, not pixels.

import { Fault } from '../../protocol/fault.js'
import { RecordReader, RecordWriter } from './cursor.js'
import {
  type CaptureHead,
  checkRecordLength,
  closeRepresentation,
  isCertified,
  readCaptureHead,
  unknownDate,
  unknownDevice,
  writeCaptureHead,
} from './representation.js'

export const gender = { unspecified: 0, male: 1, female: 2, unknown: 0xff } as const
export const faceImageType = { basic: 0, fullFrontal: 1, tokenFrontal: 2, postProcessedFrontal: 3 } as const
export const faceImageDataType = { jpeg: 0, jpeg2000: 1, jpeg2000Lossless: 2, png: 3 } as const
export const faceColourSpace = { unspecified: 0, rgb24: 1, yuv422: 2, grey8: 3 } as const
/** Technology codes of the capture device. */
export const faceTechnology = { unspecified: 0, photoUnknownSource: 1, digitalCamera: 2, scanner: 3, digitalVideo: 6 } as const

export interface FaceLandmark {
  readonly type: number
  readonly code: number
  readonly x: number
  readonly y: number
  readonly z: number
}

/**
 * A point as MPEG-4 numbers it (ISO/IEC 14496-2), e.g. 8.4: type 1, the group in the upper four bits of the code, the number in it in the lower.
 * Its third coordinate is not used.
 */
export function mpeg4Landmark(group: number, number: number, x: number, y: number): FaceLandmark {
  return { type: 1, code: (group << 4) | number, x, y, z: 0 }
}

/** Yaw, pitch, roll as the record codes them: one byte each, 0 = unspecified. */
export interface PoseAngles {
  readonly yaw: number
  readonly pitch: number
  readonly roll: number
}

export interface FaceImageRepresentation extends CaptureHead {
  readonly gender: number
  readonly eyeColour: number
  readonly hairColour: number
  /** Subject's height in centimetres; 0 unspecified. Absent in the 2005 edition (read as 0). */
  readonly subjectHeight: number
  /** 24-bit mask of facial properties; 0 unspecified. */
  readonly featureMask: number
  readonly expression: number
  readonly pose: PoseAngles
  readonly poseUncertainty: PoseAngles
  readonly landmarks: readonly FaceLandmark[]
  readonly faceImageType: number
  readonly imageDataType: number
  readonly widthPx: number
  readonly heightPx: number
  readonly spatialSamplingLevel: number
  readonly postAcquisitionProcessing: number
  readonly crossReference: number
  readonly colourSpace: number
  readonly image: Uint8Array
}

export interface FaceImageRecord {
  readonly edition: 2005 | 2011
  readonly temporalSemantics: number
  readonly representations: readonly FaceImageRepresentation[]
  readonly remarks?: readonly string[]
}

/** Code of the spatial sampling rate level for a head width in pixels (19794-5:2011). */
export function spatialSamplingLevel(headWidthPx: number): number {
  return [180, 240, 300, 370, 480, 610, 750].filter((limit) => headWidthPx > limit).length
}

/** Writes the 2011 edition. @throws Fault `record.unsupported` */
export function writeFaceImageRecord(record: FaceImageRecord): Uint8Array {
  if (record.edition !== 2011) throw new Fault('record.unsupported', { field: 'edition', found: record.edition })
  if (record.representations.length === 0) throw new Fault('record.unsupported', { field: 'representations', found: 0 })
  const certified = isCertified(record.representations)
  const writer = new RecordWriter()
  writer.header('FAC', '030')
  const closeRecord = writer.length32('recordLength', 8)
  writer.u16(record.representations.length, 'representationCount')
  writer.u8(certified ? 1 : 0, 'certificationFlag')
  writer.u16(record.temporalSemantics, 'temporalSemantics')
  for (const one of record.representations) {
    const close = writer.length32('representationLength')
    writeCaptureHead(writer, one, certified)
    writeFacialInformation(writer, one)
    writer.u8(one.faceImageType, 'faceImageType')
    writer.u8(one.imageDataType, 'imageDataType')
    writer.u16(one.widthPx, 'widthPx')
    writer.u16(one.heightPx, 'heightPx')
    writer.u8(one.spatialSamplingLevel, 'spatialSamplingLevel')
    writer.u16(one.postAcquisitionProcessing, 'postAcquisitionProcessing')
    writer.u8(one.crossReference, 'crossReference')
    writer.u8(one.colourSpace, 'colourSpace')
    writer.u32(one.image.length, 'imageLength')
    writer.take(one.image)
    close()
  }
  closeRecord()
  return writer.finish()
}

function writeFacialInformation(writer: RecordWriter, one: FaceImageRepresentation): void {
  writer.u16(one.landmarks.length, 'landmarkCount')
  writer.u8(one.gender, 'gender')
  writer.u8(one.eyeColour, 'eyeColour')
  writer.u8(one.hairColour, 'hairColour')
  writer.u8(one.subjectHeight, 'subjectHeight')
  writer.u24(one.featureMask, 'featureMask')
  writer.u16(one.expression, 'expression')
  for (const angles of [one.pose, one.poseUncertainty]) {
    writer.u8(angles.yaw, 'pose.yaw')
    writer.u8(angles.pitch, 'pose.pitch')
    writer.u8(angles.roll, 'pose.roll')
  }
  for (const landmark of one.landmarks) {
    writer.u8(landmark.type, 'landmark.type')
    writer.u8(landmark.code, 'landmark.code')
    writer.u16(landmark.x, 'landmark.x')
    writer.u16(landmark.y, 'landmark.y')
    writer.u16(landmark.z, 'landmark.z')
  }
}

/** Reads both editions. @throws Fault `record.corrupt` {field, offset}, `record.unsupported` for other editions */
export function readFaceImageRecord(bytes: Uint8Array): FaceImageRecord {
  const reader = new RecordReader(bytes)
  const version = reader.header('FAC', ['010', '030'])
  const offset = reader.at
  checkRecordLength(reader, reader.u32('recordLength'), offset)
  const count = reader.u16('representationCount')
  if (count === 0) throw reader.corrupt('representationCount', { found: 0 }, offset + 4)
  const edition = version === '010' ? 2005 : 2011
  const certificationFlag = edition === 2011 ? reader.u8('certificationFlag') : 0
  if (certificationFlag > 1) throw reader.corrupt('certificationFlag', { found: certificationFlag }, offset + 6)
  const temporalSemantics = edition === 2011 ? reader.u16('temporalSemantics') : 0
  const representations: FaceImageRepresentation[] = []
  const remarks: string[] = []
  for (let i = 0; i < count; i++) {
    const start = reader.at
    const length = reader.u32('representationLength')
    if (length < 4 || start + length > reader.end) throw reader.corrupt('representationLength', { found: length }, start)
    representations.push(edition === 2011 ? read2011(reader, certificationFlag === 1) : read2005(reader, start + length))
    remarks.push(...closeRepresentation(reader, start, length, i === count - 1))
  }
  if (reader.left > 0) throw reader.corrupt('recordLength', { reason: 'bytes_behind_last_representation', found: reader.left })
  return { edition, temporalSemantics, representations, remarks }
}

function read2011(reader: RecordReader, certified: boolean): FaceImageRepresentation {
  const head = readCaptureHead(reader, certified)
  const information = readFacialInformation(reader, 2011)
  const one = {
    ...head,
    ...information,
    faceImageType: reader.u8('faceImageType'),
    imageDataType: reader.u8('imageDataType'),
    widthPx: reader.u16('widthPx'),
    heightPx: reader.u16('heightPx'),
    spatialSamplingLevel: reader.u8('spatialSamplingLevel'),
    postAcquisitionProcessing: reader.u16('postAcquisitionProcessing'),
    crossReference: reader.u8('crossReference'),
    colourSpace: reader.u8('colourSpace'),
  }
  return { ...one, image: reader.take(reader.u32('imageLength'), 'image') }
}

/** In this edition the image has no length of its own: it runs to the end of the block. */
function read2005(reader: RecordReader, end: number): FaceImageRepresentation {
  const information = readFacialInformation(reader, 2005)
  const image = {
    faceImageType: reader.u8('faceImageType'),
    imageDataType: reader.u8('imageDataType'),
    widthPx: reader.u16('widthPx'),
    heightPx: reader.u16('heightPx'),
    colourSpace: reader.u8('colourSpace'),
  }
  const technology = reader.u8('sourceType')
  const type = reader.u16('deviceType')
  const quality = reader.u16('quality')
  if (reader.at > end) throw reader.corrupt('representationLength', { reason: 'too_short' })
  return {
    captureDate: unknownDate,
    captureDevice: { ...unknownDevice, technology, type },
    qualityBlocks: quality === 0 ? [] : [{ score: Math.min(255, quality), vendor: 0, algorithm: 0 }],
    certificationBlocks: [],
    ...information,
    ...image,
    spatialSamplingLevel: 0,
    postAcquisitionProcessing: 0,
    crossReference: 0,
    image: reader.take(end - reader.at, 'image'),
  }
}

function readFacialInformation(reader: RecordReader, edition: 2005 | 2011) {
  const angles = (field: string): PoseAngles => ({
    yaw: reader.u8(`${field}.yaw`),
    pitch: reader.u8(`${field}.pitch`),
    roll: reader.u8(`${field}.roll`),
  })
  const landmarkCount = reader.u16('landmarkCount')
  const information = {
    gender: reader.u8('gender'),
    eyeColour: reader.u8('eyeColour'),
    hairColour: reader.u8('hairColour'),
    subjectHeight: edition === 2011 ? reader.u8('subjectHeight') : 0,
    featureMask: reader.u24('featureMask'),
    expression: reader.u16('expression'),
    pose: angles('pose'),
    poseUncertainty: angles('poseUncertainty'),
  }
  const landmarks: FaceLandmark[] = []
  for (let i = 0; i < landmarkCount; i++) {
    landmarks.push({
      type: reader.u8('landmark.type'),
      code: reader.u8('landmark.code'),
      x: reader.u16('landmark.x'),
      y: reader.u16('landmark.y'),
      z: reader.u16('landmark.z'),
    })
  }
  return { ...information, landmarks }
}
