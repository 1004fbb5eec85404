// The group of biometric information templates (ISO/IEC 7816-11, 19785-3): which finger a card holds, in what format, and how it wants its minutiae.

import { Fault } from '../../protocol/fault.js'
import { join, readTlvs, type Tlv, tlv } from './ber-tlv.js'
import { RecordReader } from './cursor.js'

/** Objects that this file does not know are kept with the place that they were in and written back behind the known ones. */
export interface OtherObject {
  readonly inside: 'template' | 'header' | 'parameters'
  readonly tag: number
  readonly value: Uint8Array
}

export interface BiometricInformationTemplate {
  /** 0x08 = fingerprint. */
  readonly biometricType?: number
  /** Which finger: a 19794-4 position as in the public sample, or the bits of 19785-3 (unverified: 1 right, 2 left, the finger above them). */
  readonly subtype?: number
  readonly formatOwner?: number
  readonly formatType?: number
  /** How many minutiae the card takes. */
  readonly minutiae?: { readonly least: number; readonly most: number }
  /** See `minutiaOrder` of compact-card.ts. */
  readonly order?: number
  readonly featureHandling?: number
  /** 5F2E: the biometric data themselves, where a card keeps them beside their description. */
  readonly data?: Uint8Array
  readonly others: readonly OtherObject[]
}

const tags = {
  group: 0x7f61,
  count: 0x02,
  template: 0x7f60,
  header: 0xa1,
  biometricType: 0x81,
  subtype: 0x82,
  formatOwner: 0x87,
  formatType: 0x88,
  parameters: 0xb1,
  data: 0x5f2e,
  /** Inside the parameters. */
  minutiae: 0x81,
  order: 0x82,
  featureHandling: 0x83,
} as const

export function writeBitGroup(templates: readonly BiometricInformationTemplate[]): Uint8Array {
  if (templates.length > 0xff) throw new Fault('record.unsupported', { field: 'templates', found: templates.length, limit: 0xff })
  return tlv(tags.group, join([tlv(tags.count, Uint8Array.of(templates.length)), ...templates.map(writeBit)]))
}

function writeBit(of: BiometricInformationTemplate): Uint8Array {
  const others = (inside: OtherObject['inside']) =>
    of.others.filter((each) => each.inside === inside).map(({ tag, value }) => tlv(tag, value))
  const limits = of.minutiae && Uint8Array.of(byte(of.minutiae.least, 'minutiae'), byte(of.minutiae.most, 'minutiae'))
  const parameters = [
    ...(limits ? [tlv(tags.minutiae, limits)] : []),
    ...oneByte(tags.order, of.order, 'order'),
    ...oneByte(tags.featureHandling, of.featureHandling, 'featureHandling'),
    ...others('parameters'),
  ]
  const header = [
    ...oneByte(tags.biometricType, of.biometricType, 'biometricType'),
    ...oneByte(tags.subtype, of.subtype, 'subtype'),
    ...twoBytes(tags.formatOwner, of.formatOwner, 'formatOwner'),
    ...twoBytes(tags.formatType, of.formatType, 'formatType'),
    ...(parameters.length > 0 ? [tlv(tags.parameters, join(parameters))] : []),
    ...others('header'),
  ]
  const data = of.data ? [tlv(tags.data, of.data)] : []
  return tlv(tags.template, join([tlv(tags.header, join(header)), ...data, ...others('template')]))
}

function byte(value: number, field: string, most = 0xff): number {
  if (!Number.isInteger(value) || value < 0 || value > most) throw new Fault('record.unsupported', { field, found: value, limit: most })
  return value
}

const oneByte = (tag: number, value: number | undefined, field: string) =>
  value === undefined ? [] : [tlv(tag, Uint8Array.of(byte(value, field)))]

const twoBytes = (tag: number, value: number | undefined, field: string) =>
  value === undefined ? [] : [tlv(tag, Uint8Array.of(byte(value, field, 0xffff) >> 8, value & 0xff))]

/** @throws Fault `record.corrupt` {field, offset}, also when the count disagrees */
export function readBitGroup(bytes: Uint8Array): readonly BiometricInformationTemplate[] {
  const reader = new RecordReader(bytes)
  const [group, ...more] = readTlvs(reader)
  if (group?.tag !== tags.group || more.length > 0) throw reader.corrupt('templateGroup', { expected: '7F61' }, 0)
  const templates: BiometricInformationTemplate[] = []
  let count: number | undefined
  for (const each of inside(bytes, group)) {
    if (each.tag === tags.count) count = numberOf(reader, each, 'templateCount', 1)
    else if (each.tag === tags.template) templates.push(readBit(bytes, each))
    else throw reader.corrupt('templateGroup', { reason: 'tag', found: each.tag }, each.offset)
  }
  if (count !== templates.length)
    throw reader.corrupt('templateCount', { expected: templates.length, found: count ?? 'none' }, group.offset)
  return templates
}

const inside = (bytes: Uint8Array, { offset, value }: Tlv): readonly Tlv[] =>
  readTlvs(new RecordReader(bytes, offset, offset + value.length))

type Building = { -readonly [Field in keyof BiometricInformationTemplate]: BiometricInformationTemplate[Field] } & { others: OtherObject[] }

function readBit(bytes: Uint8Array, template: Tlv): BiometricInformationTemplate {
  const reader = new RecordReader(bytes)
  const bit: Building = { others: [] }
  for (const each of inside(bytes, template)) {
    if (each.tag === tags.header) for (const part of inside(bytes, each)) readHeaderPart(bytes, part, bit)
    else if (each.tag === tags.data) bit.data = each.value
    else bit.others.push({ inside: 'template', tag: each.tag, value: each.value })
  }
  if (bit.biometricType === undefined && bit.others.length === 0 && bit.data === undefined && bit.subtype === undefined) {
    throw reader.corrupt('template', { reason: 'empty' }, template.offset)
  }
  return bit
}

function readHeaderPart(bytes: Uint8Array, part: Tlv, bit: Building): void {
  const reader = new RecordReader(bytes)
  switch (part.tag) {
    case tags.biometricType:
      bit.biometricType = numberOf(reader, part, 'biometricType', 1)
      break
    case tags.subtype:
      bit.subtype = numberOf(reader, part, 'subtype', 1)
      break
    case tags.formatOwner:
      bit.formatOwner = numberOf(reader, part, 'formatOwner', 2)
      break
    case tags.formatType:
      bit.formatType = numberOf(reader, part, 'formatType', 2)
      break
    case tags.parameters:
      for (const each of inside(bytes, part)) readParameter(reader, each, bit)
      break
    default:
      bit.others.push({ inside: 'header', tag: part.tag, value: part.value })
  }
}

function readParameter(reader: RecordReader, part: Tlv, bit: Building): void {
  switch (part.tag) {
    case tags.minutiae: {
      const both = numberOf(reader, part, 'minutiae', 2)
      bit.minutiae = { least: both >> 8, most: both & 0xff }
      break
    }
    case tags.order:
      bit.order = numberOf(reader, part, 'order', 1)
      break
    case tags.featureHandling:
      bit.featureHandling = numberOf(reader, part, 'featureHandling', 1)
      break
    default:
      bit.others.push({ inside: 'parameters', tag: part.tag, value: part.value })
  }
}

function numberOf(reader: RecordReader, { value, offset }: Tlv, field: string, size: 1 | 2): number {
  if (value.length !== size) throw reader.corrupt(field, { reason: 'length', expected: size, found: value.length }, offset)
  return value.reduce((sum, each) => sum * 0x100 + each, 0)
}
