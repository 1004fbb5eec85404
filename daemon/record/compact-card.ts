// The compact card format of ISO/IEC 19794-2: three bytes a minutia, x and y in 0.1 mm, type and angle in one byte; pruned and ordered as the card wants.

import { Fault } from '../../protocol/fault.js'
import type { FingerTemplate, Minutia } from '../kernels/finger/template.js'
import { readTlvs, tlv } from './ber-tlv.js'
import { RecordReader } from './cursor.js'

/**
 * Order of the minutiae as the biometric information template announces it: one direction + one key, e.g. ascending + xy. Codes as NIST's
 * on-card comparison test has them. Polar: distance from the centre of mass; how ties are ordered there is unverified.
 */
export const minutiaOrder = { none: 0x00, ascending: 0x01, descending: 0x02, xy: 0x04, yx: 0x08, angle: 0x0c, polar: 0x10 } as const
const directionMask = 0x03
const keyMask = 0x1c

/** What ours is unless the card says otherwise. */
const usualOrder = minutiaOrder.ascending + minutiaOrder.xy
/** The 2011 edition recommends at most 60 minutiae for enrolment. */
export const mostMinutiae = 60
export const bytesPerMinutia = 3

export interface CompactCardOptions {
  /** See `minutiaOrder`. */
  readonly order?: number
  /** The card's limit. */
  readonly most?: number
  /** The card refuses fewer. */
  readonly least?: number
}

/** In units of the card. */
interface CardMinutia {
  readonly x: number
  readonly y: number
  readonly type: number
  readonly angle: number
  readonly quality: number
}

const largest = 255
/** 0.1 mm in pixels at 500 ppi. */
const unitPx = 500 / 254
/** 2π / 64 */
const angleUnit = Math.PI / 32

/**
 * Shifted so that the leftmost and topmost kept minutia lie at 0. A print of more than 25.5 mm loses the side with the fewer minutiae.
 * Pruned by quality first (ISO/IEC 19794-2:2011 clause 9.3.2): the lowest goes first, among equals the one farthest from the centre of mass.
 * @throws Fault `record.unsupported` {field: minutiae, found, limit} when fewer are left than the card takes; minutiae are never invented
 */
export function writeCompactCard({ minutiae }: FingerTemplate, options: CompactCardOptions = {}): Uint8Array {
  const { order = usualOrder, most = mostMinutiae, least = 0 } = options
  const units = minutiae.map(({ x, y, angle, type, quality }) => ({
    x: Math.round(x / unitPx),
    y: Math.round(y / unitPx),
    type,
    angle: Math.round(angle / angleUnit) & 0x3f,
    quality,
  }))
  const kept = sortForCard(pruneForCard(fitToCard(units), most), order)
  if (kept.length < least) throw new Fault('record.unsupported', { field: 'minutiae', found: kept.length, limit: least })
  const out = new Uint8Array(kept.length * bytesPerMinutia)
  kept.forEach(({ x, y, type, angle }, i) => {
    out.set([x, y, (type << 6) | angle], i * bytesPerMinutia)
  })
  return out
}

/** Those inside the square of 255 units that holds the most. */
function fitToCard(minutiae: readonly CardMinutia[]): readonly CardMinutia[] {
  const left = fullestStart(minutiae.map(({ x }) => x))
  const inside = minutiae.filter(({ x }) => x >= left && x <= left + largest)
  const top = fullestStart(inside.map(({ y }) => y))
  return inside.filter(({ y }) => y >= top && y <= top + largest).map((each) => ({ ...each, x: each.x - left, y: each.y - top }))
}

/** Where a window of 255 units begins that holds the most values; the first of equals. */
function fullestStart(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  let best = { start: sorted[0] ?? 0, count: 0 }
  for (let i = 0, end = 0; i < sorted.length; i++) {
    const start = sorted[i]!
    while (end < sorted.length && sorted[end]! <= start + largest) end++
    if (end - i > best.count) best = { start, count: end - i }
  }
  return best.start
}

/** The centre is that of all minutiae, as the standard wants it: before any is removed. */
function pruneForCard(minutiae: readonly CardMinutia[], most: number): readonly CardMinutia[] {
  if (minutiae.length <= most) return minutiae
  const distance = fromCentre(minutiae)
  const endingsLast = ({ type }: CardMinutia) => (type === 1 ? 1 : 0)
  return minutiae
    .toSorted((a, b) => b.quality - a.quality || distance(a) - distance(b) || endingsLast(a) - endingsLast(b) || a.angle - b.angle)
    .slice(0, most)
}

function fromCentre(minutiae: readonly CardMinutia[]): (of: CardMinutia) => number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [cx, cy] = [mean(minutiae.map(({ x }) => x)), mean(minutiae.map(({ y }) => y))]
  return ({ x, y }) => Math.hypot(x - cx, y - cy)
}

/** @throws Fault `record.unsupported` {field: order} */
function sortForCard(minutiae: readonly CardMinutia[], order: number): readonly CardMinutia[] {
  const direction = order & directionMask
  if (direction === minutiaOrder.none) return minutiae
  const compare = comparisonOf(minutiae, order & keyMask)
  if (!compare || direction === directionMask) throw new Fault('record.unsupported', { field: 'order', found: order })
  return minutiae.toSorted((a, b) => (direction === minutiaOrder.descending ? compare(b, a) : compare(a, b)))
}

function comparisonOf(minutiae: readonly CardMinutia[], key: number): ((a: CardMinutia, b: CardMinutia) => number) | undefined {
  switch (key) {
    case minutiaOrder.xy:
      return (a, b) => a.x - b.x || a.y - b.y
    case minutiaOrder.yx:
      return (a, b) => a.y - b.y || a.x - b.x
    case minutiaOrder.angle:
      return (a, b) => a.angle - b.angle
    case minutiaOrder.polar: {
      const distance = fromCentre(minutiae)
      return (a, b) => distance(a) - distance(b)
    }
    default:
      return undefined
  }
}

/**
 * The card's minutiae as a template at 500 ppi. Card minutiae carry no quality and no image size: the size is their extent.
 * @throws Fault `record.corrupt` when the length is not a multiple of three or a type is reserved
 */
export function readCompactCard(bytes: Uint8Array): FingerTemplate {
  const reader = new RecordReader(bytes)
  if (bytes.length % bytesPerMinutia !== 0) throw reader.corrupt('minutiae', { reason: 'length', found: bytes.length })
  const minutiae: Minutia[] = []
  while (reader.left > 0) {
    const [x, y, tail] = [reader.u8('minutia.x'), reader.u8('minutia.y'), reader.u8('minutia.angle')]
    const type = tail >> 6
    if (type === 3) throw reader.corrupt('minutia.type', { found: type }, reader.at - 1)
    minutiae.push({ x: x * unitPx, y: y * unitPx, angle: (tail & 0x3f) * angleUnit, type: type as 0 | 1 | 2, quality: 0 })
  }
  const extent = (values: readonly number[]) => Math.ceil(values.reduce((most, value) => Math.max(most, value), 0)) + 1
  return { widthPx: extent(minutiae.map(({ x }) => x)), heightPx: extent(minutiae.map(({ y }) => y)), minutiae }
}

const verificationData = 0x7f2e
const minutiaeData = 0x81

/** What is sent to a card that compares by itself: 7F2E { 81 minutiae } as in 19794-2:2011 and PIV. */
export const writeCardVerification = (minutiae: Uint8Array): Uint8Array => tlv(verificationData, tlv(minutiaeData, minutiae))

/** @returns the minutiae of a 7F2E object, three bytes each @throws Fault `record.corrupt` */
export function readCardVerification(bytes: Uint8Array): Uint8Array {
  const reader = new RecordReader(bytes)
  const [outer, ...more] = readTlvs(reader)
  if (outer?.tag !== verificationData || more.length > 0) throw reader.corrupt('verificationData', { expected: '7F2E' }, 0)
  const found = readTlvs(new RecordReader(bytes, outer.offset, outer.offset + outer.value.length)).find(({ tag }) => tag === minutiaeData)
  if (!found) throw reader.corrupt('minutiae', { expected: '81' }, outer.offset)
  return found.value
}
