// One synthetic face from a stream of randomness: its form, its model made once, its pictures and the truth about them.

import sharp from 'sharp'
import { faceImages, grain, sceneMargin } from '../face.js'
import { type FacePresentation, type FaceTruth, type PersonImages, type RgbImage, scene } from '../person.js'
import { remember, type Streams } from '../raster.js'
import { drawFaceForm, type FaceForm, type HeadKind } from './form.js'
import { drawScene, type FaceModel, faceModel, type Placing, stance } from './render.js'
import { faceTruth } from './truth.js'

export interface SyntheticFace {
  readonly form: FaceForm
  readonly images: Pick<PersonImages, 'face' | 'faceFrame' | 'faceMjpeg'>
  readonly model: () => Promise<FaceModel>
  readonly truth: (presentation?: FacePresentation) => FaceTruth
}

export function createFace(
  streams: Streams,
  person: { readonly sex: 'M' | 'F'; readonly birthYear: number; readonly head?: HeadKind },
): SyntheticFace {
  const drawn = drawFaceForm(streams('form'), person.sex, person.birthYear)
  const form = person.head ? { ...drawn, head: person.head } : drawn
  const models = remember<Promise<FaceModel>>(1)
  const model = () => models('', () => faceModel(form, streams))
  const grainSeed = Math.floor(streams('grain').next() * 2 ** 32)
  const draw = async (presentation: FacePresentation, marginPx = 0): Promise<RgbImage> => {
    const at = stance(form, presentation)
    return photograph([{ model: await model(), stance: at }], at, { marginPx, seed: presentation.seed ?? grainSeed })
  }
  return {
    form,
    model,
    images: faceImages(() => draw({}, sceneMargin), { draw }),
    truth: (presentation) => faceTruth(form, presentation),
  }
}

/** The scene as a sensor sees it: drawn, out of focus if asked for, with grain. */
export async function photograph(
  people: readonly Placing[],
  cloth: Pick<Placing['stance'], 'backdrop' | 'backdropCreases' | 'light' | 'blurPx'>,
  { marginPx, seed }: { readonly marginPx: number; readonly seed: number },
): Promise<RgbImage> {
  const sharpRgb = drawScene(
    people,
    { colour: cloth.backdrop, creases: cloth.backdropCreases, light: cloth.light, seed: 7 },
    { ...scene, marginPx },
  )
  const widthPx = scene.widthPx + 2 * marginPx
  const heightPx = scene.heightPx + 2 * marginPx
  const rgb = cloth.blurPx >= 0.3 ? await blurred(sharpRgb, widthPx, heightPx, cloth.blurPx) : sharpRgb
  grain(rgb, seed)
  return { widthPx, heightPx, rgb }
}

async function blurred(rgb: Uint8Array, width: number, height: number, sigma: number): Promise<Uint8Array> {
  const data = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .blur(sigma)
    .raw()
    .toBuffer()
  return new Uint8Array(data.buffer, data.byteOffset, data.length)
}
