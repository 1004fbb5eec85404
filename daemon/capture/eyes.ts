// From the pictures of both eyes to what is kept of them: located, assessed, reduced to iris codes, compared with each other and with an
// earlier capture. Pure; runs in the record worker and in tests. What it gives is biometric but for qualities, codes, circles and findings.

import { eyePositions } from '../../protocol/exception-reasons.js'
import { isFault } from '../../protocol/fault.js'
import { encodeIris } from '../kernels/iris/code.js'
import { locateIris } from '../kernels/iris/locate.js'
import { type IrisLocation, leastConfidence } from '../kernels/iris/location.js'
import { assessIris } from '../kernels/iris/quality.js'
import { type CapturedEye, checkEyes, type Eye, type EyeFinding } from '../kernels/iris/sequence.js'
import { sideOf } from '../kernels/iris/side.js'
import { readIrisTemplate, writeIrisTemplate } from '../kernels/iris/template.js'
import type { Simd } from '../kernels/simd/simd.js'
import type { EyeResult, Finding, Guide } from '../state.js'
import { circleGuides } from './look.js'
import type { RawFrame } from './make-record.js'

/** What the station keeps of a capture for the comparison with later ones: sealed like the record itself. */
export interface KeptEyes {
  readonly tries: number
  /** Templates (`kernels/iris/template.ts`) in base64; an eye in which no iris was found has none. */
  readonly eyes: readonly { readonly eye: Eye; readonly template: string }[]
  /** What these were compared with when they did not match it: later captures are held to the same until a person has judged. */
  readonly reference?: KeptEyes
}

export interface EyesJob {
  /** One a sensor. */
  readonly frames: readonly RawFrame[]
  /** How often they were captured, the present time included. */
  readonly tries: number
  /** Of this capture until it is accepted, from 1. */
  readonly attempt: number
  /** The best of the attempts before this one: an eye that was better then is kept. */
  readonly best?: EyeExamination
  /** As they were accepted before, if they were. */
  readonly earlier?: KeptEyes
}

export interface ExaminedEye extends EyeResult {
  readonly sensor: number
  /** Whose picture it is in. */
  readonly attempt: number
  /** In pixels of the frame; absent when no iris was found. */
  readonly location?: Omit<IrisLocation, 'mask'>
  readonly guides: readonly Guide[]
}

export interface EyeExamination {
  /** The best of all attempts, one an eye. */
  readonly eyes: readonly ExaminedEye[]
  readonly kept: KeptEyes
  readonly findings: readonly Finding[]
}

/** Sensor 0 looks at the right eye (protocol/hardware/frames.ts). */
export const eyeOfSensor = (sensor: number): Eye => (sensor === 0 ? 'right' : 'left')

/** @throws never, whatever is on the pictures */
export function examineEyes({ frames, tries, attempt, best, earlier }: EyesJob, simd?: Simd): EyeExamination {
  const now = frames.map((frame) => examineEye(frame, tries, attempt, simd))
  const seen = bestEyes(best, now, tries)
  const captured = seen.flatMap(({ captured }) => (captured ? [captured] : []))
  const before = (earlier?.eyes ?? []).flatMap(({ eye, template }) => readKept(eye, template, earlier?.tries ?? 1))
  return {
    eyes: seen.map(({ eye }) => eye),
    kept: { tries, eyes: seen.flatMap(({ eye: { eye }, template }) => (template ? [{ eye, template }] : [])) },
    findings: checkEyes(captured, before, simd).map(toFinding),
  }
}

interface SeenEye {
  readonly eye: ExaminedEye
  readonly captured?: CapturedEye
  readonly template?: string
}

/** Each eye as it was best, the right one first. What the image says of its side is asked of the latest picture alone. */
function bestEyes(best: EyeExamination | undefined, now: readonly SeenEye[], tries: number): readonly SeenEye[] {
  const before = (best?.eyes ?? []).map((eye): SeenEye => {
    const template = best?.kept.eyes.find((each) => each.eye === eye.eye)?.template
    const [captured] = template === undefined ? [] : readKept(eye.eye, template, tries)
    return { eye, ...(template !== undefined && { template }), ...(captured && { captured }) }
  })
  const worth = ({ eye: { quality = -1 } }: SeenEye) => quality
  const chosen = new Map<Eye, SeenEye>()
  for (const each of [...before, ...now]) {
    const kept = chosen.get(each.eye.eye)
    if (!kept || worth(each) >= worth(kept)) chosen.set(each.eye.eye, each)
  }
  return [...chosen.values()].sort((a, b) => a.eye.sensor - b.eye.sensor)
}

/** A template that cannot be read any more is compared with nothing: it must not keep its eye from being captured again. */
function readKept(eye: Eye, template: string, tries: number): readonly CapturedEye[] {
  try {
    const { code, quality } = readIrisTemplate(Buffer.from(template, 'base64'))
    return [{ eye, code, quality, tries }]
  } catch (error) {
    if (isFault(error)) return []
    throw error
  }
}

/** Findings that say that the accepted eyes are not what they should be: nothing is held to them. */
const spoiling: readonly Finding['code'][] = ['same_eye_twice', 'swapped_eyes', 'inverted_iris']

/**
 * What a new capture of the eyes is compared with.
 * @param kept as accepted last @param findings of the case, those about the accepted eyes among them
 */
export function referenceFor(kept: KeptEyes | undefined, findings: readonly Finding[]): KeptEyes | undefined {
  const open = findings.filter(({ review, modalities }) => review === undefined && modalities.includes('irises'))
  const doubted = open.some(({ code }) => code === 'iris_recapture_mismatch' || spoiling.includes(code))
  return doubted ? kept?.reference : kept
}

function examineEye({ header, bytes }: RawFrame, tries: number, attempt: number, simd: Simd | undefined): SeenEye {
  const { sensor, widthPx, heightPx } = header
  const eye = eyeOfSensor(sensor)
  const location = locateIris(bytes, widthPx, heightPx, simd)
  if (!location || location.confidence < leastConfidence) return { eye: { sensor, eye, attempt, codes: ['no_iris'], guides: [] } }
  const { overall: quality, codes } = assessIris(bytes, widthPx, heightPx, location, simd)
  const code = encodeIris(bytes, widthPx, heightPx, location)
  const { mask: _pixels, ...known } = location
  const { pupil, iris } = location
  return {
    eye: { sensor, eye, attempt, quality, codes, location: known, guides: circleGuides(location, sensor) },
    captured: { eye, code, quality, tries, side: sideOf(location) },
    template: Buffer.from(writeIrisTemplate({ code, pupil, iris, quality })).toString('base64'),
  }
}

const toFinding = ({ code, certainty, ask }: EyeFinding): Finding => ({
  ...{ code, certainty, ask, positions: [] },
  modalities: ['irises'],
  again: ['irises'],
})

export const eyeResults = ({ eyes }: EyeExamination): readonly EyeResult[] =>
  eyes.map(({ eye, quality, codes }) => ({ eye, codes, ...(quality !== undefined && { quality }) }))

const doubtOf = ({ findings }: EyeExamination): string => findings.find(({ ask }) => ask !== 'nothing')?.code ?? ''
const positionOf = ({ eye }: ExaminedEye): number => eyePositions[eye]

/** @param expected 1 right, 2 left @returns those in no picture of any attempt */
export function absentEyes({ eyes }: EyeExamination, expected: readonly number[]): readonly number[] {
  const found = eyes.filter(({ location }) => location).map(positionOf)
  return expected.filter((position) => !found.includes(position))
}

/** The first thing that speaks against taking this capture as good, but for what is absent; '' when nothing does. */
export function eyesWeakness(examination: EyeExamination, expected: readonly number[], leastQuality: number): string {
  const doubt = doubtOf(examination)
  const absent = absentEyes(examination, expected)
  const weak = eyesAgain(examination, expected, leastQuality).some((position) => !absent.includes(position))
  return doubt === '' && weak ? 'weak_eyes' : doubt
}

/** What another attempt would be for: the eyes that are missing or weak. None: both, or nothing is the matter. */
export function eyesAgain(examination: EyeExamination, expected: readonly number[], leastQuality: number): readonly number[] {
  if (doubtOf(examination) !== '') return []
  const weak = examination.eyes.filter(({ quality = 0 }) => quality < leastQuality).map(positionOf)
  return expected.filter((position) => weak.includes(position) || absentEyes(examination, expected).includes(position))
}

/** An attempt that is in doubt as a whole is nothing to build on. */
export const areEyesInDoubt = (examination: EyeExamination): boolean => doubtOf(examination) !== ''
