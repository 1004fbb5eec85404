// What the simulated devices may know of a simulated person: biodata and how each modality looks when presented. It knows no device.

import type { Body } from './body.js'
import type { Sprite } from './sprite.js'

/** 8-bit grey, row-major, 0 black. Callers must not write into `grey`: it may be cached. */
export interface GreyImage {
  readonly widthPx: number
  readonly heightPx: number
  readonly grey: Uint8Array
}

/** 8-bit interleaved RGB, row-major. Callers must not write into `rgb`: it may be cached. */
export interface RgbImage {
  readonly widthPx: number
  readonly heightPx: number
  readonly rgb: Uint8Array
}

export interface Size {
  readonly widthPx: number
  readonly heightPx: number
}

/**
 * How something is put before a sensor. Without `seed` the same picture is only moved and turned;
 * with one it is a new touch or look: another pressure, contact area, slight skin distortion and noise. The same values give the same bytes.
 */
export interface Presentation {
  /** Shift to the right, pixels. */
  readonly dxPx?: number
  /** Shift downward, pixels. */
  readonly dyPx?: number
  /** Turn about the middle of the sensor, degrees, counter-clockwise as seen. */
  readonly angleDeg?: number
  readonly seed?: number
}

/** Finger position codes of ISO/IEC 19794-4: 1 right thumb … 5 right little, 6 left thumb … 10 left little. */
export type FingerPosition = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10
export type Slap = 'right_four' | 'left_four' | 'thumbs'
export type Eye = 'right' | 'left'

/** `again`: the index finger captured a second time by itself; `handover`: the 1:1 check when the card is handed over (turned and moved by the seed). */
export interface FingerPresentation extends Presentation {
  readonly occasion?: 'again' | 'handover'
}

/** How an eye looks into the camera; what is left out is as the person usually does it. Samples show only shift, turn, scale and blur. */
export interface EyePresentation extends Presentation {
  /** 0 closed … 1 as wide as this person opens the eyes. */
  readonly lidOpening?: number
  /** Standard deviation of the lens's blur, pixels. */
  readonly blurPx?: number
  /** Length of the smear when the head moves, pixels. */
  readonly motionPx?: number
  /** Positive: to the right of the image, up. */
  readonly gazeDeg?: { readonly yaw: number; readonly pitch: number }
  /** 1 at the camera's distance; 0.5 twice as far away. */
  readonly scale?: number
  /** Lamps mirrored by glasses over the iris: broadly, or as large as the number says (1 is broad). */
  readonly reflection?: boolean | number
  /** 1 a lamp that is well set; 0.3 too weak, 2 too strong. */
  readonly light?: number
}

/**
 * How a person sits before the camera. Angles have OFIQ's signs: yaw positive when the face turns to the subject's left (the image's right),
 * pitch positive when it looks down, roll positive when it leans counter-clockwise as seen.
 * A person made of samples only moves, by `dxPx` and `dyPx` within the picture's margin.
 */
export interface FacePresentation {
  readonly yawDeg?: number
  readonly pitchDeg?: number
  readonly rollDeg?: number
  /** 0 shut … 1 open. */
  readonly eyesOpen?: number
  readonly mouthOpen?: number
  /** 0 serious … 1 broad. */
  readonly smile?: number
  /** Share of the resting distance to the camera: 2 is twice as far. */
  readonly distance?: number
  readonly dxPx?: number
  readonly dyPx?: number
  /** `level` 1 is a well lit counter; `side` from -1, all from the image's left, to 1, all from its right. */
  readonly light?: { readonly level?: number; readonly side?: number }
  /** Standard deviation of an unsharp picture. */
  readonly blurPx?: number
  /** Instead of the cloth of the birth year. */
  readonly backdrop?: 'red' | 'blue' | readonly [red: number, green: number, blue: number]
  /** 0 an even cloth … 1 creased. */
  readonly backdropCreases?: number
  /** Grain of the sensor. */
  readonly seed?: number
}

/** One point of a pen on a Topaz-style pad: raw units at 410 per inch, x to the right, y downward. */
export interface PadSample {
  readonly x: number
  readonly y: number
  /** 0..1023 */
  readonly pressure: number
  readonly timeMs: number
  readonly penDown: boolean
}

/** Drawn or read when asked for, at most once per presentation. */
export interface PersonImages {
  /** 1600×1500, 500 ppi, dark ridges on white. */
  slap(which: Slap, presentation?: Presentation): Promise<GreyImage>
  /** Both index fingers side by side on the platen, the left one on the left: another touch, or another impression, than the one in the slaps. */
  indexFingers(presentation?: Presentation): Promise<GreyImage>
  /** One finger on the 1600×1500 platen, 500 ppi. */
  finger(position: FingerPosition, presentation?: FingerPresentation): Promise<GreyImage>
  /** The same finger on a single-finger sensor: 500×500, 500 ppi. */
  fingerPatch(position: FingerPosition, presentation?: FingerPresentation): Promise<GreyImage>
  /** 640×480 near infrared. `nativeSize` is there when the source was smaller and was centred on mid-grey. */
  iris(eye: Eye, presentation?: EyePresentation): Promise<GreyImage & { readonly nativeSize?: Size }>
  /** Scene of 1920×1080 before the cloth of the birth year: red for odd, blue for even. A sample keeps its own background, with `nativeSize`. */
  face(presentation?: FacePresentation): Promise<RgbImage & { readonly nativeSize?: Size }>
  /** The scene as one JPEG frame of a camera. The last few presentations are kept. */
  faceFrame(presentation?: FacePresentation): Promise<Uint8Array>
  /** A person who sits well, as a JPEG frame; sways a little with `phase` (any integer, period 24). */
  faceMjpeg(phase: number): Promise<Uint8Array>
  /** @param attempt 1 for the first, which may go wrong as first ones do; samples have one signature only */
  signature(attempt?: number): readonly PadSample[]
}

export interface Address {
  readonly street: string
  /** `003/007` */
  readonly rtRw: string
  readonly village: string
  readonly district: string
  readonly regency: string
  readonly province: string
}

/** Values as the card prints them: upper case, Indonesian. */
export interface Biodata {
  /** 16 digits: region of first registration, birth date (day + 40 for women), serial. */
  readonly nik: string
  readonly name: string
  readonly sex: 'M' | 'F'
  /** ISO 8601 date. */
  readonly birthDate: string
  readonly birthPlace: string
  readonly citizenship: 'WNI' | 'WNA'
  readonly address: Address
  readonly religion: string
  readonly maritalStatus: string
  readonly bloodGroup: string
  readonly occupation: string
  readonly familyCardNumber: string
}

/** Position in pixels of the image; `angleDeg` counter-clockwise from the right, towards the ridge that ends (or the valley that ends, for a bifurcation), as ISO/IEC 19794-2. */
export interface MinutiaTruth {
  readonly x: number
  readonly y: number
  readonly angleDeg: number
  readonly type: 'ending' | 'bifurcation'
}

/** A finger as it lies on the platen: a box turned by `angleDeg` (counter-clockwise) about its centre, sides along the finger. */
export interface FingerTruth {
  readonly position: FingerPosition
  readonly cx: number
  readonly cy: number
  readonly width: number
  readonly height: number
  readonly angleDeg: number
  readonly pattern: 'loop_left' | 'loop_right' | 'whorl' | 'arch'
  readonly minutiae: readonly MinutiaTruth[]
}

export interface Circle {
  readonly x: number
  readonly y: number
  readonly radius: number
}

export interface IrisTruth {
  readonly pupil: Circle
  readonly iris: Circle
  /** 255 where the iris is seen: no lid, lash or reflection before it. Row-major, size of the image. */
  readonly mask: Uint8Array
}

/** Pixels of the scene; right and left are the subject's. */
export interface FaceTruth {
  readonly rightEye: { readonly x: number; readonly y: number }
  readonly leftEye: { readonly x: number; readonly y: number }
  readonly chin: { readonly x: number; readonly y: number }
  /** The cloth of the birth year. */
  readonly background: 'red' | 'blue'
  /** The cloth behind the person, sRGB. */
  readonly backdrop: readonly [red: number, green: number, blue: number]
  readonly pose: { readonly yawDeg: number; readonly pitchDeg: number; readonly rollDeg: number }
  /** Distance of the eye centres (middles of the corners) in the picture. */
  readonly interEyePx: number
  /** Shares of T, the distance from the middle of the eyes to the chin: the narrower eye's widest gap of the lids, the gap of the lips. */
  readonly eyeOpening: number
  readonly mouthOpening: number
}

/** What is known of the drawing: only for synthetic persons. */
export interface GroundTruth {
  slap(which: Slap, presentation?: Presentation): Promise<readonly FingerTruth[]>
  finger(position: FingerPosition, presentation?: FingerPresentation): Promise<FingerTruth>
  fingerPatch(position: FingerPosition, presentation?: FingerPresentation): Promise<FingerTruth>
  iris(eye: Eye, presentation?: EyePresentation): IrisTruth
  face(presentation?: FacePresentation): FaceTruth
}

export type FingerCondition = 'sound' | 'worn' | 'bandaged'

/** A way of laying fingers on the platen. Fingers that the person lacks are not laid. */
export interface Laying {
  /** From left to right. */
  readonly fingers: readonly FingerPosition[]
  /** `slap`: as the hand has them (both thumbs too); `pair`: two, side by side; `single`: in the middle. */
  readonly how: 'slap' | 'pair' | 'single'
  /** Of this touch. */
  readonly seed: number
  readonly angleDeg?: number
  /** 0 as usual … 1 prints against each other, more: fingers over each other. */
  readonly closeness?: number
  /** 1 as moist as this skin is … 0 wiped dry. */
  readonly moisture?: number
}

/** A finger drawn once, to be shown in many frames. */
export interface LaidFinger {
  readonly position: FingerPosition
  readonly condition: FingerCondition
  /** Without being pressed in particular: see `Tone` of sprite.ts. */
  readonly pressure: number
  readonly fog: number
  readonly sprite: Sprite
  readonly cx: number
  readonly cy: number
  readonly angleDeg: number
}

export interface Person {
  readonly simulated: true
  /** Drawn from a seed, or sample images standing in for a person. */
  readonly source: 'synthetic' | 'samples'
  readonly biodata: Biodata
  readonly body: Body
  /** As this body shows: what is missing is not in the picture. */
  readonly images: PersonImages
  /** For a hand in motion; samples lie still. */
  readonly layFingers?: (laying: Laying) => readonly LaidFinger[]
  readonly truth?: GroundTruth
}

export const platen: Size = { widthPx: 1600, heightPx: 1500 }
export const patch: Size = { widthPx: 500, heightPx: 500 }
export const irisFrame: Size = { widthPx: 640, heightPx: 480 }
export const scene: Size = { widthPx: 1920, heightPx: 1080 }

/** Fingers of a slap in the order in which they lie from left to right. */
export const fingersOf: Readonly<Record<Slap, readonly FingerPosition[]>> = {
  right_four: [2, 3, 4, 5],
  left_four: [10, 9, 8, 7],
  thumbs: [6, 1],
}
