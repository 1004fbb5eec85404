// What is known of an eye once it is located: circles, lids, mask. Knows no algorithm and no code.

/** Sub-pixel, pixels of the given image, pixel centres at whole numbers. */
export interface Circle {
  readonly x: number
  readonly y: number
  readonly r: number
}

/** Lid boundary y = a·(x − x0)² + b·(x − x0) + c. */
export interface LidCurve {
  readonly x0: number
  readonly a: number
  readonly b: number
  readonly c: number
}

export interface IrisLocation {
  readonly pupil: Circle
  readonly iris: Circle
  /** 0..1, how sure the location is; below `leastConfidence` callers treat the eye as not found. */
  readonly confidence: number
  /** 255 = visible iris (between the circles, not lid, lash, highlight or outside the image), row-major, size of the image. */
  readonly mask: Uint8Array
  /** Undefined when the lid does not touch the iris. */
  readonly upperLid?: LidCurve
  readonly lowerLid?: LidCurve
  /** Specular blobs on iris or pupil. */
  readonly highlights: number
}

/** Noise, empty pictures, closed eyes, fingerprints and whole faces stay below this confidence. */
export const leastConfidence = 0.5

export const lidAt = ({ x0, a, b, c }: LidCurve, x: number): number => (a * (x - x0) + b) * (x - x0) + c
