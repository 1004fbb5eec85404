// A case: one applicant's way through one service standard, as one document. Pure data; case-engine.ts moves it, the store keeps it.

import type { ExceptionReason } from '../../protocol/exception-reasons.js'
import type { CentreBiodata } from '../../protocol/hardware/centre.js'
import type { ScoreBand } from '../issuance/compare-holder.js'
import type { Backdrop, EyeResult, Finding, FingerResult, Modality, QualityComponent, RecordedModality } from '../state.js'
import type { StepKind } from './standard.js'

export const caseStates = [
  'draft',
  'verifying',
  'returned_to_applicant',
  'complete',
  'capturing',
  'sealed',
  'waiting_central',
  'receipt_issued',
  'print_ready_queue',
  'personalising',
  'ready_for_pickup',
  'handed_over',
  'archived',
  'rejected',
  'cancelled',
] as const
export type CaseStateName = (typeof caseStates)[number]

/** Biodata as the registry gave them. Names, NIK and addresses stay in the encrypted store and on the screen of who works on the case. */
export type Biodata = CentreBiodata

export interface StepRecord {
  readonly id: string
  readonly kind: StepKind
  readonly state: 'pending' | 'current' | 'done' | 'skipped' | 'failed'
  readonly startedAtMs?: number
  readonly endedAtMs?: number
  readonly actor?: string
}

export interface ModalityRecord {
  readonly modality: Modality
  readonly state: 'pending' | 'capturing' | 'review' | 'good' | 'weak_accepted' | 'exception'
  readonly tries: number
  readonly measure: number
  readonly weakReason?: string
  /** Who captured it: may not be the one who judges it. */
  readonly by?: string
  readonly fingers?: readonly FingerResult[]
  readonly eyes?: readonly EyeResult[]
  /** Of the portrait, as it was judged. */
  readonly components?: readonly QualityComponent[]
  readonly backdrop?: Backdrop
  /** Of the portrait: the applicant saw it and approved it. */
  readonly approvedByApplicant?: boolean
  /** The device's own verdict; absent when it gave none. */
  readonly presentationAttack?: 'bona_fide' | 'attack'
}

/** Why something is not recorded. Protected data (Law 24/2013 article 84): in the sealed case and the sealed record, nowhere else. */
export interface CaptureException {
  readonly modality: RecordedModality
  /** Parts as daemon/modality.ts names them; empty where the modality is one piece. */
  readonly positions: readonly number[]
  readonly reason: ExceptionReason
  readonly by: string
  readonly atMs: number
}

export interface HolderCheck {
  readonly verified: boolean
  /** How often a finger was compared so far. */
  readonly attempts: number
  /** Which finger, ISO/IEC 19794-4. */
  readonly position: number
  /** `suspected`: the device called it an artefact, whatever it resembles. */
  readonly band: ScoreBand | 'suspected'
  /** Name of the matcher's operating point. */
  readonly threshold: string
  /** Who had the finger checked: may not be the one who decides without it. */
  readonly by: string
}

/** A value of the registry that the applicant's papers contradict. Free words of an operator: protected like the biodata. */
export interface Correction {
  /** As on the wire, e.g. `birth_date`. */
  readonly field: string
  readonly by: string
  readonly atMs: number
  readonly reason: string
  /** What stood there. */
  readonly before: string
}

export interface CaseDocument {
  readonly caseId: string
  readonly revision: number
  readonly ticket: string
  readonly priority: boolean
  readonly standardId: string
  /** The case stays on the version it began with. */
  readonly standardVersion: number
  readonly state: CaseStateName
  readonly nik: string
  readonly biodata?: Biodata
  readonly biodataSource?: 'registry' | 'unverified'
  /** Made here since the registry answered, oldest first. */
  readonly corrections?: readonly Correction[]
  readonly applicantConfirmed: boolean
  readonly requirements: readonly { readonly id: string; readonly satisfied: boolean }[]
  readonly steps: readonly StepRecord[]
  /** '' when all steps are done. */
  readonly currentStepId: string
  readonly modalities: readonly ModalityRecord[]
  readonly findings?: readonly Finding[]
  readonly exceptions?: readonly CaptureException[]
  /** Who saw that the applicant approves the record and cannot sign. */
  readonly witness?: { readonly by: string; readonly reason: string; readonly atMs: number }
  readonly capturedBy?: string
  readonly recordSigned: boolean
  readonly packetId?: string
  /** As the centre names it; unknown values are kept. */
  readonly centralStatus: string
  readonly receiptNumber: string
  readonly blankSerial?: string
  /** The last 1:1 check of the holder's finger with the card; nothing of finger or score is in it. */
  readonly holderCheck?: HolderCheck
  readonly shelf?: string
  readonly openedAtMs: number
  readonly requirementsCompleteAtMs?: number
  readonly closedAtMs?: number
}
