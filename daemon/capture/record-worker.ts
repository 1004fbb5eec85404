// Worker entry: a thin shell around fingers.ts and make-record.ts, so that neither matching nor compressing ever holds up the station.

import { openSimd } from '../kernels/simd/simd.js'
import { examineFingers } from './fingers.js'
import { makeRecord } from './make-record.js'
import type { WorkerAnswer, WorkerJob } from './record-maker.js'
import { serveWorkerLine } from './worker-line.js'

const simd = openSimd()

serveWorkerLine<WorkerJob, WorkerAnswer>(async (work) => (work.do === 'make' ? makeRecord(work.job, simd) : examineFingers(work.job, simd)))
