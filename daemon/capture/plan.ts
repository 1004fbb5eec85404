// What is captured, with which device and how patiently. Data: the thresholds are those of live measures, not of biometric quality.

import { readyIndicator } from '../../drivers/camera/face-camera/driver.js'
import { fingerIndicator } from '../../drivers/fingerprint/slap-scanner/driver.js'
import { eyeIndicator } from '../../drivers/iris/dual-camera/driver.js'
import type { CaptureKind } from '../../protocol/hardware/capture-device.js'
import { liveAllPresent } from '../kernels/face/live.js'
import { capturePositions } from '../kernels/finger/sequence.js'
import type { Modality } from '../state.js'
import type { AutoCapturePlan } from './auto-capture.js'
import type { SignaturePlan } from './signature-session.js'

export interface FrameCapturePlan extends AutoCapturePlan {
  readonly kind: CaptureKind
  /** What the device lights up for the person. */
  readonly indicator: number
}

/** A sensor that freezes must be found out before its picture has been still for long enough to be taken. */
export const neededFrames = 4
const still: Omit<AutoCapturePlan, 'leastMeasure'> = { neededFrames, mostMotion: 12, timeoutMs: 20_000 }

export const framePlans: Readonly<Record<Exclude<Modality, 'signature'>, FrameCapturePlan>> = {
  face: { ...still, keepsUnseen: true, kind: 'face_camera', indicator: readyIndicator, leastMeasure: liveAllPresent },
  right_four: { ...still, kind: 'slap_scanner', indicator: fingerIndicator(capturePositions.right_four), leastMeasure: 50 },
  left_four: { ...still, kind: 'slap_scanner', indicator: fingerIndicator(capturePositions.left_four), leastMeasure: 50 },
  thumbs: { ...still, kind: 'slap_scanner', indicator: fingerIndicator(capturePositions.thumbs), leastMeasure: 50 },
  index_fingers: { ...still, kind: 'slap_scanner', indicator: fingerIndicator(capturePositions.index_fingers), leastMeasure: 50 },
  // An eye fills its picture: what holds still enough for a sharp one still moves some pixels, and the pupil breathes.
  irises: {
    ...still,
    keepsUnseen: true,
    kind: 'iris_camera',
    indicator: eyeIndicator({ right: true, left: true }),
    leastMeasure: 40,
    mostMotion: 40,
  },
}

/** One finger by itself, as at handover. @param position ISO/IEC 19794-4 */
export const oneFingerPlan = (position: number): FrameCapturePlan => ({
  ...still,
  kind: 'slap_scanner',
  indicator: fingerIndicator([position]),
  leastMeasure: 50,
})

export const signaturePlan: SignaturePlan = { restMs: 1_200, timeoutMs: 60_000, leastSamples: 10 }
