// Windows bitmaps, uncompressed, 8 bits with a palette or 24 and 32 bits: what older image sets and cameras come in. Read only, pure.

import { Fault } from '../../../protocol/fault.js'

export const looksLikeBmp = (bytes: Uint8Array): boolean => bytes[0] === 0x42 && bytes[1] === 0x4d && bytes.length >= leastBytes

/** File header 14 and BITMAPINFOHEADER 40; later headers begin alike. */
const leastBytes = 54
const mostSidePx = 16_384

/** @returns interleaved RGB, top row first. @throws Fault `image.corrupt`, `image.unsupported` */
export function readBmp(bytes: Uint8Array): { rgb: Uint8Array; widthPx: number; heightPx: number } {
  if (!looksLikeBmp(bytes)) throw new Fault('image.corrupt', { field: 'signature', offset: 0 })
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerBytes = view.getUint32(14, true)
  const widthPx = view.getInt32(18, true)
  const signedHeight = view.getInt32(22, true)
  const heightPx = Math.abs(signedHeight)
  const bits = view.getUint16(28, true)
  const compression = view.getUint32(30, true)
  if (headerBytes < 40) throw new Fault('image.unsupported', { field: 'header', offset: 14, found: headerBytes })
  if (compression !== 0) throw new Fault('image.unsupported', { field: 'compression', offset: 30, found: compression })
  if (bits !== 8 && bits !== 24 && bits !== 32) throw new Fault('image.unsupported', { field: 'bits', offset: 28, found: bits })
  if (widthPx < 1 || heightPx < 1 || widthPx > mostSidePx || heightPx > mostSidePx)
    throw new Fault('image.corrupt', { field: 'size', offset: 18, found: widthPx })
  const pixels = view.getUint32(10, true)
  const stride = ((widthPx * bits + 31) >>> 5) * 4
  if (pixels < leastBytes || bytes.length < pixels + stride * heightPx)
    throw new Fault('image.corrupt', { field: 'pixels', offset: pixels, expected: stride * heightPx })
  // BGR, or an index into a palette of BGR and one spare byte; colours that the palette lacks are black.
  const palette = bits === 8 ? bytes.subarray(14 + headerBytes, pixels) : bytes
  const rgb = new Uint8Array(3 * widthPx * heightPx)
  for (let y = 0; y < heightPx; y++) {
    const from = pixels + stride * (signedHeight > 0 ? heightPx - 1 - y : y)
    for (let x = 0; x < widthPx; x++) {
      const at = bits === 8 ? 4 * bytes[from + x]! : from + x * (bits >> 3)
      const to = 3 * (y * widthPx + x)
      rgb[to] = palette[at + 2] ?? 0
      rgb[to + 1] = palette[at + 1] ?? 0
      rgb[to + 2] = palette[at] ?? 0
    }
  }
  return { rgb, widthPx, heightPx }
}
