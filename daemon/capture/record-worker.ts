// Worker entry: a thin shell around fingers.ts, eyes.ts and make-record.ts, so that neither matching nor compressing ever holds up the station.

import sharp from 'sharp'
import { compareHolder } from '../issuance/compare-holder.js'
import { openSimd } from '../kernels/simd/simd.js'
import { compareOperators } from '../operators/compare-operators.js'
import { examineEyes } from './eyes.js'
import { examineFingers } from './fingers.js'
import { makeRecord } from './make-record.js'
import { findOneFinger } from './one-finger.js'
import type { WorkerAnswer, WorkerJob } from './record-maker.js'
import { serveWorkerLine } from './worker-line.js'

// As in the analysis worker.
sharp.concurrency(1)
sharp.cache(false)
const simd = openSimd()

serveWorkerLine<WorkerJob, WorkerAnswer>(async (work) => {
  switch (work.do) {
    case 'make':
      return { make: await makeRecord(work.job, simd) }
    case 'examine':
      return { examine: examineFingers(work.job, simd) }
    case 'examineEyes':
      return { examineEyes: examineEyes(work.job, simd) }
    case 'compareHolder':
      return { compareHolder: compareHolder(work.job, simd) }
    case 'findFinger':
      return { findFinger: findOneFinger(work.job, simd) }
    case 'compareOperators':
      return { compareOperators: compareOperators(work.job, simd) }
  }
})
