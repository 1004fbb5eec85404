// What a modality is: its parts and the kind of device that captures it. Facts only; how a site captures it is capture/plan.ts.

import { eyePositions } from '../protocol/exception-reasons.js'
import { capturePositions, type FingerCapture } from './kernels/finger/sequence.js'
import type { DeviceKind, Modality } from './state.js'

const devices: Readonly<Record<Modality, DeviceKind>> = {
  face: 'face_camera',
  evidence: 'face_camera',
  signature: 'signature_pad',
  right_four: 'slap_scanner',
  left_four: 'slap_scanner',
  thumbs: 'slap_scanner',
  index_fingers: 'slap_scanner',
  irises: 'iris_camera',
}

export const deviceOf = (modality: Modality): DeviceKind => devices[modality]

export const isFingers = (modality: Modality): modality is FingerCapture => modality in capturePositions

/** All parts of a modality: fingers by ISO/IEC 19794-4 position, 1 right and 2 left eye; none where it is one piece. */
export function positionsOf(modality: Modality): readonly number[] {
  if (isFingers(modality)) return capturePositions[modality]
  return modality === 'irises' ? [eyePositions.right, eyePositions.left] : []
}
