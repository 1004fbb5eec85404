// What changes of an eye from look to look: where it looks and how wide, the light, the lens, the sensor. It knows no eye in particular.

export interface Glasses {
  /** Grey level of the frame, and the part of the light that the lenses let through. */
  readonly frameGrey: number
  readonly lensGain: number
  /** Edges of the lens from the iris centre in iris radii: half its width and height, and the shift of its middle. */
  readonly halfWidth: number
  readonly halfHeight: number
  readonly shift: { readonly x: number; readonly y: number }
  /** Blotches of reflected light, in iris radii from the iris centre. */
  readonly reflections: readonly {
    readonly x: number
    readonly y: number
    readonly wide: number
    readonly high: number
    readonly grey: number
  }[]
}

/** Reflections of the lamps on the cornea. */
export type HighlightKind = 'inside_pupil' | 'two_lamps' | 'ring' | 'on_iris' | 'tear_film'

/** `masked`: as type 7 of ISO/IEC 19794-6, lids and sclera painted over; `framed`: bars of one grey level around the picture. */
export type Border =
  | { readonly kind: 'none' }
  | { readonly kind: 'masked'; readonly lidGrey: number; readonly scleraGrey: number }
  | {
      readonly kind: 'framed'
      readonly grey: number
      readonly leftPx: number
      readonly topPx: number
      readonly rightPx: number
      readonly bottomPx: number
    }

export interface EyeConditions {
  readonly widthPx: number
  readonly heightPx: number
  /** Centre of the iris; pixel centres are at whole numbers. */
  readonly centre: { readonly x: number; readonly y: number }
  readonly irisRadiusPx: number
  /** Pupil radius over iris radius. */
  readonly pupilRatio: number
  /** Yaw positive: the eye turns to the right of the image; pitch positive: up. */
  readonly gazeDeg: { readonly yaw: number; readonly pitch: number }
  /** 0 closed … 1 as wide as this eye opens. */
  readonly lidOpening: { readonly upper: number; readonly lower: number }
  /** Share of the eye's lashes that are drawn; droop 0 curled up … 1 hanging down over the iris. */
  readonly lashes: { readonly density: number; readonly lengthPx: number; readonly droop: number }
  /** Counter-clockwise as seen; 180 is an eye upside down. */
  readonly rollDeg: number
  readonly blurSigmaPx: number
  readonly motion: { readonly lengthPx: number; readonly angleDeg: number }
  readonly noiseSigma: number
  readonly limbusSoftnessPx: number
  /** Grey levels: means of iris, pupil, sclera and skin, standard deviation of the iris tissue, level of the lashes. A pupil lighter than its iris mirrors the lamp back. */
  readonly grey: {
    readonly iris: number
    readonly texture: number
    readonly pupil: number
    readonly sclera: number
    readonly skin: number
    readonly lash: number
  }
  /** Gain, and its change from one edge of the picture to the other. */
  readonly light: { readonly level: number; readonly acrossX: number; readonly acrossY: number }
  /** `filled`: a disc of one grey level with an edge like cut by a knife is laid over the pupil and its reflections, as in CASIA-Iris-v1. */
  readonly pupilFill: 'natural' | 'filled'
  readonly highlights: readonly HighlightKind[]
  readonly glasses?: Glasses
  /** Odd rows are displaced sideways by this much: two half pictures of an interlaced camera. */
  readonly interlaceShiftPx: number
  readonly border: Border
  /**
   * What the rubber sheet does not explain between two looks: `warp` is how far tissue is displaced, in parts of the ring's depth,
   * `relief` how much of its contrast is shading that depends on where the lamps stood.
   */
  readonly tissue: { readonly warp: number; readonly relief: number }
  /** 0 none … 1 thick; how far the brow lies above the iris centre in radii. */
  readonly brow: { readonly density: number; readonly heightRadii: number }
  /** Dark hair or shadow hanging into corners of the picture. */
  readonly corners: readonly { readonly x: number; readonly y: number; readonly radiusPx: number; readonly grey: number }[]
  /** Of what differs between two looks under the same conditions: noise, lashes, where the lamps are mirrored. */
  readonly seed: number
}

/** A good look into a station's camera, to be changed where a case needs it. */
export const goodLook: EyeConditions = {
  widthPx: 640,
  heightPx: 480,
  centre: { x: 320, y: 244 },
  irisRadiusPx: 118,
  pupilRatio: 0.4,
  gazeDeg: { yaw: 0, pitch: 0 },
  lidOpening: { upper: 0.95, lower: 0.95 },
  lashes: { density: 0.8, lengthPx: 60, droop: 0.15 },
  rollDeg: 0,
  blurSigmaPx: 0.5,
  motion: { lengthPx: 0, angleDeg: 0 },
  noiseSigma: 1.6,
  limbusSoftnessPx: 5,
  grey: { iris: 112, texture: 14, pupil: 24, sclera: 186, skin: 176, lash: 42 },
  light: { level: 1, acrossX: 0.05, acrossY: 0.04 },
  pupilFill: 'natural',
  highlights: ['inside_pupil', 'tear_film'],
  interlaceShiftPx: 0,
  border: { kind: 'none' },
  tissue: { warp: 0.02, relief: 0.25 },
  brow: { density: 0, heightRadii: 2.4 },
  corners: [],
  seed: 0,
}
