// The image inside a record: which codec it is by its own bytes, its facts, and whether it decodes to the size the record states.

import { Fault } from '../../protocol/fault.js'
import { readGreyImage, readRgbImage } from '../kernels/image/codec.js'
import { looksLikeJp2, readJp2Facts } from '../kernels/image/jp2-boxes.js'
import { decodeWsq, looksLikeWsq, readWsqHeader } from '../kernels/wsq/index.js'

export type PayloadCodec = 'raw' | 'WSQ' | 'JPEG' | 'JPEG 2000' | 'PNG'

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

/** By signature; bytes without one are taken as raw pixels. */
function payloadCodec(image: Uint8Array): PayloadCodec {
  if (looksLikeWsq(image)) return 'WSQ'
  if (looksLikeJp2(image)) return 'JPEG 2000'
  if (image[0] === 0xff && image[1] === 0xd8 && image[2] === 0xff) return 'JPEG'
  if (image[0] === 0x89 && image[1] === 0x50 && image[2] === 0x4e && image[3] === 0x47) return 'PNG'
  return 'raw'
}

/**
 * Decodes the payload and holds it to what the record states.
 * @param stated    size in the record's header; `codec` when the record's code names one
 * @param field     where the record stands, for the fault, e.g. `representations[0].image`
 * @throws Fault `record.corrupt` {field, reason} when codec or size differ; `wsq.corrupt`, `image.corrupt` when it does not decode
 */
export async function checkPayload(
  image: Uint8Array,
  stated: { readonly widthPx: number; readonly heightPx: number; readonly bitDepth: number; readonly codec: PayloadCodec | undefined },
  field: string,
): Promise<PayloadFacts> {
  // A raw image may begin with any bytes, so the record's word comes first.
  const codec = stated.codec === 'raw' ? 'raw' : payloadCodec(image)
  if (stated.codec !== undefined && stated.codec !== codec) {
    throw new Fault('record.corrupt', { field, reason: 'codec', expected: stated.codec, found: codec })
  }
  const facts = await decodeFacts(image, codec, stated)
  if (facts.widthPx !== stated.widthPx || facts.heightPx !== stated.heightPx) {
    const size = (of: { widthPx: number; heightPx: number }) => `${of.widthPx}x${of.heightPx}`
    throw new Fault('record.corrupt', { field, reason: 'size', expected: size(stated), found: size(facts) })
  }
  return facts
}

async function decodeFacts(
  image: Uint8Array,
  codec: PayloadCodec,
  stated: { readonly widthPx: number; readonly heightPx: number; readonly bitDepth: number },
): Promise<PayloadFacts> {
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
      const { channels, reversible } = readJp2Facts(image)
      const { widthPx, heightPx } = await readRgbImage(image)
      return { codec, bytes, widthPx, heightPx, channels, ...(reversible === undefined ? {} : { reversible }) }
    }
    case 'JPEG':
    case 'PNG': {
      const { widthPx, heightPx } = await readGreyImage(image)
      return { codec, bytes, widthPx, heightPx }
    }
    case 'raw': {
      const channels = (bytes * 8) / (stated.widthPx * stated.heightPx * stated.bitDepth)
      if (channels !== 1 && channels !== 3) throw new Fault('record.corrupt', { field: 'image', reason: 'raw_size', found: bytes })
      return { codec, bytes, widthPx: stated.widthPx, heightPx: stated.heightPx, channels }
    }
  }
}
