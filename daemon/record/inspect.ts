// What is in this file? Any record of the house as plain JSON, without pixels or minutiae. New kinds join by adding an inspector to the list.

import { Fault } from '../../protocol/fault.js'
import { decodeWsq, looksLikeWsq, readWsqHeader } from '../kernels/wsq/index.js'
import { readBitGroup } from './biometric-information-template.js'
import { bytesPerMinutia, readCardVerification, readCompactCard } from './compact-card.js'
import { type FaceImageRepresentation, type FaceLandmark, faceImageDataType, readFaceImageRecord } from './face-image.js'
import { fingerCodec, fingerPosition, readFingerImageRecord } from './finger-image.js'
import { readFingerMinutiaeRecord } from './finger-minutiae.js'
import { eye, irisImageFormat, readIrisImageRecord } from './iris-image.js'
import { checkPayload, type PayloadCodec, type PayloadFacts } from './payload.js'
import type { CaptureDate, CaptureHead } from './representation.js'
import { assessSignatureRecord, padOfSignature, readSignatureRecord, type SignatureRecord } from './signature.js'

/** Plain JSON. `valid` is always true: what is not valid ends in a fault. */
export interface InspectionResult {
  /** `FIR`, `IIR`, `FAC`, `SDI`, `FMR`, `FMC`, `BIT`, `WSQ`, or what an added inspector says. */
  readonly type: string
  readonly standard: string
  readonly valid: true
  readonly bytes: number
  /** Slips that do not keep the record from being read. */
  readonly remarks: readonly string[]
  readonly [detail: string]: unknown
}

export interface Inspector {
  recognises(bytes: Uint8Array): boolean
  /** @throws Fault when the record is not what it says it is */
  inspect(bytes: Uint8Array): Promise<InspectionResult> | InspectionResult
}

const begins = (bytes: Uint8Array, identifier: string) =>
  bytes.length >= 4 && String.fromCharCode(bytes[0]!, bytes[1]!, bytes[2]!, bytes[3]!) === `${identifier}\0`

const beginsWithTag = (bytes: Uint8Array, tag: number) => bytes.length > 2 && bytes[0]! * 0x100 + bytes[1]! === tag

/** The inspectors of ISO/IEC 19794 records and bare WSQ, first match wins. */
export const recordInspectors: readonly Inspector[] = [
  { recognises: (bytes) => begins(bytes, 'FIR'), inspect: inspectFinger },
  { recognises: (bytes) => begins(bytes, 'IIR'), inspect: inspectIris },
  { recognises: (bytes) => begins(bytes, 'FAC'), inspect: inspectFace },
  { recognises: (bytes) => begins(bytes, 'SDI'), inspect: inspectSignature },
  { recognises: (bytes) => begins(bytes, 'FMR'), inspect: inspectMinutiae },
  { recognises: (bytes) => beginsWithTag(bytes, 0x7f61), inspect: inspectBitGroup },
  { recognises: (bytes) => beginsWithTag(bytes, 0x7f2e), inspect: inspectCardVerification },
  { recognises: looksLikeWsq, inspect: inspectWsq },
]

/** Card minutiae begin with a coordinate: nothing in them says what they are, so this is for files whose name does. */
export const compactCardInspector: Inspector = { recognises: () => true, inspect: inspectCompactCard }

/**
 * @param inspectors  add those of sealed packets and card dumps in front of or behind `recordInspectors`
 * @throws Fault `record.unsupported` when nothing recognises the bytes; `record.corrupt`, `wsq.corrupt`, `image.corrupt` when they are damaged
 */
export async function inspectRecord(bytes: Uint8Array, inspectors: readonly Inspector[] = recordInspectors): Promise<InspectionResult> {
  const inspector = inspectors.find((one) => one.recognises(bytes))
  if (!inspector)
    throw new Fault('record.unsupported', { field: 'formatIdentifier', offset: 0, reason: 'unknown_record', size: bytes.length })
  return inspector.inspect(bytes)
}

const nameOf = (table: Record<string, number>, code: number): string | undefined =>
  Object.entries(table).find(([, value]) => value === code)?.[0]

/** ISO 8601; undefined when the record says unknown or something that is no date. */
function dateText(date: CaptureDate): string | undefined {
  if (date.year === 0xffff || date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31) return undefined
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${String(date.year).padStart(4, '0')}-${two(date.month)}-${two(date.day)}`
  if (date.hour > 23 || date.minute > 59 || date.second > 60) return day
  const fraction = date.millisecond < 1000 ? `.${String(date.millisecond).padStart(3, '0')}` : ''
  return `${day}T${two(date.hour)}:${two(date.minute)}:${two(date.second)}${fraction}Z`
}

function headFacts(head: CaptureHead) {
  const date = dateText(head.captureDate)
  return {
    ...(date === undefined ? {} : { captureDate: date }),
    captureDevice: head.captureDevice,
    qualityBlocks: head.qualityBlocks,
    ...(head.certificationBlocks.length > 0 ? { certificationBlocks: head.certificationBlocks } : {}),
  }
}

async function inspectFinger(bytes: Uint8Array): Promise<InspectionResult> {
  const record = readFingerImageRecord(bytes)
  const representations: Record<string, unknown>[] = []
  for (const [i, one] of record.representations.entries()) {
    const field = `representations[${i}].image`
    const codec = fingerCodec(record.edition, one.compression)
    if (!codec) throw new Fault('record.corrupt', { field, reason: 'compression', found: one.compression })
    const payload = await checkPayload(one.image, { ...one, codec }, field)
    const perCm = one.scaleUnits === 2 ? 2.54 : 1
    representations.push({
      ...headFacts(one),
      fingerPosition: one.fingerPosition,
      positionName: nameOf(fingerPosition, one.fingerPosition),
      representationNumber: one.representationNumber,
      impression: one.impression,
      compression: one.compression,
      ppi: Math.round(one.imageResolution.x * perCm),
      scanPpi: Math.round(one.scanResolution.x * perCm),
      bitDepth: one.bitDepth,
      widthPx: one.widthPx,
      heightPx: one.heightPx,
      payload,
      ...(one.extendedData.length > 0 ? { extendedData: one.extendedData.map(({ type, data }) => ({ type, bytes: data.length })) } : {}),
    })
  }
  return result('FIR', `ISO/IEC 19794-4:${record.edition}`, bytes, record.remarks, { edition: record.edition, representations })
}

const irisCodecs = new Map<number, { codec: PayloadCodec; channels: number }>([
  [irisImageFormat.monoRaw, { codec: 'raw', channels: 1 }],
  [irisImageFormat.rgbRaw, { codec: 'raw', channels: 3 }],
  [irisImageFormat.monoJpeg, { codec: 'JPEG', channels: 1 }],
  [irisImageFormat.rgbJpeg, { codec: 'JPEG', channels: 3 }],
  [irisImageFormat.monoJpeg2000, { codec: 'JPEG 2000', channels: 1 }],
  [irisImageFormat.rgbJpeg2000, { codec: 'JPEG 2000', channels: 3 }],
  [irisImageFormat.monoPng, { codec: 'PNG', channels: 1 }],
  [irisImageFormat.rgbPng, { codec: 'PNG', channels: 3 }],
])

async function inspectIris(bytes: Uint8Array): Promise<InspectionResult> {
  const record = readIrisImageRecord(bytes)
  const remarks = [...(record.remarks ?? [])]
  const representations: Record<string, unknown>[] = []
  for (const [i, one] of record.representations.entries()) {
    const field = `representations[${i}].image`
    const format = irisCodecs.get(one.imageFormat)
    if (!format) throw new Fault('record.corrupt', { field, reason: 'image_format', found: one.imageFormat })
    // Colour images state the bits of a whole pixel or of one channel; raw sizes need the channel.
    const bitDepth = one.bitDepth > 16 ? one.bitDepth / 3 : one.bitDepth
    const payload: PayloadFacts = await checkPayload(one.image, { ...one, bitDepth, codec: format.codec }, field)
    if (payload.channels !== undefined && payload.channels !== format.channels) {
      remarks.push(`${field}: ${payload.channels} channels where the format says ${format.channels}`)
    }
    representations.push({
      ...headFacts(one),
      eye: nameOf(eye, one.eye),
      representationNumber: one.representationNumber,
      imageType: one.imageType,
      imageFormat: one.imageFormat,
      properties: one.properties,
      bitDepth: one.bitDepth,
      widthPx: one.widthPx,
      heightPx: one.heightPx,
      range: one.range,
      rollAngle: one.rollAngle,
      rollAngleUncertainty: one.rollAngleUncertainty,
      irisCentreX: one.irisCentreX,
      irisCentreY: one.irisCentreY,
      irisDiameter: one.irisDiameter,
      payload,
    })
  }
  return result('IIR', `ISO/IEC 19794-6:${record.edition}`, bytes, remarks, { edition: record.edition, representations })
}

function faceCodec(one: FaceImageRepresentation): PayloadCodec | undefined {
  switch (one.imageDataType) {
    case faceImageDataType.jpeg:
      return 'JPEG'
    case faceImageDataType.jpeg2000:
    case faceImageDataType.jpeg2000Lossless:
      return 'JPEG 2000'
    case faceImageDataType.png:
      return 'PNG'
    default:
      return undefined
  }
}

async function inspectFace(bytes: Uint8Array): Promise<InspectionResult> {
  const record = readFaceImageRecord(bytes)
  const remarks = [...(record.remarks ?? [])]
  const representations: Record<string, unknown>[] = []
  for (const [i, one] of record.representations.entries()) {
    const field = `representations[${i}].image`
    const codec = faceCodec(one)
    if (!codec) throw new Fault('record.corrupt', { field, reason: 'image_data_type', found: one.imageDataType })
    const payload = await checkPayload(one.image, { ...one, bitDepth: 8, codec }, field)
    const outside = one.landmarks.filter(({ x, y }) => x >= one.widthPx || y >= one.heightPx).length
    if (outside > 0) remarks.push(`representations[${i}]: ${outside} feature points outside the image`)
    // Gender, colours, height and properties such as glasses or a beard describe the person, so they stay inside.
    representations.push({
      ...headFacts(one),
      landmarks: one.landmarks.length,
      ...(one.landmarks.length > 0 ? { featurePoints: one.landmarks.map(featurePoint) } : {}),
      expression: one.expression,
      pose: one.pose,
      poseUncertainty: one.poseUncertainty,
      faceImageType: one.faceImageType,
      imageDataType: one.imageDataType,
      spatialSamplingLevel: one.spatialSamplingLevel,
      postAcquisitionProcessing: one.postAcquisitionProcessing,
      crossReference: one.crossReference,
      colourSpace: one.colourSpace,
      widthPx: one.widthPx,
      heightPx: one.heightPx,
      payload,
    })
  }
  const { edition, temporalSemantics } = record
  return result('FAC', `ISO/IEC 19794-5:${edition}`, bytes, remarks, { edition, temporalSemantics, representations })
}

/** The code as ISO/IEC 14496-2 writes it: 0xc1 is point 12.1. */
const featurePoint = ({ type, code, x, y, z }: FaceLandmark) => ({ type, point: `${code >> 4}.${code & 15}`, x, y, z })

function inspectSignature(bytes: Uint8Array): InspectionResult {
  const record = readSignatureRecord(bytes)
  const { samples, unitsPerMm } = padOfSignature(record)
  const remarks = record.channels
    .filter((channel) => channel.linearComponentRemoved)
    .map(({ name }) => `${name} is without its linear part`)
  if (unitsPerMm === undefined) remarks.push('X states no scale: no measures in millimetres')
  return result('SDI', 'ISO/IEC 19794-7:2007', bytes, remarks, {
    edition: record.edition,
    sampleCount: record.sampleCount,
    channels: record.channels.map(channelFacts),
    durationMs: Math.round(samples.at(-1)?.timeMs ?? 0),
    ...(unitsPerMm === undefined ? {} : signatureFacts(record)),
  })
}

const channelFacts = ({ values, ...facts }: SignatureRecord['channels'][number]) => facts

function signatureFacts(record: SignatureRecord) {
  const { codes, measures } = assessSignatureRecord(record)
  const tenth = (value: number) => Math.round(value * 10) / 10
  return {
    strokes: measures.strokes,
    penDownMs: Math.round(measures.penDownMs),
    pathMm: tenth(measures.pathMm),
    widthMm: tenth(measures.box.widthMm),
    heightMm: tenth(measures.box.heightMm),
    meanSpeedMmPerS: tenth(measures.meanSpeedMmPerS),
    codes,
  }
}

/** Counts and places, no minutia. */
function inspectMinutiae(bytes: Uint8Array): InspectionResult {
  const { edition, views, remarks } = readFingerMinutiaeRecord(bytes)
  return result('FMR', `ISO/IEC 19794-2:${edition}`, bytes, remarks, {
    edition,
    views: views.map((view) => ({
      ...headFacts(view),
      fingerPosition: view.fingerPosition,
      positionName: nameOf(fingerPosition, view.fingerPosition),
      viewNumber: view.viewNumber,
      impression: view.impression,
      widthPx: view.widthPx,
      heightPx: view.heightPx,
      pixelsPerCm: view.pixelsPerCm,
      minutiae: view.minutiae.length,
      extendedBytes: view.extendedData.length,
    })),
  })
}

function inspectBitGroup(bytes: Uint8Array): InspectionResult {
  const templates = readBitGroup(bytes).map(({ data, others, ...facts }) => ({
    ...facts,
    ...(data ? { dataBytes: data.length } : {}),
    ...(others.length > 0
      ? { others: others.map(({ inside, tag, value }) => ({ inside, tag: tag.toString(16), bytes: value.length })) }
      : {}),
  }))
  return result('BIT', 'ISO/IEC 7816-11', bytes, [], { templates })
}

function inspectCardVerification(bytes: Uint8Array): InspectionResult {
  const { length } = readCompactCard(readCardVerification(bytes)).minutiae
  return result('FMC', 'ISO/IEC 19794-2 compact card, 7F2E', bytes, [], { minutiae: length })
}

function inspectCompactCard(bytes: Uint8Array): InspectionResult {
  const { widthPx, heightPx, minutiae } = readCompactCard(bytes)
  return result('FMC', 'ISO/IEC 19794-2 compact card', bytes, [], { minutiae: minutiae.length, widthPx, heightPx, bytesPerMinutia })
}

function inspectWsq(bytes: Uint8Array): InspectionResult {
  const { rate } = readWsqHeader(bytes)
  const { widthPx, heightPx, ppi, comments } = decodeWsq(bytes)
  return result('WSQ', 'IAFIS-IC-0110', bytes, [], {
    widthPx,
    heightPx,
    ...(ppi === undefined ? {} : { ppi }),
    ...(rate === undefined ? {} : { rate }),
    bitsPerPixel: Number(((bytes.length * 8) / (widthPx * heightPx)).toFixed(3)),
    // Only how many: free text may name a person.
    comments: comments.length,
  })
}

function result(
  type: string,
  standard: string,
  bytes: Uint8Array,
  remarks: readonly string[] | undefined,
  details: Record<string, unknown>,
): InspectionResult {
  return { type, standard, valid: true, bytes: bytes.length, ...details, remarks: remarks ?? [] }
}
