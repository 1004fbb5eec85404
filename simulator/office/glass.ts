// The glass of a scanner, and what hands leave on it. It knows no hand in motion and no time.

import type { Random } from '../../protocol/random.js'
import type { Skin } from '../people/body.js'
import { emptyGlass } from '../people/hands.js'
import { type GreyImage, type LaidFinger, platen } from '../people/person.js'
import { between } from '../people/raster.js'
import { stamp, toneTable } from '../people/sprite.js'

interface Residue {
  readonly fingers: readonly LaidFinger[]
  readonly dxPx: number
  readonly dyPx: number
  /** Share of a print's darkness. */
  readonly strength: number
}

/** Of all touches of such skin this share is left to be seen: ASSUMPTIONS. */
const residueShare: Readonly<Record<Skin, number>> = { normal: 0.1, wet: 1, dry: 0 }
/** Between what can just be seen and what could be taken for a finger. */
const strengths = { from: 0.07, to: 0.13 } as const
/** Touches that the glass remembers: a new one lies over the oldest. */
const rememberedTouches = 2
/** Grain of the glass, the same for ever. */
const grainSeed = 1

export class Glass {
  #residues: readonly Residue[] = []
  #version = 0
  #drawn: { readonly version: number; readonly picture: GreyImage } | undefined

  /** Changes with what lies on it. */
  get version(): number {
    return this.#version
  }

  get dirty(): boolean {
    return this.#residues.length > 0
  }

  /** A hand that lay so is lifted. */
  leave(fingers: readonly LaidFinger[], at: { readonly dxPx: number; readonly dyPx: number }, skin: Skin, random: Random): void {
    const stays = random.next() < residueShare[skin]
    const strength = between(random, strengths.from, strengths.to)
    const skinned = fingers.filter(({ condition }) => condition !== 'bandaged')
    if (!stays || skinned.length === 0) return
    const residue = { fingers: skinned, dxPx: Math.round(at.dxPx), dyPx: Math.round(at.dyPx), strength }
    this.#set([...this.#residues, residue].slice(-rememberedTouches))
  }

  wipe(): void {
    if (this.dirty) this.#set([])
  }

  /** Not to be changed: it is kept. */
  picture(): GreyImage {
    if (this.#drawn?.version !== this.#version) this.#drawn = { version: this.#version, picture: this.#draw() }
    return this.#drawn.picture
  }

  #draw(): GreyImage {
    const glass = emptyGlass(platen, grainSeed)
    for (const { fingers, dxPx, dyPx, strength } of this.#residues) {
      const table = toneTable({ pressure: 0, contact: 1, fog: 0, strength })
      for (const { sprite } of fingers) stamp(glass, sprite, table, dxPx, dyPx)
    }
    return glass
  }

  #set(residues: readonly Residue[]): void {
    this.#residues = residues
    this.#version++
  }
}
