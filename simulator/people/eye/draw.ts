// Draws one look of one eye and says what is true of the picture. The same form and look give the same bytes.

import { seededRandom } from '../../seeded-random.js'
import type { Circle } from '../person.js'
import { type Canvas, createCanvas, region } from './canvas.js'
import type { EyeConditions } from './conditions.js'
import type { EyeForm } from './form.js'
import { circlesOf, cornersOf, lidAt, type Placement, type Point, placeEye, toPixel } from './geometry.js'
import { paintHairs } from './hairs.js'
import { paintLights } from './lights.js'
import { takePicture } from './sensor.js'
import { paintTissue } from './tissue.js'

export interface EyeTruth {
  readonly pupil: Circle
  readonly iris: Circle
  /** 255 where the iris is seen: between its outlines, no lid, lash, highlight, glasses or border before it. Row-major, size of the picture. */
  readonly mask: Uint8Array
  /** Points of each lid's edge from the left corner to the right one (of an eye that is not rolled), in pixels. */
  readonly lids: { readonly upper: readonly Point[]; readonly lower: readonly Point[] }
  /** Side of the picture on which the nose is, for an eye that is not upside down. */
  readonly nose: 'left' | 'right'
}

export interface DrawnEye {
  readonly widthPx: number
  readonly heightPx: number
  readonly grey: Uint8Array
  readonly truth: EyeTruth
}

export function drawEye(form: EyeForm, look: EyeConditions): DrawnEye {
  const { widthPx, heightPx } = look
  const canvas = createCanvas(widthPx, heightPx)
  const place = placeEye(form, look)
  const random = seededRandom(look.seed)
  paintTissue(canvas, form, look, place, random.fork('tissue'))
  if (look.pupilFill === 'natural') paintLights(canvas, look, place, random.fork('lights'))
  else paintLights(canvas, { ...look, highlights: look.highlights.filter((kind) => kind === 'tear_film') }, place, random.fork('lights'))
  paintHairs(canvas, form, look, place, random.fork('hairs'))
  const grey = takePicture(canvas, look, look.seed + 1)
  const circles = circlesOf(look, place)
  if (look.pupilFill === 'filled') fillPupil(grey, canvas, circles.pupil, look.grey.pupil)
  paintBorder(grey, canvas, look)
  return {
    widthPx,
    heightPx,
    grey,
    truth: {
      ...circles,
      mask: maskOf(canvas, look.interlaceShiftPx),
      lids: lidsOf(form, look, place),
      nose: form.nose > 0 ? 'right' : 'left',
    },
  }
}

/** Odd rows are where the interlaced camera put them. */
function maskOf({ region: shows, covered, widthPx }: Canvas, interlaceShiftPx: number): Uint8Array {
  const mask = new Uint8Array(shows.length)
  for (let i = 0; i < mask.length; i++) {
    const column = i % widthPx
    const shift = Math.floor(i / widthPx) & 1 ? interlaceShiftPx : 0
    const from = i - column + Math.max(0, Math.min(widthPx - 1, column + shift))
    if (shows[from] === region.iris && covered[from] === 0) mask[i] = 255
  }
  return mask
}

function lidsOf(form: EyeForm, look: EyeConditions, place: Placement): EyeTruth['lids'] {
  const { nasal, temporal } = cornersOf(form, place)
  const left = Math.min(nasal, temporal)
  const width = Math.abs(nasal - temporal)
  const points = 49
  const edge = (lid: Float32Array) =>
    Array.from({ length: points }, (_, i) => {
      const u = left + (width * i) / (points - 1)
      return toPixel(look, place, u, lidAt(lid, u))
    })
  return { upper: edge(place.upper), lower: edge(place.lower) }
}

/** Laid over the finished picture, so it has neither blur nor noise. */
function fillPupil(grey: Uint8Array, { widthPx, heightPx, region: shows, covered }: Canvas, { x, y, radius }: Circle, level: number): void {
  for (let row = Math.max(0, Math.ceil(y - radius)); row <= Math.min(heightPx - 1, y + radius); row++) {
    for (let column = Math.max(0, Math.ceil(x - radius)); column <= Math.min(widthPx - 1, x + radius); column++) {
      if ((column - x) ** 2 + (row - y) ** 2 > radius * radius) continue
      grey[row * widthPx + column] = level
      shows[row * widthPx + column] = region.pupil
      covered[row * widthPx + column] = 255
    }
  }
}

function paintBorder(grey: Uint8Array, { widthPx, heightPx, region: shows, covered }: Canvas, { border }: EyeConditions): void {
  if (border.kind === 'none') return
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const at = y * widthPx + x
      if (border.kind === 'masked') {
        if (shows[at] === region.skin) grey[at] = border.lidGrey
        else if (shows[at] === region.sclera) grey[at] = border.scleraGrey
      } else if (x < border.leftPx || y < border.topPx || x >= widthPx - border.rightPx || y >= heightPx - border.bottomPx) {
        grey[at] = border.grey
        covered[at] = 255
      }
    }
  }
}
