// Paints eyeball and skin, pixel by pixel: pupil, iris, sclera, tear duct, lids with their margins and folds. Hairs and lamps come later.

import { smoothstep } from '../raster.js'
import { type Canvas, region } from './canvas.js'
import type { EyeConditions } from './conditions.js'
import { type EyeForm, skinSize } from './form.js'
import { lidReach, lidStepsPerRadius, type Placement, shutGap } from './geometry.js'
import { depthSteps, turnSteps } from './texture.js'

const shapeSteps = 512

/** How far the pupil's edge stands out, by turn, as a part of its radius. */
function pupilOutline(form: EyeForm): Float32Array {
  return Float32Array.from({ length: shapeSteps }, (_, i) =>
    form.pupilShape.reduce(
      (sum, { amplitude, phase }, k) => sum + amplitude * Math.cos(((k + 2) * 2 * Math.PI * i) / shapeSteps + phase),
      0,
    ),
  )
}

function readTexture(texture: Float32Array, turn: number, depth: number): number {
  const x = (turn - Math.floor(turn)) * turnSteps
  const y = depth * depthSteps - 0.5
  const column = Math.floor(x)
  const row = y < 0 ? 0 : y > depthSteps - 2 ? depthSteps - 2 : Math.floor(y)
  const fx = x - column
  const fy = y < 0 ? 0 : y > depthSteps - 1 ? 1 : y - row
  const left = row * turnSteps + (column & (turnSteps - 1))
  const right = row * turnSteps + ((column + 1) & (turnSteps - 1))
  const top = texture[left]! + (texture[right]! - texture[left]!) * fx
  const bottom = texture[left + turnSteps]! + (texture[right + turnSteps]! - texture[left + turnSteps]!) * fx
  return top + (bottom - top) * fy
}

/** The tile is laid mirrored beside itself, so that it has no seam. */
function readSkin(skin: Float32Array, u: number, v: number): number {
  const fold = (at: number) => {
    const within = ((at % (2 * skinSize)) + 2 * skinSize) % (2 * skinSize)
    return within < skinSize ? within | 0 : (2 * skinSize - 1 - within) | 0
  }
  return skin[fold(v) * skinSize + fold(u)]!
}

/** Paints the iris and pupil over a sclera of `white`. Returns the grey; `shows` says what the pixel is. */
function eyeballPainter(form: EyeForm, look: EyeConditions, { pupil, squeezeX, squeezeY }: Placement) {
  const outline = pupilOutline(form)
  const { iris, texture, pupil: dark } = look.grey
  const radiusPx = look.irisRadiusPx
  const ring = 1 - pupil.radius
  const soft = look.limbusSoftnessPx / radiusPx / 2
  const square = pupil.u * pupil.u + pupil.v * pupil.v - ring * ring
  // Real tissue does not stretch evenly: its pupillary zone stretches least.
  const strain = form.strain * (look.pupilRatio - form.restingRatio)
  const shown = { grey: 0, shows: region.sclera as number }
  return (u: number, v: number, white: number) => {
    const x = u / squeezeX
    const y = v / squeezeY
    const reach = x * x + y * y
    shown.grey = white
    shown.shows = region.sclera
    if (reach > (1 + 2 * soft) ** 2) return shown
    const qx = x - pupil.u
    const qy = y - pupil.v
    // The rubber sheet: the point lies on the circle that is `depth` of the way from pupil to limbus, both centre and radius. Solved for `depth`.
    const half = qx * -pupil.u + qy * -pupil.v + pupil.radius * ring
    const rest = qx * qx + qy * qy - pupil.radius * pupil.radius
    const circle = (half - Math.sqrt(Math.max(0, half * half - square * rest))) / square
    const angle = Math.atan2(-(qy + circle * pupil.v), qx + circle * pupil.u) / (2 * Math.PI)
    const bulge = (outline[Math.floor((angle + 1) * shapeSteps) & (shapeSteps - 1)]! * pupil.radius) / ring
    const depth = (circle - bulge) / (1 - bulge)
    const inward = depth < 0 ? 0 : Math.min(depth, 1)
    const value =
      iris + texture * readTexture(form.texture, angle, inward + strain * inward * (1 - inward)) - 0.14 * iris * smoothstep(0.78, 1, inward)
    const edge = Math.sqrt(reach) - 1
    const blended = value + (white - value) * smoothstep(-soft, soft, edge)
    const fromPupilPx = depth * ring * radiusPx
    shown.grey = dark + (blended - dark) * smoothstep(-1.1, 1.1, fromPupilPx)
    shown.shows = depth < 0 ? region.pupil : edge <= 0 ? region.iris : region.sclera
    return shown
  }
}

/** Grey of the skin: `over` and `under` are distances into the upper and lower lid (negative beyond), `gap` between both edges. */
function skinPainter(form: EyeForm, look: EyeConditions) {
  const { skin, lash } = look.grey
  const { crease } = form.lids
  const grain = 46
  return (u: number, v: number, over: number, under: number, gap: number, toNose: number) => {
    const grained = readSkin(form.skin, u * grain + 900, v * grain + 700)
    const open = smoothstep(-0.5, 0.7, gap)
    let value = skin * (1 + 0.035 * grained)
    // The socket is deep beside the nose, brow and cheek stand out.
    value *= 1 - 0.16 * Math.exp(-((toNose - 2.6) ** 2 / 1.2 + (v + 0.4) ** 2 / 2)) + 0.05 * smoothstep(0.8, 2.2, Math.abs(v))
    if (over > -0.02 && over > under) {
      const lidRoll = Math.exp(-(((over - crease * 0.5) / 0.2) ** 2))
      value *= 1 + open * 0.05 * lidRoll
      if (crease > 0) {
        const line = (over - crease - 0.05 * toNose * toNose * 0.3) / 0.05
        value *= 1 - open * (0.24 * Math.exp(-line * line) + 0.06 * Math.exp(-((line / 3) ** 2)))
      }
      value += (lash + 40 - value) * 0.55 * Math.exp(-over / 0.05)
    } else if (under > -0.02) {
      const margin = smoothstep(-0.02, 0.02, under) * smoothstep(0.13, 0.06, under)
      value *= 1 + open * 0.1 * margin
      value *=
        1 - open * (0.12 * Math.exp(-(((under - 0.14) / 0.035) ** 2)) + 0.09 * Math.exp(-(((under - 0.6 + 0.1 * toNose) / 0.12) ** 2)))
    }
    return value
  }
}

/** Sclera: darker to the corners and beside the lids, with the tear duct's flesh on the nose side. */
function scleraGrey(form: EyeForm, look: EyeConditions, u: number, v: number, toNose: number): number {
  const { sclera, skin } = look.grey
  const aside = toNose > 0 ? toNose / form.lids.inner : -toNose / form.lids.outer
  let value = sclera * (1 - 0.16 * aside * aside) + 3 * readSkin(form.skin, u * 30 + 400, v * 90)
  const duct = (toNose - form.lids.inner + 0.22) / 0.3
  if (duct > -2) value += (skin * 0.82 - value) * 0.8 * smoothstep(-1, 0.2, duct)
  return value
}

export function paintTissue(canvas: Canvas, form: EyeForm, look: EyeConditions, placement: Placement): void {
  const { widthPx, heightPx, light, region: shows } = canvas
  const { cos, sin, upper, lower, lidShift } = placement
  const unit = 1 / look.irisRadiusPx
  const edgeSoft = 1.3 * unit
  const eyeball = eyeballPainter(form, look, placement)
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
      const high = upper[index]! + (upper[index + 1]! - upper[index]!) * part
      const low = lower[index]! + (lower[index + 1]! - lower[index]!) * part
      const slopeHigh = (upper[index + 1]! - upper[index]!) * lidStepsPerRadius
      const slopeLow = (lower[index + 1]! - lower[index]!) * lidStepsPerRadius
      // Distance to a sloping edge, not along the column.
      const fromUpper = (v - high) / Math.sqrt(1 + slopeHigh * slopeHigh)
      const fromLower = (low - v) / Math.sqrt(1 + slopeLow * slopeLow)
      const gap = low - high
      const toNose = u * form.nose + lidShift
      const nearest = Math.min(fromUpper, fromLower)
      const open = gap < shutGap ? 0 : smoothstep(-edgeSoft, edgeSoft, nearest)
      const pixel = y * widthPx + x
      let value = 0
      if (open > 0) {
        const shown = eyeball(u, v, scleraGrey(form, look, u, v, toNose))
        value = shown.grey * (1 - 0.3 * Math.exp(-Math.max(0, fromUpper) / 0.1) - 0.08 * Math.exp(-Math.max(0, fromLower) / 0.06))
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
