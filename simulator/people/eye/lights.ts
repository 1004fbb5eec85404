// Paints what mirrors the lamps or stands before the eye: highlights on the cornea, tear film, glasses. It says which pixels they cover.

import type { Random } from '../../../protocol/random.js'
import { between, smoothstep } from '../raster.js'
import { type Canvas, eachPixel, region } from './canvas.js'
import type { EyeConditions, Glasses, HighlightKind } from './conditions.js'
import { lidAt, type Placement, type Point, shutGap, toPixel } from './geometry.js'

const white = 330

/** An ellipse of light with a soft edge and a faint halo. The cornea mirrors only where no lid is before it. */
function paintSpot(canvas: Canvas, at: Point, radiusX: number, radiusY: number, where: 'on_eyeball' | 'anywhere', grey = white): void {
  const { light, covered, region: shows } = canvas
  const halo = 2.4
  const radius = Math.sqrt(radiusX * radiusY)
  eachPixel(canvas, { ...at, halfX: radiusX * halo + 1, halfY: radiusY * halo + 1 }, (index, dx, dy) => {
    if (where === 'on_eyeball' && shows[index] === region.skin) return
    const away = Math.sqrt((dx / radiusX) ** 2 + (dy / radiusY) ** 2)
    const core = smoothstep(0.9, -0.9, (away - 1) * radius)
    const glow = 0.12 * Math.max(0, 1 - away / halo) ** 2
    light[index] = light[index]! + (grey - light[index]!) * Math.max(core, glow)
    if (core > 0.2) covered[index] = 255
  })
}

function paintHighlight(canvas: Canvas, kind: HighlightKind, look: EyeConditions, place: Placement, random: Random): void {
  const r = look.irisRadiusPx
  const where = kind === 'tear_film' ? 'anywhere' : 'on_eyeball'
  const spot = (u: number, v: number, size: number, stretch = 1) =>
    paintSpot(canvas, toPixel(look, place, u, v), Math.max(0.8, size * r), Math.max(0.8, size * r * stretch), where)
  const { pupil } = place
  const near = (by: number) => between(random, -by, by) * pupil.radius
  switch (kind) {
    case 'inside_pupil':
      spot(pupil.u + near(0.35), pupil.v + near(0.35), between(random, 0.035, 0.07), between(random, 0.8, 1.3))
      break
    case 'two_lamps': {
      const apart = between(random, 0.12, 0.3)
      const u = pupil.u + near(0.3)
      const v = pupil.v + near(0.3)
      const size = between(random, 0.035, 0.06)
      spot(u - apart, v, size)
      spot(u + apart, v + between(random, -0.03, 0.03), size * between(random, 0.7, 1.1))
      break
    }
    case 'ring': {
      const turn = random.next() * Math.PI
      const radius = between(random, 0.18, 0.26)
      const u = pupil.u + near(0.2)
      const v = pupil.v + near(0.2)
      for (let i = 0; i < 8; i++)
        spot(u + radius * Math.cos(turn + (i * Math.PI) / 4), v + radius * Math.sin(turn + (i * Math.PI) / 4), 0.03)
      break
    }
    case 'on_iris': {
      const angle = between(random, -0.2, Math.PI + 0.2)
      const radius = between(random, pupil.radius + 0.15, 0.85)
      spot(radius * Math.cos(angle), -radius * Math.sin(angle) * 0.7, between(random, 0.04, 0.1), between(random, 0.7, 1.4))
      break
    }
    case 'tear_film': {
      const count = 2 + Math.floor(random.next() * 4)
      const middle = between(random, -0.3, 0.3)
      for (let i = 0; i < count; i++) {
        const u = middle + between(random, -0.16, 0.16)
        if (lidAt(place.lower, u) - lidAt(place.upper, u) < shutGap) continue
        spot(u, lidAt(place.lower, u) + between(random, -0.03, 0.1), between(random, 0.008, 0.03), 0.7)
      }
    }
  }
}

function paintGlasses(canvas: Canvas, glasses: Glasses, look: EyeConditions, { cos, sin }: Placement): void {
  const { light, covered, widthPx, heightPx } = canvas
  const unit = 1 / look.irisRadiusPx
  const rim = 0.16
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const dx = (x - look.centre.x) * unit
      const dy = (y - look.centre.y) * unit
      const across = ((dx * cos - dy * sin - glasses.shift.x) / glasses.halfWidth) ** 2
      const down = ((dx * sin + dy * cos - glasses.shift.y) / glasses.halfHeight) ** 2
      // A rounded rectangle: the fourth powers of both.
      const out = (Math.sqrt(Math.sqrt(across * across + down * down)) - 1) * glasses.halfHeight
      const at = y * widthPx + x
      if (out < 0) light[at] = light[at]! * glasses.lensGain
      const frame = smoothstep(-unit, unit, out) * smoothstep(rim + unit, rim - unit, out)
      if (frame > 0) light[at] = light[at]! + (glasses.frameGrey - light[at]!) * frame
      if (frame > 0.3) covered[at] = 255
    }
  }
  for (const { x, y, wide, high, grey } of glasses.reflections) {
    const at = { x: look.centre.x + x * look.irisRadiusPx, y: look.centre.y + y * look.irisRadiusPx }
    paintSpot(canvas, at, wide * look.irisRadiusPx, high * look.irisRadiusPx, 'anywhere', grey)
  }
}

export function paintLights(canvas: Canvas, look: EyeConditions, place: Placement, random: Random): void {
  for (const kind of look.highlights) paintHighlight(canvas, kind, look, place, random)
  if (look.glasses) paintGlasses(canvas, look.glasses, look, place)
}
