// The record worker as the station sees it: fingers and eyes are examined and records made there, one after the other.

import { Fault } from '../../protocol/fault.js'
import type { Effects } from '../effects.js'
import type { HolderJob, HolderVerdict } from '../issuance/compare-holder.js'
import type { OperatorHit, OperatorsJob } from '../operators/compare-operators.js'
import type { EyeExamination, EyesJob } from './eyes.js'
import type { Examination, ExamineJob } from './fingers.js'
import type { RecordJob } from './make-record.js'
import type { FoundFinger, OneFingerJob } from './one-finger.js'
import { openWorkerLine } from './worker-line.js'

export interface RecordMaker {
  /** @throws Fault of the codecs; `internal.unexpected` when the worker died */
  make(job: RecordJob): Promise<Uint8Array>
  /** @throws Fault `internal.unexpected` when the worker died */
  examine(job: ExamineJob): Promise<Examination>
  /** @throws Fault `internal.unexpected` when the worker died */
  examineEyes(job: EyesJob): Promise<EyeExamination>
  /** @throws Fault `record.corrupt` for a template that is none, `internal.unexpected` when the worker died */
  compareHolder(job: HolderJob): Promise<HolderVerdict>
  /** As the analyst's. */
  warm?(): void
  /** @throws Fault `internal.unexpected` when the worker died */
  findFinger(job: OneFingerJob): Promise<FoundFinger>
  /** @throws Fault `internal.unexpected` when the worker died */
  compareOperators(job: OperatorsJob): Promise<readonly OperatorHit[]>
  close(): Promise<void>
}

/** What the worker can be asked, and what it answers. */
interface Work {
  readonly make: { readonly job: RecordJob; readonly answer: Uint8Array }
  readonly examine: { readonly job: ExamineJob; readonly answer: Examination }
  readonly examineEyes: { readonly job: EyesJob; readonly answer: EyeExamination }
  readonly compareHolder: { readonly job: HolderJob; readonly answer: HolderVerdict }
  readonly findFinger: { readonly job: OneFingerJob; readonly answer: FoundFinger }
  readonly compareOperators: { readonly job: OperatorsJob; readonly answer: readonly OperatorHit[] }
}
export type WorkerJob = { [Name in keyof Work]: { readonly do: Name; readonly job: Work[Name]['job'] } }[keyof Work]
/** As many fields as there is work; the one that was asked for is there. */
export type WorkerAnswer = { readonly [Name in keyof Work]?: Work[Name]['answer'] }

export function startRecordMaker(effects: Effects): RecordMaker {
  const line = openWorkerLine<WorkerJob, WorkerAnswer>(new URL('./record-worker.js', import.meta.url))
  const ask = async <Name extends keyof Work>(name: Name, job: WorkerJob): Promise<Work[Name]['answer']> => {
    const answer = (await effects.perform('compute', () => line.ask(job)))[name]
    if (answer === undefined) throw new Fault('internal.unexpected', { operation: 'worker' })
    return answer
  }
  return {
    make: (job) => ask('make', { do: 'make', job }),
    examine: (job) => ask('examine', { do: 'examine', job }),
    examineEyes: (job) => ask('examineEyes', { do: 'examineEyes', job }),
    compareHolder: (job) => ask('compareHolder', { do: 'compareHolder', job }),
    warm: () => line.warm(),
    findFinger: (job) => ask('findFinger', { do: 'findFinger', job }),
    compareOperators: (job) => ask('compareOperators', { do: 'compareOperators', job }),
    close: () => line.close(),
  }
}
