// Pixels of a face scene: stills, and the camera's JPEG frames. Shared by drawn and sampled faces.

import sharp from 'sharp'
import { type FacePresentation, type PersonImages, type RgbImage, type Size, scene } from './person.js'
import { noiseWords, remember } from './raster.js'

const swayPeriod = 24
/** JPEG frames kept of one person: an approach has at most sixteen different pictures. */
const keptFrames = 20
/** Pixels around the scene so that the person can sway within it. */
export const sceneMargin = 32

/** The scene with `sceneMargin` pixels around it on every side. */
export type WideScene = RgbImage

type FaceImages = Pick<PersonImages, 'face' | 'faceFrame' | 'faceMjpeg'>

const grainTile = 1 << 16

/** The grain of a sensor, in place: ±3 levels, triangular, the same piece laid anew on every stretch. */
export function grain(rgb: Uint8Array, seed: number): void {
  const noise = noiseWords(seed)
  const tile = Int8Array.from({ length: grainTile }, () => {
    const word = noise()
    return (word & 3) + ((word >>> 2) & 3) - 3
  })
  const clamped = new Uint8ClampedArray(rgb.buffer, rgb.byteOffset, rgb.length)
  const stretch = 5_000
  for (let from = 0; from < clamped.length; from += stretch) {
    const offset = noise() & (grainTile - 1)
    const to = Math.min(from + stretch, clamped.length)
    for (let i = from; i < to; i++) clamped[i] = clamped[i]! + tile[(offset + i - from) & (grainTile - 1)]!
  }
}

function crop(wide: WideScene, dx: number, dy: number): RgbImage {
  const rgb = new Uint8Array(scene.widthPx * scene.heightPx * 3)
  for (let y = 0; y < scene.heightPx; y++) {
    const from = ((y + sceneMargin + dy) * wide.widthPx + sceneMargin + dx) * 3
    rgb.set(wide.rgb.subarray(from, from + scene.widthPx * 3), y * scene.widthPx * 3)
  }
  return { ...scene, rgb }
}

async function toJpeg({ rgb, widthPx, heightPx }: RgbImage): Promise<Uint8Array> {
  const jpeg = await sharp(rgb, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .jpeg({ quality: 88 })
    .toBuffer()
  return new Uint8Array(jpeg.buffer, jpeg.byteOffset, jpeg.length)
}

/**
 * @param makeWide the person at rest; called at most once
 * @param draw a presentation that is more than a shift; without it the person only moves
 */
export function faceImages(
  makeWide: () => Promise<WideScene>,
  options: { readonly nativeSize?: Size; readonly draw?: (presentation: FacePresentation) => Promise<RgbImage> } = {},
): FaceImages {
  const { nativeSize, draw } = options
  const wides = remember<Promise<WideScene>>(1)
  const stills = remember<Promise<RgbImage & { readonly nativeSize?: Size }>>(2)
  const frames = remember<Promise<Uint8Array>>(keptFrames)
  const swayed = remember<Promise<Uint8Array>>(swayPeriod)
  const wide = () => wides('', makeWide)
  const within = (shift = 0) => Math.max(-sceneMargin, Math.min(sceneMargin, Math.round(shift)))
  const picture = async (presentation: FacePresentation): Promise<RgbImage> => {
    const { dxPx, dyPx, ...more } = presentation
    const shifted = Math.max(Math.abs(dxPx ?? 0), Math.abs(dyPx ?? 0)) > sceneMargin
    if (draw && (shifted || Object.keys(more).length > 0)) return draw(presentation)
    return crop(await wide(), -within(dxPx), -within(dyPx))
  }
  return {
    face: (presentation = {}) =>
      stills(JSON.stringify(presentation), async () => ({ ...(await picture(presentation)), ...(nativeSize && { nativeSize }) })),
    faceFrame: (presentation = {}) => frames(JSON.stringify(presentation), async () => toJpeg(await picture(presentation))),
    faceMjpeg: (phase) => {
      const step = ((Math.trunc(phase) % swayPeriod) + swayPeriod) % swayPeriod
      const turn = (2 * Math.PI * step) / swayPeriod
      return swayed(String(step), async () =>
        toJpeg(crop(await wide(), Math.round(7 * Math.sin(turn)), Math.round(3 * Math.sin(2 * turn)))),
      )
    },
  }
}
