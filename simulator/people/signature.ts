// The pen of a simulated person: a cursive scrawl as a pad reports it, point by point. It knows no pad protocol.

import type { Random } from '../../protocol/random.js'
import type { PadSample } from './person.js'
import { between, clamp } from './raster.js'

/** Raw ranges of a Topaz SignatureGem 4x5 (410 per inch). */
export const padArea = { minX: 500, maxX: 2650, minY: 700, maxY: 2100 } as const
const intervalMs = 8

interface Knot {
  readonly x: number
  readonly y: number
}

/** Strokes as knots in a box of 0..1 × 0..1; letters are loops of a running hand: tall ones first, a tail that sweeps back under the name. */
function drawKnots(random: Random): Knot[][] {
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

/** Catmull-Rom through the knots. */
function along(knots: readonly Knot[], at: number): Knot {
  const index = clamp(Math.floor(at), 0, knots.length - 2)
  const t = at - index
  const knot = (i: number) => knots[clamp(i, 0, knots.length - 1)] ?? { x: 0, y: 0 }
  const [a, b, c, d] = [knot(index - 1), knot(index), knot(index + 1), knot(index + 2)]
  const blend = (p: number, q: number, r: number, s: number) =>
    q + 0.5 * t * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)))
  return { x: blend(a.x, b.x, c.x, d.x), y: blend(a.y, b.y, c.y, d.y) }
}

/** One sample every 8 ms (what a 19 200 baud pad can carry); between strokes the pen hovers, seen but not down. */
export function drawSignature(random: Random): readonly PadSample[] {
  const samples: PadSample[] = []
  const width = between(random, 0.68, 0.82) * (padArea.maxX - padArea.minX)
  const height = between(random, 0.6, 0.75) * (padArea.maxY - padArea.minY)
  const left = padArea.minX + (padArea.maxX - padArea.minX - width) * between(random, 0.35, 0.65)
  const top = padArea.minY + (padArea.maxY - padArea.minY - height) * between(random, 0.35, 0.65)
  const firm = between(random, 480, 720)
  let timeMs = 0
  const put = (knot: Knot, pressure: number, penDown: boolean) => {
    samples.push({
      x: Math.round(clamp(left + knot.x * width, padArea.minX, padArea.maxX)),
      y: Math.round(clamp(top + knot.y * height, padArea.minY, padArea.maxY)),
      pressure: Math.round(clamp(pressure, 0, 1023)),
      timeMs,
      penDown,
    })
    timeMs += intervalMs
  }
  let lifted: Knot | undefined
  for (const knots of drawKnots(random)) {
    const start = knots[0] ?? { x: 0, y: 0 }
    const from = lifted ?? { x: start.x - 0.04, y: start.y - 0.06 }
    for (let i = 0; i < 18; i++)
      put(
        { x: from.x + ((start.x - from.x) * i) / 18, y: from.y + ((start.y - from.y) * i) / 18 - 0.04 * Math.sin((i * Math.PI) / 18) },
        0,
        false,
      )
    const count = (knots.length - 1) * 9
    let last = start
    for (let i = 0; i <= count; i++) {
      const knot = along(knots, i / 9)
      const speed = Math.hypot(knot.x - last.x, knot.y - last.y)
      const touch = Math.min(1, i / 5, (count - i) / 6 + 0.12)
      put(knot, (firm - 3200 * speed + between(random, -14, 14)) * touch + 40, true)
      last = knot
    }
    lifted = last
  }
  if (lifted) for (let i = 1; i <= 6; i++) put({ x: lifted.x, y: lifted.y - 0.012 * i }, 0, false)
  return samples
}
