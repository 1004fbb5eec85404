// Two hands of a synthetic person: ten master prints, how they lie on a platen, and the truth about it. It knows no scanner.

import type { Random } from '../../protocol/random.js'
import { type Body, wholeBody } from './body.js'
import { formOf, isRight, isThumb, poseAlone, poseInHand, poseInPair } from './hand-layout.js'
import { growMasterPrint, type MasterPrint } from './master-print.js'
import { drawPattern } from './orientation.js'
import {
  type FingerCondition,
  type FingerPosition,
  type FingerPresentation,
  type FingerTruth,
  fingersOf,
  type GreyImage,
  type LaidFinger,
  type Laying,
  type Presentation,
  patch,
  platen,
  type Size,
  type Slap,
} from './person.js'
import { between, noiseWords, remember, type Streams } from './raster.js'
import { drawSprite, type SkinState, soundSkin, stamp, toneTable } from './sprite.js'
import { drawTouch, type Pose, type Touch, touchTruth } from './touch.js'

export interface Hands {
  slap(which: Slap, presentation?: Presentation): Promise<GreyImage>
  indexFingers(presentation?: Presentation): Promise<GreyImage>
  finger(position: FingerPosition, presentation?: FingerPresentation): Promise<GreyImage>
  fingerPatch(position: FingerPosition, presentation?: FingerPresentation): Promise<GreyImage>
  lay(laying: Laying): readonly LaidFinger[]
  readonly truth: {
    slap(which: Slap, presentation?: Presentation): Promise<readonly FingerTruth[]>
    finger(position: FingerPosition, presentation?: FingerPresentation): Promise<FingerTruth>
    fingerPatch(position: FingerPosition, presentation?: FingerPresentation): Promise<FingerTruth>
  }
}

interface Placed {
  readonly position: FingerPosition
  readonly master: MasterPrint
  readonly touch: Touch
  readonly pose: Pose
  /** Names the stream of what the skin adds. */
  readonly label: string
}

/** Whose hands they are. Each finger has streams of its own, so that drawing one does not change another. */
interface Owner {
  readonly streams: Streams
  readonly body: Body
  readonly master: (position: FingerPosition) => MasterPrint
}

const even = (value: number) => 2 * Math.round(value / 2)

function growFinger(random: Random, position: FingerPosition): MasterPrint {
  const form = formOf(position)
  const scale = between(random, 0.94, 1.06)
  const pattern = drawPattern(random, isRight(position) ? 'right' : 'left', isThumb(position))
  return growMasterPrint(random, pattern, even(form.widthPx * scale), even(form.heightPx * scale))
}

/** Glass with nothing on it. @param seed of its grain */
export function emptyGlass(size: Size, seed: number): GreyImage {
  const grey = new Uint8Array(size.widthPx * size.heightPx)
  const noise = noiseWords(seed)
  for (let i = 0; i < grey.length; ) {
    const word = noise()
    for (let k = 0; k < 16 && i < grey.length; k++, i++) grey[i] = 250 + ((word >>> (2 * k)) & 3)
  }
  return { ...size, grey }
}

/** How a finger lies that nobody presses in particular: dry ridges are light, moist ones dark. */
const restingPressure = ({ dry, wet }: SkinState): number => 0.85 * wet - 0.88 * dry

const conditionOf = ({ bandagedFingers, wornFingers }: Body, position: FingerPosition): FingerCondition =>
  bandagedFingers.includes(position) ? 'bandaged' : wornFingers.includes(position) ? 'worn' : 'sound'

/** @param moisture share of a moist skin's that is left */
function skinOf({ streams, body }: Owner, position: FingerPosition, moisture = 1): SkinState {
  const condition = conditionOf(body, position)
  if (condition === 'sound' && body.skin === 'normal') return soundSkin
  const own = streams(`skin ${position}`)
  const [much, worn] = [between(own, 0.75, 1), between(own, 0.5, 1)]
  return {
    dry: body.skin === 'dry' ? much : 0,
    wet: body.skin === 'wet' ? much * moisture : 0,
    worn: condition === 'worn' ? worn : 0,
    bandaged: condition === 'bandaged',
  }
}

const there = ({ body }: Owner, positions: readonly FingerPosition[]) =>
  positions.filter((position) => !body.missingFingers.includes(position))

/** @param pose of this finger, from a stream of its own */
function touching(owner: Owner, position: FingerPosition, pose: Pose, touchLabel: string): Placed {
  const master = owner.master(position)
  const label = `${position} ${touchLabel}`
  return { position, master, touch: drawTouch(owner.streams(`touch ${label}`), master), pose, label }
}

function placeHand(owner: Owner, positions: readonly FingerPosition[], label: string, presentation: Presentation, closeness = 0) {
  return there(owner, positions).map((position) => {
    const pose = poseInHand(position, owner.streams(`pose ${position}`), presentation, closeness)
    return touching(owner, position, pose, `${label} ${presentation.seed ?? 0}`)
  })
}

/** @param positions the first lies on the left */
function placePair(owner: Owner, positions: readonly FingerPosition[], presentation: Presentation): readonly Placed[] {
  return there(owner, positions).map((position) => {
    const pose = poseInPair(position, owner.streams(`pose ${position} again`), presentation, position === positions[0])
    return touching(owner, position, pose, `index_fingers ${presentation.seed ?? 0}`)
  })
}

function placeAlone(owner: Owner, position: FingerPosition, size: Size, presentation: FingerPresentation): readonly Placed[] {
  const { occasion = 'again', seed = 0 } = presentation
  return there(owner, [position]).map(() => {
    const pose = poseAlone(owner.streams(`place ${position} ${occasion} ${seed}`), size, presentation)
    return touching(owner, position, pose, `${occasion} ${seed}`)
  })
}

function place(owner: Owner, { fingers, how, seed, angleDeg = 0, closeness = 0 }: Laying): readonly Placed[] {
  const presentation = { angleDeg, seed }
  if (how === 'slap') return placeHand(owner, fingers, 'hand', presentation, closeness)
  if (how === 'pair') return placePair(owner, fingers, presentation)
  return fingers.flatMap((position) => placeAlone(owner, position, platen, { ...presentation, occasion: 'handover' }))
}

function laidFinger(owner: Owner, { position, master, touch, pose, label }: Placed, moisture?: number): LaidFinger {
  const skin = skinOf(owner, position, moisture)
  return {
    position,
    condition: conditionOf(owner.body, position),
    pressure: touch.pressure + restingPressure(skin),
    fog: skin.wet,
    sprite: drawSprite(master, touch, pose, skin, owner.streams(`specks ${label}`)),
    ...pose,
  }
}

function expose(owner: Owner, placed: readonly Placed[], size: Size, seed: number): GreyImage {
  const canvas = emptyGlass(size, seed)
  for (const { sprite, pressure, fog } of placed.map((each) => laidFinger(owner, each)))
    stamp(canvas, sprite, toneTable({ pressure, contact: 1, fog, strength: 1 }))
  return canvas
}

const truthOf = (placed: readonly Placed[], size: Size): readonly FingerTruth[] =>
  placed.map(({ position, master, touch, pose }) => touchTruth(position, master, touch, pose, size))

function theOnly([first]: readonly FingerTruth[]): FingerTruth {
  if (!first) throw new RangeError('this person has no such finger')
  return first
}

/** @param streams the person's own */
export function createHands(streams: Streams, body: Body = wholeBody): Hands {
  const masters = remember<MasterPrint>(10)
  const exposures = remember<Promise<GreyImage>>(6)
  const master = (position: FingerPosition) => masters(String(position), () => growFinger(streams(`finger ${position}`), position))
  const owner: Owner = { streams, body, master }
  const slap = (which: Slap, presentation: Presentation) => placeHand(owner, fingersOf[which], which, presentation)
  const alone = (position: FingerPosition, size: Size, presentation: FingerPresentation) => placeAlone(owner, position, size, presentation)
  const show = (label: string, presentation: FingerPresentation, size: Size, placed: () => readonly Placed[]): Promise<GreyImage> => {
    const { dxPx = 0, dyPx = 0, angleDeg = 0, seed = 0, occasion = 'again' } = presentation
    return exposures([label, dxPx, dyPx, angleDeg, seed, occasion].join(' '), async () => expose(owner, placed(), size, seed))
  }
  return {
    lay: (laying) => place(owner, laying).map((placed) => laidFinger(owner, placed, laying.moisture)),
    slap: (which, presentation = {}) => show(which, presentation, platen, () => slap(which, presentation)),
    indexFingers: (presentation = {}) => show('index_fingers', presentation, platen, () => placePair(owner, [7, 2], presentation)),
    finger: (position, presentation = {}) => show(`platen ${position}`, presentation, platen, () => alone(position, platen, presentation)),
    fingerPatch: (position, presentation = {}) =>
      show(`patch ${position}`, presentation, patch, () => alone(position, patch, presentation)),
    truth: {
      slap: async (which, presentation = {}) => truthOf(slap(which, presentation), platen),
      finger: async (position, presentation = {}) => theOnly(truthOf(alone(position, platen, presentation), platen)),
      fingerPatch: async (position, presentation = {}) => theOnly(truthOf(alone(position, patch, presentation), patch)),
    },
  }
}
