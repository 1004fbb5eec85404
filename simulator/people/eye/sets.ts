// Sets of eyes as different cameras give them, for measuring iris kernels where the real sets cannot be had. They emulate; they are no copies.
// Ranges of `lg2200` follow what is published of MMU1 (LG IrisAccess 2200, 320×240), of `filled` CASIA-Iris-v1 (320×280, pupils painted over).

import type { Random } from '../../../protocol/random.js'
import { type SeededRandom, seededRandom } from '../../seeded-random.js'
import { between, pick } from '../raster.js'
import { type EyeConditions, type Glasses, goodLook, type HighlightKind } from './conditions.js'
import { type DrawnEye, drawEye } from './draw.js'
import { type EyeForm, type EyeKind, growEye, growLids } from './form.js'

export type EyeSetName = 'lg2200' | 'filled' | 'station'

export interface EyeSetItem extends DrawnEye {
  /** Number of the eye, from 0; even ones are right eyes. Two eyes of the set are never the same. */
  readonly eye: number
  readonly look: number
  readonly conditions: EyeConditions
}

/** What stays the same in all looks of one eye in a set. */
interface Habit {
  readonly grey: EyeConditions['grey']
  readonly kind: EyeKind
  readonly pupilRatio: number
  readonly irisRadiusPx: number
  readonly lidOpening: { readonly upper: number; readonly lower: number }
  readonly glasses: boolean
  readonly brow: EyeConditions['brow']
  readonly limbusSoftnessPx: number
}

interface SetMaker {
  habit(random: Random): Habit
  look(habit: Habit, random: Random): Omit<EyeConditions, 'seed'>
}

const chance = (random: Random, share: number) => random.next() < share
const around = (random: Random, by: number) => between(random, -by, by)

const within = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value))

/** Most looks are level, few are far from it; none by more than `by`. */
function mostly(random: Random, by: number): number {
  return within((around(random, by) + around(random, by) + around(random, by)) / 1.8, -by, by)
}

function randomGlasses(random: Random): Glasses {
  const count = Math.floor(random.next() * 3)
  return {
    frameGrey: between(random, 20, 80),
    lensGain: between(random, 0.86, 0.97),
    halfWidth: between(random, 2.4, 3.4),
    halfHeight: between(random, 1.5, 2.2),
    shift: { x: around(random, 0.5), y: between(random, -0.1, 0.5) },
    reflections: Array.from({ length: count }, () => ({
      x: around(random, 1.8),
      y: around(random, 1.1),
      wide: between(random, 0.08, 0.35),
      high: between(random, 0.06, 0.25),
      grey: between(random, 200, 320),
    })),
  }
}

const lg2200: SetMaker = {
  habit: (random) => {
    const iris = between(random, 82, 118)
    return {
      grey: {
        iris,
        texture: between(random, 10, 17),
        pupil: between(random, 22, 45),
        sclera: iris + between(random, 22, 58),
        skin: between(random, 140, 190),
        lash: between(random, 30, 55),
      },
      kind: chance(random, 0.5) ? 'single_lid' : 'creased_lid',
      pupilRatio: between(random, 0.32, 0.5),
      irisRadiusPx: between(random, 48, 62),
      lidOpening: { upper: between(random, 0.74, 0.98), lower: between(random, 0.86, 1) },
      glasses: chance(random, 0.12),
      brow: { density: chance(random, 0.6) ? between(random, 0.4, 1) : 0, heightRadii: between(random, 1.9, 2.6) },
      limbusSoftnessPx: between(random, 3, 6),
    }
  },
  look: (habit, random) => ({
    ...goodLook,
    ...sharedLook(habit, random),
    widthPx: 320,
    heightPx: 240,
    centre: { x: 160 + mostly(random, 32), y: 122 + mostly(random, 22) },
    irisRadiusPx: within(habit.irisRadiusPx * between(random, 0.95, 1.05), 45, 65),
    pupilRatio: within(habit.pupilRatio * between(random, 0.9, 1.1), 0.28, 0.55),
    gazeDeg: { yaw: mostly(random, 9), pitch: mostly(random, 6) },
    rollDeg: mostly(random, 8),
    lashes: { density: between(random, 0.7, 1), lengthPx: between(random, 26, 42), droop: between(random, 0.25, 0.75) },
    blurSigmaPx: between(random, 0.6, 1.2),
    noiseSigma: between(random, 1.5, 3.5),
    tissue: { warp: 0.045, relief: between(random, 0.3, 0.6) },
    highlights: lamps(random),
    interlaceShiftPx: chance(random, 0.3) ? pick(random, [-2, -1, 1, 2]) : 0,
    light: { level: between(random, 0.88, 1.08), acrossX: around(random, 0.3), acrossY: around(random, 0.2) },
    corners: cornersOfDark(random, 320, 240),
  }),
}

function lamps(random: Random): readonly HighlightKind[] {
  const kinds: HighlightKind[] = [pick(random, ['inside_pupil', 'two_lamps', 'two_lamps', 'ring'])]
  if (chance(random, 0.15)) kinds.push('on_iris')
  if (chance(random, 0.5)) kinds.push('tear_film')
  return kinds
}

function cornersOfDark(random: Random, widthPx: number, heightPx: number): EyeConditions['corners'] {
  const corners = [
    { x: 0, y: 0 },
    { x: widthPx, y: 0 },
    { x: 0, y: heightPx },
    { x: widthPx, y: heightPx },
  ]
  return corners
    .filter(() => chance(random, 0.18))
    .map(({ x, y }) => ({
      x: x + around(random, 12),
      y: y + around(random, 12),
      radiusPx: between(random, 0.15, 0.36) * heightPx,
      grey: between(random, 18, 60),
    }))
}

/** What all sets do alike from a habit. */
function sharedLook(habit: Habit, random: Random) {
  const upper = habit.lidOpening.upper * (chance(random, 0.12) ? between(random, 0.75, 0.9) : between(random, 0.94, 1))
  return {
    grey: habit.grey,
    limbusSoftnessPx: habit.limbusSoftnessPx,
    lidOpening: { upper, lower: Math.min(1, habit.lidOpening.lower * between(random, 0.96, 1.02)) },
    brow: habit.brow,
    ...(habit.glasses && { glasses: randomGlasses(random) }),
  }
}

const filled: SetMaker = {
  habit: (random) => {
    const iris = between(random, 105, 140)
    return {
      grey: {
        iris,
        texture: between(random, 10, 18),
        pupil: Math.round(between(random, 28, 48)),
        sclera: iris + between(random, 35, 65),
        skin: between(random, 170, 205),
        lash: between(random, 45, 70),
      },
      kind: 'single_lid',
      pupilRatio: between(random, 0.36, 0.54),
      irisRadiusPx: between(random, 92, 108),
      lidOpening: { upper: between(random, 0.97, 1), lower: between(random, 0.86, 1) },
      glasses: false,
      brow: { density: 0, heightRadii: 2.4 },
      limbusSoftnessPx: between(random, 12, 26),
    }
  },
  look: (habit, random) => ({
    ...goodLook,
    ...sharedLook(habit, random),
    widthPx: 320,
    heightPx: 280,
    centre: { x: 160 + mostly(random, 25), y: 142 + mostly(random, 18) },
    irisRadiusPx: within(habit.irisRadiusPx * between(random, 0.96, 1.04), 85, 115),
    pupilRatio: within(habit.pupilRatio * between(random, 0.88, 1.12), 0.3, 0.6),
    gazeDeg: { yaw: mostly(random, 5), pitch: mostly(random, 4) },
    rollDeg: mostly(random, 6),
    lashes: { density: between(random, 0.6, 1), lengthPx: between(random, 55, 95), droop: between(random, 0.5, 0.95) },
    blurSigmaPx: between(random, 0.9, 1.6),
    noiseSigma: between(random, 1, 2),
    tissue: { warp: 0.05, relief: between(random, 0.3, 0.6) },
    pupilFill: 'filled',
    highlights: chance(random, 0.3) ? ['tear_film'] : [],
    light: { level: between(random, 0.95, 1.05), acrossX: around(random, 0.14), acrossY: around(random, 0.1) },
  }),
}

const station: SetMaker = {
  habit: (random) => {
    const iris = between(random, 90, 135)
    return {
      grey: {
        iris,
        texture: between(random, 11, 20),
        pupil: between(random, 16, 30),
        sclera: iris + between(random, 55, 95),
        skin: between(random, 165, 210),
        lash: between(random, 30, 60),
      },
      kind: chance(random, 0.5) ? 'single_lid' : 'creased_lid',
      pupilRatio: between(random, 0.32, 0.5),
      irisRadiusPx: between(random, 108, 130),
      lidOpening: { upper: between(random, 0.9, 1), lower: between(random, 0.9, 1) },
      glasses: false,
      brow: { density: 0, heightRadii: 2.4 },
      limbusSoftnessPx: between(random, 4, 9),
    }
  },
  look: (habit, random) => ({
    ...goodLook,
    ...sharedLook(habit, random),
    centre: { x: 320 + mostly(random, 40), y: 242 + mostly(random, 25) },
    irisRadiusPx: within(habit.irisRadiusPx * between(random, 0.95, 1.05), 100, 140),
    pupilRatio: within(habit.pupilRatio * between(random, 0.88, 1.12), 0.26, 0.58),
    gazeDeg: { yaw: mostly(random, 6), pitch: mostly(random, 5) },
    rollDeg: mostly(random, 5),
    lashes: { density: between(random, 0.5, 1), lengthPx: between(random, 45, 75), droop: between(random, 0.05, 0.4) },
    blurSigmaPx: between(random, 0.5, 1.3),
    noiseSigma: between(random, 1.2, 2.5),
    tissue: { warp: 0.035, relief: between(random, 0.2, 0.45) },
    highlights: lamps(random),
    light: { level: between(random, 0.92, 1.08), acrossX: around(random, 0.15), acrossY: around(random, 0.12) },
  }),
}

const makers: Readonly<Record<EyeSetName, SetMaker>> = { lg2200, filled, station }

/** The form and the looks of one eye of a set; nothing is drawn, and the form grown only when asked for. */
export function eyeOfSet(name: EyeSetName, seed: number, eye: number): { grow(): EyeForm; look(index: number): EyeConditions } {
  const random: SeededRandom = seededRandom(seed).fork(`${name} eye ${eye}`)
  const maker = makers[name]
  const habit = maker.habit(random.fork('habit'))
  return {
    grow: () => growEye(random.fork('form'), eye % 2 === 0 ? 'right' : 'left', growLids(random.fork('lids'), habit.kind)),
    look: (index) => ({ ...maker.look(habit, random.fork(`look ${index}`)), seed: (seed * 7919 + eye * 131 + index + 1) | 0 }),
  }
}

/** Draws one picture at a time: all looks of the first eye, then of the next. */
export function* eyeSet(
  name: EyeSetName,
  { seed, eyes, looks }: { readonly seed: number; readonly eyes: number; readonly looks: number },
): Generator<EyeSetItem> {
  for (let eye = 0; eye < eyes; eye++) {
    const { grow, look } = eyeOfSet(name, seed, eye)
    const form = grow()
    for (let index = 0; index < looks; index++) {
      const conditions = look(index)
      yield { ...drawEye(form, conditions), eye, look: index, conditions }
    }
  }
}
