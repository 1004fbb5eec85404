// How lids, jaw and lips move the surface at rest: displacements in millimetres by where a point belongs. It knows no pose and no colour.

import { smoothstep } from '../raster.js'
import type { FaceForm } from './form.js'
import { eyeball, eyeMiddleYMm, lipSeamMm } from './head-shape.js'
import type { Vector } from './mesh.js'

export interface Expression {
  /** 0 shut, 1 open. */
  readonly eyesOpen: number
  readonly mouthOpen: number
  readonly smile: number
}

const near = (dx: number, dy: number, reach: number) => Math.exp(-(dx * dx + dy * dy) / (reach * reach))

/** How far the chin falls with the mouth wide open. */
export const jawDropMm = 32

/** Falls of the lower jaw's points; the lips part like a lens, the corners stay. */
function jawShare({ mouthMm, mouthHalfMm }: FaceForm, [x, y, z]: Vector): number {
  const across = Math.abs(x) / (mouthHalfMm - 1)
  const lens = across < 1 ? Math.sqrt(1 - across * across) : 0
  const skin = smoothstep(mouthMm - 16, mouthMm + 26, y)
  const lip = y > mouthMm ? Math.max(skin, 0.82 + 0.18 * skin) : Math.min(skin, 0.02)
  const share = lip * lens + skin * (1 - lens)
  return share * smoothstep(-12, 42, z) * (1 - smoothstep(118, 146, y))
}

export function expressed(form: FaceForm, { mouthOpen, smile, eyesOpen }: Expression): (rest: Vector) => Vector {
  const { mouthMm, mouthHalfMm, lipMm, eyeHalfMm, cheek } = form
  return (at) => {
    let [x, y, z] = at
    const [restX, restY] = at
    const side = restX < 0 ? -1 : 1
    const across = Math.abs(restX)
    if (z > 40) {
      // Lips: two soft rolls over the muzzle, thinner towards the corners, and the dip between them.
      const along = Math.max(0, 1 - (across / (mouthHalfMm + 1)) ** 2)
      const upper = (restY - (mouthMm - lipMm * 0.42)) / (lipMm * 0.42)
      const lower = (restY - (mouthMm + lipMm * 0.5)) / (lipMm * 0.52)
      z +=
        along ** 0.7 * (2.2 * Math.exp(-upper * upper) + 2.7 * Math.exp(-lower * lower) - 1.4 * Math.exp(-(((restY - mouthMm) / 1.3) ** 2)))
      z -= 0.9 * near(restX, restY - (mouthMm - lipMm - 4), 3.4) + 1.2 * near(across - mouthHalfMm - 1, restY - mouthMm, 4)
      const corner = near(across - mouthHalfMm, restY - mouthMm, 13)
      x += side * corner * 4.5 * smile
      y -= corner * (0.7 + 5 * smile)
      z -= corner * 3 * smile
      const apple = near(across - 38, restY - 32, 17)
      z += apple * (2.6 * smile + 0.5 * cheek)
      y -= apple * 2.5 * smile
      // The lid slides over the eyeball; what it slid from sinks a little.
      const lid = near(across - eyeHalfMm, restY - eyeMiddleYMm + 8, 8)
      z -= lid * 0.8 * eyesOpen
    }
    const fall = jawShare(form, at) * mouthOpen
    y += fall * jawDropMm
    z -= fall * jawDropMm * 0.3
    if (restY < mouthMm) y -= near(restX / 1.6, restY - mouthMm, 9) * 1.6 * mouthOpen
    return [x, y, z]
  }
}

/** What hangs on the chin falls with it: the edge of a veil. */
export function fallen(form: FaceForm, mouthOpen: number): (rest: Vector) => Vector {
  return (at) => {
    const fall = jawShare(form, at) * mouthOpen * jawDropMm
    return [at[0], at[1] + fall, at[2] - fall * 0.3]
  }
}

/**
 * Height of the lid's edge below the middle of the eye, in the eye's own measure: `out` runs from -1 at the inner corner to 1 at the outer.
 * The fold of the inner corner is low and round, the highest point of the upper lid lies a little inwards.
 */
export function lidEdges(form: FaceForm, eyesOpen: number, out: number): { readonly upper: number; readonly lower: number } {
  const line = -0.9 * out
  const arch = Math.max(0, 1 - Math.abs(out) ** 2.3) ** 0.85
  const lower = line + form.lidDownMm * Math.max(0, 1 - Math.abs(out - 0.12) ** 2.4 / 1.2) * Math.max(0, 1 - out * out) ** 0.4
  const open = line - form.lidUpMm * (arch - 0.08 * out * arch)
  return { upper: lower + (open - lower) * eyesOpen, lower }
}

/** A point on the lids' edge as the head wears it. */
export function lidPoint(form: FaceForm, side: 1 | -1, out: number, below: number): Vector {
  const dx = out * form.eyeWidthMm
  const dy = below - eyeMiddleYMm
  const z = eyeball.zMm + Math.sqrt(Math.max(0, (eyeball.radiusMm + eyeball.lidMm) ** 2 - dx * dx - dy * dy))
  return [side * (form.eyeHalfMm + dx), below, z]
}

/** Inside the opening of an eye. */
export function eyeOpening(form: FaceForm, eyesOpen: number): (x: number, y: number) => boolean {
  const steps = 64
  const upper = new Float32Array(steps + 2)
  const lower = new Float32Array(steps + 2)
  for (let k = 0; k <= steps + 1; k++) {
    const edges = lidEdges(form, eyesOpen, Math.min(1, (2 * k) / steps - 1))
    upper[k] = edges.upper
    lower[k] = edges.lower
  }
  return (x, y) => {
    if (y < -12 || y > 8) return false
    const place = ((Math.abs(x) - form.eyeHalfMm) / form.eyeWidthMm + 1) * (steps / 2)
    if (place <= 0 || place >= steps) return false
    const k = Math.floor(place)
    const t = place - k
    return y > upper[k]! + (upper[k + 1]! - upper[k]!) * t && y < lower[k]! + (lower[k + 1]! - lower[k]!) * t
  }
}

/** Inside the seam between the lips. */
export const lipOpening =
  ({ mouthMm, mouthHalfMm }: FaceForm) =>
  (x: number, y: number) =>
    Math.abs(x) < mouthHalfMm - 1 && Math.abs(y - mouthMm) < lipSeamMm * 0.8
