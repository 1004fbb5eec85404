// What is done with one frame beside storing it: a look for auto-capture and, if somebody watches, a picture for the preview.

import sharp from 'sharp'
import { Fault } from '../../protocol/fault.js'
import type { FrameHeader } from '../../protocol/hardware/frames.js'
import type { Simd } from '../kernels/simd/simd.js'
import { type Look, type LookTarget, lookAt } from './look.js'

export interface Analysis {
  readonly look: Look
  /** JPEG for the preview; empty when none was asked for. */
  readonly picture: Uint8Array
}

const previewQuality = 70
/** Cameras send colour JPEG: a quarter of the width tells a presence measure enough, and libjpeg decodes it at that size. */
const sceneWidthPx = 480

/** @param bytes the frame in place; not kept @throws Fault `image.corrupt` when a camera's JPEG cannot be decoded */
export async function analyseFrame(
  bytes: Uint8Array,
  header: FrameHeader,
  modality: LookTarget,
  preview: boolean,
  simd?: Simd,
): Promise<Analysis> {
  if (header.format === 'grey8') {
    const look = lookAt(modality, bytes, header.widthPx, header.heightPx, simd)
    return { look, picture: preview ? await greyPreview(bytes, header.widthPx, header.heightPx) : new Uint8Array() }
  }
  // A copy in unshared memory: sharp refuses shared ones, and the slot goes back to the ring before the client has the picture.
  const jpeg = Buffer.from(bytes)
  const heightPx = Math.round((sceneWidthPx * header.heightPx) / header.widthPx)
  const grey = await sharp(jpeg)
    .resize(sceneWidthPx, heightPx, { fit: 'fill', kernel: 'nearest' })
    .greyscale()
    .toColourspace('b-w')
    .raw()
    .toBuffer()
    .catch((cause: unknown) => {
      throw new Fault('image.corrupt', { field: 'mjpeg', size: jpeg.length }, { cause })
    })
  return { look: lookAt(modality, new Uint8Array(grey), sceneWidthPx, heightPx), picture: preview ? jpeg : new Uint8Array() }
}

async function greyPreview(grey: Uint8Array, widthPx: number, heightPx: number): Promise<Uint8Array> {
  // A frame as small as an eye's needs no shrinking.
  const shrinks = widthPx > 800
  const width = shrinks ? widthPx >> 1 : widthPx
  const height = shrinks ? heightPx >> 1 : heightPx
  const half = shrinks ? halve(grey, widthPx, width, height) : Buffer.from(grey)
  const jpeg = await sharp(half, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .jpeg({ quality: previewQuality })
    .toBuffer()
  return new Uint8Array(jpeg)
}

/** 2 × 2 box filter: four times cheaper than a general resize before encoding. */
function halve(grey: Uint8Array, stride: number, width: number, height: number): Buffer {
  const out = Buffer.allocUnsafe(width * height)
  for (let y = 0; y < height; y++) {
    let at = 2 * y * stride
    for (let x = 0; x < width; x++, at += 2) {
      out[y * width + x] = ((grey[at] ?? 0) + (grey[at + 1] ?? 0) + (grey[at + stride] ?? 0) + (grey[at + stride + 1] ?? 0)) >> 2
    }
  }
  return out
}
