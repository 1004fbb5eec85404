// Ink as a picture: grey PNG at a given resolution, and line art as good as fits into a chip's few bytes. The only file of signatures that rasters.

import { crc32, deflateSync } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'
import { Fault } from '../../../protocol/fault.js'
import { type Ink, inkSvg } from './ink.js'

/** Grey PNG of 16 levels, black ink on white, its resolution written into it. */
export async function inkPng(ink: Ink, dpi: number): Promise<Uint8Array> {
  const { data, info } = await greyOf(sharp(Buffer.from(inkSvg(ink, dpi))))
  return encodeGreyPng(data, info.width, info.height, 4, dpi)
}

const greyOf = (image: Sharp) =>
  image.flatten({ background: '#fff' }).toColourspace('b-w').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })

/** Widths in dots that are tried, best first: the widest is the card's place at 600 dpi. The error against the source grows all the way down. */
const widestPx = 400
const narrower = [360, 320, 280, 240, 220, 200, 180, 160, 140, 120, 100, 80, 60, 40]
/** Grey that becomes ink: a little above half, so that thin lines do not break where they lie between two dots. */
const inkBelow = 140

/** A decompression bomb ends here; a signature at 600 dpi has less than a tenth. */
const mostPixels = 4 * 1024 * 1024

/**
 * Line art as a two-colour PNG, never wider than its source, as good as fits.
 * @param image    PNG or what else sharp reads
 * @returns at most `maxBytes`
 * @throws Fault `card.no_space` {limit, expected: bytes of the smallest}, `image.corrupt`
 */
export async function fitLineArt(image: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  let least = Number.POSITIVE_INFINITY
  const full = await read(image)
  const widest = Math.min(widestPx, full.info.width)
  for (const width of [widest, ...narrower.filter((each) => each < widest)]) {
    const { data, info } = await greyOf(
      sharp(full.data, { raw: { width: full.info.width, height: full.info.height, channels: 1 } }).resize({ width }),
    )
    const png = encodeGreyPng(data, info.width, info.height, 1)
    if (png.length <= maxBytes) return png
    least = Math.min(least, png.length)
  }
  throw new Fault('card.no_space', { field: 'signature', limit: maxBytes, expected: least })
}

async function read(image: Uint8Array) {
  try {
    return await greyOf(sharp(image, { limitInputPixels: mostPixels, failOn: 'error' }))
  } catch (error) {
    throw new Fault('image.corrupt', { field: 'signature', reason: 'codec' }, { cause: error })
  }
}

/** PNG (ISO/IEC 15948) of few grey levels without a palette: sharp writes one, which costs a chip 12 bytes and its quantiser's choice of levels. */
function encodeGreyPng(grey: Uint8Array, widthPx: number, heightPx: number, bits: 1 | 4, dpi?: number): Uint8Array {
  const most = (1 << bits) - 1
  const lineBytes = Math.ceil((widthPx * bits) / 8)
  const rows = new Uint8Array((lineBytes + 1) * heightPx)
  for (let y = 0; y < heightPx; y++) {
    // Filter 0: line art of few bits deflates best as it is.
    const row = y * (lineBytes + 1) + 1
    for (let x = 0; x < widthPx; x++) {
      const bit = x * bits
      const level = bits === 1 ? (grey[y * widthPx + x]! < inkBelow ? 0 : 1) : Math.round((grey[y * widthPx + x]! * most) / 255)
      rows[row + (bit >> 3)]! |= level << (8 - bits - (bit & 7))
    }
  }
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, widthPx)
  view.setUint32(4, heightPx)
  header[8] = bits
  const parts = [Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), chunk('IHDR', header)]
  if (dpi !== undefined) parts.push(chunk('pHYs', resolution(dpi)))
  parts.push(chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })), chunk('IEND', new Uint8Array()))
  return new Uint8Array(Buffer.concat(parts))
}

function resolution(dpi: number): Uint8Array {
  const out = new Uint8Array(9)
  const view = new DataView(out.buffer)
  const perMetre = Math.round(dpi / 0.0254)
  view.setUint32(0, perMetre)
  view.setUint32(4, perMetre)
  out[8] = 1
  return out
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length)
  const view = new DataView(out.buffer)
  view.setUint32(0, data.length)
  for (let i = 0; i < 4; i++) out[4 + i] = type.charCodeAt(i)
  out.set(data, 8)
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)))
  return out
}
