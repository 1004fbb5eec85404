// Worker entry: a thin shell around analyse-frame.ts over the shared ring. Kernels are tested on the main thread.

import { parentPort, workerData } from 'node:worker_threads'
import sharp from 'sharp'
import { analyseFrame } from './analyse-frame.js'
import type { AnalysisReply, AnalysisRequest } from './analyst.js'

const memory = workerData as WebAssembly.Memory
const frames = new Uint8Array(memory.buffer)
sharp.concurrency(1)

async function answer({ id, byteOffset, byteLength, header, modality, preview }: AnalysisRequest): Promise<AnalysisReply> {
  try {
    const analysis = await analyseFrame(frames.subarray(byteOffset, byteOffset + byteLength), header, modality, preview)
    return { id, analysis }
  } catch (error) {
    return { id, failed: error instanceof Error ? error.name : 'unknown' }
  }
}

parentPort?.on('message', (request: AnalysisRequest) => {
  void answer(request).then((reply) => parentPort?.postMessage(reply))
})
