// The record worker as the station sees it.

import type { Effects } from '../effects.js'
import type { RecordJob } from './make-record.js'
import { openWorkerLine } from './worker-line.js'

export interface RecordMaker {
  /** @throws Fault of the codecs; `internal.unexpected` when the worker died */
  make(job: RecordJob): Promise<Uint8Array>
  close(): Promise<void>
}

export function startRecordMaker(effects: Effects): RecordMaker {
  const line = openWorkerLine<RecordJob, Uint8Array>(new URL('./record-worker.js', import.meta.url))
  return { make: (job) => effects.perform('compute', () => line.ask(job)), close: () => line.close() }
}
