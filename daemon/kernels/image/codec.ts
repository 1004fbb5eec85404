// Image files of every kind that the station reads and writes, by their first bytes. sharp for PNG and JPEG, our own code for the rest.

import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { Fault } from '../../../protocol/fault.js'
import { decodeWsq, looksLikeWsq } from '../wsq/index.js'
import { decodeJp2 } from './jp2.js'
import { looksLikeJp2 } from './jp2-boxes.js'
import { looksLikePgm, readPgm } from './pgm.js'
import { writeWhole } from './whole-file.js'

export interface GreyImage {
  /** Row-major, 8 bits, 0 black. */
  readonly grey: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
  /** As the file says; undefined when it says nothing. */
  readonly ppi: number | undefined
}

export interface RgbImage {
  /** Interleaved RGB, row-major, 8 bits. */
  readonly rgb: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
}

/** A decompression bomb ends here: 64 Mpx is more than any scanner or camera of a station gives. */
const mostPixels = 64 * 1024 * 1024

/** Plain Uint8Array, never a Buffer: their `slice` differ. */
const bytesOf = async (source: string | Uint8Array): Promise<Uint8Array> => {
  const bytes = typeof source === 'string' ? await readFile(source) : source
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

async function bySharp<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault('image.corrupt', { reason: 'codec' }, { cause: error })
  }
}

const openSharp = (bytes: Uint8Array) => sharp(bytes, { limitInputPixels: mostPixels, failOn: 'error' })

/** Luma of ITU-R BT.601, as the PNG and JPEG path has it closely enough for recognition. */
function toGrey(rgb: Uint8Array): Uint8Array {
  const grey = new Uint8Array(rgb.length / 3)
  for (let i = 0; i < grey.length; i++) grey[i] = Math.round(0.299 * rgb[3 * i]! + 0.587 * rgb[3 * i + 1]! + 0.114 * rgb[3 * i + 2]!)
  return grey
}

/**
 * Reads PNG, JPEG, PGM, WSQ or JPEG 2000 as 8-bit grey.
 * @param source  a path or the bytes
 * @param size    for headerless grey bytes: with it the bytes are taken as raw
 * @throws Fault `image.corrupt`, `image.unsupported`, `wsq.corrupt`; file errors as Node gives them
 */
export async function readGreyImage(source: string | Uint8Array, size?: { widthPx: number; heightPx: number }): Promise<GreyImage> {
  const bytes = await bytesOf(source)
  if (size) return readRaw(bytes, size)
  if (looksLikeWsq(bytes)) {
    const { grey, widthPx, heightPx, ppi } = decodeWsq(bytes)
    return { grey, widthPx, heightPx, ppi }
  }
  if (looksLikePgm(bytes)) return { ...readPgm(bytes), ppi: undefined }
  if (looksLikeJp2(bytes)) {
    const { pixels, widthPx, heightPx, channels } = await decodeJp2(bytes)
    return { grey: channels === 1 ? pixels : toGrey(pixels), widthPx, heightPx, ppi: undefined }
  }
  return bySharp(async () => {
    const image = openSharp(bytes)
    const { density } = await image.metadata()
    // Without b-w sharp hands out three channels even for a grey file.
    const { data, info } = await image.removeAlpha().toColourspace('b-w').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
    if (info.channels !== 1) throw new Fault('image.unsupported', { reason: 'channels', found: info.channels })
    // 72 and the like are what writers put when they know nothing; no scanner works there.
    const ppi = density !== undefined && density >= 100 ? Math.round(density) : undefined
    return { grey: asBytes(data), widthPx: info.width, heightPx: info.height, ppi }
  })
}

/** Size of a PNG or JPEG by its header alone, before it is turned by any orientation. @throws Fault `image.corrupt` */
export async function readImageSize(bytes: Uint8Array): Promise<{ widthPx: number; heightPx: number }> {
  return bySharp(async () => {
    const { width, height } = await openSharp(bytes).metadata()
    return { widthPx: width, heightPx: height }
  })
}

/** Reads PNG, JPEG or JPEG 2000 as 8-bit RGB, turned upright by its EXIF orientation. @throws as `readGreyImage` */
export async function readRgbImage(source: string | Uint8Array): Promise<RgbImage> {
  const bytes = await bytesOf(source)
  if (looksLikeJp2(bytes)) {
    const { pixels, widthPx, heightPx, channels } = await decodeJp2(bytes)
    return { rgb: channels === 3 ? pixels : threefold(pixels), widthPx, heightPx }
  }
  return bySharp(async () => {
    const { data, info } = await openSharp(bytes)
      .autoOrient()
      .removeAlpha()
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    return { rgb: info.channels === 3 ? asBytes(data) : threefold(asBytes(data)), widthPx: info.width, heightPx: info.height }
  })
}

function threefold(grey: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(grey.length * 3)
  for (let i = 0; i < grey.length; i++) rgb.fill(grey[i]!, 3 * i, 3 * i + 3)
  return rgb
}

const asBytes = (buffer: Buffer): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)

function readRaw(bytes: Uint8Array, { widthPx, heightPx }: { widthPx: number; heightPx: number }): GreyImage {
  const expected = widthPx * heightPx
  if (bytes.length !== expected) throw new Fault('image.corrupt', { reason: 'raw_size', expected, found: bytes.length })
  return { grey: bytes, widthPx, heightPx, ppi: undefined }
}

/** @param pixels grey (1 channel) or RGB (3), told by their length  @param ppi written into the file when given */
export async function encodePng(pixels: Uint8Array, widthPx: number, heightPx: number, ppi?: number): Promise<Uint8Array> {
  const raw = rawInput(pixels, widthPx, heightPx)
  const image = sharp(pixels, { raw }).toColourspace(raw.channels === 1 ? 'b-w' : 'srgb')
  return asBytes(await (ppi === undefined ? image : image.withDensity(ppi)).png().toBuffer())
}

/** @param pixels grey or RGB, told by their length  @param quality 1..100 */
export async function encodeJpeg(pixels: Uint8Array, widthPx: number, heightPx: number, quality: number): Promise<Uint8Array> {
  const raw = rawInput(pixels, widthPx, heightPx)
  return asBytes(
    await sharp(pixels, { raw })
      .toColourspace(raw.channels === 1 ? 'b-w' : 'srgb')
      .jpeg({ quality })
      .toBuffer(),
  )
}

function rawInput(pixels: Uint8Array, widthPx: number, heightPx: number): { width: number; height: number; channels: 1 | 3 } {
  const channels = pixels.length / (widthPx * heightPx)
  if (channels !== 1 && channels !== 3) throw new Fault('image.unsupported', { field: 'pixels', found: pixels.length })
  return { width: widthPx, height: heightPx, channels }
}

/** Writes a PNG file, whole or not at all. */
export async function writePng(path: string, pixels: Uint8Array, widthPx: number, heightPx: number, ppi?: number): Promise<void> {
  await writeWhole(path, await encodePng(pixels, widthPx, heightPx, ppi))
}
