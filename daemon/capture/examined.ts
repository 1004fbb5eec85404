// What is found in a capture before anybody is asked to accept it, whatever was captured: one shape for the desk, made per modality.

import { isFault } from '../../protocol/fault.js'
import { assessSignature } from '../kernels/signature/assess.js'
import type { CaseDocument, ModalityRecord } from '../service/case.js'
import type { CaptureStatus, FingerBox, Modality } from '../state.js'
import type { Store } from '../store/store.js'
import type { FrameAnalyst } from './analyst.js'
import { type EyeExamination, eyeResults, eyesWeakness, type KeptEyes, referenceFor } from './eyes.js'
import type { PortraitPicture } from './face-record.js'
import { applicantOf, faceWeakness } from './face-watch.js'
import { type Family, fingerFindings, fingerResults } from './findings.js'
import { type Examination, weakness } from './fingers.js'
import { fingersToBytes, keptEyes, keptFingers } from './kept-captures.js'
import type { RecordJob } from './make-record.js'
import type { RecordMaker } from './record-maker.js'
import type { TakenCapture } from './session.js'
import type { SignatureCapture } from './signature-session.js'

export type Taken = { readonly of: 'frames'; readonly capture: TakenCapture } | { readonly of: 'pen'; readonly capture: SignatureCapture }

export interface Examined {
  /** Stable name of what makes it a weak capture, '' when nothing does. */
  readonly flaw: string
  /** For the screen. */
  readonly show: Partial<Pick<CaptureStatus, 'boxes' | 'fingers' | 'eyes' | 'components' | 'guides' | 'backdrop'>>
  /** What the case keeps of it. */
  readonly results: Partial<Pick<ModalityRecord, 'fingers' | 'eyes' | 'components' | 'backdrop'>>
  /** Replace all earlier findings of their family. */
  readonly found?: Family
  /** The portrait as it will be in the record, JPEG: this is what the applicant approves. */
  readonly portrait?: PortraitPicture
  /** Sealed beside the record, for the comparison with later captures. */
  readonly kept?: { readonly name: 'fingers' | 'eyes'; readonly bytes: Uint8Array }
  readonly job: RecordJob
}

export interface ExamineDeps {
  readonly store: Store
  readonly records: RecordMaker
  readonly analyst: FrameAnalyst
}

/** @param attempt counts retakes that were not accepted in between, the present one included */
export interface CaptureInHand {
  readonly captureId: number
  readonly modality: Modality
  readonly attempt: number
  readonly takenAtMs: number
}

/** @throws Fault of the store, `internal.unexpected` when a worker died */
export async function examineCapture(deps: ExamineDeps, doc: CaseDocument, inHand: CaptureInHand, taken: Taken): Promise<Examined> {
  if (taken.of === 'pen') return examinePen(taken.capture)
  switch (inHand.modality) {
    case 'face':
      return examineFace(deps, doc, inHand, taken.capture)
    case 'irises':
      return examineIrises(deps, doc, inHand, taken.capture)
    case 'signature':
      throw new RangeError('a signature is taken with the pen')
    default:
      return examineSlap(deps, doc, { ...inHand, modality: inHand.modality }, taken.capture)
  }
}

const triesOf = ({ modalities }: CaseDocument, { modality, attempt }: CaptureInHand): number =>
  (modalities.find((each) => each.modality === modality)?.tries ?? 0) + attempt

function examinePen(capture: SignatureCapture): Examined {
  const { codes } = assessSignature(capture.samples, capture.pad)
  return { flaw: codes[0] ?? '', show: {}, results: {}, job: { modality: 'signature', ...capture } }
}

async function examineSlap(
  { store, records }: ExamineDeps,
  doc: CaseDocument,
  inHand: CaptureInHand & { readonly modality: Exclude<Modality, 'face' | 'irises' | 'signature'> },
  { frames: [first] }: TakenCapture,
): Promise<Examined> {
  if (!first) throw new RangeError('a capture has a frame')
  const { modality, takenAtMs } = inHand
  const frame = { header: first.header, bytes: first.bytes }
  const others = await keptFingers(store, doc.caseId, modality)
  const examination = await records.examine({ capture: modality, frame, takenAtMs, tries: triesOf(doc, inHand), missing: [], others })
  const fingers = fingerResults(examination)
  return {
    flaw: weakness(examination),
    show: { boxes: boxesOf(first.header.widthPx, examination), fingers },
    results: { fingers },
    found: fingerFindings(examination),
    kept: { name: 'fingers', bytes: fingersToBytes(examination.kept) },
    job: {
      modality,
      capturedAtMs: takenAtMs,
      frame,
      fingers: examination.kept.fingers.map(({ segment, quality }) => ({ segment, ...(quality !== undefined && { quality }) })),
    },
  }
}

/** In the pixels of the device's frame. */
function boxesOf(frameWidthPx: number, { kept, widthPx }: Examination): readonly FingerBox[] {
  const scale = frameWidthPx / widthPx
  return kept.fingers.map(({ segment: { position, cx, cy, width, height, angleDeg } }) => {
    return { position, cx: cx * scale, cy: cy * scale, width: width * scale, height: height * scale, angleDeg }
  })
}

async function examineIrises(
  { store, records }: ExamineDeps,
  doc: CaseDocument,
  inHand: CaptureInHand,
  { frames }: TakenCapture,
): Promise<Examined> {
  const raw = frames.map(({ header, bytes }) => ({ header, bytes }))
  const earlier = referenceFor(await readableEyes(store, doc.caseId), doc.findings ?? [])
  const examination: EyeExamination = await records.examineEyes({ frames: raw, tries: triesOf(doc, inHand), ...(earlier && { earlier }) })
  const eyes = eyeResults(examination)
  return {
    flaw: eyesWeakness(examination),
    show: { eyes, guides: examination.eyes.flatMap(({ guides }) => guides) },
    results: { eyes },
    found: { family: 'eyes', findings: examination.findings },
    kept: { name: 'eyes', bytes: eyesToBytes(examination, earlier) },
    job: { modality: 'irises', capturedAtMs: inHand.takenAtMs, frames: raw, eyes: examination.eyes },
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
  if (!first) throw new RangeError('a capture has a frame')
  const examination = await analyst.examineFace(first.bytes, inHand.captureId, applicantOf(doc))
  const { components, backdrop, portrait } = examination
  return {
    flaw: faceWeakness(examination),
    show: { components, ...(backdrop && { backdrop }) },
    results: { components, ...(backdrop && { backdrop }) },
    portrait,
    found: { family: 'face', findings: examination.findings },
    job: {
      modality: 'face',
      capturedAtMs: inHand.takenAtMs,
      sex: doc.biodata?.sex ?? 'M',
      portrait,
    },
  }
}
