// ISO/IEC 19794-4 finger image records: the 2011 edition written and read, the 2005 edition read. Knows layouts, not pixels.

import { Fault } from '../../protocol/fault.js'
import { RecordReader, RecordWriter } from './cursor.js'
import {
  type CaptureHead,
  checkRecordLength,
  closeRepresentation,
  isCertified,
  readCaptureHead,
  unknownDevice,
  writeCaptureHead,
} from './representation.js'

/** Finger position codes of ISO/IEC 19794-4 (the same as in ANSI/NIST-ITL). */
export const fingerPosition = {
  unknown: 0,
  rightThumb: 1,
  rightIndex: 2,
  rightMiddle: 3,
  rightRing: 4,
  rightLittle: 5,
  leftThumb: 6,
  leftIndex: 7,
  leftMiddle: 8,
  leftRing: 9,
  leftLittle: 10,
  plainRightFourFingers: 13,
  plainLeftFourFingers: 14,
  plainThumbs: 15,
} as const

/** Impression types. 29 was seen in real records of the 2011 edition; the others are the codes of the 2005 edition. */
export const impressionType = { liveScanPlain: 0, liveScanRolled: 1, nonLiveScanPlain: 2, nonLiveScanRolled: 3, other: 29 } as const

/** Image compression. 6 = PNG in the 2011 edition is unverified; in the 2005 edition PNG is 5 and JPEG 2000 4, whether lossless or not. */
export const fingerCompression = { raw: 0, packed: 1, wsq: 2, jpeg: 3, jpeg2000: 4, jpeg2000Lossless: 5, png: 6 } as const

/** Seen behind the image in a real record: 1 segmentation, 2 annotation, 3 comment. Kept as bytes. */
export interface ExtendedData {
  readonly type: number
  readonly data: Uint8Array
}

export interface FingerImageRepresentation extends CaptureHead {
  readonly fingerPosition: number
  readonly representationNumber: number
  /** 1 = pixels an inch, 2 = pixels a centimetre; for all four resolutions. */
  readonly scaleUnits: 1 | 2
  readonly scanResolution: { readonly x: number; readonly y: number }
  readonly imageResolution: { readonly x: number; readonly y: number }
  readonly bitDepth: number
  /** Code of the record's own edition, see `fingerCompression`. */
  readonly compression: number
  readonly impression: number
  readonly widthPx: number
  readonly heightPx: number
  readonly image: Uint8Array
  readonly extendedData: readonly ExtendedData[]
}

export interface FingerImageRecord {
  readonly edition: 2005 | 2011
  readonly representations: readonly FingerImageRepresentation[]
  /** Slips of the writer that do not keep the record from being read. Ignored on writing. */
  readonly remarks?: readonly string[]
  /** Image acquisition level, 2005 edition only. */
  readonly acquisitionLevel?: number
}

/** Writes the 2011 edition. @throws Fault `record.unsupported` for values that do not fit, for no or too many representations, and for edition 2005 */
export function writeFingerImageRecord(record: FingerImageRecord): Uint8Array {
  if (record.edition !== 2011) throw new Fault('record.unsupported', { field: 'edition', found: record.edition })
  if (record.representations.length === 0) throw new Fault('record.unsupported', { field: 'representations', found: 0 })
  const certified = isCertified(record.representations)
  const writer = new RecordWriter()
  writer.header('FIR', '020')
  const closeRecord = writer.length32('recordLength', 8)
  writer.u16(record.representations.length, 'representationCount')
  writer.u8(certified ? 1 : 0, 'certificationFlag')
  writer.u8(new Set(record.representations.map((one) => one.fingerPosition)).size, 'fingerPositionCount')
  for (const one of record.representations) {
    const close = writer.length32('representationLength')
    writeCaptureHead(writer, one, certified)
    writer.u8(one.fingerPosition, 'fingerPosition')
    writer.u8(one.representationNumber, 'representationNumber')
    writer.u8(one.scaleUnits, 'scaleUnits')
    writer.u16(one.scanResolution.x, 'scanResolution.x')
    writer.u16(one.scanResolution.y, 'scanResolution.y')
    writer.u16(one.imageResolution.x, 'imageResolution.x')
    writer.u16(one.imageResolution.y, 'imageResolution.y')
    writer.u8(one.bitDepth, 'bitDepth')
    writer.u8(one.compression, 'compression')
    writer.u8(one.impression, 'impression')
    writer.u16(one.widthPx, 'widthPx')
    writer.u16(one.heightPx, 'heightPx')
    writer.u32(one.image.length, 'imageLength')
    writer.take(one.image)
    for (const { type, data } of one.extendedData) {
      writer.u16(type, 'extendedData.type')
      writer.u16(data.length + 4, 'extendedData.length')
      writer.take(data)
    }
    close()
  }
  closeRecord()
  return writer.finish()
}

/** Reads both editions. @throws Fault `record.corrupt` {field, offset}, `record.unsupported` for other editions */
export function readFingerImageRecord(bytes: Uint8Array): FingerImageRecord {
  const reader = new RecordReader(bytes)
  return reader.header('FIR', ['010', '020']) === '010' ? read2005(reader) : read2011(reader)
}

function read2011(reader: RecordReader): FingerImageRecord {
  const offset = reader.at
  checkRecordLength(reader, reader.u32('recordLength'), offset)
  const count = reader.u16('representationCount')
  const certified = readFlag(reader, 'certificationFlag')
  const positionCount = reader.u8('fingerPositionCount')
  if (count === 0) throw reader.corrupt('representationCount', { found: 0 }, offset + 4)
  const representations: FingerImageRepresentation[] = []
  const remarks: string[] = []
  for (let i = 0; i < count; i++) {
    const start = reader.at
    const length = reader.u32('representationLength')
    representations.push(readRepresentation(reader, start + length, certified))
    remarks.push(...closeRepresentation(reader, start, length, i === count - 1))
  }
  if (reader.left > 0) throw reader.corrupt('recordLength', { reason: 'bytes_behind_last_representation', found: reader.left })
  const positions = new Set(representations.map((one) => one.fingerPosition)).size
  if (positions !== positionCount) remarks.push(`number of finger positions ${positionCount} should be ${positions}`)
  return { edition: 2011, representations, remarks }
}

function readRepresentation(reader: RecordReader, declaredEnd: number, certified: boolean): FingerImageRepresentation {
  const head = readCaptureHead(reader, certified)
  const one = {
    ...head,
    fingerPosition: reader.u8('fingerPosition'),
    representationNumber: reader.u8('representationNumber'),
    scaleUnits: readScaleUnits(reader),
    scanResolution: { x: reader.u16('scanResolution.x'), y: reader.u16('scanResolution.y') },
    imageResolution: { x: reader.u16('imageResolution.x'), y: reader.u16('imageResolution.y') },
    bitDepth: reader.u8('bitDepth'),
    compression: reader.u8('compression'),
    impression: reader.u8('impression'),
    widthPx: reader.u16('widthPx'),
    heightPx: reader.u16('heightPx'),
  }
  const image = reader.take(reader.u32('imageLength'), 'image')
  const extendedData: ExtendedData[] = []
  while (reader.at < declaredEnd) {
    const offset = reader.at
    const type = reader.u16('extendedData.type')
    const length = reader.u16('extendedData.length')
    if (length < 4 || offset + length > declaredEnd) throw reader.corrupt('extendedData.length', { found: length }, offset + 2)
    extendedData.push({ type, data: reader.take(length - 4, 'extendedData') })
  }
  return { ...one, image, extendedData }
}

function read2005(reader: RecordReader): FingerImageRecord {
  const offset = reader.at
  checkRecordLength(reader, reader.u48('recordLength'), offset)
  const device = reader.u16('captureDevice')
  const acquisitionLevel = reader.u16('acquisitionLevel')
  const count = reader.u8('fingerCount')
  if (count === 0) throw reader.corrupt('fingerCount', { found: 0 }, reader.at - 1)
  const shared = {
    captureDate: { year: 0xffff, month: 0xff, day: 0xff, hour: 0xff, minute: 0xff, second: 0xff, millisecond: 0xffff },
    captureDevice: { ...unknownDevice, type: device },
    certificationBlocks: [],
    extendedData: [],
    scaleUnits: readScaleUnits(reader),
    scanResolution: { x: reader.u16('scanResolution.x'), y: reader.u16('scanResolution.y') },
    imageResolution: { x: reader.u16('imageResolution.x'), y: reader.u16('imageResolution.y') },
    bitDepth: reader.u8('bitDepth'),
    compression: reader.u8('compression'),
  }
  reader.u16('reserved')
  // The header counts fingers; one finger may have several views, so the record is read to its end.
  const representations: FingerImageRepresentation[] = []
  while (reader.left > 0) representations.push({ ...shared, ...readView(reader) })
  if (representations.length < count) throw reader.corrupt('fingerCount', { expected: count, found: representations.length }, offset + 10)
  return { edition: 2005, acquisitionLevel, representations, remarks: [] }
}

function readView(reader: RecordReader) {
  const start = reader.at
  const length = reader.u32('viewLength')
  if (length < 14 || start + length > reader.end) throw reader.corrupt('viewLength', { found: length }, start)
  const position = reader.u8('fingerPosition')
  reader.u8('viewCount')
  const representationNumber = reader.u8('viewNumber')
  const quality = reader.u8('quality')
  const impression = reader.u8('impression')
  const widthPx = reader.u16('widthPx')
  const heightPx = reader.u16('heightPx')
  reader.u8('reserved')
  return {
    fingerPosition: position,
    representationNumber,
    qualityBlocks: [{ score: quality, vendor: 0, algorithm: 0 }],
    impression,
    widthPx,
    heightPx,
    image: reader.take(length - 14, 'image'),
  }
}

function readScaleUnits(reader: RecordReader): 1 | 2 {
  const units = reader.u8('scaleUnits')
  if (units !== 1 && units !== 2) throw reader.corrupt('scaleUnits', { found: units }, reader.at - 1)
  return units
}

function readFlag(reader: RecordReader, field: string): boolean {
  const flag = reader.u8(field)
  if (flag > 1) throw reader.corrupt(field, { found: flag }, reader.at - 1)
  return flag === 1
}
