// What the 2011 editions of ISO/IEC 19794-2, -4, -5 and -6 have in common at the head of a representation: date, device, quality, certification.

import type { RecordReader, RecordWriter } from './cursor.js'

/** Capture date and time in UTC. A field that is all ones (65535 or 255) means unknown. */
export interface CaptureDate {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly millisecond: number
}

export interface CaptureDevice {
  /** Technology code of the record's own part; 0 unknown or unspecified. */
  readonly technology: number
  readonly vendor: number
  readonly type: number
}

export interface QualityBlock {
  /** 0..100; 255 = could not be computed. */
  readonly score: number
  readonly vendor: number
  readonly algorithm: number
}

export interface CertificationBlock {
  readonly authority: number
  readonly scheme: number
}

export interface CaptureHead {
  readonly captureDate: CaptureDate
  readonly captureDevice: CaptureDevice
  readonly qualityBlocks: readonly QualityBlock[]
  readonly certificationBlocks: readonly CertificationBlock[]
}

/** @param timeMs milliseconds since 1970 UTC */
export function captureDate(timeMs: number): CaptureDate {
  const date = new Date(timeMs)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
  }
}

export const unknownDate: CaptureDate = {
  year: 0xffff,
  month: 0xff,
  day: 0xff,
  hour: 0xff,
  minute: 0xff,
  second: 0xff,
  millisecond: 0xffff,
}

export const unknownDevice: CaptureDevice = { technology: 0, vendor: 0, type: 0 }

/**
 * @param certified  the record's certification flag: only then are certification blocks present. Their place behind the quality blocks was
 *                   seen in a finger record; for faces and irises it is assumed to be the same.
 */
export function readCaptureHead(reader: RecordReader, certified: boolean): CaptureHead {
  const date: CaptureDate = {
    year: reader.u16('captureDate.year'),
    month: reader.u8('captureDate.month'),
    day: reader.u8('captureDate.day'),
    hour: reader.u8('captureDate.hour'),
    minute: reader.u8('captureDate.minute'),
    second: reader.u8('captureDate.second'),
    millisecond: reader.u16('captureDate.millisecond'),
  }
  const captureDevice: CaptureDevice = {
    technology: reader.u8('captureDevice.technology'),
    vendor: reader.u16('captureDevice.vendor'),
    type: reader.u16('captureDevice.type'),
  }
  const qualityBlocks: QualityBlock[] = []
  for (let left = reader.u8('qualityBlockCount'); left > 0; left--) {
    qualityBlocks.push({
      score: reader.u8('quality.score'),
      vendor: reader.u16('quality.vendor'),
      algorithm: reader.u16('quality.algorithm'),
    })
  }
  const certificationBlocks: CertificationBlock[] = []
  for (let left = certified ? reader.u8('certificationBlockCount') : 0; left > 0; left--) {
    certificationBlocks.push({ authority: reader.u16('certification.authority'), scheme: reader.u8('certification.scheme') })
  }
  return { captureDate: date, captureDevice, qualityBlocks, certificationBlocks }
}

export function writeCaptureHead(writer: RecordWriter, head: CaptureHead, certified: boolean): void {
  const date = head.captureDate
  writer.u16(date.year, 'captureDate.year')
  writer.u8(date.month, 'captureDate.month')
  writer.u8(date.day, 'captureDate.day')
  writer.u8(date.hour, 'captureDate.hour')
  writer.u8(date.minute, 'captureDate.minute')
  writer.u8(date.second, 'captureDate.second')
  writer.u16(date.millisecond, 'captureDate.millisecond')
  writer.u8(head.captureDevice.technology, 'captureDevice.technology')
  writer.u16(head.captureDevice.vendor, 'captureDevice.vendor')
  writer.u16(head.captureDevice.type, 'captureDevice.type')
  writer.u8(head.qualityBlocks.length, 'qualityBlockCount')
  for (const block of head.qualityBlocks) {
    writer.u8(block.score, 'quality.score')
    writer.u16(block.vendor, 'quality.vendor')
    writer.u16(block.algorithm, 'quality.algorithm')
  }
  if (!certified) return
  writer.u8(head.certificationBlocks.length, 'certificationBlockCount')
  for (const block of head.certificationBlocks) {
    writer.u16(block.authority, 'certification.authority')
    writer.u8(block.scheme, 'certification.scheme')
  }
}

export const isCertified = (representations: readonly CaptureHead[]): boolean =>
  representations.some((one) => one.certificationBlocks.length > 0)

/**
 * Closes a representation whose content was read up to the cursor. A declared length that disagrees is a fault, except in the last
 * representation of a record that ends exactly here: real files with such a slip exist and nothing is lost by reading them.
 * @returns a remark to pass on, or nothing
 */
export function closeRepresentation(reader: RecordReader, start: number, declared: number, last: boolean): readonly string[] {
  const found = reader.at - start
  if (found === declared) return []
  if (last && reader.at === reader.end) return [`representation length ${declared} should be ${found}`]
  throw reader.corrupt('representationLength', { expected: found, found: declared }, start)
}

/** Checks the record length in the header against the bytes at hand. */
export function checkRecordLength(reader: RecordReader, declared: number, offset: number): void {
  if (declared !== reader.bytes.length) {
    throw reader.corrupt('recordLength', { expected: reader.bytes.length, found: declared }, offset)
  }
}
