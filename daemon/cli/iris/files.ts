// An iris image or template as all `rekam iris` commands read it: grey whatever the file's kind, refused when it holds colour or no iris.

import { readFile } from 'node:fs/promises'
import { Fault } from '../../../protocol/fault.js'
import { looksLikeBmp, readBmp } from '../../kernels/image/bmp.js'
import { type GreyImage, readGreyImage, readRgbImage } from '../../kernels/image/codec.js'
import { looksLikePgm } from '../../kernels/image/pgm.js'
import { encodeIris } from '../../kernels/iris/code.js'
import { locateIris } from '../../kernels/iris/locate.js'
import { type IrisLocation, leastConfidence } from '../../kernels/iris/location.js'
import { assessIris } from '../../kernels/iris/quality.js'
import type { IrisTemplate } from '../../kernels/iris/template.js'
import type { Simd } from '../../kernels/simd/simd.js'
import { irisImageFormat, readIrisImageRecord } from '../../record/iris-image.js'
import { UsageError } from '../command.js'
import { isRaw, refuseHuge, type Size } from '../files.js'

export type IrisImage = Omit<GreyImage, 'ppi'>

/** Smaller pictures hold no iris of use: half the size of the smallest image sets. */
const leastWidthPx = 100
const leastHeightPx = 80
/** JPEG shifts the channels of a grey picture that was stored as colour by so many levels. */
const mostTint = 6

/**
 * @param size of headerless files (.raw, .grey)
 * @throws Fault `image.*`, `record.*`, `input.too_large`; file errors as Node gives them
 */
export async function readIris(file: string, size?: Size): Promise<IrisImage> {
  await refuseHuge(file)
  return irisIn(file, new Uint8Array(await readFile(file)), size)
}

/** The same of bytes that were read already. */
export async function irisIn(file: string, bytes: Uint8Array, size: Size | undefined): Promise<IrisImage> {
  if (isRaw(file) && !size) throw new UsageError('raw grey needs --size WxH')
  return refuseTiny(await decode(bytes, isRaw(file) ? size : undefined))
}

async function decode(bytes: Uint8Array, size: Size | undefined): Promise<IrisImage> {
  if (size) return readGreyImage(bytes, size)
  if (isRecord(bytes)) return ofRecord(bytes)
  if (looksLikePgm(bytes)) return readGreyImage(bytes)
  return toGrey(looksLikeBmp(bytes) ? readBmp(bytes) : await readRgbImage(bytes))
}

/** ISO/IEC 19794-6 by its format identifier: names are anybody's. Of several representations the first: one template is of one eye. */
const isRecord = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, 4)).toString('latin1') === 'IIR\0'

async function ofRecord(bytes: Uint8Array): Promise<IrisImage> {
  const [one] = readIrisImageRecord(bytes).representations
  if (!one) throw new Fault('record.corrupt', { field: 'representationCount', found: 0 })
  const { image, widthPx, heightPx } = one
  if (one.imageFormat === irisImageFormat.monoRaw) return readGreyImage(image, { widthPx, heightPx })
  if (one.imageFormat !== irisImageFormat.rgbRaw) return toGrey(await readRgbImage(image))
  if (image.length !== 3 * widthPx * heightPx)
    throw new Fault('record.corrupt', { field: 'image', expected: 3 * widthPx * heightPx, found: image.length })
  return toGrey({ rgb: image, widthPx, heightPx })
}

/** Grey that was stored as colour is grey; colour is no near infrared picture. */
function toGrey({ rgb, widthPx, heightPx }: { rgb: Uint8Array } & Size): IrisImage {
  const grey = new Uint8Array(widthPx * heightPx)
  for (let i = 0; i < grey.length; i++) {
    const [r, g, b] = [rgb[3 * i]!, rgb[3 * i + 1]!, rgb[3 * i + 2]!]
    if (Math.abs(r - g) > mostTint || Math.abs(b - g) > mostTint) throw new Fault('image.unsupported', { reason: 'colour', offset: i })
    grey[i] = g
  }
  return { grey, widthPx, heightPx }
}

function refuseTiny({ grey, widthPx, heightPx }: IrisImage): IrisImage {
  if (widthPx < leastWidthPx) throw new Fault('image.unsupported', { field: 'widthPx', found: widthPx, limit: leastWidthPx })
  if (heightPx < leastHeightPx) throw new Fault('image.unsupported', { field: 'heightPx', found: heightPx, limit: leastHeightPx })
  return { grey, widthPx, heightPx }
}

/** @throws Fault `iris.not_found` */
export function located({ grey, widthPx, heightPx }: IrisImage, simd: Simd, leastSure = leastConfidence): IrisLocation {
  const location = locateIris(grey, widthPx, heightPx, simd)
  if (!location || location.confidence < leastSure) throw new Fault('iris.not_found')
  return location
}

/** A doubtful location is good enough for a code: if it is wrong, the code resembles none. */
const leastForCode = 0.36

/** Image to template. @throws Fault `iris.not_found` */
export function templateOf(image: IrisImage, simd: Simd): IrisTemplate {
  const { grey, widthPx, heightPx } = image
  const location = located(image, simd, leastForCode)
  const { pupil, iris } = location
  const { overall: quality } = assessIris(grey, widthPx, heightPx, location, simd, 'iris')
  return { code: encodeIris(grey, widthPx, heightPx, location, simd), pupil, iris, quality }
}
