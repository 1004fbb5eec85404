// Worker entry: a thin shell around analyse-frame.ts over the shared ring. Kernels are tested on the main thread.

import { workerData } from 'node:worker_threads'
import sharp from 'sharp'
import { openSimd } from '../kernels/simd/simd.js'
import { analyseFrame } from './analyse-frame.js'
import type { AnalysisRequest } from './analyst.js'
import { serveWorkerLine } from './worker-line.js'

const frames = new Uint8Array((workerData as WebAssembly.Memory).buffer)
sharp.concurrency(1)
const simd = openSimd()

serveWorkerLine(({ byteOffset, byteLength, header, modality, preview }: AnalysisRequest) =>
  analyseFrame(frames.subarray(byteOffset, byteOffset + byteLength), header, modality, preview, simd),
)
