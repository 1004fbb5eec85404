// Pictures that an iris camera gets and that are no usable eye, or not the eye that was asked for. All of them are drawn.

import { seededRandom } from '../../seeded-random.js'
import { between } from '../raster.js'
import { type EyeConditions, goodLook } from './conditions.js'
import { type DrawnEye, drawEye } from './draw.js'
import { clouded, growEye, growLids } from './form.js'

/** `same_twice`: one eye shown to both sensors; `two_in_picture`: a face too far away, both eyes in one picture. */
export type SpecialEye = 'no_eye' | 'closed' | 'upside_down' | 'cloudy' | 'same_twice' | 'two_in_picture'

/** Two pictures for `same_twice`, one for the others. */
export function specialEye(kind: SpecialEye, seed: number): readonly DrawnEye[] {
  const random = seededRandom(seed)
  const lids = growLids(random.fork('lids'), 'creased_lid')
  const form = growEye(random.fork('form'), 'right', lids)
  const look: EyeConditions = { ...goodLook, seed }
  switch (kind) {
    case 'no_eye':
      // A cheek: the eye lies far above the picture.
      return [drawEye(form, { ...look, centre: { x: between(random, 200, 440), y: -900 }, irisRadiusPx: 150 })]
    case 'closed':
      return [drawEye(form, { ...look, lidOpening: { upper: 0, lower: 0.75 } })]
    case 'upside_down':
      return [drawEye(form, { ...look, rollDeg: 180 })]
    case 'cloudy':
      return [drawEye(clouded(form, random.fork('cloud')), look)]
    case 'same_twice':
      return [drawEye(form, look), drawEye(form, { ...look, seed: seed + 1, centre: { x: 327, y: 238 }, pupilRatio: 0.43 })]
    case 'two_in_picture': {
      const far = { ...look, irisRadiusPx: 48, lashes: { ...look.lashes, lengthPx: 25 }, limbusSoftnessPx: 3 }
      const right = drawEye(form, { ...far, widthPx: 320, centre: { x: 150, y: 240 } })
      const left = drawEye(growEye(random.fork('other form'), 'left', lids), { ...far, widthPx: 320, centre: { x: 170, y: 238 } })
      return [sideBySide(right, left)]
    }
  }
}

/** Truth is the left one's of the picture. */
function sideBySide(one: DrawnEye, other: DrawnEye): DrawnEye {
  const widthPx = one.widthPx + other.widthPx
  const join = (a: Uint8Array, b: Uint8Array) => {
    const out = new Uint8Array(widthPx * one.heightPx)
    for (let y = 0; y < one.heightPx; y++) {
      out.set(a.subarray(y * one.widthPx, (y + 1) * one.widthPx), y * widthPx)
      out.set(b.subarray(y * other.widthPx, (y + 1) * other.widthPx), y * widthPx + one.widthPx)
    }
    return out
  }
  return {
    widthPx,
    heightPx: one.heightPx,
    grey: join(one.grey, other.grey),
    truth: { ...one.truth, mask: join(one.truth.mask, new Uint8Array(other.grey.length)) },
  }
}
