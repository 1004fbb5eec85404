// ISO/IEC 19794-2 finger minutiae records, editions 2005 and 2011, written and read, and their exchange with the matcher's templates.

import { Fault } from '../../protocol/fault.js'
import type { FingerTemplate, Minutia } from '../kernels/finger/template.js'
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

/** As the record codes it. */
export interface RecordMinutia {
  /** 1 ending, 2 bifurcation, 0 other; 3 is reserved. */
  readonly type: number
  /** Pixels at the view's resolution, y downwards. */
  readonly x: number
  readonly y: number
  /** Units of 1.40625°, counter-clockwise from +x. */
  readonly angle: number
  /** 1 to 100; 2005: 0 = not reported. 2011: 254 = not reported, 255 = could not be computed. */
  readonly quality: number
}

export interface MinutiaeView extends CaptureHead {
  readonly fingerPosition: number
  readonly viewNumber: number
  readonly impression: number
  readonly widthPx: number
  readonly heightPx: number
  /** 197 = 500 ppi. */
  readonly pixelsPerCm: { readonly x: number; readonly y: number }
  /** What an ending stands for, 2011 only; 0 = bifurcation of the valley skeleton. */
  readonly endingType: number
  /** 2011 may leave out the quality byte of the minutiae, which are then read as not reported. */
  readonly withQuality: boolean
  readonly minutiae: readonly RecordMinutia[]
  /** Ridge counts, cores and deltas, vendor's own: all areas as they stand, their lengths included. */
  readonly extendedData: Uint8Array
}

export interface FingerMinutiaeRecord {
  readonly edition: 2005 | 2011
  readonly views: readonly MinutiaeView[]
  /** Slips of the writer that do not keep the record from being read. Ignored on writing. */
  readonly remarks?: readonly string[]
  /** Certification bits of the capture equipment, 2005 edition only. */
  readonly compliance?: number
}

const notReported2011 = 254
const mostCoordinate = 0x3fff

/** @throws Fault `record.unsupported` for values that do not fit, and for what the 2005 edition has no place for: nothing is left out silently */
export function writeFingerMinutiaeRecord(record: FingerMinutiaeRecord): Uint8Array {
  if (record.views.length === 0) throw new Fault('record.unsupported', { field: 'views', found: 0 })
  return record.edition === 2005 ? write2005(record) : write2011(record)
}

function write2005({ views, compliance }: FingerMinutiaeRecord): Uint8Array {
  const [first] = views
  if (!first) throw new Fault('record.unsupported', { field: 'views', found: 0 })
  for (const view of views) requireFits2005(view, first)
  const device = (compliance ?? 0) * 0x1000 + first.captureDevice.type
  if (first.captureDevice.type > 0xfff) throw new Fault('record.unsupported', { field: 'captureDevice', found: first.captureDevice.type })
  const writer = new RecordWriter()
  writer.header('FMR', ' 20')
  const closeRecord = writer.length32('recordLength', 8)
  writer.u16(device, 'captureDevice')
  writer.u16(first.widthPx, 'widthPx')
  writer.u16(first.heightPx, 'heightPx')
  writer.u16(first.pixelsPerCm.x, 'resolution.x')
  writer.u16(first.pixelsPerCm.y, 'resolution.y')
  writer.u8(views.length, 'viewCount')
  writer.u8(0, 'reserved')
  for (const view of views) {
    if (view.viewNumber > 15 || view.impression > 15)
      throw new Fault('record.unsupported', { field: 'impression', found: view.impression, limit: 15 })
    writer.u8(view.fingerPosition, 'fingerPosition')
    writer.u8(view.viewNumber * 16 + view.impression, 'impression')
    writer.u8(view.qualityBlocks[0]?.score ?? 0, 'quality')
    writeMinutiae(writer, view, true)
  }
  closeRecord()
  return writer.finish()
}

/** One header serves all views, and it knows less than that of 2011. */
function requireFits2005(view: MinutiaeView, first: MinutiaeView): void {
  const refuse = (field: string) => new Fault('record.unsupported', { field, reason: 'edition', version: 2005 })
  if (view.captureDate.year !== unknownDate.year) throw refuse('captureDate')
  if (view.captureDevice.vendor !== 0 || view.captureDevice.technology !== 0) throw refuse('captureDevice')
  if (view.certificationBlocks.length > 0) throw refuse('certificationBlocks')
  if (view.qualityBlocks.length > 1) throw refuse('qualityBlocks')
  if (view.widthPx !== first.widthPx || view.heightPx !== first.heightPx) throw refuse('widthPx')
  if (view.pixelsPerCm.x !== first.pixelsPerCm.x || view.pixelsPerCm.y !== first.pixelsPerCm.y) throw refuse('resolution.x')
}

function write2011({ views }: FingerMinutiaeRecord): Uint8Array {
  const certified = isCertified(views)
  const writer = new RecordWriter()
  writer.header('FMR', '030')
  const closeRecord = writer.length32('recordLength', 8)
  writer.u16(views.length, 'representationCount')
  writer.u8(certified ? 1 : 0, 'certificationFlag')
  for (const view of views) {
    const close = writer.length32('representationLength')
    writeCaptureHead(writer, view, certified)
    writer.u8(view.fingerPosition, 'fingerPosition')
    writer.u8(view.viewNumber, 'viewNumber')
    writer.u16(view.pixelsPerCm.x, 'resolution.x')
    writer.u16(view.pixelsPerCm.y, 'resolution.y')
    writer.u8(view.impression, 'impression')
    writer.u16(view.widthPx, 'widthPx')
    writer.u16(view.heightPx, 'heightPx')
    if (view.endingType > 15) throw new Fault('record.unsupported', { field: 'endingType', found: view.endingType, limit: 15 })
    writer.u8((view.withQuality ? 6 : 5) * 16 + view.endingType, 'minutiaFormat')
    writeMinutiae(writer, view, view.withQuality)
    close()
  }
  closeRecord()
  return writer.finish()
}

function writeMinutiae(writer: RecordWriter, { minutiae, extendedData }: MinutiaeView, withQuality: boolean): void {
  writer.u8(minutiae.length, 'minutiaeCount')
  for (const { type, x, y, angle, quality } of minutiae) {
    if (type > 3) throw new Fault('record.unsupported', { field: 'minutia.type', found: type, limit: 3 })
    for (const value of [x, y])
      if (value > mostCoordinate) throw new Fault('record.unsupported', { field: 'minutia.x', found: value, limit: mostCoordinate })
    writer.u16(type * 0x4000 + x, 'minutia.x')
    writer.u16(y, 'minutia.y')
    writer.u8(angle, 'minutia.angle')
    if (withQuality) writer.u8(quality, 'minutia.quality')
  }
  writer.u16(extendedData.length, 'extendedData.length')
  writer.take(extendedData)
}

/** Reads both editions. @throws Fault `record.corrupt` {field, offset}, `record.unsupported` for other editions */
export function readFingerMinutiaeRecord(bytes: Uint8Array): FingerMinutiaeRecord {
  const reader = new RecordReader(bytes)
  const edition = reader.header('FMR', [' 20', '030']) === ' 20' ? 2005 : 2011
  const offset = reader.at
  checkRecordLength(reader, reader.u32('recordLength'), offset)
  const record = edition === 2005 ? read2005(reader) : read2011(reader)
  if (reader.left > 0) throw reader.corrupt('recordLength', { reason: 'bytes_behind_last_view', found: reader.left })
  return record
}

function read2005(reader: RecordReader): FingerMinutiaeRecord {
  const device = reader.u16('captureDevice')
  const shared = {
    captureDate: unknownDate,
    captureDevice: { ...unknownDevice, type: device & 0xfff },
    certificationBlocks: [],
    widthPx: reader.u16('widthPx'),
    heightPx: reader.u16('heightPx'),
    pixelsPerCm: { x: reader.u16('resolution.x'), y: reader.u16('resolution.y') },
    endingType: 0,
    withQuality: true,
  }
  const count = reader.u8('viewCount')
  if (count === 0) throw reader.corrupt('viewCount', { found: 0 }, reader.at - 1)
  reader.u8('reserved')
  const views: MinutiaeView[] = []
  const remarks: string[] = []
  for (let i = 0; i < count; i++) {
    const fingerPosition = reader.u8('fingerPosition')
    const numberAndImpression = reader.u8('impression')
    const quality = reader.u8('quality')
    const minutiae = readMinutiae(reader, true)
    const extended = reader.u16('extendedData.length')
    const last = i === count - 1
    // A public sample states one byte more than it holds; the minutiae are whole.
    if (last && extended > reader.left) remarks.push(`extended data of ${extended} bytes end after ${reader.left}`)
    views.push({
      ...shared,
      fingerPosition,
      viewNumber: numberAndImpression >> 4,
      impression: numberAndImpression & 0x0f,
      qualityBlocks: quality === 0 ? [] : [{ score: quality, vendor: 0, algorithm: 0 }],
      minutiae,
      extendedData: reader.take(last ? Math.min(extended, reader.left) : extended, 'extendedData'),
    })
  }
  return { edition: 2005, compliance: device >> 12, views, remarks }
}

function read2011(reader: RecordReader): FingerMinutiaeRecord {
  const count = reader.u16('representationCount')
  if (count === 0) throw reader.corrupt('representationCount', { found: 0 }, reader.at - 2)
  const flag = reader.u8('certificationFlag')
  if (flag > 1) throw reader.corrupt('certificationFlag', { found: flag }, reader.at - 1)
  const views: MinutiaeView[] = []
  const remarks: string[] = []
  for (let i = 0; i < count; i++) {
    const start = reader.at
    const length = reader.u32('representationLength')
    const head = readCaptureHead(reader, flag === 1)
    const about = {
      fingerPosition: reader.u8('fingerPosition'),
      viewNumber: reader.u8('viewNumber'),
      pixelsPerCm: { x: reader.u16('resolution.x'), y: reader.u16('resolution.y') },
      impression: reader.u8('impression'),
      widthPx: reader.u16('widthPx'),
      heightPx: reader.u16('heightPx'),
    }
    const format = reader.u8('minutiaFormat')
    const size = format >> 4
    if (size !== 5 && size !== 6) throw reader.corrupt('minutiaFormat', { expected: '5 or 6', found: size }, reader.at - 1)
    const withQuality = size === 6
    const minutiae = readMinutiae(reader, withQuality)
    const extendedData = reader.take(reader.u16('extendedData.length'), 'extendedData')
    views.push({ ...head, ...about, endingType: format & 0x0f, withQuality, minutiae, extendedData })
    remarks.push(...closeRepresentation(reader, start, length, i === count - 1))
  }
  return { edition: 2011, views, remarks }
}

function readMinutiae(reader: RecordReader, withQuality: boolean): readonly RecordMinutia[] {
  return Array.from({ length: reader.u8('minutiaeCount') }, () => {
    const typeAndX = reader.u16('minutia.x')
    const y = reader.u16('minutia.y') & mostCoordinate
    const angle = reader.u8('minutia.angle')
    const quality = withQuality ? reader.u8('minutia.quality') : notReported2011
    return { type: typeAndX >> 14, x: typeAndX & mostCoordinate, y, angle, quality }
  })
}

/** 2π / 256 */
const angleUnit = Math.PI / 128
/** What 197 px/cm stands for: 500 ppi, rounded. */
const usualPixelsPerCm = 197
const exactPixelsPerCm = 500 / 2.54
/** A count has one byte. */
const mostInView = 255

/** Pixels of the record in one pixel at 500 ppi. */
function scaleOf(pixelsPerCm: number): number {
  if (pixelsPerCm < 1) throw new Fault('record.unsupported', { field: 'resolution.x', found: pixelsPerCm })
  return pixelsPerCm === usualPixelsPerCm ? 1 : pixelsPerCm / exactPixelsPerCm
}

/** The view as a template at 500 ppi, best minutia first where the record tells qualities. @throws Fault `record.unsupported` {field: resolution.x} */
export function templateOfView(view: MinutiaeView): FingerTemplate {
  const [scaleX, scaleY] = [scaleOf(view.pixelsPerCm.x), scaleOf(view.pixelsPerCm.y)]
  const minutiae = view.minutiae.map(
    ({ type, x, y, angle, quality }): Minutia => ({
      x: x / scaleX,
      y: y / scaleY,
      angle: angle * angleUnit,
      type: type === 1 || type === 2 ? type : 0,
      quality: quality >= 1 && quality <= 100 ? quality : 0,
    }),
  )
  return {
    widthPx: Math.round(view.widthPx / scaleX),
    heightPx: Math.round(view.heightPx / scaleY),
    minutiae: minutiae.sort((a, b) => b.quality - a.quality),
  }
}

/** What a view says beside its minutiae. */
export interface ViewOptions {
  readonly edition: FingerMinutiaeRecord['edition']
  /** ISO/IEC 19794-4 code; 0 unknown. */
  readonly fingerPosition: number
  readonly viewNumber?: number
  /** Code as in 19794-4; 0 live-scan plain. */
  readonly impression?: number
  /** 0 to 100 for the whole finger. */
  readonly quality?: number
  /** Default 197 = 500 ppi. */
  readonly pixelsPerCm?: number
  readonly head?: Partial<CaptureHead>
}

/** The template's best 255 minutiae, rounded to the record's units. */
export function viewOfTemplate(template: FingerTemplate, options: ViewOptions): MinutiaeView {
  const pixelsPerCm = options.pixelsPerCm ?? usualPixelsPerCm
  const scale = scaleOf(pixelsPerCm)
  const [widthPx, heightPx] = [Math.round(template.widthPx * scale), Math.round(template.heightPx * scale)]
  const within = (value: number, size: number) => Math.min(Math.max(Math.round(value * scale), 0), Math.max(0, size - 1))
  const missing = options.edition === 2005 ? 0 : notReported2011
  return {
    captureDate: unknownDate,
    captureDevice: unknownDevice,
    certificationBlocks: [],
    qualityBlocks: options.quality === undefined ? [] : [{ score: Math.round(options.quality), vendor: 0, algorithm: 0 }],
    ...options.head,
    fingerPosition: options.fingerPosition,
    viewNumber: options.viewNumber ?? 0,
    impression: options.impression ?? 0,
    widthPx,
    heightPx,
    pixelsPerCm: { x: pixelsPerCm, y: pixelsPerCm },
    endingType: 0,
    withQuality: true,
    minutiae: template.minutiae.slice(0, mostInView).map(({ x, y, angle, type, quality }) => ({
      type,
      x: within(x, widthPx),
      y: within(y, heightPx),
      angle: Math.round(angle / angleUnit) & 0xff,
      quality: quality === 0 ? missing : Math.min(100, Math.max(1, Math.round(quality))),
    })),
    extendedData: new Uint8Array(),
  }
}
