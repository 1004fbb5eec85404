// The analysis worker as the station sees it: one frame in, one analysis out, pixels stay in the shared ring.

import type { FrameHeader } from '../../protocol/hardware/frames.js'
import type { Effects } from '../effects.js'
import type { Analysis } from './analyse-frame.js'
import type { FrameRing, RingFrame } from './frame-ring.js'
import type { LookTarget } from './look.js'
import { openWorkerLine } from './worker-line.js'

export interface AnalysisRequest {
  readonly byteOffset: number
  readonly byteLength: number
  readonly header: FrameHeader
  readonly modality: LookTarget
  readonly preview: boolean
}

export interface FrameAnalyst {
  /** @throws Fault `image.corrupt` when the frame cannot be decoded, `internal.unexpected` when the worker died */
  analyse(frame: RingFrame, modality: LookTarget, preview: boolean): Promise<Analysis>
  close(): Promise<void>
}

export function startAnalyst(deps: { ring: FrameRing; effects: Effects }): FrameAnalyst {
  const line = openWorkerLine<AnalysisRequest, Analysis>(new URL('./analysis-worker.js', import.meta.url), deps.ring.memory)
  return {
    analyse: ({ byteOffset, byteLength, header }, modality, preview) =>
      deps.effects.perform('compute', () => line.ask({ byteOffset, byteLength, header, modality, preview })),
    close: () => line.close(),
  }
}
