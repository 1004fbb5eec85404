// The image inside a record: which codec it is by its own bytes, its facts, whether it decodes to the size the record states, and its grey pixels.

import { Fault } from '../../protocol/fault.js'
import { readGreyImage, readImageSize, readRgbImage } from '../kernels/image/codec.js'
import { looksLikeJp2, readJp2Facts } from '../kernels/image/jp2-boxes.js'
import type { Simd } from '../kernels/simd/simd.js'
import { decodeWsq, looksLikeWsq, readWsqHeader } from '../kernels/wsq/index.js'

/** `packed`: pixels of fewer or more than 8 bits one after the other, most significant bit first. */
export type PayloadCodec = 'raw' | 'packed' | 'WSQ' | 'JPEG' | 'JPEG 2000' | 'PNG'

export interface PayloadFacts {
  readonly codec: PayloadCodec
  readonly bytes: number
  readonly widthPx: number
  readonly heightPx: number
  readonly channels?: number
  readonly ppi?: number
  /** WSQ bit rate as its comment says. */
  readonly rate?: number
  /** JPEG 2000: made with the reversible wavelet. */
  readonly reversible?: boolean
}

/** What a record says of its image. */
export interface StatedImage {
  readonly widthPx: number
  readonly heightPx: number
  readonly bitDepth: number
  /** When the record's code names one. */
  readonly codec: PayloadCodec | undefined
}

/** By signature; bytes without one are taken as raw pixels. A raw image may begin with any bytes, so the record's word comes first. */
function payloadCodec(image: Uint8Array, stated: PayloadCodec | undefined): PayloadCodec {
  if (stated === 'raw' || stated === 'packed') return stated
  if (looksLikeWsq(image)) return 'WSQ'
  if (looksLikeJp2(image)) return 'JPEG 2000'
  if (image[0] === 0xff && image[1] === 0xd8 && image[2] === 0xff) return 'JPEG'
  if (image[0] === 0x89 && image[1] === 0x50 && image[2] === 0x4e && image[3] === 0x47) return 'PNG'
  return 'raw'
}

/**
 * Decodes the payload and holds it to what the record states.
 * @param field     where the record stands, for the fault, e.g. `representations[0].image`
 * @throws Fault `record.corrupt` {field, reason} when codec or size differ; `wsq.corrupt`, `image.corrupt` when it does not decode
 */
export async function checkPayload(image: Uint8Array, stated: StatedImage, field: string): Promise<PayloadFacts> {
  const facts = await decodeFacts(image, requireCodec(image, stated, field), stated, field)
  requireSize(facts, stated, field)
  return facts
}

function requireCodec(image: Uint8Array, stated: StatedImage, field: string): PayloadCodec {
  const codec = payloadCodec(image, stated.codec)
  if (stated.codec !== undefined && stated.codec !== codec) {
    throw new Fault('record.corrupt', { field, reason: 'codec', expected: stated.codec, found: codec })
  }
  return codec
}

function requireSize(found: { widthPx: number; heightPx: number }, stated: StatedImage, field: string): void {
  if (found.widthPx === stated.widthPx && found.heightPx === stated.heightPx) return
  const size = (of: { widthPx: number; heightPx: number }) => `${of.widthPx}x${of.heightPx}`
  throw new Fault('record.corrupt', { field, reason: 'size', expected: size(stated), found: size(found) })
}

/**
 * The payload as 8-bit grey, whatever its codec and depth.
 * @throws as `checkPayload`
 */
export async function decodeGreyPayload(
  image: Uint8Array,
  stated: StatedImage,
  field: string,
  simd?: Simd,
): Promise<{ readonly grey: Uint8Array; readonly widthPx: number; readonly heightPx: number }> {
  const codec = requireCodec(image, stated, field)
  const { widthPx, heightPx } = stated
  if (codec === 'raw') return { grey: greyOfRaw(image, stated, field), widthPx, heightPx }
  if (codec === 'packed') return { grey: greyOfPacked(image, stated, field), widthPx, heightPx }
  const decoded = codec === 'WSQ' ? decodeWsq(image, simd) : await readGreyImage(image)
  requireSize(decoded, stated, field)
  return { grey: decoded.grey, widthPx, heightPx }
}

/** One byte a pixel up to 8 bits, two above. */
function greyOfRaw(image: Uint8Array, { widthPx, heightPx, bitDepth }: StatedImage, field: string): Uint8Array {
  const pixels = widthPx * heightPx
  const size = bitDepth > 8 ? 2 : 1
  requireDepth(bitDepth, field)
  if (image.length !== pixels * size)
    throw new Fault('record.corrupt', { field, reason: 'raw_size', expected: pixels * size, found: image.length })
  if (bitDepth === 8) return image
  const most = 2 ** bitDepth - 1
  return Uint8Array.from({ length: pixels }, (_, i) => toByte(size === 1 ? image[i]! : image[2 * i]! * 0x100 + image[2 * i + 1]!, most))
}

/** One row after the other without gaps, or each row from a whole byte on: the size tells which. */
function greyOfPacked(image: Uint8Array, { widthPx, heightPx, bitDepth }: StatedImage, field: string): Uint8Array {
  requireDepth(bitDepth, field)
  const rowBits = widthPx * bitDepth
  const closeBytes = Math.ceil((rowBits * heightPx) / 8)
  const padded = image.length !== closeBytes
  const stride = padded ? Math.ceil(rowBits / 8) * 8 : rowBits
  if (padded && image.length !== (stride / 8) * heightPx) {
    throw new Fault('record.corrupt', { field, reason: 'raw_size', expected: closeBytes, found: image.length })
  }
  const most = 2 ** bitDepth - 1
  const grey = new Uint8Array(widthPx * heightPx)
  for (let y = 0, out = 0; y < heightPx; y++) {
    for (let x = 0, at = y * stride; x < widthPx; x++, at += bitDepth) grey[out++] = toByte(bitsAt(image, at, bitDepth), most)
  }
  return grey
}

const toByte = (value: number, most: number): number => Math.min(255, Math.round((value * 255) / most))

function bitsAt(bytes: Uint8Array, at: number, count: number): number {
  const first = at >> 3
  const three = bytes[first]! * 0x10000 + (bytes[first + 1] ?? 0) * 0x100 + (bytes[first + 2] ?? 0)
  return (three >> (24 - (at & 7) - count)) & (2 ** count - 1)
}

function requireDepth(bitDepth: number, field: string): void {
  if (bitDepth < 1 || bitDepth > 16) throw new Fault('record.unsupported', { field, reason: 'bit_depth', found: bitDepth })
}

/** Grey pixels as the packed compression has them. @param bitDepth 1 to 8; lower bits are cut off */
export function packPixels(grey: Uint8Array, bitDepth: number): Uint8Array {
  const out = new Uint8Array(Math.ceil((grey.length * bitDepth) / 8))
  for (let i = 0, at = 0; i < grey.length; i++, at += bitDepth) {
    const shifted = (grey[i]! >> (8 - bitDepth)) << (16 - (at & 7) - bitDepth)
    out[at >> 3]! |= shifted >> 8
    if ((shifted & 0xff) !== 0) out[(at >> 3) + 1]! |= shifted & 0xff
  }
  return out
}

/** A header of another size than the record's ends it before anything is decoded: the record bounds the memory. */
async function decodeFacts(image: Uint8Array, codec: PayloadCodec, stated: StatedImage, field: string): Promise<PayloadFacts> {
  const bytes = image.length
  switch (codec) {
    case 'WSQ': {
      const { ppi, rate } = readWsqHeader(image)
      const { widthPx, heightPx } = decodeWsq(image)
      return {
        codec,
        bytes,
        widthPx,
        heightPx,
        channels: 1,
        ...(ppi === undefined ? {} : { ppi }),
        ...(rate === undefined ? {} : { rate }),
      }
    }
    case 'JPEG 2000': {
      const facts = readJp2Facts(image)
      requireSize(facts, stated, field)
      const { channels, reversible } = facts
      const { widthPx, heightPx } = await readRgbImage(image)
      return { codec, bytes, widthPx, heightPx, channels, ...(reversible === undefined ? {} : { reversible }) }
    }
    case 'JPEG':
    case 'PNG': {
      requireSize(await readImageSize(image), stated, field)
      const { widthPx, heightPx } = await readGreyImage(image)
      return { codec, bytes, widthPx, heightPx }
    }
    case 'packed':
      greyOfPacked(image, stated, 'image')
      return { codec, bytes, widthPx: stated.widthPx, heightPx: stated.heightPx, channels: 1 }
    case 'raw': {
      const channels = bytes / (stated.widthPx * stated.heightPx * Math.ceil(stated.bitDepth / 8))
      if (channels !== 1 && channels !== 3) throw new Fault('record.corrupt', { field: 'image', reason: 'raw_size', found: bytes })
      return { codec, bytes, widthPx: stated.widthPx, heightPx: stated.heightPx, channels }
    }
  }
}
