// What lens and sensor make of the light: blur, motion, uneven lamps, noise, half pictures. It knows no eye.

import { noiseWords } from '../raster.js'
import type { Canvas } from './canvas.js'
import type { EyeConditions } from './conditions.js'

/** Gaussian, separable, edges repeated. */
function blur({ light, widthPx, heightPx }: Canvas, sigma: number): void {
  const reach = Math.max(1, Math.ceil(2.5 * sigma))
  const kernel = Float32Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)))
  const total = kernel.reduce((sum, weight) => sum + weight, 0)
  for (let i = 0; i < kernel.length; i++) kernel[i] = kernel[i]! / total
  const line = new Float32Array(widthPx + 2 * reach)
  for (let y = 0; y < heightPx; y++) {
    const row = y * widthPx
    line.fill(light[row]!, 0, reach)
    line.set(light.subarray(row, row + widthPx), reach)
    line.fill(light[row + widthPx - 1]!, widthPx + reach)
    for (let x = 0; x < widthPx; x++) {
      let sum = 0
      for (let k = 0; k < kernel.length; k++) sum += kernel[k]! * line[x + k]!
      light[row + x] = sum
    }
  }
  const source = light.slice()
  light.fill(0)
  for (let y = 0; y < heightPx; y++) {
    const row = y * widthPx
    for (let k = -reach; k <= reach; k++) {
      const from = Math.max(0, Math.min(heightPx - 1, y + k)) * widthPx
      const weight = kernel[k + reach]!
      for (let x = 0; x < widthPx; x++) light[row + x] = light[row + x]! + weight * source[from + x]!
    }
  }
}

/** The mean of the picture along a line. */
function smear({ light, widthPx, heightPx }: Canvas, lengthPx: number, angleDeg: number): void {
  const source = light.slice()
  const count = Math.max(2, Math.round(lengthPx))
  const shifts = Array.from({ length: count }, (_, i) => {
    const along = (i / (count - 1) - 0.5) * lengthPx
    return { dx: Math.round(along * Math.cos((angleDeg * Math.PI) / 180)), dy: Math.round(-along * Math.sin((angleDeg * Math.PI) / 180)) }
  })
  light.fill(0)
  for (const { dx, dy } of shifts) {
    for (let y = 0; y < heightPx; y++) {
      const from = Math.max(0, Math.min(heightPx - 1, y + dy)) * widthPx
      const row = y * widthPx
      for (let x = 0; x < widthPx; x++) {
        const column = x + dx
        light[row + x] = light[row + x]! + source[from + (column < 0 ? 0 : column >= widthPx ? widthPx - 1 : column)]! / count
      }
    }
  }
}

/** Light to grey levels: gain, noise of about normal distribution, rounding. */
function expose({ light, widthPx, heightPx }: Canvas, look: EyeConditions, seed: number): Uint8Array {
  const grey = new Uint8Array(widthPx * heightPx)
  const noise = noiseWords(seed)
  // Four bytes of 0..255: their sum has a standard deviation of 147.8.
  const scale = look.noiseSigma / 147.8
  const { level, acrossX, acrossY } = look.light
  for (let y = 0; y < heightPx; y++) {
    const gainRow = level + acrossY * (y / heightPx - 0.5)
    const shift = y & 1 ? look.interlaceShiftPx : 0
    for (let x = 0; x < widthPx; x++) {
      const word = noise()
      const sum = (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24) - 510
      const column = x + shift
      const from = column < 0 ? 0 : column >= widthPx ? widthPx - 1 : column
      const value = light[y * widthPx + from]! * (gainRow + acrossX * (x / widthPx - 0.5)) + sum * scale + 0.5
      grey[y * widthPx + x] = value < 0 ? 0 : Math.min(value, 255)
    }
  }
  return grey
}

export function takePicture(canvas: Canvas, look: EyeConditions, seed: number): Uint8Array {
  if (look.blurSigmaPx > 0.2) blur(canvas, look.blurSigmaPx)
  if (look.motion.lengthPx > 1) smear(canvas, look.motion.lengthPx, look.motion.angleDeg)
  return expose(canvas, look, seed)
}
