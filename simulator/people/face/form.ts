// What makes a synthetic face this person's: measures in millimetres, colours, hair and clothes, all from one stream of randomness.

import type { Random } from '../../../protocol/random.js'
import { between, pick } from '../raster.js'

export type Rgb = readonly [red: number, green: number, blue: number]
export type HeadKind = 'short_hair' | 'peci' | 'long_hair' | 'hijab'

export interface FaceForm {
  readonly head: HeadKind
  readonly sex: 'M' | 'F'
  readonly background: 'red' | 'blue'
  readonly skin: { readonly base: Rgb; readonly shade: Rgb; readonly lip: Rgb }
  readonly hair: Rgb
  readonly iris: Rgb
  readonly cloth: Rgb
  readonly veil: Rgb
  /** Half the distance between the middles of the eyes' corners. */
  readonly eyeHalfMm: number
  /** Half the width of an eye, corner to corner. */
  readonly eyeWidthMm: number
  /** From the corner line up to the open upper lid and down to the lower one. */
  readonly lidUpMm: number
  readonly lidDownMm: number
  readonly chinMm: number
  readonly noseMm: number
  readonly mouthMm: number
  readonly mouthHalfMm: number
  readonly lipMm: number
  readonly noseHalfMm: number
  readonly noseHeightMm: number
  readonly browMm: number
  /** Share of an average width. */
  readonly width: number
  readonly jaw: number
  readonly cheek: number
  readonly ridge: number
  readonly moustache: boolean
  readonly glasses: boolean
}

const skins = [
  { base: [222, 172, 134], shade: [166, 108, 76], lip: [186, 104, 94] },
  { base: [205, 150, 110], shade: [148, 92, 60], lip: [170, 92, 82] },
  { base: [196, 140, 102], shade: [138, 86, 56], lip: [154, 82, 74] },
  { base: [178, 124, 88], shade: [122, 74, 48], lip: [132, 72, 64] },
] as const

export function drawFaceForm(random: Random, sex: 'M' | 'F', birthYear: number): FaceForm {
  const dice = random.next()
  const man = sex === 'M'
  const mouthMm = between(random, 66, 70)
  return {
    head: man ? (dice < 0.3 ? 'peci' : 'short_hair') : dice < 0.6 ? 'hijab' : 'long_hair',
    sex,
    background: birthYear % 2 === 1 ? 'red' : 'blue',
    skin: pick(random, skins),
    hair: pick(random, [
      [22, 18, 17],
      [30, 24, 21],
      [40, 29, 23],
    ]),
    iris: pick(random, [
      [52, 31, 20],
      [64, 38, 22],
      [42, 26, 18],
    ]),
    cloth: pick(random, [
      [226, 222, 212],
      [88, 116, 92],
      [86, 74, 108],
      [172, 126, 72],
      [118, 128, 140],
      [66, 84, 120],
    ]),
    veil: pick(random, [
      [228, 218, 204],
      [118, 138, 130],
      [178, 142, 150],
      [70, 66, 80],
      [96, 106, 142],
    ]),
    eyeHalfMm: between(random, 31, 33),
    eyeWidthMm: between(random, 14.2, 15.4),
    lidUpMm: between(random, man ? 5.3 : 5.7, man ? 6.3 : 6.8),
    lidDownMm: between(random, 2.8, 3.5),
    chinMm: mouthMm + between(random, man ? 39 : 36, man ? 44 : 40),
    noseMm: between(random, 39, 43),
    mouthMm,
    mouthHalfMm: between(random, 23, 27),
    lipMm: between(random, man ? 6 : 6.6, man ? 7.6 : 8.6),
    noseHalfMm: between(random, man ? 18 : 16.5, man ? 20.5 : 19),
    noseHeightMm: between(random, -2, 3),
    browMm: man ? between(random, 3.6, 5) : between(random, 2.6, 3.4),
    width: between(random, man ? 0.98 : 0.95, man ? 1.05 : 1.01),
    jaw: between(random, man ? 0.95 : 0.84, man ? 1.12 : 1),
    cheek: between(random, 0.6, 1.3),
    ridge: man ? between(random, 0.6, 1.2) : between(random, 0, 0.4),
    moustache: man && random.next() < 0.25,
    glasses: random.next() < 0.08,
  }
}
