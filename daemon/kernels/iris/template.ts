// The file of one iris code, `.iriscode`: small, versioned, refused when it is not exactly what it says. Knows layout; not files, not matching.

import { Fault } from '../../../protocol/fault.js'
import { codeColumns, codeLanes, codeRows, type IrisCode } from './code-shape.js'
import type { Circle } from './location.js'

export interface IrisTemplate {
  readonly code: IrisCode
  /** In pixels of the image that it was made of. */
  readonly pupil: Circle
  readonly iris: Circle
  /** Overall quality of that image, 0 to 100. */
  readonly quality: number
}

/** `RIC` and a line end, so that a transfer as text is noticed. */
const magic = [0x52, 0x49, 0x43, 0x0a] as const
/** Raised whenever codes of before and after are no longer comparable. */
const version = 1
const headBytes = 36
const laneCount = codeColumns * codeLanes
export const templateBytes = headBytes + 4 * laneCount

export const looksLikeTemplate = (bytes: Uint8Array): boolean => magic.every((byte, i) => bytes[i] === byte)

/**
 * Big-endian: magic 4; version u8; rings u8; columns u16; lanes u8; quality u8; reserved u16, 0; pupil x, y, r and iris x, y, r f32;
 * then the code's lanes u16 and the mask's lanes u16.
 */
export function writeIrisTemplate({ code, pupil, iris, quality }: IrisTemplate): Uint8Array {
  const out = new Uint8Array(templateBytes)
  const view = new DataView(out.buffer)
  out.set(magic)
  view.setUint8(4, version)
  view.setUint8(5, codeRows)
  view.setUint16(6, codeColumns)
  view.setUint8(8, codeLanes)
  view.setUint8(9, Math.max(0, Math.min(100, Math.round(quality))))
  ;[pupil.x, pupil.y, pupil.r, iris.x, iris.y, iris.r].forEach((value, i) => {
    view.setFloat32(12 + 4 * i, value)
  })
  for (let i = 0; i < laneCount; i++) {
    view.setUint16(headBytes + 2 * i, code.bits[i]!)
    view.setUint16(headBytes + 2 * (laneCount + i), code.mask[i]!)
  }
  return out
}

/** @throws Fault `input.corrupt` {offset, field}, `input.unsupported` for other versions or sizes of code */
export function readIrisTemplate(bytes: Uint8Array): IrisTemplate {
  const corrupt = (field: string, offset: number, found: number) => new Fault('input.corrupt', { field, offset, found })
  if (!looksLikeTemplate(bytes)) throw new Fault('input.corrupt', { field: 'magic', offset: 0 })
  if (bytes.length < headBytes) throw corrupt('length', 0, bytes.length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint8(4) !== version) throw new Fault('input.unsupported', { field: 'version', expected: version, found: view.getUint8(4) })
  const [rows, columns, lanes] = [view.getUint8(5), view.getUint16(6), view.getUint8(8)]
  if (rows !== codeRows) throw new Fault('input.unsupported', { field: 'rows', expected: codeRows, found: rows })
  if (columns !== codeColumns) throw new Fault('input.unsupported', { field: 'columns', expected: codeColumns, found: columns })
  if (lanes !== codeLanes) throw new Fault('input.unsupported', { field: 'lanes', expected: codeLanes, found: lanes })
  if (bytes.length !== templateBytes) throw corrupt('length', 0, bytes.length)
  const quality = view.getUint8(9)
  if (quality > 100) throw corrupt('quality', 9, quality)
  if (view.getUint16(10) !== 0) throw corrupt('reserved', 10, view.getUint16(10))
  const circle = (offset: number): Circle => {
    const [x, y, r] = [view.getFloat32(offset), view.getFloat32(offset + 4), view.getFloat32(offset + 8)]
    if (!(Number.isFinite(x) && Number.isFinite(y) && r > 0 && Number.isFinite(r)))
      throw new Fault('input.corrupt', { field: 'circle', offset })
    return { x, y, r }
  }
  const pupil = circle(12)
  const iris = circle(24)
  const bits = new Uint16Array(laneCount)
  const mask = new Uint16Array(laneCount)
  for (let i = 0; i < laneCount; i++) {
    bits[i] = view.getUint16(headBytes + 2 * i)
    mask[i] = view.getUint16(headBytes + 2 * (laneCount + i))
    if ((bits[i]! & ~mask[i]!) !== 0) throw corrupt('bits', headBytes + 2 * i, bits[i]!)
  }
  return { code: { bits, mask }, pupil, iris, quality }
}
