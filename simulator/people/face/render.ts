// One picture of a synthetic person before a camera: head posed, face expressed, lit, laid over the cloth. It knows no device and no time.

import type { FacePresentation } from '../person.js'
import { noiseWords, type Streams } from '../raster.js'
import { expressed, eyeOpening, lipOpening } from './expression.js'
import type { FaceForm, Rgb } from './form.js'
import { headField, headMesh } from './head-shape.js'
import { type Camera, headRotation, type Mesh, material, type Rotation, rotate, type Vector } from './mesh.js'
import { type Anchor, bodyParts, type Part, veilOpening } from './parts.js'
import { makeBand, place, rasterise, samplesPerSide } from './rasteriser.js'
import { betweenStrands, type Light, ofCode, shade, toCode, toLinear } from './shading.js'
import { skinTexture, type Texture } from './skin-texture.js'

/** A presentation with nothing left open. */
export type Stance = Required<Omit<FacePresentation, 'light' | 'seed' | 'backdrop'>> & { readonly light: Light; readonly backdrop: Rgb }

export const cloths = { red: [219, 21, 20], blue: [0, 144, 255] } as const

export function stance(form: FaceForm, presentation: FacePresentation): Stance {
  const { light, seed: _, backdrop = form.background, ...given } = presentation
  return {
    yawDeg: 0,
    pitchDeg: 0,
    rollDeg: 0,
    eyesOpen: 1,
    mouthOpen: 0,
    smile: 0.12,
    distance: 1,
    dxPx: 0,
    dyPx: 0,
    blurPx: 0,
    backdropCreases: 0.15,
    ...given,
    backdrop: typeof backdrop === 'string' ? cloths[backdrop] : backdrop,
    light: { level: 1, side: 0, ...light },
  }
}

/** Where the eyes are at rest, and how large a millimetre is there. */
const rest = { x: 960, y: 490, perMm: 3.2, eyeDepthMm: 68, distanceMm: 900 } as const

export function cameraOf({ distance, dxPx, dyPx }: Stance): Camera {
  return {
    focalPx: rest.perMm * (rest.distanceMm - rest.eyeDepthMm),
    distanceMm: rest.eyeDepthMm + (rest.distanceMm - rest.eyeDepthMm) * distance,
    centreX: rest.x + dxPx,
    centreY: rest.y + dyPx,
  }
}

/** The joint that the head turns about. */
const joint: Vector = [0, 62, -4]

/** How far the modelled head looks down when its axes are level: OFIQ's zero of the pitch is a convention, not an axis of the skull. */
const modelPitchDeg = 5

export function posed({ yawDeg, pitchDeg, rollDeg }: Stance): (at: Vector) => Vector {
  const rotation = headRotation(yawDeg, pitchDeg - modelPitchDeg, rollDeg)
  return ([x, y, z]) => {
    const [rx, ry, rz] = rotate(rotation, [x - joint[0], y - joint[1], z - joint[2]])
    return [rx + joint[0], ry + joint[1], rz + joint[2]]
  }
}

/** Share of the head's turn that a point takes part in: all above the jaw, none at the shoulders. */
function turning(anchor: Anchor, [, y, z]: Vector): number {
  if (anchor === 'body') return 0
  const from = 118 - Math.max(0, 60 - z) * 0.55
  const reach = anchor === 'drape' ? 70 : 34
  const t = Math.max(0, Math.min(1, (y - from) / reach))
  return y > 118 && z > 60 && anchor === 'head' ? 1 - t : 1 - t * t * (3 - 2 * t)
}

export interface FaceModel {
  readonly form: FaceForm
  readonly head: Mesh
  readonly parts: readonly Part[]
  readonly texture: Texture
}

export async function faceModel(form: FaceForm, streams: Streams): Promise<FaceModel> {
  const field = headField(form)
  return {
    form,
    head: headMesh(form, field),
    parts: bodyParts(form, field, streams('parts')),
    texture: await skinTexture(form, streams('skin')),
  }
}

function moved(mesh: Mesh, anchor: Anchor, pose: (at: Vector) => Vector, express?: (at: Vector) => Vector): Float32Array {
  const out = new Float32Array(mesh.position.length)
  for (let k = 0; k < out.length; k += 3) {
    const at: Vector = [mesh.position[k]!, mesh.position[k + 1]!, mesh.position[k + 2]!]
    const shown = express ? express(at) : at
    const share = turning(anchor, at)
    if (share === 0) {
      out.set(shown, k)
      continue
    }
    const turned = pose(shown)
    out[k] = shown[0] + (turned[0] - shown[0]) * share
    out[k + 1] = shown[1] + (turned[1] - shown[1]) * share
    out[k + 2] = shown[2] + (turned[2] - shown[2]) * share
  }
  return out
}

export interface Canvas {
  readonly widthPx: number
  readonly heightPx: number
  /** Added on every side of the scene. */
  readonly marginPx: number
}

const bandRows = 32

export interface Placing {
  readonly model: FaceModel
  readonly stance: Stance
}

/** Persons laid over one cloth, the first in front when they meet; without persons an empty chair's view. */
export function drawScene(people: readonly Placing[], cloth: Cloth, canvas: Canvas): Uint8Array {
  const width = canvas.widthPx + 2 * canvas.marginPx
  const height = canvas.heightPx + 2 * canvas.marginPx
  const rgb = new Uint8Array(width * height * 3)
  hang(rgb, width, height, cloth)
  const band = makeBand(width * samplesPerSide, bandRows * samplesPerSide)
  const colour = new Float32Array(band.width * band.height * 3)
  for (const { model, stance: at } of [...people].reverse()) {
    const placed = placeModel(model, at, canvas.marginPx)
    const eyes = eyeOpening(model.form, at.eyesOpen)
    const lips = lipOpening(model.form)
    const veil = veilOpening(model.form)
    const hole = (what: number, u: number, v: number): boolean => {
      if (what === material.skin) return v > -12 && v < 90 && (eyes(u, v) || (at.mouthOpen > 0.02 && lips(u, v)))
      if (what === material.hair) return v < 4 && betweenStrands(u, v)
      return what === material.veil && veil(u, v) < 1
    }
    for (let row = 0; row < height; row += bandRows) {
      rasterise(band, row * samplesPerSide, placed, hole)
      shade(
        band,
        { form: model.form, texture: model.texture, light: at.light, eyesOpen: at.eyesOpen, mouthFallMm: 24 * at.mouthOpen },
        colour,
      )
      resolve(rgb, width, height, row, band.material, colour)
    }
  }
  return rgb
}

function placeModel({ form, head, parts }: FaceModel, at: Stance, marginPx: number) {
  const camera = cameraOf({ ...at, dxPx: at.dxPx + marginPx, dyPx: at.dyPx + marginPx })
  const pose = posed(at)
  const express = expressed(form, at)
  const fall = ([x, y, z]: Vector): Vector => [x, y > form.mouthMm ? y + (y - form.mouthMm) * 2.1 * at.mouthOpen : y, z]
  return [
    place(head, moved(head, 'head', pose, express), camera),
    ...parts.map(({ mesh, anchor }) => place(mesh, moved(mesh, anchor, pose, anchor === 'jaw' ? fall : undefined), camera)),
  ]
}

export interface Cloth {
  readonly colour: Rgb
  readonly creases: number
  readonly light: Light
  readonly seed: number
}

/** Fills the picture with the cloth: a little darker away from the middle, creased on request. */
function hang(rgb: Uint8Array, width: number, height: number, { colour, creases, light, seed }: Cloth): void {
  const base = toLinear(colour)
  const words = noiseWords(seed)
  const waves = Array.from({ length: 5 }, () => {
    const word = words()
    return { fx: 1 + (word & 7), fy: ((word >>> 3) & 3) - 1.5, phase: ((word >>> 8) & 255) / 40 }
  })
  const row = new Float32Array(width)
  for (let y = 0; y < height; y++) {
    const v = y / height - 0.42
    for (let x = 0; x < width; x += 8) {
      const u = x / width - 0.5
      let fold = 0
      for (const { fx, fy, phase } of waves) fold += Math.sin(fx * u * 7 + fy * v * 6 + phase)
      row[x] = light.level * (1.04 - 0.34 * (u * u + v * v) + 0.62 * light.side * u + creases * 0.075 * fold)
    }
    for (let x = 0; x < width; x++) {
      const from = x & ~7
      const next = from + 8 < width ? row[from + 8]! : row[from]!
      const power = row[from]! + ((next - row[from]!) * (x & 7)) / 8
      const at = (y * width + x) * 3
      rgb[at] = toCode(base[0] * power)
      rgb[at + 1] = toCode(base[1] * power)
      rgb[at + 2] = toCode(base[2] * power)
    }
  }
}

/** Samples to pixels; what no surface covers stays what it was. */
function resolve(rgb: Uint8Array, width: number, height: number, firstRow: number, materials: Uint8Array, colour: Float32Array): void {
  const stride = width * samplesPerSide
  for (let y = 0; y < bandRows && firstRow + y < height; y++)
    for (let x = 0; x < width; x++) {
      const a = y * samplesPerSide * stride + x * samplesPerSide
      const [b, c, d] = [a + 1, a + stride, a + stride + 1]
      const covered = +(materials[a]! > 0) + +(materials[b]! > 0) + +(materials[c]! > 0) + +(materials[d]! > 0)
      if (covered === 0) continue
      const to = ((firstRow + y) * width + x) * 3
      for (let k = 0; k < 3; k++) {
        let sum = covered < 4 ? ofCode(rgb[to + k]!) * (4 - covered) : 0
        if (materials[a]) sum += colour[a * 3 + k]!
        if (materials[b]) sum += colour[b * 3 + k]!
        if (materials[c]) sum += colour[c * 3 + k]!
        if (materials[d]) sum += colour[d * 3 + k]!
        rgb[to + k] = toCode(sum * 0.25)
      }
    }
}
