// Small drawing helpers on grey rasters: smooth noise, sensor noise, pasting. They know nothing of what is drawn.

import type { Random } from '../../protocol/random.js'
import type { GreyImage } from './person.js'

/** Independent streams of randomness by label: adding one shifts no other. */
export type Streams = (label: string) => Random

export const clamp = (value: number, low: number, high: number) => (value < low ? low : Math.min(value, high))
export const between = (random: Random, low: number, high: number) => low + (high - low) * random.next()

export function smoothstep(low: number, high: number, value: number): number {
  const t = clamp((value - low) / (high - low), 0, 1)
  return t * t * (3 - 2 * t)
}

export function pick<const T extends readonly [unknown, ...unknown[]]>(random: Random, items: T): T[number] {
  return items[Math.floor(random.next() * items.length)] ?? items[0]
}

/** Value noise in about [-1, 1] over the unit square, `cols` × `rows` cells, smooth; coordinates outside are clamped. `wrap` makes u periodic. */
export function smoothNoise(random: Random, cols: number, rows: number, wrap = false): (u: number, v: number) => number {
  const stride = cols + 1
  const grid = Float32Array.from({ length: stride * (rows + 1) }, () => random.next() * 2 - 1)
  if (wrap) for (let row = 0; row <= rows; row++) grid[row * stride + cols] = grid[row * stride] ?? 0
  return (u, v) => {
    const x = (wrap ? u - Math.floor(u) : clamp(u, 0, 1)) * cols
    const y = clamp(v, 0, 1) * rows
    const column = Math.min(Math.floor(x), cols - 1)
    const row = Math.min(Math.floor(y), rows - 1)
    const fx = x - column
    const fy = y - row
    const sx = fx * fx * (3 - 2 * fx)
    const sy = fy * fy * (3 - 2 * fy)
    const at = row * stride + column
    const top = grid[at]! + (grid[at + 1]! - grid[at]!) * sx
    const bottom = grid[at + stride]! + (grid[at + stride + 1]! - grid[at + stride]!) * sx
    return top + (bottom - top) * sy
  }
}

/** One call gives four bytes of noise; cheap enough for every pixel of every frame. */
export function noiseWords(seed: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bf03635) >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state
  }
}

/**
 * The same picture as the sensor would give it a moment later: ±`amplitude` grey levels, triangular, different for each seed.
 * @returns a copy
 */
export function frameNoise<T extends GreyImage>(image: T, seed: number, amplitude = 2): T {
  const out = new Uint8Array(image.grey.length)
  const next = noiseWords(seed)
  const shift = Array.from({ length: 256 }, (_, byte) => Math.round((((byte & 15) + (byte >> 4)) / 15 - 1) * amplitude))
  const table = Int8Array.from(shift)
  const grey = image.grey
  for (let i = 0; i < grey.length; ) {
    let word = next()
    for (let k = 0; k < 4 && i < grey.length; k++, i++) {
      const value = grey[i]! + table[word & 255]!
      out[i] = value < 0 ? 0 : Math.min(value, 255)
      word >>>= 8
    }
  }
  return { ...image, grey: out }
}

/** `source` laid on a new raster of one grey level with its middle on the middle, then moved; what does not fit is cropped. */
export function centred(
  source: GreyImage,
  size: { readonly widthPx: number; readonly heightPx: number },
  background: number,
  dxPx = 0,
  dyPx = 0,
): GreyImage {
  const grey = new Uint8Array(size.widthPx * size.heightPx).fill(background)
  const left = Math.floor((size.widthPx - source.widthPx) / 2) + Math.round(dxPx)
  const top = Math.floor((size.heightPx - source.heightPx) / 2) + Math.round(dyPx)
  const from = Math.max(0, -left)
  const to = Math.min(source.widthPx, size.widthPx - left)
  for (let y = Math.max(0, -top); y < source.heightPx && y + top < size.heightPx && from < to; y++) {
    const row = y * source.widthPx
    grey.set(source.grey.subarray(row + from, row + to), (y + top) * size.widthPx + left + from)
  }
  return { ...size, grey }
}

/** `source` moved by whole pixels; what comes in from outside repeats the edge. */
export function shifted(source: GreyImage, dxPx: number, dyPx: number): GreyImage {
  if (dxPx === 0 && dyPx === 0) return source
  const { widthPx, heightPx, grey } = source
  const out = new Uint8Array(grey.length)
  const from = Math.max(0, -dxPx)
  const to = Math.min(widthPx, widthPx - dxPx)
  for (let y = 0; y < heightPx; y++) {
    const row = clamp(y - dyPx, 0, heightPx - 1) * widthPx
    const at = y * widthPx
    out.set(grey.subarray(row + from, row + to), at + from + dxPx)
    if (dxPx > 0) out.fill(grey[row]!, at, at + dxPx)
    else out.fill(grey[row + widthPx - 1]!, at + to + dxPx, at + widthPx)
  }
  return { ...source, grey: out }
}

/** `source` turned counter-clockwise about its middle and moved, bilinear; what comes in from outside is `background`. */
export function turned(source: GreyImage, angleDeg: number, dxPx: number, dyPx: number, background: number): GreyImage {
  const { widthPx, heightPx, grey } = source
  const out = new Uint8Array(grey.length).fill(background)
  const cos = Math.cos((angleDeg * Math.PI) / 180)
  const sin = Math.sin((angleDeg * Math.PI) / 180)
  const midX = (widthPx - 1) / 2
  const midY = (heightPx - 1) / 2
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const rx = x - midX - dxPx
      const ry = y - midY - dyPx
      const sx = cos * rx - sin * ry + midX
      const sy = sin * rx + cos * ry + midY
      const ix = Math.floor(sx)
      const iy = Math.floor(sy)
      if (ix < 0 || iy < 0 || ix >= widthPx - 1 || iy >= heightPx - 1) continue
      const fx = sx - ix
      const at = iy * widthPx + ix
      const top = grey[at]! + (grey[at + 1]! - grey[at]!) * fx
      const bottom = grey[at + widthPx]! + (grey[at + widthPx + 1]! - grey[at + widthPx]!) * fx
      out[y * widthPx + x] = top + (bottom - top) * (sy - iy) + 0.5
    }
  }
  return { widthPx, heightPx, grey: out }
}

/** Remembers the last result for each of a few keys, so that a stream of frames draws its picture once. */
export function remember<T>(limit: number): (key: string, make: () => T) => T {
  const kept = new Map<string, T>()
  return (key, make) => {
    const known = kept.get(key)
    if (known !== undefined) return known
    const made = make()
    kept.set(key, made)
    if (kept.size > limit) kept.delete(kept.keys().next().value ?? key)
    return made
  }
}
