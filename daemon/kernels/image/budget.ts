// A picture as good as it fits into a number of bytes: for the chip, which has little room, and for whoever names a limit. Knows no layout of either.

import sharp from 'sharp'
import { Fault } from '../../../protocol/fault.js'
import type { Jp2Codec } from './jp2.js'

export interface Pixels {
  /** Interleaved, row-major, 8 bits: grey or RGB, told by their number. */
  readonly pixels: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
}

/** 4:2:0 halves the colour's resolution: more room for the rest at a few kilobytes, discouraged for a reference picture (ISO/IEC 19794-5). */
export type JpegChroma = '4:4:4' | '4:2:0'

export interface FittedJpeg {
  readonly bytes: Uint8Array
  /** 1 to 100. */
  readonly quality: number
}

export interface FittedJp2 {
  readonly bytes: Uint8Array
  readonly ratio: number
}

function channelsOf({ pixels, widthPx, heightPx }: Pixels): 1 | 3 {
  const channels = pixels.length / (widthPx * heightPx)
  if (channels !== 1 && channels !== 3) throw new Fault('image.unsupported', { field: 'pixels', found: pixels.length })
  return channels
}

const tooSmall = (limit: number, least: number): Fault => new Fault('image.over_budget', { limit, size: least })

/**
 * The highest quality whose file has no more bytes than the limit. Baseline JPEG, tables fitted to the picture.
 * @throws Fault `image.over_budget` {limit, size: the least this picture takes}, `image.unsupported`
 */
export async function jpegWithin(image: Pixels, byteLimit: number, chroma: JpegChroma): Promise<FittedJpeg> {
  const raw = { width: image.widthPx, height: image.heightPx, channels: channelsOf(image) }
  const at = async (quality: number): Promise<FittedJpeg> => {
    const buffer = await sharp(image.pixels, { raw })
      .toColourspace(raw.channels === 1 ? 'b-w' : 'srgb')
      .jpeg({ quality, chromaSubsampling: chroma, optimiseCoding: true, trellisQuantisation: true, overshootDeringing: true })
      .toBuffer()
    return { bytes: new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length), quality }
  }
  let best = await at(1)
  if (best.bytes.length > byteLimit) throw tooSmall(byteLimit, best.bytes.length)
  let [fits, over] = [1, 101]
  while (over - fits > 1) {
    const tried = await at((fits + over) >> 1)
    if (tried.bytes.length <= byteLimit) {
      best = tried
      fits = tried.quality
    } else over = tried.quality
  }
  return best
}

/** Ratio beyond which our codec's door does not go. */
const mostRatio = 1000
const mostTries = 8
/** Closer to the limit than this nothing is gained that an eye could see. */
const closeEnough = 0.99

/**
 * JPEG 2000 in its JP2 boxes, at the lowest ratio that fits. The codec meets a ratio only about: so the ratio is approached, and what was
 * over the limit is never given back.
 * @throws as `jpegWithin`
 */
export async function jp2Within(image: Pixels, byteLimit: number, codec: Jp2Codec): Promise<FittedJp2> {
  const channels = channelsOf(image)
  const rawBytes = image.pixels.length
  const at = async (ratio: number): Promise<FittedJp2> => ({
    bytes: await codec.encode(image.pixels, image.widthPx, image.heightPx, channels, { ratio }),
    ratio,
  })
  let [over, fits] = [1, mostRatio]
  let best: FittedJp2 | undefined
  let ratio = Math.max(1, Math.min(mostRatio, rawBytes / Math.max(1, byteLimit)))
  for (let tries = 0; tries < mostTries; tries++) {
    const tried = await at(ratio)
    const size = tried.bytes.length
    if (size <= byteLimit) {
      best = tried
      fits = ratio
      if (size >= closeEnough * byteLimit || ratio <= 1) break
    } else over = ratio
    // Towards the limit by what was missed, but inside of what is known.
    const aimed = ratio * (size / (0.998 * byteLimit))
    ratio = aimed > over && aimed < fits ? aimed : Math.sqrt(over * fits)
    if (fits / over < 1.001) break
  }
  if (best === undefined) {
    best = await at(mostRatio)
    if (best.bytes.length > byteLimit) throw tooSmall(byteLimit, best.bytes.length)
  }
  return best
}
