// ISO/IEC 19794-4 finger image records, editions 2005 and 2011, written and read. Knows layouts, not pixels.

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

/** Image compression of the 2011 edition; 6 = PNG is unverified. In the 2005 edition PNG is 5 and JPEG 2000 4, whether lossless or not. */
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

/** What the codes of both editions name. */
export type FingerCodec = 'raw' | 'packed' | 'WSQ' | 'JPEG' | 'JPEG 2000' | 'PNG'

/** Of the 2005 edition. */
const fileHeaderBytes = 32
const viewHeaderBytes = 14

const codecs: Readonly<Record<FingerImageRecord['edition'], readonly FingerCodec[]>> = {
  2005: ['raw', 'packed', 'WSQ', 'JPEG', 'JPEG 2000', 'PNG'],
  2011: ['raw', 'packed', 'WSQ', 'JPEG', 'JPEG 2000', 'JPEG 2000', 'PNG'],
}

/** @returns undefined for a code that the edition does not know */
export const fingerCodec = (edition: FingerImageRecord['edition'], compression: number): FingerCodec | undefined =>
  codecs[edition][compression]

/** The code of a codec in an edition; JPEG 2000 as lossy where lossless has a code of its own. */
export const compressionCode = (edition: FingerImageRecord['edition'], codec: FingerCodec): number => codecs[edition].indexOf(codec)

/**
 * @throws Fault `record.unsupported` for values that do not fit, for no or too many representations, and for what the 2005 edition has no
 * place for (capture date, vendor, certification, extended data, different resolutions): nothing is left out silently
 */
export function writeFingerImageRecord(record: FingerImageRecord): Uint8Array {
  if (record.representations.length === 0) throw new Fault('record.unsupported', { field: 'representations', found: 0 })
  return record.edition === 2005 ? write2005(record) : write2011(record)
}

function write2011(record: FingerImageRecord): Uint8Array {
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

/** Acquisition level: 500 ppi, 8 bits, 200 grey levels; written when the record says nothing. */
const usualLevel = 31
/** No quality was computed. */
const noQuality = 254

function write2005({ representations, acquisitionLevel }: FingerImageRecord): Uint8Array {
  const [first] = representations
  if (!first) throw new Fault('record.unsupported', { field: 'representations', found: 0 })
  for (const one of representations) requireFits2005(one, first)
  const writer = new RecordWriter()
  writer.header('FIR', '010')
  const views = representations.reduce((sum, { image }) => sum + viewHeaderBytes + image.length, 0)
  writer.u16(0, 'recordLength')
  writer.u32(fileHeaderBytes + views, 'recordLength')
  writer.u16(first.captureDevice.type, 'captureDevice')
  writer.u16(acquisitionLevel ?? usualLevel, 'acquisitionLevel')
  writer.u8(new Set(representations.map((one) => one.fingerPosition)).size, 'fingerCount')
  writer.u8(first.scaleUnits, 'scaleUnits')
  writer.u16(first.scanResolution.x, 'scanResolution.x')
  writer.u16(first.scanResolution.y, 'scanResolution.y')
  writer.u16(first.imageResolution.x, 'imageResolution.x')
  writer.u16(first.imageResolution.y, 'imageResolution.y')
  writer.u8(first.bitDepth, 'bitDepth')
  writer.u8(first.compression, 'compression')
  writer.u16(0, 'reserved')
  for (const one of representations) {
    writer.u32(viewHeaderBytes + one.image.length, 'viewLength')
    writer.u8(one.fingerPosition, 'fingerPosition')
    writer.u8(representations.filter(({ fingerPosition }) => fingerPosition === one.fingerPosition).length, 'viewCount')
    writer.u8(one.representationNumber, 'viewNumber')
    writer.u8(one.qualityBlocks[0]?.score ?? noQuality, 'quality')
    writer.u8(one.impression, 'impression')
    writer.u16(one.widthPx, 'widthPx')
    writer.u16(one.heightPx, 'heightPx')
    writer.u8(0, 'reserved')
    writer.take(one.image)
  }
  return writer.finish()
}

/** One header serves all views, and it knows less than that of 2011. */
function requireFits2005(one: FingerImageRepresentation, first: FingerImageRepresentation): void {
  const refuse = (field: string) => new Fault('record.unsupported', { field, reason: 'edition', version: 2005 })
  if (one.captureDate.year !== unknownDate.year) throw refuse('captureDate')
  if (one.captureDevice.vendor !== 0 || one.captureDevice.technology !== 0) throw refuse('captureDevice')
  if (one.certificationBlocks.length > 0) throw refuse('certificationBlocks')
  if (one.qualityBlocks.length > 1) throw refuse('qualityBlocks')
  if (one.extendedData.length > 0) throw refuse('extendedData')
  const shared = (of: FingerImageRepresentation) =>
    [of.captureDevice.type, of.scaleUnits, of.bitDepth, of.compression, of.scanResolution, of.imageResolution].map((each) =>
      typeof each === 'number' ? each : `${each.x} ${each.y}`,
    )
  const [mine, its] = [shared(one), shared(first)]
  if (mine.some((value, i) => value !== its[i])) throw refuse('imageResolution')
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
    captureDate: unknownDate,
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
  if (length < viewHeaderBytes || start + length > reader.end) throw reader.corrupt('viewLength', { found: length }, start)
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
    qualityBlocks: quality === noQuality ? [] : [{ score: quality, vendor: 0, algorithm: 0 }],
    impression,
    widthPx,
    heightPx,
    image: reader.take(length - viewHeaderBytes, 'image'),
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
