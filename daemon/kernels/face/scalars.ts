// Native value to scalar, 0 to 100, of each component: the published mappings of OFIQ 1.0.3. Knows no image.

import type { FaceComponent } from './components.js'

/** Rounding half up; outside of 0 to 100 the ends. NaN is a failure to assess. */
function whole(value: number): number {
  return Number.isNaN(value) ? -1 : Math.max(0, Math.min(100, Math.round(value)))
}

const sigmoid = (x: number, x0: number, width: number): number => 1 / (1 + Math.exp((x0 - x) / width))

/** Share of covered pixels from which no head is left uncovered; OFIQ maps 0 and less to 100. */
const mostCovered = 0.95

function headCoverings(share: number): number {
  if (share <= 0) return 100
  if (share >= mostCovered) return 0
  const at = (x: number) => sigmoid(x, 0.02, 0.1)
  return (100 * (at(mostCovered) - at(share))) / (at(mostCovered) - at(0))
}

const angle = (degrees: number): number => 100 * Math.max(0, Math.cos((degrees * Math.PI) / 180)) ** 2

const mappings: Readonly<Record<FaceComponent, (native: number) => number>> = {
  UnifiedQualityScore: (x) => 100 * sigmoid(x, 23, 2.6),
  BackgroundUniformity: (x) => 190 * (1 - sigmoid(x, 10, 100)),
  IlluminationUniformity: (x) => 100 * x ** 0.3,
  LuminanceMean: (x) => 100 * sigmoid(x, 0.2, 0.05) * (1 - sigmoid(x, 0.8, 0.05)),
  LuminanceVariance: (x) => 100 * Math.sin((Math.PI * 60 * x) / (60 * x + 1)),
  UnderExposurePrevention: (x) => 120 * (0.832 - sigmoid(x, 0.92, 0.05)),
  OverExposurePrevention: (x) => 1 / (x + 0.01),
  DynamicRange: (x) => 12.5 * x,
  Sharpness: (x) => -14 + 115 * sigmoid(x, -20, 15),
  CompressionArtifacts: (x) => -0.0278 + 103 * sigmoid(x, 0.3308, 0.092),
  NaturalColour: (x) => 200 * (1 - sigmoid(x, 0, 10)),
  SingleFacePresent: (x) => 100 * (1 - x),
  EyesOpen: (x) => 100 * sigmoid(x, 0.02, 0.01),
  MouthClosed: (x) => 100 * (1 - sigmoid(x, 0.2, 0.06)),
  EyesVisible: (x) => 100 * (1 - x),
  MouthOcclusionPrevention: (x) => 100 * (1 - x),
  FaceOcclusionPrevention: (x) => 100 * (1 - x),
  InterEyeDistance: (x) => 100 * sigmoid(x, 70, 20),
  HeadSize: (x) => 200 * (1 - sigmoid(Math.abs(x - 0.45), 0, 0.05)),
  LeftwardCropOfTheFaceImage: (x) => 100 * sigmoid(x, 0.9, 0.1),
  RightwardCropOfTheFaceImage: (x) => 100 * sigmoid(x, 0.9, 0.1),
  MarginAboveOfTheFaceImage: (x) => 100 * sigmoid(x, 1.4, 0.1),
  MarginBelowOfTheFaceImage: (x) => 100 * sigmoid(x, 1.8, 0.1),
  HeadPoseYaw: angle,
  HeadPosePitch: angle,
  HeadPoseRoll: angle,
  ExpressionNeutrality: (x) => 100 * sigmoid(x, -5000, 5000),
  NoHeadCoverings: headCoverings,
}

/** @returns 0 to 100, whole; -1 for NaN */
export function scalarOf(component: FaceComponent, native: number): number {
  return whole(mappings[component](native))
}
