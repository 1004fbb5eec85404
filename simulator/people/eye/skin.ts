// Paints the lids and the skin around: margins, crease, pouch, wrinkles, pores, the brow's ground. It knows no eyeball and no single hair.

import { smoothstep } from '../raster.js'
import type { EyeConditions } from './conditions.js'
import { bell, decay } from './curves.js'
import { type EyeForm, readSkin, readSkinSmooth } from './form.js'

/** v of the brow's middle, relative to its height, at a distance towards the nose. */
export const browArch = (toNose: number) => 0.09 * (toNose + 0.6) ** 2

/** Grey of the skin: `over` and `under` are distances into the upper and lower lid (negative beyond), `gap` between both edges. */
export function skinPainter(form: EyeForm, look: EyeConditions) {
  const { skin, lash } = look.grey
  const { crease } = form.lids
  const { brow } = look
  return (u: number, v: number, over: number, under: number, gap: number, toNose: number): number => {
    const grain = readSkin(form.skin, u * 70 + 900, v * 70 + 700)
    const broad = readSkinSmooth(form.skin, u * 9 + 300, v * 9 + 500)
    const open = smoothstep(-0.5, 0.7, gap)
    let value = skin * (1 + 0.05 * grain + 0.06 * broad)
    // The socket is deep beside the nose; brow, nose and cheek stand out.
    const deep = bell((toNose - 2.5) / 1.3) * bell((v + 0.9) / 1.5)
    value *= 1 - 0.22 * deep + 0.07 * smoothstep(0.7, 2.2, v) + 0.06 * smoothstep(-1.2, -2.2, v)
    if (over > under) {
      const slack = over - 0.05 * broad
      const wrinkle = readSkin(form.skin, u * 11, slack * 75 + 50)
      value *= 1 + open * (0.04 * bell((slack - 0.2) / 0.2) + 0.03 * wrinkle * decay(slack / 0.6))
      if (crease > 0) {
        // Sharp towards the eye, soft above; shallower to both corners.
        const line = slack - crease + 0.06 * toNose - 0.012 * toNose * toNose
        const ends = bell(toNose / 2.6)
        value *= 1 - open * ends * (0.17 * bell(line / (line < 0 ? 0.03 : 0.1)) + 0.06 * bell((line - 0.15) / 0.25))
      }
      value += (lash + 50 - value) * 0.6 * decay(over / 0.045)
      if (brow.density > 0) {
        const ground = bell((v + brow.heightRadii - browArch(toNose) + 0.1 * broad) / 0.34) * smoothstep(-3.4, -2.2, toNose)
        value += (lash + 20 - value) * 0.55 * brow.density * ground
      }
    } else {
      const slack = under + 0.04 * broad
      const wrinkle = readSkin(form.skin, u * 13 + 77, slack * 60 + 150)
      const margin = smoothstep(0, 0.03, under) * smoothstep(0.13, 0.05, under)
      value *= 1 + open * (0.06 * margin * (1 + broad) - 0.1 * bell((under - 0.13) / 0.04) * (0.7 + 0.6 * grain))
      value *= 1 + open * (0.045 * wrinkle * decay(slack / 0.5) - 0.1 * bell((slack - 0.55 + 0.1 * toNose) / 0.12))
      value *= 1 - 0.25 * decay(under / 0.015)
    }
    return value
  }
}
