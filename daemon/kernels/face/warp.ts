// Cuts a square out of a picture for a network: any place, size and angle, as three planes of numbers. It knows no network.

import type { Point, RgbImage } from './face.js'

/** Where the square lies: its centre in image pixels, image pixels a pixel of the square, and how far it is turned clockwise. */
export interface Placement {
  readonly centre: Point
  readonly scale: number
  readonly angleRad: number
}

/** Samples a side at most: more than this shrinks faces that no camera of a station gives. */
const mostTaps = 8

/**
 * Bilinear when enlarging, the mean over each pixel's own area when shrinking; outside the picture its nearest edge goes on.
 * @param low, high  what 0 and 255 become
 * @param out        red, green, blue plane, each `sizePx` squared
 */
export function warpToPlanes(image: RgbImage, place: Placement, sizePx: number, low: number, high: number, out: Float32Array): void {
  const taps = Math.max(1, Math.min(mostTaps, Math.ceil(place.scale)))
  const { rgb, widthPx, heightPx } = image
  const stepX = Math.cos(place.angleRad) * place.scale
  const stepY = Math.sin(place.angleRad) * place.scale
  const factor = (high - low) / 255 / (taps * taps)
  const plane = sizePx * sizePx
  const middle = (sizePx - 1) / 2
  const rightEdge = widthPx - 1
  const lowerEdge = heightPx - 1
  for (let v = 0; v < sizePx; v++) {
    for (let u = 0; u < sizePx; u++) {
      let red = 0
      let green = 0
      let blue = 0
      for (let j = 0; j < taps; j++) {
        const dv = v - middle + (j + 0.5) / taps - 0.5
        for (let i = 0; i < taps; i++) {
          const du = u - middle + (i + 0.5) / taps - 0.5
          const x = Math.min(rightEdge, Math.max(0, place.centre.x + stepX * du - stepY * dv))
          const y = Math.min(lowerEdge, Math.max(0, place.centre.y + stepY * du + stepX * dv))
          if (taps > 2) {
            const at = (Math.round(y) * widthPx + Math.round(x)) * 3
            red += rgb[at]!
            green += rgb[at + 1]!
            blue += rgb[at + 2]!
            continue
          }
          const left = Math.floor(x)
          const top = Math.floor(y)
          const fx = x - left
          const fy = y - top
          const a = (top * widthPx + left) * 3
          const b = left < rightEdge ? a + 3 : a
          const c = top < lowerEdge ? a + widthPx * 3 : a
          const d = c + b - a
          const wa = (1 - fx) * (1 - fy)
          const wb = fx * (1 - fy)
          const wc = (1 - fx) * fy
          const wd = fx * fy
          red += wa * rgb[a]! + wb * rgb[b]! + wc * rgb[c]! + wd * rgb[d]!
          green += wa * rgb[a + 1]! + wb * rgb[b + 1]! + wc * rgb[c + 1]! + wd * rgb[d + 1]!
          blue += wa * rgb[a + 2]! + wb * rgb[b + 2]! + wc * rgb[c + 2]! + wd * rgb[d + 2]!
        }
      }
      const to = v * sizePx + u
      out[to] = low + red * factor
      out[to + plane] = low + green * factor
      out[to + 2 * plane] = low + blue * factor
    }
  }
}

/** From pixels of the square, where a pixel's centre is at its index plus a half, to pixels of the image. */
export function toImage(place: Placement, sizePx: number, x: number, y: number): Point {
  const du = (x - sizePx / 2) * place.scale
  const dv = (y - sizePx / 2) * place.scale
  const cos = Math.cos(place.angleRad)
  const sin = Math.sin(place.angleRad)
  return { x: place.centre.x + cos * du - sin * dv, y: place.centre.y + sin * du + cos * dv }
}
