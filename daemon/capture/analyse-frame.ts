// What is done with one frame beside storing it: a look for auto-capture and, if somebody watches, a picture for the preview.

import sharp from 'sharp'
import { Fault } from '../../protocol/fault.js'
import type { FrameHeader } from '../../protocol/hardware/frames.js'
import type { RgbImage } from '../kernels/face/face.js'
import { readRgbImage } from '../kernels/image/codec.js'
import { halve } from '../kernels/image/halve.js'
import type { Simd } from '../kernels/simd/simd.js'
import { cutForRecord, type PortraitPicture } from './face-record.js'
import type { Applicant, FaceWatch, JudgedFace } from './face-watch.js'
import { coarsePicture, type Look, type LookTask, lookAt, lookAtEvidence } from './look.js'

/** What looks are done with. Only a camera's frames need `faces`. */
export interface Lookers {
  readonly simd?: Simd
  readonly faces?: FaceWatch
}

const previewQuality = 70

/**
 * @param bytes the frame in place; not kept
 * @param show  gets a JPEG for the preview, made first: whoever watches does not wait for the look. undefined: nobody watches
 * @throws Fault `image.corrupt` when a camera's JPEG cannot be decoded
 */
export async function analyseFrame(
  bytes: Uint8Array,
  header: FrameHeader,
  task: LookTask,
  show: ((picture: Uint8Array) => void) | undefined,
  { simd, faces }: Lookers,
): Promise<Look> {
  const { widthPx, heightPx } = header
  if (header.format === 'grey8') {
    if (show) show(await greyPreview(bytes, widthPx, heightPx, simd))
    return lookAt(task, bytes, widthPx, heightPx, simd)
  }
  // A copy in unshared memory: sharp refuses shared ones, and the slot goes back to the ring before the client has the picture.
  const jpeg = Buffer.from(bytes)
  show?.(jpeg)
  const image = await readRgbImage(jpeg)
  const signature = coarsePicture(greenOf(image), image.widthPx, image.heightPx)
  if (task.target === 'evidence') return lookAtEvidence(signature)
  if (!faces || !task.applicant) throw new Fault('internal.unexpected', { operation: 'look', field: 'faces' })
  const look = await faces.look(image, { captureId: task.captureId, timeMs: header.deviceTimeUs / 1000 }, task.applicant)
  return { ...look, signature }
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

async function greyPreview(grey: Uint8Array, widthPx: number, heightPx: number, simd: Simd | undefined): Promise<Uint8Array> {
  // A frame as small as an eye's needs no shrinking.
  const shrinks = widthPx > 800
  const width = shrinks ? widthPx >> 1 : widthPx
  const height = shrinks ? heightPx >> 1 : heightPx
  const pixels = shrinks ? halve(grey, widthPx, heightPx, simd) : Uint8Array.from(grey)
  // One pass with the standard's own Huffman tables costs half the time of fitting them to each picture, for a tenth more bytes.
  return sharp(pixels, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .jpeg({ quality: previewQuality, optimiseCoding: false })
    .toBuffer()
}
