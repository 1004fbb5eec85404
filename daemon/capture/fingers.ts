// From the picture of a slap to its fingers: cut out, assessed, reduced to minutiae, compared with all that were captured before. Of several
// attempts at one slap the best of each finger is kept (best-fingers.ts).
// Pure; runs in the record worker and in tests. What it gives is biometric but for positions, qualities, codes and findings.

import { extractTemplate } from '../kernels/finger/extract.js'
import { compareTemplates, openWorkspace, operatingPoints, type PreparedTemplate, prepareTemplate } from '../kernels/finger/match.js'
import { assessFinger } from '../kernels/finger/quality.js'
import { toPpi500 } from '../kernels/finger/resample.js'
import { cutFinger, type FingerSegment, type Segmentation, segmentSlap } from '../kernels/finger/segment.js'
import {
  type CapturedFingers,
  capturePositions,
  checkSequence,
  type FingerCapture,
  type FingerMatcher,
  type SequenceFinding,
} from '../kernels/finger/sequence.js'
import type { Simd } from '../kernels/simd/simd.js'
import { bestFingers } from './best-fingers.js'
import { type ExaminedFinger, type KeptFingers, weakening } from './kept-fingers.js'
import type { RawFrame } from './make-record.js'

export interface ExamineJob {
  readonly capture: FingerCapture
  readonly frame: RawFrame
  readonly takenAtMs: number
  /** How often this was captured, the present time included. */
  readonly tries: number
  /** Positions that the person does not have or cannot show. */
  readonly missing: readonly number[]
  /** Of this capture until it is accepted, from 1. */
  readonly attempt: number
  /** Positions that were asked for this time. */
  readonly asked: readonly number[]
  /** The best of the attempts before this one, when there is one to build on. */
  readonly best?: KeptFingers
  /** The other captures of this person so far. */
  readonly others: readonly KeptFingers[]
}

export interface Examination {
  /** The best of all attempts. */
  readonly kept: KeptFingers
  /** Those of this attempt, as they lie in its picture. */
  readonly seen: readonly FingerSegment[]
  /** Expected and in no attempt. */
  readonly absent: readonly number[]
  /** Of the picture that the segments count in, at 500 ppi. */
  readonly widthPx: number
  /** Of all captures together, this one included. */
  readonly findings: readonly SequenceFinding[]
}

/** One scratch memory for all comparisons of a person. */
function openMatcher(simd: Simd | undefined): FingerMatcher<PreparedTemplate> {
  const workspace = openWorkspace(simd)
  return { prepare: prepareTemplate, compare: (probe, candidate) => compareTemplates(probe, candidate, workspace), points: operatingPoints }
}

/** Two index fingers side by side lie like two thumbs: the left one on the left. */
const indexByThumb: Readonly<Record<number, number>> = { 6: 7, 1: 2 }
const thumbByIndex: Readonly<Record<number, number>> = { 7: 6, 2: 1 }

export interface Platen {
  readonly grey: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
}

/** The picture at the resolution of kernels and records. */
export const platenOf = ({ header, bytes }: RawFrame): Platen =>
  toPpi500({ grey: bytes, widthPx: header.widthPx, heightPx: header.heightPx }, header.ppi === 0 ? undefined : header.ppi)

/** @throws never for a picture, whatever is on it */
export function examineFingers(job: ExamineJob, simd?: Simd): Examination {
  const { capture, takenAtMs, tries, missing, attempt, asked, others } = job
  const { grey, widthPx, heightPx } = platenOf(job.frame)
  const all = capturePositions[capture] as readonly number[]
  const hidden = all.filter((position) => !asked.includes(position))
  const { fingers, codes } = segmentFingers(capture, grey, widthPx, heightPx, hidden, simd)
  const examined = fingers.map((segment) => ({ ...examineFinger(grey, widthPx, heightPx, segment, simd), attempt }))
  const matcher = openMatcher(simd)
  const kept = bestFingers(job.best, { capture, takenAtMs, tries, attempt, codes, fingers: examined }, matcher)
  const captures = [...others.filter((other) => other.capture !== capture), kept].sort((a, b) => a.takenAtMs - b.takenAtMs)
  return {
    kept,
    seen: fingers,
    absent: absentFrom(
      kept,
      all.filter((position) => !missing.includes(position)),
    ),
    widthPx,
    findings: checkSequence(captures.map(toCaptured), missing, matcher),
  }
}

/** A whole hand that the picture takes for the other one lacks nothing: whose hand it is stands as a finding, for a person to judge. */
function absentFrom({ fingers }: KeptFingers, expected: readonly number[]): readonly number[] {
  const found = fingers.map(({ segment }) => segment.position)
  const isOtherHand = found.length >= expected.length && !found.some((position) => expected.includes(position))
  return isOtherHand ? [] : expected.filter((position) => !found.includes(position))
}

function examineFinger(
  grey: Uint8Array,
  widthPx: number,
  heightPx: number,
  segment: FingerSegment,
  simd?: Simd,
): Omit<ExaminedFinger, 'attempt'> {
  const cut = cutFinger(grey, widthPx, heightPx, segment)
  const template = extractTemplate(cut.grey, cut.widthPx, cut.heightPx, {}, simd)
  const { score, codes } = assessFinger(cut.grey, cut.widthPx, cut.heightPx, { template }, simd)
  return { segment, codes: [...(segment.codes ?? []), ...codes], template, ...(score !== undefined && { quality: score }) }
}

const toCaptured = ({ capture, tries, codes, fingers }: KeptFingers): CapturedFingers => ({
  capture,
  tries,
  otherHand: codes.includes('wrong_hand'),
  prints: fingers.map(({ segment, template }) => ({ position: segment.position, template })),
})

/** Fingers of the best of all attempts that are not worth `leastQuality`. */
const weakFingers = ({ kept }: Examination, leastQuality: number): readonly number[] =>
  kept.fingers.filter(({ quality = 0 }) => quality < leastQuality).map(({ segment }) => segment.position)

/** What a finger that is missing explains is no doubt about the others. */
const doubtOf = ({ kept, absent, findings }: Examination): string =>
  findings.find(
    ({ code, ask, again }) => ask !== 'nothing' && again.includes(kept.capture) && !(code === 'count_mismatch' && absent.length > 0),
  )?.code ?? ''

/** The first thing that speaks against taking this capture as good, but for what is absent; '' when nothing does. */
export function weakness(examination: Examination, leastQuality: number): string {
  const { kept } = examination
  const doubt = doubtOf(examination)
  if (doubt !== '') return doubt
  const code = kept.codes.find((each) => weakening.includes(each))
  return code ?? (weakFingers(examination, leastQuality).length > 0 ? 'weak_fingers' : '')
}

/** What another attempt would be for: the fingers that are missing or weak. None: all of them, or nothing is the matter. */
export function fingersAgain(examination: Examination, leastQuality: number): readonly number[] {
  const { kept, absent } = examination
  if (kept.codes.some((code) => weakening.includes(code)) || doubtOf(examination) !== '') return []
  const again = [...absent, ...weakFingers(examination, leastQuality)]
  return (capturePositions[kept.capture] as readonly number[]).filter((position) => again.includes(position))
}

/** An attempt that is in doubt as a whole is nothing to build on. */
export const isInDoubt = (examination: Examination): boolean => doubtOf(examination) !== ''

/** Where the fingers of a capture lie and which they are. */
function segmentFingers(
  capture: FingerCapture,
  grey: Uint8Array,
  widthPx: number,
  heightPx: number,
  missing: readonly number[],
  simd?: Simd,
): Pick<Segmentation, 'fingers' | 'codes'> {
  if (capture !== 'index_fingers') return segmentSlap(grey, widthPx, heightPx, { slap: capture, missing }, simd)
  const { fingers, codes } = segmentSlap(
    grey,
    widthPx,
    heightPx,
    {
      slap: 'thumbs',
      missing: missing.flatMap((position) => thumbByIndex[position] ?? []),
    },
    simd,
  )
  return {
    fingers: fingers.map((finger) => ({ ...finger, position: indexByThumb[finger.position] ?? 0 })),
    // Of two single fingers the picture does not tell the hand.
    codes: codes.filter((code) => code !== 'wrong_hand' && code !== 'hand_unsure'),
  }
}
