// Scenes that a face camera must not take for one person sitting well: nobody, somebody behind, a photograph held up.

import sharp from 'sharp'
import { type FacePresentation, type RgbImage, scene } from '../person.js'
import type { Rgb } from './form.js'
import { cloths, type Stance, stance } from './render.js'
import { photograph, type SyntheticFace } from './synthetic-face.js'

const calmCloth = (backdrop: 'red' | 'blue' | Rgb): Pick<Stance, 'backdrop' | 'backdropCreases' | 'light' | 'blurPx'> => ({
  backdrop: typeof backdrop === 'string' ? cloths[backdrop] : backdrop,
  backdropCreases: 0.15,
  light: { level: 1, side: 0 },
  blurPx: 0,
})

/** The cloth alone. */
export const emptyChair = (backdrop: 'red' | 'blue' | Rgb, seed = 1): Promise<RgbImage> =>
  photograph([], calmCloth(backdrop), { marginPx: 0, seed })

/** Somebody looks over the sitter's shoulder. */
export async function somebodyBehind(
  sitter: SyntheticFace,
  behind: SyntheticFace,
  where: FacePresentation = { distance: 1.8, dxPx: 520, dyPx: 60 },
): Promise<RgbImage> {
  const front = stance(sitter.form, {})
  const people = [
    { model: await sitter.model(), stance: front },
    { model: await behind.model(), stance: stance(behind.form, where) },
  ]
  return photograph(people, front, { marginPx: 0, seed: 1 })
}

/** The part of a scene that is printed, and its width in the hand. */
const printArea = { left: 600, top: 120, width: 720, height: 900 } as const

/** A printed portrait of the person held before the cloth: it moves as one flat piece, nothing in it turns or blinks. */
export async function printedPhoto(
  face: SyntheticFace,
  held: { readonly dxPx?: number; readonly dyPx?: number; readonly scale?: number } = {},
): Promise<RgbImage> {
  const { dxPx = 0, dyPx = 0, scale = 0.8 } = held
  const { rgb } = await face.images.face()
  const chair = await emptyChair(face.form.background, 3)
  const raw = { width: scene.widthPx, height: scene.heightPx, channels: 3 } as const
  const width = Math.round(printArea.width * scale)
  const print = await sharp(await sharp(rgb, { raw }).extract(printArea).png({ compressionLevel: 0 }).toBuffer())
    .resize({ width })
    .extend({ top: 14, bottom: 14, left: 14, right: 14, background: '#f4f2ec' })
    .png({ compressionLevel: 0 })
    .toBuffer({ resolveWithObject: true })
  const left = Math.round((scene.widthPx - print.info.width) / 2 + dxPx)
  const top = Math.round((scene.heightPx - print.info.height) / 2 + dyPx)
  const data = await sharp(chair.rgb, { raw })
    .composite([{ input: print.data, left, top }])
    .removeAlpha()
    .raw()
    .toBuffer()
  return { ...scene, rgb: new Uint8Array(data.buffer, data.byteOffset, data.length) }
}
