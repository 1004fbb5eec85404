// Signature time series records, full format, after ISO/IEC 19794-7:2007, written and read. Knows layouts, not pads.
// Unverified, no sample record was at hand: the coding of the scaling value, the 3-byte sample count, which channels are signed, where the
// value of a constant channel stands.

import { Fault } from '../../protocol/fault.js'
import { assessSignature, type Signature } from '../kernels/signature/assess.js'
import { RecordReader, RecordWriter } from './cursor.js'

/**
 * The 16 channels in the order of the inclusion field, most significant bit first. X and Y are mandatory, T or DT gives the timing,
 * F is pen force, S the tip switch.
 */
export const signatureChannels = ['X', 'Y', 'Z', 'VX', 'VY', 'AX', 'AY', 'T', 'DT', 'F', 'S', 'TX', 'TY', 'Az', 'El', 'R'] as const
export type SignatureChannelName = (typeof signatureChannels)[number]

/** Channels whose values may be negative. Unverified beyond X and Y. */
const signedChannels: ReadonlySet<SignatureChannelName> = new Set(['X', 'Y', 'VX', 'VY', 'AX', 'AY', 'TX', 'TY'])

export interface SignatureChannel {
  readonly name: SignatureChannelName
  /** Units of the value in one physical unit: per millimetre for X and Y, per second for T. Kept to 12 significant bits. */
  readonly scaling?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly mean?: number
  readonly standardDeviation?: number
  /** The value never changes; the body holds nothing for the channel. */
  readonly constant: boolean
  readonly linearComponentRemoved: boolean
  /** One value a sample, 16 bits (S: 8); empty for a constant channel. */
  readonly values: Int32Array
}

export interface SignatureRecord {
  readonly edition: 2007
  readonly sampleCount: number
  /** In the order of `signatureChannels`. */
  readonly channels: readonly SignatureChannel[]
}

/** What a pad gives: position in pad units, time, force, tip. */
export interface SignatureSample {
  readonly x: number
  readonly y: number
  /** From the first sample. */
  readonly timeMs: number
  /** 0..65535 in the pad's own unit. */
  readonly force: number
  readonly tip: boolean
}

const attributes = ['scaling', 'minimum', 'maximum', 'mean', 'standardDeviation'] as const
const attributeBit = (index: number): number => 0x80 >> index
const constantBit = 0x04
const linearBit = 0x02
const mostSamples = 2 ** 24 - 1
/** Two hours of a pad: more as objects would take gigabytes. */
const mostPadSamples = 1_000_000

/** T has 16 bits: a signature of more than 65.5 s gets a coarser clock instead of none. */
function ticksPerSecond(samples: readonly SignatureSample[]): number {
  const longestMs = samples.at(-1)?.timeMs ?? 0
  let ticks = 1000
  while (ticks > 1 && Math.round((longestMs * ticks) / 1000) > 0xffff) ticks /= 2
  return ticks
}

/** The channels X, Y, T, F and S of a pad's samples; F is left out when the pad measures none. @param unitsPerMm resolution of the pad's x and y */
export function signatureOfPad(samples: readonly SignatureSample[], unitsPerMm: number): SignatureRecord {
  const channel = (name: SignatureChannelName, value: (sample: SignatureSample) => number, scaling?: number): SignatureChannel => ({
    name,
    ...(scaling === undefined ? {} : { scaling }),
    constant: false,
    linearComponentRemoved: false,
    values: Int32Array.from(samples, (sample) => Math.round(value(sample))),
  })
  const ticks = ticksPerSecond(samples)
  return {
    edition: 2007,
    sampleCount: samples.length,
    channels: [
      channel('X', (sample) => sample.x, unitsPerMm),
      channel('Y', (sample) => sample.y, unitsPerMm),
      channel('T', (sample) => (sample.timeMs * ticks) / 1000, ticks),
      ...(samples.some(({ force }) => force !== 0) ? [channel('F', (sample) => sample.force)] : []),
      channel('S', (sample) => (sample.tip ? 1 : 0)),
    ],
  }
}

/** What a pad would have given, whoever wrote the record. */
export interface PadSeries {
  readonly samples: readonly SignatureSample[]
  /** Of x and y; undefined when the record states none: then nothing is known in millimetres. */
  readonly unitsPerMm: number | undefined
}

/**
 * Time from T, else from the sum of DT; in milliseconds when neither states its scale. The tip from S, else from F, else always down. A
 * constant channel has its stated mean, else its minimum, else its maximum, else 0.
 * @throws Fault `record.unsupported` for more than a million samples
 */
export function padOfSignature({ channels, sampleCount }: SignatureRecord): PadSeries {
  if (sampleCount > mostPadSamples) {
    throw new Fault('record.unsupported', { field: 'sampleCount', offset: 0, found: sampleCount, limit: mostPadSamples })
  }
  const column = (name: SignatureChannelName): ((i: number) => number) | undefined => {
    const channel = channels.find((each) => each.name === name)
    if (!channel) return undefined
    const { constant, values, mean, minimum, maximum } = channel
    const value = mean ?? minimum ?? maximum ?? 0
    return constant ? () => value : (i) => values[i] ?? 0
  }
  const scalingOfChannel = (name: SignatureChannelName) => channels.find((each) => each.name === name)?.scaling
  const [x, y, time, interval, force, tip] = [column('X'), column('Y'), column('T'), column('DT'), column('F'), column('S')]
  const unitsPerMm = scalingOfChannel('X')
  const flat = (unitsPerMm ?? 1) / (scalingOfChannel('Y') ?? unitsPerMm ?? 1)
  const tickMs = 1000 / (scalingOfChannel(time ? 'T' : 'DT') ?? 1000)
  let sum = 0
  const samples = Array.from({ length: sampleCount }, (_, i): SignatureSample => {
    if (i > 0) sum += interval?.(i) ?? 0
    const pressed = force?.(i) ?? 0
    return {
      x: x?.(i) ?? 0,
      y: (y?.(i) ?? 0) * flat,
      timeMs: (time ? time(i) - time(0) : sum) * tickMs,
      force: pressed,
      tip: tip ? tip(i) !== 0 : force ? pressed > 0 : true,
    }
  })
  return { samples, unitsPerMm }
}

/** What 410 to the inch is: drawn ink has the same shape at any scale, so a record without one is taken as of a usual pad. */
const usualUnitsPerInch = 410

/** The record's strokes, codes and measures; millimetres are of no worth when it states no scale. @throws as `padOfSignature` */
export function assessSignatureRecord(record: SignatureRecord): Signature {
  const { samples, unitsPerMm } = padOfSignature(record)
  const points = samples.map(({ x, y, force, timeMs, tip }) => ({ x, y, pressure: force, timeMs, penDown: tip }))
  return assessSignature(points, { unitsPerInch: unitsPerMm === undefined ? usualUnitsPerInch : unitsPerMm * 25.4 })
}

/** @throws Fault `record.unsupported` when X, Y or the timing is missing or a value does not fit */
export function writeSignatureRecord(record: SignatureRecord): Uint8Array {
  const { channels, sampleCount } = record
  checkChannels(channels, (field) => new Fault('record.unsupported', { field, reason: 'mandatory_channel' }))
  if (sampleCount > mostSamples) throw new Fault('record.unsupported', { field: 'sampleCount', found: sampleCount, limit: mostSamples })
  const writer = new RecordWriter()
  writer.header('SDI', ' 10')
  const ordered = signatureChannels.flatMap((name) => channels.filter((channel) => channel.name === name))
  writer.u16(
    ordered.reduce((bits, channel) => bits | (0x8000 >> signatureChannels.indexOf(channel.name)), 0),
    'channelInclusion',
  )
  for (const channel of ordered) writeDescription(writer, channel)
  writer.u8(0, 'reserved')
  writer.u24(sampleCount, 'sampleCount')
  const inBody = ordered.filter((channel) => !channel.constant)
  if (inBody.length === 0 && sampleCount > 0) throw new Fault('record.unsupported', { field: 'samples', reason: 'all_constant' })
  for (const { name, values } of inBody) {
    if (values.length !== sampleCount) throw new Fault('record.unsupported', { field: name, found: values.length, expected: sampleCount })
  }
  for (let i = 0; i < sampleCount; i++) {
    for (const { name, values } of inBody) {
      if (name === 'S') writer.u8(values[i]!, name)
      else if (signedChannels.has(name)) writer.i16(values[i]!, name)
      else writer.u16(values[i]!, name)
    }
  }
  return writer.finish()
}

function writeDescription(writer: RecordWriter, channel: SignatureChannel): void {
  let preamble = (channel.constant ? constantBit : 0) | (channel.linearComponentRemoved ? linearBit : 0)
  for (const [i, attribute] of attributes.entries()) if (channel[attribute] !== undefined) preamble |= attributeBit(i)
  writer.u8(preamble, 'channelPreamble')
  for (const attribute of attributes) {
    const value = channel[attribute]
    if (value === undefined) continue
    if (attribute === 'scaling') writer.u16(scalingCode(value), 'scaling')
    else if (signedChannels.has(channel.name) && attribute !== 'standardDeviation') writer.i16(value, attribute)
    else writer.u16(value, attribute)
  }
}

function checkChannels(channels: readonly Pick<SignatureChannel, 'name' | 'constant'>[], fault: (field: string) => Fault): void {
  const has = (name: SignatureChannelName) => channels.some((channel) => channel.name === name)
  for (const name of ['X', 'Y'] as const) if (!has(name)) throw fault(name)
  if (!has('T') && !has('DT')) throw fault('T')
  const names = channels.map((channel) => channel.name)
  if (new Set(names).size !== names.length) throw fault('channelInclusion')
  // A time that never changes tells nothing; a constant interval does.
  if (!has('DT') && channels.find((channel) => channel.name === 'T')?.constant) throw fault('T')
}

/** Unverified coding: 5 bits of exponent E, 11 of fraction F; value = (1 + F / 2048) * 2^(E - 16). */
function scalingCode(value: number): number {
  const exponent = Math.floor(Math.log2(value))
  const fraction = Math.round((value / 2 ** exponent - 1) * 2048)
  // Rounding up to 2 carries into the exponent.
  const code = (exponent + 16) * 2048 + fraction
  if (!(code >= 0 && code <= 0xffff)) throw new Fault('record.unsupported', { field: 'scaling', found: value })
  return code
}

const scalingOf = (code: number): number => (1 + (code & 0x7ff) / 2048) * 2 ** ((code >> 11) - 16)

/** @throws Fault `record.corrupt` {field, offset}, `record.unsupported` for other editions */
export function readSignatureRecord(bytes: Uint8Array): SignatureRecord {
  const reader = new RecordReader(bytes)
  reader.header('SDI', [' 10'])
  const inclusionAt = reader.at
  const inclusion = reader.u16('channelInclusion')
  const descriptions = signatureChannels.filter((_, i) => inclusion & (0x8000 >> i)).map((name) => readDescription(reader, name))
  checkChannels(descriptions, (field) => reader.corrupt(field, { reason: 'mandatory_channel' }, inclusionAt))
  if (reader.u8('reserved') !== 0) throw reader.corrupt('reserved', {}, reader.at - 1)
  const sampleCount = reader.u24('sampleCount')
  const inBody = descriptions.filter((channel) => !channel.constant)
  const sampleBytes = inBody.reduce((sum, channel) => sum + (channel.name === 'S' ? 1 : 2), 0)
  // Without a byte a sample nothing bounds their number.
  if (sampleBytes === 0 && sampleCount > 0) {
    throw reader.corrupt('sampleCount', { reason: 'all_constant', found: sampleCount }, reader.at - 3)
  }
  if (sampleCount * sampleBytes > reader.left) {
    throw reader.corrupt('samples', { reason: 'truncated', expected: sampleCount * sampleBytes, found: reader.left })
  }
  const columns = new Map(inBody.map((channel) => [channel.name, new Int32Array(sampleCount)]))
  for (let i = 0; i < sampleCount; i++) {
    for (const [name, values] of columns) {
      values[i] = name === 'S' ? reader.u8(name) : signedChannels.has(name) ? reader.i16(name) : reader.u16(name)
    }
  }
  skipExtendedData(reader)
  const channels = descriptions.map((channel) => ({ ...channel, values: columns.get(channel.name) ?? new Int32Array(0) }))
  return { edition: 2007, sampleCount, channels }
}

function readDescription(reader: RecordReader, name: SignatureChannelName): Omit<SignatureChannel, 'values'> {
  const preamble = reader.u8('channelPreamble')
  if (preamble & 1) throw reader.corrupt('channelPreamble', { found: preamble }, reader.at - 1)
  const found: { -readonly [K in (typeof attributes)[number]]?: number } = {}
  for (const [i, attribute] of attributes.entries()) {
    if ((preamble & attributeBit(i)) === 0) continue
    if (attribute === 'scaling') found[attribute] = scalingOf(reader.u16(attribute))
    else found[attribute] = signedChannels.has(name) && attribute !== 'standardDeviation' ? reader.i16(attribute) : reader.u16(attribute)
  }
  return { name, ...found, constant: (preamble & constantBit) !== 0, linearComponentRemoved: (preamble & linearBit) !== 0 }
}

/** Some writers close the body with a 2-byte length and extended data; ours does not. */
function skipExtendedData(reader: RecordReader): void {
  if (reader.left === 0) return
  const offset = reader.at
  const length = reader.u16('extendedData.length')
  if (length !== reader.left) throw reader.corrupt('extendedData.length', { expected: reader.left, found: length }, offset)
}
