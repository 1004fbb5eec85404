// The record worker as the station sees it: fingers are examined and records made there, one after the other.

import { Fault } from '../../protocol/fault.js'
import type { Effects } from '../effects.js'
import type { Examination, ExamineJob } from './fingers.js'
import type { RecordJob } from './make-record.js'
import { openWorkerLine } from './worker-line.js'

export interface RecordMaker {
  /** @throws Fault of the codecs; `internal.unexpected` when the worker died */
  make(job: RecordJob): Promise<Uint8Array>
  /** @throws Fault `internal.unexpected` when the worker died */
  examine(job: ExamineJob): Promise<Examination>
  close(): Promise<void>
}

export type WorkerJob = { readonly do: 'make'; readonly job: RecordJob } | { readonly do: 'examine'; readonly job: ExamineJob }
export type WorkerAnswer = Uint8Array | Examination

export function startRecordMaker(effects: Effects): RecordMaker {
  const line = openWorkerLine<WorkerJob, WorkerAnswer>(new URL('./record-worker.js', import.meta.url))
  const ask = (job: WorkerJob) => effects.perform('compute', () => line.ask(job))
  return {
    make: async (job) => {
      const answer = await ask({ do: 'make', job })
      if (answer instanceof Uint8Array) return answer
      throw new Fault('internal.unexpected', { operation: 'worker' })
    },
    examine: async (job) => {
      const answer = await ask({ do: 'examine', job })
      if (!(answer instanceof Uint8Array)) return answer
      throw new Fault('internal.unexpected', { operation: 'worker' })
    },
    close: () => line.close(),
  }
}
