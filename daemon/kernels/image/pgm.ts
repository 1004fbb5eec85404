// Portable grey maps, 8 bits: `P5` binary read and written, header comments allowed. Pure.

import { Fault } from '../../../protocol/fault.js'

export const looksLikePgm = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x35

/** @throws Fault `image.corrupt`, `image.unsupported` (more than 8 bits) */
export function readPgm(bytes: Uint8Array): { grey: Uint8Array; widthPx: number; heightPx: number } {
  let at = 2
  const number = (field: string): number => {
    for (;;) {
      const byte = bytes[at]
      if (byte === 0x23) while (at < bytes.length && bytes[at] !== 0x0a) at++
      else if (byte !== undefined && byte <= 0x20) at++
      else break
    }
    const start = at
    while (at - start < 6 && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at++
    if (at === start) throw new Fault('image.corrupt', { offset: at, field })
    return Number(Buffer.from(bytes.subarray(start, at)).toString('latin1'))
  }
  if (!looksLikePgm(bytes)) throw new Fault('image.corrupt', { offset: 0, field: 'signature' })
  const widthPx = number('widthPx')
  const heightPx = number('heightPx')
  const largest = number('largest')
  if (widthPx < 1 || heightPx < 1 || largest < 1) throw new Fault('image.corrupt', { offset: at, field: 'size' })
  if (largest > 255) throw new Fault('image.unsupported', { offset: at, field: 'largest', found: largest, limit: 255 })
  at++
  if (bytes.length - at < widthPx * heightPx)
    throw new Fault('image.corrupt', { offset: at, field: 'pixels', expected: widthPx * heightPx })
  // Not slice: on a Buffer that would be a view of the caller's bytes.
  const grey = new Uint8Array(bytes.subarray(at, at + widthPx * heightPx))
  if (largest !== 255) for (let i = 0; i < grey.length; i++) grey[i] = Math.min(255, Math.round((grey[i]! * 255) / largest))
  return { grey, widthPx, heightPx }
}

export function writePgm(grey: Uint8Array, widthPx: number, heightPx: number): Uint8Array {
  const header = Buffer.from(`P5\n${widthPx} ${heightPx}\n255\n`, 'latin1')
  const out = new Uint8Array(header.length + grey.length)
  out.set(header)
  out.set(grey, header.length)
  return out
}
