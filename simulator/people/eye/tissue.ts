// Paints eyeball and skin pixel by pixel and joins them along the lids. Hairs and lamps come later.

import type { Random } from '../../../protocol/random.js'
import { smoothstep } from '../raster.js'
import type { Canvas } from './canvas.js'
import type { EyeConditions } from './conditions.js'
import { decay } from './curves.js'
import { eyeballPainter, scleraPainter } from './eyeball.js'
import type { EyeForm } from './form.js'
import { lidReach, lidStepsPerRadius, type Placement, shutGap } from './geometry.js'
import { skinPainter } from './skin.js'

export function paintTissue(canvas: Canvas, form: EyeForm, look: EyeConditions, placement: Placement, random: Random): void {
  const { widthPx, heightPx, light, region: shows } = canvas
  const { cos, sin, upper, lower, lidShift } = placement
  const unit = 1 / look.irisRadiusPx
  const edgeSoft = 1.3 * unit
  const eyeball = eyeballPainter(form, look, placement, random)
  const sclera = scleraPainter(form, look)
  const skin = skinPainter(form, look)
  const last = upper.length - 2
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const dx = (x - look.centre.x) * unit
      const dy = (y - look.centre.y) * unit
      const u = dx * cos - dy * sin
      const v = dx * sin + dy * cos
      const at = Math.max(0, Math.min(last, (u + lidReach) * lidStepsPerRadius))
      const index = at | 0
      const part = at - index
      const riseHigh = upper[index + 1]! - upper[index]!
      const riseLow = lower[index + 1]! - lower[index]!
      const high = upper[index]! + riseHigh * part
      const low = lower[index]! + riseLow * part
      // Distance to a sloping edge, not along the column.
      const fromUpper = (v - high) / Math.sqrt(1 + (riseHigh * lidStepsPerRadius) ** 2)
      const fromLower = (low - v) / Math.sqrt(1 + (riseLow * lidStepsPerRadius) ** 2)
      const gap = low - high
      const toNose = u * form.nose + lidShift
      const open = gap < shutGap ? 0 : smoothstep(-edgeSoft, edgeSoft, Math.min(fromUpper, fromLower))
      const pixel = y * widthPx + x
      let value = 0
      if (open > 0) {
        const shown = eyeball(u, v, sclera(u, v, toNose))
        value = shown.grey * (1 - 0.28 * decay(fromUpper / 0.1) - 0.1 * decay(fromUpper / 0.45) - 0.06 * decay(fromLower / 0.06))
        if (open > 0.5) shows[pixel] = shown.shows
      }
      if (open < 1) {
        const cover = skin(u, v, -fromUpper, -fromLower, gap, toNose)
        value = cover + (value - cover) * open
      }
      light[pixel] = value
    }
  }
}
