// What is captured with which device: the site's rules put together with what a modality and its device are. Pure.

import { readyIndicator } from '../../drivers/camera/face-camera/driver.js'
import { fingerIndicator } from '../../drivers/fingerprint/slap-scanner/driver.js'
import { eyeIndicator } from '../../drivers/iris/dual-camera/driver.js'
import { eyePositions } from '../../protocol/exception-reasons.js'
import type { CaptureKind } from '../../protocol/hardware/capture-device.js'
import type { Modality } from '../state.js'
import type { AutoCapturePlan } from './auto-capture.js'
import { type CaptureRules, type ModalityRules, neededFrames } from './plan-rules.js'
import type { SignaturePlan } from './signature-session.js'

export interface FrameCapturePlan extends AutoCapturePlan {
  readonly kind: CaptureKind
  /** What the device lights up for the person. */
  readonly indicator: number
  /** Those that look at what is asked for; all when absent. */
  readonly sensors?: readonly number[]
}

/** What is captured with frames of a capture device. */
export type FrameModality = Exclude<Modality, 'signature'>

const captureKindOf = (modality: FrameModality): CaptureKind => {
  if (modality === 'irises') return 'iris_camera'
  return modality === 'face' || modality === 'evidence' ? 'face_camera' : 'slap_scanner'
}

/** Sensor 0 looks at the right eye (protocol/hardware/frames.ts). */
const sensorOfEye = (position: number): number => position - 1

/** @param asked positions to be captured now, see positionsOf */
export function framePlanOf({ modalities }: CaptureRules, modality: FrameModality, asked: readonly number[]): FrameCapturePlan {
  const kind = captureKindOf(modality)
  if (modality === 'evidence') return { ...evidencePlan, kind, indicator: readyIndicator }
  const { neededFrames, leastMeasure, mostMotion, timeoutMs } = modalities[modality]
  const plan = { neededFrames, leastMeasure, mostMotion, timeoutMs, kind }
  switch (modality) {
    case 'face':
      return { ...plan, keepsUnseen: true, indicator: readyIndicator }
    case 'irises': {
      const eyes = { right: asked.includes(eyePositions.right), left: asked.includes(eyePositions.left) }
      return { ...plan, keepsUnseen: true, indicator: eyeIndicator(eyes), sensors: asked.map(sensorOfEye) }
    }
    default:
      return { ...plan, indicator: fingerIndicator(asked) }
  }
}

/** Whoever holds up both hands is shown as they are: nothing is judged, still is enough. */
const evidencePlan = { neededFrames, leastMeasure: 0, mostMotion: 12, timeoutMs: 60_000, keepsUnseen: true } as const

/** One finger by itself, as at handover. @param position ISO/IEC 19794-4 */
export const oneFingerPlan = (position: number): FrameCapturePlan => ({
  ...{ neededFrames, mostMotion: 12, timeoutMs: 20_000, leastMeasure: 50 },
  kind: 'slap_scanner',
  indicator: fingerIndicator([position]),
})

export const signaturePlanOf = ({ modalities: { signature } }: CaptureRules): SignaturePlan => ({
  restMs: 1_200,
  timeoutMs: signature.timeoutMs,
  leastSamples: 10,
})

/** How often a modality is tried and what its parts must be worth; the evidence photo is taken once more as often as one likes. */
export const rulesFor = ({ modalities }: CaptureRules, modality: Modality): Pick<ModalityRules, 'tries' | 'leastQuality' | 'normMs'> =>
  modality === 'evidence' ? { tries: 1, leastQuality: 0, normMs: 0 } : modalities[modality]
