// How patiently and how strictly a site records: the configuration key `capture`, see docs/capture.md. Data; knows no device.

import { z } from 'zod'
import { exceptionReasons } from '../../protocol/exception-reasons.js'
import { liveAllPresent } from '../kernels/face/live.js'
import { modalities, type RecordedModality } from '../state.js'

/** A sensor that freezes must be found out before its picture has been still for long enough to be taken. */
export const neededFrames = 4

/** Per modality; live measures are no biometric quality. */
const rulesSchema = z.strictObject({
  /** Frames in a row that must be good and still. */
  neededFrames: z.number().int().min(neededFrames).max(60),
  /** Live measure from which a frame is good, 0 to 100. */
  leastMeasure: z.number().min(0).max(100),
  /** Largest change between two frames that still counts as still, grey levels of the coarse picture. */
  mostMotion: z.number().min(1).max(255),
  /** After this long the best frame so far is taken as weak. */
  timeoutMs: z.number().int().min(3_000).max(300_000),
  /** Attempts of which the best is kept, finger by finger and eye by eye; after the last one it is accepted as weak. */
  tries: z.number().int().min(1).max(10),
  /** Quality of a finger or an eye below which it is asked for again, 0 to 100; 0 asks for nothing. */
  leastQuality: z.number().min(0).max(100),
  /** How long it usually takes; shown, never enforced. */
  normMs: z.number().int().min(0).max(3_600_000),
})
export type ModalityRules = z.infer<typeof rulesSchema>

const still = { neededFrames, mostMotion: 12, timeoutMs: 20_000, leastQuality: 0, tries: 3 } as const
const finger = { ...still, leastMeasure: 50, leastQuality: 20 } as const

/** Norms add up to the three minutes of the timed standard (S1.5). */
const defaultRules: Readonly<Record<RecordedModality, ModalityRules>> = {
  face: { ...still, leastMeasure: liveAllPresent, normMs: 30_000, tries: 2 },
  // The pen's way ends by itself: of these only the time and the tries are used.
  signature: { ...still, leastMeasure: 0, timeoutMs: 60_000, normMs: 20_000, tries: 1 },
  right_four: { ...finger, normMs: 25_000 },
  left_four: { ...finger, normMs: 25_000 },
  thumbs: { ...finger, normMs: 20_000 },
  // An eye fills its picture: what holds still enough for a sharp one still moves some pixels, and the pupil breathes.
  irises: { ...still, mostMotion: 40, leastMeasure: 40, leastQuality: 20, normMs: 35_000 },
  index_fingers: { ...finger, normMs: 25_000 },
}

const isWhole = (order: readonly RecordedModality[]): boolean =>
  order.length === modalities.length && new Set(order).size === modalities.length

export const captureRulesSchema = z
  .strictObject({
    /** All seven, in the order of recording. */
    order: z
      .array(z.enum(modalities))
      .refine(isWhole, { message: `all of ${modalities.join(', ')}, each once` })
      .default([...modalities]),
    /** Given keys replace the default of that modality; see docs/capture.md for what each does. */
    modalities: z.partialRecord(z.enum(modalities), rulesSchema.partial()).default({}),
    /** A weak capture of these is looked at by a supervisor before the record is sealed. */
    weakNeedsSecondPerson: z.array(z.enum(modalities)).max(modalities.length).default([]),
    exceptions: z
      .strictObject({
        /** With more fingers missing than this, a supervisor looks at the person. */
        mostFingersAlone: z.number().int().min(0).max(10).default(2),
        /** Reasons that a photo of face and hands must show. */
        evidenceFor: z
          .array(z.enum(exceptionReasons.finger))
          .max(exceptionReasons.finger.length)
          .default(['missing', 'bandaged', 'unreadable']),
      })
      .prefault({}),
  })
  .prefault({})

export interface CaptureRules {
  readonly order: readonly RecordedModality[]
  readonly modalities: Readonly<Record<RecordedModality, ModalityRules>>
  readonly weakNeedsSecondPerson: readonly RecordedModality[]
  readonly exceptions: { readonly mostFingersAlone: number; readonly evidenceFor: readonly string[] }
}

/** The site's rules in full. */
export function captureRulesOf(given: z.infer<typeof captureRulesSchema>): CaptureRules {
  const whole = (modality: RecordedModality): ModalityRules => {
    const stated = Object.entries(given.modalities[modality] ?? {}).filter(([, value]) => value !== undefined)
    return { ...defaultRules[modality], ...Object.fromEntries(stated) }
  }
  const entries = modalities.map((modality) => [modality, whole(modality)] as const)
  return { ...given, modalities: Object.fromEntries(entries) as Readonly<Record<RecordedModality, ModalityRules>> }
}

/** Of a site that says nothing. */
export const defaultCaptureRules: CaptureRules = captureRulesOf(captureRulesSchema.parse({}))
