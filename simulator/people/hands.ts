// Two hands of a synthetic person: ten master prints, how they lie on a platen, and the truth about it. It knows no scanner.

import type { Random } from '../../protocol/random.js'
import { type Body, wholeBody } from './body.js'
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

/** Right hand; the left one is its mirror image. Index, middle, ring, little from the middle of the platen outward in x. */
const layout: Readonly<Record<number, { dx: number; y: number; angleDeg: number; widthPx: number; heightPx: number }>> = {
  2: { dx: -510, y: 800, angleDeg: 7, widthPx: 292, heightPx: 440 },
  3: { dx: -165, y: 560, angleDeg: 2, widthPx: 300, heightPx: 460 },
  4: { dx: 185, y: 620, angleDeg: -3, widthPx: 290, heightPx: 446 },
  5: { dx: 510, y: 900, angleDeg: -9, widthPx: 250, heightPx: 380 },
  1: { dx: 270, y: 750, angleDeg: 6, widthPx: 354, heightPx: 520 },
}

/** A hand whose fingers lie as close together as they can: share of their usual distance that is gone. */
const closest = 0.3

/** Two index fingers laid down together, the left one the mirror image. */
const indexPair = { dx: 250, y: 760, angleDeg: 3 } as const

const isRight = (position: FingerPosition) => position <= 5
const layoutOf = (position: FingerPosition) => layout[isRight(position) ? position : position - 5] ?? layout[2]!
const even = (value: number) => 2 * Math.round(value / 2)

function growFinger(random: Random, position: FingerPosition): MasterPrint {
  const form = layoutOf(position)
  const scale = between(random, 0.94, 1.06)
  const pattern = drawPattern(random, isRight(position) ? 'right' : 'left', form === layout[1])
  return growMasterPrint(random, pattern, even(form.widthPx * scale), even(form.heightPx * scale))
}

/** Turns and shifts a pose about the middle of the sensor. */
function present(pose: Pose, size: Size, { dxPx = 0, dyPx = 0, angleDeg = 0 }: Presentation): Pose {
  const cos = Math.cos((angleDeg * Math.PI) / 180)
  const sin = Math.sin((angleDeg * Math.PI) / 180)
  const x = pose.cx - size.widthPx / 2
  const y = pose.cy - size.heightPx / 2
  return {
    cx: size.widthPx / 2 + cos * x + sin * y + dxPx,
    cy: size.heightPx / 2 - sin * x + cos * y + dyPx,
    angleDeg: pose.angleDeg + angleDeg,
  }
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

/** @param streams the person's own; each finger has one, so that drawing one does not change another */
export function createHands(streams: Streams, body: Body = wholeBody): Hands {
  const masters = remember<MasterPrint>(10)
  const exposures = remember<Promise<GreyImage>>(6)
  const master = (position: FingerPosition) => masters(String(position), () => growFinger(streams(`finger ${position}`), position))
  const place = (position: FingerPosition, pose: Pose, touchLabel: string): Placed => {
    const print = master(position)
    const label = `${position} ${touchLabel}`
    return { position, master: print, touch: drawTouch(streams(`touch ${label}`), print), pose, label }
  }
  const there = (positions: readonly FingerPosition[]) => positions.filter((position) => !body.missingFingers.includes(position))
  const conditionOf = (position: FingerPosition): FingerCondition =>
    body.bandagedFingers.includes(position) ? 'bandaged' : body.wornFingers.includes(position) ? 'worn' : 'sound'
  /** @param moisture share of a moist skin's that is left */
  const skinOf = (position: FingerPosition, moisture: number): SkinState => {
    const condition = conditionOf(position)
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
  const spriteOf = ({ position, master: print, touch, pose, label }: Placed, skin = skinOf(position, 1)) =>
    drawSprite(print, touch, pose, skin, streams(`specks ${label}`))
  const expose = (placed: readonly Placed[], size: Size, seed: number): GreyImage => {
    const canvas = emptyGlass(size, seed)
    for (const each of placed) {
      const skin = skinOf(each.position, 1)
      const tone = { pressure: each.touch.pressure + restingPressure(skin), contact: 1, fog: skin.wet, strength: 1 }
      stamp(canvas, spriteOf(each, skin), toneTable(tone))
    }
    return canvas
  }

  const layAll = (
    positions: readonly FingerPosition[],
    label: string,
    presentation: Presentation,
    formOf: (position: FingerPosition) => { readonly dx: number; readonly y: number; readonly angleDeg: number },
    closeness = 0,
  ) =>
    there(positions).map((position) => {
      const form = formOf(position)
      const side = isRight(position) ? 1 : -1
      const own = streams(label === 'index_fingers' ? `pose ${position} again` : `pose ${position}`)
      const pose = {
        cx: platen.widthPx / 2 + side * form.dx * (1 - closest * closeness) + between(own, -12, 12) * (1 - closeness),
        cy: form.y + between(own, -30, 30),
        angleDeg: side * form.angleDeg * (1 - closeness) + between(own, -2.5, 2.5) * (1 - closeness),
      }
      return place(position, present(pose, platen, presentation), `${label} ${presentation.seed ?? 0}`)
    })
  const placeSlap = (which: Slap, presentation: Presentation) => layAll(fingersOf[which], which, presentation, layoutOf)
  const placeIndexes = (presentation: Presentation) => layAll([7, 2], 'index_fingers', presentation, () => indexPair)
  const layPlaced = ({ fingers, how, seed, angleDeg = 0, closeness = 0 }: Laying): readonly Placed[] => {
    const presentation = { angleDeg, seed }
    if (how === 'slap') return layAll(fingers, 'hand', presentation, layoutOf, closeness)
    if (how === 'single')
      return there(fingers).flatMap((position) => placeFinger(position, platen, { ...presentation, occasion: 'handover' }))
    return fingers.flatMap((position, i) =>
      // Whichever two they are: the first lies where a left index finger would.
      layAll([position], 'index_fingers', presentation, () => ({
        ...indexPair,
        dx: (isRight(position) ? 1 : -1) * (i === 0 ? -1 : 1) * indexPair.dx,
      })),
    )
  }

  const placeFinger = (position: FingerPosition, size: Size, presentation: FingerPresentation): readonly Placed[] => {
    const { occasion = 'again', seed = 0 } = presentation
    if (there([position]).length === 0) return []
    const own = streams(`place ${position} ${occasion} ${seed}`)
    const reach = size === patch ? 18 : occasion === 'handover' ? 60 : 25
    const turn = occasion === 'handover' ? 14 : 6
    const pose = {
      cx: size.widthPx / 2 + between(own, -reach, reach),
      cy: size.heightPx / 2 + between(own, -reach, reach),
      angleDeg: between(own, -turn, turn),
    }
    return [place(position, present(pose, size, presentation), `${occasion} ${seed}`)]
  }

  const show = (label: string, presentation: FingerPresentation, size: Size, placed: () => readonly Placed[]): Promise<GreyImage> => {
    const { dxPx = 0, dyPx = 0, angleDeg = 0, seed = 0, occasion = 'again' } = presentation
    return exposures([label, dxPx, dyPx, angleDeg, seed, occasion].join(' '), async () => expose(placed(), size, seed))
  }
  const truthOf = (placed: readonly Placed[], size: Size) =>
    placed.map(({ position, master, touch, pose }) => touchTruth(position, master, touch, pose, size))
  const firstOf = ([first]: readonly FingerTruth[]): FingerTruth => {
    if (!first) throw new RangeError('this person has no such finger')
    return first
  }

  return {
    lay: (laying) =>
      layPlaced(laying).map((placed) => {
        const skin = skinOf(placed.position, laying.moisture ?? 1)
        const { cx, cy, angleDeg } = placed.pose
        return {
          position: placed.position,
          condition: conditionOf(placed.position),
          pressure: placed.touch.pressure + restingPressure(skin),
          fog: skin.wet,
          sprite: spriteOf(placed, skin),
          cx,
          cy,
          angleDeg,
        }
      }),
    slap: (which, presentation = {}) => show(which, presentation, platen, () => placeSlap(which, presentation)),
    indexFingers: (presentation = {}) => show('index_fingers', presentation, platen, () => placeIndexes(presentation)),
    finger: (position, presentation = {}) =>
      show(`platen ${position}`, presentation, platen, () => placeFinger(position, platen, presentation)),
    fingerPatch: (position, presentation = {}) =>
      show(`patch ${position}`, presentation, patch, () => placeFinger(position, patch, presentation)),
    truth: {
      slap: async (which, presentation = {}) => truthOf(placeSlap(which, presentation), platen),
      finger: async (position, presentation = {}) => firstOf(truthOf(placeFinger(position, platen, presentation), platen)),
      fingerPatch: async (position, presentation = {}) => firstOf(truthOf(placeFinger(position, patch, presentation), patch)),
    },
  }
}
