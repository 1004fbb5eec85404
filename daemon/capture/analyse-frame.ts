// What is done with one frame beside storing it: a look for auto-capture and, if somebody watches, a picture for the preview.

import sharp from 'sharp'
import { Fault } from '../../protocol/fault.js'
import type { FrameHeader } from '../../protocol/hardware/frames.js'
import type { RgbImage } from '../kernels/face/face.js'
import { readRgbImage } from '../kernels/image/codec.js'
import type { Simd } from '../kernels/simd/simd.js'
import { cutForRecord, type PortraitPicture } from './face-record.js'
import type { Applicant, FaceWatch, JudgedFace } from './face-watch.js'
import { coarsePicture, type Look, type LookTask, lookAt, lookAtEvidence } from './look.js'

export interface Analysis {
  readonly look: Look
  /** JPEG for the preview; empty when none was asked for. */
  readonly picture: Uint8Array
}

/** What looks are done with. Only a camera's frames need `faces`. */
export interface Lookers {
  readonly simd?: Simd
  readonly faces?: FaceWatch
}

const previewQuality = 70

/** @param bytes the frame in place; not kept @throws Fault `image.corrupt` when a camera's JPEG cannot be decoded */
export async function analyseFrame(
  bytes: Uint8Array,
  header: FrameHeader,
  task: LookTask,
  preview: boolean,
  { simd, faces }: Lookers,
): Promise<Analysis> {
  const { widthPx, heightPx } = header
  if (header.format === 'grey8') {
    const look = lookAt(task, bytes, widthPx, heightPx, simd)
    return { look, picture: preview ? await greyPreview(bytes, widthPx, heightPx) : new Uint8Array() }
  }
  // A copy in unshared memory: sharp refuses shared ones, and the slot goes back to the ring before the client has the picture.
  const jpeg = Buffer.from(bytes)
  const image = await readRgbImage(jpeg)
  const signature = coarsePicture(greenOf(image), image.widthPx, image.heightPx)
  const picture = preview ? jpeg : new Uint8Array()
  if (task.target === 'evidence') return { look: lookAtEvidence(signature), picture }
  if (!faces || !task.applicant) throw new Fault('internal.unexpected', { operation: 'look', field: 'faces' })
  const look = await faces.look(image, { captureId: task.captureId, timeMs: header.deviceTimeUs / 1000 }, task.applicant)
  return { look: { ...look, signature }, picture }
}

export interface FaceExamination extends Omit<JudgedFace, 'face'> {
  /** As it will stand in the record. */
  readonly portrait: PortraitPicture
}

/** The camera's picture that was taken, judged in full, and the portrait that is cut from it. @throws Fault `image.corrupt` */
export async function examineFaceFrame(
  jpeg: Uint8Array,
  captureId: number,
  applicant: Applicant,
  faces: FaceWatch,
): Promise<FaceExamination> {
  const image = await readRgbImage(jpeg)
  const { face, ...judged } = await faces.examine(image, captureId, applicant)
  return { ...judged, portrait: await cutForRecord(image, face) }
}

/** One channel tells a motion as well as luminance does. */
function greenOf({ rgb, widthPx, heightPx }: RgbImage): Uint8Array {
  const out = new Uint8Array(widthPx * heightPx)
  for (let i = 0, at = 1; i < out.length; i++, at += 3) out[i] = rgb[at] ?? 0
  return out
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
