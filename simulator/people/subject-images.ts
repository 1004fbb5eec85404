// Sample images on the simulated sensors: centred on the platen, on an iris frame, in a camera scene. It knows nothing of the person.

import sharp from 'sharp'
import { Fault } from '../../protocol/fault.js'
import type { WideScene } from './face.js'
import { sceneMargin } from './face-drawing.js'
import { cutIndex, cutTouch } from './finger-cut.js'
import {
  type Eye,
  type EyePresentation,
  type FingerPosition,
  type FingerPresentation,
  type GreyImage,
  irisFrame,
  type PersonImages,
  type Presentation,
  patch,
  platen,
  type Size,
  type Slap,
  scene,
} from './person.js'
import { between, centred, frameNoise, remember, type Streams, turned } from './raster.js'

/** A named image of subject.json, for faults. */
export interface SampleFile {
  readonly field: string
  readonly path: string
}

const maxPixels = 24_000_000
const midGrey = 128
const white = 255

/** Header only: does it exist and is it an image? */
async function probe(sample: SampleFile): Promise<Size> {
  const { format, width, height } = await sharp(sample.path, { limitInputPixels: maxPixels })
    .metadata()
    .catch((cause: unknown) => {
      const missing = cause instanceof Error && /missing|no such file/i.test(cause.message)
      throw new Fault(missing ? 'input.not_found' : 'input.unsupported', { ...sample, ...(!missing && { reason: 'not an image' }) })
    })
  if (format === undefined || !width || !height) throw new Fault('input.unsupported', { ...sample, reason: 'no size' })
  return { widthPx: width, heightPx: height }
}

async function decode(sample: SampleFile, channels: 1 | 3): Promise<Size & { pixels: Uint8Array }> {
  const image = sharp(sample.path, { limitInputPixels: maxPixels, failOn: 'truncated' }).flatten({ background: '#ffffff' })
  const space = channels === 1 ? image.greyscale().toColourspace('b-w') : image.toColourspace('srgb')
  const { data, info } = await space
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw new Fault('input.corrupt', { ...sample }, { cause })
    })
  if (info.channels !== channels) throw new Fault('input.unsupported', { ...sample, reason: 'channels', found: info.channels })
  return { widthPx: info.width, heightPx: info.height, pixels: new Uint8Array(data.buffer, data.byteOffset, data.length) }
}

async function decodeGrey(sample: SampleFile): Promise<GreyImage> {
  const { widthPx, heightPx, pixels } = await decode(sample, 1)
  return { widthPx, heightPx, grey: pixels }
}

/** Moves, turns and, with a seed, noises what lies on a sensor. */
function presented(image: GreyImage, { dxPx = 0, dyPx = 0, angleDeg = 0, seed }: Presentation, background: number): GreyImage {
  const moved = dxPx || dyPx || angleDeg ? turned(image, angleDeg, dxPx, dyPx, background) : image
  return seed === undefined ? moved : frameNoise(moved, seed, 5)
}

type FingerFiles = Readonly<Record<Slap | 'rightIndexAgain' | 'leftIndexAgain', SampleFile>>

export async function subjectFingers(
  files: FingerFiles,
  streams: Streams,
): Promise<Pick<PersonImages, 'slap' | 'indexFingers' | 'finger' | 'fingerPatch'>> {
  for (const sample of Object.values(files)) await probe(sample)
  const decoded = remember<Promise<GreyImage>>(8)
  const shown = remember<Promise<GreyImage>>(6)
  const read = (sample: SampleFile) => decoded(sample.field, () => decodeGrey(sample))

  /** The index finger by itself, on white, as big as its source. */
  const index = async (position: FingerPosition, occasion: 'again' | 'handover'): Promise<GreyImage> => {
    if (position !== 2 && position !== 7) {
      throw new Fault('input.unsupported', { field: 'fingerprints', reason: 'samples hold only the index fingers singly', found: position })
    }
    if (occasion === 'again') return read(position === 2 ? files.rightIndexAgain : files.leftIndexAgain)
    const sample = position === 2 ? files.right_four : files.left_four
    return decoded(`cut ${position}`, async () => {
      const cut = cutIndex(await read(sample), position === 2 ? 'right' : 'left')
      if (!cut) throw new Fault('input.unsupported', { ...sample, reason: 'no index finger found to cut out' })
      return cut
    })
  }
  /** Of a rolled impression what a flat touch shows; a sample that is no larger is taken as it is. */
  const touchAgain = async (position: FingerPosition): Promise<GreyImage> => {
    const sample = await index(position, 'again')
    return cutTouch(sample) ?? sample
  }
  const single = (position: FingerPosition, size: Size, presentation: FingerPresentation) =>
    shown(JSON.stringify([position, size.widthPx, presentation]), async () => {
      const { occasion = 'again' } = presentation
      const finger = centred(await index(position, occasion), size, white)
      if (occasion === 'again') return presented(finger, presentation, white)
      const { dxPx = 0, dyPx = 0, angleDeg = 0, seed = 0 } = presentation
      const random = streams(`handover ${position} ${seed}`)
      const reach = size === patch ? 18 : 60
      return presented(
        finger,
        {
          dxPx: dxPx + between(random, -reach, reach),
          dyPx: dyPx + between(random, -reach, reach),
          angleDeg: angleDeg + between(random, -14, 14),
          seed,
        },
        white,
      )
    })
  return {
    slap: (which, presentation = {}) =>
      shown(JSON.stringify([which, presentation]), async () =>
        presented(centred(await read(files[which]), platen, white), presentation, white),
      ),
    indexFingers: (presentation = {}) =>
      shown(JSON.stringify(['index_fingers', presentation]), async () => {
        const pair = await Promise.all(([7, 2] as const).map(touchAgain))
        return presented(sideBySide(pair, platen), presentation, white)
      }),
    finger: async (position, presentation = {}) => single(position, platen, presentation),
    fingerPatch: async (position, presentation = {}) => single(position, patch, presentation),
  }
}

/** Each in the middle of its share of the width, on white. */
function sideBySide(images: readonly GreyImage[], size: Size): GreyImage {
  const share = { widthPx: Math.floor(size.widthPx / images.length), heightPx: size.heightPx }
  const grey = new Uint8Array(size.widthPx * size.heightPx).fill(white)
  for (const [i, image] of images.entries()) {
    const part = centred(image, share, white).grey
    for (let y = 0; y < size.heightPx; y++)
      grey.set(part.subarray(y * share.widthPx, (y + 1) * share.widthPx), y * size.widthPx + i * share.widthPx)
  }
  return { ...size, grey }
}

export async function subjectIris(files: Readonly<Record<Eye, SampleFile>>): Promise<PersonImages['iris']> {
  const native = { right: await probe(files.right), left: await probe(files.left) }
  const shown = remember<Promise<GreyImage & { readonly nativeSize?: Size }>>(20)
  return (eye, presentation = {}) =>
    shown(JSON.stringify([eye, presentation]), async () => {
      const framed = presented(centred(await asFar(await decodeGrey(files[eye]), presentation), irisFrame, midGrey), presentation, midGrey)
      const { widthPx, heightPx } = native[eye]
      return widthPx === irisFrame.widthPx && heightPx === irisFrame.heightPx ? framed : { ...framed, nativeSize: native[eye] }
    })
}

/** A sample cannot close its lids or look aside; it can be farther away and out of focus. */
async function asFar(image: GreyImage, { scale = 1, blurPx = 0, motionPx = 0 }: EyePresentation): Promise<GreyImage> {
  const sigma = Math.hypot(blurPx, motionPx / 3)
  if (scale === 1 && sigma < 0.3) return image
  const widthPx = Math.round(image.widthPx * scale)
  const heightPx = Math.round(image.heightPx * scale)
  const raw = { width: image.widthPx, height: image.heightPx, channels: 1 } as const
  const resized = sharp(image.grey, { raw }).resize({ width: widthPx, height: heightPx, fit: 'fill' })
  const { data } = await (sigma < 0.3 ? resized : resized.blur(sigma)).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
  return { widthPx, heightPx, grey: new Uint8Array(data.buffer, data.byteOffset, data.length) }
}

/** The portrait enlarged by the largest whole number that fits, in the middle of a grey scene: no cloth is pretended. */
export async function subjectFace(sample: SampleFile): Promise<{ makeWide: () => Promise<WideScene>; nativeSize: Size }> {
  const nativeSize = await probe(sample)
  const makeWide = async (): Promise<WideScene> => {
    const { widthPx, heightPx, pixels } = await decode(sample, 3)
    const factor = Math.min(Math.floor(scene.widthPx / widthPx), Math.floor(scene.heightPx / heightPx))
    const fitted = sharp(pixels, { raw: { width: widthPx, height: heightPx, channels: 3 } }).resize(
      factor >= 1
        ? { width: widthPx * factor, height: heightPx * factor, kernel: 'cubic' }
        : { width: scene.widthPx, height: scene.heightPx, fit: 'inside' },
    )
    const { data, info } = await fitted.png().toBuffer({ resolveWithObject: true })
    const wide = { width: scene.widthPx + 2 * sceneMargin, height: scene.heightPx + 2 * sceneMargin }
    const left = Math.floor((wide.width - info.width) / 2)
    const top = Math.floor((wide.height - info.height) / 2)
    const whole = await sharp({ create: { ...wide, channels: 3, background: '#808080' } })
      .composite([{ input: data, left, top }])
      .removeAlpha()
      .raw()
      .toBuffer()
    return { widthPx: wide.width, heightPx: wide.height, rgb: new Uint8Array(whole.buffer, whole.byteOffset, whole.length) }
  }
  return { makeWide, nativeSize }
}
