// From the picture of a slap to its fingers: cut out, assessed, reduced to minutiae, compared with all that were captured before.
// Pure; runs in the record worker and in tests. What it gives is biometric but for positions, qualities, codes and findings.

import { extractTemplate } from '../kernels/finger/extract.js'
import { compareTemplates, openWorkspace, operatingPoints, type PreparedTemplate, prepareTemplate } from '../kernels/finger/match.js'
import { assessFinger } from '../kernels/finger/quality.js'
import { toPpi500 } from '../kernels/finger/resample.js'
import { cutFinger, type FingerSegment, type Segmentation, type SegmentCode, segmentSlap } from '../kernels/finger/segment.js'
import {
  type CapturedFingers,
  checkSequence,
  type FingerCapture,
  type FingerMatcher,
  type SequenceFinding,
} from '../kernels/finger/sequence.js'
import type { FingerTemplate } from '../kernels/finger/template.js'
import type { Simd } from '../kernels/simd/simd.js'
import type { RawFrame } from './make-record.js'

export interface ExaminedFinger {
  /** In pixels of the frame. */
  readonly segment: FingerSegment
  /** 0 to 100, absent when there is nothing to assess. */
  readonly quality?: number
  readonly codes: readonly string[]
  readonly template: FingerTemplate
}

/** What the station keeps of a capture for the comparison with later ones: sealed like the record itself. */
export interface KeptFingers {
  readonly capture: FingerCapture
  readonly takenAtMs: number
  readonly tries: number
  readonly codes: readonly SegmentCode[]
  readonly fingers: readonly ExaminedFinger[]
}

export interface ExamineJob {
  readonly capture: FingerCapture
  readonly frame: RawFrame
  readonly takenAtMs: number
  /** How often this was captured, the present time included. */
  readonly tries: number
  /** Positions that the person does not have or cannot show. */
  readonly missing: readonly number[]
  /** The other captures of this person so far. */
  readonly others: readonly KeptFingers[]
}

export interface Examination {
  readonly kept: KeptFingers
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
  const { capture, takenAtMs, tries, missing, others } = job
  const { grey, widthPx, heightPx } = platenOf(job.frame)
  const { fingers, codes } = segmentFingers(capture, grey, widthPx, heightPx, missing, simd)
  const kept: KeptFingers = {
    capture,
    takenAtMs,
    tries,
    codes,
    fingers: fingers.map((segment) => examineFinger(grey, widthPx, heightPx, segment, simd)),
  }
  const all = [...others.filter((other) => other.capture !== capture), kept].sort((a, b) => a.takenAtMs - b.takenAtMs)
  return { kept, widthPx, findings: checkSequence(all.map(toCaptured), missing, openMatcher(simd)) }
}

function examineFinger(grey: Uint8Array, widthPx: number, heightPx: number, segment: FingerSegment, simd?: Simd): ExaminedFinger {
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

/** What is wrong with the picture as a whole, and makes it a weak one. The hand, the count and a tilt are judged elsewhere or do no harm. */
const weakening: readonly SegmentCode[] = ['blank', 'not_a_finger', 'touching_fingers', 'off_edge', 'halo', 'ghost_prints']

/** The first thing that speaks against taking this capture as good, '' when nothing does. */
export function weakness({ kept, findings }: Examination): string {
  const code = kept.codes.find((each) => weakening.includes(each))
  return code ?? findings.find(({ ask, again }) => ask !== 'nothing' && again.includes(kept.capture))?.code ?? ''
}

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
