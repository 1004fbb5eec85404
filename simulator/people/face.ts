// Pixels of a face scene: one still, and the camera's JPEG frames in which the person sways a little. Shared by drawn and sampled faces.

import sharp from 'sharp'
import { sceneMargin } from './face-drawing.js'
import { type RgbImage, type Size, scene } from './person.js'
import { noiseWords, remember } from './raster.js'

const swayPeriod = 24

/** The scene with `sceneMargin` pixels around it on every side. */
export type WideScene = RgbImage

interface FaceImages {
  face(): Promise<RgbImage & { readonly nativeSize?: Size }>
  faceMjpeg(phase: number): Promise<Uint8Array>
}

/** Rasterises a drawing of the wide scene and adds the grain of a sensor. */
export async function rasterise(svg: string, seed: number): Promise<WideScene> {
  const { data, info } = await sharp(Buffer.from(svg)).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  const rgb = new Uint8Array(data.buffer, data.byteOffset, data.length)
  const noise = noiseWords(seed)
  for (let i = 0; i < rgb.length; ) {
    let word = noise()
    for (let k = 0; k < 4 && i < rgb.length; k++, i++) {
      rgb[i] = Math.max(0, Math.min(255, rgb[i]! + ((word & 3) + ((word >>> 2) & 3) - 3)))
      word >>>= 8
    }
  }
  return { widthPx: info.width, heightPx: info.height, rgb }
}

function crop(wide: WideScene, dx: number, dy: number): RgbImage {
  const rgb = new Uint8Array(scene.widthPx * scene.heightPx * 3)
  for (let y = 0; y < scene.heightPx; y++) {
    const from = ((y + sceneMargin + dy) * wide.widthPx + sceneMargin + dx) * 3
    rgb.set(wide.rgb.subarray(from, from + scene.widthPx * 3), y * scene.widthPx * 3)
  }
  return { ...scene, rgb }
}

/** @param makeWide called at most once */
export function faceImages(makeWide: () => Promise<WideScene>, nativeSize?: Size): FaceImages {
  const wides = remember<Promise<WideScene>>(1)
  const stills = remember<Promise<RgbImage & { readonly nativeSize?: Size }>>(1)
  const frames = remember<Promise<Uint8Array>>(swayPeriod)
  const wide = () => wides('', makeWide)
  const encode = async (phase: number): Promise<Uint8Array> => {
    const turn = (2 * Math.PI * phase) / swayPeriod
    const { rgb } = crop(await wide(), Math.round(7 * Math.sin(turn)), Math.round(3 * Math.sin(2 * turn)))
    const jpeg = await sharp(rgb, { raw: { width: scene.widthPx, height: scene.heightPx, channels: 3 } })
      .jpeg({ quality: 88 })
      .toBuffer()
    return new Uint8Array(jpeg.buffer, jpeg.byteOffset, jpeg.length)
  }
  return {
    face: () => stills('', async () => ({ ...crop(await wide(), 0, 0), ...(nativeSize && { nativeSize }) })),
    faceMjpeg: (phase) => {
      const step = ((Math.trunc(phase) % swayPeriod) + swayPeriod) % swayPeriod
      return frames(String(step), () => encode(step))
    },
  }
}
