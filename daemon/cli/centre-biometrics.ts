// What the simulated centre needs of real biometrics: templates, photo and signature from the records it was sent. Lent to it here,
// because the simulator may not know the daemon's kernels.

import sharp from 'sharp'
import { Fault } from '../../protocol/fault.js'
import type { Point, RgbImage } from '../kernels/face/face.js'
import { cutPortrait, printTemplate } from '../kernels/face/portrait.js'
import type { FaceGeometry } from '../kernels/face/quality/geometry.js'
import { extractTemplate } from '../kernels/finger/extract.js'
import { toPpi500 } from '../kernels/finger/resample.js'
import { cutFinger, type FingerSegment, type Slap, segmentSlap } from '../kernels/finger/segment.js'
import { encodeJpeg, readRgbImage } from '../kernels/image/codec.js'
import { cardInkBox, drawInk } from '../kernels/signature/ink.js'
import { inkPng } from '../kernels/signature/raster.js'
import { openSimd, type Simd } from '../kernels/simd/simd.js'
import { writeCompactCard } from '../record/compact-card.js'
import { type FaceLandmark, readFaceImageRecord } from '../record/face-image.js'
import { fingerCodec, readFingerImageRecord } from '../record/finger-image.js'
import { decodeGreyPayload } from '../record/payload.js'
import { assessSignatureRecord, readSignatureRecord } from '../record/signature.js'

const slapOfPosition: Readonly<Record<number, Slap>> = { 13: 'right_four', 14: 'left_four', 15: 'thumbs' }
/** Fingers of the card by regulation: both index fingers; of somebody who lacks one, the next in this order. */
const cardFingers = [2, 7, 1, 6, 3, 8, 4, 9, 5, 10]
const mostTemplates = 2

export const centreBiometrics = {
  templates: async (records: readonly { readonly position: number; readonly record: Uint8Array }[]) => {
    const simd = openSimd()
    const slaps: SlapImage[] = []
    for (const { position, record } of records) {
      const slap = slapOfPosition[position]
      if (slap) slaps.push(await openSlap(slap, record, simd))
    }
    const templates: { position: number; template: Uint8Array }[] = []
    for (const position of cardFingers) {
      if (templates.length >= mostTemplates) break
      const template = templateOf(slaps, position, simd)
      // Few minutiae are honest; none is no template.
      if (template.length > 0) templates.push({ position, template })
    }
    return templates
  },
  photo,
  signature: signaturePng,
}

/** The card's box is 3 : 4, a little less high than the 2 × 3 cm of the printed photo. */
const cardPhoto = printTemplate({ widthMm: 20, heightMm: 80 / 3, dpi: 304.8 })
const photoQuality = 88

/** Cut for print by the record's own feature points: the head is larger there than in a token image. Without them the portrait as it is. */
async function photo(record: Uint8Array): Promise<Uint8Array> {
  const [face] = readFaceImageRecord(record).representations
  const picture = await readRgbImage(face?.image ?? new Uint8Array())
  const geometry = face && geometryOf(face.landmarks)
  if (!geometry) {
    const { widthPx: width, heightPx: height } = cardPhoto
    const raw = { width: picture.widthPx, height: picture.heightPx, channels: 3 } as const
    return new Uint8Array(
      await sharp(picture.rgb, { raw }).resize(width, height, { fit: 'cover' }).jpeg({ quality: photoQuality }).toBuffer(),
    )
  }
  const { rgb, widthPx, heightPx } = cutPortrait(picture, geometry, cardPhoto, cornerOf(picture))
  return encodeJpeg(rgb, widthPx, heightPx, photoQuality)
}

/** MPEG-4 points 12.1 and 12.2 are the subject's left and right eye, 2.1 the chin. */
function geometryOf(landmarks: readonly FaceLandmark[]): FaceGeometry | undefined {
  const at = (code: number) => landmarks.find((each) => each.type === 1 && each.code === code)
  const [leftEye, rightEye, chin] = [at(0xc1), at(0xc2), at(0x21)]
  if (!leftEye || !rightEye || !chin) return undefined
  const eyeMid = { x: (leftEye.x + rightEye.x) / 2, y: (leftEye.y + rightEye.y) / 2 }
  const span = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y)
  return { leftEye, rightEye, eyeMid, chin, eyesToChin: span(eyeMid, chin), eyeDistance: span(leftEye, rightEye) }
}

/** What stands where the record's picture ends: its backdrop. */
const cornerOf = ({ rgb }: RgbImage) => ({ red: rgb[0] ?? 128, green: rgb[1] ?? 128, blue: rgb[2] ?? 128 })

interface SlapImage {
  readonly grey: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
  readonly fingers: readonly FingerSegment[]
}

/** The slap as a whole stands first in its record. */
async function openSlap(slap: Slap, record: Uint8Array, simd: Simd): Promise<SlapImage> {
  const { edition, representations } = readFingerImageRecord(record)
  const [representation] = representations
  if (!representation) throw new Fault('record.unsupported', { field: 'representations', found: 0 })
  const stated = { ...representation, codec: fingerCodec(edition, representation.compression) }
  const image = await decodeGreyPayload(representation.image, stated, 'image', simd)
  const ppi = representation.imageResolution.x * (representation.scaleUnits === 2 ? 2.54 : 1)
  const { grey, widthPx, heightPx } = toPpi500(image, ppi)
  return { grey, widthPx, heightPx, fingers: segmentSlap(grey, widthPx, heightPx, { slap }, simd).fingers }
}

/** @returns card minutiae, empty when the finger is in none of the slaps */
function templateOf(slaps: readonly SlapImage[], position: number, simd: Simd): Uint8Array {
  for (const { grey, widthPx, heightPx, fingers } of slaps) {
    const finger = fingers.find((each) => each.position === position)
    if (!finger) continue
    const cut = cutFinger(grey, widthPx, heightPx, finger)
    return writeCompactCard(extractTemplate(cut.grey, cut.widthPx, cut.heightPx, {}, simd))
  }
  return new Uint8Array()
}

/** As the card prints it, at twice its printer's resolution, so that the chip's smaller picture is cut from more. */
async function signaturePng(record: Uint8Array): Promise<Uint8Array> {
  return inkPng(drawInk(assessSignatureRecord(readSignatureRecord(record)).strokes, cardInkBox), 600)
}
