// The analysis worker as the station sees it: one frame in, one analysis out, pixels stay in the shared ring. The face networks live there too.

import type { FrameHeader } from '../../protocol/hardware/frames.js'
import type { Effects } from '../effects.js'
import type { PhotoPolicy } from '../kernels/face/ktp-photo.js'
import type { FaceExamination } from './analyse-frame.js'
import type { Applicant } from './face-watch.js'
import type { FrameRing, RingFrame } from './frame-ring.js'
import type { Look, LookTask } from './look.js'
import { openWorkerLine } from './worker-line.js'

export interface AnalysisSetup {
  readonly frames: WebAssembly.Memory
  readonly photo: PhotoPolicy
}

export type AnalysisRequest =
  | {
      readonly do: 'look'
      readonly byteOffset: number
      readonly byteLength: number
      readonly header: FrameHeader
      readonly task: LookTask
      readonly preview: boolean
    }
  | { readonly do: 'examine_face'; readonly jpeg: Uint8Array; readonly captureId: number; readonly applicant: Applicant }

export type AnalysisAnswer = Look | FaceExamination

export interface FrameAnalyst {
  /**
   * @param show gets the frame's picture for the preview, before the look is known; undefined when nobody watches
   * @throws Fault `image.corrupt` when the frame cannot be decoded, `internal.unexpected` when the worker died
   */
  analyse(frame: RingFrame, task: LookTask, show: ((picture: Uint8Array) => void) | undefined): Promise<Look>
  /** The picture that was taken, judged in full. @throws as analyse */
  examineFace(jpeg: Uint8Array, captureId: number, applicant: Applicant): Promise<FaceExamination>
  /** Its thread starts now, not with the first frame. Where the work has no thread of its own there is nothing to warm. */
  warm?(): void
  close(): Promise<void>
}

export function startAnalyst(deps: { ring: FrameRing; effects: Effects; photo: PhotoPolicy }): FrameAnalyst {
  const setup: AnalysisSetup = { frames: deps.ring.memory, photo: deps.photo }
  const line = openWorkerLine<AnalysisRequest, AnalysisAnswer, Uint8Array>(new URL('./analysis-worker.js', import.meta.url), setup)
  const ask = <Answer extends AnalysisAnswer>(request: AnalysisRequest, show?: (picture: Uint8Array) => void) =>
    deps.effects.perform('compute', () => line.ask(request, show) as Promise<Answer>)
  return {
    analyse: ({ byteOffset, byteLength, header }, task, show) =>
      ask<Look>({ do: 'look', byteOffset, byteLength, header, task, preview: show !== undefined }, show),
    examineFace: (jpeg, captureId, applicant) => ask<FaceExamination>({ do: 'examine_face', jpeg, captureId, applicant }),
    warm: () => line.warm(),
    close: () => line.close(),
  }
}
