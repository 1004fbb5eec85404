// The two eyes of one person before a station's iris camera: a presentation is turned into a look, the look is drawn once. It knows no camera.

import type { Body } from './body.js'
import { type EyeConditions, goodLook } from './eye/conditions.js'
import { type DrawnEye, drawEye } from './eye/draw.js'
import { clouded, type EyeForm, growEye, growLids } from './eye/form.js'
import { type Eye, type EyePresentation, type GreyImage, type IrisTruth, irisFrame } from './person.js'
import { between, remember, type Streams } from './raster.js'

/** What both eyes of a person have in common, and what each has for itself. */
interface EyeHabit {
  readonly centre: { readonly x: number; readonly y: number }
  readonly irisRadiusPx: number
  readonly pupilRatio: number
}

/** Both sensors see the eyes in the same light. */
function drawGrey(streams: Streams): EyeConditions['grey'] {
  const random = streams('grey')
  const iris = between(random, 94, 118)
  return {
    iris,
    texture: between(random, 13, 18),
    pupil: between(random, 16, 28),
    sclera: iris + between(random, 78, 96),
    skin: between(random, 165, 190),
    lash: between(random, 34, 52),
  }
}

function drawHabit(streams: Streams, eye: Eye): EyeHabit {
  const random = streams(`habit ${eye}`)
  return {
    centre: { x: irisFrame.widthPx / 2 + between(random, -6, 6), y: irisFrame.heightPx / 2 + 4 + between(random, -5, 5) },
    irisRadiusPx: between(random, 112, 122),
    pupilRatio: between(random, 0.36, 0.44),
  }
}

/** Of a seed of 0 to 2³²; the look without a seed has none of it. */
function variation(streams: Streams, eye: Eye, seed: number) {
  const random = streams(`look ${eye} ${seed}`)
  return { widened: seed === 0 ? 1 : between(random, 0.94, 1.06), seed: Math.floor(random.next() * 2 ** 31) }
}

function lookOf(streams: Streams, eye: Eye, grey: EyeConditions['grey'], habit: EyeHabit, presentation: EyePresentation): EyeConditions {
  const { dxPx = 0, dyPx = 0, angleDeg = 0, scale = 1, lidOpening = 1 } = presentation
  const { widened, seed } = variation(streams, eye, presentation.seed ?? 0)
  const turn = (angleDeg * Math.PI) / 180
  const fromMiddle = { x: habit.centre.x - irisFrame.widthPx / 2, y: habit.centre.y - irisFrame.heightPx / 2 }
  const open = goodLook.lidOpening
  return {
    ...goodLook,
    ...irisFrame,
    grey,
    centre: {
      x: irisFrame.widthPx / 2 + dxPx + (fromMiddle.x * Math.cos(turn) + fromMiddle.y * Math.sin(turn)) * scale,
      y: irisFrame.heightPx / 2 + dyPx + (fromMiddle.y * Math.cos(turn) - fromMiddle.x * Math.sin(turn)) * scale,
    },
    irisRadiusPx: habit.irisRadiusPx * scale,
    lashes: { ...goodLook.lashes, lengthPx: goodLook.lashes.lengthPx * scale },
    limbusSoftnessPx: goodLook.limbusSoftnessPx * scale,
    pupilRatio: habit.pupilRatio * widened,
    lidOpening: { upper: open.upper * lidOpening, lower: open.lower * (0.6 + 0.4 * lidOpening) },
    gazeDeg: presentation.gazeDeg ?? goodLook.gazeDeg,
    rollDeg: angleDeg,
    light: { ...goodLook.light, level: goodLook.light.level * (presentation.light ?? 1) },
    blurSigmaPx: Math.hypot(goodLook.blurSigmaPx, presentation.blurPx ?? 0),
    motion: { lengthPx: presentation.motionPx ?? 0, angleDeg: 20 },
    ...(presentation.reflection && {
      glasses: { ...reflectingGlasses(Number(presentation.reflection)), shift: { x: habit.centre.x > 320 ? 0.1 : -0.1, y: 0.2 } },
    }),
    seed,
  }
}

/** Lenses that throw the lamps back right over the iris. @param size of the blotches: 1 over most of it */
const reflectingGlasses = (size: number) => ({
  frameGrey: 45,
  lensGain: 0.93,
  halfWidth: 2.5,
  halfHeight: 1.8,
  reflections: [
    { x: -0.4, y: 0.1, wide: 0.6 * size, high: 0.45 * size, grey: 300 },
    { x: 0.55, y: 0.4, wide: 0.35 * size, high: 0.28 * size, grey: 280 },
  ],
})

/** Both sensors of a camera, and a person's way into its view, need no more than this many looks at once. */
const rememberedLooks = 20

/** The eyes of one person. Forms are grown and looks drawn when first asked for. */
export function createEyes(
  streams: Streams,
  { cloudyEye, missingEye }: Pick<Body, 'cloudyEye' | 'missingEye'> = {},
): { picture(eye: Eye, presentation?: EyePresentation): GreyImage; truth(eye: Eye, presentation?: EyePresentation): IrisTruth } {
  const forms = remember<EyeForm>(2)
  const drawn = remember<DrawnEye>(rememberedLooks)
  const formOf = (eye: Eye) =>
    forms(eye, () => {
      const lids = growLids(streams('lids'), streams('kind').next() < 0.5 ? 'single_lid' : 'creased_lid')
      const form = growEye(streams(`${eye} eye`), eye, lids)
      return eye === cloudyEye ? clouded(form, streams('cloud')) : form
    })
  const draw = (eye: Eye, asked: EyePresentation = {}) => {
    // Lids that never open look the same wherever the other eye looks.
    const { lidOpening: _, gazeDeg: __, ...closed } = asked
    const presentation = eye === missingEye ? { ...closed, lidOpening: 0 } : asked
    return drawn(JSON.stringify([eye, presentation]), () =>
      drawEye(formOf(eye), lookOf(streams, eye, drawGrey(streams), drawHabit(streams, eye), presentation)),
    )
  }
  return {
    picture: (eye, presentation) => {
      const { widthPx, heightPx, grey } = draw(eye, presentation)
      return { widthPx, heightPx, grey }
    },
    truth: (eye, presentation) => {
      const { pupil, iris, mask } = draw(eye, presentation).truth
      return { pupil, iris, mask }
    },
  }
}
