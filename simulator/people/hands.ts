// Two hands of a synthetic person: ten master prints, how they lie on a platen, and the truth about it. It knows no scanner.

import type { Random } from '../../protocol/random.js'
import { growMasterPrint, type MasterPrint } from './master-print.js'
import { drawPattern } from './orientation.js'
import {
  type FingerPosition,
  type FingerPresentation,
  type FingerTruth,
  fingersOf,
  type GreyImage,
  type Presentation,
  patch,
  platen,
  type Size,
  type Slap,
} from './person.js'
import { between, noiseWords, remember, type Streams } from './raster.js'
import { drawTouch, type Pose, press, type Touch, touchTruth } from './touch.js'

export interface Hands {
  slap(which: Slap, presentation?: Presentation): Promise<GreyImage>
  indexFingers(presentation?: Presentation): Promise<GreyImage>
  finger(position: FingerPosition, presentation?: FingerPresentation): Promise<GreyImage>
  fingerPatch(position: FingerPosition, presentation?: FingerPresentation): Promise<GreyImage>
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
}

/** Right hand; the left one is its mirror image. Index, middle, ring, little from the middle of the platen outward in x. */
const layout: Readonly<Record<number, { dx: number; y: number; angleDeg: number; widthPx: number; heightPx: number }>> = {
  2: { dx: -510, y: 800, angleDeg: 7, widthPx: 292, heightPx: 440 },
  3: { dx: -165, y: 560, angleDeg: 2, widthPx: 300, heightPx: 460 },
  4: { dx: 185, y: 620, angleDeg: -3, widthPx: 290, heightPx: 446 },
  5: { dx: 510, y: 900, angleDeg: -9, widthPx: 250, heightPx: 380 },
  1: { dx: 270, y: 750, angleDeg: 6, widthPx: 354, heightPx: 520 },
}

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

function expose(placed: readonly Placed[], size: Size, seed: number): GreyImage {
  const grey = new Uint8Array(size.widthPx * size.heightPx)
  const noise = noiseWords(seed)
  for (let i = 0; i < grey.length; ) {
    const word = noise()
    for (let k = 0; k < 16 && i < grey.length; k++, i++) grey[i] = 250 + ((word >>> (2 * k)) & 3)
  }
  const canvas = { ...size, grey }
  for (const { master, touch, pose } of placed) press(canvas, master, touch, pose)
  return canvas
}

/** @param streams the person's own; each finger has one, so that drawing one does not change another */
export function createHands(streams: Streams): Hands {
  const masters = remember<MasterPrint>(10)
  const exposures = remember<Promise<GreyImage>>(6)
  const master = (position: FingerPosition) => masters(String(position), () => growFinger(streams(`finger ${position}`), position))
  const place = (position: FingerPosition, pose: Pose, touchLabel: string): Placed => {
    const print = master(position)
    return { position, master: print, touch: drawTouch(streams(`touch ${position} ${touchLabel}`), print), pose }
  }

  const lay = (
    positions: readonly FingerPosition[],
    label: string,
    presentation: Presentation,
    formOf: typeof layoutOf | (() => typeof indexPair),
  ) =>
    positions.map((position) => {
      const form = formOf(position)
      const side = isRight(position) ? 1 : -1
      const own = streams(label === 'index_fingers' ? `pose ${position} again` : `pose ${position}`)
      const pose = {
        cx: platen.widthPx / 2 + side * form.dx + between(own, -12, 12),
        cy: form.y + between(own, -30, 30),
        angleDeg: side * form.angleDeg + between(own, -2.5, 2.5),
      }
      return place(position, present(pose, platen, presentation), `${label} ${presentation.seed ?? 0}`)
    })
  const placeSlap = (which: Slap, presentation: Presentation) => lay(fingersOf[which], which, presentation, layoutOf)
  const placeIndexes = (presentation: Presentation) => lay([7, 2], 'index_fingers', presentation, () => indexPair)

  const placeFinger = (position: FingerPosition, size: Size, presentation: FingerPresentation): readonly Placed[] => {
    const { occasion = 'again', seed = 0 } = presentation
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
  const firstOf = ([first]: readonly FingerTruth[]): FingerTruth => first!

  return {
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
