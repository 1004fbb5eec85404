// The pen of a simulated person: a cursive scrawl as a pad reports it, point by point. The hand belongs to the person, the attempt to the moment.

import type { SeededRandom } from '../seeded-random.js'
import type { PadSample } from './person.js'
import { between, clamp } from './raster.js'
import { along, drawKnots, type Knot, lineKnots, scaled, shortKnots } from './signature/knots.js'
import { goodPad, type PadErrors, throughPad } from './signature/pen.js'

/** Raw ranges of a Topaz SignatureGem 4x5 (410 per inch). */
export const padArea = { minX: 500, maxX: 2650, minY: 700, maxY: 2100 } as const
const intervalMs = 8

/** `good`, or what is wrong with it on purpose; `tremor` and `slow` are good signatures of hard hands. */
export type SignatureKind = 'good' | 'tremor' | 'slow' | 'line_only' | 'too_short' | 'outside_box'

export interface SignatureOptions {
  /** From 1; each differs a little in size, place, speed and shape. Default 1. */
  readonly attempt?: number
  readonly kind?: SignatureKind
  /** Jitter, spikes, drop-outs and bunched stamps of a poor pad; default a clean one. */
  readonly pad?: Partial<PadErrors>
}

export interface SimulatedSignature {
  readonly kind: SignatureKind
  /** What the pad hands on. */
  readonly samples: readonly PadSample[]
  /** The true way of the pen, in pad units, sample by sample, without any error of the pad; one list a stroke. */
  readonly strokes: readonly (readonly Knot[])[]
}

/** One sample every 8 ms (what a 19 200 baud pad can carry); between strokes the pen hovers, seen but not down. */
export function drawSignature(random: SeededRandom, attempt = 1): readonly PadSample[] {
  return simulateSignature(random, { attempt }).samples
}

/** The same `random` is the same person. */
export function simulateSignature(random: SeededRandom, options: SignatureOptions = {}): SimulatedSignature {
  const { attempt = 1, kind = 'good' } = options
  const errors = { ...goodPad, ...options.pad }
  const hand = random.fork('hand')
  const person = drawKnots(hand)
  const habit = { width: between(hand, 0.68, 0.82), height: between(hand, 0.6, 0.75), firm: between(hand, 480, 720) }
  const moment = random.fork(`attempt ${attempt} ${kind}`)
  const knots = kind === 'line_only' ? lineKnots(moment) : kind === 'too_short' ? shortKnots(person) : person
  const frame = frameOf(moment, habit, kind)
  const pace = paceOf(kind) * between(moment, 0.9, 1.12)
  const shake = kind === 'tremor' ? between(moment, 9, 14) : between(moment, 0, 1.5)
  const written = write(moved(knots, moment), { moment, frame, pace, shake, firm: habit.firm * between(moment, 0.92, 1.08) })
  return { kind, samples: throughPad(written.samples, errors, random.fork(`pad ${attempt}`)), strokes: written.strokes }
}

/**
 * Somebody who needs to be told: the first attempt of about every third person goes wrong, what follows is good.
 * @returns by attempt, from 1; the kind tells the truth
 */
export function signatureAttempts(random: SeededRandom): (attempt: number) => SimulatedSignature {
  const choice = random.fork('approach').next()
  const first: SignatureKind = choice < 0.18 ? 'too_short' : choice < 0.36 ? 'outside_box' : 'good'
  return (attempt) => simulateSignature(random, { attempt, kind: attempt === 1 ? first : 'good' })
}

interface Frame {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

function frameOf(moment: SeededRandom, habit: { width: number; height: number }, kind: SignatureKind): Frame {
  const [areaWidth, areaHeight] = [padArea.maxX - padArea.minX, padArea.maxY - padArea.minY]
  const size = (kind === 'too_short' ? 0.2 : kind === 'outside_box' ? 1.35 : 1) * between(moment, 0.95, 1.05)
  const width = habit.width * areaWidth * size
  const height = habit.height * areaHeight * size
  // Somebody who leaves the box begins too far right.
  const left = kind === 'outside_box' ? areaWidth * between(moment, 0.3, 0.36) : (areaWidth - width) * between(moment, 0.35, 0.65)
  return {
    width,
    height,
    left: padArea.minX + left,
    top: padArea.minY + (areaHeight - height) * between(moment, 0.35, 0.65),
  }
}

/** Samples of the same way: more is slower. */
const paceOf = (kind: SignatureKind): number => (kind === 'slow' ? 3.2 : kind === 'line_only' ? 3 : kind === 'tremor' ? 2.2 : 1)

/** No two signatures of a person are alike: each knot lies a little elsewhere. */
function moved(strokes: readonly (readonly Knot[])[], moment: SeededRandom): Knot[][] {
  return strokes.map((knots) => knots.map(({ x, y }) => ({ x: x + between(moment, -0.012, 0.012), y: y + between(moment, -0.02, 0.02) })))
}

interface Writing {
  readonly moment: SeededRandom
  readonly frame: Frame
  readonly pace: number
  /** Amplitude of a trembling hand in pad units, at 5 to 7 Hz. */
  readonly shake: number
  readonly firm: number
}

function write(strokes: readonly (readonly Knot[])[], { moment, frame, pace, shake, firm }: Writing) {
  const samples: PadSample[] = []
  const truth: Knot[][] = []
  let timeMs = 0
  const hertz = between(moment, 5, 7)
  const phase = between(moment, 0, 6)
  const put = (knot: Knot, pressure: number, penDown: boolean): Knot => {
    const angle = phase + (2 * Math.PI * hertz * timeMs) / 1000
    const x = clamp(frame.left + knot.x * frame.width + shake * Math.sin(angle), padArea.minX, padArea.maxX)
    const y = clamp(frame.top + knot.y * frame.height + shake * Math.cos(1.3 * angle), padArea.minY, padArea.maxY)
    samples.push({ x: Math.round(x), y: Math.round(y), pressure: penDown ? Math.round(clamp(pressure, 1, 1023)) : 0, timeMs, penDown })
    timeMs += intervalMs
    return { x, y }
  }
  let lifted: Knot | undefined
  for (const knots of strokes) {
    const start = knots[0] ?? { x: 0, y: 0 }
    const from = lifted ?? { x: start.x - 0.04, y: start.y - 0.06 }
    for (let i = 0; i < 18; i++) put(scaled(from, start, i / 18, -0.04 * Math.sin((i * Math.PI) / 18)), 0, false)
    const count = Math.round((knots.length - 1) * 9 * pace)
    const line: Knot[] = []
    let last = start
    for (let i = 0; i <= count; i++) {
      const knot = along(knots, ((knots.length - 1) * i) / count)
      const speed = Math.hypot(knot.x - last.x, knot.y - last.y) * pace
      const touch = Math.min(1, i / 5, (count - i) / 6 + 0.12)
      line.push(put(knot, (firm - 3200 * speed + between(moment, -14, 14)) * touch + 40, true))
      last = knot
    }
    truth.push(line)
    lifted = last
  }
  if (lifted) for (let i = 1; i <= 6; i++) put({ x: lifted.x, y: lifted.y - 0.012 * i }, 0, false)
  return { samples, strokes: truth }
}
