// One picture of a synthetic person before a camera: head posed, face expressed, lit, laid over the cloth. It knows no device and no time.

import type { FacePresentation } from '../person.js'
import { noiseWords, type Streams } from '../raster.js'
import { expressed, eyeOpening, fallen, jawDropMm, lipOpening } from './expression.js'
import type { FaceForm, Rgb } from './form.js'
import { headField, headMesh } from './head-shape.js'
import { type Camera, headRotation, type Mesh, material, rotate, type Vector } from './mesh.js'
import { type Anchor, bodyParts, type Part, veilOpening } from './parts.js'
import { type Band, makeBand, place, rasterise, samplesPerSide } from './rasteriser.js'
import { betweenStrands, type Light, ofCode, type ShadeSample, sampleShader, toCode, toLinear } from './shading.js'
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

/** Where the camera looks: with the head level the eyes then lie on row 478, where a millimetre is so many pixels: room for the portrait's template. */
const rest = { x: 960, y: 505, perMm: 2.8, eyeDepthMm: 68, distanceMm: 900 } as const

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
const modelPitchDeg = 8

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
  for (const { model, stance: at } of [...people].reverse()) {
    const placed = placeModel(model, at, canvas.marginPx)
    const { light, eyesOpen } = at
    const shadeSample = sampleShader(band, { ...model, light, eyesOpen, mouthFallMm: jawDropMm * at.mouthOpen })
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
      resolve(rgb, width, height, row, band, shadeSample)
    }
  }
  return rgb
}

function placeModel({ form, head, parts }: FaceModel, at: Stance, marginPx: number) {
  const camera = cameraOf({ ...at, dxPx: at.dxPx + marginPx, dyPx: at.dyPx + marginPx })
  const pose = posed(at)
  const express = expressed(form, at)
  const bite = ([x, y, z]: Vector): Vector => [x, y > form.mouthMm ? y + ((y - form.mouthMm) / 11.5) * jawDropMm * at.mouthOpen : y, z]
  const veil = fallen(form, at.mouthOpen)
  return [
    place(head, moved(head, 'head', pose, express), camera),
    ...parts.map(({ mesh, anchor }) =>
      place(mesh, moved(mesh, anchor, pose, anchor === 'jaw' ? bite : mesh.material === material.veil ? veil : undefined), camera),
    ),
  ]
}

export interface Cloth {
  readonly colour: Rgb
  readonly creases: number
  readonly light: Light
  readonly seed: number
}

/** The cloth changes so slowly that blocks of pixels share their value; the grain comes later. */
const clothBlockPx = 4

/** Fills the picture with the cloth: a little darker away from the middle, creased on request. */
function hang(rgb: Uint8Array, width: number, height: number, { colour, creases, light, seed }: Cloth): void {
  const base = toLinear(colour)
  const words = noiseWords(seed)
  const waves = Array.from({ length: 5 }, () => {
    const word = words()
    return { fx: 1 + (word & 7), fy: ((word >>> 3) & 3) - 1.5, phase: ((word >>> 8) & 255) / 40 }
  })
  for (let y = 0; y < height; y += clothBlockPx) {
    const v = y / height - 0.42
    for (let x = 0; x < width; x += clothBlockPx) {
      const u = x / width - 0.5
      let fold = 0
      for (const { fx, fy, phase } of waves) fold += Math.sin(fx * u * 7 + fy * v * 6 + phase)
      const power = light.level * (1.04 - 0.34 * (u * u + v * v) + 0.62 * light.side * u + creases * 0.075 * fold)
      const [r, g, b] = [toCode(base[0] * power), toCode(base[1] * power), toCode(base[2] * power)]
      for (let at = (y * width + x) * 3; at < (y * width + Math.min(x + clothBlockPx, width)) * 3; at += 3) {
        rgb[at] = r
        rgb[at + 1] = g
        rgb[at + 2] = b
      }
    }
    for (let k = 1; k < clothBlockPx && y + k < height; k++) rgb.copyWithin((y + k) * width * 3, y * width * 3, (y + 1) * width * 3)
  }
}

/** Samples to pixels: one shading where a pixel lies within a surface, one a sample at edges; what no surface covers stays what it was. */
function resolve(
  rgb: Uint8Array,
  width: number,
  height: number,
  firstRow: number,
  { material: materials }: Band,
  shadeSample: ShadeSample,
): void {
  const stride = width * samplesPerSide
  const sum = new Float32Array(3)
  for (let y = 0; y < bandRows && firstRow + y < height; y++)
    for (let x = 0; x < width; x++) {
      const a = y * samplesPerSide * stride + x * samplesPerSide
      const what = materials[a]!
      const covered = +(what > 0) + +(materials[a + 1]! > 0) + +(materials[a + stride]! > 0) + +(materials[a + stride + 1]! > 0)
      if (covered === 0) continue
      const to = ((firstRow + y) * width + x) * 3
      sum.fill(0)
      if (what === materials[a + 1] && what === materials[a + stride] && what === materials[a + stride + 1] && smooth(what))
        shadeSample(a, sum, 4)
      else {
        for (const sample of [a, a + 1, a + stride, a + stride + 1]) if (materials[sample]) shadeSample(sample, sum, 1)
        for (let k = 0; k < 3 && covered < 4; k++) sum[k] = sum[k]! + ofCode(rgb[to + k]!) * (4 - covered)
      }
      for (let k = 0; k < 3; k++) rgb[to + k] = toCode(sum[k]! * 0.25)
    }
}

/** Surfaces without detail finer than a pixel. */
const smooth = (what: number) => what !== material.hair && what !== material.eye
