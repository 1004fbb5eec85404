// The JP2 file around a JPEG 2000 codestream (ISO/IEC 15444-1 annex I) and the facts in the codestream's main header (annex A).

import { Fault } from '../../../protocol/fault.js'

export interface Jp2Facts {
  readonly widthPx: number
  readonly heightPx: number
  readonly channels: number
  readonly bitsPerSample: number
  /** 16 sRGB, 17 grey, 18 sYCC; undefined for a bare codestream or an ICC profile. */
  readonly colourSpace: number | undefined
  /** 5-3 reversible transform: the stream may be lossless. */
  readonly reversible: boolean | undefined
  /** True for a JP2 file, false for a bare codestream. */
  readonly boxed: boolean
  /** The codestream inside. */
  readonly codestream: Uint8Array
}

const corrupt = (offset: number, reason: string) => new Fault('image.corrupt', { offset, reason })
const signature = [0x0d0a, 0x870a] as const
const mostBoxes = 64
const mostMarkers = 256
const largestSidePx = 16_384
/** As for other images, see codec.ts: the decoder needs up to 15 bytes a pixel. */
const mostPixels = 64 * 1024 * 1024

const isCodestream = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0x4f && bytes[2] === 0xff && bytes[3] === 0x51

/** True when the bytes begin as a JP2 file or a JPEG 2000 codestream does. */
export function looksLikeJp2(bytes: Uint8Array): boolean {
  return isCodestream(bytes) || (bytes.length > 12 && bytes[4] === 0x6a && bytes[5] === 0x50 && bytes[6] === 0x20 && bytes[7] === 0x20)
}

/** Wraps a codestream: boxes `jP  `, `ftyp`, `jp2h` {`ihdr`, `colr`}, `jp2c`. */
export function wrapJp2(codestream: Uint8Array, widthPx: number, heightPx: number, channels: 1 | 3): Uint8Array {
  const headerBytes = 8 + 22 + 15
  const out = new Uint8Array(12 + 20 + headerBytes + 8 + codestream.length)
  const view = new DataView(out.buffer)
  let at = 0
  const box = (length: number, type: string) => {
    view.setUint32(at, length)
    for (let i = 0; i < 4; i++) out[at + 4 + i] = type.charCodeAt(i)
    at += 8
  }
  box(12, 'jP  ')
  view.setUint16(at, signature[0])
  view.setUint16(at + 2, signature[1])
  at += 4
  box(20, 'ftyp')
  for (const [i, char] of [...'jp2 \0\0\0\0jp2 '].entries()) out[at + i] = char.charCodeAt(0)
  at += 12
  box(headerBytes, 'jp2h')
  box(22, 'ihdr')
  view.setUint32(at, heightPx)
  view.setUint32(at + 4, widthPx)
  view.setUint16(at + 8, channels)
  // 8 bits unsigned, compression type 7 (the only one), colour space known, no rights box.
  out.set([7, 7, 0, 0], at + 10)
  at += 14
  box(15, 'colr')
  out[at] = 1
  view.setUint32(at + 3, channels === 1 ? 17 : 16)
  at += 7
  box(8 + codestream.length, 'jp2c')
  out.set(codestream, at)
  return out
}

/** Reads boxes and main header, decodes nothing. @throws Fault `image.corrupt`, `image.unsupported` */
export function readJp2Facts(bytes: Uint8Array): Jp2Facts {
  if (isCodestream(bytes)) return { ...readMainHeader(bytes, 0), boxed: false, colourSpace: undefined, codestream: bytes }
  if (!looksLikeJp2(bytes)) throw corrupt(0, 'no_signature')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let colourSpace: number | undefined
  let declared: { width: number; height: number; channels: number } | undefined
  let at = 0
  for (let count = 0; at + 8 <= bytes.length; count++) {
    if (count >= mostBoxes) throw corrupt(at, 'too_many_boxes')
    const type = boxType(bytes, at)
    const length = view.getUint32(at) || bytes.length - at
    if (length < 8 || at + length > bytes.length) throw corrupt(at, 'box_length')
    if (type === 'jp2c') {
      const facts = readMainHeader(bytes.subarray(at + 8, at + length), at + 8)
      if (!declared) throw corrupt(at, 'no_image_header')
      if (declared.width !== facts.widthPx || declared.height !== facts.heightPx || declared.channels !== facts.channels) {
        throw corrupt(at, 'image_header_mismatch')
      }
      return { ...facts, boxed: true, colourSpace, codestream: bytes.subarray(at + 8, at + length) }
    }
    if (type === 'ihdr') {
      if (length < 22) throw corrupt(at, 'box_length')
      declared = { height: view.getUint32(at + 8), width: view.getUint32(at + 12), channels: view.getUint16(at + 16) }
    }
    if (type === 'colr' && length >= 15 && bytes[at + 8] === 1) colourSpace = view.getUint32(at + 11)
    // jp2h is a superbox: step inside.
    at += type === 'jp2h' ? 8 : length
  }
  throw corrupt(at, 'no_codestream')
}

const boxType = (bytes: Uint8Array, at: number) => String.fromCharCode(bytes[at + 4]!, bytes[at + 5]!, bytes[at + 6]!, bytes[at + 7]!)

function readMainHeader(bytes: Uint8Array, base: number): Omit<Jp2Facts, 'boxed' | 'colourSpace' | 'codestream'> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 42 + 3 || !isCodestream(bytes)) throw corrupt(base, 'no_codestream')
  const channels = view.getUint16(40)
  const x0 = view.getUint32(16)
  const y0 = view.getUint32(20)
  const widthPx = view.getUint32(8) - x0
  const heightPx = view.getUint32(12) - y0
  const tilePx = view.getUint32(24) * view.getUint32(28)
  if (widthPx < 1 || heightPx < 1 || tilePx < 1 || channels < 1) throw corrupt(base + 4, 'image_size')
  const refuse = (reason: string, found: number): never => {
    throw new Fault('image.unsupported', { offset: base + 4, reason, found })
  }
  if (widthPx > largestSidePx || heightPx > largestSidePx) refuse('image_size', Math.max(widthPx, heightPx))
  if (widthPx * heightPx > mostPixels) refuse('image_size', widthPx * heightPx)
  if ((widthPx * heightPx) / tilePx > 4096) refuse('tile_count', Math.round((widthPx * heightPx) / tilePx))
  if (channels !== 1 && channels !== 3) refuse('channels', channels)
  if (bytes.length < 42 + 3 * channels) throw corrupt(base + 42, 'truncated')
  for (let c = 0; c < channels; c++) {
    if (view.getUint8(42 + 3 * c) !== 7) refuse('bits_per_sample', view.getUint8(42 + 3 * c) + 1)
    if (view.getUint16(43 + 3 * c) !== 0x0101) refuse('subsampling', view.getUint16(43 + 3 * c))
  }
  return { widthPx, heightPx, channels, bitsPerSample: 8, reversible: transformOf(view, base) }
}

/** Looks for the COD segment: its last fixed byte is the wavelet, 1 = 5-3 reversible. */
function transformOf(view: DataView, base: number): boolean | undefined {
  let at = 2
  for (let count = 0; count < mostMarkers && at + 4 <= view.byteLength; count++) {
    const code = view.getUint16(at)
    if (code === 0xff90 || code === 0xff93) return undefined
    const length = view.getUint16(at + 2)
    if (code < 0xff00 || length < 2) throw corrupt(base + at, 'marker')
    if (code === 0xff52 && length >= 12 && at + 14 <= view.byteLength) return view.getUint8(at + 13) === 1
    at += 2 + length
  }
  return undefined
}
