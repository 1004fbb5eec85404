// Eyes before the iris camera that do what they hear: they come, often wrongly at first, then drift and blink. Pure: a script and a time give the
// look. Few different looks, so that pictures can be kept; drift is a shift of the same picture.

import type { Random } from '../../../protocol/random.js'
import type { EyeAdvice } from '../advice.js'
import type { Body } from '../body.js'
import type { EyePresentation } from '../person.js'
import { between } from '../raster.js'
import { operatorMs, personMs } from '../reaction.js'
import { drawByShare } from '../shares.js'

export type EyeFault = 'too_far' | 'too_close' | 'moving' | 'lids_half_closed' | 'looking_aside' | 'reflection' | 'off_centre' | 'dim'

interface Step {
  readonly atMs: number
  readonly look: EyePresentation
}

export interface EyeScript {
  readonly steps: readonly Step[]
  readonly busyUntilMs: number
  /** The word before. */
  readonly heard?: EyeAdvice
  readonly body: Body
  readonly blinkPhaseMs: number
  readonly swayTurn: number
}

export interface EyeMoment {
  readonly look: EyePresentation
  /** Shift of the look's picture. */
  readonly dxPx: number
  readonly dyPx: number
  readonly blinking: boolean
}

/** How often a first look goes wrong in each way: ASSUMPTIONS; together two fifths. Whoever was told once errs a third as often. */
const faultShares: Readonly<Record<EyeFault, number>> = {
  too_far: 0.1,
  too_close: 0.05,
  moving: 0.05,
  lids_half_closed: 0.07,
  looking_aside: 0.05,
  reflection: 0.04,
  off_centre: 0.03,
  dim: 0.01,
}
/** A head on a pillow. */
const lying: EyePresentation = { angleDeg: 13 }

export function beginEyes(random: Random, body: Body, atMs: number, tries: number, fault: EyeFault | 'none' | undefined): EyeScript {
  const drawn = drawByShare(random, faultShares, tries === 0 ? 1 : 1 / 3)
  const side = random.next() < 0.5 ? -1 : 1
  const much = random.next()
  const late = between(random, -150, 350)
  const fromMs = atMs + (personMs.seesLamp + late) * body.pace
  const calm = { seed: 1 + tries, ...(body.posture === 'bedridden' && lying) }
  const look = { ...calm, ...faulty(fault ?? drawn ?? 'none', side, much) }
  const [blinkPhaseMs, swayTurn] = [random.next() * personMs.betweenBlinks, random.next() * 2 * Math.PI]
  return { steps: [{ atMs: fromMs, look }], busyUntilMs: fromMs, body, blinkPhaseMs, swayTurn }
}

function faulty(fault: EyeFault | 'none', side: 1 | -1, much: number): EyePresentation {
  switch (fault) {
    case 'none':
      return {}
    case 'too_far':
      return { scale: 0.5 + 0.08 * much, blurPx: 1.2 }
    case 'too_close':
      return { scale: 1.85 - 0.1 * much, blurPx: 3 }
    case 'moving':
      return { motionPx: 18 + 6 * much }
    case 'lids_half_closed':
      return { lidOpening: 0.6 + 0.04 * much }
    case 'looking_aside':
      return { gazeDeg: { yaw: side * (28 + 4 * much), pitch: -6 } }
    case 'reflection':
      return { reflection: 0.42 }
    case 'off_centre':
      return { dxPx: side * Math.round(205 + 30 * much) }
    case 'dim':
      return { light: 0.28 + 0.1 * much }
  }
}

export function eyesAt({ steps, body, blinkPhaseMs, swayTurn }: EyeScript, ms: number): EyeMoment | undefined {
  const step = steps.findLast(({ atMs }) => atMs <= ms)
  if (!step) return undefined
  const { look } = step
  const sinceMs = ms - step.atMs
  // Blinks of a fault would be pictures for nothing: nobody takes them.
  const calm = isCalm(look)
  const blinking = calm && (ms + blinkPhaseMs) % (personMs.betweenBlinks * body.pace) < personMs.blinks && sinceMs > 200
  const turn = swayTurn + (2 * Math.PI * ms) / 3_100
  return {
    look: blinking ? { ...look, lidOpening: 0 } : look,
    dxPx: Math.round(2.4 * Math.sin(turn)),
    dyPx: Math.round(1.4 * Math.sin(1.7 * turn)),
    blinking,
  }
}

const isCalm = ({ scale = 1, motionPx, lidOpening, gazeDeg, reflection, dxPx, light }: EyePresentation): boolean =>
  scale === 1 && !motionPx && lidOpening === undefined && !gazeDeg && !reflection && !dxPx && light === undefined

/**
 * What is heard before the eyes are there, or while they still obey, is not heard. A word that is said twice in a row did not help: then the operator
 * looks at the picture instead of the word, and says what is really wrong.
 */
export function hearEyes(script: EyeScript, advice: EyeAdvice, nowMs: number): EyeScript {
  const look = script.steps.at(-1)?.look
  if (nowMs < script.busyUntilMs || !look) return script
  const { pace } = script.body
  const startMs = nowMs + personMs.hears * pace
  const { scale = 1 } = look
  if (advice === script.heard && !isCalm(look)) return afterALook({ ...script, heard: advice }, look, nowMs, startMs)
  return { ...obeying(script, advice, look, scale, nowMs, startMs), heard: advice }
}

function afterALook(script: EyeScript, look: EyePresentation, nowMs: number, startMs: number): EyeScript {
  const takesMs = look.reflection ? personMs.takesGlassesOff : personMs.movesHead
  const doneMs = startMs + takesMs * script.body.pace
  const { seed, angleDeg } = look
  const calm = { ...(seed !== undefined && { seed }), ...(angleDeg !== undefined && { angleDeg }) }
  return then(script, look.light === undefined ? doneMs : Math.max(doneMs, nowMs + operatorMs.setsLamp), calm)
}

function obeying(script: EyeScript, advice: EyeAdvice, look: EyePresentation, scale: number, nowMs: number, startMs: number): EyeScript {
  const { pace } = script.body
  const doneMs = startMs + personMs.movesHead * pace
  switch (advice) {
    case 'come_closer':
      return moving(script, startMs, look, scale < 1 ? without(look, 'scale', 'blurPx') : { ...look, scale: Math.min(1.5, scale * 1.15) })
    case 'move_back':
      return moving(script, startMs, look, scale > 1 ? without(look, 'scale', 'blurPx') : { ...look, scale: Math.max(0.6, scale * 0.87) })
    case 'center_eye':
      return then(script, doneMs, without(look, 'dxPx', 'dyPx'))
    case 'open_wide':
      return then(script, doneMs, without(look, 'lidOpening'))
    case 'look_straight':
      return then(script, doneMs, without(look, 'gazeDeg'))
    case 'look_into_camera':
      return then(script, doneMs, without(look, 'gazeDeg', 'lidOpening', 'dxPx', 'dyPx'))
    case 'avoid_reflections':
      return then(script, startMs + personMs.takesGlassesOff * pace, without(look, 'reflection'))
    case 'hold_still':
      return then(script, doneMs, without(look, 'motionPx'))
    case 'adjust_light':
      return then(script, nowMs + operatorMs.setsLamp, without(look, 'light'))
  }
}

function without(look: EyePresentation, ...names: readonly (keyof EyePresentation)[]): EyePresentation {
  return Object.fromEntries(Object.entries(look).filter(([name]) => !names.includes(name as keyof EyePresentation)))
}

function then(script: EyeScript, atMs: number, look: EyePresentation): EyeScript {
  return { ...script, steps: [...script.steps, { atMs, look }], busyUntilMs: atMs + 150 }
}

/** A head that comes or goes is seen on its way. */
function moving(script: EyeScript, startMs: number, from: EyePresentation, to: EyePresentation): EyeScript {
  const takesMs = personMs.movesHead * script.body.pace
  const half = { ...to, scale: ((from.scale ?? 1) + (to.scale ?? 1)) / 2, blurPx: (from.blurPx ?? 0) / 2, motionPx: 6 }
  const underWay = { ...script, steps: [...script.steps, { atMs: startMs + takesMs / 3, look: half }] }
  return then(underWay, startMs + takesMs, to)
}
