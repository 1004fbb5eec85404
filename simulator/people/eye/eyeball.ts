// Paints what lies between the lids: pupil, iris tissue, sclera with its vessels, the tear duct's flesh. It knows no lid, hair or lamp.

import type { Random } from '../../../protocol/random.js'
import { smoothNoise, smoothstep } from '../raster.js'
import { region } from './canvas.js'
import type { EyeConditions } from './conditions.js'
import { bell } from './curves.js'
import { type EyeForm, readSkin } from './form.js'
import type { Placement } from './geometry.js'
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

/** Bilinear; the turn is periodic, the depth ends. */
function readTexture(texture: Float32Array, turn: number, depth: number): number {
  const x = (turn - Math.floor(turn)) * turnSteps
  const y = Math.max(0, Math.min(depthSteps - 1.001, depth * depthSteps - 0.5))
  const column = Math.floor(x)
  const row = Math.floor(y)
  const fx = x - column
  const left = row * turnSteps + (column & (turnSteps - 1))
  const right = row * turnSteps + ((column + 1) & (turnSteps - 1))
  const top = texture[left]! + (texture[right]! - texture[left]!) * fx
  const bottom = texture[left + turnSteps]! + (texture[right + turnSteps]! - texture[left + turnSteps]!) * fx
  return top + (bottom - top) * (y - row)
}

/** Displacement and added shading of one look, by turn and depth. */
function changeOfLook(random: Random, { warp, relief }: EyeConditions['tissue']) {
  const along = smoothNoise(random, 9, 2, true)
  const around = smoothNoise(random, 9, 2, true)
  const coarse = smoothNoise(random, 30, 4, true)
  const fine = smoothNoise(random, 74, 8, true)
  return {
    depth: (turn: number, depth: number) => warp * along(turn, depth) * depth * (1 - depth) * 4,
    turn: (turn: number, depth: number) => 0.16 * warp * around(turn, depth),
    shade: (turn: number, depth: number) => 1.9 * relief * (coarse(turn, depth) + 0.7 * fine(turn, depth)),
  }
}

/** Of one pixel: its grey and which `region` it is. */
export interface Shown {
  grey: number
  shows: number
}

/** Paints iris and pupil over a sclera of `white`; the same object is handed back each time. */
export function eyeballPainter(form: EyeForm, look: EyeConditions, { pupil, squeezeX, squeezeY }: Placement, random: Random) {
  const outline = pupilOutline(form)
  const { iris, texture, pupil: dark } = look.grey
  const radiusPx = look.irisRadiusPx
  const ring = 1 - pupil.radius
  const soft = look.limbusSoftnessPx / radiusPx / 2
  const square = pupil.u * pupil.u + pupil.v * pupil.v - ring * ring
  // Real tissue does not stretch evenly: its pupillary zone stretches least.
  const strain = form.strain * (look.pupilRatio - form.restingRatio)
  const change = changeOfLook(random, look.tissue)
  const own = Math.sqrt(Math.max(0, 1 - look.tissue.relief ** 2))
  const { haze } = form
  const shown: Shown = { grey: 0, shows: region.sclera }
  return (u: number, v: number, white: number): Shown => {
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
    const stretched = inward + strain * inward * (1 - inward) + change.depth(angle, inward)
    const fibres = texture * (own * readTexture(form.texture, angle + change.turn(angle, inward), stretched) + change.shade(angle, inward))
    const value = iris + fibres - 0.14 * iris * smoothstep(0.78, 1, inward)
    const edge = Math.sqrt(reach) - 1
    const blended = value + (white - value) * smoothstep(-soft, soft, edge)
    shown.grey = dark + (blended - dark) * smoothstep(-1.1, 1.1, depth * ring * radiusPx)
    const veil = haze ? haze.density * bell(Math.sqrt((x - haze.x) ** 2 + (y - haze.y) ** 2) / haze.radius) : 0
    shown.grey += (iris + 60 - shown.grey) * veil
    shown.shows = depth < 0 ? region.pupil : edge > 0 ? region.sclera : veil > 0.5 ? region.hazed : region.iris
    return shown
  }
}

/** Sclera at a place and `toNose` from the middle of the lids: a ball in the light, vessels, and a fold before the tear duct's flesh. */
export function scleraPainter(form: EyeForm, look: EyeConditions) {
  const { sclera, skin } = look.grey
  const { inner, outer } = form.lids
  return (u: number, v: number, toNose: number): number => {
    const aside = toNose > 0 ? toNose / inner : -toNose / outer
    const vessels = readSkin(form.skin, u * 26 + 400, v * 70 + 90)
    let value = sclera * (1 - 0.2 * aside * aside * aside) + (2 + 4 * aside) * vessels
    const high = v - form.lids.cornerDrop
    // The fold bends around the eyeball.
    const duct = toNose - inner + 0.35 * high * high
    if (duct > -0.7) {
      value *= 1 - 0.09 * bell((duct + 0.42) / 0.06)
      value += (skin * (0.92 + 0.1 * vessels) - value) * smoothstep(-0.42, -0.3, duct)
      value *= 1 + 0.25 * bell((duct + 0.2) / 0.07) * bell((high - 0.1) / 0.07)
    }
    return value
  }
}
