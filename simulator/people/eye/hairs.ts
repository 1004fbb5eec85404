// Paints lashes, brow and hair: tapered, curved strokes, and soft dark corners. It says which pixels they cover.

import type { Random } from '../../../protocol/random.js'
import { between, smoothstep } from '../raster.js'
import { type Canvas, eachPixel } from './canvas.js'
import type { EyeConditions } from './conditions.js'
import type { EyeForm, LashForm } from './form.js'
import { cornersOf, lidAt, type Placement, type Point, toPixel } from './geometry.js'
import { browArch } from './skin.js'

/** A pixel darkened by at least this much is no longer seen as iris. */
const coveringAlpha = 0.35

interface Stroke {
  readonly root: Point
  readonly bend: Point
  readonly tip: Point
  readonly widthPx: number
}

/** Soft discs along a quadratic Bézier curve, thinner to the tip; `alpha` keeps the strongest. */
function stampStroke(canvas: Canvas, alpha: Float32Array, { root, bend, tip, widthPx }: Stroke): void {
  const { widthPx: columns, heightPx: rows } = canvas
  const lengthPx = Math.hypot(bend.x - root.x, bend.y - root.y) + Math.hypot(tip.x - bend.x, tip.y - bend.y)
  const steps = Math.max(4, Math.ceil(lengthPx * 1.7))
  for (let step = 0; step <= steps; step++) {
    const t = step / steps
    const x = root.x * (1 - t) ** 2 + 2 * bend.x * t * (1 - t) + tip.x * t * t
    const y = root.y * (1 - t) ** 2 + 2 * bend.y * t * (1 - t) + tip.y * t * t
    const radius = widthPx * (1 - 0.85 * t)
    const reach = radius + 0.7
    const strength = Math.min(1, 0.55 + radius * 0.5)
    const right = Math.min(columns - 1, x + reach)
    const bottom = Math.min(rows - 1, y + reach)
    for (let row = Math.max(0, Math.ceil(y - reach)); row <= bottom; row++) {
      for (let column = Math.max(0, Math.ceil(x - reach)); column <= right; column++) {
        const distance = Math.sqrt((column - x) ** 2 + (row - y) ** 2)
        const dark = strength * smoothstep(reach, radius - 0.6, distance)
        const at = row * columns + column
        if (dark > alpha[at]!) alpha[at] = dark
      }
    }
  }
}

/** Upper lashes come forward from the lid's edge, then curl up or hang down over the iris. */
function upperStroke(form: EyeForm, look: EyeConditions, place: Placement, lash: LashForm): Stroke {
  const { nasal, temporal } = cornersOf(form, place)
  const middle = (nasal + temporal) / 2
  const u = middle + lash.along * Math.abs(nasal - temporal) * 0.485
  const v = lidAt(place.upper, u) - 0.015
  const { lengthPx, droop } = look.lashes
  const edge = 1 - 0.45 * lash.along * lash.along
  const length = (lengthPx / look.irisRadiusPx) * lash.length * edge
  const fan = lash.along * 0.75 + lash.lean
  const hang = droop + 0.5 * (1 - lash.curl)
  return {
    root: toPixel(look, place, u, v),
    bend: toPixel(look, place, u + fan * length * 0.3, v + length * (0.2 + 0.35 * hang)),
    tip: toPixel(look, place, u + fan * length, v + length * (-0.7 + 1.6 * hang)),
    widthPx: Math.max(0.55, (look.irisRadiusPx / 100) * lash.width),
  }
}

function lowerStroke(form: EyeForm, look: EyeConditions, place: Placement, lash: LashForm): Stroke {
  const { nasal, temporal } = cornersOf(form, place)
  const u = (nasal + temporal) / 2 + lash.along * Math.abs(nasal - temporal) * 0.45
  const v = lidAt(place.lower, u) + 0.12
  const length = (look.lashes.lengthPx / look.irisRadiusPx) * lash.length * 0.55
  const fan = lash.along * 0.7 + lash.lean
  return {
    root: toPixel(look, place, u, v),
    bend: toPixel(look, place, u + fan * length * 0.2, v + length * 0.55),
    tip: toPixel(look, place, u + fan * length, v + length * (1.25 - 0.8 * lash.curl)),
    widthPx: Math.max(0.45, (look.irisRadiusPx / 135) * lash.width),
  }
}

function browStroke(form: EyeForm, look: EyeConditions, place: Placement, hair: LashForm): Stroke {
  const toNose = hair.along * 2.8 - 0.4
  const u = (toNose - place.lidShift) * form.nose
  // Which hair lies how high in the brow: any even spread will do.
  const level = ((hair.width * 977) % 1) * 2 - 1
  const v = -look.brow.heightRadii + browArch(toNose) + 0.34 * level
  const length = 0.55 * hair.length
  const away = -form.nose * length
  const rise = 0.35 + 0.5 * smoothstep(0.5, 1.8, toNose) - 0.35 * level
  return {
    root: toPixel(look, place, u, v),
    bend: toPixel(look, place, u + away * 0.5, v - length * rise * 0.6),
    tip: toPixel(look, place, u + away, v - length * rise * (0.7 + 0.6 * hair.lean)),
    widthPx: Math.max(0.5, (look.irisRadiusPx / 85) * hair.width),
  }
}

/** A strand of hair that hangs into the picture from a corner. */
function cornerStroke({ x, y, radiusPx }: EyeConditions['corners'][number], random: Random): Stroke {
  const heading = random.next() * 2 * Math.PI
  const at = (angle: number, distance: number): Point => ({
    x: x + distance * radiusPx * Math.cos(angle),
    y: y + distance * radiusPx * Math.sin(angle),
  })
  return {
    root: at(heading, between(random, 0.1, 0.5)),
    bend: at(heading + between(random, -0.3, 0.3), between(random, 0.8, 1.1)),
    tip: at(heading + between(random, -0.5, 0.5), between(random, 0.9, 1.7)),
    widthPx: between(random, 0.6, 1.4),
  }
}

function some(hairs: readonly LashForm[], density: number): readonly LashForm[] {
  return hairs.slice(0, Math.round(hairs.length * density))
}

export function paintHairs(canvas: Canvas, form: EyeForm, look: EyeConditions, place: Placement, random: Random): void {
  const alpha = new Float32Array(canvas.light.length)
  // Between two looks each lash has moved a little.
  const moved = (lash: LashForm): LashForm => ({
    ...lash,
    lean: lash.lean + between(random, -0.05, 0.05),
    curl: lash.curl * between(random, 0.9, 1.1),
  })
  const { density } = look.lashes
  for (const lash of some(form.upperLashes, density)) stampStroke(canvas, alpha, upperStroke(form, look, place, moved(lash)))
  for (const lash of some(form.lowerLashes, density * 0.8)) stampStroke(canvas, alpha, lowerStroke(form, look, place, moved(lash)))
  for (const hair of some(form.browHairs, look.brow.density)) stampStroke(canvas, alpha, browStroke(form, look, place, hair))
  for (const corner of look.corners) {
    paintShadow(canvas, corner)
    for (let i = 0; i < 26; i++) stampStroke(canvas, alpha, cornerStroke(corner, random))
  }
  const { light, covered } = canvas
  const dark = look.grey.lash
  for (let i = 0; i < alpha.length; i++) {
    const a = alpha[i]!
    if (a === 0) continue
    // A thin hair over the dark pupil is not brighter than the pupil.
    if (light[i]! > dark) light[i] = light[i]! + (dark - light[i]!) * a
    if (a >= coveringAlpha) covered[i] = 255
  }
}

/** Hair or shadow in a corner: dark inside, fading out. */
function paintShadow({ light, covered, ...canvas }: Canvas, { x, y, radiusPx, grey }: EyeConditions['corners'][number]): void {
  eachPixel(canvas, { x, y, halfX: radiusPx * 1.35, halfY: radiusPx * 1.35 }, (at, dx, dy) => {
    const angle = Math.atan2(dy, dx)
    const edge = radiusPx * (1 + 0.09 * Math.sin(angle * 5 + x) + 0.05 * Math.sin(angle * 11 + y))
    const dark = smoothstep(edge * 1.25, edge * 0.25, Math.sqrt(dx * dx + dy * dy))
    light[at] = light[at]! + (grey - light[at]!) * dark
    if (dark >= coveringAlpha) covered[at] = 255
  })
}
