// ISO/IEC 19794-6:2011 iris image records, written and read. Knows layouts, not pixels. The 2005 edition has another layout and is refused.

import { Fault } from '../../protocol/fault.js'
import { RecordReader, RecordWriter } from './cursor.js'
import {
  type CaptureHead,
  checkRecordLength,
  closeRepresentation,
  isCertified,
  readCaptureHead,
  writeCaptureHead,
} from './representation.js'

export const eye = { unspecified: 0, right: 1, left: 2 } as const

export const irisImageType = { uncropped: 1, vga: 2, cropped: 3, croppedAndMasked: 7 } as const

export const irisImageFormat = {
  monoRaw: 0x02,
  rgbRaw: 0x04,
  monoJpeg: 0x06,
  rgbJpeg: 0x08,
  monoJpeg2000: 0x0a,
  rgbJpeg2000: 0x0c,
  monoPng: 0x0e,
  rgbPng: 0x10,
} as const

/** Smallest and largest estimate in pixels; 0 = unknown. */
export interface PixelRange {
  readonly smallest: number
  readonly largest: number
}

export interface IrisImageRepresentation extends CaptureHead {
  readonly representationNumber: number
  readonly eye: number
  readonly imageType: number
  readonly imageFormat: number
  /** Bits 0-1 horizontal, 2-3 vertical orientation, 6-7 compression history (0 undefined, 1 lossless or none, 2 lossy). */
  readonly properties: number
  readonly widthPx: number
  readonly heightPx: number
  readonly bitDepth: number
  /** Camera to eye in millimetres; 0 unknown. */
  readonly range: number
  /** 65535 = undefined, as for the uncertainty. */
  readonly rollAngle: number
  readonly rollAngleUncertainty: number
  readonly irisCentreX: PixelRange
  readonly irisCentreY: PixelRange
  readonly irisDiameter: PixelRange
  readonly image: Uint8Array
}

export interface IrisImageRecord {
  readonly edition: 2011
  readonly representations: readonly IrisImageRepresentation[]
  readonly remarks?: readonly string[]
}

/** @throws Fault `record.unsupported` for values that do not fit and for no representations */
export function writeIrisImageRecord(record: IrisImageRecord): Uint8Array {
  if (record.representations.length === 0) throw new Fault('record.unsupported', { field: 'representations', found: 0 })
  const certified = isCertified(record.representations)
  const eyes = new Set(record.representations.map((one) => one.eye).filter((which) => which !== eye.unspecified))
  const writer = new RecordWriter()
  writer.header('IIR', '020')
  const closeRecord = writer.length32('recordLength', 8)
  writer.u16(record.representations.length, 'representationCount')
  writer.u8(certified ? 1 : 0, 'certificationFlag')
  writer.u8(eyes.size, 'eyeCount')
  for (const one of record.representations) {
    const close = writer.length32('representationLength')
    writeCaptureHead(writer, one, certified)
    writer.u16(one.representationNumber, 'representationNumber')
    writer.u8(one.eye, 'eye')
    writer.u8(one.imageType, 'imageType')
    writer.u8(one.imageFormat, 'imageFormat')
    writer.u8(one.properties, 'properties')
    writer.u16(one.widthPx, 'widthPx')
    writer.u16(one.heightPx, 'heightPx')
    writer.u8(one.bitDepth, 'bitDepth')
    writer.u16(one.range, 'range')
    writer.u16(one.rollAngle, 'rollAngle')
    writer.u16(one.rollAngleUncertainty, 'rollAngleUncertainty')
    for (const range of [one.irisCentreX, one.irisCentreY, one.irisDiameter]) {
      writer.u16(range.smallest, 'irisGeometry')
      writer.u16(range.largest, 'irisGeometry')
    }
    writer.u32(one.image.length, 'imageLength')
    writer.take(one.image)
    close()
  }
  closeRecord()
  return writer.finish()
}

/** @throws Fault `record.corrupt` {field, offset}, `record.unsupported` for other editions */
export function readIrisImageRecord(bytes: Uint8Array): IrisImageRecord {
  const reader = new RecordReader(bytes)
  reader.header('IIR', ['020'])
  const offset = reader.at
  checkRecordLength(reader, reader.u32('recordLength'), offset)
  const count = reader.u16('representationCount')
  const certificationFlag = reader.u8('certificationFlag')
  const eyeCount = reader.u8('eyeCount')
  if (count === 0) throw reader.corrupt('representationCount', { found: 0 }, offset + 4)
  if (certificationFlag > 1) throw reader.corrupt('certificationFlag', { found: certificationFlag }, offset + 6)
  if (eyeCount > 2) throw reader.corrupt('eyeCount', { found: eyeCount }, offset + 7)
  const representations: IrisImageRepresentation[] = []
  const remarks: string[] = []
  for (let i = 0; i < count; i++) {
    const start = reader.at
    const length = reader.u32('representationLength')
    representations.push(readRepresentation(reader, certificationFlag === 1))
    remarks.push(...closeRepresentation(reader, start, length, i === count - 1))
  }
  if (reader.left > 0) throw reader.corrupt('recordLength', { reason: 'bytes_behind_last_representation', found: reader.left })
  return { edition: 2011, representations, remarks }
}

function readRepresentation(reader: RecordReader, certified: boolean): IrisImageRepresentation {
  const head = readCaptureHead(reader, certified)
  const range = (field: string): PixelRange => ({ smallest: reader.u16(field), largest: reader.u16(field) })
  const representationNumber = reader.u16('representationNumber')
  const which = reader.u8('eye')
  if (which > 2) throw reader.corrupt('eye', { found: which }, reader.at - 1)
  const one = {
    ...head,
    representationNumber,
    eye: which,
    imageType: reader.u8('imageType'),
    imageFormat: reader.u8('imageFormat'),
    properties: reader.u8('properties'),
    widthPx: reader.u16('widthPx'),
    heightPx: reader.u16('heightPx'),
    bitDepth: reader.u8('bitDepth'),
    range: reader.u16('range'),
    rollAngle: reader.u16('rollAngle'),
    rollAngleUncertainty: reader.u16('rollAngleUncertainty'),
    irisCentreX: range('irisCentreX'),
    irisCentreY: range('irisCentreY'),
    irisDiameter: range('irisDiameter'),
  }
  return { ...one, image: reader.take(reader.u32('imageLength'), 'image') }
}
