// JPEG 2000 in and out: OpenJPEG compiled to WebAssembly, our own JP2 boxes. The only file that imports the codec.

import type { OpenJpeg } from '@cornerstonejs/codec-openjpeg/wasmjs'
import { Fault } from '../../../protocol/fault.js'
import { readJp2Facts, wrapJp2 } from './jp2-boxes.js'

/** `lossless`, or the compression ratio aimed at (raw bytes : codestream bytes), e.g. { ratio: 15 }. */
export type Jp2Quality = 'lossless' | { readonly ratio: number }

export interface Jp2Image {
  /** Interleaved, row-major, 8 bits: grey (1 channel) or RGB (3). */
  readonly pixels: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
  readonly channels: 1 | 3
}

/** One instance of the codec: keep it in a worker, it costs about 5 to 40 ms to load. Calls must not overlap in meaning; each is synchronous inside. */
export interface Jp2Codec {
  /** @throws Fault `image.unsupported` for sizes and ratios out of range */
  encode(pixels: Uint8Array, widthPx: number, heightPx: number, channels: 1 | 3, quality: Jp2Quality): Promise<Uint8Array>
  /** JP2 file or bare codestream, 8 bits, 1 or 3 channels. @throws Fault `image.corrupt`, `image.unsupported` */
  decode(bytes: Uint8Array): Promise<Jp2Image>
}

const mostLevels = 5

interface Instance {
  readonly openJpeg: OpenJpeg
  /** The codec reports failure only as text: lines with [ERROR] since the last reset. */
  readonly errors: { count: number }
}

async function loadInstance(): Promise<Instance> {
  const errors = { count: 0 }
  const listen = (line: string) => {
    if (line.includes('[ERROR]')) errors.count++
  }
  // Its glue is slow to parse: only who codes a JPEG 2000 pays for it.
  const { default: load } = await import('@cornerstonejs/codec-openjpeg/wasmjs')
  return { openJpeg: await load({ print: listen, printErr: listen }), errors }
}

export function openJp2Codec(): Jp2Codec {
  let instance: Promise<Instance> | undefined
  const withInstance = async <T>(work: (instance: Instance) => T): Promise<T> => {
    instance ??= loadInstance()
    const ready = await instance
    ready.errors.count = 0
    try {
      return work(ready)
    } catch (error) {
      if (error instanceof Fault) throw error
      // A trap may leave the codec's memory broken: the next call gets a fresh one.
      instance = undefined
      throw new Fault('image.corrupt', { reason: 'codec' }, { cause: error })
    }
  }
  return {
    encode: (pixels, widthPx, heightPx, channels, quality) => {
      checkInput(pixels, widthPx, heightPx, channels, quality)
      return withInstance((ready) => encode(ready, pixels, widthPx, heightPx, channels, quality))
    },
    decode: (bytes) => withInstance((ready) => decode(ready, bytes)),
  }
}

/** As `Jp2Codec.encode`, with an instance of its own. */
export const encodeJp2: Jp2Codec['encode'] = async (...args) => openJp2Codec().encode(...args)

/** As `Jp2Codec.decode`, with an instance of its own. */
export const decodeJp2: Jp2Codec['decode'] = async (bytes) => openJp2Codec().decode(bytes)

function checkInput(pixels: Uint8Array, widthPx: number, heightPx: number, channels: number, quality: Jp2Quality): void {
  const refuse = (field: string, found: number): never => {
    throw new Fault('image.unsupported', { field, found })
  }
  for (const [field, side] of [['widthPx', widthPx] as const, ['heightPx', heightPx] as const]) {
    if (!Number.isInteger(side) || side < 1 || side > 8192) refuse(field, side)
  }
  if (channels !== 1 && channels !== 3) refuse('channels', channels)
  if (pixels.length !== widthPx * heightPx * channels) refuse('pixels', pixels.length)
  if (quality !== 'lossless' && !(quality.ratio >= 1 && quality.ratio <= 1000)) refuse('ratio', quality.ratio)
}

function encode(
  { openJpeg, errors }: Instance,
  pixels: Uint8Array,
  widthPx: number,
  heightPx: number,
  channels: 1 | 3,
  quality: Jp2Quality,
): Uint8Array {
  const encoder = new openJpeg.J2KEncoder()
  try {
    encoder.getDecodedBuffer({ width: widthPx, height: heightPx, bitsPerSample: 8, componentCount: channels, isSigned: false }).set(pixels)
    // The codec refuses images smaller than its five levels of decomposition need.
    const levels = Math.floor(Math.log2(Math.min(widthPx, heightPx)))
    if (levels < mostLevels) encoder.setDecompositions(levels)
    if (quality === 'lossless') encoder.setQuality(true, 0)
    else {
      // One layer first: with none the ratio is ignored and the codec writes out of bounds.
      encoder.setQuality(false, 1)
      encoder.setCompressionRatio(0, quality.ratio)
    }
    encoder.encode()
    const codestream = encoder.getEncodedBuffer()
    if (errors.count > 0 || codestream.length === 0) throw new Fault('image.unsupported', { reason: 'codec' })
    return wrapJp2(codestream, widthPx, heightPx, channels)
  } finally {
    encoder.delete()
  }
}

function decode({ openJpeg, errors }: Instance, bytes: Uint8Array): Jp2Image {
  const facts = readJp2Facts(bytes)
  if (facts.colourSpace === 18) throw new Fault('image.unsupported', { reason: 'colour_space', found: 18 })
  const decoder = new openJpeg.J2KDecoder()
  try {
    decoder.getEncodedBuffer(facts.codestream.length).set(facts.codestream)
    decoder.decode()
    const { width, height, componentCount } = decoder.getFrameInfo()
    if (errors.count > 0) throw new Fault('image.corrupt', { reason: 'codestream' })
    if (width !== facts.widthPx || height !== facts.heightPx || componentCount !== facts.channels) {
      throw new Fault('image.corrupt', { reason: 'decoded_size' })
    }
    const pixels = decoder.getDecodedBuffer().slice()
    if (pixels.length !== width * height * componentCount) throw new Fault('image.corrupt', { reason: 'decoded_size' })
    return { pixels, widthPx: width, heightPx: height, channels: componentCount === 1 ? 1 : 3 }
  } finally {
    decoder.delete()
  }
}
