// A sitter before the face camera who does what is said: sits down, often not well at first, then sways and blinks. Pure: a script and a time give
// the presentation. It knows no pixels and no clock.

import type { Random } from '../../../protocol/random.js'
import type { FaceAdvice } from '../advice.js'
import type { Body } from '../body.js'
import type { FacePresentation } from '../person.js'
import { between } from '../raster.js'
import { operatorMs, personMs } from '../reaction.js'
import { drawByShare } from '../shares.js'

export type SittingFault =
  | 'too_far'
  | 'too_close'
  | 'turned_away'
  | 'leaning'
  | 'chin_down'
  | 'chin_up'
  | 'eyes_closed'
  | 'mouth_open'
  | 'dark'
  | 'lit_from_one_side'
  | 'off_centre'
  | 'wrong_cloth'
  | 'blurred'

interface Step {
  readonly atMs: number
  readonly presentation: FacePresentation
}

export interface SitterScript {
  readonly steps: readonly Step[]
  readonly busyUntilMs: number
  readonly body: Body
  readonly blinkPhaseMs: number
}

export interface SitterMoment {
  /** Of somebody who is not sitting well; undefined: calm, to be shown swaying. */
  readonly presentation: FacePresentation | undefined
  readonly blinking: boolean
}

/** How often somebody sits down in each wrong way: ASSUMPTIONS; together two fifths. Whoever was told once errs a third as often. */
const faultShares: Readonly<Record<SittingFault, number>> = {
  too_far: 0.06,
  too_close: 0.03,
  turned_away: 0.06,
  leaning: 0.03,
  chin_down: 0.06,
  chin_up: 0.02,
  eyes_closed: 0.03,
  mouth_open: 0.04,
  dark: 0.02,
  lit_from_one_side: 0.01,
  off_centre: 0.02,
  wrong_cloth: 0.02,
  blurred: 0.01,
}
/** A head on a pillow, turned to the camera as far as it will: the cloth is not behind it, and no word puts it straight. */
const pillow = [226, 222, 212] as const
const lying: FacePresentation = { yawDeg: 17, rollDeg: 12, pitchDeg: -6, backdrop: pillow, backdropCreases: 0.6 }

/** @param cloth of the birth year */
export function beginSitting(
  random: Random,
  body: Body,
  cloth: 'red' | 'blue',
  atMs: number,
  tries: number,
  fault: SittingFault | 'none' | undefined,
): SitterScript {
  const drawn = drawByShare(random, faultShares, tries === 0 ? 1 : 1 / 3)
  const side = random.next() < 0.5 ? -1 : 1
  const much = random.next()
  const fromMs = atMs + (personMs.seesLamp + between(random, -150, 350)) * body.pace
  const bed = body.posture === 'bedridden' ? lying : {}
  const presentation = { ...bed, ...faulty(fault ?? drawn ?? 'none', side, much, cloth) }
  const blinkPhaseMs = random.next() * personMs.betweenBlinks
  return { steps: [{ atMs: fromMs, presentation }], busyUntilMs: fromMs, body, blinkPhaseMs }
}

function faulty(fault: SittingFault | 'none', side: 1 | -1, much: number, cloth: 'red' | 'blue'): FacePresentation {
  switch (fault) {
    case 'none':
      return {}
    case 'too_far':
      return { distance: 2.1 + 0.4 * much }
    case 'too_close':
      return { distance: 0.52 + 0.04 * much }
    case 'turned_away':
      return { yawDeg: side * (22 + 8 * much) }
    case 'leaning':
      return { rollDeg: side * (16 + 6 * much) }
    case 'chin_down':
      return { pitchDeg: 20 + 6 * much }
    case 'chin_up':
      return { pitchDeg: -20 - 6 * much }
    case 'eyes_closed':
      return { eyesOpen: 0 }
    case 'mouth_open':
      return { mouthOpen: 0.85 + 0.15 * much }
    case 'dark':
      return { light: { level: 0.1 + 0.05 * much } }
    case 'lit_from_one_side':
      return { light: { level: 0.8, side } }
    case 'off_centre':
      return { dxPx: side * Math.round(700 + 60 * much) }
    case 'wrong_cloth':
      return { backdrop: cloth === 'red' ? 'blue' : 'red' }
    case 'blurred':
      return { blurPx: 4 + 2 * much }
  }
}

export function sitterAt({ steps, body, blinkPhaseMs }: SitterScript, ms: number): SitterMoment | undefined {
  const step = steps.findLast(({ atMs }) => atMs <= ms)
  if (!step) return undefined
  if (Object.keys(step.presentation).length > 0) return { presentation: step.presentation, blinking: false }
  const blinking = (ms + blinkPhaseMs) % (personMs.betweenBlinks * body.pace) < personMs.blinks && ms - step.atMs > 200
  return { presentation: blinking ? { eyesOpen: 0 } : undefined, blinking }
}

/** Which parts of a presentation each word mends, and how long that takes. Nobody stands behind: `one_person_only` is not about the sitter. */
const mends: Readonly<Record<FaceAdvice, { readonly parts: readonly (keyof FacePresentation)[]; readonly operator?: number }>> = {
  look_at_camera: { parts: ['yawDeg', 'pitchDeg', 'rollDeg', 'dxPx', 'dyPx', 'distance', 'light'] },
  one_person_only: { parts: [] },
  come_closer: { parts: ['distance'] },
  move_back: { parts: ['distance'] },
  center_face: { parts: ['dxPx', 'dyPx'] },
  hold_head_upright: { parts: ['rollDeg'] },
  face_straight: { parts: ['yawDeg'] },
  raise_chin: { parts: ['pitchDeg'] },
  lower_chin: { parts: ['pitchDeg'] },
  more_light: { parts: ['light'], operator: operatorMs.setsLamp },
  less_light: { parts: ['light'], operator: operatorMs.setsLamp },
  even_light: { parts: ['light'], operator: operatorMs.setsLamp },
  change_backdrop: { parts: ['backdrop', 'backdropCreases'], operator: operatorMs.hangsCloth },
  open_eyes: { parts: ['eyesOpen'] },
  close_mouth: { parts: ['mouthOpen'] },
  hold_still: { parts: ['blurPx'] },
}
/** What a word cannot change of somebody in bed: the head stays half turned, the pillow where it is. */
const fixedInBed: FacePresentation = { yawDeg: 10, rollDeg: 7, pitchDeg: -6, backdrop: pillow, backdropCreases: 0.6 }

/** What is heard before the sitter is there, or while the last word is still obeyed, is not heard. */
export function hearSitter(script: SitterScript, advice: FaceAdvice, nowMs: number): SitterScript {
  const before = script.steps.at(-1)?.presentation
  if (nowMs < script.busyUntilMs || !before) return script
  const { pace, posture } = script.body
  const { parts, operator } = mends[advice]
  const kept = Object.entries(before).filter(([name]) => !parts.includes(name as keyof FacePresentation))
  const stiff =
    posture === 'bedridden'
      ? Object.entries(fixedInBed).filter(([name]) => name in before && parts.includes(name as keyof FacePresentation))
      : []
  const presentation: FacePresentation = Object.fromEntries([...kept, ...stiff])
  const atMs = operator === undefined ? nowMs + (personMs.hears + personMs.movesHead) * pace : nowMs + operator
  return { ...script, steps: [...script.steps, { atMs, presentation }], busyUntilMs: atMs + 150 }
}
