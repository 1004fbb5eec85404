// What is found in a capture before anybody is asked to accept it, whatever was captured: one shape for the desk, made per modality.

import { eyePositions } from '../../protocol/exception-reasons.js'
import { isFault } from '../../protocol/fault.js'
import type { FingerCapture } from '../kernels/finger/sequence.js'
import type { Eye } from '../kernels/iris/sequence.js'
import { assessSignature } from '../kernels/signature/assess.js'
import { isFingers, positionsOf } from '../modality.js'
import type { CaseDocument, ModalityRecord } from '../service/case.js'
import { portraitBasis } from '../service/correct-biodata.js'
import { expectedPositions } from '../service/exceptions.js'
import type { CaptureStatus, FingerBox, Modality } from '../state.js'
import type { Store } from '../store/store.js'
import type { FrameAnalyst } from './analyst.js'
import {
  absentEyes,
  areEyesInDoubt,
  type EyeExamination,
  eyeOfSensor,
  eyeResults,
  eyesAgain,
  eyesWeakness,
  type KeptEyes,
  referenceFor,
} from './eyes.js'
import type { PortraitPicture } from './face-record.js'
import { applicantOf, faceWeakness } from './face-watch.js'
import { type Family, fingerFindings, fingerResults } from './findings.js'
import { type Examination, fingersAgain, isInDoubt, weakness } from './fingers.js'
import { fingersToBytes, keptEyes, keptFingers } from './kept-captures.js'
import type { KeptFingers } from './kept-fingers.js'
import type { RawFrame, RecordJob } from './make-record.js'
import type { RecordMaker } from './record-maker.js'
import type { TakenCapture, TakenFrame } from './session.js'
import type { SignatureCapture } from './signature-session.js'

export type Taken = { readonly of: 'frames'; readonly capture: TakenCapture } | { readonly of: 'pen'; readonly capture: SignatureCapture }

export interface Examined {
  /** Stable name of what makes it a weak capture, but for what is absent; '' when nothing does. */
  readonly flaw: string
  /** For the screen. */
  readonly show: Partial<Pick<CaptureStatus, 'boxes' | 'fingers' | 'eyes' | 'components' | 'guides' | 'backdrop'>>
  /** What the case keeps of it. */
  readonly results: Partial<Pick<ModalityRecord, 'fingers' | 'eyes' | 'components' | 'backdrop'>>
  /** Replace all earlier findings of their family. */
  readonly found?: Family
  /** The portrait as it will be in the record, JPEG: this is what the applicant approves. */
  readonly portrait?: PortraitPicture
  /** What of the biodata the portrait was judged and recorded by. */
  readonly basis?: string
  /** Sealed beside the record, for the comparison with later captures. */
  readonly kept?: { readonly name: 'fingers' | 'eyes'; readonly bytes: Uint8Array }
  readonly job: RecordJob
  /** The fingers found, for further comparison. */
  readonly fingers?: KeptFingers
  /** Parts that are in no attempt, those left out by an exception among them: what of them is expected is captured or excepted before it is accepted. */
  readonly absent: readonly number[]
  /** What another attempt would be asked for; none: all of it. */
  readonly again: readonly number[]
  /** What the next attempt builds on; absent when there is nothing, or nothing sure. */
  readonly best?: Best
}

export type Best = { readonly of: 'fingers'; readonly kept: KeptFingers } | { readonly of: 'eyes'; readonly examination: EyeExamination }

export interface ExamineDeps {
  readonly store: Store
  readonly records: RecordMaker
  readonly analyst: FrameAnalyst
}

/** A capture with all its attempts until it is accepted. */
export interface CaptureInHand {
  /** Counts captures of this station's life. */
  readonly captureId: number
  readonly modality: Modality
  /** The present one, from 1. */
  readonly attempt: number
  readonly takenAtMs: number
  /** What was asked for this time. */
  readonly asked: readonly number[]
  /** The pictures of all attempts that something is kept of, the present one's included. */
  readonly frames: ReadonlyMap<number, readonly RawFrame[]>
  readonly best?: Best
  /** Of a finger or an eye, 0 to 100. */
  readonly leastQuality: number
}

/** @throws Fault of the store, `internal.unexpected` when a worker died */
export async function examineCapture(deps: ExamineDeps, doc: CaseDocument, inHand: CaptureInHand, taken: Taken): Promise<Examined> {
  if (taken.of === 'pen') return examinePen(taken.capture)
  const { modality } = inHand
  if (isFingers(modality)) return examineSlap(deps, doc, { ...inHand, modality }, taken.capture)
  switch (modality) {
    case 'face':
      return examineFace(deps, doc, inHand, taken.capture)
    case 'irises':
      return examineIrises(deps, doc, inHand, taken.capture)
    case 'evidence':
      return { ...whole, flaw: '', show: {}, results: {}, job: { modality, frame: rawOf(taken.capture.frames[0]) } }
    default:
      throw new RangeError('a signature is taken with the pen')
  }
}

/** Of what is one piece. */
const whole = { absent: [], again: [] } as const

function rawOf(frame: TakenFrame | undefined): RawFrame {
  if (!frame) throw new RangeError('a capture has a frame')
  return { header: frame.header, bytes: frame.bytes }
}

export const rawFrames = ({ frames }: TakenCapture): readonly RawFrame[] => frames.map(rawOf)

const triesOf = ({ modalities }: CaseDocument, { modality, attempt }: CaptureInHand): number =>
  (modalities.find((each) => each.modality === modality)?.tries ?? 0) + attempt

function examinePen(capture: SignatureCapture): Examined {
  const { codes } = assessSignature(capture.samples, capture.pad)
  return { ...whole, flaw: codes[0] ?? '', show: {}, results: {}, job: { modality: 'signature', ...capture } }
}

async function examineSlap(
  { store, records }: ExamineDeps,
  doc: CaseDocument,
  inHand: CaptureInHand & { readonly modality: FingerCapture },
  { frames: [first] }: TakenCapture,
): Promise<Examined> {
  const frame = rawOf(first)
  const { modality, takenAtMs, attempt, asked, leastQuality, best } = inHand
  const others = await keptFingers(store, doc.caseId, modality)
  // Of all captures, because all are compared: a finger that one of them lacks is not expected in any.
  const ofHands = (doc.exceptions ?? []).filter((each) => isFingers(each.modality) && each.modality !== 'index_fingers')
  const missing = ofHands.flatMap(({ positions }) => positions)
  const before = best?.of === 'fingers' ? { best: best.kept } : {}
  const examination = await records.examine({
    ...{ capture: modality, frame, takenAtMs, tries: triesOf(doc, inHand), missing, attempt, asked, others },
    ...before,
  })
  const { kept, seen, widthPx } = examination
  const found = kept.fingers.map(({ segment }) => segment.position)
  const absent = [
    ...examination.absent,
    ...missing.filter((position) => positionsOf(modality).includes(position) && !found.includes(position)),
  ]
  const fingers = fingerResults(examination)
  return {
    flaw: weakness(examination, leastQuality),
    show: { boxes: boxesOf(frame.header.widthPx / widthPx, seen), fingers },
    results: { fingers },
    found: fingerFindings(examination),
    kept: { name: 'fingers', bytes: fingersToBytes(kept) },
    fingers: kept,
    absent,
    again: fingersAgain(examination, leastQuality),
    ...(!isInDoubt(examination) && { best: { of: 'fingers', kept } }),
    job: {
      modality,
      capturedAtMs: takenAtMs,
      frames: [...inHand.frames].flatMap(([attempt, [frame]]) => (frame && usesAttempt(kept, attempt) ? [{ attempt, frame }] : [])),
      attempt: kept.attempt,
      fingers: kept.fingers.map(({ segment, quality, attempt }) => ({ segment, attempt, ...(quality !== undefined && { quality }) })),
    },
  }
}

const usesAttempt = (kept: KeptFingers, attempt: number): boolean =>
  kept.attempt === attempt || kept.fingers.some((finger) => finger.attempt === attempt)

/** @param scale from the picture that the segments count in to the device's frame */
function boxesOf(scale: number, seen: Examination['seen']): readonly FingerBox[] {
  return seen.map(({ position, cx, cy, width, height, angleDeg }) => {
    return { position, cx: cx * scale, cy: cy * scale, width: width * scale, height: height * scale, angleDeg }
  })
}

async function examineIrises(
  { store, records }: ExamineDeps,
  doc: CaseDocument,
  inHand: CaptureInHand,
  capture: TakenCapture,
): Promise<Examined> {
  const { attempt, leastQuality, best } = inHand
  const earlier = referenceFor(await readableEyes(store, doc.caseId), doc.findings ?? [])
  const examination: EyeExamination = await records.examineEyes({
    ...{ frames: rawFrames(capture), tries: triesOf(doc, inHand), attempt },
    ...(best?.of === 'eyes' && { best: best.examination }),
    ...(earlier && { earlier }),
  })
  const eyes = eyeResults(examination)
  const expected = expectedPositions(doc, 'irises')
  return {
    flaw: eyesWeakness(examination, expected, leastQuality),
    show: { eyes, guides: examination.eyes.filter((each) => each.attempt === attempt).flatMap(({ guides }) => guides) },
    results: { eyes },
    found: { family: 'eyes', findings: examination.findings },
    kept: { name: 'eyes', bytes: eyesToBytes(examination, earlier) },
    absent: absentEyes(examination, positionsOf('irises')),
    again: eyesAgain(examination, expected, leastQuality),
    ...(!areEyesInDoubt(examination) && { best: { of: 'eyes', examination } }),
    job: {
      modality: 'irises',
      capturedAtMs: inHand.takenAtMs,
      frames: examination.eyes.flatMap((eye) => inHand.frames.get(eye.attempt)?.find(({ header }) => header.sensor === eye.sensor) ?? []),
      eyes: examination.eyes,
    },
  }
}

/** Damaged ones are compared with nothing: capturing them again is the cure. */
async function readableEyes(store: Store, caseId: string): Promise<KeptEyes | undefined> {
  try {
    return await keptEyes(store, caseId)
  } catch (error) {
    if (isFault(error, 'store.corrupt')) return undefined
    throw error
  }
}

function eyesToBytes({ kept, findings }: EyeExamination, reference: KeptEyes | undefined): Uint8Array {
  const doubted = findings.some(({ ask }) => ask !== 'nothing')
  return new TextEncoder().encode(JSON.stringify({ ...kept, ...(doubted && reference && { reference }) }))
}

async function examineFace(
  { analyst }: ExamineDeps,
  doc: CaseDocument,
  inHand: CaptureInHand,
  { frames: [first] }: TakenCapture,
): Promise<Examined> {
  const examination = await analyst.examineFace(rawOf(first).bytes, inHand.captureId, applicantOf(doc))
  const { components, backdrop, portrait } = examination
  return {
    ...whole,
    flaw: faceWeakness(examination),
    show: { components, ...(backdrop && { backdrop }) },
    results: { components, ...(backdrop && { backdrop }) },
    portrait,
    basis: portraitBasis(doc),
    found: { family: 'face', findings: examination.findings },
    job: {
      modality: 'face',
      capturedAtMs: inHand.takenAtMs,
      sex: doc.biodata?.sex ?? 'M',
      portrait,
    },
  }
}

/** Without what is excepted since it was examined: neither record nor comparison has anything of it. */
export function withoutParts(examined: Examined, modality: Modality, left: readonly number[], leastQuality: number): Examined {
  const { show, results, again } = examined
  const isLeft = (position: number) => left.includes(position)
  const fingers = results.fingers?.filter(({ position }) => !isLeft(position))
  const eyes = results.eyes?.filter(({ eye }) => !isLeft(eyePositions[eye]))
  const parts = fingers ?? eyes
  if (!parts || parts.length === (results.fingers ?? results.eyes)?.length) return examined
  const isWeak = parts.some(({ quality = 0 }) => quality < leastQuality)
  return {
    ...examined,
    flaw: isWeak || (examined.flaw !== 'weak_fingers' && examined.flaw !== 'weak_eyes') ? examined.flaw : '',
    again: again.filter((position) => !isLeft(position)),
    // Taken back, it would have to be captured.
    absent: [...new Set([...examined.absent, ...left])],
    results: { ...results, ...(fingers && { fingers }), ...(eyes && { eyes }) },
    show: {
      ...show,
      ...(fingers && { fingers, boxes: show.boxes?.filter(({ position }) => !isLeft(position)) ?? [] }),
      ...(eyes && { eyes, guides: show.guides?.filter(({ sensor }) => !isLeft(eyePositions[eyeOfSensor(sensor)])) ?? [] }),
    },
    ...(modality === 'irises' ? withoutEyes(examined, isLeft) : withoutFingers(examined, isLeft)),
  }
}

type Parts = Partial<Pick<Examined, 'kept' | 'fingers' | 'best' | 'job'>>

function withoutFingers({ fingers: kept, best, job }: Examined, isLeft: (position: number) => boolean): Parts {
  if (!kept || !('fingers' in job)) return {}
  const stays = ({ segment }: { readonly segment: { readonly position: number } }) => !isLeft(segment.position)
  const left = { ...kept, fingers: kept.fingers.filter(stays) }
  return {
    kept: { name: 'fingers', bytes: fingersToBytes(left) },
    fingers: left,
    ...(best && { best: { of: 'fingers', kept: left } }),
    job: { ...job, fingers: job.fingers.filter(stays) },
  }
}

function withoutEyes({ kept, best, job }: Examined, isLeft: (position: number) => boolean): Parts {
  if (!kept || job.modality !== 'irises') return {}
  const stays = ({ eye }: { readonly eye: Eye }) => !isLeft(eyePositions[eye])
  const of = <Kept extends KeptEyes>(whole: Kept): Kept => ({ ...whole, eyes: whole.eyes.filter(stays) })
  const left = of(JSON.parse(new TextDecoder().decode(kept.bytes)) as KeptEyes)
  return {
    kept: { name: 'eyes', bytes: new TextEncoder().encode(JSON.stringify(left)) },
    ...(best?.of === 'eyes' && {
      best: {
        of: 'eyes',
        examination: { ...best.examination, eyes: best.examination.eyes.filter(stays), kept: of(best.examination.kept) },
      },
    }),
    job: {
      ...job,
      frames: job.frames.filter(({ header }) => !isLeft(eyePositions[eyeOfSensor(header.sensor)])),
      eyes: job.eyes.filter(stays),
    },
  }
}
