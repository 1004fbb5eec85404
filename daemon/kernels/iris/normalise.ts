// The rubber sheet of Daugman (1993): the iris ring between two circles that need not share a centre, drawn out into angles and depths.
// Knows circles and a mask; not how they were found, nor what is done with the sheet.

import type { IrisLocation } from './location.js'

export const sheetAngles = 512
export const sheetDepths = 48

export interface IrisSheet {
  /** Row-major: `sheetDepths` rows from the pupil to the limbus, `sheetAngles` columns, clockwise as seen from 3 o'clock of the image. */
  readonly grey: Float32Array
  /** 1 where the iris is visible. */
  readonly visible: Uint8Array
}

/**
 * Depths that are sampled, of 0 the pupil's edge to 1 the limbus: an edge found a pixel or two off must not get into the sheet, and the
 * outermost tissue darkens into the limbus.
 */
const innermost = 0.05
const outermost = 0.93

/** @throws never; what lies outside the image is not visible */
export function unwrapIris(grey: Uint8Array, widthPx: number, heightPx: number, location: IrisLocation): IrisSheet {
  const { pupil, iris, mask } = location
  const out = { grey: new Float32Array(sheetAngles * sheetDepths), visible: new Uint8Array(sheetAngles * sheetDepths) }
  for (let column = 0; column < sheetAngles; column++) {
    const angle = (2 * Math.PI * column) / sheetAngles
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    const [fromX, fromY] = [pupil.x + pupil.r * cos, pupil.y + pupil.r * sin]
    const [spanX, spanY] = [iris.x + iris.r * cos - fromX, iris.y + iris.r * sin - fromY]
    for (let row = 0; row < sheetDepths; row++) {
      const depth = innermost + ((outermost - innermost) * (row + 0.5)) / sheetDepths
      const x = fromX + spanX * depth
      const y = fromY + spanY * depth
      const left = Math.floor(x)
      const top = Math.floor(y)
      // Also false for NaN.
      if (!(left >= 0 && top >= 0 && left < widthPx - 1 && top < heightPx - 1)) continue
      const at = top * widthPx + left
      const [right, down] = [x - left, y - top]
      const upper = grey[at]! + right * (grey[at + 1]! - grey[at]!)
      const lower = grey[at + widthPx]! + right * (grey[at + widthPx + 1]! - grey[at + widthPx]!)
      const to = row * sheetAngles + column
      out.grey[to] = upper + down * (lower - upper)
      const nearest = at + (right >= 0.5 ? 1 : 0) + (down >= 0.5 ? widthPx : 0)
      out.visible[to] = mask[nearest] === 255 ? 1 : 0
    }
  }
  return out
}
