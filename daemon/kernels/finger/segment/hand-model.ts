// Which finger is which: every way to name the fingertips of an image is weighed against how fingertips of a flat hand lie. Pure; millimetres.
// The model is coarse anthropometry with wide tolerances; what it cannot tell stays without a name.

/** ISO/IEC 19794-4 finger positions of each slap, from left to right in the image. */
export const slapPositions = {
  right_four: [2, 3, 4, 5],
  left_four: [10, 9, 8, 7],
  thumbs: [6, 1],
} as const
export type Slap = keyof typeof slapPositions

/** A fingertip in the hand's upright frame. */
export interface Tip {
  readonly uMm: number
  readonly vMm: number
  readonly widthMm: number
  /** Degrees from the hand's direction, positive counter-clockwise. */
  readonly splayDeg: number
  /** The image cuts it off above: its tip may lie higher. */
  readonly cutAbove: boolean
  /** Which way its ridges lean, −1 to 1; negative like a backslash. */
  readonly slant: number
}

/** One way to name tips. `positions[i]` names tip i; 0 leaves it out as no finger of this slap. */
export interface Naming {
  readonly slap: Slap
  readonly positions: readonly number[]
  /** Logarithm of the likelihood, up to a constant of the image. */
  readonly score: number
}

interface Expected {
  /** From the index finger towards the little one, and how much lower than the middle finger's tip. */
  readonly u: number
  readonly v: number
  /** Relative to the mean of the hand. */
  readonly width: number
  readonly splay: number
}

/** Right index to little; the left hand is its mirror image. */
const fingers: readonly Expected[] = [
  { u: 0, v: 10, width: 1.04, splay: 4 },
  { u: 20, v: 0, width: 1.06, splay: 1 },
  { u: 39.5, v: 4.5, width: 1.02, splay: -2 },
  { u: 58, v: 21, width: 0.88, splay: -8 },
]
/** One standard deviation each; the tip's place along the finger depends most on how the hand is laid down. */
const spread = { u: 2.6, v: 4.5, width: 0.085, splay: 7, handWidthMm: 2, tiltDeg: 6, stretch: 0.2 } as const
const handWidthMm = 13.4
const thumb = { widthMm: 17.5, widthSpread: 2, apartMm: 30, apartSpread: 8, heightSpread: 7, splay: 6 } as const

/** Most loops open towards the little finger and lean that way: what a lean of 1 says about the side, and the most it may say. */
const slantWeight = 4
const mostSlant = 2

/** What each absent finger that nobody announced costs, and each tip that is taken for no finger. */
const absence = 2.2
const leftOut = 9
/** Two tips are thumbs more often than what remains of a hand. */
const handOfTwo = 1.5

/**
 * Weighs all namings of `tips` (from left to right).
 * @param slaps     the slaps that are possible
 * @param missing   positions that cannot be there
 * @returns best first; empty without tips
 */
export function nameTips(tips: readonly Tip[], slaps: readonly Slap[], missing: readonly number[]): readonly Naming[] {
  const namings: Naming[] = []
  for (const slap of slaps) {
    const free = slapPositions[slap].filter((position) => !missing.includes(position))
    for (const positions of placements(tips.length, free)) {
      const named = tips.flatMap((tip, i) => (positions[i] === 0 ? [] : [{ tip, position: positions[i]! }]))
      const absent = free.length - named.length
      const penalty = absent * absence + (tips.length - named.length) * leftOut
      const score = slap === 'thumbs' ? thumbScore(named) : handScore(named, slap === 'right_four')
      namings.push({ slap, positions, score: score - penalty })
    }
  }
  return namings.sort((a, b) => b.score - a.score)
}

/** Every way to give `count` tips distinct positions in order, as many as fit; 0 for those left over. */
function placements(count: number, free: readonly number[]): readonly (readonly number[])[] {
  const needed = Math.min(count, free.length)
  const out: number[][] = []
  const walk = (positions: number[], next: number, used: number) => {
    if (positions.length === count) {
      if (used === needed) out.push(positions)
      return
    }
    if (count - positions.length > needed - used) walk([...positions, 0], next, used)
    for (let i = next; i < free.length; i++) walk([...positions, free[i]!], i + 1, used + 1)
  }
  walk([], 0, 0)
  return out
}

interface Named {
  readonly tip: Tip
  readonly position: number
}

const square = (value: number): number => value * value

function handScore(named: readonly Named[], right: boolean): number {
  if (named.length === 0) return 0
  const side = right ? 1 : -1
  const expected = named.map(({ position }) => fingers[right ? position - 2 : position - 7]!)
  const mean = named.reduce((sum, { tip }, i) => sum + tip.widthMm / expected[i]!.width, 0) / named.length
  let score = -square((mean - handWidthMm) / spread.handWidthMm) / 2
  for (let i = 0; i < named.length; i++) {
    const { tip } = named[i]!
    score -= square((tip.widthMm / mean - expected[i]!.width) / spread.width) / 2
    score -= square((tip.splayDeg - side * expected[i]!.splay) / spread.splay) / 2
  }
  const lean = -side * slantWeight * named.reduce((sum, { tip }) => sum + tip.slant, 0)
  return score + Math.max(-mostSlant, Math.min(mostSlant, lean)) + placeScore(named, expected, side) - Math.log(spread.handWidthMm)
}

/** The best of some tilts and stretches: the hand's direction and how far the fingers are spread are known only roughly. */
function placeScore(named: readonly Named[], expected: readonly Expected[], side: number): number {
  if (named.length === 1) return 0
  let best = Number.NEGATIVE_INFINITY
  for (let tiltDeg = -12; tiltDeg <= 12; tiltDeg += 3) {
    const cos = Math.cos((tiltDeg * Math.PI) / 180)
    const sin = Math.sin((tiltDeg * Math.PI) / 180)
    for (let stretch = 0.75; stretch < 1.6; stretch += 0.1) {
      const prior = square(tiltDeg / spread.tiltDeg) / 2 + square((stretch - 1.05) / spread.stretch) / 2
      const score = residual(named, expected, side * stretch, cos, sin) - prior
      if (score > best) best = score
    }
  }
  return best
}

function residual(named: readonly Named[], expected: readonly Expected[], stretch: number, cos: number, sin: number): number {
  const count = named.length
  let [sumU, sumV] = [0, 0]
  const du = new Float64Array(count)
  const dv = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const u = expected[i]!.u * stretch
    const { v } = expected[i]!
    du[i] = named[i]!.tip.uMm - (cos * u + sin * v)
    dv[i] = named[i]!.tip.vMm - (cos * v - sin * u)
    sumU += du[i]!
    sumV += dv[i]!
  }
  let score = 0
  for (let i = 0; i < count; i++) {
    const off = dv[i]! - sumV / count
    // A tip that the image cuts off may really lie higher.
    const spreadV = named[i]!.tip.cutAbove && off > 0 ? 3 * spread.v : spread.v
    score -= square((du[i]! - sumU / count) / spread.u) / 2 + square(off / spreadV) / 2
  }
  return score
}

function thumbScore(named: readonly Named[]): number {
  let score = named.length === 1 ? 0 : -handOfTwo + 3
  for (const { tip, position } of named) {
    score -= square((tip.widthMm - thumb.widthMm) / thumb.widthSpread) / 2
    // Thumbs lean towards each other.
    score -= square((tip.splayDeg - (position === 6 ? -1 : 1) * thumb.splay) / (2 * spread.splay)) / 2
  }
  const [left, right] = named
  if (left && right) {
    score -= square((right.tip.uMm - left.tip.uMm - thumb.apartMm) / thumb.apartSpread) / 2
    score -= square((right.tip.vMm - left.tip.vMm) / thumb.heightSpread) / 2
  }
  return score - Math.log(thumb.widthSpread)
}
