// What the station can be asked to do, by desk. The gateway and the CLI see only this; roles are checked before it is called.

import type { CaptureRules } from './capture/plan-rules.js'
import type { FiguresDesk } from './figures/figures.js'
import type { OperatorFingers } from './operators/fingers.js'
import type { OperatorDesk } from './operators/operators.js'
import type { CorrectionDesk } from './service/corrections.js'
import type { ServiceStandard } from './service/standard.js'
import type { Modality, StationState } from './state.js'

/** Who asks. Written into the audit chain with every act. */
export interface Actor {
  readonly operator: string
  readonly roles: readonly string[]
}

/** All reject with a Fault when refused; the case is then unchanged. */
export interface CaseDesk {
  /** @returns the new case's id */
  takeTicket(actor: Actor, request: { nik: string; priority: boolean; standardId: string }): Promise<string>
  call(actor: Actor, caseId: string): Promise<void>
  checkRequirement(actor: Actor, caseId: string, requirementId: string, satisfied: boolean): Promise<void>
  completeStep(actor: Actor, caseId: string, stepId: string): Promise<void>
  returnToApplicant(actor: Actor, caseId: string, missing: readonly string[]): Promise<void>
  confirmApplicant(actor: Actor, caseId: string): Promise<void>
  archive(actor: Actor, caseId: string, shelf: string): Promise<void>
}

export interface CaptureDesk {
  start(actor: Actor, caseId: string, modality: Modality): Promise<void>
  /** @param modality may be left out where one capture of the case runs; so in cancel() */
  takeNow(actor: Actor, caseId: string, modality?: Modality): Promise<void>
  accept(actor: Actor, caseId: string, modality: Modality, weakReason: string): Promise<void>
  /** Another attempt, for what is missing or weak in the best of those before; `wholly` for all of it. */
  retake(actor: Actor, caseId: string, modality: Modality, wholly?: boolean): Promise<void>
  cancel(actor: Actor, caseId: string, modality?: Modality): Promise<void>
  /** These parts of a modality, or all of it, cannot be recorded. @param reason of protocol/exception-reasons.ts */
  except(actor: Actor, caseId: string, modality: Modality, positions: readonly number[], reason: string): Promise<void>
  withdrawException(actor: Actor, caseId: string, modality: Modality): Promise<void>
  /** Takes back the last stroke of who is signing. */
  undoStroke(actor: Actor, caseId: string): Promise<void>
  /** All strokes away: who is signing begins anew. */
  signAgain(actor: Actor, caseId: string): Promise<void>
  signRecord(actor: Actor, caseId: string): Promise<void>
  /** In place of the signature, by a supervisor who captured nothing, where an exception says that nobody can sign. */
  witnessRecord(actor: Actor, caseId: string, reason: string): Promise<void>
  seal(actor: Actor, caseId: string): Promise<void>
  /** What could not be told surely is taken on by a supervisor who captured none of it. */
  review(actor: Actor, caseId: string, reason: string): Promise<void>
}

export interface IssuanceDesk {
  start(actor: Actor, caseId: string): Promise<void>
  resume(actor: Actor, caseId: string): Promise<void>
  spoil(actor: Actor, caseId: string, reason: string): Promise<void>
  /** @param position the finger to ask for, ISO/IEC 19794-4; 0: the card's fingers in turn */
  verifyHolder(actor: Actor, caseId: string, position: number): Promise<void>
  /** @param unverifiedReason of the supervisor who decides without a verified finger */
  handOver(actor: Actor, caseId: string, unverifiedReason: string): Promise<void>
}

/** Only present on a simulated station. */
export interface SimulationDesk {
  callPerson(): Promise<{ nik: string; name: string }>
}

export interface Station {
  readonly stationId: string
  readonly office: string
  readonly timezone: string
  readonly softwareVersion: string
  /** Devices, registry and centre are simulated, wherever the simulation runs. */
  readonly simulated: boolean
  readonly standards: readonly ServiceStandard[]
  /** The site's capture plan. */
  readonly rules: CaptureRules
  readonly state: StationState
  readonly operators: OperatorDesk
  readonly operatorFingers: Pick<OperatorFingers, 'enrol' | 'cancel'>
  readonly corrections: CorrectionDesk
  readonly figures: Pick<FiguresDesk, 'report'>
  readonly cases: CaseDesk
  readonly capture: CaptureDesk
  readonly issuance: IssuanceDesk
  readonly simulation?: SimulationDesk
  close(): Promise<void>
}
