// Looks at the face camera's pictures: finds the face, follows it from frame to frame, judges it by the site's photo policy. Owns the networks
// and what was learnt from the frames of one capture; knows no device and no store. Runs in the analysis worker and in tests.

import { assessFace, type FaceAssessment } from '../kernels/face/assess.js'
import { type ComponentValue, faceComponents, ownComponents } from '../kernels/face/components.js'
import type { Point, RgbImage } from '../kernels/face/face.js'
import { findFaces } from '../kernels/face/find.js'
import { judgeFlatness, type MeshAt } from '../kernels/face/flatness.js'
import {
  type BackgroundVerdict,
  defaultPhotoPolicy,
  judgePhoto,
  type PhotoPolicy,
  type PhotoVerdict,
  type Sitter,
} from '../kernels/face/ktp-photo.js'
import { measureFace } from '../kernels/face/live.js'
import { type FaceNetworks, openFaceNetworks } from '../kernels/face/networks.js'
import { headPose } from '../kernels/face/pose.js'
import { type FaceTracker, openFaceTracker } from '../kernels/face/track.js'
import type { Simd } from '../kernels/simd/simd.js'
import type { CaseDocument } from '../service/case.js'
import type { Backdrop, Finding, Guide, QualityComponent } from '../state.js'
import type { Look } from './look.js'

/** What of an applicant the photo's rules depend on. */
export type Applicant = Sitter

/** Before the registry answered nobody is photographed: a case at the capture step has its biodata. */
export const applicantOf = ({ biodata }: CaseDocument): Applicant => ({
  birthYear: Number(biodata?.birthDate.slice(0, 4) ?? 2000),
  citizen: biodata?.citizenship !== 'WNA',
})

/** Where the face lies, for the portrait that is cut out: pixels of the frame. */
export interface LocatedPortrait {
  /** 98 landmarks in WFLW order, x and y in turn. */
  readonly landmarks: Float32Array
  /** 0 to 100: the least scalar of what the policy asks for. */
  readonly quality: number
  /** Frontal and whole: what a token image of ISO/IEC 19794-5 may be called. */
  readonly frontal: boolean
  /** For what lies outside of the frame. */
  readonly fill: { readonly red: number; readonly green: number; readonly blue: number }
}

export interface JudgedFace {
  /** Absent when no face was found. */
  readonly face?: LocatedPortrait
  /** Stable name of what the policy misses most, '' when nothing. */
  readonly advice: string
  readonly components: readonly QualityComponent[]
  readonly backdrop?: Backdrop
  readonly findings: readonly Finding[]
}

export interface FaceWatch {
  /** @param captureId frames of one capture belong together @param timeMs by the camera's clock */
  look(
    image: RgbImage,
    frame: { readonly captureId: number; readonly timeMs: number },
    applicant: Applicant,
  ): Promise<Omit<Look, 'signature'>>
  /** The picture that was taken, in full; whether the face moved as a face does is told from the frames looked at before. */
  examine(image: RgbImage, captureId: number, applicant: Applicant): Promise<JudgedFace>
  close(): Promise<void>
}

/** Of a capture's last frames: so long tells whether somebody blinks or turns the head. */
const seriesMs = 15_000
/** At sixty frames a second; a bound, should a camera's clock stand still. */
const mostMeshes = 900

/** The networks are opened with the first picture. @throws Fault `face.*` of the networks, at the first look */
export function openFaceWatch(policy: PhotoPolicy, simd?: Simd): FaceWatch {
  let opening: Promise<FaceNetworks> | undefined
  const networks = () => {
    opening ??= openFaceNetworks().catch((error: unknown) => {
      // Whoever asks next tries again.
      opening = undefined
      throw error
    })
    return opening
  }
  let current: { readonly captureId: number; readonly tracker: FaceTracker; readonly series: MeshAt[] } | undefined

  return {
    look: async (image, { captureId, timeMs }, applicant) => {
      if (current?.captureId !== captureId) current = { captureId, tracker: openFaceTracker(await networks(), simd), series: [] }
      const { tracker, series } = current
      const located = await tracker.look(image)
      const mesh = located[0]?.mesh
      if (mesh) series.push({ timeMs, points: mesh.points })
      while (series.length > mostMeshes || timeMs - (series[0]?.timeMs ?? timeMs) > seriesMs) series.shift()
      const faces = located.map(({ face }) => face)
      const live = measureFace(image, faces, mesh, mesh && headPose(mesh), policy, applicant)
      const { present, measure, advice, background } = live
      return {
        ...{ present, measure, advice, boxes: [] },
        guides: live.eyes ? guidesOf(live.eyes, live.box) : [],
        ...(background && { backdrop: backdropOf(background, policy) }),
      }
    },
    examine: async (image, captureId, applicant) => {
      const located = await findFaces(image, await networks(), simd)
      const [subject] = located
      const faces = located.map(({ face }) => face)
      const pose = subject && headPose(subject.mesh)
      const assessment = subject && pose && assessFace(image, faces, subject.mesh, pose)
      const series = current?.captureId === captureId ? current.series : []
      const findings = judgeFlatness(series).verdict === 'flat_suspected' ? [flatFace] : []
      // Nothing of this person stays in the worker.
      current = undefined
      if (!assessment || !subject) return { advice: 'no_face', components: [], findings }
      const { advice } = measureFace(image, faces, subject.mesh, pose, policy, applicant)
      const verdict = judgePhoto(assessment, image, policy, applicant)
      const components = componentsOf(assessment, policy)
      return {
        face: {
          landmarks: assessment.face.landmarks,
          quality: Math.min(100, ...components.flatMap(({ scalar, least }) => (scalar !== undefined && least > 0 ? [scalar] : []))),
          frontal: !verdict.shortcomings.includes('pose') && !verdict.shortcomings.includes('framing'),
          fill: assessment.background ?? { red: 128, green: 128, blue: 128 },
        },
        advice: advice === '' ? adviceFor(verdict) : advice,
        components,
        findings,
        ...(verdict.background && { backdrop: backdropOf(verdict.background, policy) }),
      }
    },
    close: async () => {
      await (await opening)?.close()
    },
  }
}

/** Limited on purpose: a video shown to the camera moves, a very calm person does not. */
const flatFace: Finding = {
  ...{ code: 'flat_face', certainty: 'unsure', ask: 'review', positions: [] },
  modalities: ['face'],
  again: ['face'],
}

function componentsOf({ components, own }: FaceAssessment, policy: PhotoPolicy): readonly QualityComponent[] {
  const ofStandard = faceComponents.map((name): QualityComponent => {
    const result = components[name]
    return { name, least: leastOf(policy, name), ...(result !== 'not_measured' && judged(result)) }
  })
  return [...ofStandard, ...ownComponents.map((name) => ({ name, least: leastOf(policy, name), ...judged(own[name]) }))]
}

/** Below 0 it could not be judged on this picture. */
const judged = ({ scalar }: ComponentValue): { readonly scalar?: number } => (scalar < 0 ? {} : { scalar })

/** The live measure is coarser than the whole one: what only the latter sees is said too. */
function adviceFor({ shortcomings }: PhotoVerdict): string {
  const [first] = shortcomings
  if (first === undefined) return ''
  if (first === 'background' || first === 'BackgroundUniformity') return 'change_backdrop'
  if (first === 'framing') return 'center_face'
  if (first === 'eye_distance') return 'come_closer'
  return first === 'pose' ? 'face_straight' : 'portrait_below_policy'
}

const leastOf = ({ least }: PhotoPolicy, name: string): number => (least as Readonly<Record<string, number | undefined>>)[name] ?? 0

function guidesOf(
  eyes: readonly [Point, Point],
  box: { x: number; y: number; width: number; height: number } | undefined,
): readonly Guide[] {
  const [right, left] = eyes
  const size = Math.hypot(right.x - left.x, right.y - left.y) / 6
  const eye = ({ x, y }: Point): Guide => ({ sensor: 0, shape: 'eye', cx: x, cy: y, width: size, height: size })
  const oval =
    box &&
    ({ sensor: 0, shape: 'face', cx: box.x + box.width / 2, cy: box.y + box.height / 2, width: box.width, height: box.height } as const)
  return [...(oval ? [oval] : []), eye(right), eye(left)]
}

const hex = (value: number): string => Math.round(value).toString(16).padStart(2, '0')

function backdropOf({ expected, measured, deltaE, plain, ok }: BackgroundVerdict, { background }: PhotoPolicy): Backdrop {
  const { odd, even } = defaultPhotoPolicy.background
  return {
    expected: expected === odd ? 'red' : expected === even ? 'blue' : (expected ?? ''),
    found: `#${hex(measured.red)}${hex(measured.green)}${hex(measured.blue)}`,
    distance: deltaE,
    mostDistance: background.mostDeltaE,
    plain,
    ok,
  }
}

/** What speaks against taking this portrait as good, '' when nothing does. */
export const faceWeakness = ({ advice, findings }: Pick<JudgedFace, 'advice' | 'findings'>): string =>
  advice === '' ? (findings[0]?.code ?? '') : advice
