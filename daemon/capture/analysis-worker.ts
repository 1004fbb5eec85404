// Worker entry: a thin shell around analyse-frame.ts over the shared ring. Kernels are tested on the main thread.

import { workerData } from 'node:worker_threads'
import sharp from 'sharp'
import { openSimd } from '../kernels/simd/simd.js'
import { analyseFrame, examineFaceFrame } from './analyse-frame.js'
import type { AnalysisAnswer, AnalysisRequest, AnalysisSetup } from './analyst.js'
import { openFaceWatch } from './face-watch.js'
import { serveWorkerLine } from './worker-line.js'

const setup = workerData as AnalysisSetup
const frames = new Uint8Array(setup.frames.buffer)
sharp.concurrency(1)
// No picture is read twice: the cache would only keep tens of megabytes of old ones, for the whole process.
sharp.cache(false)
const simd = openSimd()
const faces = openFaceWatch(setup.photo, simd)

serveWorkerLine<AnalysisRequest, AnalysisAnswer, Uint8Array>((request, show) => {
  if (request.do === 'examine_face') return examineFaceFrame(request.jpeg, request.captureId, request.applicant, faces)
  const { byteOffset, byteLength, header, task, preview } = request
  return analyseFrame(frames.subarray(byteOffset, byteOffset + byteLength), header, task, preview ? show : undefined, { simd, faces })
})
