// The 28 quality components of ISO/IEC 29794-5 as the reference implementation OFIQ 1.0.3 names them, and how one stands after a measurement.

/** In the order of OFIQ's result table. */
export const faceComponents = [
  'UnifiedQualityScore',
  'BackgroundUniformity',
  'IlluminationUniformity',
  'LuminanceMean',
  'LuminanceVariance',
  'UnderExposurePrevention',
  'OverExposurePrevention',
  'DynamicRange',
  'Sharpness',
  'CompressionArtifacts',
  'NaturalColour',
  'SingleFacePresent',
  'EyesOpen',
  'MouthClosed',
  'EyesVisible',
  'MouthOcclusionPrevention',
  'FaceOcclusionPrevention',
  'InterEyeDistance',
  'HeadSize',
  'LeftwardCropOfTheFaceImage',
  'RightwardCropOfTheFaceImage',
  'MarginAboveOfTheFaceImage',
  'MarginBelowOfTheFaceImage',
  'HeadPoseYaw',
  'HeadPosePitch',
  'HeadPoseRoll',
  'ExpressionNeutrality',
  'NoHeadCoverings',
] as const
export type FaceComponent = (typeof faceComponents)[number]

/**
 * Components that rest on a network or a forest that is no package: never measured here, and what is not measured never counts as passed.
 * `NoHeadCoverings` is among them on purpose: a veil or a cap is no defect of a KTP-el photo, so there is nothing to measure it for.
 */
export const unmeasuredComponents = [
  'UnifiedQualityScore',
  'Sharpness',
  'CompressionArtifacts',
  'EyesVisible',
  'MouthOcclusionPrevention',
  'FaceOcclusionPrevention',
  'ExpressionNeutrality',
  'NoHeadCoverings',
] as const satisfies readonly FaceComponent[]
export type UnmeasuredComponent = (typeof unmeasuredComponents)[number]
export type MeasuredComponent = Exclude<FaceComponent, UnmeasuredComponent>

/** Ours beside OFIQ's: a stand-in for its `Sharpness`, and a look at the eyes' own pixels. Their numbers do not compare with OFIQ's. */
export const ownComponents = ['rekamSharpness', 'rekamEyesOpen'] as const
export type OwnComponent = (typeof ownComponents)[number]

/** What a policy may ask a least scalar of. */
export type AssessedComponent = MeasuredComponent | OwnComponent

export interface ComponentValue {
  readonly native: number
  /** 0 to 100; -1 where the component could not be assessed on this picture (OFIQ's FailureToAssess). */
  readonly scalar: number
}

export type ComponentResult = ComponentValue | 'not_measured'
