// What never changes of an eye from look to look: tissue, proportions, lids, lashes. All lengths are in radii of its iris. It knows no picture.

import type { Random } from '../../../protocol/random.js'
import type { Eye } from '../person.js'
import { between, smoothNoise } from '../raster.js'
import { growTexture } from './texture.js'

/** One hair: root along the lid (-1 outer or left corner … 1), length in units of the look's lash length, lean along the lid and curl. */
export interface LashForm {
  readonly along: number
  readonly length: number
  readonly lean: number
  readonly curl: number
  readonly width: number
}

export interface EyeForm {
  /** Tissue, see texture.ts. */
  readonly texture: Float32Array
  /** Pupil's centre from the iris centre: usually a little to the nose and up. y downward. */
  readonly pupilOffset: { readonly x: number; readonly y: number }
  /** Radius of the natural pupil is not quite constant: amplitude and phase of the 2nd to 4th harmonic. */
  readonly pupilShape: readonly { readonly amplitude: number; readonly phase: number }[]
  /** How far the tissue departs from the rubber sheet when the pupil is not at `restingRatio`. */
  readonly strain: number
  readonly restingRatio: number
  /** +1 when the nose is on the right of the image: the subject's right eye. */
  readonly nose: 1 | -1
  readonly lids: LidForm
  readonly upperLashes: readonly LashForm[]
  readonly lowerLashes: readonly LashForm[]
  readonly browHairs: readonly LashForm[]
  /** White in the lens or before the iris, from the iris centre; of an eye that sees little or nothing. */
  readonly haze?: { readonly x: number; readonly y: number; readonly radius: number; readonly density: number }
  /** Tile of `skinSize` squared, mean 0, about -1..1. */
  readonly skin: Float32Array
}

export interface LidForm {
  /** Height of the wide open upper lid's edge above, and of the lower lid's below the iris centre. */
  readonly upper: number
  readonly lower: number
  /** Half the width of the opening towards the nose and away from it. */
  readonly inner: number
  readonly outer: number
  /** Of the line between both corners, at the iris centre: below it, and falling towards the nose. */
  readonly cornerDrop: number
  readonly tilt: number
  /** Where the upper lid is highest and the lower one lowest, towards the nose. */
  readonly upperPeak: number
  readonly lowerPeak: number
  /** Of the crease above the upper lid; 0 for a lid without one. */
  readonly crease: number
}

const skinSize = 256

function growSkin(random: Random): Float32Array {
  const fields = [smoothNoise(random, 8, 8, true), smoothNoise(random, 40, 40, true), smoothNoise(random, 110, 110, true)]
  const [broad, middle, pores] = fields as [(typeof fields)[0], (typeof fields)[0], (typeof fields)[0]]
  const tile = new Float32Array(skinSize * skinSize)
  for (let i = 0; i < tile.length; i++) {
    const u = (i % skinSize) / skinSize
    const v = Math.floor(i / skinSize) / skinSize
    tile[i] = 0.5 * broad(u, v) + 0.35 * middle(u, v) + 0.4 * pores(u, v)
  }
  return tile
}

/** Read between the texels: for wide, soft features. */
export function readSkinSmooth(skin: Float32Array, u: number, v: number): number {
  const fx = u - Math.floor(u)
  const fy = v - Math.floor(v)
  const top = readSkin(skin, u, v) * (1 - fx) + readSkin(skin, u + 1, v) * fx
  return top + (readSkin(skin, u, v + 1) * (1 - fx) + readSkin(skin, u + 1, v + 1) * fx - top) * fy
}

/** Read in texels; the tile is laid mirrored beside itself, so that it has no seam. */
export function readSkin(skin: Float32Array, u: number, v: number): number {
  const x = Math.floor(u) & (2 * skinSize - 1)
  const y = Math.floor(v) & (2 * skinSize - 1)
  return skin[(y < skinSize ? y : 2 * skinSize - 1 - y) * skinSize + (x < skinSize ? x : 2 * skinSize - 1 - x)]!
}

/** Hairs stand side by side; the tips of a few neighbours lean together. */
function growLashes(random: Random, count: number): LashForm[] {
  const lashes: LashForm[] = []
  while (lashes.length < count) {
    const tuft = 1 + Math.floor(random.next() * 6)
    const middle = ((lashes.length + tuft / 2 + between(random, -1, 1)) / count) * 2 - 1
    const tip = between(random, -0.35, 0.35)
    const curl = between(random, 0.7, 1.35)
    const length = between(random, 0.65, 1.05)
    for (let i = 0; i < tuft; i++) {
      const apart = between(random, -1, 1) * (tuft / count) * 1.1
      lashes.push({
        along: middle + apart,
        length: length * between(random, 0.75, 1.1),
        lean: tip - apart * 3 + between(random, -0.12, 0.12),
        curl: curl + between(random, -0.15, 0.15),
        width: between(random, 0.6, 1.25),
      })
    }
  }
  return shuffled(random, lashes.slice(0, count))
}

/** So that a part of them stands everywhere. */
function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const out = [...items]
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1))
    const kept = out[i]!
    out[i] = out[j]!
    out[j] = kept
  }
  return out
}

export function growLids(random: Random, kind: EyeKind): LidForm {
  const narrow = kind === 'single_lid'
  return {
    upper: narrow ? between(random, 0.72, 0.95) : between(random, 0.86, 1.12),
    lower: between(random, 0.98, 1.16),
    inner: between(random, 1.95, 2.3),
    outer: between(random, 2.2, 2.7),
    cornerDrop: between(random, 0.2, 0.4),
    tilt: between(random, 0.02, narrow ? 0.14 : 0.09),
    upperPeak: between(random, 0, 0.35),
    lowerPeak: -between(random, 0.1, 0.45),
    crease: narrow && random.next() < 0.7 ? 0 : between(random, 0.22, 0.5),
  }
}

/** `single_lid`: an upper lid without or with a low crease, lower over the iris. */
export type EyeKind = 'creased_lid' | 'single_lid'

/**
 * @param random a stream that nothing else draws from
 * @param lids of the person, whose two eyes open alike
 */
export function growEye(random: Random, eye: Eye, lids: LidForm): EyeForm {
  const nose = eye === 'right' ? 1 : -1
  return {
    texture: growTexture(random),
    pupilOffset: { x: nose * between(random, 0, 0.05), y: between(random, -0.035, 0.015) },
    pupilShape: Array.from({ length: 3 }, (_, i) => ({
      amplitude: between(random, 0, 0.016) / (i + 1),
      phase: between(random, 0, 2 * Math.PI),
    })),
    strain: between(random, 0.2, 0.6),
    restingRatio: between(random, 0.36, 0.46),
    nose,
    lids,
    upperLashes: growLashes(random, 150),
    lowerLashes: growLashes(random, 70),
    browHairs: growLashes(random, 420),
    skin: growSkin(random),
  }
}

/** The same eye with a scar or a cataract over most of the pupil. */
export function clouded(form: EyeForm, random: Random): EyeForm {
  const haze = {
    x: between(random, -0.15, 0.15),
    y: between(random, -0.15, 0.15),
    radius: between(random, 0.75, 1),
    density: between(random, 0.85, 0.97),
  }
  return { ...form, haze }
}
