// What a hand writes, as knots in a box of 0..1 × 0..1: a running name, a line, a mark. Knows no pad and no time.

import type { Random } from '../../../protocol/random.js'
import { between, clamp } from '../raster.js'

export interface Knot {
  readonly x: number
  readonly y: number
}

/** Letters are loops of a running hand: tall ones first, a tail that sweeps back under the name. */
export function drawKnots(random: Random): Knot[][] {
  const letters = 5 + Math.floor(random.next() * 4)
  const slant = between(random, 0.02, 0.07)
  const step = 0.78 / letters
  const name: Knot[] = []
  for (let i = 0; i < letters; i++) {
    const tall = i === 0 ? between(random, 0.55, 0.7) : random.next() < 0.3 ? between(random, 0.3, 0.48) : between(random, 0.1, 0.22)
    const deep = random.next() < 0.2 ? between(random, 0.16, 0.28) : between(random, 0, 0.05)
    const x = 0.08 + i * step
    name.push({ x, y: 0.66 + between(random, -0.02, 0.02) })
    name.push({ x: x + step * 0.75 + slant * tall * 3, y: 0.66 - tall * 0.8 })
    name.push({ x: x + step * 0.35 + slant * tall * 3.4, y: 0.66 - tall })
    name.push({ x: x + step * between(random, 0.15, 0.3), y: 0.64 + deep })
  }
  name.push(
    { x: 0.9, y: 0.58 },
    { x: 0.97, y: 0.7 },
    { x: 0.6, y: between(random, 0.84, 0.95) },
    { x: between(random, 0.1, 0.3), y: between(random, 0.8, 0.9) },
  )
  const strokes = [name]
  if (random.next() < 0.6) {
    const x = between(random, 0.3, 0.6)
    strokes.push([
      { x, y: between(random, 0.22, 0.35) },
      { x: x + 0.08, y: 0.24 },
      { x: x + 0.22, y: between(random, 0.2, 0.3) },
    ])
  }
  return strokes
}

/** One stroke from left to right by somebody who does not write. */
export function lineKnots(random: Random): Knot[][] {
  const y = between(random, 0.4, 0.6)
  const rise = between(random, -0.12, 0.12)
  return [[0.15, 0.35, 0.6, 0.85].map((x) => ({ x, y: y + rise * (x - 0.5) }))]
}

/** The first upstroke and no more: the pen was lifted too early. */
export const shortKnots = (strokes: readonly (readonly Knot[])[]): Knot[][] => [(strokes[0] ?? []).slice(0, 4)]

/** Catmull-Rom through the knots. */
export function along(knots: readonly Knot[], at: number): Knot {
  const index = clamp(Math.floor(at), 0, knots.length - 2)
  const t = at - index
  const knot = (i: number) => knots[clamp(i, 0, knots.length - 1)] ?? { x: 0, y: 0 }
  const [a, b, c, d] = [knot(index - 1), knot(index), knot(index + 1), knot(index + 2)]
  const blend = (p: number, q: number, r: number, s: number) =>
    q + 0.5 * t * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)))
  return { x: blend(a.x, b.x, c.x, d.x), y: blend(a.y, b.y, c.y, d.y) }
}

/** Between two places, lifted by `rise`. */
export const scaled = (from: Knot, to: Knot, share: number, rise: number): Knot => ({
  x: from.x + (to.x - from.x) * share,
  y: from.y + (to.y - from.y) * share + rise,
})
