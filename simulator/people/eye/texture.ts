// The tissue of an iris in its own coordinates: turn around the pupil and depth from pupil to limbus. It knows no circle and no picture.
// What is drawn: pupillary and ciliary zone with a zigzag collarette between, radial fibres, a trabecular network, crypts, contraction furrows.

import type { Random } from '../../../protocol/random.js'
import { between, smoothNoise, smoothstep } from '../raster.js'

/** Columns of a texture table: one whole turn, counter-clockwise as seen, from the right. */
export const turnSteps = 1024
/** Rows of a texture table: from the pupil's edge to the limbus. */
export const depthSteps = 96

type Field = (turn: number, depth: number) => number

interface Layers {
  readonly collarette: Field
  readonly sway: Field
  readonly fine: readonly Field[]
  readonly network: readonly Field[]
  readonly clouds: Field
  readonly furrows: Field
  readonly pupillary: Field
  /** How fibrous, how netlike, how furrowed this eye is. */
  readonly weight: { readonly fibres: number; readonly network: number; readonly furrows: number; readonly clouds: number }
  readonly collaretteAt: number
}

function drawLayers(random: Random): Layers {
  return {
    collaretteAt: between(random, 0.22, 0.36),
    collarette: smoothNoise(random, 26, 1, true),
    sway: smoothNoise(random, 17, 4, true),
    fine: [
      smoothNoise(random, 38, 3, true),
      smoothNoise(random, 72, 4, true),
      smoothNoise(random, 134, 6, true),
      smoothNoise(random, 240, 9, true),
    ],
    network: [smoothNoise(random, 30, 5, true), smoothNoise(random, 64, 9, true)],
    clouds: smoothNoise(random, 11, 3, true),
    furrows: smoothNoise(random, 7, 22, true),
    pupillary: smoothNoise(random, 110, 2, true),
    weight: {
      fibres: between(random, 0.6, 1.1),
      network: between(random, 0.4, 1.2),
      furrows: between(random, 0.15, 0.6),
      clouds: between(random, 0.4, 0.9),
    },
  }
}

/** Thin bright lines where a smooth field crosses zero: the trabeculae around the holes of a net. */
const ridge = (value: number) => Math.max(0, 1 - 3.2 * Math.abs(value))

function tissue(layers: Layers, turn: number, depth: number): number {
  const { weight } = layers
  const collarette = layers.collaretteAt + 0.05 * layers.collarette(turn, 0.5)
  const ciliary = smoothstep(collarette - 0.03, collarette + 0.04, depth)
  const outer = smoothstep(0.45, 0.85, depth)
  const swayed = turn + 0.011 * layers.sway(turn, depth)
  const [broad, middle, narrow, hair] = layers.fine as [Field, Field, Field, Field]
  const fibres = 1.0 * broad(swayed, depth) + 0.95 * middle(swayed, depth) + 0.75 * narrow(swayed, depth) + 0.5 * hair(turn, depth)
  const [wide, tight] = layers.network as [Field, Field]
  const network = ridge(wide(swayed, depth)) + 0.8 * ridge(tight(swayed, depth)) - 0.55
  const radial = layers.pupillary(turn, depth)
  const seam = Math.exp(-(((depth - collarette) / 0.04) ** 2))
  return (
    weight.fibres * fibres * (0.6 + 0.4 * ciliary) +
    weight.network * network * ciliary * (1 - 0.5 * outer) +
    0.8 * radial * (1 - ciliary) +
    weight.furrows * outer * layers.furrows(swayed, depth) * 1.3 +
    weight.clouds * layers.clouds(turn, depth) +
    0.7 * seam -
    0.35 * (1 - ciliary)
  )
}

/** Dark lozenges, most of them just outside the collarette and some at the root of the iris. */
function digCrypts(table: Float32Array, random: Random, collaretteAt: number): void {
  const count = 10 + Math.floor(random.next() * 34)
  for (let i = 0; i < count; i++) {
    const turn = random.next() * turnSteps
    const atRoot = random.next() < 0.25
    const depth = (atRoot ? between(random, 0.75, 0.95) : collaretteAt + between(random, 0.02, 0.4)) * depthSteps
    const wide = between(random, 4, atRoot ? 7 : 15)
    const long = between(random, 3, atRoot ? 4 : 12)
    const deep = between(random, 0.8, 2)
    const lean = between(random, -0.5, 0.5)
    for (let row = Math.max(0, Math.ceil(depth - long)); row <= Math.min(depthSteps - 1, depth + long); row++) {
      const down = (row - depth) / long
      for (let column = Math.ceil(turn - wide - 4); column <= turn + wide + 4; column++) {
        const across = Math.abs(column - turn - lean * (row - depth)) / wide
        const inside = 1 - across - down * down
        if (inside <= 0) continue
        const at = row * turnSteps + ((column + turnSteps) % turnSteps)
        table[at] = table[at]! - deep * smoothstep(0, 0.55, inside)
      }
    }
  }
}

/**
 * One iris: `depthSteps` rows of `turnSteps` values, mean 0, standard deviation 1.
 * Every eye has its own layers, so two eyes share nothing but the dark pupillary zone and the bright collarette.
 */
export function growTexture(random: Random): Float32Array {
  const layers = drawLayers(random)
  const table = new Float32Array(turnSteps * depthSteps)
  for (let row = 0; row < depthSteps; row++) {
    const depth = (row + 0.5) / depthSteps
    for (let column = 0; column < turnSteps; column++) table[row * turnSteps + column] = tissue(layers, column / turnSteps, depth)
  }
  digCrypts(table, random, layers.collaretteAt)
  let sum = 0
  let squares = 0
  for (const value of table) {
    sum += value
    squares += value * value
  }
  const mean = sum / table.length
  const scale = 1 / Math.sqrt(squares / table.length - mean * mean)
  for (let i = 0; i < table.length; i++) table[i] = (table[i]! - mean) * scale
  return table
}
