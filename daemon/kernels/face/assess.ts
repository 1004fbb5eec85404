// Quality of a face picture by the components of ISO/IEC 29794-5 that need no network beyond landmarks. Knows no policy: it measures, others judge.

import { type Background, findBackground } from './background.js'
import type { ComponentResult, ComponentValue, FaceComponent, MeasuredComponent, OwnComponent } from './components.js'
import type { FaceMesh, FoundFace, HeadPose, RgbImage } from './face.js'
import { landmarksFromMesh } from './landmarks.js'
import { alignedLandmarks, alignment, inverse, type Similarity } from './quality/align.js'
import { type Appearance, appearanceOf, backgroundUniformity } from './quality/appearance.js'
import { rekamEyesOpen, rekamEyesOpenScalar } from './quality/eyes.js'
import { eyesOpen, type FaceGeometry, faceGeometry, framing, interEyeDistance, mouthClosed, secondFaceShare } from './quality/geometry.js'
import { rekamSharpness, rekamSharpnessScalar } from './quality/sharpness.js'
import { scalarOf } from './scalars.js'

/** A face laid into the aligned image. */
export interface AlignedFace {
  /** 98 landmarks of the picture, WFLW order, x and y in turn. */
  readonly landmarks: Float32Array
  readonly geometry: FaceGeometry
  /** The same landmarks in the aligned image. */
  readonly aligned: Float32Array
  /** From the aligned image to the picture. */
  readonly back: Similarity
}

/** A landmark further away than any picture reaches is none. */
const farthestPx = 32_768

/** @returns undefined when the mesh is no face: eyes, nose and mouth in one place or nowhere */
export function alignFace(mesh: FaceMesh): AlignedFace | undefined {
  const landmarks = landmarksFromMesh(mesh.points)
  const to = alignment(landmarks)
  if (to === undefined || !(to.a * to.a + to.b * to.b > 0)) return undefined
  const geometry = faceGeometry(landmarks)
  const usable = geometry.eyeDistance >= 1 && geometry.eyesToChin >= 1 && landmarks.every((value) => Math.abs(value) < farthestPx)
  return usable ? { landmarks, geometry, aligned: alignedLandmarks(landmarks, to), back: inverse(to) } : undefined
}

type Natives = Readonly<Record<Exclude<MeasuredComponent, 'BackgroundUniformity'>, number>>

export function nativesOf(
  { landmarks, aligned, geometry }: AlignedFace,
  { widthPx, heightPx }: RgbImage,
  faces: readonly FoundFace[],
  pose: HeadPose,
  appearance: Appearance,
): Natives {
  const frame = framing(geometry, widthPx, heightPx)
  return {
    IlluminationUniformity: appearance.illuminationUniformity,
    LuminanceMean: appearance.mean,
    LuminanceVariance: appearance.variance,
    UnderExposurePrevention: appearance.underExposed,
    OverExposurePrevention: appearance.overExposed,
    DynamicRange: appearance.dynamicRange,
    NaturalColour: appearance.naturalColour,
    SingleFacePresent: secondFaceShare(faces),
    EyesOpen: eyesOpen(aligned),
    MouthClosed: mouthClosed(landmarks),
    InterEyeDistance: interEyeDistance(geometry, pose.yawDeg),
    HeadSize: frame.headSize,
    LeftwardCropOfTheFaceImage: frame.leftwardCrop,
    RightwardCropOfTheFaceImage: frame.rightwardCrop,
    MarginAboveOfTheFaceImage: frame.marginAbove,
    MarginBelowOfTheFaceImage: frame.marginBelow,
    HeadPoseYaw: pose.yawDeg,
    HeadPosePitch: pose.pitchDeg,
    HeadPoseRoll: pose.rollDeg,
  }
}

export function ownOf(image: RgbImage, { aligned, back }: AlignedFace): Record<OwnComponent, ComponentValue> {
  const sharpness = rekamSharpness(image, back)
  const eyes = rekamEyesOpen(image, aligned, back)
  return {
    rekamSharpness: { native: sharpness, scalar: rekamSharpnessScalar(sharpness) },
    rekamEyesOpen: { native: eyes, scalar: rekamEyesOpenScalar(eyes) },
  }
}

export interface FaceAssessment {
  readonly components: Readonly<Record<FaceComponent, ComponentResult>>
  /** Ours beside OFIQ's; never to be shown under OFIQ's names. */
  readonly own: Readonly<Record<OwnComponent, ComponentValue>>
  readonly face: AlignedFace
  readonly pose: HeadPose
  /** undefined when hardly anything beside the head lies in the picture. */
  readonly background: Background | undefined
}

/**
 * Measures a finished picture. For a stream of frames there is `measureFace`.
 * @param faces all faces found in the picture  @param mesh, pose of the largest one
 * @returns undefined when the mesh is no face
 */
export function assessFace(image: RgbImage, faces: readonly FoundFace[], mesh: FaceMesh, pose: HeadPose): FaceAssessment | undefined {
  const face = alignFace(mesh)
  if (face === undefined) return undefined
  const background = findBackground(image, face.aligned, face.back)
  const natives = nativesOf(face, image, faces, pose, appearanceOf(image, face.aligned, face.back, 1))
  const value = (component: MeasuredComponent, native: number): ComponentValue => ({ native, scalar: scalarOf(component, native) })
  const measured = (component: keyof Natives) => value(component, natives[component])
  return {
    components: {
      UnifiedQualityScore: 'not_measured',
      BackgroundUniformity: value('BackgroundUniformity', background ? backgroundUniformity(image, face.back, background) : Number.NaN),
      IlluminationUniformity: measured('IlluminationUniformity'),
      LuminanceMean: measured('LuminanceMean'),
      LuminanceVariance: measured('LuminanceVariance'),
      UnderExposurePrevention: measured('UnderExposurePrevention'),
      OverExposurePrevention: measured('OverExposurePrevention'),
      DynamicRange: measured('DynamicRange'),
      Sharpness: 'not_measured',
      CompressionArtifacts: 'not_measured',
      NaturalColour: measured('NaturalColour'),
      SingleFacePresent: measured('SingleFacePresent'),
      EyesOpen: measured('EyesOpen'),
      MouthClosed: measured('MouthClosed'),
      EyesVisible: 'not_measured',
      MouthOcclusionPrevention: 'not_measured',
      FaceOcclusionPrevention: 'not_measured',
      InterEyeDistance: measured('InterEyeDistance'),
      HeadSize: measured('HeadSize'),
      LeftwardCropOfTheFaceImage: measured('LeftwardCropOfTheFaceImage'),
      RightwardCropOfTheFaceImage: measured('RightwardCropOfTheFaceImage'),
      MarginAboveOfTheFaceImage: measured('MarginAboveOfTheFaceImage'),
      MarginBelowOfTheFaceImage: measured('MarginBelowOfTheFaceImage'),
      HeadPoseYaw: measured('HeadPoseYaw'),
      HeadPosePitch: measured('HeadPosePitch'),
      HeadPoseRoll: measured('HeadPoseRoll'),
      ExpressionNeutrality: 'not_measured',
      NoHeadCoverings: 'not_measured',
    },
    own: ownOf(image, face),
    face,
    pose,
    background,
  }
}
