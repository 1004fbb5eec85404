// A synthetic eye in near infrared: pupil, textured iris, sclera, lids, lashes, one highlight. It knows no camera.

import type { Random } from '../../protocol/random.js'
import { type Circle, type Eye, type GreyImage, type IrisTruth, irisFrame, type Presentation } from './person.js'
import { between, clamp, noiseWords, type Streams, smoothNoise, smoothstep } from './raster.js'

type Field = (u: number, v: number) => number

interface Lash {
  readonly x: number
  readonly y: number
  readonly bendX: number
  readonly bendY: number
  readonly endX: number
  readonly endY: number
  readonly width: number
}

/** What never changes from look to look: texture, proportions and the shape of the opening, relative to the iris centre. */
interface EyeForm {
  readonly iris: Circle
  readonly pupil: Circle
  readonly tone: number
  readonly collarette: number
  readonly fibres: readonly Field[]
  readonly clouds: Field
  readonly furrows: Field
  readonly crypts: readonly { angle: number; at: number; wide: number; long: number; depth: number }[]
  readonly skin: Field
  /** +1 when the nose is on the right of the image: the subject's right eye. */
  readonly nose: 1 | -1
  readonly upperLid: number
  readonly lowerLid: number
  readonly lashes: readonly Lash[]
}

function drawForm(random: Random, eye: Eye): EyeForm {
  const nose = eye === 'right' ? 1 : -1
  const radius = between(random, 112, 122)
  const iris = { x: 320 + between(random, -6, 6), y: 244 + between(random, -5, 5), radius }
  const pupil = {
    x: iris.x + nose * between(random, 0, 3),
    y: iris.y + between(random, -2, 2),
    radius: radius * between(random, 0.34, 0.44),
  }
  const upperLid = radius * between(random, 0.9, 1.0)
  const lowerLid = radius * between(random, 1.0, 1.12)
  const crypts = Array.from({ length: 16 + Math.floor(random.next() * 12) }, () => ({
    angle: between(random, 0, 2 * Math.PI),
    at: between(random, 0.2, 0.75),
    wide: between(random, 0.02, 0.055),
    long: between(random, 0.04, 0.1),
    depth: between(random, 16, 38),
  }))
  const fibres = [
    smoothNoise(random, 46, 3, true),
    smoothNoise(random, 90, 5, true),
    smoothNoise(random, 150, 8, true),
    smoothNoise(random, 230, 12, true),
  ]
  const lashes = Array.from({ length: 84 }, (_, i) => drawLash(random, (i + random.next()) / 84, iris, upperLid, nose))
  return {
    iris,
    pupil,
    tone: between(random, 96, 122),
    collarette: between(random, 0.26, 0.36),
    fibres,
    clouds: smoothNoise(random, 14, 5, true),
    furrows: smoothNoise(random, 9, 26, true),
    crypts,
    skin: smoothNoise(random, 90, 66),
    nose,
    upperLid,
    lowerLid,
    lashes,
  }
}

/** Height of a lid above or below the iris centre at `x` pixels beside it: an arc that falls off to the corners of the eye. */
function lid(opening: number, x: number, nose: number): number {
  const skewed = (x - nose * -14) / 292
  return opening * (1 - 0.96 * skewed * skewed) - 6
}

function drawLash(random: Random, along: number, iris: Circle, upperLid: number, nose: number): Lash {
  const offset = (along * 2 - 1) * 265
  const x = iris.x + offset
  const y = iris.y - lid(upperLid, offset, nose)
  const outward = offset / 265 + between(random, -0.35, 0.35)
  const length = between(random, 26, 52)
  return {
    x,
    y: y - 3,
    bendX: x + outward * length * 0.35,
    bendY: y + length * 0.16,
    endX: x + outward * length * 1.05,
    endY: y - length * between(random, 0.15, 0.6),
    width: between(random, 0.9, 1.7),
  }
}

/** Grey of the iris at polar position: `turn` 0..1 around, `depth` 0 at the pupil … 1 at the limbus. */
function texture(form: EyeForm, turn: number, depth: number): number {
  const [a, b, c, d] = form.fibres
  const ciliary = smoothstep(form.collarette - 0.05, form.collarette + 0.08, depth)
  const sway = turn + 0.012 * form.clouds(turn, depth)
  const radial = 18 * a!(sway, depth) + 19 * b!(sway, depth) + 17 * c!(turn, depth) + 15 * d!(turn, depth)
  const ring = 17 * Math.exp(-(((depth - form.collarette + 0.03 * form.clouds(turn + 0.3, 0.5)) / 0.045) ** 2))
  const arcs = 7 * ciliary * form.furrows(turn, depth)
  let value = form.tone + radial * (0.75 + 0.35 * (1 - ciliary)) + ring + arcs + 9 * form.clouds(turn, depth) - 10 * (1 - ciliary)
  for (const crypt of form.crypts) {
    const across = turn * 2 * Math.PI - crypt.angle
    const wrapped = (across - 2 * Math.PI * Math.round(across / (2 * Math.PI))) / crypt.wide
    const inward = (depth - crypt.at) / crypt.long
    const distance = wrapped * wrapped + inward * inward
    if (distance < 4) value -= crypt.depth * Math.exp(-distance * 1.4)
  }
  return value
}

function paintEye(form: EyeForm, iris: Circle, pupil: Circle, turnDeg: number, grey: Uint8Array): void {
  const { widthPx, heightPx } = irisFrame
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const dx = x - iris.x
      const dy = y - iris.y
      const above = -lid(form.upperLid, dx, form.nose)
      const below = lid(form.lowerLid, dx, form.nose)
      const open = Math.min(smoothstep(-3, 3, dy - above), smoothstep(-3, 3, below - dy))
      const lit = 1 - 0.1 * (dx / 320) ** 2
      let value = 0
      if (open > 0) {
        const fromPupil = Math.hypot(x - pupil.x, y - pupil.y) - pupil.radius
        const fromLimbus = Math.hypot(dx, dy) - iris.radius
        const shade = 1 - 0.22 * Math.exp(-Math.max(0, dy - above) / 16)
        let inner = 198 - 0.05 * Math.abs(dx) + 4 * form.skin(x / widthPx, y / heightPx)
        if (fromLimbus < 8) {
          const depth = clamp(fromPupil / (fromPupil - fromLimbus), 0, 1)
          const turn = Math.atan2(-(y - pupil.y), x - pupil.x) / (2 * Math.PI) - turnDeg / 360
          const tissue = texture(form, turn - Math.floor(turn), depth) - 16 * smoothstep(0.86, 1, depth)
          inner = tissue + (inner - tissue) * smoothstep(-5, 7, fromLimbus)
        }
        inner = 22 + (inner - 22) * smoothstep(-1.6, 1.6, fromPupil)
        value = inner * shade * lit
      }
      if (open < 1) {
        const apart = smoothstep(-10, 60, below - above)
        const fold = 1 - apart * (0.3 * Math.exp(-(((dy - above + 34) / 7) ** 2)) + 0.13 * Math.exp(-(((dy - below - 26) / 12) ** 2)))
        const rim = 1 - apart * (0.42 * Math.exp(-Math.abs(dy - above) / 5) + 0.2 * Math.exp(-Math.abs(dy - below) / 4))
        const skin = (158 + 3 * form.skin(x / widthPx, y / heightPx)) * fold * rim * lit
        value = skin + (value - skin) * open
      }
      grey[y * widthPx + x] = clamp(value, 0, 255)
    }
  }
}

/** Soft dark dots along a quadratic curve. */
function paintLash(grey: Uint8Array, lash: Lash, dx: number, dy: number): void {
  const { widthPx, heightPx } = irisFrame
  for (let step = 0; step <= 60; step++) {
    const t = step / 60
    const x = lash.x * (1 - t) ** 2 + 2 * lash.bendX * t * (1 - t) + lash.endX * t * t + dx
    const y = lash.y * (1 - t) ** 2 + 2 * lash.bendY * t * (1 - t) + lash.endY * t * t + dy
    const radius = lash.width * (1.25 - t)
    for (let row = Math.floor(y - 2); row <= Math.ceil(y + 2); row++) {
      for (let column = Math.floor(x - 2); column <= Math.ceil(x + 2); column++) {
        if (row < 0 || column < 0 || row >= heightPx || column >= widthPx) continue
        const dark = smoothstep(radius + 0.7, radius - 0.5, Math.hypot(column - x, row - y))
        const at = row * widthPx + column
        grey[at] = Math.min(grey[at]!, grey[at]! + (46 - grey[at]!) * dark)
      }
    }
  }
}

function finish(grey: Uint8Array, pupil: Circle, seed: number): void {
  const { widthPx } = irisFrame
  const glintX = pupil.x - pupil.radius * 0.2
  const glintY = pupil.y + pupil.radius * 0.18
  for (let row = Math.floor(glintY - 9); row <= glintY + 9; row++) {
    for (let column = Math.floor(glintX - 9); column <= glintX + 9; column++) {
      const at = row * widthPx + column
      const light = smoothstep(7, 4.5, Math.hypot(column - glintX, row - glintY))
      grey[at] = grey[at]! + (252 - grey[at]!) * light
    }
  }
  const noise = noiseWords(seed)
  for (let i = 0; i < grey.length; i++) {
    const word = noise()
    grey[i] = clamp(grey[i]! + (((word & 15) + ((word >>> 4) & 15) + ((word >>> 8) & 15) - 22) >> 3), 0, 255)
  }
}

/** The eyes of one person. */
export function createEyes(streams: Streams): {
  draw(eye: Eye, presentation?: Presentation): GreyImage
  truth(eye: Eye, presentation?: Presentation): IrisTruth
} {
  const forms = { right: drawForm(streams('right eye'), 'right'), left: drawForm(streams('left eye'), 'left') }
  const truth = (eye: Eye, { dxPx = 0, dyPx = 0, seed = 0 }: Presentation = {}): IrisTruth => {
    const { iris, pupil } = forms[eye]
    const look = streams(`look ${eye} ${seed}`)
    const widened = seed === 0 ? 1 : between(look, 0.94, 1.06)
    return {
      iris: { x: iris.x + dxPx, y: iris.y + dyPx, radius: iris.radius },
      pupil: { x: pupil.x + dxPx, y: pupil.y + dyPx, radius: pupil.radius * widened },
    }
  }
  const draw = (eye: Eye, presentation: Presentation = {}): GreyImage => {
    const { iris, pupil } = truth(eye, presentation)
    const grey = new Uint8Array(irisFrame.widthPx * irisFrame.heightPx)
    paintEye(forms[eye], iris, pupil, presentation.angleDeg ?? 0, grey)
    for (const lash of forms[eye].lashes) paintLash(grey, lash, presentation.dxPx ?? 0, presentation.dyPx ?? 0)
    finish(grey, pupil, streams(`grain ${eye}`).next() * 2 ** 31 + (presentation.seed ?? 0))
    return { ...irisFrame, grey }
  }
  return { draw, truth }
}
