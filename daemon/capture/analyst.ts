// The analysis worker as the station sees it: one frame in, one analysis out, pixels stay in the shared ring.

import { Worker } from 'node:worker_threads'
import { Fault } from '../../protocol/fault.js'
import type { FrameHeader } from '../../protocol/hardware/frames.js'
import type { Effects } from '../effects.js'
import type { Modality } from '../state.js'
import type { Analysis } from './analyse-frame.js'
import type { FrameRing, RingFrame } from './frame-ring.js'

export interface AnalysisRequest {
  readonly id: number
  readonly byteOffset: number
  readonly byteLength: number
  readonly header: FrameHeader
  readonly modality: Modality
  readonly preview: boolean
}
export type AnalysisReply = { readonly id: number; readonly analysis: Analysis } | { readonly id: number; readonly failed: string }

export interface FrameAnalyst {
  /** @throws Fault `internal.unexpected` when the worker failed on this frame, `input.corrupt` when the frame cannot be decoded */
  analyse(frame: RingFrame, modality: Modality, preview: boolean): Promise<Analysis>
  close(): Promise<void>
}

export function startAnalyst(deps: { ring: FrameRing; effects: Effects }): FrameAnalyst {
  const open = new Map<number, { resolve(analysis: Analysis): void; reject(error: Error): void }>()
  let nextId = 1
  let worker: Worker | undefined

  const fail = (reason: string) => {
    worker = undefined
    for (const waiting of open.values()) waiting.reject(new Fault('internal.unexpected', { operation: 'analyse', reason }))
    open.clear()
  }
  const start = (): Worker => {
    const started = new Worker(new URL('./analysis-worker.js', import.meta.url), {
      workerData: deps.ring.memory,
      execArgv: process.execArgv,
    })
    started.unref()
    started.on('message', (reply: AnalysisReply) => {
      const waiting = open.get(reply.id)
      open.delete(reply.id)
      if ('analysis' in reply) waiting?.resolve(reply.analysis)
      else waiting?.reject(new Fault('input.corrupt', { operation: 'analyse', reason: reply.failed }))
    })
    started.on('error', (error) => fail(error.name))
    started.on('exit', () => {
      if (worker === started) fail('worker exited')
    })
    return started
  }

  return {
    analyse: (frame, modality, preview) =>
      deps.effects.perform(
        'compute',
        () =>
          new Promise((resolve, reject) => {
            worker ??= start()
            const request: AnalysisRequest = {
              id: nextId++,
              byteOffset: frame.byteOffset,
              byteLength: frame.byteLength,
              header: frame.header,
              modality,
              preview,
            }
            open.set(request.id, { resolve, reject })
            worker.postMessage(request)
          }),
      ),
    close: async () => {
      const last = worker
      worker = undefined
      await last?.terminate()
    },
  }
}
