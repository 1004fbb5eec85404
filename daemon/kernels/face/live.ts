// The live measure of a face: is this frame worth taking, and what should the person or the operator do? For every frame of a camera, some
// milliseconds each. Pure. It measures a part of `assessFace` more coarsely: its numbers compare frames of one capture, nothing else.

import { type AlignedFace, alignFace, nativesOf, ownOf } from './assess.js'
import { findBackground } from './background.js'
import type { AssessedComponent } from './components.js'
import type { FaceMesh, FoundFace, HeadPose, Point, RgbImage } from './face.js'
import { type BackgroundVerdict, fallsShort, judgeBackground, type PhotoPolicy, type Sitter } from './ktp-photo.js'
import { type Placement, placementOf } from './portrait.js'
import { appearanceOf } from './quality/appearance.js'
import { largestFace } from './quality/geometry.js'
import { boundsOf, landmarkHull } from './regions.js'
import { scalarOf } from './scalars.js'

/** What can be done about a frame; stable names. */
export const faceAdvice = [
  'look_at_camera',
  'one_person_only',
  'come_closer',
  'move_back',
  'center_face',
  'hold_head_upright',
  'face_straight',
  'raise_chin',
  'lower_chin',
  'more_light',
  'less_light',
  'even_light',
  'change_backdrop',
  'open_eyes',
  'close_mouth',
  'hold_still',
] as const
export type FaceAdvice = (typeof faceAdvice)[number]

/** All but `BackgroundUniformity`, which needs a close look at the finished picture; the backdrop is judged by its colour here. */
export type LiveComponent = Exclude<AssessedComponent, 'BackgroundUniformity'>

export interface LiveFace {
  /** A face is there. */
  readonly present: boolean
  /** 0 to 100: 50 and more when all that the policy asks for is there, less when something is missing. */
  readonly measure: number
  /** '' when nothing is to be said. */
  readonly advice: FaceAdvice | ''
  /** Of the largest face; undefined when there is none. */
  readonly box?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  /** The subject's right eye first. */
  readonly eyes?: readonly [Point, Point]
  readonly background?: BackgroundVerdict
  readonly scalars?: Readonly<Record<LiveComponent, number>>
}

/** Measure from which all that the policy asks for is there. */
export const liveAllPresent = 50

/**
 * @param faces all faces found  @param mesh, pose of the largest one; undefined when the mesh network did not see a face
 */
export function measureFace(
  image: RgbImage,
  faces: readonly FoundFace[],
  mesh: FaceMesh | undefined,
  pose: HeadPose | undefined,
  policy: PhotoPolicy,
  sitter: Sitter,
): LiveFace {
  const found = largestFace(faces)
  const face = mesh && alignFace(mesh)
  if (found === undefined || face === undefined || pose === undefined) {
    return { present: false, measure: 0, advice: faces.length > 1 ? 'one_person_only' : 'look_at_camera' }
  }
  const background = judgeBackground(findBackground(image, face.aligned, face.back), sitter, policy.background)
  const scalars = liveScalars(image, faces, face, pose)
  const sight: Sight = { image, face, pose, policy, scalars, background, placement: placementOf(image, face.geometry, policy.template) }
  const { x, y, width, height } = found
  return {
    present: true,
    measure: measureOf(sight),
    advice: rules.find(([, applies]) => applies(sight))?.[0] ?? '',
    box: { x, y, width, height },
    eyes: [face.geometry.rightEye, face.geometry.leftEye],
    ...(background && { background }),
    scalars,
  }
}

function liveScalars(image: RgbImage, faces: readonly FoundFace[], face: AlignedFace, pose: HeadPose): Record<LiveComponent, number> {
  const natives = nativesOf(face, image, faces, pose, appearanceOf(image, face.aligned, face.back, 2))
  const scalars = Object.entries(natives).map(([component, native]) => [component, scalarOf(component as keyof typeof natives, native)])
  const { rekamSharpness, rekamEyesOpen } = ownOf(image, face)
  return { ...Object.fromEntries(scalars), rekamSharpness: rekamSharpness.scalar, rekamEyesOpen: rekamEyesOpen.scalar }
}

interface Sight {
  readonly image: RgbImage
  readonly face: AlignedFace
  readonly pose: HeadPose
  readonly policy: PhotoPolicy
  readonly scalars: Readonly<Record<LiveComponent, number>>
  readonly background: BackgroundVerdict | undefined
  readonly placement: Placement
}

const short = ({ policy, scalars }: Sight, component: LiveComponent): boolean => fallsShort(component, scalars[component], policy)
const tooDark = (sight: Sight): boolean =>
  short(sight, 'UnderExposurePrevention') || short(sight, 'LuminanceMean') || short(sight, 'DynamicRange')
const eyeDistancePx = ({ face }: Sight): number => face.geometry.eyeDistance
const cutOff = ({ placement, policy }: Sight): boolean => placement.missing > policy.mostMissing

/** The portrait is higher or wider than the picture: no moving sideways helps. */
function tooNear({ placement, image }: Sight): boolean {
  const extent = (axis: 'x' | 'y') => {
    const places = placement.corners.map((corner) => corner[axis])
    return Math.max(...places) - Math.min(...places)
  }
  return extent('x') > image.widthPx || extent('y') > image.heightPx
}

/** Part of the face itself lies outside of the picture. */
function faceCut({ face, image }: Sight): boolean {
  const { left, top, width, height } = boundsOf(landmarkHull(face.landmarks))
  return left < 0 || top < 0 || left + width > image.widthPx || top + height > image.heightPx
}

/**
 * In the order of urgency; the first that applies is given, since the later ones often follow from it: a head that looks down lies lower in the
 * picture, and in a bad light nothing else can be judged.
 */
const rules: readonly (readonly [FaceAdvice, (sight: Sight) => boolean])[] = [
  ['one_person_only', (sight) => short(sight, 'SingleFacePresent')],
  ['come_closer', (sight) => eyeDistancePx(sight) < sight.policy.leastEyeDistancePx],
  ['move_back', (sight) => faceCut(sight) && tooNear(sight)],
  ['center_face', faceCut],
  ['hold_head_upright', ({ pose, policy }) => Math.abs(pose.rollDeg) > policy.mostRollDeg],
  ['face_straight', ({ pose, policy }) => Math.abs(pose.yawDeg) > policy.mostYawDeg],
  // Pitch is positive for a head that looks down, as in OFIQ.
  ['raise_chin', ({ pose, policy }) => pose.pitchDeg > policy.mostPitchDeg],
  ['lower_chin', ({ pose, policy }) => pose.pitchDeg < -policy.mostPitchDeg],
  ['move_back', (sight) => cutOff(sight) && tooNear(sight)],
  ['center_face', cutOff],
  ['less_light', (sight) => short(sight, 'OverExposurePrevention')],
  ['more_light', tooDark],
  ['more_light', ({ background }) => background?.ok === false && background.light === 'too_dark' && background.plain],
  ['less_light', ({ background }) => background?.ok === false && background.light === 'too_light' && background.plain],
  ['even_light', (sight) => short(sight, 'IlluminationUniformity') || short(sight, 'LuminanceVariance')],
  ['change_backdrop', ({ background }) => !background?.ok],
  ['open_eyes', (sight) => short(sight, 'EyesOpen') || short(sight, 'rekamEyesOpen')],
  ['close_mouth', (sight) => short(sight, 'MouthClosed')],
  ['hold_still', (sight) => short(sight, 'rekamSharpness')],
  // Not mandatory by default: a policy that asks for them gets a word for each, too.
  ['come_closer', (sight) => short(sight, 'InterEyeDistance') || (short(sight, 'HeadSize') && headShare(sight) < bestHeadShare)],
  ['move_back', (sight) => short(sight, 'HeadSize')],
  ['center_face', (sight) => marginComponents.some((component) => short(sight, component))],
  ['face_straight', (sight) => poseComponents.some((component) => short(sight, component))],
  ['even_light', (sight) => short(sight, 'NaturalColour')],
]

const poseComponents = ['HeadPoseYaw', 'HeadPosePitch', 'HeadPoseRoll'] as const
const marginComponents = [
  'LeftwardCropOfTheFaceImage',
  'RightwardCropOfTheFaceImage',
  'MarginAboveOfTheFaceImage',
  'MarginBelowOfTheFaceImage',
] as const
/** T by the height at which `HeadSize` is 100. */
const bestHeadShare = 0.45
const headShare = ({ face, image }: Sight): number => face.geometry.eyesToChin / image.heightPx

const share = (value: number, needed: number): number => (needed <= 0 ? 1 : Math.max(0, Math.min(1, value / needed)))

/** Below 50 the worst shortcoming decides; above it the mean of the mandatory scalars and of what is left of the pose. */
function measureOf(sight: Sight): number {
  const { policy, scalars, pose, background, placement } = sight
  const mandatory = (Object.keys(scalars) as LiveComponent[]).filter((component) => policy.least[component] !== undefined)
  const limits = [
    [pose.yawDeg, policy.mostYawDeg],
    [pose.pitchDeg, policy.mostPitchDeg],
    [pose.rollDeg, policy.mostRollDeg],
  ] as const
  const reached = [
    ...mandatory.map((component) => (short(sight, component) ? share(scalars[component], policy.least[component] ?? 0) : 1)),
    ...limits.map(([degrees, most]) => share(most, Math.abs(degrees))),
    share(eyeDistancePx(sight), policy.leastEyeDistancePx),
    share(policy.mostMissing, placement.missing),
    background === undefined ? 0 : background.ok ? 1 : Math.min(0.9, share(policy.background.mostDeltaE, background.deltaE)),
  ]
  const worst = Math.min(...reached)
  if (worst < 1) return Math.min(liveAllPresent - 1, Math.floor(liveAllPresent * worst))
  const goodness = [
    ...mandatory.map((component) => Math.max(0, scalars[component]) / 100),
    ...limits.map(([degrees, most]) => (most === 0 ? 1 : 1 - Math.abs(degrees) / most)),
  ]
  return Math.round(liveAllPresent + ((100 - liveAllPresent) * goodness.reduce((sum, each) => sum + each, 0)) / goodness.length)
}
