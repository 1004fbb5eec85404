// From a sample's surface and the light to its colour, in linear light. It knows no triangles.

import { lidEdges } from './expression.js'
import type { FaceForm, Rgb } from './form.js'
import { material } from './mesh.js'
import type { Band } from './rasteriser.js'
import type { Texture } from './skin-texture.js'

export interface Light {
  /** 1 is a well lit counter. */
  readonly level: number
  /** -1 all from the image's left … 1 all from its right. */
  readonly side: number
}

const linear = Float32Array.from({ length: 256 }, (_, v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4))
const codes = 4096
/** sRGB code of a linear value, with a soft shoulder towards white. */
const encoded = Uint8Array.from({ length: codes + 1 }, (_, k) => {
  const raw = (k / codes) * 1.5
  const value = raw < 0.8 ? raw : 0.8 + 0.2 * (1 - Math.exp(-(raw - 0.8) / 0.2))
  return Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055))
})
export const toCode = (value: number): number => encoded[value <= 0 ? 0 : value >= 1.5 ? codes : (value * (codes / 1.5)) | 0]!
export const ofCode = (code: number): number => linear[code]!
export const toLinear = ([r, g, b]: Rgb): Rgb => [linear[r]!, linear[g]!, linear[b]!]

/** Repeating noise in 0..1 for strands and weave. */
const noiseSide = 256
const noise = (() => {
  const out = new Float32Array(noiseSide * noiseSide)
  let state = 0x2545f491
  for (let k = 0; k < out.length; k++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    out[k] = (state >>> 8) / 0x1000000
  }
  return out
})()
function noiseAt(u: number, v: number): number {
  const x = Math.floor(u)
  const y = Math.floor(v)
  const row = (y & 255) << 8
  const below = ((y + 1) & 255) << 8
  const left = x & 255
  const right = (x + 1) & 255
  const top = noise[row + left]! + (noise[row + right]! - noise[row + left]!) * (u - x)
  const bottom = noise[below + left]! + (noise[below + right]! - noise[below + left]!) * (u - x)
  return top + (bottom - top) * (v - y)
}

/** Where the edge of hair ends in single strands. */
export const betweenStrands = (u: number, beforeEdge: number): boolean => beforeEdge < 4.5 * noiseAt(u * 5.1, beforeEdge * 0.12) - 1.2

export interface Shader {
  readonly form: FaceForm
  readonly texture: Texture
  readonly light: Light
  readonly eyesOpen: number
  readonly mouthFallMm: number
}

/** Adds a sample's colour in linear light, `weight` times. */
export type ShadeSample = (sample: number, sum: Float32Array, weight: number) => void

export function sampleShader(band: Band, shader: Shader): ShadeSample {
  const { light } = shader
  const turn = light.side * 1.25
  const lean = Math.abs(light.side)
  const length = Math.hypot(0.86, 0.42)
  const [kx, ky, kz] = [(Math.sin(turn) * 0.86) / length, -0.42 / length, (Math.cos(turn) * 0.86) / length]
  const half = Math.hypot(kx, ky, kz + 1)
  const [hx, hy, hz] = [kx / half, ky / half, (kz + 1) / half]
  const keyPower = (0.74 + 0.25 * lean) * light.level
  const around = 0.56 * (1 - 0.62 * lean) * light.level
  const flat = 0.1 * (1 - 0.8 * lean) * light.level
  const colour = new Float32Array(3)
  const paint = painters(shader)
  const { attribute } = band
  return (sample, sum, weight) => {
    const what = band.material[sample]!
    const a = sample * 6
    const nx = attribute[a]!
    const ny = attribute[a + 1]!
    const nz = attribute[a + 2]!
    const inverse = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz || 1)
    const open = attribute[a + 5]!
    const gloss = paint(what, attribute[a + 3]!, attribute[a + 4]!, colour)
    const facing = (nx * kx + ny * ky + nz * kz) * inverse
    const sky = around * (0.78 - 0.22 * ny * inverse) * open + flat * Math.max(0, nz * inverse) * open
    const shine = gloss === 0 ? 0 : shineOf(what, (nx * hx + ny * hy + nz * hz) * inverse) * gloss * keyPower * open
    const direct = keyPower * (0.35 + 0.65 * open)
    // Light that enters skin leaves it redder and a little further on.
    const skin = what === material.skin
    sum[0] = sum[0]! + weight * (colour[0]! * (direct * wrapped(facing, skin ? 0.36 : 0.15) + sky) + shine)
    sum[1] = sum[1]! + weight * (colour[1]! * (direct * wrapped(facing, skin ? 0.24 : 0.15) + sky) + shine)
    sum[2] = sum[2]! + weight * (colour[2]! * (direct * wrapped(facing, skin ? 0.2 : 0.15) + sky) + shine)
  }
}

const wrapped = (facing: number, by: number): number => Math.max(0, (facing + by) / (1 + by))

function shineOf(what: number, along: number): number {
  if (along <= 0) return 0
  const a2 = along * along
  const a8 = a2 * a2 * a2 * a2
  const a16 = a8 * a8
  if (what === material.eye) return 0
  if (what === material.hair) return a16 * a8
  return a16
}

type Paint = (what: number, u: number, v: number, colour: Float32Array) => number

/** Writes a sample's own colour, gives how much it shines. */
function painters({ form, texture, eyesOpen, mouthFallMm, light }: Shader): Paint {
  const hair = toLinear(form.hair)
  const cloth = toLinear(form.cloth)
  const veil = toLinear(form.veil)
  const skin = skinPaint(form, texture, eyesOpen)
  const eye = eyePaint(form, eyesOpen, light)
  const set = (colour: Float32Array, [r, g, b]: Rgb, share: number) => {
    colour[0] = r * share
    colour[1] = g * share
    colour[2] = b * share
  }
  return (what, u, v, colour) => {
    if (what === material.skin) return skin(u, v, colour)
    if (what === material.hair) {
      const strand = 0.55 * noiseAt(u * 2.6, v * 0.09) + 0.45 * noiseAt(u * 6.3 + 40, v * 0.17)
      set(colour, hair, 0.55 + 0.9 * strand)
      return 0.02 + 0.1 * strand
    }
    if (what === material.eye) return eye(u, v, colour)
    if (what === material.veil) {
      set(colour, veil, 0.94 + 0.06 * noiseAt(u * 2.2, v * 2.2))
      return 0.015
    }
    if (what === material.cloth) return clothPaint(u, v, colour, cloth)
    if (what === material.mouth) return mouthPaint(u, v, colour, mouthFallMm)
    set(
      colour,
      what === material.cap ? [0.012, 0.012, 0.014] : [0.02, 0.017, 0.016],
      what === material.cap ? 0.8 + 0.4 * noiseAt(u * 1.7, v * 1.7) : 1,
    )
    return what === material.cap ? 0.03 : 0.35
  }
}

function clothPaint(x: number, y: number, colour: Float32Array, cloth: Rgb): number {
  let share = 0.93 + 0.07 * noiseAt(x * 1.6, y * 1.6)
  const across = Math.abs(x)
  if (y > 0) {
    // Collar, its edge and its shadow, then the button band.
    const collar = 168 - across * 0.55
    const below = y - collar
    if (across < 74 && below < 0) share *= 1.06
    if (across < 76 && below >= 0 && below < 5) share *= 0.62 + below * 0.07
    if (below > 0 && Math.abs(x - 9) < 0.7) share *= 0.72
    const button = (y - 186) % 58
    if (below > 8 && x * x + (button - 4) ** 2 < 12) share *= 0.55
    if (below <= 0 && across < (y - 138) * -0.02) share *= 0.8
  }
  for (let c = 0; c < 3; c++) colour[c] = cloth[c]! * share
  return 0.01
}

function mouthPaint(x: number, y: number, colour: Float32Array, fall: number): number {
  const arch = (x * x) / 130
  const upper = y < Math.min(4, 0.5 + fall * 0.22) - arch * 0.5 && y > -12
  const lower = y > fall * 0.8 - 3 + arch * 0.4 && y < fall * 0.8 + 8
  if ((upper && Math.abs(x) < 24) || (lower && Math.abs(x) < 20)) {
    const gap = Math.abs(((Math.abs(x) / 7.4) % 1) - 0.5) * 2
    const tone = (0.62 - (x * x) / 1500) * (gap > 0.94 ? 0.72 : 1) * (upper ? 1 : 0.7)
    colour[0] = tone
    colour[1] = tone * 0.9
    colour[2] = tone * 0.76
    return 0.1
  }
  const tongue = y > fall * 0.62 ? 1 : 0
  colour[0] = 0.05 + 0.16 * tongue
  colour[1] = 0.012 + 0.03 * tongue
  colour[2] = 0.012 + 0.03 * tongue
  return 0
}

function skinPaint(form: FaceForm, { left, top, perMm, widthPx, heightPx, rgb }: Texture, eyesOpen: number) {
  const base = toLinear(form.skin.base)
  const lash = lashPaint(form, eyesOpen)
  return (u: number, v: number, colour: Float32Array): number => {
    const x = (u - left) * perMm - 0.5
    const y = (v - top) * perMm - 0.5
    if (x < 0 || y < 0 || x >= widthPx - 1 || y >= heightPx - 1) {
      for (let c = 0; c < 3; c++) colour[c] = base[c]!
      return 0.03
    }
    const [ix, iy] = [x | 0, y | 0]
    const [fx, fy] = [x - ix, y - iy]
    const at = (iy * widthPx + ix) * 3
    const below = at + widthPx * 3
    for (let c = 0; c < 3; c++) {
      const upper = linear[rgb[at + c]!]! * (1 - fx) + linear[rgb[at + 3 + c]!]! * fx
      const lower = linear[rgb[below + c]!]! * (1 - fx) + linear[rgb[below + 3 + c]!]! * fx
      colour[c] = upper + (lower - upper) * fy
    }
    const across = Math.abs(u) - form.eyeHalfMm
    if (v > -15 && v < 9 && across > -22 && across < 22) return lash(across, v, colour)
    return 0.05
  }
}

/** Lashes along the lid's edge, the crease above it, the wet rim below: they move with the lid. */
function lashPaint(form: FaceForm, eyesOpen: number) {
  const woman = form.sex === 'F'
  return (across: number, v: number, colour: Float32Array): number => {
    const out = across / form.eyeWidthMm
    const within = Math.max(-1, Math.min(1, out))
    const { upper, lower } = lidEdges(form, eyesOpen, within)
    const beyond = Math.max(0, Math.abs(out) - 1) * form.eyeWidthMm
    const above = upper - v
    const fade = Math.exp(-((beyond / 1.6) ** 2))
    const thick = (woman ? 1.25 : 0.85) * (0.55 + 0.45 * within + 0.4 * (1 - eyesOpen))
    const dark = above > -0.5 ? Math.exp(-((Math.max(0, above) / Math.max(0.35, thick)) ** 2)) * fade * (woman ? 0.94 : 0.86) : 0
    // Shut, the upper lashes hang over the lower lid.
    const hanging = above < 0 ? 0.6 * (1 - eyesOpen) * Math.exp(-((above / 1.9) ** 2)) * fade : 0
    // The fold lies over the open lid; on the shut one it is smoothed out and higher.
    const creaseAt = 2.2 + 1.2 * Math.max(0, 1 - within * within * 0.8) + 4.5 * (1 - eyesOpen)
    const crease =
      (0.08 + 0.28 * eyesOpen) * Math.exp(-(((above - creaseAt) / (0.75 + 1.2 * (1 - eyesOpen))) ** 2)) * Math.exp(-((beyond / 4) ** 2))
    const under = v - lower
    const rim = under > -0.5 ? 0.42 * eyesOpen * Math.exp(-((under / 0.75) ** 2)) * fade : 0
    const keep = (1 - dark) * (1 - hanging) * (1 - crease) * (1 - rim)
    colour[0] = colour[0]! * keep + 0.01 * dark
    colour[1] = colour[1]! * keep * (1 - 0.1 * rim) + 0.008 * dark
    colour[2] = colour[2]! * keep * (1 - 0.1 * rim) + 0.008 * dark
    return 0.04
  }
}

const irisRadiusMm = 6.1
const pupilRadiusMm = 2.3

function eyePaint(form: FaceForm, eyesOpen: number, { side }: Light) {
  const glint = { x: -1.8 + 3.2 * side, y: -2.6 }
  const iris = toLinear(form.iris)
  const { eyeWidthMm } = form
  return (u: number, v: number, colour: Float32Array): number => {
    const left = u > 50
    const x = left ? u - 100 : u
    const r = Math.hypot(x, v)
    const out = (left ? x : -x) / eyeWidthMm
    const { upper } = lidEdges(form, eyesOpen, Math.max(-1, Math.min(1, out)))
    // The lid and its lashes throw a shadow on the eye.
    const shadow = 1 - 0.6 * Math.exp(-(Math.max(0, v - 1 - upper) / 2))
    // The lamp mirrored in the cornea, up and beside the pupil.
    const lamp = Math.exp(-(((x - glint.x) ** 2 + (v - glint.y) ** 2) / 0.9))
    if (r < irisRadiusMm) {
      const ring = r > irisRadiusMm - 0.9 ? 0.45 + 0.55 * ((irisRadiusMm - r) / 0.9) : 1
      const glow = 0.8 + 0.7 * Math.max(0, v / irisRadiusMm) * (r / irisRadiusMm)
      const fibre = 0.8 + 0.4 * noiseAt((Math.atan2(v, x) + 4) * 14, r * 0.4)
      const pupil = r < pupilRadiusMm ? 0.06 : Math.min(1, 0.06 + (r - pupilRadiusMm) / 0.4)
      const share = ring * glow * fibre * pupil * shadow
      for (let c = 0; c < 3; c++) colour[c] = iris[c]! * share + 0.8 * lamp
      return 0
    }
    const edge = Math.min(1, (r - irisRadiusMm) / 0.7)
    const corner = Math.min(1, Math.max(0, (Math.abs(out) - 0.55) / 0.45))
    const white = shadow * (0.3 + 0.7 * edge) * (1 - 0.5 * corner)
    const pink = out < -0.84 ? Math.min(1, (-0.84 - out) / 0.1) : 0
    colour[0] = 0.6 * white
    colour[1] = (0.55 - 0.28 * pink - 0.06 * corner) * white
    colour[2] = (0.52 - 0.28 * pink - 0.06 * corner) * white
    return 0
  }
}
