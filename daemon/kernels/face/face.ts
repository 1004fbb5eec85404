// What the face kernels hand to each other and to their callers. Types only; knows no network and no image file.

export type { RgbImage } from '../image/codec.js'

/** Pixels of the given image, pixel centres at integers. */
export interface Point {
  readonly x: number
  readonly y: number
}

export interface FoundFace {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly score: number
  /** BlazeFace's six: right eye, left eye (the subject's), nose tip, mouth, right ear, left ear */
  readonly keypoints: readonly Point[]
}

/** MediaPipe's FaceMesh topology. */
export interface FaceMesh {
  /** 468 times x, y, z in image pixels; z relative to the head, smaller = nearer to the camera */
  readonly points: Float32Array
  /** 0..1, how sure the network is that the crop holds a face */
  readonly presence: number
}

/** Degrees, OFIQ's signs (ISO/IEC 29794-5). */
export interface HeadPose {
  readonly yawDeg: number
  readonly pitchDeg: number
  readonly rollDeg: number
}
