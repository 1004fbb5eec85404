// The work of the analysis and record threads, done on the main thread: a virtual clock stands still meanwhile, and no thread takes seconds to start.

import { analyseFrame, examineFaceFrame } from '../../capture/analyse-frame.js'
import { examineEyes } from '../../capture/eyes.js'
import { type FaceWatch, openFaceWatch } from '../../capture/face-watch.js'
import { type Examination, type ExamineJob, examineFingers } from '../../capture/fingers.js'
import { makeRecord } from '../../capture/make-record.js'
import { findOneFinger } from '../../capture/one-finger.js'
import type { Effects } from '../../effects.js'
import { compareHolder } from '../../issuance/compare-holder.js'
import { defaultPhotoPolicy } from '../../kernels/face/ktp-photo.js'
import { openSimd, type Simd } from '../../kernels/simd/simd.js'
import { compareOperators } from '../../operators/compare-operators.js'
import type { Environment } from '../../station.js'

/** Opened once, for all stations of a process. */
export interface Kernels {
  readonly simd: Simd
  readonly faces: FaceWatch
}

export function openKernels(): Kernels {
  const simd = openSimd()
  return { simd, faces: openFaceWatch(defaultPhotoPolicy, simd) }
}

/** @param examine in place of the finger kernels, where a scenario is not about fingers */
export function inlineWorkers(
  { simd, faces }: Kernels,
  effects: Effects,
  examine: (job: ExamineJob) => Examination = (job) => examineFingers(job, simd),
): ReturnType<NonNullable<Environment['workers']>> {
  return {
    analyst: {
      analyse: (frame, task, show) =>
        effects.perform('compute', () => analyseFrame(frame.bytes, frame.header, task, show, { simd, faces })),
      examineFace: (jpeg, captureId, applicant) => effects.perform('compute', () => examineFaceFrame(jpeg, captureId, applicant, faces)),
      close: async () => {},
    },
    records: {
      make: (job) => effects.perform('compute', () => makeRecord(job, simd)),
      examine: (job) => effects.perform('compute', async () => examine(job)),
      examineEyes: (job) => effects.perform('compute', async () => examineEyes(job, simd)),
      compareHolder: (job) => effects.perform('compute', async () => compareHolder(job, simd)),
      findFinger: (job) => effects.perform('compute', async () => findOneFinger(job, simd)),
      compareOperators: (job) => effects.perform('compute', async () => compareOperators(job, simd)),
      close: async () => {},
    },
  }
}
